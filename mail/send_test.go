package mail

import (
	"bytes"
	"crypto/tls"
	"fmt"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"escalated/helpdesk/helpdesktest/fakesmtp"
	"escalated/model"
	"escalated/store"
)

// The customer's own mail, our receipt, and the answers form one chain in the
// customer's mail program, and each agent has one too.
func TestThreading(t *testing.T) {
	b := newBureau(t)
	ada, mike := b.person(model.KindCustomer, "Ada"), b.person(model.KindAgent, "Mike")
	by := ada
	by.Via = model.Email
	tk := b.opens(by, "Printer", "It burns.", func(n *model.NewTicket) { n.Channel = model.Email })
	b.write(func(tx *store.Tx) error {
		return tx.SaveMailRef(tx.Ctx, model.MailRef{Ref: "first@example.com", TicketID: tk.ID, MessageID: tk.FirstMessageID, PersonID: ada.ID})
	})
	b.later(time.Second)
	receipt := to(b.mails(), "ada")
	b.must(b.Assign(b.ctx, mike, tk.ID, mike.ID, desk0))
	b.says(mike, tk, "Water?")
	second := to(b.mails(), "ada")
	b.says(by, tk, "No.")
	b.write(func(tx *store.Tx) error {
		return tx.SaveMailRef(tx.Ctx, model.MailRef{Ref: "second@example.com", TicketID: tk.ID, PersonID: ada.ID})
	})
	first := to(b.mails(), "mike")
	b.says(mike, tk, "Sand?")
	third := to(b.mails(), "ada")

	id := func(m *fakesmtp.Message) string { return m.Header.Get("Message-Id") }
	for i, c := range []struct {
		m     *fakesmtp.Message
		reply string
		refs  []string
	}{
		{receipt, "<first@example.com>", []string{"<first@example.com>"}},
		{second, id(receipt), []string{"<first@example.com>", id(receipt)}},
		{third, "<second@example.com>", []string{"<first@example.com>", id(receipt), id(second), "<second@example.com>"}},
	} {
		if got := c.m.Header.Get("In-Reply-To"); got != c.reply {
			t.Errorf("%d: In-Reply-To %s, want %s", i, got, c.reply)
		}
		if got := strings.Fields(c.m.Header.Get("References")); !slices.Equal(got, c.refs) {
			t.Errorf("%d: References %q, want %q", i, got, c.refs)
		}
		if strings.Contains(c.m.Header.Get("References"), ",") || !strings.HasPrefix(c.m.Subject, "[ESC-1] ") {
			t.Errorf("%d: %s %s", i, c.m.Header.Get("References"), c.m.Subject)
		}
		ref, ok := b.post.ParseMessageID(id(c.m))
		if !ok || ref.Ticket != tk.ID || ref.Person != ada.ID || !strings.HasSuffix(id(c.m), "@help.test>") {
			t.Errorf("%d: Message-ID %s: %+v %v", i, id(c.m), ref, ok)
		}
		a, err := netmail.ParseAddress(c.m.Header.Get("Reply-To"))
		if err != nil {
			t.Fatal(err)
		}
		ticket, person, ok := b.post.ParseReplyAddress(a.Address)
		if !ok || ticket != tk.ID || person != ada.ID {
			t.Errorf("%d: Reply-To %s", i, a.Address)
		}
		known, err := b.db.Read().MailRef(b.ctx, strings.Trim(id(c.m), "<>"))
		if err != nil || !known.Ours || known.TicketID != tk.ID || known.PersonID != ada.ID {
			t.Errorf("%d: kept as %+v, %v", i, known, err)
		}
	}
	if first.Header.Get("In-Reply-To") == "" && first.Header.Get("References") != "" {
		t.Error("the agent's chain is torn")
	}
	if strings.Contains(first.Header.Get("References"), "example.com") {
		t.Error("the agent's chain holds the customer's mails")
	}
}

func TestLongThreads(t *testing.T) {
	b := newBureau(t)
	ada, mike := b.person(model.KindCustomer, "Ada"), b.person(model.KindAgent, "Mike")
	tk := b.opens(ada, "Printer", "It burns.")
	var ids []string
	for i := range 50 {
		b.says(mike, tk, fmt.Sprint("Answer ", i))
		for _, m := range b.mails() {
			if m.To[0] == "ada@example.com" {
				ids = append(ids, m.Header.Get("Message-Id"))
			}
			for _, line := range strings.Split(string(m.Raw), "\r\n") {
				if len(line) > 998 {
					t.Fatalf("a line of %d", len(line))
				}
			}
			if i == 49 {
				refs := strings.Fields(m.Header.Get("References"))
				if len(refs) != maxReferences || refs[0] != ids[0] || refs[len(refs)-1] != ids[len(ids)-2] {
					t.Errorf("%d references, from %s to %s", len(refs), refs[0], refs[len(refs)-1])
				}
			}
		}
	}
}

