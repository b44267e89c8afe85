package command

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"escalated/helpdesk"
	"escalated/model"
	"escalated/store"
	"escalated/text"
)

func TestDemoScripts(t *testing.T) {
	scripts, err := loadDemoScripts()
	if err != nil {
		t.Fatal(err)
	}
	tags := map[string]bool{}
	for _, tag := range demoTags {
		tags[tag.Name] = true
	}
	departments := map[string]bool{}
	for _, d := range demoDepartments {
		departments[d.Slug] = true
	}
	n := 0
	for lang, list := range scripts {
		for _, s := range list {
			n++
			if !departments[s.department] {
				t.Errorf("%s %s: no department %s", lang, s.title, s.department)
			}
			for _, tag := range s.tags {
				if !tags[tag] {
					t.Errorf("%s %s: no tag %s", lang, s.title, tag)
				}
			}
			words := demoWords(rand.New(rand.NewPCG(1, 2)), lang, &demoPerson{Name: "Ada"}, &demoPerson{Name: "Bo"})
			for _, in := range s.subjects {
				if out := demoFill(in, rand.New(rand.NewPCG(1, 2)), words); strings.ContainsAny(out, "{}$|") || len([]rune(out)) > model.MaxSubject {
					t.Errorf("%s %s: %q", lang, s.title, out)
				}
			}
			for _, step := range s.steps {
				if out := demoFill(step.text, rand.New(rand.NewPCG(1, 2)), words); strings.ContainsAny(out, "{}$|") || out == "" {
					t.Errorf("%s %s %c: %q", lang, s.title, step.kind, out)
				}
			}
		}
		if _, ok := demoBack[lang]; !ok && lang != "spam" {
			t.Errorf("nobody comes back in %s", lang)
		}
	}
	if n < 40 {
		t.Errorf("only %d scripts", n)
	}
}

func TestDemoFills(t *testing.T) {
	s := model.DefaultSettings()
	s.Data = filepath.Join(t.TempDir(), "demo")
	a := &app{say: text.In("en")}
	now := time.Date(2026, 11, 23, 12, 30, 0, 0, time.UTC)
	accounts, err := a.demo(t.Context(), s, now)
	if err != nil {
		t.Fatal(err)
	}
	if len(accounts) < 10 || accounts[0].Kind != model.KindAdmin {
		t.Errorf("accounts: %v", accounts)
	}
	d, err := helpdesk.Open(helpdesk.Config{Settings: s, Clock: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	r := d.DB().Read()
	if _, n, err := r.People(t.Context(), store.PeopleFilter{Page: 1, PerPage: 50}); n != 30 || err != nil {
		t.Errorf("%d people, want 30: %v", n, err)
	}
	statuses, priorities, kinds, channels := map[model.Status]int{}, map[model.Priority]int{}, map[model.TicketType]int{}, map[model.Channel]int{}
	count, bin, files := 0, 0, 0
	var last model.Time
	for id := model.TicketID(1); ; id++ {
		tk, err := r.Ticket(t.Context(), model.System("test"), id)
		if err != nil {
			break
		}
		count++
		if tk.Deleted() {
			bin++
			continue
		}
		statuses[tk.Status]++
		priorities[tk.Priority]++
		kinds[tk.Type]++
		channels[tk.Channel]++
		files += tk.FileCount
		if tk.CreatedAt < last || tk.UpdatedAt > model.TimeOf(now) || now.Sub(tk.CreatedAt.Std()) > 61*24*time.Hour {
			t.Errorf("%s: created %s, updated %s", tk.Reference, tk.CreatedAt, tk.UpdatedAt)
		}
		last = tk.CreatedAt
	}
	if count != 400 || bin == 0 || files < 50 {
		t.Errorf("%d tickets, %d in the bin, %d files", count, bin, files)
	}
	for _, st := range model.Statuses() {
		if statuses[st] < 3 {
			t.Errorf("only %d tickets are %s", statuses[st], st)
		}
	}
	if len(priorities) != 5 || len(kinds) != 4 || len(channels) < 4 {
		t.Errorf("%v %v %v", priorities, kinds, channels)
	}
	t.Log(statuses, priorities, channels, files)
	if faults, err := r.CountFaults(t.Context()); err != nil || len(faults) > 0 {
		t.Errorf("%v %v", faults, err)
	}
	outcomes := map[model.Outcome]int{}
	mails, _, err := r.LedgerPage(t.Context(), model.InboundFilter{Page: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mails {
		outcomes[m.Outcome]++
	}
	if outcomes[model.MailHeld] != 1 || outcomes[model.MailIgnored] != 2 || outcomes[model.MailQuarantined] != 1 || outcomes["reply"] != 1 {
		t.Errorf("mail became %v", outcomes)
	}
	if h, err := store.Check(t.Context(), store.Layout{Dir: s.Data}, false); err != nil || len(h.Faults) > 0 {
		t.Errorf("%v %v", h.Faults, err)
	}
	again, err := a.demo(t.Context(), s, now)
	if err != nil || len(again) != len(accounts) {
		t.Errorf("the second start: %v %v", again, err)
	}
}

func TestDemoRefusesOtherDesks(t *testing.T) {
	s := model.DefaultSettings()
	s.Data = t.TempDir()
	d, err := helpdesk.New(helpdesk.Config{Settings: s})
	if err != nil {
		t.Fatal(err)
	}
	a := &app{say: text.In("en")}
	if _, err := a.demo(t.Context(), s, time.Now()); err == nil {
		t.Error("filled a desk in use")
	}
	if _, err := d.Desk().CreatePerson(t.Context(), model.System("test"), model.NewPerson{Kind: model.KindCustomer, Name: "Real", Email: "real@help.test"}, "command"); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := a.demo(t.Context(), s, time.Now()); err == nil || !strings.Contains(err.Error(), s.Data) {
		t.Errorf("a real desk is filled: %v", err)
	}
	if _, err := os.Stat(filepath.Join(s.Data, demoMark)); err == nil {
		t.Error("a real desk is marked as a demo")
	}
}
