package mail

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"

	"escalated/model"
	"escalated/safe"
	"escalated/text"
	"escalated/views/emails"
)

// letter is one mail before it is bytes. Equal letters give equal bytes.
type letter struct {
	kind       model.MailKind
	to         model.Person
	from       mail.Address
	cc         []string // whom else an answer went to, for the receiver to see
	via        string   // name of the person whose words these are
	desk       string
	words      text.Words
	date       model.Time
	subject    string
	id         string   // our Message-ID, without brackets
	replyTo    string   // address for answers; empty for mail about accounts
	references []string // without brackets, oldest first
	page       emails.Mail
	files      []model.Attachment
	fewer      string     // where its reader says that they want no more of the kind
	vars       model.Vars // for an admin's own words; nil leaves the built-in ones
	shy        bool       // repeats nothing that came in under the receiver's name
	logos      []model.Logo
}

// compose writes a letter as a message (RFC 5322): text and HTML, and the
// places of its files and of the secret of its link.
func (p *Post) compose(l *letter) ([]byte, error) {
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithCharset(gomail.CharsetUTF8), gomail.WithEncoding(gomail.EncodingQP))
	m.FromMailAddress(&mail.Address{Name: headerName(l.sender()), Address: l.from.Address})
	to := mail.Address{Address: l.to.Email}
	if proven(l.to) || !countsAsAutomatic(l.kind) { // a name that anybody may have given is words, too
		to.Name = headerName(l.to.Name)
	}
	m.ToMailAddress(&to)
	if l.replyTo != "" {
		m.ReplyToMailAddress(&mail.Address{Name: headerName(l.desk), Address: l.replyTo})
	}
	if len(l.cc) > 0 { // a header only: each receiver has a mail of their own
		m.SetGenHeader("Cc", strings.Join(l.cc, ", "))
	}
	m.Subject(headerLine(l.subject))
	m.SetDateWithValue(l.date.Std())
	m.SetMessageIDWithValue(l.id)
	if n := len(l.references); n > 0 {
		m.SetGenHeader(gomail.HeaderInReplyTo, "<"+l.references[n-1]+">")
		m.SetGenHeader(gomail.HeaderReferences, "<"+strings.Join(l.references, "> <")+">") // one value: several would be joined by commas
	}
	if auto := automatic(l.kind); auto != "" {
		m.SetGenHeader("Auto-Submitted", auto)
		m.SetGenHeader("X-Auto-Response-Suppress", "All")
	}
	if strings.HasPrefix(l.fewer, "https:") { // RFC 8058
		m.SetGenHeader("List-Unsubscribe", "<"+l.fewer+">")
		m.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	ctx := text.WithZone(text.With(context.Background(), l.words.Lang()), l.words.Zone())
	m.SetGenHeader("Content-Language", l.words.Lang())
	page, err := emails.HTML(ctx, l.page)
	if err != nil {
		return nil, fmt.Errorf("render mail: %w", err)
	}
	m.SetBodyString(gomail.TypeTextPlain, emails.Plain(ctx, l.page))
	m.AddAlternativeString(gomail.TypeTextHTML, page)
	if err := p.embedLogos(m, l); err != nil {
		return nil, fmt.Errorf("embed logo: %w", err)
	}
	for _, f := range l.files {
		if err := m.AttachReader(attachedName(f), bytes.NewReader(p.fileBlank(l.id, f.ID)), withFileHeaders(f)); err != nil {
			return nil, fmt.Errorf("attach file: %w", err)
		}
	}
	var out bytes.Buffer
	if _, err := m.WriteTo(&out); err != nil {
		return nil, fmt.Errorf("write message: %w", err)
	}
	return steadyBoundaries(out.Bytes(), l.id), nil
}

// sender is the name mail comes from: the desk, or somebody by way of it. The
// address is always the desk's, or the receiver's checks of the domain fail.
func (l *letter) sender() string {
	if l.via == "" {
		return l.desk
	}
	return l.words.T("mail.from_via", "Name", l.via, "Desk", l.desk)
}

// automatic is the mark of mail that no person wrote (RFC 3834, 5). An answer
// of a person has none.
func automatic(k model.MailKind) string {
	switch k {
	case model.MailReply, model.MailSide:
		return ""
	case model.MailTicketReceived:
		return "auto-replied"
	}
	return "auto-generated"
}

// headerLine makes a text fit for a header: one line, and nothing in it that a
// reader would take for an encoded word and decode to something else.
func headerLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) && r != '\u200d' { // direction marks and the like
			return -1
		}
		return r
	}, model.Clean(s))
	return strings.ReplaceAll(s, "=?", "= ?")
}

// headerName is headerLine for names, which also must not look like an address
// of somebody else.
func headerName(s string) string {
	s = headerLine(s)
	if r := []rune(s); len(r) > 100 {
		s = strings.TrimSpace(string(r[:100]))
	}
	return strings.NewReplacer("<", "", ">", "", `"`, "'", "\\", "/").Replace(s)
}

// attachedName is a file's name where one is shown without more.
func attachedName(f model.Attachment) string { return safe.Filename(f.Filename) }

// withFileHeaders gives a file its type and its name in the form that has room
// for all letters (RFC 2231).
func withFileHeaders(f model.Attachment) gomail.FileOption {
	return func(file *gomail.File) {
		kind, _, err := mime.ParseMediaType(f.Mime)
		if err != nil || strings.HasPrefix(kind, "multipart/") || strings.HasPrefix(kind, "message/") {
			kind = "application/octet-stream"
		}
		file.Header.Set("Content-Type", kind)
		// Folded, because a long name in percent signs may fill a line of its own.
		file.Header.Set("Content-Disposition", strings.Replace(safe.Disposition("attachment", attachedName(f)), "; filename*=", ";\r\n filename*=", 1))
	}
}

var boundaryForm = regexp.MustCompile(`boundary=([0-9a-f]{60})`)

// steadyBoundaries replaces the random boundaries by some that follow from the
// message's id, so that composing again gives the same bytes.
func steadyBoundaries(raw []byte, id string) []byte {
	for n, found := range boundaryForm.FindAllSubmatch(raw, 4) {
		h := sha256.Sum256([]byte(fmt.Sprintf("%s %d", id, n)))
		raw = bytes.ReplaceAll(raw, found[1], []byte("esc"+hex.EncodeToString(h[:])[:57]))
	}
	return raw
}

// senderOf is the desk's own address, made up from what is known when none is set.
func senderOf(s model.Settings) mail.Address {
	if a, err := mail.ParseAddress(s.MailFrom); err == nil {
		a.Address = strings.ToLower(a.Address)
		return *a
	}
	return mail.Address{Address: "support@" + hostOf(s)}
}

// mailDomain is where answers come back to and what our Message-IDs end in.
func mailDomain(s model.Settings) string {
	if d := s.MailDomain(); d != "" {
		return strings.ToLower(d)
	}
	return hostOf(s)
}

// hostOf is the name of the desk's host; numbers are no mail domain.
func hostOf(s model.Settings) string {
	u, err := url.Parse(s.BaseURL)
	if err != nil {
		return "localhost"
	}
	host := strings.ToLower(u.Hostname())
	if !strings.ContainsFunc(host, unicode.IsLetter) || strings.Contains(host, ":") {
		return "localhost"
	}
	return host
}

// zoneOf is a person's time zone, or the desk's.
func zoneOf(names ...string) *time.Location {
	for _, n := range names {
		if n == "" {
			continue
		}
		if z, err := time.LoadLocation(n); err == nil {
			return z
		}
	}
	return time.UTC
}
