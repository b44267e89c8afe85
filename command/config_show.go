package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"escalated/helpdesk"
	"escalated/model"
	"escalated/store"
)

// masked stands for a secret that is set.
const masked = "********"

// configCommand prints the configuration in force.
func configCommand(a *app) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "config",
		Short: a.say.T("command.config"),
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			conf, err := a.load()
			if err != nil {
				return err
			}
			if conf, err = a.withSaved(conf); err != nil {
				return err
			}
			if asJSON {
				return a.configJSON(conf)
			}
			return a.configTable(conf)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, a.say.T("command.flag_json"))
	return c
}

func (a *app) configTable(conf Config) error {
	heading := a.say.T("command.config_no_file")
	if conf.File != "" {
		heading = a.say.T("command.config_file", "File", conf.File)
	}
	fmt.Fprintln(a.out, heading)
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\t%s\t%s\n", a.say.T("command.config_key"), a.say.T("command.config_value"), a.say.T("command.config_source"))
	for _, d := range model.AllSettings() {
		fmt.Fprintf(w, "%s\t%s\t%s\n", d.Key, shown(conf, d), conf.From(d.Key))
	}
	return w.Flush()
}

func (a *app) configJSON(conf Config) error {
	type row struct {
		Key    string `json:"key"`
		Value  any    `json:"value"`
		Source Source `json:"source"`
	}
	out := struct {
		File     string `json:"file"`
		Settings []row  `json:"settings"`
	}{File: conf.File}
	for _, d := range model.AllSettings() {
		out.Settings = append(out.Settings, row{d.Key, native(d.Kind, shown(conf, d)), conf.From(d.Key)})
	}
	enc := json.NewEncoder(a.out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}

// shown is the value of a setting as it may be printed.
func shown(conf Config, d model.Setting) string {
	v := conf.Settings.Value(d.Key)
	if d.Secret && v != "" {
		return masked
	}
	return v
}

// native is a value in the type that JSON has for it.
func native(kind model.SettingKind, v string) any {
	switch kind {
	case model.BoolSetting:
		return v == "true"
	case model.IntSetting:
		n, err := strconv.Atoi(v)
		if err != nil {
			return v
		}
		return n
	case model.ListSetting:
		if v == "" {
			return []string{}
		}
		return strings.Split(v, ",")
	case model.MapSetting:
		if json.Valid([]byte(v)) {
			return json.RawMessage(v)
		}
	}
	return v
}

// withSaved lays what admins saved over the configuration, if the desk is
// there; looking must not make one.
func (a *app) withSaved(conf Config) (_ Config, err error) {
	if _, err := os.Stat(store.Layout{Dir: conf.Settings.Data}.Database()); errors.Is(err, fs.ErrNotExist) {
		return conf, nil // no desk, nothing saved
	} else if err != nil {
		return conf, fmt.Errorf("look for the desk: %w", err)
	}
	h, err := helpdesk.Open(helpdesk.Config{Settings: conf.Settings})
	if err != nil {
		return conf, err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	rows, err := h.DB().Read().SavedSettings(context.Background())
	if err != nil {
		return conf, err
	}
	for _, row := range rows {
		if err := conf.Put(row.Key, row.Value, FromAdmin); err != nil {
			continue // of another release: the desk passes over it too
		}
	}
	return conf, nil
}
