package mail

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"escalated/model"
)

// read parses a message written with LF line ends.
func read(t *testing.T, raw string) model.InboundEmail {
	t.Helper()
	m, err := Parse(context.Background(), []byte(strings.ReplaceAll(raw, "\n", "\r\n")))
	if err != nil {
		t.Fatalf("parse: %v", err)
	}
	return m
}

func TestPlainMail(t *testing.T) {
	m := read(t, "Return-Path: <Ada@Example.com>\nDelivered-To: support@help.test\nX-Original-To: desk@help.test\n"+
		"From: \"Lovelace, Ada\" <Ada@Example.com>\nTo: support@help.test, Team: a@b.test, c@d.test;\nCc: x@y.test\n"+
		"Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\n =?utf-8?B?IGFuIGFsbGU=?=\nDate: Mon, 21 Sep 2026 10:00:00 +0200\n"+
		"Message-ID: <one@example.com>\nIn-Reply-To: <zero@help.test>\nReferences: <a@x>\n <b@x> <zero@help.test>\n\nHello\n\nAda\n")
	want := model.MailAddress{Name: "Lovelace, Ada", Address: "ada@example.com", ASCII: "ada@example.com"}
	if m.From != want || m.FromCount != 1 {
		t.Errorf("from %+v, count %d", m.From, m.FromCount)
	}
	if m.Subject != "Grüße an alle" {
		t.Errorf("subject %q", m.Subject)
	}
	if got := m.Date.Std().Format(time.RFC3339); got != "2026-09-21T08:00:00Z" {
		t.Errorf("date %s", got)
	}
	if m.MessageID != "one@example.com" || m.InReplyTo != "zero@help.test" || strings.Join(m.References, " ") != "a@x b@x zero@help.test" {
		t.Errorf("ids %q %q %q", m.MessageID, m.InReplyTo, m.References)
	}
	if len(m.To) != 3 || m.To[1].Address != "a@b.test" || len(m.Cc) != 1 {
		t.Errorf("to %v cc %v", m.To, m.Cc)
	}
	if strings.Join(m.Recipients, " ") != "support@help.test desk@help.test" || m.ReturnPath != "ada@example.com" || m.NullPath() {
		t.Errorf("recipients %v, path %q", m.Recipients, m.ReturnPath)
	}
	if m.Text != "Hello\n\nAda" || m.HTML != "" || len(m.Files) != 0 || len(m.Warnings) != 0 {
		t.Errorf("text %q html %q files %v warnings %v", m.Text, m.HTML, m.Files, m.Warnings)
	}
}

const mixed = `From: a@b.test
Subject: m
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="outer"

preamble
--outer
Content-Type: multipart/alternative; boundary="outer-1"

--outer-1
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Sch=F6n=
er
--outer-1
Content-Type: multipart/related; boundary=rel

--rel
Content-Type: text/html; charset=utf-8

<p>Schöner <img src="cid:pic@x"></p>
--rel
Content-Type: image/png; name="=?utf-8?Q?b=C3=A4r.png?="
Content-ID: <pic@x>
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--rel--
--outer-1--
--outer
Content-Type: application/pdf
Content-Disposition: attachment; filename*0*=utf-8''r%C3%A9; filename*1="sum.pdf"
Content-Transfer-Encoding: base64

ZGF0YQ==
--outer
Content-Type: message/rfc822

From: inner@x.test
Subject: =?utf-8?Q?Inn=C3=A9r?=

inner text
--outer
Content-Type: application/ms-tnef; name=winmail.dat

TNEF
--outer
Content-Type: text/calendar; method=REQUEST

BEGIN:VCALENDAR
--outer
Content-Type: text/plain; name="log.txt"

line
--outer--
epilogue
`

