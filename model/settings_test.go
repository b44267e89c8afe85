package model

import (
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestDefaultSettings(t *testing.T) {
	s := DefaultSettings()
	if s.RoutePrefix != "support" || s.DefaultPriority != Medium || !s.AllowCustomerClose || s.MaxAttachments != 5 ||
		s.MaxAttachmentSizeKB != 10240 || s.AutoCloseResolvedAfterDays != 7 || s.ShowPriorityToCustomers ||
		s.TicketReferencePrefix != "ESC" || !s.Notifies("email") || s.Notifies("webhook") {
		t.Errorf("defaults: %+v", s)
	}
	if got := s.Limits(); got != (Limits{5, 10 << 20}) {
		t.Errorf("Limits() = %+v", got)
	}
	if !slices.Equal(s.SLABusinessHoursDays, []string{"1", "2", "3", "4", "5"}) {
		t.Errorf("sla.business_hours.days = %q", s.SLABusinessHoursDays)
	}
	if !reflect.DeepEqual(s.Moves(), DefaultTransitions()) {
		t.Error("Moves() is not the built-in table")
	}
}

// What Value writes, Set reads, for every key; and every setting says where it
// belongs.
func TestSettingsRoundTrip(t *testing.T) {
	s := DefaultSettings()
	seen := map[string]bool{}
	for _, d := range AllSettings() {
		if seen[d.Key] || d.Key == "" || d.Section == "" {
			t.Errorf("%q is named twice, or has no name or section", d.Key)
		}
		seen[d.Key] = true
		if got := s.Value(d.Key); got != d.Default {
			t.Errorf("%s: Value %q, Default %q", d.Key, got, d.Default)
		}
		if err := s.Set(d.Key, s.Value(d.Key)); err != nil {
			t.Errorf("%s: its own default is refused: %v", d.Key, err)
		}
		if d.Admin && d.Later || d.Admin && d.Secret {
			t.Errorf("%s must not be in the admin panel", d.Key)
		}
	}
	if !reflect.DeepEqual(s, DefaultSettings()) {
		t.Error("setting the defaults changed something")
	}
}

func TestSetSettings(t *testing.T) {
	for _, c := range []struct{ key, value, want, problem string }{
		{"allow_signup", "no", "false", ""},
		{"allow_signup", "Yes", "true", ""},
		{"allow_signup", "", "", "setting_bool"},
		{"max_attachments", " 12 ", "12", ""},
		{"max_attachments", "-1", "", "number_range"},
		{"max_attachments", "many", "", "number_range"},
		{"default_priority", "urgent", "urgent", ""},
		{"default_priority", "huge", "", "setting_choice"},
		{"trusted_proxies", "10.0.0.0/8, ::1,", "10.0.0.0/8,::1", ""},
		{"trusted_proxies", "proxy.example", "", "setting_network"},
		{"notification_channels", "", "", ""},
		{"notification_channels", "email,pigeon", "", "setting_choice"},
		{"base_url", "https://help.example.com/", "https://help.example.com", ""},
		{"base_url", "help.example.com", "", "setting_base"},
		{"base_url", "https://help.example.com/desk", "", "setting_base"},
		{"base_url", "https://u:p@help.example.com", "", "setting_base"},
		{"route_prefix", "/help/desk/", "help/desk", ""},
		{"route_prefix", "", "", "setting_prefix"},
		{"route_prefix", "a b", "", "setting_prefix"},
		{"addr", "8080", "", "setting_listen"},
		{"addr", ":0", ":0", ""},
		{"desk_name", "", "", "required"},
		{"desk_name", "A\r\nBcc: b@example.com", "", "setting_line"},
		{"time_zone", "Europe/Berlin", "Europe/Berlin", ""},
		{"time_zone", "Mars/Olympus", "", "zone_invalid"},
		{"time_zone", "Local", "", "zone_invalid"},
		{"default_language", "tlh", "", "setting_choice"},
		{"ticket_reference_prefix", "HELP2026", "HELP2026", ""},
		{"ticket_reference_prefix", "ELEVENCHARS", "", "setting_reference"},
		{"ticket_reference_prefix", "A-B", "", "setting_reference"},
		{"smtp_url", "smtp://user:p%40ss@mail.example.com:587", "smtp://user:p%40ss@mail.example.com:587", ""},
		{"smtp_url", "smtps://mail.example.com:465", "smtps://mail.example.com:465", ""},
		{"smtp_url", "smtp://127.0.0.1:2525?tls=none", "smtp://127.0.0.1:2525?tls=none", ""},
		{"smtp_url", "smtp://[::1]:2525?tls=none", "smtp://[::1]:2525?tls=none", ""},
		{"smtp_url", "smtp://mail.example.com:25?tls=none", "", "setting_smtp"},
		{"smtp_url", "smtp://mail.example.com?tls=maybe", "", "setting_smtp"},
		{"smtp_url", "mail.example.com:25", "", "setting_smtp"},
		{"mail_from", "Help <help@example.com>", "Help <help@example.com>", ""},
		{"mail_from", "help", "", "setting_sender"},
		{"reply_domain", "Reply.Example.com", "reply.example.com", ""},
		{"reply_domain", "a_b", "", "setting_domain"},
		{"support_address", "a@example.com,b@example.com", "a@example.com,b@example.com", ""},
		{"support_address", "A <a@example.com>", "", "email_invalid"},
		{"guest_policy_mode", "guest_user", "guest_user", ""},
		{"guest_policy_signup_url_template", "https://example.com/?t={token}", "https://example.com/?t={token}", ""},
		{"guest_policy_signup_url_template", "javascript:alert(1)", "", "url_invalid"},
		{"transitions", `{"open":["closed"]}`, `{"open":["closed"]}`, ""},
		{"transitions", `{"opne":["closed"]}`, "", "setting_transitions"},
		{"transitions", `[]`, "", "setting_transitions"},
		{"table_prefix", "desk_", "desk_", ""},
		{"sla.enabled", "true", "true", ""},
		{"sla.enabled", "false", "false", ""},
		{"sla.business_hours.days", "1, 2,3,4,5", "1,2,3,4,5", ""},
		{"imap_port", "x", "", "setting_later"},
		{"mode", "cloud", "", "setting_later"},
		{"max_atachments", "5", "", "setting_unknown"},
	} {
		s := DefaultSettings()
		err := s.Set(c.key, c.value)
		if c.problem == "" {
			if err != nil || s.Value(c.key) != c.want {
				t.Errorf("%s = %q: got %q, %v, want %q", c.key, c.value, s.Value(c.key), err, c.want)
			}
			continue
		}
		var refused *SettingError
		if !errors.As(err, &refused) || refused.Problem != c.problem || refused.Key != c.key {
			t.Errorf("%s = %q: got %v, want problem %s", c.key, c.value, err, c.problem)
		}
		if got := Problems(err); len(got) != 1 || got[0].Field != c.key || got[0].Key != c.problem {
			t.Errorf("%s = %q: as Invalid it is %v", c.key, c.value, got)
		}
		if !reflect.DeepEqual(s, DefaultSettings()) {
			t.Errorf("%s = %q was refused and changed something", c.key, c.value)
		}
	}
}

func TestSettingErrorHidesValue(t *testing.T) {
	s := DefaultSettings()
	err := s.Set("smtp_url", "smtp://user:hunter2@")
	if err == nil || strings.Contains(fmt.Sprintf("%v %+v", err, Problems(err)), "hunter2") {
		t.Errorf("the password is in the error: %+v", err)
	}
}

func TestMailNames(t *testing.T) {
	s := DefaultSettings()
	if s.MailDomain() != "" || s.OwnAddresses() != nil {
		t.Error("without mail_from there is neither domain nor mailbox")
	}
	s.MailFrom = "Help <Help@Example.com>"
	if s.MailDomain() != "example.com" || !slices.Equal(s.OwnAddresses(), []string{"help@example.com"}) {
		t.Errorf("derived: %q %q", s.MailDomain(), s.OwnAddresses())
	}
	s.ReplyDomain, s.SupportAddress = "reply.example.com", []string{"A@example.com", "b@example.com"}
	if s.MailDomain() != "reply.example.com" || !slices.Equal(s.OwnAddresses(), []string{"a@example.com", "b@example.com"}) {
		t.Errorf("set: %q %q", s.MailDomain(), s.OwnAddresses())
	}
}

func TestParseTransitions(t *testing.T) {
	table, err := ParseTransitions(`{"resolved":["reopened"],"closed":[]}`)
	if err != nil {
		t.Fatal(err)
	}
	if table.CanBecome(Resolved, Closed) || !table.CanBecome(Resolved, Reopened) || table.CanBecome(Closed, Reopened) {
		t.Errorf("rows that are given count: %v", table)
	}
	if !table.CanBecome(Open, InProgress) {
		t.Error("a row that is left out keeps its built-in moves")
	}
}

func TestNearestSetting(t *testing.T) {
	for typed, want := range map[string]string{
		"max_atachments": "max_attachments", "MAX_ATTACHMENT": "max_attachments", "base-url": "base_url",
		"sla.enable": "sla.enabled", "sla_enabled": "sla.enabled",
		"sla.buisness_hours.start": "sla.business_hours.start", "dekname": "desk_name",
	} {
		if got := NearestSetting(typed); got != want {
			t.Errorf("NearestSetting(%q) = %q, want %q", typed, got, want)
		}
	}
	if EditDistance("", "abc") != 3 || EditDistance("abc", "acb") != 1 || EditDistance("kitten", "sitting") != 3 {
		t.Error("EditDistance")
	}
}

var update = flag.Bool("update", false, "write docs/configuration.md")

// The documentation's tables are the registry and the comments of Settings;
// run with -update after changing either.
func TestConfigurationIsDocumented(t *testing.T) {
	const path = "../docs/configuration.md"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	marks := regexp.MustCompile(`(?s)(<!-- settings -->\n).*(<!-- end of settings -->)`)
	if !marks.Match(page) {
		t.Fatalf("%s has no place for the settings", path)
	}
	want := marks.ReplaceAll(page, []byte("${1}"+strings.ReplaceAll(settingTables(t), "$", "$$")+"${2}"))
	if string(want) == string(page) {
		return
	}
	if !*update {
		t.Fatalf("%s is not what the settings say; run go test ./model -run Documented -update", path)
	}
	if err := os.WriteFile(path, want, 0o644); err != nil {
		t.Fatal(err)
	}
}

func settingTables(t *testing.T) string {
	about := settingComments(t)
	var b strings.Builder
	section := ""
	for _, later := range []bool{false, true} {
		for _, d := range AllSettings() {
			if d.Later != later {
				continue
			}
			if d.Section != section {
				section = d.Section
				title := strings.ToUpper(section[:1]) + section[1:]
				if later {
					title += " (not yet)"
				}
				fmt.Fprintf(&b, "\n### %s\n\n| Key | Default | Kind | What it does |\n|---|---|---|---|\n", title)
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", d.Key, quoted(d.Default), kindText(d), about[d.field])
		}
	}
	b.WriteString("\n")
	return b.String()
}

func quoted(v string) string {
	if v == "" {
		return "empty"
	}
	return "`" + v + "`"
}

func kindText(d Setting) string {
	out := string(d.Kind)
	switch {
	case len(d.Choices) > 0:
		out += ": " + strings.Join(d.Choices, ", ")
	case d.Kind == IntSetting:
		out += " " + strconv.Itoa(d.Min) + "–" + strconv.Itoa(d.Max)
	}
	if d.Admin && d.Kind != MapSetting { // the panel has no field for a map
		out += "; admin panel"
	}
	if d.Secret {
		out += "; secret"
	}
	return out
}

// settingComments reads the comment of each field, in order.
func settingComments(t *testing.T) []string {
	file, err := parser.ParseFile(token.NewFileSet(), "settings.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok || spec.Name.Name != "Settings" {
			return true
		}
		for _, f := range spec.Type.(*ast.StructType).Fields.List {
			text := strings.Join(strings.Fields(f.Doc.Text()), " ")
			if text == "" || len(f.Names) != 1 {
				t.Errorf("%v needs a comment of its own", f.Names)
			}
			out = append(out, strings.ReplaceAll(text, "|", "\\|"))
		}
		return false
	})
	return out
}
