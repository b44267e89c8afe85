package desk

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"escalated/mail"
	"escalated/model"
	"escalated/store"
)

// postRig is a rig that takes mail for support@help.test.
type postRig struct {
	*rig
	sign mail.Signer
	n    int
}

func newPostRig(t *testing.T, set ...string) *postRig {
	t.Helper()
	r := newRig(t, append([]string{"mail_from", "Support <support@help.test>"}, set...)...)
	raw, err := store.OpenRawMail(filepath.Join(t.TempDir(), "mail"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { raw.Close() })
	p := &postRig{rig: r, sign: mail.Signer{Key: r.key}}
	r.raw, r.readMail = raw, p.sign.Receive
	return p
}

// letter writes a mail. Lines with a colon before the empty one are headers;
// what is missing is made up.
func (p *postRig) letter(lines ...string) string {
	p.n++
	have := strings.ToLower("\n" + strings.Join(lines, "\n"))
	var b strings.Builder
	for _, h := range []string{"To: support@help.test", "Subject: It broke", fmt.Sprintf("Message-ID: <m%d@sender.test>", p.n), "Date: Mon, 16 Nov 2026 10:00:00 +0000"} {
		name, _, _ := strings.Cut(h, ":")
		if !strings.Contains(have, "\n"+strings.ToLower(name)+":") {
			b.WriteString(h + "\r\n")
		}
	}
	b.WriteString(strings.Join(lines, "\r\n"))
	if !strings.Contains(have, "\n\n") {
		fmt.Fprintf(&b, "\r\n\r\nWords of letter %d.\r\n", p.n)
	}
	return b.String()
}

func (p *postRig) bring(raw string, live bool) model.Receipt {
	p.t.Helper()
	r, err := p.ReceiveMail(p.ctx, model.System("mail"), strings.NewReader(raw), Arrival{Door: "pipe", Live: live})
	if err != nil {
		p.t.Fatalf("%v\n%s", err, raw)
	}
	return r
}

func (p *postRig) live(lines ...string) model.Receipt {
	p.t.Helper()
	return p.bring(p.letter(lines...), true)
}

func (p *postRig) message(id model.MessageID) model.ThreadItem {
	p.t.Helper()
	m, err := p.db.Read().Message(p.ctx, model.System("test"), id)
	if err != nil {
		p.t.Fatal(err)
	}
	return m
}

// Every way a mail can stand to a ticket of cathy's, on which anna answered.
func TestWhatBecomesOfAMail(t *testing.T) {
	p := newPostRig(t)
	cathy, anna, lee := p.person(model.KindCustomer, "Cathy"), p.person(model.KindAgent, "Anna"), p.person(model.KindLight, "Lee")
	p.person(model.KindCustomer, "Carl")
	ticket := p.opens(cathy, "Broken door")
	if _, err := p.Reply(p.ctx, anna, ticket.ID, model.NewReply{Body: "Which door?"}); err != nil {
		t.Fatal(err)
	}
	gone := p.opens(cathy, "In the bin")
	admin := p.person(model.KindAdmin, "Ada")
	must(t, p.DeleteTicket(p.ctx, admin, gone.ID))

	theirs := p.live("From: Cathy <cathy@help.test>", "Message-ID: <cathy-1@sender.test>", "In-Reply-To: "+p.ours(ticket.ID, cathy.ID))
	if theirs.Outcome != model.MailToReply {
		t.Fatalf("the ticket's requester: %+v", theirs)
	}
	address := func(who model.Actor) string { return p.sign.ReplyAddress(ticket.ID, who.ID) + "@help.test" }
	forged := strings.Replace(address(anna), ".", ".a", 1)
	auto := "Auto-Submitted: auto-replied"
	for _, c := range []struct {
		name    string
		lines   []string
		outcome model.Outcome
		reason  string
		in      model.TicketID // zero: another one than ticket
	}{
		{"stranger, new", []string{"From: Eve <eve@evil.test>"}, model.MailToTicket, "", 0},
		{"requester by reply address", []string{"From: cathy@help.test", "To: " + address(cathy)}, model.MailToReply, "", ticket.ID},
		{"requester by another's reply address", []string{"From: cathy@help.test", "To: " + address(anna)}, model.MailToReply, "", ticket.ID},
		{"requester, address only noted by the server", []string{"From: cathy@help.test", "Delivered-To: " + address(cathy)}, model.MailToReply, "", ticket.ID},
		{"requester by our id", []string{"From: CATHY@help.test", "References: <other@x.test> " + p.ours(ticket.ID, cathy.ID) + " <more@x.test>"}, model.MailToReply, "", ticket.ID},
		{"requester by an own id", []string{"From: cathy@help.test", "In-Reply-To: <cathy-1@sender.test>"}, model.MailToReply, "", ticket.ID},
		{"requester by subject", []string{"From: cathy@help.test", "Subject: Re: [esc-0001] Broken door"}, model.MailToReply, "", ticket.ID},
		{"stranger by reply address", []string{"From: eve@evil.test", "To: " + address(cathy)}, model.MailHeld, "not_on_ticket", ticket.ID},
		{"stranger by our id", []string{"From: eve@evil.test", "In-Reply-To: " + p.ours(ticket.ID, cathy.ID)}, model.MailHeld, "not_on_ticket", ticket.ID},
		{"stranger by their id", []string{"From: eve@evil.test", "In-Reply-To: <cathy-1@sender.test>"}, model.MailToTicket, "possible_reply", 0},
		{"stranger by subject", []string{"From: eve@evil.test", "Subject: [ESC-1] hello"}, model.MailToTicket, "possible_reply", 0},
		{"stranger by a guessed address", []string{"From: eve@evil.test", "To: " + forged}, model.MailToTicket, "", 0},
		{"another customer by subject", []string{"From: carl@help.test", "Subject: [ESC-1]"}, model.MailToTicket, "possible_reply", 0},
		{"agent, proved", []string{"From: Anna <anna@help.test>", "To: " + address(anna)}, model.MailToReply, "", ticket.ID},
		{"light agent, proved", []string{"From: lee@help.test", "To: " + address(lee)}, model.MailToReply, "note", ticket.ID},
		{"agent, address of another", []string{"From: anna@help.test", "To: " + address(cathy)}, model.MailHeld, "staff_unproven", ticket.ID},
		{"agent by our id", []string{"From: anna@help.test", "In-Reply-To: " + p.ours(ticket.ID, anna.ID)}, model.MailHeld, "staff_unproven", ticket.ID},
		{"agent by subject", []string{"From: anna@help.test", "Subject: [ESC-1]"}, model.MailHeld, "staff_unproven", ticket.ID},
		{"agent, new", []string{"From: anna@help.test"}, model.MailToTicket, "staff_unproven", 0},
		{"agent in the name only", []string{"From: =?utf-8?Q?anna=40help=2Etest?= <eve@evil.test>", "To: " + address(anna)}, model.MailHeld, "not_on_ticket", ticket.ID},
		{"two senders by reply address", []string{"From: anna@help.test, eve@evil.test", "To: " + address(anna)}, model.MailHeld, "many_senders", ticket.ID},
		{"two senders, new", []string{"From: zoe@corp.test, eve@evil.test"}, model.MailToTicket, "", 0},
		{"ticket in the bin", []string{"From: cathy@help.test", "To: " + p.sign.ReplyAddress(gone.ID, cathy.ID) + "@help.test"}, model.MailToTicket, "", 0},
		{"ticket that never was", []string{"From: cathy@help.test", "Subject: [ESC-999]"}, model.MailToTicket, "", 0},
		{"absence of the requester", []string{"From: cathy@help.test", "To: " + address(cathy), auto}, model.MailToReply, "automatic", ticket.ID},
		{"absence of the agent", []string{"From: anna@help.test", "To: " + address(anna), auto}, model.MailIgnored, "automatic", ticket.ID},
		{"absence of a stranger", []string{"From: eve@evil.test", auto}, model.MailToTicket, "automatic", 0},
		{"ourselves", []string{"From: Support <support@help.test>"}, model.MailIgnored, "own_address", -1},
		{"a reply address", []string{"From: reply+1@help.test"}, model.MailIgnored, "own_address", -1},
		{"a bounce", []string{"From: MAILER-DAEMON@mx.test", "Return-Path: <>"}, model.MailIgnored, "bounce", -1},
		{"a bounce of ours", []string{"From: MAILER-DAEMON@mx.test", "Return-Path: <>", "", "Returned:", "Message-ID: " + p.ours(ticket.ID, cathy.ID)}, model.MailIgnored, "bounce", ticket.ID},
		{"nobody", []string{"From: undisclosed-sender"}, model.MailQuarantined, "no_sender", -1},
	} {
		before := p.now(ticket.ID)
		r := p.live(c.lines...)
		if r.Outcome != c.outcome || r.Reason != c.reason {
			t.Errorf("%s: %s %q, want %s %q", c.name, r.Outcome, r.Reason, c.outcome, c.reason)
			continue
		}
		switch {
		case c.in > 0 && r.Ticket != c.in, c.in == 0 && (r.Ticket == 0 || r.Ticket == ticket.ID || r.Ticket == gone.ID), c.in < 0 && r.Ticket != 0:
			t.Errorf("%s: ticket %d", c.name, r.Ticket)
		}
		after := p.now(ticket.ID)
		if (c.outcome == model.MailHeld || c.outcome == model.MailToTicket) && (after.PublicCount != before.PublicCount || after.Status != before.Status || after.Preview != before.Preview) {
			t.Errorf("%s: customers see something of it", c.name)
		}
		if r.Message != 0 {
			m := p.message(r.Message)
			if m.LedgerID != r.Ledger || m.Via != model.Email || (m.HeldAt != 0) != (c.outcome == model.MailHeld) || (m.Kind == model.NoteKind) != (c.reason == "note") {
				t.Errorf("%s: message %+v", c.name, m.Message)
			}
		}
	}
	for _, e := range p.facts(ticket.ID) {
		if e == "ticket.linked" {
			t.Error("a stranger's mail left a trace in the ticket it named")
		}
	}
}

// ours is one of our Message-IDs in brackets.
func (p *postRig) ours(ticket model.TicketID, who model.PersonID) string {
	return "<" + p.sign.MessageID(mail.Ref{Ticket: ticket, Person: who, Event: 1, Kind: model.MailReply}, "help.test") + ">"
}

func TestMailMovesTheTicketLikeTheOtherDoors(t *testing.T) {
	p := newPostRig(t)
	cathy, anna := p.person(model.KindCustomer, "Cathy"), p.person(model.KindAgent, "Anna")
	first := p.live("From: Cathy <cathy@help.test>", "Subject: RE: Fwd: Broken [ESC-77] door", "Message-ID: <first@x.test>")
	ticket := p.now(first.Ticket)
	if ticket.Subject != "Broken door" || ticket.RequesterID != cathy.ID || ticket.Channel != model.Email || ticket.Status != model.Open {
		t.Fatalf("%+v", ticket)
	}
	p.live("From: anna@help.test", "To: "+p.sign.ReplyAddress(ticket.ID, anna.ID)+"@help.test")
	if s := p.now(ticket.ID).Status; s != model.WaitingOnCustomer {
		t.Fatalf("after the agent's mail: %v", s)
	}
	p.live("From: cathy@help.test", "In-Reply-To: <first@x.test>", "Auto-Submitted: auto-replied")
	if s := p.now(ticket.ID).Status; s != model.WaitingOnCustomer {
		t.Fatalf("a machine's mail moved the ticket: %v", s)
	}
	p.live("From: cathy@help.test", "In-Reply-To: <first@x.test>")
	if s := p.now(ticket.ID).Status; s != model.WaitingOnAgent {
		t.Fatalf("after the customer's mail: %v", s)
	}
	must(t, p.SetStatus(p.ctx, anna, ticket.ID, model.Resolved, Change{}))
	p.live("From: cathy@help.test", "In-Reply-To: <first@x.test>", "Auto-Submitted: auto-replied")
	if s := p.now(ticket.ID).Status; s != model.Resolved {
		t.Fatalf("a machine's mail reopened the ticket: %v", s)
	}
	p.live("From: cathy@help.test", "In-Reply-To: <first@x.test>")
	if s := p.now(ticket.ID).Status; s != model.Reopened {
		t.Fatalf("an answer to a resolved ticket: %v", s)
	}
	must(t, p.SetStatus(p.ctx, anna, ticket.ID, model.Closed, Change{}))
	p.later(40 * 24 * time.Hour)
	if r := p.live("From: cathy@help.test", "In-Reply-To: <first@x.test>"); r.Outcome != model.MailToTicket || r.Reason != "continued" || r.Ticket == ticket.ID {
		t.Fatalf("an answer to a ticket closed long ago: %+v", r)
	}
	held := p.live("From: eve@evil.test", "To: "+p.sign.ReplyAddress(ticket.ID, cathy.ID)+"@help.test")
	if held.Outcome != model.MailToTicket || p.now(held.Ticket).RequesterID == cathy.ID {
		t.Fatalf("a stranger continued the ticket: %+v", held)
	}
}

func TestTheSameMailTwiceIsOne(t *testing.T) {
	p := newPostRig(t)
	raw := p.letter("From: eve@evil.test", "Message-ID: <same@evil.test>", "", "one")
	first := p.bring(raw, true)
	if again := p.bring(raw, true); again.Outcome != model.MailDuplicate || again.Ticket != first.Ticket {
		t.Fatalf("%+v", again)
	}
	other := p.bring(strings.Replace(raw, "one", "two, different", 1), true)
	if other.Outcome != model.MailToTicket || other.Ticket == first.Ticket {
		t.Fatalf("the same Message-ID with another body: %+v", other)
	}
}

// A process that dies between keeping and deciding loses nothing and makes
// nothing twice.
func TestAMailLeftBehindIsFinished(t *testing.T) {
	p := newPostRig(t)
	leave := func(raw string) {
		sum, size, err := p.raw.Put(p.ctx, strings.NewReader(raw), 1<<20)
		must(t, err)
		if row, err := p.enterMail(p.ctx, sum, size, Arrival{Door: "pipe", Live: true}); err != nil || row.Outcome != model.MailReceived {
			t.Fatalf("%+v %v", row, err)
		}
	}
	one := p.letter("From: eve@evil.test")
	leave(one)
	if r := p.bring(one, true); r.Outcome != model.MailToTicket {
		t.Fatalf("brought again: %+v", r)
	}
	if r := p.bring(one, true); r.Outcome != model.MailDuplicate {
		t.Fatalf("and again: %+v", r)
	}
	leave(p.letter("From: zoe@corp.test"))
	p.later(10 * time.Minute)
	if n, err := p.FinishMail(p.ctx, model.System("mail")); n != 1 || err != nil {
		t.Fatalf("%d %v", n, err)
	}
	page, err := p.Inbound(p.ctx, p.person(model.KindAdmin, "Ada"), model.InboundFilter{Outcome: model.MailToTicket})
	if err != nil || page.Total != 2 {
		t.Fatalf("%+v %v", page, err)
	}
	poison := p.letter("From: pat@corp.test")
	for range maxMailTries {
		leave(poison)
	}
	if r := p.bring(poison, true); r.Outcome != model.MailQuarantined || r.Reason != "crashed" {
		t.Fatalf("a mail that ends the process each time: %+v", r)
	}
}

func TestAPanicLosesNoMail(t *testing.T) {
	p := newPostRig(t)
	raw, read := p.letter("From: eve@evil.test"), p.readMail
	p.readMail = nil
	if _, err := p.ReceiveMail(p.ctx, model.System("mail"), strings.NewReader(raw), Arrival{}); err == nil {
		t.Fatal("no reader and no error")
	}
	var broken ReadMail
	p.readMail = func(ctx context.Context, b []byte, at model.Time) (model.ReceivedMail, error) {
		return broken(ctx, b, at)
	}
	if _, err := p.ReceiveMail(p.ctx, model.System("mail"), strings.NewReader(raw), Arrival{Live: true}); err == nil || !strings.Contains(err.Error(), "panic") {
		t.Fatalf("%v", err)
	}
	p.readMail = read
	if r := p.bring(raw, true); r.Outcome != model.MailToTicket {
		t.Fatalf("%+v", r)
	}
}

func TestAFloodWaitsInQuarantine(t *testing.T) {
	p := newPostRig(t)
	cathy := p.person(model.KindCustomer, "Cathy")
	ticket := p.opens(cathy, "Broken")
	for i := range maxMailsAnHour {
		if r := p.live("From: cathy@help.test"); r.Outcome != model.MailToTicket {
			t.Fatalf("mail %d: %+v", i, r)
		}
	}
	over := p.live("From: cathy@help.test")
	if over.Outcome != model.MailQuarantined || over.Reason != "flood" {
		t.Fatalf("%+v", over)
	}
	if r := p.live("From: cathy@help.test", "To: "+p.sign.ReplyAddress(ticket.ID, cathy.ID)+"@help.test"); r.Outcome != model.MailToReply {
		t.Fatalf("a proved answer: %+v", r)
	}
	if r := p.bring(p.letter("From: cathy@help.test"), false); r.Outcome != model.MailToTicket {
		t.Fatalf("an archive: %+v", r)
	}
	p.later(2 * time.Hour)
	if r := p.live("From: cathy@help.test"); r.Outcome != model.MailToTicket {
		t.Fatalf("two hours later: %+v", r)
	}
	if r, err := p.ReadAgain(p.ctx, p.person(model.KindAdmin, "Ada"), over.Ledger); err != nil || r.Outcome != model.MailToTicket {
		t.Fatalf("read again: %+v %v", r, err)
	}
}

func TestAnArchiveKeepsItsDates(t *testing.T) {
	p := newPostRig(t)
	r := p.bring(p.letter("From: eve@evil.test", "Cc: zoe@corp.test", "Date: Tue, 3 Mar 2015 10:00:00 +0000"), false)
	want := model.TimeOf(time.Date(2015, 3, 3, 10, 0, 0, 0, time.UTC))
	if ticket := p.now(r.Ticket); ticket.CreatedAt != want || p.message(r.Message).CreatedAt != want {
		t.Fatalf("%v", ticket.CreatedAt)
	}
	if _, err := p.db.Read().PersonByEmail(p.ctx, "zoe@corp.test"); !errors.Is(err, model.ErrNotFound) {
		t.Error("an archive brought people onto a ticket")
	}
	recs, err := p.db.Read().RecordsAfter(p.ctx, 0, 100)
	must(t, err)
	for _, rec := range recs {
		e, err := rec.Event()
		must(t, err)
		if o, ok := e.(model.TicketOpened); ok && !o.Imported {
			t.Error("people would be told")
		}
	}
	if future := p.bring(p.letter("From: eve@evil.test", "Date: Tue, 24 Nov 2026 08:00:00 +0000"), false); p.now(future.Ticket).CreatedAt != p.Now() {
		t.Error("a date that has not come yet was believed")
	}
	if live := p.live("From: eve@evil.test", "Date: Tue, 3 Mar 2015 10:00:00 +0000"); p.now(live.Ticket).CreatedAt != p.Now() {
		t.Error("a live mail chose its date")
	}
}

func TestPeopleOnCopyComeAlong(t *testing.T) {
	p := newPostRig(t)
	p.person(model.KindAgent, "Anna")
	cc := "Cc: support@help.test, anna@help.test, no-reply@x.test, eve@evil.test, broken@, Zoe <zoe@corp.test>"
	for i := range 30 {
		cc += fmt.Sprintf(", p%d@corp.test", i)
	}
	r := p.live("From: eve@evil.test", cc)
	on, err := p.db.Read().PeopleOf(p.ctx, r.Ticket, store.RoleParticipant)
	must(t, err)
	zoe := slices.IndexFunc(on, func(p model.PersonRef) bool { return p.Email == "zoe@corp.test" && p.Name == "Zoe" })
	if len(on) != maxCopied || zoe < 0 || slices.ContainsFunc(on, func(p model.PersonRef) bool { return !strings.HasSuffix(p.Email, "@corp.test") }) {
		t.Fatalf("%+v", on)
	}
	ticket := p.opens(p.person(model.KindCustomer, "Cathy"), "Door")
	p.live("From: cathy@help.test", "Subject: [ESC-2]", "Cc: eve@evil.test")
	if on, err = p.db.Read().PeopleOf(p.ctx, ticket.ID, store.RoleParticipant); err != nil || len(on) > 0 {
		t.Fatalf("an answer brought in %+v %v", on, err)
	}
}