func TestMixedMail(t *testing.T) {
	m := read(t, mixed)
	if m.Text != "Schöner" || !strings.Contains(m.HTML, "<p>Schöner") || m.HTMLOnly || m.ContentType != "multipart/mixed" {
		t.Errorf("text %q html %q only %v", m.Text, m.HTML, m.HTMLOnly)
	}
	want := []struct {
		name, kind, content string
		inline              bool
	}{
		{"bär.png", "image/png", "\x89PNG\r\n\x1a\n", true},
		{"résum.pdf", "application/pdf", "data", false},
		{"Innér.eml", "message/rfc822", "From: inner@x.test", false},
		{"winmail.dat", "application/ms-tnef", "TNEF", false},
		{"invite.ics", "text/calendar", "BEGIN:VCALENDAR", false},
		{"log.txt", "text/plain", "line", false},
	}
	if len(m.Files) != len(want) {
		t.Fatalf("files %+v", m.Files)
	}
	for i, w := range want {
		f := m.Files[i]
		if f.Filename != w.name || f.ContentType != w.kind || !strings.HasPrefix(string(f.Content), w.content) || f.Inline != w.inline || f.Size != int64(len(f.Content)) {
			t.Errorf("file %d: %q %s %q inline %v, want %+v", i, f.Filename, f.ContentType, f.Content, f.Inline, w)
		}
	}
}

func TestBodyChoice(t *testing.T) {
	head := "From: a@b.test\nMIME-Version: 1.0\n"
	for _, c := range []struct {
		name, raw, text, html string
		only                  bool
	}{
		{"html only", "Content-Type: text/html\n\n<b>x</b>\n", "", "<b>x</b>\n", true},
		{
			"footer behind html", "Content-Type: multipart/mixed; boundary=q\n\n--q\nContent-Type: text/html\n\n<b>x</b>\n--q\n\nfooter <list>\n--q--\n",
			"footer <list>", "<b>x</b>\n<p>footer &lt;list&gt;</p>", true,
		},
		{"blank text", "Content-Type: multipart/alternative; boundary=q\n\n--q\n\n \n--q\nContent-Type: text/html\n\n<b>x</b>\n--q--\n", "", "<b>x</b>", true},
		{"wrong boundary", "Content-Type: multipart/mixed; boundary=nope\n\n--q\nContent-Type: text/plain\n\nhello\n--q--\n", "hello", "", false},
		{"no boundary at all", "Content-Type: multipart/mixed\n\nhello\n", "hello", "", false},
		{"unclosed", "Content-Type: multipart/mixed; boundary=q\n\n--q\n\nhello\n", "hello", "", false},
		{"two types, the first counts", "Content-Type: text/plain\nContent-Type: text/html\n\n<script>\n", "<script>", "", false},
		{"missing empty line", "Subject: s\nhello there\n", "hello there", "", false},
		{"flowed", "Content-Type: text/plain; format=flowed\n\na \nb\n> c \n> d\n-- \nsig\n", "a b\n> c d\n-- \nsig", "", false},
		{"footer behind base64", "Content-Transfer-Encoding: base64\n\nSGVsbG8=\n____\nthe list\n", "Hello____\nthe list", "", false},
		{"unknown encoding", "Content-Transfer-Encoding: x-rot13\n\nuryyb\n", "uryyb", "", false},
		{"uuencode stays", "\nbegin 644 a.txt\n#86)C\n`\nend\n", "begin 644 a.txt\n#86)C\n`\nend", "", false},
	} {
		m := read(t, head+c.raw)
		if m.Text != c.text || m.HTML != strings.ReplaceAll(c.html, "\r", "") || m.HTMLOnly != c.only {
			t.Errorf("%s: text %q html %q only %v", c.name, m.Text, m.HTML, m.HTMLOnly)
		}
	}
}