// The headers of each kind are what machines and people at the other end need.
func TestHeaders(t *testing.T) {
	b := newBureau(t)
	ada, mike, nina := b.person(model.KindCustomer, "Ada"), b.person(model.KindAgent, "Mike"), b.person(model.KindAgent, "Nina")
	tk := b.opens(ada, "Printer", "It burns.")
	b.must(b.Assign(b.ctx, nina, tk.ID, mike.ID, desk0))
	b.joins(tk, store.RoleFollower, nina)
	b.says(mike, tk, "Hello")
	b.says(ada, tk, "Hello")
	b.must(b.SetStatus(b.ctx, mike, tk.ID, model.Resolved, desk0))
	allowed := []string{"Auto-Submitted", "Content-Language", "Content-Type", "Date", "From", "In-Reply-To", "Message-Id", "Mime-Version", "References", "Reply-To", "Subject", "To", "X-Auto-Response-Suppress"}
	b.routes()
	kinds := map[string]string{}
	for _, m := range b.queue() {
		kinds[m.MessageRef] = string(m.Kind)
	}
	for _, m := range b.mails() {
		kind := kinds[strings.Trim(m.Header.Get("Message-Id"), "<>")]
		want, from := "auto-generated", "support@help.test"
		switch kind {
		case "ticket_received":
			want, from = "auto-replied", ""
		case "reply":
			want = ""
			if a, err := netmail.ParseAddress(m.Header.Get("From")); err != nil || a.Name != "Mike via Acme Help" || a.Address != "support@help.test" {
				t.Errorf("From: %v %v", a, err)
			}
		case "":
			t.Errorf("an unknown mail: %s", m.Subject)
		}
		if got := m.Header.Get("Auto-Submitted"); got != want {
			t.Errorf("%s: Auto-Submitted %q, want %q", kind, got, want)
		}
		if got := m.Header.Get("X-Auto-Response-Suppress"); (got == "All") != (want != "") {
			t.Errorf("%s: X-Auto-Response-Suppress %q", kind, got)
		}
		if m.From != from {
			t.Errorf("%s: envelope from %q, want %q", kind, m.From, from)
		}
		for name, values := range m.Header {
			if kind == "status" && m.To[0] == "ada@example.com" && strings.HasPrefix(name, "List-Unsubscribe") {
				continue
			}
			if !slices.Contains(allowed, name) || len(values) != 1 {
				t.Errorf("%s: header %s %q", kind, name, values)
			}
		}
		if got, err := m.Header.Date(); err != nil || got.Year() != 2026 {
			t.Errorf("%s: Date %v %v", kind, got, err)
		}
		if strings.Contains(strings.ReplaceAll(string(m.Raw), "\r\n", ""), "\r") || strings.Contains(strings.ReplaceAll(string(m.Raw), "\r\n", ""), "\n") {
			t.Errorf("%s: a bare line end", kind)
		}
		if m.Text == "" || !strings.Contains(m.HTML, "<html lang=\"en\" dir=\"ltr\">") || m.Problem != "" {
			t.Errorf("%s: parts missing: %s", kind, m.Problem)
		}
	}
}

