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

// prefers sets a colleague's preferences.
func (b *bureau) prefers(who model.Actor, change func(p *model.Prefs)) {
	b.t.Helper()
	b.must(b.ChangePrefs(b.ctx, who, change))
}

// inOrder reports whether the words stand in a text one after the other.
func inOrder(text string, words ...string) bool {
	for _, w := range words {
		i := strings.Index(text, w)
		if i < 0 {
			return false
		}
		text = text[i+len(w):]
	}
	return true
}

func TestABurstIsOneMail(t *testing.T) {
	b := newBureau(t, "mail_burst_seconds", "60")
	ada, mike := b.person(model.KindCustomer, "Ada"), b.person(model.KindAgent, "Mike")
	tk := b.opens(ada, "Printer", "It burns.")
	b.must(b.Assign(b.ctx, mike, tk.ID, mike.ID, desk0))
	b.later(time.Hour)
	b.mails()
	for i := range 5 {
		b.says(ada, tk, fmt.Sprintf("Word %d.", i+1))
		b.routes()
		b.later(5 * time.Second)
	}
	if got := to(b.mails(), "mike"); got != nil {
		t.Fatalf("told before the minute is over: %s", got.Subject)
	}
	b.later(time.Minute)
	got := b.mails()
	if len(got) != 1 {
		t.Fatalf("%d mails", len(got))
	}
	m := got[0]
	if !inOrder(m.Text, "5 updates", "Word 1.", "Word 2.", "Word 3.", "Word 4.", "Word 5.", "agent/tickets/1/") || !inOrder(m.HTML, "Word 1.", "Word 5.") {
		t.Errorf("the mail tells\n%s", m.Text)
	}
	if m.Subject != "[ESC-1] Printer" || m.Header.Get("In-Reply-To") == "" && m.Header.Get("References") != "" {
		t.Errorf("%s, %v", m.Subject, m.Header)
	}
	first := m.Header.Get("Message-Id")
	b.says(ada, tk, "Word 6.")
	b.routes()
	b.later(2 * time.Minute)
	m = *to(b.mails(), "mike")
	if m.Header.Get("In-Reply-To") != first || !strings.Contains(m.Text, "Word 6.") || strings.Contains(m.Text, "Word 5.") {
		t.Errorf("the next is not an answer to it: %v\n%s", m.Header, m.Text)
	}
}

// What waits survives a stop of the desk at any moment, and is sent when the
// desk comes back, also long after its time.
func TestABurstIsNotLost(t *testing.T) {
	b := newBureau(t, "mail_burst_seconds", "60")
	ada, mike := b.person(model.KindCustomer, "Ada"), b.person(model.KindAgent, "Mike")
	tk := b.opens(ada, "Printer", "It burns.")
	b.must(b.Assign(b.ctx, mike, tk.ID, mike.ID, desk0))
	b.later(time.Hour)
	b.mails()
	b.says(ada, tk, "Before.")
	b.routes()
	b.says(ada, tk, "Also before.")
	b.post = NewPost(b.post.PostOptions) // as after a start
	b.later(3 * time.Hour)
	got := b.mails()
	if len(got) != 1 || !inOrder(got[0].Text, "Before.", "Also before.") && !inOrder(got[0].Text, "Before.") {
		t.Fatalf("%d mails", len(got))
	}
	b.later(2 * time.Minute)
	all := got[0].Text
	for _, m := range b.mails() {
		all += m.Text
	}
	if !strings.Contains(all, "Before.") || !strings.Contains(all, "Also before.") {
		t.Errorf("lost:\n%s", all)
	}
	if n := len(b.mails()); n != 0 {
		t.Errorf("%d more", n)
	}
}

