package mail

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

// fact records what a part of the desk did.
func (b *bureau) fact(part string, t model.Ticket, e model.Event) {
	b.t.Helper()
	b.write(func(tx *store.Tx) error { _, err := tx.Record(tx.Ctx, model.System(part), t.ID, e); return err })
}

// alarms makes a mail of each kind that calls somebody.
func (b *bureau) alarms(boss, mike model.Actor, t model.Ticket, step func()) {
	b.t.Helper()
	due := model.TimeOf(b.now())
	b.must(b.SetNoticePrefs(b.ctx, mike, func(n model.Notice, ch string) bool { return true }))
	b.write(func(tx *store.Tx) error {
		_, err := tx.Record(tx.Ctx, boss, t.ID, model.MentionAdded{Person: mike.ID, Name: mike.Name})
		return err
	})
	step()
	b.fact("sla", t, model.SLAWarned{Target: model.FirstResponse, Due: due.Add(time.Hour)})
	step()
	b.fact("sla", t, model.SLABreached{Target: model.Resolution, Due: due})
	step()
	b.write(func(tx *store.Tx) error {
		_, err := tx.Record(tx.Ctx, boss, t.ID, model.TicketEscalated{Reason: "The customer called twice."})
		return err
	})
	step()
	b.fact("rule:1", t, model.RuleNotified{Rule: 1, Name: "VIP", To: []model.PersonID{mike.ID}, Text: "Please **call** them."})
	step()
	b.prefers(mike, func(p *model.Prefs) { p.Digest = "hourly" })
	if _, err := b.Reply(b.ctx, boss, t.ID, model.NewReply{Body: "We are on it."}); err != nil {
		b.t.Fatal(err)
	}
	step()
	b.later(time.Hour)
	step()
}

// Who gets which mail of those that call somebody.
func TestAlarms(t *testing.T) {
	b := newBureau(t)
	var support model.DepartmentID
	b.write(func(tx *store.Tx) (err error) {
		support, err = tx.InsertDepartment(tx.Ctx, model.Department{Name: "Support", Slug: "support"})
		return err
	})
	in := func(n *model.NewPerson) { n.Departments = []model.DepartmentID{support} }
	ada, mike, nina, boss := b.person(model.KindCustomer, "Ada"), b.person(model.KindAgent, "Mike", in), b.person(model.KindAgent, "Nina", in), b.person(model.KindAdmin, "Boss")
	tk := b.opens(ada, "Printer", "It burns.", func(n *model.NewTicket) { n.Department = support })
	b.must(b.Assign(b.ctx, boss, tk.ID, mike.ID, desk0))
	seen := 0
	b.told(&seen)
	check := func(what string, want ...string) {
		t.Helper()
		if got := b.told(&seen); !slices.Equal(got, want) {
			t.Errorf("%s: told %q, want %q", what, got, want)
		}
		b.later(time.Second)
	}
	warned, breached := model.SLAWarned{Target: model.FirstResponse, Due: 1}, model.SLABreached{Target: model.FirstResponse, Due: 1}
	b.fact("sla", tk, warned)
	check("a warning: by mail only for those who ask for it")
	b.fact("sla", tk, breached)
	check("a breach", "sla_breach mike", "sla_breach nina")
	b.write(func(tx *store.Tx) error {
		_, err := tx.Record(tx.Ctx, mike, tk.ID, model.TicketEscalated{Reason: "hot"})
		return err
	})
	check("escalated by whoever has it: not told of that", "escalated nina")
	b.must(b.SetNoticeRules(b.ctx, boss, "", func(c model.NoticeCell) bool {
		return c.Wanted != slices.Contains([]string{"sla_breach_members_mail", "sla_breach_admins_mail"}, c.Key())
	}))
	b.fact("sla", tk, breached)
	check("admins instead of members", "sla_breach boss", "sla_breach mike")
	if _, err := b.Note(b.ctx, boss, tk.ID, model.NewReply{Body: "@nina look"}); err != nil {
		t.Fatal(err)
	}
	check("a mention", "mention nina")
	b.fact("rule:1", tk, model.RuleNotified{Name: "VIP", To: []model.PersonID{nina.ID}, Channels: []string{model.InApp}})
	check("a rule in the app")
	b.must(b.SetNoticePrefs(b.ctx, nina, func(n model.Notice, ch string) bool { return ch != model.ByMail }))
	b.fact("rule:1", tk, model.RuleNotified{Name: "VIP", To: []model.PersonID{nina.ID, mike.ID}, Addresses: []string{"Boss@help.test", "oncall@example.org", "support@help.test"}, Text: "Call"})
	check("a rule by mail, to ourselves never", "rule_notice boss", "rule_notice mike", "rule_notice oncall")
}

