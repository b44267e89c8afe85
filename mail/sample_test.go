package mail

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jhillyerd/enmime/v2"

	"escalated/model"
	"escalated/text"
	"escalated/views/emails"
)

// sampler is a post office whose look a test gives.
func sampler(t *testing.T, look *model.MailLook) (*Post, model.Settings) {
	t.Helper()
	b := newBureau(t, "time_zone", "Europe/Berlin")
	if look != nil {
		b.post.Look = func(context.Context) (*model.MailLook, error) { return look, nil }
	}
	s, err := b.Settings(b.ctx)
	b.must(err)
	return b.post, s
}

// Every kind can be looked at in every language, and what the editor begins
// with says the same as the built-in mail and is a text that may be saved.
func TestSamplesOfAllKinds(t *testing.T) {
	p, s := sampler(t, nil)
	for _, lang := range []string{"en", "de", "ar"} {
		var all bytes.Buffer
		for _, k := range p.Kinds() {
			m, err := p.Sample(t.Context(), s, model.MailDraft{Kind: k, Locale: lang})
			if err != nil {
				t.Fatalf("%s %s: %v", k, lang, err)
			}
			if m.Subject == "" || len(m.Plain) < 40 || len(m.HTML) > maxMailHTML {
				t.Errorf("%s %s: %q, %d, %d", k, lang, m.Subject, len(m.Plain), len(m.HTML))
			}
			for _, bad := range []string{"{{", "<no value>", "zTempl", "%!"} {
				if strings.Contains(m.Plain+m.Subject+m.HTML, bad) {
					t.Errorf("%s %s holds %q:\n%s", k, lang, bad, m.Plain)
				}
			}
			if key := textKey.FindString(m.Plain + m.Subject); key != "" {
				t.Errorf("%s %s holds the key %s", k, lang, key)
			}
			if problems := m.Start.Tidy().Check(); len(problems) > 0 && k != model.MailTest {
				t.Errorf("%s %s begins with a text that is refused: %v %v\n%s\n%s", k, lang, problems, problems[0].Args, m.Start.Subject, m.Start.Body)
			}
			own, err := p.Sample(t.Context(), s, model.MailDraft{Kind: k, Locale: lang, Text: &m.Start})
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(own.Plain+own.HTML+own.Subject, "{{") {
				t.Errorf("%s %s: a name is left:\n%s\n%s", k, lang, own.Subject, own.Plain)
			}
			if own.Subject != m.Subject {
				t.Errorf("%s %s: the text to begin with has the subject %q, not %q", k, lang, own.Subject, m.Subject)
			}
			all.WriteString("=== " + string(k) + "\nSubject: " + m.Subject + "\n\n" + m.Plain + "\n--- to begin with\n" + m.Start.Subject + "\n\n" + m.Start.Body + "\n")
		}
		checkGolden(t, filepath.Join("testdata", "samples", lang+".txt"), all.Bytes())
	}
}

var textKey = regexp.MustCompile(`\b(mail|mailing|notice|mailtexts|sla)\.[a-z_]+\b`)

// maxMailHTML is where large providers cut a mail.
const maxMailHTML = 102_400

// An admin's words say what they say and nothing else: a name is no Markdown,
// no HTML and no header, and a link leads where it leads.
func TestOwnWordsAreHarmless(t *testing.T) {
	p, s := sampler(t, nil)
	s.DeskName = "<script>x</script> **Desk** [evil](https://evil.test)"
	r := &router{Post: p, s: s, site: siteOf(s)}
	l := &letter{kind: model.MailSignIn, date: p.DB.Now(), words: text.In("en"), id: "x@help.test"}
	r.tellSample(l, r.madeUp(l.words, l.date))
	l.say(model.MailText{Kind: model.MailSignIn, Subject: "Hello {{desk.name}}", Body: "# {{desk.name}} <b>bold</b> <img src=https://evil.test/x.png>\n\n[Go]({{link}}) or {{link}}\n\n{{button|Sign **in**}}"})
	p.paint(s, &model.MailLook{}, l)
	html, err := emails.HTML(t.Context(), l.page)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script", "<img", "<b>", `href="https://evil.test`, "<strong>Desk"} {
		if strings.Contains(html, bad) {
			t.Errorf("the mail holds %q:\n%s", bad, html)
		}
	}
	link := "https://help.test/support/login/link/example/"
	if n := strings.Count(html, `href="`+link+`"`); n != 3 {
		t.Errorf("%d links, not 3:\n%s", n, html)
	}
	plain := emails.Plain(t.Context(), l.page)
	if !strings.Contains(plain, "Go: "+link+" or "+link) || !strings.Contains(plain, "Sign **in**:\n"+link) {
		t.Errorf("plain:\n%s", plain)
	}
	if strings.ContainsAny(l.subject, "\r\n") {
		t.Errorf("subject %q", l.subject)
	}
}

// Somebody we do not know reads nothing that came in under their name, and
// always why they got the mail, whatever an admin wrote.
func TestOwnWordsToTheShy(t *testing.T) {
	p, s := sampler(t, nil)
	r := &router{Post: p, s: s, site: siteOf(s)}
	l := &letter{kind: model.MailTicketReceived, date: p.DB.Now(), words: text.In("en"), id: "x@help.test", desk: "Acme", to: model.Person{ID: 9, Kind: model.KindCustomer, Name: "Buy pills"}}
	item := model.ThreadItem{Message: model.Message{Kind: model.ReplyKind, Body: "spam words"}, Author: model.PersonRef{ID: 9, Kind: model.KindCustomer, Name: "Buy pills"}}
	n := &news{happening: &happening{}, ticket: model.Ticket{ID: 1, Reference: "ESC-1", Subject: "Buy pills now", Status: model.Open}, actor: l.to, requester: l.to, said: &item}
	r.tell(l, n, addressee{l.to, l.kind}, true, "https://help.test/x/")
	l.say(model.MailText{Kind: l.kind, Subject: "[{{ticket.reference}}] {{ticket.subject}}", Body: "Dear {{recipient.first_name|friend}} {{requester.name}} {{author.name}} {{ticket.subject}}\n\n{{message}}\n\n{{details}}"})
	p.paint(s, &model.MailLook{}, l)
	plain := emails.Plain(t.Context(), l.page)
	if strings.Contains(l.subject+plain, "pills") || strings.Contains(plain, "spam") {
		t.Errorf("their own words came back: %s\n%s", l.subject, plain)
	}
	if !strings.Contains(plain, l.words.T("mail.received_not_you")) || !strings.Contains(plain, "Dear friend") {
		t.Errorf("plain:\n%s", plain)
	}
}