func TestWrappings(t *testing.T) {
	for name, raw := range map[string]string{
		"CR only":   "From: a@b.test\rSubject: s\r\rhi\r",
		"LF only":   "From: a@b.test\nSubject: s\n\nhi\n",
		"BOM":       "\xef\xbb\xbfFrom: a@b.test\r\nSubject: s\r\n\r\nhi\r\n",
		"mbox line": "From a@b.test Mon Sep 21 10:00:00 2026\nFrom: a@b.test\nSubject: s\n\nhi\n",
		"blanks":    "\r\n\r\nFrom : a@b.test\r\nSubject : s\r\n\r\nhi\r\n",
	} {
		m, err := Parse(context.Background(), []byte(raw))
		if err != nil || m.From.Address != "a@b.test" || m.Subject != "s" || m.Text != "hi" {
			t.Errorf("%s: %v %q %q %q", name, err, m.From.Address, m.Subject, m.Text)
		}
	}
	m, _ := Parse(context.Background(), []byte("From MAILER-DAEMON Mon Sep 21 10:00:00 2026\nFrom: a@b.test\n\nhi\n"))
	if !m.NullPath() {
		t.Error("the null path of an mbox line is not seen")
	}
}

func TestUnreadable(t *testing.T) {
	for _, raw := range []string{"", "\r\n \n", "\x00\x00", "\xef\xbb\xbf"} {
		if _, err := Parse(context.Background(), []byte(raw)); !errors.Is(err, ErrUnreadable) {
			t.Errorf("%q: %v", raw, err)
		}
	}
	raw := []byte("just some words\nand more\n")
	m, err := Parse(context.Background(), raw)
	if err != nil || m.Text != "just some words\nand more" || !m.Has("no_header") || len(m.Files) != 1 || !bytes.Equal(m.Files[0].Content, raw) {
		t.Errorf("text without header: %v %q %v", err, m.Text, m.Warnings)
	}
}