// No name and no subject makes a header, a recipient or an encoded word.
func TestInjection(t *testing.T) {
	evil := []string{
		"a\r\nBcc: victim@example.com", "a\nBcc: victim@example.com\n\nbody", "a\rX: y", "a\x00b", "a\u0085Bcc: victim@example.com", "a\u2028Bcc: x@y.test",
		"=?utf-8?q?a=0D=0ABcc:_victim@example.com?=", "victim@example.com, other", "Group: victim@example.com;", `x" <victim@example.com>, "y`, "<victim@example.com>", "(comment", `back\slash"`,
		strings.Repeat("ü", 300), strings.Repeat("long ", 90), "\u202Egnol", "日本語の件名", "🦊", "a,b;c:d",
	}
	b := newBureau(t)
	mike := b.person(model.KindAgent, "Mike")
	for i, text := range evil {
		who := b.person(model.KindCustomer, "x", func(n *model.NewPerson) { n.Name, n.Email = text, fmt.Sprintf("c%d@example.com", i) })
		who.Name = text
		tk, err := b.OpenTicket(b.ctx, who, model.NewTicket{Subject: text, Body: text + "\r\n.\r\nMAIL FROM:<x@y.test>\r\n..\r\n"})
		if err != nil {
			t.Logf("%q: %v", text, err)
			continue
		}
		b.says(mike, tk, ".\r\n.\r\n"+text)
	}
	evilAgent := b.person(model.KindAgent, "y", func(n *model.NewPerson) { n.Name, n.Email = evil[0], "evil@help.test" })
	ada := b.person(model.KindCustomer, "Ada")
	b.says(evilAgent, b.opens(ada, "Hello", "Hello"), "Hello")
	got := b.mails()
	if len(got) < len(evil)*3 {
		t.Fatalf("only %d mails", len(got))
	}
	for _, m := range got {
		if len(m.To) != 1 || m.Problem != "" {
			t.Errorf("%v: %s", m.To, m.Problem)
		}
		to, err := m.Header.AddressList("To")
		if err != nil || len(to) != 1 || to[0].Address != m.To[0] {
			t.Errorf("To: %q: %v", m.Header.Get("To"), err)
		}
		from, err := m.Header.AddressList("From")
		if err != nil || len(from) != 1 || from[0].Address != "support@help.test" {
			t.Errorf("From: %q: %v", m.Header.Get("From"), err)
		}
		for name := range m.Header {
			if name == "Bcc" || name == "X" || name == "Cc" {
				t.Errorf("header %s: %q", name, m.Header[name])
			}
		}
		if strings.ContainsAny(m.Subject, "\r\n\x00") {
			t.Errorf("subject %q", m.Subject)
		}
		head, _, _ := bytes.Cut(m.Raw, []byte("\r\n\r\n"))
		for _, c := range head {
			if c >= 0x80 {
				t.Errorf("an eight-bit header: %q", head)
				break
			}
		}
	}
}