// Who changed their mind, lost sight or left while a mail waited gets none.
func TestWhatHoldsWhenItIsSent(t *testing.T) {
	for name, meanwhile := range map[string]func(b *bureau, who, boss model.Actor, tk model.Ticket){
		"mail switched off": func(b *bureau, who, _ model.Actor, _ model.Ticket) {
			b.must(b.SetNoticePrefs(b.ctx, who, func(n model.Notice, ch string) bool { return ch != model.ByMail }))
		},
		"switched off by the desk": func(b *bureau, _, boss model.Actor, _ model.Ticket) {
			b.must(b.SetNoticeRules(b.ctx, boss, "", func(c model.NoticeCell) bool { return c.Wanted && c.Audience != model.ToFollowers }))
		},
		"left": func(b *bureau, who, _ model.Actor, _ model.Ticket) {
			b.write(func(tx *store.Tx) error { return tx.SetDeactivated(tx.Ctx, who.ID, tx.Now) })
		},
		"does not follow any more": func(b *bureau, who, _ model.Actor, tk model.Ticket) {
			b.must(b.Follow(b.ctx, who, tk.ID, false))
		},
		"in the bin": func(b *bureau, _, boss model.Actor, tk model.Ticket) { b.must(b.DeleteTicket(b.ctx, boss, tk.ID)) },
	} {
		for _, queued := range []bool{false, true} {
			t.Run(fmt.Sprint(name, queued), func(t *testing.T) {
				b := newBureau(t, "mail_burst_seconds", "60")
				ada, nina, boss := b.person(model.KindCustomer, "Ada"), b.person(model.KindAgent, "Nina"), b.person(model.KindAdmin, "Boss")
				tk := b.opens(ada, "Printer", "It burns.")
				b.must(b.Follow(b.ctx, nina, tk.ID, true))
				b.routes()
				b.later(time.Hour)
				b.mails()
				b.says(ada, tk, "Hello?")
				b.routes()
				if queued { // composed, and waiting for the mail server
					if name == "does not follow any more" || name == "in the bin" || name == "switched off by the desk" {
						t.Skip("what is written already is sent")
					}
					b.later(2 * time.Minute)
					b.routes()
				}
				meanwhile(b, nina, boss, tk)
				b.later(2 * time.Minute)
				if got := to(b.mails(), "nina"); got != nil {
					t.Errorf("told all the same: %s\n%s", got.Subject, got.Text)
				}
			})
		}
	}
}

func TestLostSightWhileItWaited(t *testing.T) {
	b := newBureau(t, "mail_burst_seconds", "60")
	var sales, board model.DepartmentID
	b.write(func(tx *store.Tx) (err error) {
		if sales, err = tx.InsertDepartment(tx.Ctx, model.Department{Name: "Sales", Slug: "sales"}); err != nil {
			return err
		}
		board, err = tx.InsertDepartment(tx.Ctx, model.Department{Name: "Board", Slug: "board"})
		return err
	})
	ada, boss := b.person(model.KindCustomer, "Ada"), b.person(model.KindAdmin, "Boss")
	b.person(model.KindAgent, "Nina", func(n *model.NewPerson) { n.Departments, n.Narrow = []model.DepartmentID{sales}, true })
	for _, written := range []bool{false, true} {
		tk := b.opens(ada, "Secret", "It burns.", func(n *model.NewTicket) { n.Department = sales })
		b.routes()
		if written {
			b.later(2 * time.Minute)
			b.routes()
		}
		b.must(b.SetDepartment(b.ctx, boss, tk.ID, board, desk0))
		b.later(2 * time.Minute)
		if got := to(b.mails(), "nina"); got != nil {
			t.Errorf("written %v: told of what she does not see: %s", written, got.Subject)
		}
	}
}

// A customer's answer goes at once, the next ones within the minute together,
// with their files; a status that was taken back is not told.
func TestCustomersAreNotFlooded(t *testing.T) {
	b := newBureau(t, "mail_burst_seconds", "60")
	ada, mike := b.person(model.KindCustomer, "Ada"), b.person(model.KindAgent, "Mike")
	tk := b.opens(ada, "Printer", "It burns.")
	b.later(time.Hour)
	b.mails()
	b.says(mike, tk, "First.")
	if got := to(b.mails(), "ada"); got == nil || !strings.Contains(got.Text, "First.") {
		t.Fatal("the first answer waits")
	}
	var last model.Message
	for i := range 3 {
		file, err := b.Stage(b.ctx, mike, "", "s", fmt.Sprintf("plan%d.txt", i), strings.NewReader(fmt.Sprint("water ", i)))
		b.must(err)
		last = b.says(mike, tk, fmt.Sprintf("More %d.", i), func(r *model.NewReply) { r.Slot, r.Files = "s", []model.AttachmentID{file.ID} })
		if got := b.mails(); to(got, "ada") != nil {
			t.Fatal("another at once")
		}
	}
	b.later(time.Minute)
	m := to(b.mails(), "ada")
	if m == nil || !inOrder(m.Text, "More 0.", "More 1.", "More 2.") || m.Header.Get("Auto-Submitted") != "" || len(m.Files) != 3 {
		t.Fatalf("the rest: %+v", m)
	}
	for i, f := range m.Files {
		if f.Name != fmt.Sprintf("plan%d.txt", i) && !slices.Contains([]string{"plan0.txt", "plan1.txt", "plan2.txt"}, f.Name) {
			t.Errorf("file %s", f.Name)
		}
	}
	told, err := b.db.Read().MailsOfMessages(b.ctx, []model.MessageID{last.ID, last.ID - 1})
	if err != nil || len(told[last.ID]) != 1 || len(told[last.ID-1]) != 1 {
		t.Errorf("deliveries: %v, %v", told, err)
	}
	b.later(time.Hour)
	b.must(b.SetStatus(b.ctx, mike, tk.ID, model.InProgress, desk0))
	b.routes()
	b.later(5 * time.Second)
	b.must(b.SetStatus(b.ctx, mike, tk.ID, model.WaitingOnCustomer, desk0))
	b.later(2 * time.Minute)
	if got := to(b.mails(), "ada"); got != nil {
		t.Errorf("told of a status that was taken back:\n%s", got.Text)
	}
	b.must(b.SetStatus(b.ctx, mike, tk.ID, model.InProgress, desk0))
	b.must(b.SetStatus(b.ctx, mike, tk.ID, model.Resolved, desk0))
	b.routes()
	b.later(2 * time.Minute)
	if got := to(b.mails(), "ada"); got == nil || strings.Contains(got.Text, "updates") {
		t.Errorf("the last status alone: %+v", got)
	}
}

