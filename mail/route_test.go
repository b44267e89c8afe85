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

// Who is told what, as a table in the order of a ticket's life.
func TestRecipients(t *testing.T) {
	b := newBureau(t)
	ada, grace := b.person(model.KindCustomer, "Ada"), b.person(model.KindCustomer, "Grace")
	mike, nina, boss := b.person(model.KindAgent, "Mike"), b.person(model.KindAgent, "Nina"), b.person(model.KindAdmin, "Boss")
	b.person(model.KindLight, "Leo")
	seen := 0
	check := func(what string, want ...string) {
		t.Helper()
		if got := b.told(&seen); !slices.Equal(got, want) {
			t.Errorf("%s: told %q, want %q", what, got, want)
		}
		b.later(time.Second)
	}

	tk := b.opens(ada, "Printer", "It burns.")
	check("a customer opens: receipt, and all agents since it is nobody's", "ticket_new boss", "ticket_new mike", "ticket_new nina", "ticket_received ada")

	b.must(b.Assign(b.ctx, boss, tk.ID, mike.ID, desk0))
	check("assigned by somebody else; the move that follows is no news", "assigned mike")
	b.must(b.Assign(b.ctx, nina, tk.ID, nina.ID, desk0))
	check("assigned by oneself")
	b.must(b.Assign(b.ctx, nina, tk.ID, mike.ID, desk0))
	check("given on", "assigned mike")

	b.joins(tk, store.RoleFollower, nina)
	b.joins(tk, store.RoleParticipant, grace)
	b.says(mike, tk, "Have you tried water?")
	check("staff answer", "reply ada", "reply grace", "staff_reply nina")
	b.says(boss, tk, "And sand?", func(r *model.NewReply) { r.Status = model.InProgress })
	check("an answer with a status is one mail", "reply ada", "reply grace", "staff_reply mike", "staff_reply nina")
	b.says(ada, tk, "Yes.")
	check("the customer answers", "customer_reply mike", "customer_reply nina", "reply grace")
	b.says(grace, tk, "Me too.")
	check("a participant answers", "customer_reply mike", "customer_reply nina", "reply ada")

	if _, err := b.Note(b.ctx, mike, tk.ID, model.NewReply{Body: "secret"}); err != nil {
		t.Fatal(err)
	}
	check("a note")
	b.must(b.SetPriority(b.ctx, mike, tk.ID, model.High, desk0))
	check("a priority")

	held := b.says(grace, tk, "Who am I?", func(r *model.NewReply) { r.Hold = true })
	check("a held answer: staff only", "customer_reply mike", "customer_reply nina")
	if _, err := b.Release(b.ctx, mike, held.ID); err != nil {
		t.Fatal(err)
	}
	check("released: the customer's side", "reply ada")

	b.must(b.SetStatus(b.ctx, mike, tk.ID, model.WaitingOnCustomer, desk0))
	check("a status by staff", "status ada", "status nina")
	b.must(b.SetStatus(b.ctx, mike, tk.ID, model.InProgress, desk0))
	check("back", "status ada", "status nina")
	b.must(b.SetStatus(b.ctx, mike, tk.ID, model.WaitingOnAgent, desk0))
	check("a status that is the same word to the customer", "status nina")
	b.must(b.SetStatus(b.ctx, mike, tk.ID, model.Resolved, desk0))
	check("resolved", "status ada", "status nina")
	b.must(b.ReopenTicket(b.ctx, ada, tk.ID))
	check("reopened by the customer", "status mike", "status nina")
	b.must(b.CloseTicket(b.ctx, ada, tk.ID))
	check("closed by the customer", "status mike", "status nina")

	// Deactivated people get nothing.
	b.write(func(tx *store.Tx) error { return tx.SetDeactivated(tx.Ctx, nina.ID, tx.Now) })
	b.must(b.SetStatus(b.ctx, boss, tk.ID, model.Reopened, desk0))
	check("somebody has left", "status ada")

	tk = b.opens(mike, "For you", "We saw smoke.", func(n *model.NewTicket) { n.Requester = ada.ID })
	check("staff open a ticket for somebody", "ticket_new boss", "ticket_opened ada")
	b.opens(mike, "For you", "Psst.", func(n *model.NewTicket) { n.Requester, n.Silent, n.Assignee = ada.ID, true, boss.ID })
	check("silently and with an assignee", "assigned boss")
	b.opens(mike, "By phone", "Internal words.", func(n *model.NewTicket) { n.Requester, n.Note = ada.ID, true })
	check("beginning with a note", "ticket_new boss")

	b.must(b.DeleteTicket(b.ctx, boss, tk.ID))
	check("deleted")
}

