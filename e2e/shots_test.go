package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"escalated/e2e/browser"
	"escalated/helpdesk"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

// TestShots looks at every page of the demo desk in both themes, at two widths,
// in English and Arabic, and keeps what it sees in shots/. SHOTS may be words
// of the names to take: SHOTS=queue,ticket-dark.
func TestShots(t *testing.T) {
	if os.Getenv("SHOTS") == "" {
		t.Skip("set SHOTS to take screenshots")
	}
	w := demoWorld(t)
	for _, c := range combinations() {
		pages := map[string]*browser.Page{}
		for _, s := range sights {
			name := s.name + "-" + c.name
			if !wanted(name) {
				continue
			}
			if pages[s.who] == nil {
				pages[s.who] = w.viewer(s.who, c.opt)
			}
			pages[s.who].Goto(w.at(s))
			pages[s.who].Screenshot(name)
		}
	}
}

func wanted(name string) bool {
	words := os.Getenv("SHOTS")
	return words == "1" || slices.ContainsFunc(strings.Split(words, ","), func(w string) bool { return strings.HasPrefix(name, w) })
}

// demoWorld is the desk of serve --demo, with what every page needs.
func demoWorld(t *testing.T) *world {
	t.Helper()
	path, err := builtProgram()
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(t.TempDir(), "demo")
	filled := startProgram(t, []string{"--demo"})
	if err := filled.stop(); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(path, "check", "--data", filled.data).CombinedOutput(); err != nil {
		t.Fatalf("the demo desk is not sound: %v\n%s", err, out)
	}
	if err := os.Rename(filled.data, data); err != nil {
		t.Fatal(err)
	}
	demo := func(c *helpdesk.Config) { c.Data, c.Clock, c.Demo, c.KeepMail = data, time.Now, true, true }
	w := &world{house: newHouse(t, helpdesktest.Settings("mail_from", "Larkfield <help@larkfield.example>", "reply_domain", "larkfield.example"), demo), empty: newHouse(t), who: map[string]model.Person{}, fill: map[string]string{}}
	w.meet("admin", "ada@larkfield.example", "agent", "mira@larkfield.example", "light", "ingrid@larkfield.example", "customer", "sarah@harbourfinch.example", "other", "tanaka@midori-bungu.example")
	w.keep("person", int64(w.who["agent"].ID))
	w.longest()
	ctx, admin := context.Background(), w.actor("admin")
	departments, err := w.Verbs().Departments(ctx, admin)
	w.must(err)
	w.keep("department", int64(departments[0].ID))
	tags, err := w.Verbs().Tags(ctx, admin)
	w.must(err)
	w.keep("tag", int64(tags[0].ID))
	w.mails()
	w.links()
	binned := w.says("By mistake")
	w.keep("binned", int64(binned.ID))
	w.must(w.Verbs().DeleteTicket(ctx, admin, binned.ID))
	for _, f := range furnish {
		f(w)
	}
	w.Settle()
	return w
}

// longest finds the customer's longest conversation, and a solved one.
func (w *world) longest() {
	w.t.Helper()
	page, err := w.Verbs().Tickets(context.Background(), w.actor("admin"), model.TicketFilter{Any: true, Requester: w.who["customer"].ID, Page: 1, PerPage: 100})
	w.must(err)
	most := 0
	for _, r := range page.Rows {
		if r.MessageCount >= most {
			most = r.MessageCount
			w.keep("ticket", int64(r.ID))
		}
		if r.Status == model.Resolved || w.fill["solved"] == "" {
			w.keep("solved", int64(r.ID))
		}
	}
}