func TestQuietHoursHoldMail(t *testing.T) {
	b := newBureau(t)
	ada, mike := b.person(model.KindCustomer, "Ada"), b.person(model.KindAgent, "Mike", func(n *model.NewPerson) { n.Zone = "America/New_York" })
	boss := b.person(model.KindAdmin, "Boss")
	tk := b.opens(ada, "Printer", "It burns.")
	b.must(b.Assign(b.ctx, mike, tk.ID, mike.ID, desk0))
	b.mails()
	// It is four in the morning in New York.
	b.prefers(mike, func(p *model.Prefs) {
		p.Quiet = &model.Quiet{From: 20 * 60, To: 7 * 60, Through: []model.Notice{model.NoticeMention}}
	})
	b.says(ada, tk, "Hello?")
	if to(b.mails(), "mike") != nil {
		t.Fatal("woken")
	}
	b.later(2*time.Hour + 50*time.Minute)
	if to(b.mails(), "mike") != nil {
		t.Fatal("woken")
	}
	b.later(11 * time.Minute)
	if m := to(b.mails(), "mike"); m == nil || !strings.Contains(m.Text, "Hello?") {
		t.Fatal("not told in the morning")
	}
	b.later(14 * time.Hour)
	b.says(ada, tk, "Still there?")
	b.routes()
	if _, err := b.Note(b.ctx, boss, tk.ID, model.NewReply{Body: "@mike please, the cause is secret"}); err != nil {
		t.Fatal(err)
	}
	m := to(b.mails(), "mike")
	if m == nil || !strings.Contains(m.Text, "mentioned you") || !strings.Contains(m.Text, "Still there?") {
		t.Fatalf("what is let through does not come, with the rest: %+v", m)
	}
	if strings.Contains(string(m.Raw)+m.Text+m.HTML, "secret") {
		t.Errorf("the note is in the mail:\n%s", m.Text)
	}
}

func TestDigest(t *testing.T) {
	b := newBureau(t)
	ada, mike, boss := b.person(model.KindCustomer, "Ada"), b.person(model.KindAgent, "Mike"), b.person(model.KindAdmin, "Boss")
	b.prefers(mike, func(p *model.Prefs) { p.Digest = "daily" })
	one, two := b.opens(ada, "Printer", "It burns."), b.opens(ada, "Lamp", "It is dark.")
	b.must(b.Assign(b.ctx, boss, one.ID, mike.ID, desk0))
	got := b.mails()
	if m := to(got, "mike"); m == nil || !strings.Contains(m.Subject, "Printer") {
		t.Fatal("an assignment waits")
	}
	b.must(b.Follow(b.ctx, mike, two.ID, true))
	b.says(ada, one, "Hot.")
	b.says(ada, two, "Dim.")
	b.routes()
	b.later(22 * time.Hour)
	if to(b.mails(), "mike") != nil {
		t.Fatal("too early")
	}
	b.later(time.Hour + time.Minute) // eight in the morning
	got = b.mails()
	m := to(got, "mike")
	if m == nil || len(got) != 1 || !strings.Contains(m.Text, "Hot.") || !strings.Contains(m.Text, "Dim.") || !strings.Contains(m.Text, "agent/tickets/2/") || m.Header.Get("Reply-To") != "" {
		t.Fatalf("%d mails, %+v", len(got), m)
	}
}