func TestTheTeamIsTheDepartment(t *testing.T) {
	b := newBureau(t)
	var sales, empty model.DepartmentID
	b.write(func(tx *store.Tx) (err error) {
		if sales, err = tx.InsertDepartment(tx.Ctx, model.Department{Name: "Sales", Slug: "sales"}); err != nil {
			return err
		}
		empty, err = tx.InsertDepartment(tx.Ctx, model.Department{Name: "Empty", Slug: "empty"})
		return err
	})
	in := func(ids ...model.DepartmentID) func(*model.NewPerson) {
		return func(n *model.NewPerson) { n.Departments = ids }
	}
	ada := b.person(model.KindCustomer, "Ada")
	b.person(model.KindAgent, "Mike", in(sales))
	b.person(model.KindLight, "Leo", in(sales))
	b.person(model.KindAgent, "Nina")
	b.person(model.KindAgent, "Narrow", func(n *model.NewPerson) { n.Departments, n.Narrow = []model.DepartmentID{sales}, true })
	seen := 0
	for _, c := range []struct {
		dep  model.DepartmentID
		want []string
	}{
		{sales, []string{"ticket_new leo", "ticket_new mike", "ticket_new narrow", "ticket_received ada"}},
		{empty, []string{"ticket_new mike", "ticket_new nina", "ticket_received ada"}},
		{0, []string{"ticket_new mike", "ticket_new nina", "ticket_received ada"}},
	} {
		b.opens(ada, "Hello", "World", func(n *model.NewTicket) { n.Department = c.dep })
		if got := b.told(&seen); !slices.Equal(got, c.want) {
			t.Errorf("department %d: told %q, want %q", c.dep, got, c.want)
		}
		b.later(time.Hour)
	}
}

// Nothing goes out in answer to a machine or for what came from an archive.
func TestSilence(t *testing.T) {
	b := newBureau(t)
	ada := b.person(model.KindCustomer, "Ada")
	mike := b.person(model.KindAgent, "Mike")
	by := ada
	by.Via = model.Email
	a := b.opens(by, "Out of office", "Back on Monday.", func(n *model.NewTicket) { n.Automatic = true })
	b.opens(by, "Old", "From an archive.", func(n *model.NewTicket) { n.Imported = true })
	b.must(b.Assign(b.ctx, mike, a.ID, mike.ID, desk0))
	b.says(by, a, "I am a robot.", func(r *model.NewReply) { r.Automatic = true })
	b.says(by, a, "Long ago.", func(r *model.NewReply) { r.Imported = true })
	if got := b.queue(); len(got) != 0 {
		t.Errorf("%d mails: %v", len(got), got)
	}
}

func TestNoMailToOurselves(t *testing.T) {
	b := newBureau(t, "support_address", "support@help.test,info@help.test", "reply_domain", "reply.help.test")
	mike := b.person(model.KindAgent, "Mike")
	addresses := []string{"info@help.test", "support@help.test", "reply+abc.def@reply.help.test"}
	for i, a := range addresses {
		us := b.person(model.KindCustomer, fmt.Sprint("Us", i), func(n *model.NewPerson) { n.Email = a })
		tk := b.opens(us, "Loop", "Hello.")
		b.says(mike, tk, "Hello.")
	}
	for _, m := range b.queue() {
		if slices.Contains(addresses, m.Address) {
			t.Errorf("%s to %s", m.Kind, m.Address)
		}
	}
}

