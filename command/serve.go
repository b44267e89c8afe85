package command

import (
	"errors"
	"net"
	"net/netip"

	"github.com/spf13/pflag"
)

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
