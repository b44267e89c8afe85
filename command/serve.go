package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"escalated/helpdesk"
	"escalated/model"
)

// serveCommand runs the desk until it is asked to stop.
func serveCommand(a *app) *cobra.Command {
	var o serveOptions
	c := &cobra.Command{
		Use:   "serve",
		Short: a.say.T("command.serve"),
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return a.serve(c.Context(), o) },
	}
	o.flags(a, c.Flags())
	return c
}

// The memory the garbage collector works for: a desk is small, and so are the
// machines it runs on. GOMEMLIMIT and GOGC, if set, are obeyed instead.
const (
	memoryGoal  = 128 << 20
	memorySlack = 40 // percent over what is live
)

func stayLean() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryGoal)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(memorySlack)
	}
}

// stopWithin is the longest a stop takes.
const stopWithin = 9 * time.Second

func (a *app) serve(ctx context.Context, o serveOptions) error {
	conf, err := a.load()
	if err != nil {
		return err
	}
	if err := o.settle(a, &conf); err != nil {
		return err
	}
	stayLean()
	log := slog.New(slog.NewTextHandler(a.err, nil))
	slog.SetDefault(log)
	var accounts []demoAccount
	if o.Demo {
		if accounts, err = a.demo(ctx, conf.Settings, time.Now()); err != nil {
			return a.inUse(conf.Settings, err)
		}
	}
	d, err := helpdesk.New(helpdesk.Config{Settings: conf.Settings, Log: log, Demo: o.Demo})
	if err != nil {
		return a.inUse(conf.Settings, err)
	}
	if err := a.announce(ctx, d, accounts); err != nil {
		return errors.Join(err, d.Close())
	}
	debug.FreeOSMemory() // what the start took and nobody needs any more
	err = work(ctx, d, log)
	return errors.Join(err, d.Close())
}

// inUse says in words that another server works on the directory.
func (a *app) inUse(s model.Settings, err error) error {
	if errors.Is(err, helpdesk.ErrInUse) {
		return errors.New(a.say.T("command.in_use", "Dir", full(s.Data)))
	}
	return err
}

// announce opens the address and prints where the desk is and how to get in,
// in lines that programs read.
func (a *app) announce(ctx context.Context, d *helpdesk.Desk, accounts []demoAccount) error {
	at, err := d.Listen("")
	if err != nil {
		return err
	}
	token, err := d.Desk().SetupToken(ctx, model.System("command"))
	if err != nil {
		return fmt.Errorf("make setup token: %w", err)
	}
	if err := a.tell("listening on " + at); err != nil {
		return err
	}
	if token != "" {
		if err := a.tell("setup: " + at + "setup/?token=" + url.QueryEscape(token)); err != nil {
			return err
		}
	}
	for _, u := range accounts {
		if err := a.tell(fmt.Sprintf("demo: %s %s %s", u.Kind, u.Email, u.Password)); err != nil {
			return err
		}
	}
	return nil
}

// work serves and does the background work until the context ends; then the
// pages stop first and what they recorded is still carried onward.
func work(ctx context.Context, d *helpdesk.Desk, log *slog.Logger) error {
	serving, stopServing := context.WithCancel(ctx)
	defer stopServing()
	behind, stopBehind := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBehind()
	served, ran := make(chan error, 1), make(chan error, 1)
	go func() {
		ran <- d.Run(behind)
		stopServing()
	}()
	go func() {
		served <- d.Serve(serving)
		stopServing()
	}()
	<-serving.Done()
	if ctx.Err() == nil {
		log.Error("a part of the desk ended by itself")
	}
	log.Info("stopping")
	late := time.After(stopWithin)
	var all error
	select {
	case err := <-served:
		all = err
	case <-late:
		log.Warn("some requests did not finish in time")
	}
	stopBehind()
	select {
	case err := <-ran:
		all = errors.Join(all, err)
	case <-late:
		log.Warn("some background work did not finish in time; it is done at the next start")
	}
	return all
}

// demoData is the data directory of serve --demo when none is given, so that
// a demo never lands in a real desk's.
const demoData = "./demo-data"

// serveOptions are the flags of serve beside the settings.
type serveOptions struct {
	Demo bool
}

// flags adds the flags of serve to a command.
func (o *serveOptions) flags(a *app, flags *pflag.FlagSet) {
	a.settingFlag(flags, "addr", "addr", "HOST:PORT")
	a.settingFlag(flags, "base-url", "base_url", "URL")
	flags.BoolVar(&o.Demo, "demo", false, a.say.T("command.flag_demo"))
}

// settle applies what --demo means for the configuration: its own data
// directory, and this machine only, because everybody knows its passwords.
func (o *serveOptions) settle(a *app, conf *Config) error {
	if !o.Demo {
		return nil
	}
	if !isLoopback(conf.Settings.Addr) {
		return &Exit{Misused, errors.New(a.say.T("command.demo_loopback"))}
	}
	if conf.From("data") == FromDefault {
		conf.Settings.Data = demoData
	}
	return nil
}

// isLoopback says whether an address to listen on can only be reached from
// this machine. A bare port listens on every address.
func isLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
