package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"escalated/helpdesk"
	"escalated/model"
	"escalated/text"
)

// program is one run of the program in an empty directory.
type program struct {
	dir  string
	env  []string
	code int
	out  string
	err  string
}

func newProgram(t *testing.T) *program { return &program{dir: t.TempDir()} }

// file writes escalated.toml.
func (p *program) file(t *testing.T, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, defaultFile), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (p *program) run(args ...string) *program {
	var out, errs bytes.Buffer
	a := &app{in: strings.NewReader(""), out: &out, err: &errs, environ: p.env, dir: p.dir}
	p.code = a.run(context.Background(), args)
	p.out, p.err = out.String(), errs.String()
	return p
}

// setting is one row of config --json.
type setting struct {
	Key    string
	Value  any
	Source Source
}

func (p *program) config(t *testing.T, args ...string) map[string]setting {
	t.Helper()
	p.run(append([]string{"config", "--json"}, args...)...)
	if p.code != Done {
		t.Fatalf("config ended with %d: %s", p.code, p.err)
	}
	var out struct{ Settings []setting }
	if err := json.Unmarshal([]byte(p.out), &out); err != nil {
		t.Fatal(err)
	}
	rows := map[string]setting{}
	for _, s := range out.Settings {
		rows[s.Key] = s
	}
	return rows
}

func TestPrecedence(t *testing.T) {
	p := newProgram(t)
	p.file(t, "max_attachments = 1\ndesk_name = \"File\"\nroute_prefix = \"file\"\naddr = \":1\"\n")
	p.env = []string{"ESCALATED_DESK_NAME=Env", "ESCALATED_ROUTE_PREFIX=env", "ESCALATED_ADDR=:2", "HOME=/nowhere"}
	got := p.config(t, "--set", "route_prefix=flag", "--set", "route_prefix=last", "--data", "/srv/desk")
	for _, want := range []setting{
		{"allow_signup", true, FromDefault},
		{"max_attachments", 1.0, FromFile},
		{"desk_name", "Env", FromEnv},
		{"addr", ":2", FromEnv},
		{"route_prefix", "last", FromFlag},
		{"data", "/srv/desk", FromFlag},
	} {
		if got[want.Key] != want {
			t.Errorf("%s: got %+v, want %+v", want.Key, got[want.Key], want)
		}
	}
	if len(got) != len(model.SettingKeys()) {
		t.Errorf("config prints %d of %d keys", len(got), len(model.SettingKeys()))
	}
	if p.err != "" {
		t.Errorf("it complains: %s", p.err)
	}
}

func TestFileForms(t *testing.T) {
	p := newProgram(t)
	p.file(t, `
trusted_proxies = ["127.0.0.1", "10.0.0.0/8"]
support_address = "a@example.com, b@example.com"
[sla]
enabled = true
[sla.business_hours]
start = "09:00"
days = [1, 2, 3, 4, 5]
[transitions]
closed = []
resolved = ["reopened"]
`)
	got := p.config(t)
	if list, _ := got["trusted_proxies"].Value.([]any); len(list) != 2 || list[1] != "10.0.0.0/8" {
		t.Errorf("trusted_proxies = %v", got["trusted_proxies"].Value)
	}
	if list, _ := got["support_address"].Value.([]any); len(list) != 2 || list[1] != "b@example.com" {
		t.Errorf("support_address = %v", got["support_address"].Value)
	}
	if table, _ := got["transitions"].Value.(map[string]any); len(table) != 2 {
		t.Errorf("transitions = %v", got["transitions"].Value)
	}
	if got["sla.business_hours.days"].Source != FromFile || got["sla.enabled"].Source != FromFile {
		t.Error("nested keys were not read")
	}
	other := filepath.Join(t.TempDir(), "other.toml")
	if err := os.WriteFile(other, []byte(`desk_name = "Other"`), 0o600); err != nil {
		t.Fatal(err)
	}
	got = p.config(t, "--config", other)
	if got["desk_name"].Value != "Other" || got["trusted_proxies"].Source != FromDefault {
		t.Error("--config is not read instead of escalated.toml")
	}
}