func TestFilesGoAlong(t *testing.T) {
	b := newBureau(t)
	ada, mike := b.person(model.KindCustomer, "Ada"), b.person(model.KindAgent, "Mike")
	tk := b.opens(ada, "Printer", "It burns.")
	b.mails()
	stage := func(by model.Actor, name string, content []byte) model.AttachmentID {
		a, err := b.Stage(b.ctx, by, "", "slot", name, bytes.NewReader(content))
		b.must(err)
		return a.ID
	}
	small := bytes.Repeat([]byte("smoke and fire\n"), 1000)
	b.says(mike, tk, "See here.", func(r *model.NewReply) {
		r.Slot, r.Files = "slot", []model.AttachmentID{stage(mike, "plan \"ü\"\r\n.txt", small), stage(mike, "خطة.pdf", []byte("%PDF-1.4 x"))}
	})
	m := to(b.mails(), "ada")
	if len(m.Files) != 2 || !bytes.Equal(m.Files[0].Content, small) || m.Files[1].Name != "خطة.pdf" {
		t.Errorf("%d files: %q", len(m.Files), m.Files[1].Name)
	}
	if !strings.Contains(m.Text, "2 files are attached") || !strings.Contains(m.Text, "خطة.pdf") {
		t.Errorf("the text does not tell:\n%s", m.Text)
	}
	var stored int
	b.write(func(tx *store.Tx) error {
		for _, q := range b.queueIn(tx) {
			raw, err := tx.MailRaw(tx.Ctx, q.ID)
			stored = max(stored, len(raw))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if stored > 12000 {
		t.Errorf("the queue keeps %d bytes of a mail with a file of %d", stored, len(small))
	}
	b.says(mike, tk, "Too much.", func(r *model.NewReply) {
		r.Slot, r.Files = "slot", []model.AttachmentID{stage(mike, "a.bin", make([]byte, 6<<20)), stage(mike, "b.bin", make([]byte, 5<<20))}
	})
	m = to(b.mails(), "ada")
	if len(m.Files) != 0 || !strings.Contains(m.Text, "a.bin (6 MB)") || !strings.Contains(m.Text, "with the link below") {
		t.Errorf("%d files:\n%s", len(m.Files), m.Text)
	}
	b.must(b.Assign(b.ctx, mike, tk.ID, mike.ID, desk0))
	b.says(ada, tk, "Mine.", func(r *model.NewReply) {
		r.Slot, r.Files = "slot", []model.AttachmentID{stage(ada, "virus.exe.txt", small)}
	})
	m = to(b.mails(), "mike")
	if len(m.Files) != 0 || !strings.Contains(m.Text, "virus.exe.txt") {
		t.Errorf("a customer's file went along: %d\n%s", len(m.Files), m.Text)
	}
}

func (b *bureau) queueIn(tx *store.Tx) []model.OutgoingItem {
	list, err := tx.OutgoingMails(tx.Ctx, model.OutgoingFilter{Page: 1, Size: 100})
	b.must(err)
	return list
}

func (b *bureau) one() model.OutgoingItem {
	b.t.Helper()
	q := b.queue()
	if len(q) != 1 {
		b.t.Fatalf("%d mails in the queue, want 1", len(q))
	}
	return q[0]
}

func (b *bureau) testMail() {
	b.t.Helper()
	boss := model.System("test")
	b.must(b.SendTest(b.ctx, boss, "ada@example.com"))
	b.routes()
}

func TestTemporaryThenTaken(t *testing.T) {
	b := newBureau(t)
	b.server.FailNext(fakesmtp.Temporary)
	b.testMail()
	b.sends()
	m := b.one()
	if m.State != model.MailQueued || m.Attempts != 1 || !strings.Contains(m.LastError, "451") || len(b.server.Messages()) != 0 {
		t.Fatalf("after 451: %+v", m)
	}
	if wait := m.NextAt.Sub(b.db.Now()); wait < time.Minute || wait > 2*time.Minute {
		t.Errorf("next try in %v", wait)
	}
	b.sends()
	if b.server.Attempts() != 1 {
		t.Error("tried again at once")
	}
	b.later(2 * time.Minute)
	b.sends()
	if m := b.one(); m.State != model.MailSent || m.Attempts != 2 || m.LastError != "" || m.SentAt == 0 {
		t.Errorf("after 250: %+v", m)
	}
	b.later(24 * time.Hour)
	b.sends()
	if n := len(b.server.Messages()); n != 1 {
		t.Errorf("%d messages", n)
	}
}

func TestRefusedForGood(t *testing.T) {
	b := newBureau(t)
	ada, mike, boss := b.person(model.KindCustomer, "Ada"), b.person(model.KindAgent, "Mike"), b.person(model.KindAdmin, "Boss")
	tk := b.opens(ada, "Printer", "It burns.")
	b.mails()
	b.server.FailFor("ada@example.com", fakesmtp.Permanent)
	b.joins(tk, store.RoleFollower, boss)
	b.says(mike, tk, "Hello")
	if got := b.mails(); to(got, "ada") != nil || to(got, "boss") == nil {
		t.Error("one refusal stopped the others")
	}
	failed, err := b.OutgoingMail(b.ctx, boss, model.OutgoingFilter{State: model.MailFailed})
	b.must(err)
	if len(failed.Items) != 1 || !strings.Contains(failed.Items[0].LastError, "550") || failed.Items[0].Reference != "ESC-1" || failed.Counts[model.MailFailed] != 1 {
		t.Fatalf("%+v", failed)
	}
	entries, err := b.db.Read().Entries(b.ctx, mike, tk.ID, 0, 100)
	b.must(err)
	if last := entries[len(entries)-1]; last.Kind != "mail.failed" || last.IsPublic {
		t.Errorf("the ticket says %s", last.Kind)
	}
	b.must(deny(b.Retry(b.ctx, mike, failed.Items[0].ID)))
	b.server.FailFor("ada@example.com", fakesmtp.Accept)
	b.must(b.Retry(b.ctx, boss, failed.Items[0].ID))
	if got := b.mails(); to(got, "ada") == nil {
		t.Error("the second try did not arrive")
	}
	if err := b.Retry(b.ctx, boss, failed.Items[0].ID); err == nil {
		t.Error("a sent mail was sent again")
	}
}

// deny turns a denial into nil and anything else into a fault.
func deny(err error) error {
	if err == model.ErrDenied { // returned as it is
		return nil
	}
	return fmt.Errorf("got %v, want denied", err)
}

// The connection breaks after the last byte: the mail goes again, as itself.
func TestTheAnswerIsLost(t *testing.T) {
	b := newBureau(t)
	b.server.FailNext(fakesmtp.Lost)
	b.testMail()
	b.sends()
	if m := b.one(); m.State != model.MailQueued {
		t.Fatalf("%+v", m)
	}
	b.later(2 * time.Minute)
	b.sends()
	got := b.server.Messages()
	if len(got) != 2 || got[0].Header.Get("Message-Id") != got[1].Header.Get("Message-Id") || !bytes.Equal(got[0].Raw, got[1].Raw) {
		t.Errorf("%d messages, not the same", len(got))
	}
}

// One mail that makes the server hang up does not hold up the others.
func TestAPoisonousMail(t *testing.T) {
	b := newBureau(t)
	b.server.FailNext(fakesmtp.Close)
	b.testMail()
	b.testMail()
	b.testMail()
	b.sends()
	if n := len(b.server.Messages()); n != 2 {
		t.Errorf("%d of 2 others arrived", n)
	}
}

func TestTheServerIsAway(t *testing.T) {
	b := newBureau(t)
	b.server.Close()
	for range 30 {
		b.testMail()
	}
	for i := range 20 {
		if _, err := b.post.SendDue(b.ctx); err == nil && i == 0 {
			t.Fatal("nobody is told that the server is away")
		}
		b.later(time.Minute)
	}
	next := b.db.Now().Add(longPause)
	for _, m := range b.queue() {
		if m.State != model.MailQueued || m.NextAt > next || m.LastError == "" {
			t.Fatalf("%+v: it would not go out soon after the server is back", m)
		}
	}
	b.later(6 * 24 * time.Hour)
	for range 20 {
		_, _ = b.post.SendDue(b.ctx) // fails, as above
		b.later(10 * time.Minute)
	}
	for _, m := range b.queue() {
		if m.State != model.MailFailed {
			t.Fatalf("after six days: %+v", m)
		}
	}
}

// A sender that died in the middle leaves its mail to the next one.
func TestARestartWithALeasedMail(t *testing.T) {
	b := newBureau(t)
	b.testMail()
	due, err := b.post.claim(b.ctx)
	if err != nil || len(due) != 1 {
		t.Fatalf("claimed %d: %v", len(due), err)
	}
	b.sends()
	if b.server.Attempts() != 0 {
		t.Fatal("a leased mail was sent")
	}
	b.later(5 * time.Minute)
	b.sends()
	if b.server.Attempts() != 0 {
		t.Fatal("a leased mail was sent before its lease ended")
	}
	// A new sender takes over at its start.
	b.write(func(tx *store.Tx) error { _, err := tx.ReleaseMails(tx.Ctx); return err })
	b.sends()
	if m := b.one(); m.State != model.MailSent || m.Attempts != 2 || len(b.server.Messages()) != 1 {
		t.Errorf("%+v", m)
	}
}

func TestALeaseEndsByItself(t *testing.T) {
	b := newBureau(t)
	b.testMail()
	if _, err := b.post.claim(b.ctx); err != nil {
		t.Fatal(err)
	}
	b.later(lease + time.Second)
	b.sends()
	if len(b.server.Messages()) != 1 {
		t.Error("the mail did not come back")
	}
}

func TestEncryption(t *testing.T) {
	for name, o := range map[string]fakesmtp.Options{"starttls": {STARTTLS: true, User: "u", Password: "p@ss"}, "smtps": {TLS: true, User: "u", Password: "p@ss"}} {
		server := fakesmtp.New(t, o)
		b := newBureau(t, "smtp_url", server.URL)
		b.post.TLS = &tls.Config{RootCAs: server.Roots, MinVersion: tls.VersionTLS12}
		b.testMail()
		b.sends()
		got := server.Messages()
		if len(got) != 1 || !got[0].TLS || got[0].User != "u" {
			t.Errorf("%s: %d messages", name, len(got))
		}
	}
	// Encryption is not given up because a server has none.
	b := newBureau(t)
	b2 := newBureau(t, "smtp_url", strings.TrimSuffix(b.server.URL, "?tls=none"))
	b2.testMail()
	if _, err := b2.post.SendDue(b2.ctx); err == nil || len(b.server.Messages()) != 0 {
		t.Errorf("mail left without TLS: %v", err)
	}
}

func TestWrongPassword(t *testing.T) {
	server := fakesmtp.New(t, fakesmtp.Options{STARTTLS: true, User: "u", Password: "right"})
	b := newBureau(t, "smtp_url", strings.Replace(server.URL, "right", "wrong", 1))
	b.post.TLS = &tls.Config{RootCAs: server.Roots, MinVersion: tls.VersionTLS12}
	b.testMail()
	_, err := b.post.SendDue(b.ctx)
	if err == nil || strings.Contains(err.Error(), "wrong") {
		t.Errorf("told: %v", err)
	}
	if m := b.one(); m.State != model.MailQueued || m.LastError == "" {
		t.Errorf("a wrong password lost the mail: %+v", m)
	}
}

func TestWithoutAServerMailIsKept(t *testing.T) {
	b := newBureau(t, "smtp_url", "")
	ada, boss := b.person(model.KindCustomer, "Ada"), b.person(model.KindAdmin, "Boss")
	tk := b.opens(ada, "Printer", "It burns.")
	b.must(b.Assign(b.ctx, boss, tk.ID, boss.ID, desk0))
	b.sends()
	page, err := b.OutgoingMail(b.ctx, boss, model.OutgoingFilter{State: model.MailKept})
	if err != nil || page.Total == 0 || page.Total != len(page.Items) {
		t.Fatalf("%+v, %v", page, err)
	}
	for _, m := range page.Items {
		if m.NextAt != 0 {
			t.Errorf("%+v waits for something", m)
		}
		_, raw, err := b.OutgoingRaw(b.ctx, boss, m.ID)
		if err != nil {
			t.Fatal(err)
		}
		if m.Kind != model.MailTicketReceived {
			continue
		}
		parsed, err := Parse(b.ctx, raw)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, found := strings.Cut(parsed.Text, "https://help.test/support/guest/")
		secret, _, _ := strings.Cut(rest, "/")
		a, err := b.GuestActor(b.ctx, model.Nobody(), secret)
		if !found || err != nil || a.Ticket != tk.ID || a.ID != ada.ID {
			t.Errorf("the link %q does not open the ticket: %v", secret, err)
		}
		stored, err := b.db.Read().MailRaw(b.ctx, m.ID)
		if err != nil || bytes.Contains(bytes.ReplaceAll(stored, []byte("=\r\n"), nil), []byte(secret)) {
			t.Errorf("the database holds the secret of the link (%v)", err)
		}
	}
	if _, _, err := b.OutgoingRaw(b.ctx, ada, page.Items[0].ID); err == nil {
		t.Error("a customer reads the queue")
	}
	if err := b.Retry(b.ctx, boss, page.Items[0].ID); model.Problems(err) == nil {
		t.Errorf("retry without a server: %v", err)
	}
}

// The database is free while a server takes its time.
func TestNoNetworkInATransaction(t *testing.T) {
	b := newBureau(t)
	b.testMail()
	b.server.Fail(fakesmtp.Slow)
	done := make(chan error, 1)
	go func() { _, err := b.post.SendDue(b.ctx); done <- err }()
	b.server.WaitFor(1, 20*time.Second)
	b.opens(b.person(model.KindCustomer, "Ada"), "While the server thinks", "x") // would wait for the writer
	b.server.Fail(fakesmtp.Accept)
	b.server.Release()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestComposingAgainGivesTheSameBytes(t *testing.T) {
	a, b := newBureau(t), newBureau(t)
	var raw [2][]byte
	for i, x := range []*bureau{a, b} {
		ada := x.person(model.KindCustomer, "Ada")
		x.opens(ada, "Grüße", "Wörter")
		x.routes()
		var err error
		if raw[i], err = x.db.Read().MailRaw(x.ctx, x.queue()[0].ID); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(raw[0], raw[1]) {
		t.Errorf("\n%s\n%s", raw[0], raw[1])
	}
}

// A long queue goes out over a few connections, each mail once and in order.
func TestALongQueue(t *testing.T) {
	b := newBureau(t)
	const n = 300
	b.write(func(tx *store.Tx) error {
		for i := range n {
			if _, err := tx.RecordAbout(tx.Ctx, model.System("test"), "mail", 0, model.TestMailRequested{Address: fmt.Sprintf("a%d@example.com", i)}); err != nil {
				return err
			}
		}
		return nil
	})
	b.sends()
	got := b.server.Messages()
	if len(got) != n {
		t.Fatalf("%d of %d arrived", len(got), n)
	}
	for i, m := range got {
		if want := fmt.Sprintf("a%d@example.com", i); m.To[0] != want {
			t.Fatalf("mail %d went to %s, want %s", i, m.To[0], want)
		}
	}
}