func TestLimits(t *testing.T) {
	nested := func(n int) string {
		var b strings.Builder
		b.WriteString("From: a@b.test\n")
		for i := range n {
			b.WriteString("Content-Type: multipart/mixed; boundary=b" + itoa(i) + "\n\n--b" + itoa(i) + "\n")
		}
		return b.String() + "\nhi\n"
	}
	head := "From: a@b.test\nContent-Type: multipart/mixed; boundary=q\n\n"
	for _, c := range []struct{ name, raw, what string }{
		{"depth 20", nested(20), ""},
		{"depth 21", nested(21), "depth"},
		{"depth 3000", nested(3000), "depth"},
		{"parts 999", head + strings.Repeat("--q\n\nx\n", 999), ""},
		{"parts 1000", head + strings.Repeat("--q\n\nx\n", 1000), "parts"},
		{"boundary prefixes", head + strings.Repeat("--q", 60000), ""},
		{"boundary lines", head + strings.Repeat("--q\n", 60000), "parts"},
		{"header bytes", "From: a@b.test\nX: " + strings.Repeat("y", 256<<10) + "\n\nhi", "header_bytes"},
		{"header count", "From: a@b.test\n" + strings.Repeat("X: y\n", 1000) + "\nhi", "header_count"},
		{"folds", "From: a@b.test\nSubject: x" + strings.Repeat("\n y", 50000) + "\n\nhi", ""},
		{"size", "From: a@b.test\n\n" + strings.Repeat("x", 36<<20), "size"},
	} {
		_, err := Parse(context.Background(), []byte(c.raw))
		var limit ErrLimits
		if errors.As(err, &limit); limit.What != c.what || (err != nil) != (c.what != "") {
			t.Errorf("%s: %v, want %q", c.name, err, c.what)
		}
	}
	many := "From: a@b.test\nTo: " + strings.Repeat("x@y.test, ", 5000) + "z@y.test\nReferences: <first@x>" + strings.Repeat(" <m@x>", 5000) + " <last@x>\n\nhi"
	m, err := Parse(context.Background(), []byte(many))
	if err != nil || len(m.To) != 200 || len(m.References) != 100 || m.References[0] != "first@x" || m.References[99] != "last@x" ||
		!m.Has("addresses_cut") || !m.Has("references_cut") {
		t.Errorf("caps: %v, %d to, %d references, %v", err, len(m.To), len(m.References), m.Warnings)
	}
	if _, err := ParseWith(context.Background(), []byte(mixed), ParseOptions{Limits: Limits{Time: 1}}); !errors.Is(err, ErrLimits{"time"}) {
		t.Errorf("time: %v", err)
	}
	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Parse(stopped, []byte(mixed)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestHostileMails holds what the reader alone decides of the hostile mails.
func TestHostileMails(t *testing.T) {
	dir := testMails(t)
	limit := map[string]string{
		"mime-bomb/nested-3000": "depth", "mime-bomb/nested-500": "depth",
		"mime-bomb/headers-5000": "header_count", "mime-bomb/encoded-words-20k": "header_bytes",
	}
	person := map[string]bool{"auto-no": true, "from-self": true, "replyto-self": true, "oof-french": true}
	index, err := os.Open(filepath.Join(dir, "hostile.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	lines := bufio.NewScanner(index)
	seen := 0
	for lines.Scan() {
		file, rest, _ := strings.Cut(lines.Text(), "\t")
		class, _, _ := strings.Cut(rest, "\t")
		if !strings.HasSuffix(file, ".eml") {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		seen++
		name := strings.TrimSuffix(strings.TrimPrefix(file, "hostile/"), ".eml")
		m, err := Parse(context.Background(), raw)
		var broken ErrLimits
		switch errors.As(err, &broken); {
		case name == "oddity/empty":
			if !errors.Is(err, ErrUnreadable) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		case broken.What != limit[name] || (err != nil) != (limit[name] != ""):
			t.Errorf("%s: %v, want limit %q", name, err, limit[name])
			continue
		case err != nil:
			continue
		}
		if reason, yes := m.Automatic(); yes != (class == "loop" && !person[filepath.Base(name)]) {
			t.Errorf("%s: automatic %v %q", name, yes, reason)
		}
		checkValid(t, name, m)
		checkHostile(t, name, m)
	}
	if seen < 150 {
		t.Errorf("only %d hostile mails", seen)
	}
}

// checkHostile holds single mails to what they were written for.
func checkHostile(t *testing.T, name string, m model.InboundEmail) {
	t.Helper()
	bad := func(what string, got any) { t.Helper(); t.Errorf("%s: %s: %q", name, what, got) }
	switch name {
	case "charset-attack/utf7-xss", "charset-attack/overlong-ew":
		if strings.Contains(m.HTML, "<script") {
			bad("UTF-7 became markup", m.HTML)
		}
	case "charset-attack/utf16-html":
		if m.HTML != "<script>alert(1)</script>" {
			bad("UTF-16 is not decoded", m.HTML)
		}
	case "charset-attack/unknown-charset":
		if m.Text != "café" || !m.Has("charset_unknown") {
			bad("text", m.Text)
		}
	case "inject/subject-crlf-ew":
		if m.Subject != "x  Bcc: evil@evil.test" || len(m.Bcc) != 0 {
			bad("subject", m.Subject)
		}
	case "inject/name-crlf-ew", "inject/name-recipients":
		if m.From.Address != "eve@evil.test" || m.FromCount != 1 || len(m.Bcc) != 0 {
			bad("from", m.From)
		}
	case "inject/bidi":
		if !strings.ContainsRune(m.Subject, '\u202e') {
			bad("subject", m.Subject)
		}
	case "spoof-thread/from-encoded-addr":
		if m.From.Address != "eve@evil.test" || !m.Has("from_name_misleads") {
			bad("from", m.From)
		}
	case "spoof-thread/from-idn-homograph":
		if m.From.Address == "admin@help.test" || m.From.Address == "" {
			bad("from", m.From)
		}
	case "spoof-thread/from-nul":
		if m.From.Address != "" || !m.Has("from_missing") {
			bad("from", m.From)
		}
	case "spoof-thread/two-from":
		if m.From.Address != "victim@corp.test" || m.FromCount != 2 || !m.Has("from_many") {
			bad("from", m.From)
		}
	case "mime-bomb/recipients-10k", "mime-bomb/references-5k":
		if len(m.To) > 200 || len(m.References) > 100 {
			bad("caps", len(m.To)+len(m.References))
		}
	case "oddity/bad-base64":
		if !strings.HasPrefix(m.Text, "Hello!*** not") {
			bad("text", m.Text)
		}
	case "oddity/message-partial", "oddity/no-boundary", "oddity/cr-only", "oddity/space-before-colon":
		if m.Text == "" || m.From.Address == "" {
			bad("text", m.Text)
		}
	case "oddity/date-9999", "oddity/date-tz-9999":
		if m.Date != 0 || !m.Has("date_unbelievable") {
			bad("date", m.Date)
		}
	case "attach-name/name-vs-filename-conflict":
		if len(m.Files) != 1 {
			bad("files", m.Files)
		}
	}
}

// TestBigMailIsLinear reads the worst shapes at full size; it would not end in
// time if anything were quadratic.
func TestBigMailIsLinear(t *testing.T) {
	head := "From: a@b.test\nMIME-Version: 1.0\n"
	for name, raw := range map[string]string{
		"lines of dashes":   head + "Content-Type: multipart/mixed; boundary=q\n\n" + strings.Repeat("--qq\n", 4<<20),
		"broken words":      head + "Subject: " + strings.Repeat("=?utf-8?q?", 25000) + "\n\nx",
		"open comments":     "From: " + strings.Repeat("(", 250000) + "\n\nx",
		"angles":            "From: " + strings.Repeat("<a@b", 60000) + "\n\nx",
		"open quotes":       "From: " + strings.Repeat("\"a,", 80000) + "\n\nx",
		"base64 file":       head + "Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n" + strings.Repeat("QUJD\n", 6<<20),
		"parameters":        head + "Content-Type: text/plain; " + strings.Repeat("a*1=b; ", 30000) + "\n\nx",
		"cid":               head + "Content-Type: text/html\n\n" + strings.Repeat("cid:a ", 700000),
		"unclosed base64":   head + "Content-Transfer-Encoding: base64\n\n" + strings.Repeat("!\n", 4<<20),
		"quoted":            head + "Content-Transfer-Encoding: quoted-printable\n\n" + strings.Repeat("=\n", 8<<20),
		"header-like lines": head + strings.Repeat("a b\n", 60000) + "\nx",
	} {
		start := time.Now()
		m, err := Parse(context.Background(), []byte(raw))
		var limit ErrLimits
		if errors.As(err, &limit) && limit.What == "time" || m.Has("parser_failed") {
			t.Errorf("%s: %v", name, err)
		}
		t.Logf("%s: %v, %v", name, time.Since(start).Round(time.Millisecond), err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(mixed))
	for _, s := range []string{
		"", "From: a@b\n\nx", "Subject: =?utf-8?q?=C3?= =?utf-8?q?=A9?=\n\n", "From MAILER-DAEMON Mon Sep 21 10:00:00 2026\n>From x\n",
		"Content-Type: text/html; charset=utf-7\n\n+ADw-", "Content-Type: multipart/mixed; boundary*0=a; boundary*1*=b%41\n\n--abA\n\n--abA--",
		"Content-Type: text/plain; format=flowed; delsp=yes\n\n> a \n> b", "From: \"a\\\"b\"@c, g: <@r:x@y>;\nDate: Mon, 31 Feb 99 25:00 +9999\n\n",
	} {
		f.Add([]byte(s))
	}
	received := time.Date(2026, 9, 21, 10, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := ParseWith(context.Background(), raw, ParseOptions{Received: received})
		var limit ErrLimits
		if err != nil && !errors.As(err, &limit) && !errors.Is(err, ErrUnreadable) {
			t.Fatal(err)
		}
		if m.Has("parser_failed") {
			t.Fatal("the parser failed")
		}
		checkValid(t, "fuzz", m)
		m.Automatic()
		StripSubject(m.Subject, "ESC")
		SubjectReference(m.Subject, "ESC")
	})
}
