package helpdesk_test

import (
	"bytes"
	"fmt"
	"net/mail"
	"strings"
	"testing"

	"escalated/desk"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

// sendsIn is a mail that arrives by the mail server's pipe.
func sendsIn(t *testing.T, d *helpdesktest.Desk, raw string) model.Receipt {
	t.Helper()
	r, err := d.Verbs().ReceiveMail(t.Context(), model.System("mail"), strings.NewReader(strings.ReplaceAll(raw, "\n", "\r\n")), desk.Arrival{Door: "pipe", Live: true})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A third party is asked by mail and answers into the side conversation, where
// the customer never sees a word.
func TestSideConversationByMail(t *testing.T) {
	d := helpdesktest.New(t)
	sarah, ada := d.Customer("sarah"), d.Agent("ada")
	tk := sarah.Opens("Parcel is lost")
	s, err := d.Verbs().StartSide(t.Context(), ada.Actor(), tk.ID, model.NewSide{Address: "depot@carrier.example", Subject: "Parcel 77", Body: "Where is **parcel 77**?"})
	if err != nil {
		t.Fatal(err)
	}
	d.Settle()
	out := d.MailTo("depot@carrier.example")
	msg, err := mail.ReadMessage(bytes.NewReader(out.Raw))
	if err != nil {
		t.Fatal(err)
	}
	to := msg.Header.Get("Reply-To")
	if !strings.Contains(to, "side+") || bytes.Contains(out.Raw, []byte(tk.Reference)) || bytes.Contains(out.Raw, []byte("sarah")) || msg.Header.Get("Auto-Submitted") != "" {
		t.Fatalf("the mail to the third party tells too much, or has no address of its own:\n%s", out.Raw)
	}
	answer := "From: Depot <depot@carrier.example>\nTo: " + to + "\nSubject: Re: Parcel 77\nMessage-ID: <a1@carrier.example>\nIn-Reply-To: " + msg.Header.Get("Message-Id") + "\n\nIt fell off the SECRETLORRY.\n"
	if r := sendsIn(t, d, answer); r.Outcome != model.MailToReply || r.Ticket != tk.ID {
		t.Fatalf("the answer became %+v", r)
	}
	// Another client drops the address and keeps the id.
	colleague := "From: boss@carrier.example\nTo: support@help.test\nSubject: Re: Parcel 77\nMessage-ID: <a2@carrier.example>\nReferences: " + msg.Header.Get("Message-Id") + "\n\nWe pay. SECRETLORRY\n"
	if r := sendsIn(t, d, colleague); r.Outcome != model.MailToReply {
		t.Fatalf("the colleague's answer became %+v", r)
	}
	// A machine's answer is kept in the ledger and nowhere else.
	away := "From: depot@carrier.example\nTo: " + to + "\nSubject: Away\nAuto-Submitted: auto-replied\nMessage-ID: <a3@carrier.example>\n\nI am away.\n"
	if r := sendsIn(t, d, away); r.Outcome != model.MailIgnored {
		t.Fatalf("an absence note became %+v", r)
	}
	got, err := d.Verbs().SideConversation(t.Context(), ada.Actor(), s.ID)
	if err != nil || len(got.Items) != 3 || got.Items[1].Author.Email != "depot@carrier.example" || got.Items[2].Author.Email != "boss@carrier.example" {
		t.Fatalf("side conversation: %+v, %v", got, err)
	}
	now, err := d.Verbs().ViewTicket(t.Context(), sarah.Actor(), tk.ID, desk.Look{All: true})
	if err != nil || len(now.Items) != 1 || now.Status != tk.Status {
		t.Fatalf("the customer sees %d messages, status %v: %v", len(now.Items), now.Status, err)
	}
	if page := d.As(sarah).Get(fmt.Sprintf("tickets/%d/", tk.ID)).Is(200); strings.Contains(page.Body, "SECRETLORRY") || strings.Contains(page.Body, "carrier") {
		t.Error("the customer's page tells of the side conversation")
	}
	d.Settle()
	for _, m := range d.Mail() {
		if bytes.Contains(m.Raw, []byte("SECRETLORRY")) && m.Address == sarah.Email {
			t.Errorf("the customer got a mail with it:\n%s", m.Raw)
		}
	}
	if err := d.Verbs().CloseSide(t.Context(), ada.Actor(), s.ID, false); err != nil {
		t.Fatal(err)
	}
	sendsIn(t, d, "From: depot@carrier.example\nTo: "+to+"\nSubject: Re: Parcel 77\nMessage-ID: <a4@carrier.example>\n\nFound it.\n")
	if got, err = d.Verbs().SideConversation(t.Context(), ada.Actor(), s.ID); err != nil || !got.Open() || len(got.Items) != 4 {
		t.Fatalf("mail to a closed side conversation: open %v, %d messages, %v", got.Open(), len(got.Items), err)
	}
}

// People on copy get the answers and see each other; hidden ones get one
// answer and nobody sees them; strangers are asked about first.
func TestCopies(t *testing.T) {
	d := helpdesktest.New(t)
	sarah, james, ada := d.Customer("sarah"), d.Customer("james"), d.Agent("ada")
	tk := sarah.Opens("Invoice")
	_, err := d.Verbs().Reply(t.Context(), ada.Actor(), tk.ID, model.NewReply{Body: "Here.", Cc: []string{james.Email}, Bcc: []string{"books@acme.example"}})
	p := model.Problems(err)
	if len(p) != 1 || p[0].Key != "new_recipients" {
		t.Fatalf("strangers came in without a word: %v", err)
	}
	if _, err := d.Verbs().Reply(t.Context(), ada.Actor(), tk.ID, model.NewReply{Body: "Here.", Cc: []string{james.Email}, Bcc: []string{"books@acme.example"}, RecipientsKnown: true}); err != nil {
		t.Fatal(err)
	}
	d.Settle()
	head := func(address string) mail.Header {
		t.Helper()
		m, err := mail.ReadMessage(bytes.NewReader(d.MailTo(address).Raw))
		if err != nil {
			t.Fatal(err)
		}
		return m.Header
	}
	if cc := head(sarah.Email).Get("Cc"); cc != james.Email {
		t.Errorf("the requester sees on copy: %q", cc)
	}
	if h := head("books@acme.example"); strings.Contains(h.Get("To"), sarah.Email) {
		t.Errorf("the hidden copy goes to %q", h.Get("To"))
	}
	for _, m := range d.Mail() {
		if m.Address != "books@acme.example" && bytes.Contains(m.Raw, []byte("books@acme.example")) {
			t.Errorf("%s learns of the hidden copy", m.Address)
		}
	}
	if _, err := d.Verbs().Ticket(t.Context(), james.Actor(), tk.ID); err != nil {
		t.Errorf("who is on copy does not see the ticket: %v", err)
	}
	v, err := d.Verbs().ViewTicket(t.Context(), ada.Actor(), tk.ID, desk.Look{})
	if err != nil || len(v.Participants) != 1 || len(v.Recipients) != 2 {
		t.Fatalf("on copy %v, recipients %v: %v", v.Participants, v.Recipients, err)
	}
	// Left out of the next answer, James is off the ticket; who came in
	// meanwhile stays.
	if err := d.Verbs().AddParticipant(t.Context(), ada.Actor(), tk.ID, "anna@acme.example"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Verbs().Reply(t.Context(), ada.Actor(), tk.ID, model.NewReply{Body: "Done.", CcWas: []string{james.Email}}); err != nil {
		t.Fatal(err)
	}
	v, err = d.Verbs().ViewTicket(t.Context(), ada.Actor(), tk.ID, desk.Look{})
	if err != nil || len(v.Participants) != 1 || v.Participants[0].Email != "anna@acme.example" {
		t.Fatalf("on copy afterwards: %v, %v", v.Participants, err)
	}
	if _, err := d.Verbs().Ticket(t.Context(), james.Actor(), tk.ID); err == nil {
		t.Error("who was taken off still sees the ticket")
	}
	for _, bad := range []model.NewReply{{Body: "x", Cc: []string{"nobody@"}}, {Body: "x", Bcc: []string{"support@help.test"}}} {
		if _, err := d.Verbs().Reply(t.Context(), ada.Actor(), tk.ID, bad); len(model.Problems(err)) == 0 {
			t.Errorf("%v %v is taken: %v", bad.Cc, bad.Bcc, err)
		}
	}
}