// A person of whom nobody knows that the address is theirs gets few automatic
// mails, and none with the words that came under their name.
func TestUnprovenAddresses(t *testing.T) {
	b := newBureau(t)
	b.person(model.KindAgent, "Mike")
	visitor := model.Nobody()
	for i, address := range []string{"victim@example.com", "victim+1@example.com", "Victim+two@example.com", "victim@example.com", "victim+3@example.com"} {
		b.opens(visitor, "BUY GOLD https://evil.test", "Cheap gold at https://evil.test", func(n *model.NewTicket) {
			n.RequesterEmail, n.RequesterName = address, fmt.Sprintf("GOLD %d", i)
		})
		b.later(time.Minute)
	}
	var got int
	for _, m := range b.mails() {
		if !strings.HasPrefix(m.To[0], "victim") {
			continue
		}
		got++
		for _, word := range []string{"evil", "BUY", "Cheap"} {
			if strings.Contains(string(m.Raw)+m.Text+m.HTML+m.Subject, word) {
				t.Errorf("the receipt tells %q:\n%s", word, m.Text)
			}
		}
		if !strings.Contains(m.Subject, "ESC-") || !strings.Contains(m.Text, "https://help.test/support/guest/") {
			t.Errorf("the receipt lacks reference or link: %s\n%s", m.Subject, m.Text)
		}
	}
	if got != capLimit {
		t.Errorf("%d receipts, want %d", got, capLimit)
	}
	b.later(time.Hour + time.Minute)
	b.opens(visitor, "Again", "Again", func(n *model.NewTicket) { n.RequesterEmail, n.RequesterName = "victim@example.com", "V" })
	if to(b.mails(), "victim") == nil {
		t.Error("nothing after an hour")
	}
	// A proved address has no cap.
	ada := b.person(model.KindCustomer, "Ada")
	for range 6 {
		b.opens(ada, "Mine", "My words")
	}
	n := 0
	for _, m := range b.mails() {
		if m.To[0] == "ada@example.com" {
			n++
			if !strings.Contains(m.Text, "My words") {
				t.Error("the receipt does not repeat the request to a proved address")
			}
		}
	}
	if n != 6 {
		t.Errorf("%d receipts, want 6", n)
	}
}

// A stranger on copy gets nobody's words but the staff's.
func TestWordsOfStrangersAreNotCarriedOn(t *testing.T) {
	b := newBureau(t)
	ada := b.person(model.KindCustomer, "Ada")
	victim := b.person(model.KindCustomer, "Victim", func(n *model.NewPerson) { n.Verified = false })
	mike := b.person(model.KindAgent, "Mike")
	tk := b.opens(ada, "Gold", "Gold")
	b.joins(tk, store.RoleParticipant, victim)
	b.mails()
	b.says(ada, tk, "More gold")
	if to(b.mails(), "victim") != nil {
		t.Error("a customer's words went to somebody who never wrote")
	}
	b.says(mike, tk, "No gold here.")
	if to(b.mails(), "victim") == nil {
		t.Error("the staff's answer did not")
	}
}

