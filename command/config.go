package command

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"escalated/model"
)

// Source says where the value of a setting comes from, weakest first.
type Source string

// The sources.
const (
	FromDefault Source = "default"
	FromFile    Source = "file"
	FromEnv     Source = "env"
	FromFlag    Source = "flag"
	FromAdmin   Source = "admin" // saved in the admin panel
)

// Config is the configuration in force.
type Config struct {
	Settings model.Settings
	File     string // the file that was read, "" for none

	from map[string]Source
}

// From says where the value of a key comes from.
func (c Config) From(key string) Source {
	if s, ok := c.from[key]; ok {
		return s
	}
	return FromDefault
}

// Put sets one key over whatever it was. A refused value is a
// *model.SettingError and changes nothing.
func (c *Config) Put(key, value string, from Source) error {
	if err := c.Settings.Set(key, value); err != nil {
		return err
	}
	if c.from == nil {
		c.from = map[string]Source{}
	}
	c.from[key] = from
	return nil
}

// override is a setting given as a flag.
type override struct{ flag, key, value string }

// load reads the configuration: defaults, file, environment, flags. Every
// mistake is named, one a line, in an *Exit with Misused; an unknown variable
// of the environment only warns.
func (a *app) load() (Config, error) {
	c := Config{Settings: model.DefaultSettings()}
	problems := a.readFile(&c)
	problems = append(problems, a.readEnviron(&c)...)
	for _, o := range a.flags {
		if err := c.Put(o.key, o.value, FromFlag); err != nil {
			problems = append(problems, a.problem(o.flag, err))
		}
	}
	if len(problems) > 0 {
		return Config{}, &Exit{Misused, errors.New(strings.Join(problems, "\n"))}
	}
	return c, nil
}

// problem says which value is refused and why, without the value.
func (a *app) problem(where string, err error) string {
	var e *model.SettingError
	if !errors.As(err, &e) {
		return where + ": " + err.Error()
	}
	return a.say.T("command.problem", "Where", where, "Key", e.Key, "Problem", a.say.T("errors."+e.Problem, e.Args...))
}

const envPrefix = "ESCALATED_"

// otherVariables begin with our prefix and are not settings.
var otherVariables = []string{"ESCALATED_TESTDATA"}

// readEnviron takes ESCALATED_SLA__ENABLED as sla.enabled. Names we do not
// know are not refused: Kubernetes sets ESCALATED_PORT and more by itself for
// a service of our name.
func (a *app) readEnviron(c *Config) (problems []string) {
	known := slices.Clone(a.environ)
	slices.Sort(known) // the same order of complaints every time
	for _, pair := range known {
		name, value, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, envPrefix) || slices.Contains(otherVariables, name) {
			continue
		}
		key := strings.ReplaceAll(strings.ToLower(name[len(envPrefix):]), "__", ".")
		if _, ok := model.SettingOf(key); !ok {
			a.complain(a.say.T("command.variable_ignored", "Name", name, "Nearest", variable(model.NearestSetting(key))))
			continue
		}
		if err := c.Put(key, value, FromEnv); err != nil {
			problems = append(problems, a.problem(name, err))
		}
	}
	return problems
}

// variable is the environment's name of a key.
func variable(key string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(key, ".", "__"))
}

// settingFlag adds a flag that is short for --set key=value. Its help text is
// the key command.flag_KEY.
func (a *app) settingFlag(flags *pflag.FlagSet, name, key, kind string) {
	d, ok := model.SettingOf(key)
	if !ok {
		panic("no setting " + key)
	}
	f := flags.VarPF(&oneSetting{a, name, key, kind}, name, "", a.say.T("command.flag_"+key))
	f.DefValue = d.Default
}

// oneSetting is the value of a flag for one setting.
type oneSetting struct {
	app             *app
	name, key, kind string
}

func (s *oneSetting) String() string { return "" }
func (s *oneSetting) Type() string   { return s.kind }

// Set notes the value; load checks it, with all the others.
func (s *oneSetting) Set(value string) error {
	s.app.flags = append(s.app.flags, override{"--" + s.name, s.key, value})
	return nil
}

// anySetting is the value of --set.
type anySetting struct{ app *app }

func (s *anySetting) String() string { return "" }
func (s *anySetting) Type() string   { return "KEY=VALUE" }

// Set notes key and value; load checks them, with all the others.
func (s *anySetting) Set(pair string) error {
	key, value, ok := strings.Cut(pair, "=")
	if !ok {
		return errors.New(s.app.say.T("command.no_equals", "Given", pair))
	}
	s.app.flags = append(s.app.flags, override{"--set", strings.TrimSpace(key), value})
	return nil
}

// completeSetting offers the keys to a shell.
func completeSetting(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var out []cobra.Completion
	for _, key := range model.SettingKeys() {
		if strings.HasPrefix(key, typed) {
			out = append(out, key+"=")
		}
	}
	return out, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}
