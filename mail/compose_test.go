package mail

import (
	"bytes"
	"flag"
	"fmt"
	"mime"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jhillyerd/enmime/v2"

	"escalated/model"
	"escalated/store"
	"escalated/text"
	"escalated/views/emails"
)

var update = flag.Bool("update", false, "write the golden letters anew")

// Every kind of mail in every language, to be read and looked at under
// testdata/letters.
func TestLetters(t *testing.T) {
	for _, lang := range []string{"en", "de", "ar"} {
		t.Run(lang, func(t *testing.T) {
			letters := everyKind(t, lang)
			for _, kind := range kindCodes[1:] {
				raw := letters[kind]
				if raw == nil {
					t.Errorf("no mail of kind %s", kind)
					continue
				}
				checkGolden(t, filepath.Join("testdata", "letters", lang, string(kind)+".txt"), readable(t, raw))
			}
		})
	}
}

// everyKind makes things happen until there is a mail of each kind, and gives
// the composed bytes of the first of each.
func everyKind(t *testing.T, lang string) map[model.MailKind][]byte {
	b := newBureau(t, "smtp_url", "", "default_language", lang, "time_zone", "Europe/Berlin")
	mine := func(n *model.NewPerson) { n.Locale = lang }
	names := map[string][]string{"en": {"Ada", "Mike", "Nina"}, "de": {"Käthe", "Jürgen", "Söhnke"}, "ar": {"ليلى", "سامي", "Nina"}}[lang]
	address := func(a string) func(*model.NewPerson) { return func(n *model.NewPerson) { n.Email = a } }
	ada := b.person(model.KindCustomer, names[0], mine, address("ada@example.com"))
	mike := b.person(model.KindAgent, names[1], mine, address("mike@help.test"))
	boss := b.person(model.KindAdmin, names[2], mine, address("boss@help.test"))
	subject := map[string]string{"en": "Printer on fire", "de": "Drucker brennt – schon wieder", "ar": "الطابعة تحترق"}[lang]
	tk := b.opens(ada, subject, "It burns.\n\nSee https://example.com/?a=1&b=2 <b>now</b>.")
	step := func() { b.routes(); b.later(time.Minute) }
	step()
	b.must(b.Assign(b.ctx, boss, tk.ID, mike.ID, desk0))
	step()
	b.joins(tk, store.RoleFollower, boss)
	stage := func() model.AttachmentID {
		a, err := b.Stage(b.ctx, mike, "", "s", "plan.txt", strings.NewReader("water"))
		b.must(err)
		return a.ID
	}
	b.says(mike, tk, "Use water.\n- not oil", func(r *model.NewReply) {
		r.Status, r.Slot, r.Files = model.Resolved, "s", []model.AttachmentID{stage()}
	})
	step()
	b.says(ada, tk, "It still burns.")
	step()
	b.must(b.SetStatus(b.ctx, mike, tk.ID, model.Resolved, desk0))
	step()
	b.opens(mike, subject, "We saw smoke.", func(n *model.NewTicket) { n.Requester, n.Assignee = ada.ID, mike.ID })
	step()
	b.must(b.RequestLink(b.ctx, model.Nobody(), "ada@example.com", "", lang))
	b.must(b.RequestLink(b.ctx, model.Nobody(), "new@example.com", "", lang))
	b.must(b.RequestReset(b.ctx, model.Nobody(), "ada@example.com", lang))
	b.must(b.RequestGuestLink(b.ctx, model.Nobody(), "ada@example.com", "ESC-1"))
	b.must(b.SendTest(b.ctx, boss, "boss@example.com"))
	b.write(func(tx *store.Tx) error {
		id, err := tx.InsertToken(tx.Ctx, store.TokenRow{Token: model.Token{Purpose: model.TokenInvite, PersonID: mike.ID, Address: "mike@help.test", ExpiresAt: tx.Now.Add(72 * time.Hour)}, Nonce: []byte{1}, Hash: []byte{1}})
		if err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, boss, "person", int64(mike.ID), model.PersonInvited{Person: mike.ID, Token: id})
		return err
	})
	if _, err := b.StartSide(b.ctx, mike, tk.ID, model.NewSide{Address: "depot@carrier.example", Subject: subject, Body: "Where is **parcel 77**?"}); err != nil {
		t.Fatal(err)
	}
	b.routes()
	b.later(25 * time.Hour)
	if n, err := b.AskRatings(b.ctx, model.System("clock")); err != nil || n != 1 {
		t.Fatalf("asked for %d ratings: %v", n, err)
	}
	b.alarms(boss, mike, tk, step)
	letters := map[model.MailKind][]byte{}
	for _, m := range b.queue() {
		if letters[m.Kind] == nil {
			raw, err := b.db.Read().MailRaw(b.ctx, m.ID)
			b.must(err)
			letters[m.Kind] = raw
		}
	}
	return letters
}