func TestChannelsOff(t *testing.T) {
	b := newBureau(t, "notification_channels", "")
	ada, boss := b.person(model.KindCustomer, "Ada"), b.person(model.KindAdmin, "Boss")
	b.opens(ada, "Printer", "It burns.")
	b.must(b.RequestLink(b.ctx, model.Nobody(), "ada@example.com", "", "en"))
	b.must(b.SendTest(b.ctx, boss, "boss@help.test"))
	seen := 0
	if got, want := b.told(&seen), []string{"sign_in ada", "test boss"}; !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

func TestHandingOverIsNotATicketEach(t *testing.T) {
	b := newBureau(t)
	ada, mike, boss := b.person(model.KindCustomer, "Ada"), b.person(model.KindAgent, "Mike"), b.person(model.KindAdmin, "Boss")
	var list []model.Ticket
	for i := range 12 {
		list = append(list, b.opens(ada, fmt.Sprint("T", i), "x"))
	}
	seen := 0
	b.told(&seen)
	b.write(func(tx *store.Tx) error {
		for _, tk := range list {
			if err := tx.UpdateTicket(tx.Ctx, tk.ID, new(store.TicketChange).Assignee(mike.ID)); err != nil {
				return err
			}
			if _, err := tx.Record(tx.Ctx, boss, tk.ID, model.Assigned{To: mike.ID, ToName: "Mike"}); err != nil {
				return err
			}
		}
		return nil
	})
	if got := b.told(&seen); !slices.Equal(got, []string{"assigned mike"}) {
		t.Errorf("told %q", got)
	}
}

// What staff say among themselves is in no mail, whoever gets it.
func TestNotesAreInNoMail(t *testing.T) {
	const canary = "CANARY-7f3a"
	b := newBureau(t)
	ada, mike, nina := b.person(model.KindCustomer, "Ada"), b.person(model.KindAgent, "Mike"), b.person(model.KindAgent, "Nina")
	note := func(tk model.Ticket) {
		if _, err := b.Note(b.ctx, mike, tk.ID, model.NewReply{Body: canary}); err != nil {
			t.Fatal(err)
		}
	}
	a := b.opens(mike, "By phone", canary, func(n *model.NewTicket) { n.Requester, n.Note, n.Assignee = ada.ID, true, nina.ID })
	c := b.opens(ada, "Printer", "It burns.")
	for _, tk := range []model.Ticket{a, c} {
		note(tk)
		b.says(mike, tk, "Hello", func(r *model.NewReply) { r.Status = model.Resolved })
		note(tk)
		b.says(ada, tk, "Hello")
		b.must(b.Assign(b.ctx, mike, tk.ID, nina.ID, desk0))
		b.must(b.SetStatus(b.ctx, mike, tk.ID, model.Resolved, desk0))
	}
	got := b.mails()
	if len(got) < 10 {
		t.Fatalf("only %d mails", len(got))
	}
	for _, m := range got {
		if strings.Contains(m.Text+m.HTML+m.Subject+string(m.Raw), canary) {
			t.Errorf("%s to %v tells the note", m.Subject, m.To)
		}
	}
}

func TestLinks(t *testing.T) {
	b := newBureau(t)
	b.person(model.KindCustomer, "Ada")
	nobody := model.Nobody()
	b.must(b.RequestLink(b.ctx, nobody, "ada@example.com", "", "de"))
	b.must(b.RequestLink(b.ctx, nobody, "new@example.com", "", "ar"))
	b.must(b.RequestReset(b.ctx, nobody, "ada@example.com", "en"))
	b.must(b.RequestReset(b.ctx, nobody, "unknown@example.com", "en"))
	b.must(b.RequestGuestLink(b.ctx, nobody, "unknown@example.com", "ESC-1"))
	seen := 0
	if got, want := b.told(&seen), []string{"reset ada", "sign_in ada", "sign_up new"}; !slices.Equal(got, want) {
		t.Fatalf("told %q, want %q", got, want)
	}
	for _, m := range b.mails() {
		at := strings.Index(m.Text, "https://help.test/support/login/")
		if at < 0 {
			t.Fatalf("no link in\n%s", m.Text)
		}
		url, _, _ := strings.Cut(m.Text[at:], "\n")
		if !strings.Contains(m.HTML, strings.TrimSpace(url)) {
			t.Errorf("another link in the HTML:\n%s\n%s", url, m.HTML)
		}
		parts := strings.Split(strings.Trim(strings.TrimSpace(url), "/"), "/")
		secret := parts[len(parts)-1]
		look := b.Link
		if strings.Contains(url, "/reset/") {
			look = b.ResetLink
		}
		if _, err := look(b.ctx, nobody, secret); err != nil {
			t.Errorf("%s does not open: %v", url, err)
		}
	}
}

func TestGuestsAreInvitedToSignUp(t *testing.T) {
	for template, want := range map[string]string{"": "https://help.test/support/login/link/", "https://shop.test/join?t={token}": "https://shop.test/join?t="} {
		b := newBureau(t, "guest_policy_mode", "prompt_signup", "guest_policy_signup_url_template", template)
		b.opens(model.Nobody(), "Hello", "Hello", func(n *model.NewTicket) { n.RequesterEmail, n.RequesterName = "guest@example.com", "Guest" })
		m := to(b.mails(), "guest")
		if m == nil || !strings.Contains(m.Text, want) || strings.Contains(m.Text, "{token}") {
			t.Errorf("%q: %+v", template, m)
		}
	}
}