func TestEnvironmentForms(t *testing.T) {
	p := newProgram(t)
	p.env = []string{
		"ESCALATED_SLA__ENABLED=true", "ESCALATED_SLA__BUSINESS_HOURS__START=09:00",
		"ESCALATED_TRUSTED_PROXIES=127.0.0.1, ::1", `ESCALATED_TRANSITIONS={"closed":[]}`,
		"ESCALATED_TESTDATA=/somewhere", "ESCALATED_PORT=tcp://10.0.0.1:80", "ESCALATED_MAX_ATACHMENTS=3",
	}
	got := p.config(t)
	if got["sla.enabled"].Source != FromEnv || got["sla.business_hours.start"].Source != FromEnv {
		t.Error("two underscores are not read as a dot")
	}
	if list, _ := got["trusted_proxies"].Value.([]any); len(list) != 2 || list[1] != "::1" {
		t.Errorf("trusted_proxies = %v", got["trusted_proxies"].Value)
	}
	if table, _ := got["transitions"].Value.(map[string]any); len(table) != 1 {
		t.Errorf("transitions = %v", got["transitions"].Value)
	}
	if lines := strings.Count(p.err, "\n"); lines != 2 || !strings.Contains(p.err, "ESCALATED_PORT") ||
		!strings.Contains(p.err, "ESCALATED_MAX_ATTACHMENTS?") {
		t.Errorf("warnings: %s", p.err)
	}
}

// Whatever is wrong stops the start with 2, names the place, the key and what
// was probably meant, and all of it at once.
func TestMistakes(t *testing.T) {
	for _, c := range []struct {
		name, file string
		env, args  []string
		says       []string
	}{
		{"key in the file", "max_atachments = 3", nil, nil, []string{defaultFile, "max_atachments", "max_attachments?"}},
		{"capitals in the file", "MAX_ATTACHMENTS = 3", nil, nil, []string{"MAX_ATTACHMENTS", "max_attachments?"}},
		{"nested key", "[sla]\nenable = true", nil, nil, []string{"sla.enable:", "sla.enabled?"}},
		{"table", "[slaa]\nenabled = true", nil, nil, []string{"slaa.enabled:", "sla.enabled?"}},
		{"table for a value", "[max_attachments]\nn = 1", nil, nil, []string{"max_attachments:", "table"}},
		{"list for a value", "desk_name = [\"a\"]", nil, nil, []string{"desk_name:", "list"}},
		{"syntax", "a = = 1", nil, nil, []string{defaultFile, "line 1"}},
		{"value in the file", "max_attachments = 1.5", nil, nil, []string{"max_attachments", "100"}},
		{"value in the environment", "", []string{"ESCALATED_MAX_ATTACHMENTS=x"}, nil, []string{"ESCALATED_MAX_ATTACHMENTS", "100"}},
		{"key in a flag", "", nil, []string{"--set", "desk-name=x"}, []string{"--set", "desk-name", "desk_name?"}},
		{"no equals sign", "", nil, []string{"--set", "desk_name"}, []string{"key=value"}},
		{"unknown flag", "", nil, []string{"--max-atachments", "3"}, []string{"--max-atachments", "--set max_attachments"}},
		{"flag misspelled", "", nil, []string{"--jsn"}, []string{"--jsn", "--json?"}},
		{"later feature", "inbound_email_enabled = true", nil, nil, []string{"inbound_email_enabled", "does not exist yet"}},
		{"later feature in the environment", "", []string{"ESCALATED_MODE=cloud"}, nil, []string{"ESCALATED_MODE", "self_hosted"}},
		{"no file", "", nil, []string{"--config", "/nowhere/at/all.toml"}, []string{"/nowhere/at/all.toml"}},
		{"extra argument", "", nil, []string{"extra"}, []string{"extra"}},
		{"three at once", "a = 1\nmax_attachments = -1", []string{"ESCALATED_ADDR=x"}, nil, []string{"a:", "max_attachments:", "addr:"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newProgram(t)
			p.env = c.env
			if c.file != "" {
				p.file(t, c.file)
			}
			p.run(append([]string{"config"}, c.args...)...)
			if p.code != Misused || p.out != "" {
				t.Errorf("ended with %d and printed %q", p.code, p.out)
			}
			for _, want := range c.says {
				if !strings.Contains(p.err, want) {
					t.Errorf("does not say %q: %s", want, p.err)
				}
			}
		})
	}
}

