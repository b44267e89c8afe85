package command

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"escalated/desk"
	"escalated/helpdesk"
	"escalated/model"
)

// old fills the desk of a program with a ticket that was resolved ten days
// ago and one whose snooze is over, by a clock of its own.
func (p *program) old(t *testing.T) {
	t.Helper()
	s := model.DefaultSettings()
	s.Data = filepath.Join(p.dir, "data")
	at := time.Now().Add(-10 * 24 * time.Hour)
	h, err := helpdesk.Open(helpdesk.Config{Settings: s, Clock: func() time.Time { return at }})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	d, by := h.Desk(), model.System("test")
	carol, err := d.CreatePerson(t.Context(), by, model.NewPerson{Kind: model.KindCustomer, Name: "Carol", Email: "carol@help.test", Verified: true}, "command")
	if err != nil {
		t.Fatal(err)
	}
	for _, subject := range []string{"Solved long ago", "Asleep until now"} {
		tk, err := d.OpenTicket(t.Context(), model.Actor{Kind: model.KindCustomer, ID: carol.ID, Permissions: model.PermissionsOf(model.KindCustomer), Via: model.Web}, model.NewTicket{Subject: subject, Body: "x"})
		if err != nil {
			t.Fatal(err)
		}
		if subject == "Asleep until now" {
			if _, err = d.Snooze(t.Context(), by, tk.ID, "1h", ""); err != nil {
				t.Fatal(err)
			}
			continue
		}
		for _, prio := range []model.Priority{model.High, model.Low} {
			if err := d.SetPriority(t.Context(), by, tk.ID, prio, desk.Change{}); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.SetStatus(t.Context(), by, tk.ID, model.Resolved, desk.Change{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// commands are the jobs as commands, in an order in which each has something
// to do, with the line they say.
func (p *program) commands(t *testing.T) {
	t.Helper()
	for _, c := range []struct{ line, says string }{
		{"close-resolved --days 7 --dry-run", "closed 1 (dry run"},
		{"close_resolved --days 20", "closed 0"},
		{"close-resolved --days 7", "closed 1"},
		{"close-resolved", "closed 0"},
		{"wake_snoozed_tickets --dry-run", "woken 1 (dry run"},
		{"wake-snoozed-tickets", "woken 1"},
		{"wake-snoozed-tickets", "woken 0"},
		{"purge-activities --days 365", "purged 0"},
		{"check-sla", "breached "},
		{"check_sla --warning-threshold 30", "breached "},
	} {
		p.typing("", strings.Fields(c.line)...)
		if p.code != Done || !strings.HasPrefix(p.out, c.says) || !strings.Contains(c.line, "dry") && strings.Count(p.out, "\n") != 1 {
			t.Errorf("%s: %d %q %s", c.line, p.code, p.out, p.err)
		}
		if strings.Contains(c.line, "threshold") != strings.Contains(p.err, "policy") {
			t.Errorf("%s says %q", c.line, p.err)
		}
	}
	for _, line := range []string{"close-resolved --days -1", "purge-activities --days soon", "check-sla --warning-threshold -5", "wake-snoozed-tickets all"} {
		if p.typing("", strings.Fields(line)...); p.code != Misused {
			t.Errorf("%s: %d", line, p.code)
		}
	}
}

func TestJobCommandsAgainstAStoppedDesk(t *testing.T) {
	p := newProgram(t)
	p.old(t)
	p.commands(t)
	s := model.DefaultSettings()
	s.Data = filepath.Join(p.dir, "data")
	h, err := helpdesk.Open(helpdesk.Config{Settings: s})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	runs, err := h.Desk().JobRuns(t.Context(), shell(), "close-resolved")
	if err != nil || len(runs) != 3 || runs[1].Figures["closed"] != 1 || runs[1].By != model.ByCommand {
		t.Errorf("%+v, %v", runs, err)
	}
}

func TestJobCommandsBesideARunningDesk(t *testing.T) {
	p := newProgram(t)
	p.old(t)
	s := serves(t, "--data", filepath.Join(p.dir, "data"))
	s.line("listening on ")
	p.commands(t)
	if code := s.end(); code != Done {
		t.Errorf("serve ended with %d: %s", code, s.err.String())
	}
	if strings.Contains(s.err.String(), "level=ERROR") {
		t.Error(s.err.String())
	}
}

func TestACommandWaitsForWhoeverIsAtTheJob(t *testing.T) {
	p := newProgram(t)
	p.old(t)
	s := model.DefaultSettings()
	s.Data = filepath.Join(p.dir, "data")
	h, err := helpdesk.New(helpdesk.Config{Settings: s})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	at, released := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		_, err := h.RunJob(t.Context(), "close-resolved", 0, func(context.Context, *desk.Desk, model.Actor) (model.Figures, error) {
			close(at)
			<-released
			return nil, nil
		})
		done <- err
	}()
	<-at
	time.AfterFunc(200*time.Millisecond, func() { close(released) })
	if p.typing("", "close-resolved", "--days", "7"); p.code != Done || p.out != "closed 1\n" {
		t.Errorf("%d %q %s", p.code, p.out, p.err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