// readable shows a message with its header words decoded and its parts as text.
func readable(t *testing.T, raw []byte) []byte {
	t.Helper()
	env, err := enmime.ReadEnvelope(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	dec := new(mime.WordDecoder)
	var lines []string
	for _, l := range strings.Split(strings.ReplaceAll(string(head), "\r\n ", " "), "\r\n") {
		text, err := dec.DecodeHeader(l)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, text)
	}
	slices.Sort(lines)
	fmt.Fprintf(&out, "%s\n\n--- text\n%s\n--- html\n%s\n", strings.Join(lines, "\n"), strings.ReplaceAll(env.Text, "\r\n", "\n"), strings.ReplaceAll(strings.ReplaceAll(env.HTML, "\r\n", "\n"), "><", ">\n<"))
	for _, p := range env.Attachments {
		fmt.Fprintf(&out, "--- file %s %s\n", p.FileName, p.ContentType)
	}
	return out.Bytes()
}

func checkGolden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; look at it and write it anew with -update:\n%s", name, got)
	}
}

func TestReplaceWrapped(t *testing.T) {
	blank, secret := strings.Repeat("b", 31)+"c", strings.Repeat("s", 32)
	for _, at := range []int{0, 1, 15, 31, 32} {
		raw := "x" + blank[:at] + "=\r\n" + blank[at:] + "/y" + blank
		want := "x" + secret[:at] + "=\r\n" + secret[at:] + "/y" + secret
		if got := string(replaceWrapped([]byte(raw), blank, secret)); got != want {
			t.Errorf("%d: %q", at, got)
		}
	}
	if got := string(replaceWrapped([]byte("bbb"), blank, secret)); got != "bbb" {
		t.Errorf("%q", got)
	}
}

func TestSenderWithoutSettings(t *testing.T) {
	for base, want := range map[string]string{
		"": "support@localhost", "http://127.0.0.1:8080": "support@localhost", "http://[::1]:8080": "support@localhost",
		"https://Help.Example.com": "support@help.example.com",
	} {
		s := model.DefaultSettings()
		s.BaseURL = base
		if got := senderOf(s).Address; got != want || mailDomain(s) != strings.TrimPrefix(want, "support@") {
			t.Errorf("%s: %s, %s", base, got, mailDomain(s))
		}
	}
}

// Whatever a name or a subject is, the message has the headers it should have
// and no others, and says the same when read.
func FuzzHeaders(f *testing.F) {
	for _, s := range []string{"Hello", "a\r\nBcc: x@y.test", "=?utf-8?q?=0D=0ABcc:_x?=", "ü" + strings.Repeat("ö", 200), "日本語 の 件名", "a\x00\u0085\u2028b", `"x" <a@b.test>, y`, strings.Repeat("long words ", 60)} {
		f.Add(s, s)
	}
	p := &Post{Signer: testSigner(0)}
	f.Fuzz(func(t *testing.T, name, subject string) {
		subject = model.Excerpt(subject, model.MaxSubject)
		l := &letter{
			kind: model.MailReply, to: model.Person{Name: name, Email: "ada@example.com"}, from: mail.Address{Address: "support@help.test"}, via: name, desk: name,
			words: text.In("en"), date: 1, subject: "[ESC-1] " + subject, id: "t.a.b@help.test", replyTo: "reply+a.b@help.test", references: []string{"a@b", "c@d"},
		}
		raw, err := p.compose(l)
		if err != nil {
			t.Fatal(err)
		}
		m, err := mail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Header) != 11 {
			t.Errorf("%d headers: %v", len(m.Header), m.Header)
		}
		for _, h := range []string{"From", "To", "Reply-To"} {
			if a, err := m.Header.AddressList(h); err != nil || len(a) != 1 {
				t.Errorf("%s: %q: %v", h, m.Header.Get(h), err)
			}
		}
		got, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
		if want := strings.TrimSpace("[ESC-1] " + headerLine(subject)); err != nil || got != want {
			t.Errorf("subject %q, want %q (%v)", got, want, err)
		}
		for _, line := range bytes.Split(raw, []byte("\r\n")) {
			if len(line) > 998 || bytes.ContainsAny(line, "\r\n\x00") {
				t.Errorf("line %q", line)
			}
		}
	})
}

func BenchmarkCompose(b *testing.B) {
	p := &Post{Signer: testSigner(0)}
	for b.Loop() {
		l := &letter{
			kind: model.MailReply, to: model.Person{Name: "Ada", Email: "ada@example.com"}, from: mail.Address{Address: "support@help.test"}, desk: "Desk",
			words: text.In("en"), date: 1, subject: "[ESC-1] Printer", id: "t.a.b@help.test", page: emails.Mail{Heading: "Hello", Said: &emails.Said{Text: strings.Repeat("Some words. ", 100)}},
		}
		if _, err := p.compose(l); err != nil {
			b.Fatal(err)
		}
	}
}