func TestSecretsAreMasked(t *testing.T) {
	p := newProgram(t)
	p.env = []string{"ESCALATED_SMTP_URL=smtp://desk:hunter2@mail.example.com:587"}
	for _, args := range [][]string{{"config"}, {"config", "--json"}} {
		p.run(args...)
		if p.code != Done || !strings.Contains(p.out, masked) || strings.Contains(p.out+p.err, "hunter2") {
			t.Errorf("%v: %d\n%s%s", args, p.code, p.out, p.err)
		}
	}
	if p.run("config", "--set", "smtp_url=smtp://desk:hunter2@"); p.code != Misused || strings.Contains(p.err, "hunter2") {
		t.Errorf("the complaint shows the password: %s", p.err)
	}
}

func TestPutByAdmin(t *testing.T) {
	c := Config{Settings: model.DefaultSettings()}
	if err := c.Put("desk_name", "Saved", FromAdmin); err != nil || c.From("desk_name") != FromAdmin || c.Settings.DeskName != "Saved" {
		t.Errorf("%v %s %q", err, c.From("desk_name"), c.Settings.DeskName)
	}
	if err := c.Put("default_priority", "huge", FromAdmin); err == nil || c.From("default_priority") != FromDefault {
		t.Error("a refused value leaves a source behind")
	}
}

func TestConfigShowsWhatAdminsSaved(t *testing.T) {
	s := model.DefaultSettings()
	s.Data = t.TempDir()
	h, err := helpdesk.Open(helpdesk.Config{Settings: s})
	if err != nil {
		t.Fatal(err)
	}
	admin := model.Actor{Kind: model.KindMachine, Part: "test"}
	if err := h.Desk().SaveSettings(t.Context(), admin, map[string]string{"desk_name": "Saved by Ann"}); err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	p := newProgram(t)
	p.run("config", "--data", s.Data, "--set", "desk_name=From a flag")
	if p.code != Done || !strings.Contains(p.out, "Saved by Ann") || strings.Contains(p.out, "From a flag") || !strings.Contains(p.out, string(FromAdmin)) {
		t.Errorf("%d\n%s%s", p.code, p.out, p.err)
	}
}

func TestServeDemo(t *testing.T) {
	for addr, ok := range map[string]bool{
		"127.0.0.1:0": true, "[::1]:80": true, "localhost:80": true, ":8080": false, "0.0.0.0:80": false, "192.0.2.1:80": false,
	} {
		a := &app{say: text.In("en")}
		c := Config{Settings: model.DefaultSettings()}
		c.Settings.Addr = addr
		err := (&serveOptions{Demo: true}).settle(a, &c)
		var e *Exit
		if ok && (err != nil || c.Settings.Data != demoData) || !ok && (!errors.As(err, &e) || e.Code != Misused) {
			t.Errorf("%s: %v, data %s", addr, err, c.Settings.Data)
		}
	}
	c := Config{Settings: model.DefaultSettings()}
	if err := c.Put("data", "/srv/x", FromFlag); err != nil {
		t.Fatal(err)
	}
	if err := (&serveOptions{Demo: true}).settle(&app{}, &c); err != nil || c.Settings.Data != "/srv/x" {
		t.Errorf("--data is not kept: %v %s", err, c.Settings.Data)
	}
	if err := (&serveOptions{}).settle(&app{}, &c); err != nil {
		t.Error(err)
	}
}