// What a rule tells people who are not of the staff has reference, subject and
// the rule's words, and nothing of the desk's inside.
func TestRulesTellStrangersLittle(t *testing.T) {
	b := newBureau(t)
	ada, eve, mike := b.person(model.KindCustomer, "Ada"), b.person(model.KindCustomer, "Eve"), b.person(model.KindAgent, "Mike")
	tk := b.opens(ada, "Printer", "These are Adas words.")
	b.must(b.SetPriority(b.ctx, mike, tk.ID, model.High, desk0))
	if _, err := b.Note(b.ctx, mike, tk.ID, model.NewReply{Body: "The cause is secret."}); err != nil {
		t.Fatal(err)
	}
	b.mails()
	b.fact("rule:7", tk, model.RuleNotified{Rule: 7, Name: "Angry VIP rule", To: []model.PersonID{ada.ID, eve.ID}, Addresses: []string{"oncall@example.org", "eve@example.com"}, Text: "Please **look**."})
	got := b.mails()
	if len(got) != 3 {
		t.Fatalf("%d mails", len(got))
	}
	for _, m := range got {
		all := string(m.Raw) + m.Text + m.HTML
		for _, word := range []string{"Adas words", "secret", "Angry", "igh", "Mike", "/agent/", "Open the"} {
			if strings.Contains(m.Text+m.Subject, word) || word != "igh" && strings.Contains(all, word) {
				t.Errorf("%s is told %q:\n%s", m.To, word, m.Text)
			}
		}
		if m.Subject != "[ESC-1] Printer" || !strings.Contains(m.Text, "Please **look**.") || m.Header.Get("Auto-Submitted") != "auto-generated" {
			t.Errorf("%s: %s\n%s", m.To, m.Subject, m.Text)
		}
		if link := strings.Contains(m.Text, "/guest/"); link != (m.To[0] == "ada@example.com") {
			t.Errorf("%s has a link %v", m.To, link)
		}
		if m.To[0] != "ada@example.com" && m.Header.Get("Reply-To") != "" {
			t.Errorf("a stranger may answer into the ticket: %s", m.Header.Get("Reply-To"))
		}
	}
	// Rules cannot be made to flood an address.
	for i := range 70 {
		b.fact("rule:7", tk, model.RuleNotified{Name: fmt.Sprint("R", i), Addresses: []string{"oncall@example.org"}})
	}
	if n := len(b.mails()); n != strangerLimit-1 {
		t.Errorf("%d mails in an hour", n)
	}
}

// Many breaches in one check are one mail to each.
func TestManyBreachesAreOneMail(t *testing.T) {
	b := newBureau(t)
	ada, mike, boss := b.person(model.KindCustomer, "Ada"), b.person(model.KindAgent, "Mike"), b.person(model.KindAdmin, "Boss")
	var list []model.Ticket
	for i := range 30 {
		tk := b.opens(ada, fmt.Sprint("T", i), "x")
		b.must(b.Assign(b.ctx, boss, tk.ID, mike.ID, desk0))
		list = append(list, tk)
	}
	b.mails()
	b.write(func(tx *store.Tx) error {
		for _, tk := range list {
			if _, err := tx.Record(tx.Ctx, model.System("sla"), tk.ID, model.SLABreached{Target: model.Resolution, Due: 1}); err != nil {
				return err
			}
		}
		return nil
	})
	got := b.mails()
	if len(got) != 1 || !strings.Contains(got[0].Subject, "30 tickets") || !strings.Contains(got[0].Text, "ESC-30") {
		t.Fatalf("%d mails: %+v", len(got), got)
	}
}

func TestCustomersStopMails(t *testing.T) {
	b := newBureau(t)
	ada, mike := b.person(model.KindCustomer, "Ada"), b.person(model.KindAgent, "Mike")
	tk := b.opens(ada, "Printer", "It burns.")
	b.mails()
	b.must(b.SetStatus(b.ctx, mike, tk.ID, model.Resolved, desk0))
	m := to(b.mails(), "ada")
	link := strings.Trim(m.Header.Get("List-Unsubscribe"), "<>")
	token, ok := strings.CutPrefix(link, "https://help.test/support/unsubscribe/")
	if !ok || m.Header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" || !strings.Contains(m.Text, link) {
		t.Fatalf("%v\n%s", m.Header, m.Text)
	}
	b.must(b.StopStatusMails(b.ctx, model.Nobody(), strings.TrimSuffix(token, "/")))
	b.must(b.SetStatus(b.ctx, mike, tk.ID, model.Reopened, desk0))
	if got := b.mails(); to(got, "ada") != nil {
		t.Error("told all the same")
	}
	b.says(mike, tk, "Solved now.")
	if m = to(b.mails(), "ada"); m == nil || m.Header.Get("List-Unsubscribe") != "" {
		t.Error("answers stop too, or can be stopped")
	}
}

// Without mail as a channel there are no notifications by mail, whatever the
// matrix says.
func TestTheMasterSwitch(t *testing.T) {
	b := newBureau(t, "notification_channels", "", "mail_burst_seconds", "60")
	ada, mike := b.person(model.KindCustomer, "Ada"), b.person(model.KindAgent, "Mike")
	tk := b.opens(ada, "Printer", "It burns.")
	b.must(b.Assign(b.ctx, mike, tk.ID, mike.ID, desk0))
	b.says(ada, tk, "Hello?")
	b.fact("sla", tk, model.SLABreached{Target: model.Resolution, Due: 1})
	b.routes()
	b.later(time.Hour)
	if got := b.mails(); len(got) != 0 {
		t.Errorf("%d mails", len(got))
	}
}
