// Package command is the escalated program: one file a sub-command, and what
// they share, which is reading the configuration and ending with the right
// exit code. A new sub-command is a function that returns it and one line in
// the list below.
package command

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"escalated/model"
	"escalated/text"
)

// commands are the sub-commands, in the order of the help page.
var commands = []func(*app) *cobra.Command{
	serveCommand,
	receiveCommand,
	slaCommand,
	rulesCommand,
	closeCommand,
	wakeCommand,
	purgeCommand,
	seedCommand,
	benchCommand,
	userCommand,
	backupCommand,
	restoreCommand,
	checkCommand,
	routesCommand,
	configCommand,
	versionCommand,
	completionCommand,
}

// app is one run of the program: where it reads and writes, and what the
// flags said about the settings.
type app struct {
	in       io.Reader
	out, err io.Writer
	environ  []string // as os.Environ gives it
	dir      string   // where escalated.toml is looked for; "" is the working directory
	file     string   // --config
	flags    []override
	say      text.Words
}

// pipe marks a command that a mail server feeds on standard input: used
// without arguments it must not answer "wrong usage", because the server would
// bounce the message then. Give it as the Annotations of the command.
var pipe = map[string]string{"pipe": "yes"}

// Main runs the program and returns its exit code. The context ends when the
// process is asked to stop.
func Main(ctx context.Context, args []string) int {
	a := &app{in: os.Stdin, out: os.Stdout, err: os.Stderr, environ: os.Environ()}
	return a.run(ctx, args)
}

// run is Main on any streams. Errors of cobra itself (unknown commands, flags
// and missing arguments) are misuse; what a command returns is its failure.
func (a *app) run(ctx context.Context, args []string) int {
	a.say = text.In("en") // one language, because people search for what programs print
	root := a.root()
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	code := exitCode(err)
	if code == Misused && cmd.Annotations["pipe"] != "" && cmd.Flags().NArg() == 0 {
		code = Retry
	}
	if err == nil || err.Error() == "" {
		return code
	}
	a.complain(a.sentence(err))
	return code
}

// sentence says an error in words: refused input by its fields, anything else
// as it stands.
func (a *app) sentence(err error) string {
	problems := model.Problems(err)
	if problems == nil {
		return err.Error()
	}
	lines := make([]string, len(problems))
	for i, p := range problems {
		lines[i] = p.Field + ": " + a.say.T("errors."+p.Key, p.Args...)
	}
	return strings.Join(lines, "\n")
}

// complain writes a message to standard error, each line under our name.
func (a *app) complain(message string) {
	for line := range strings.Lines(message) {
		io.WriteString(a.err, "escalated: "+strings.TrimSuffix(line, "\n")+"\n")
	}
}

// root builds the tree of commands. Without a sub-command the program serves.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "escalated",
		Short:         a.say.T("command.about"),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          a.noSuchCommand,
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(a.flagError)
	a.settingFlag(root.PersistentFlags(), "data", "data", "DIR")
	root.PersistentFlags().StringVar(&a.file, "config", "", a.say.T("command.flag_config"))
	root.PersistentFlags().Var(&anySetting{a}, "set", a.say.T("command.flag_set"))
	if err := root.RegisterFlagCompletionFunc("set", completeSetting); err != nil {
		panic(err) // only when the flag above is gone
	}
	for _, c := range commands {
		root.AddCommand(c(a))
	}
	for _, c := range root.Commands() {
		a.finish(c)
		if c.Name() == "serve" {
			root.RunE = c.RunE
			root.Flags().AddFlagSet(c.Flags())
		}
	}
	if root.RunE == nil {
		root.RunE = showHelp
	}
	return root
}

// noSuchCommand refuses whatever stands where a sub-command is expected.
func (a *app) noSuchCommand(parent *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	best, least := "", len(args[0])+64
	for _, c := range parent.Commands() {
		if n := model.EditDistance(args[0], c.Name()); n < least && !c.Hidden {
			best, least = c.Name(), n
		}
	}
	return errors.New(a.say.T("command.unknown_command", "Name", args[0], "Nearest", best))
}

// flagError names what was probably meant by an unknown flag: one of the
// command's, or a setting.
func (a *app) flagError(c *cobra.Command, err error) error {
	var refused *pflag.InvalidValueError
	if errors.As(err, &refused) && refused.GetFlag().Name == "set" {
		return refused.Unwrap() // already a sentence
	}
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return err
	}
	name := unknown.GetSpecifiedName()
	best, least := "--help", len(name)+64
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if n := model.EditDistance(name, f.Name); n < least {
			best, least = "--"+f.Name, n
		}
	})
	key := model.NearestSetting(name)
	if model.EditDistance(strings.ReplaceAll(name, "-", "_"), key) < least {
		best = "--set " + key + "=…"
	}
	return errors.New(a.say.T("command.unknown_flag", "Name", name, "Nearest", best))
}

// finish completes a command and those below it: its plain errors are marked
// as failures, so that run can tell them from misuse, and a group without an
// action of its own shows its help.
func (a *app) finish(c *cobra.Command) {
	switch run := c.RunE; {
	case run != nil:
		c.RunE = func(c *cobra.Command, args []string) error {
			err := run(c, args)
			var e *Exit
			if err == nil || errors.As(err, &e) {
				return err
			}
			return &Exit{Failed, err}
		}
	case c.HasSubCommands():
		c.Args, c.RunE = a.noSuchCommand, showHelp
	}
	for _, sub := range c.Commands() {
		a.finish(sub)
	}
}

func showHelp(c *cobra.Command, _ []string) error { return c.Help() }