func TestExitCodes(t *testing.T) {
	saved := commands
	defer func() { commands = saved }()
	broken := func(use string, notes map[string]string, err error) func(*app) *cobra.Command {
		return func(a *app) *cobra.Command {
			c := &cobra.Command{Use: use, Annotations: notes, RunE: func(*cobra.Command, []string) error {
				if _, err := a.load(); err != nil {
					return err
				}
				return err
			}}
			c.Flags().Bool("good", false, "")
			return c
		}
	}
	commands = append(slices.Clone(saved),
		broken("fails", nil, errors.New("disk full")),
		broken("refused", nil, model.Refuse("email", "email_invalid")),
		broken("silent", nil, &Exit{Code: Failed}),
		broken("pipe", pipe, &Exit{Retry, errors.New("busy")}),
		broken("piped", pipe, nil),
		func(*app) *cobra.Command {
			group := &cobra.Command{Use: "group"}
			group.AddCommand(&cobra.Command{Use: "fails", RunE: func(*cobra.Command, []string) error { return errors.New("inner") }})
			return group
		},
	)
	for _, c := range []struct {
		args string
		code int
		says string
	}{
		{"version", Done, ""},
		{"fails", Failed, "escalated: disk full\n"},
		{"refused", Failed, text.In("en").T("errors.email_invalid")},
		{"silent", Failed, ""},
		{"fails --goood", Misused, "--good?"},
		{"fails --set x=1", Misused, "x:"},
		{"pipe", Retry, "busy"},
		{"piped", Done, ""},
		{"piped --bad", Retry, "--bad"},
		{"piped --set x=1", Retry, "x:"},
		{"piped --set x=1 some.eml", Misused, "x:"},
		{"group", Done, ""},
		{"group fails", Failed, "inner"},
		{"group fials", Misused, "fails?"},
		{"verison", Misused, "version?"},
		{"completion tcsh", Misused, "tcsh"},
	} {
		p := newProgram(t).run(strings.Fields(c.args)...)
		if p.code != c.code || !strings.Contains(p.err, c.says) || c.says == "" && p.err != "" {
			t.Errorf("%s: %d %q, want %d %q", c.args, p.code, p.err, c.code, c.says)
		}
	}
}

func TestVersionAndCompletion(t *testing.T) {
	if p := newProgram(t).run("version"); p.code != Done || !regexp.MustCompile(`^escalated .*go1\.\d+.* \w+/\w+\n$`).MatchString(p.out) {
		t.Errorf("version: %d %q", p.code, p.out)
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if p := newProgram(t).run("completion", shell); p.code != Done || !strings.Contains(p.out, "escalated") {
			t.Errorf("completion %s: %d %.80q", shell, p.code, p.out)
		}
	}
	if p := newProgram(t).run("__complete", "config", "--set", "max_att"); !strings.Contains(p.out, "max_attachments=") {
		t.Errorf("--set is not completed: %s", p.out)
	}
}

// Every sentence a setting may answer with, and every word of the admin panel
// about one, exists.
func TestSettingWords(t *testing.T) {
	source, err := os.ReadFile("../model/settings_check.go")
	if err != nil {
		t.Fatal(err)
	}
	registry, err := os.ReadFile("../model/settings_registry.go")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`badSetting\("(\w+)"|SettingError\{key, "(\w+)"`).FindAllStringSubmatch(string(source)+string(registry), -1)
	if len(found) < 15 {
		t.Fatalf("only %d sentences found", len(found))
	}
	for _, m := range found {
		if key := "errors." + m[1] + m[2]; !text.Has(key) {
			t.Errorf("no text %s", key)
		}
	}
	for _, d := range model.AllSettings() {
		if !d.Admin {
			continue
		}
		for _, key := range []string{d.Label, d.Label + "_hint", "setting.section." + d.Section} {
			if !text.Has(key) {
				t.Errorf("no text %s", key)
			}
		}
	}
	language, _ := model.SettingOf("default_language")
	var spoken []string
	for _, l := range text.Languages() {
		spoken = append(spoken, l.Code)
	}
	slices.Sort(spoken)
	if offered := slices.Sorted(slices.Values(language.Choices)); !slices.Equal(spoken, offered) {
		t.Errorf("default_language offers %v, the desk speaks %v", language.Choices, spoken)
	}
}