// A very long message is shortened in the HTML part when the rest is behind
// the link, in letters of any length.
func TestLongMessagesFit(t *testing.T) {
	p, s := sampler(t, nil)
	for _, word := range []string{"<&>\n\n", "كلمة طويلة ", "a"} {
		r := &router{Post: p, s: s, site: siteOf(s)}
		l := &letter{kind: model.MailReply, date: p.DB.Now(), words: text.In("ar"), id: "x@help.test"}
		f := r.madeUp(l.words, l.date)
		f.answer = strings.Repeat(word, 400_000/len(word))
		r.tellSample(l, f)
		p.paint(s, &model.MailLook{}, l)
		html, err := emails.HTML(text.With(t.Context(), "ar"), l.page)
		if err != nil {
			t.Fatal(err)
		}
		if len(html) > maxMailHTML || !strings.Contains(html, text.In("ar").T("mail.shortened")) {
			t.Errorf("%q: %d bytes", word, len(html))
		}
	}
}

// The desk's words, colour and logo arrive in mail that is really sent, and a
// text in one language leaves the others alone.
func TestOwnWordsInSentMail(t *testing.T) {
	b := newBureau(t)
	b.post.Look = func(ctx context.Context) (*model.MailLook, error) { return b.MailLook(ctx, model.System("mail")) }
	b.ShowsMail(b.post)
	boss := b.person(model.KindAdmin, "Nina")
	var logo bytes.Buffer
	b.must(png.Encode(&logo, image.NewNRGBA(image.Rect(0, 0, 960, 200))))
	b.must(b.SaveLogo(b.ctx, boss, model.LogoLight, &logo))
	b.must(b.SaveSettings(b.ctx, boss, map[string]string{"email_accent_color": "#FC0", "email_footer_text": "Acme Ltd, 1 High Street"}))
	b.must(b.SaveMailText(b.ctx, boss, model.MailText{Kind: model.MailSignIn, Locale: "de", Subject: "Ihr Link, {{recipient.first_name|du da}}", Body: "Bitte hier:\n\n{{button|Hinein}}"}))
	dora := b.person(model.KindCustomer, "Dora", func(n *model.NewPerson) { n.Locale = "de" })
	b.person(model.KindCustomer, "Emil", func(n *model.NewPerson) { n.Locale = "en" })
	_ = dora
	b.must(b.RequestLink(b.ctx, model.Nobody(), "dora@example.com", "", "de"))
	b.must(b.RequestLink(b.ctx, model.Nobody(), "emil@example.com", "", "en"))
	address, err := b.SendSampleMail(b.ctx, boss, model.MailDraft{Kind: model.MailReply, Locale: "en", Text: &model.MailText{Subject: "[{{ticket.reference}}] Try", Body: "Tried.\n\n{{message}}"}})
	if err != nil || address != "nina@help.test" {
		t.Fatal(address, err)
	}
	got := map[string]*enmime.Envelope{}
	for _, m := range b.mails() {
		env, err := enmime.ReadEnvelope(strings.NewReader(string(m.Raw)))
		b.must(err)
		got[env.GetHeader("Subject")] = env
	}
	accent, _ := model.ParseColour("#ffcc00")
	de, en, test := got["Ihr Link, Dora"], got["Sign in to Acme Help"], got["Test: [ESC-1042] Try"]
	if de == nil || en == nil || test == nil {
		t.Fatalf("got %v", got)
	}
	if !strings.Contains(strings.ReplaceAll(de.Text, "\r\n", "\n"), "Bitte hier:\n\nHinein:\nhttps://help.test/") || !strings.Contains(test.Text, "Tried.") {
		t.Errorf("%s\n%s", de.Text, test.Text)
	}
	for subject, env := range got {
		if !strings.Contains(env.HTML, model.AccentsOf(accent).Light.Accent.String()) || !strings.Contains(env.HTML, "1 High Street") || !strings.Contains(env.Text, "1 High Street") || strings.Contains(env.Text, "automatically") {
			t.Errorf("%s is not branded:\n%s", subject, env.Text)
		}
		if len(env.Inlines) != 1 || !bytes.HasPrefix(env.Inlines[0].Content, []byte("\x89PNG")) || !strings.Contains(env.HTML, `src="cid:`+env.Inlines[0].ContentID+`"`) || !strings.Contains(env.HTML, `width="240" height="50"`) {
			t.Errorf("%s has no logo: %d %q %q", subject, len(env.Inlines), env.Inlines[0].ContentID, env.Inlines[0].Content[:20])
		}
	}
	b.must(b.ResetMailText(b.ctx, boss, model.MailSignIn, "de", 1))
	b.must(b.RequestLink(b.ctx, model.Nobody(), "dora@example.com", "", "de"))
	for _, m := range b.mails() {
		if strings.Contains(string(m.Raw), "Hinein") {
			t.Error("the built-in text did not come back")
		}
	}
}
