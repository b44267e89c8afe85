package model

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// MailText is what an admin wrote in place of the built-in words of a kind of
// mail, in one language; "" is for all that have no text of their own. An
// empty subject or body leaves the built-in one.
type MailText struct {
	Kind    MailKind `db:"kind" json:"kind"`
	Locale  string   `db:"locale" json:"locale,omitempty"`
	Subject string   `db:"subject" json:"subject,omitempty"`
	Body    string   `db:"body" json:"body,omitempty"` // Markdown with placeholders
	At      Time     `db:"at" json:"-"`
	By      PersonID `db:"by" json:"-"`
	Version int64    `db:"version" json:"-"`
}

// The longest subject and body of a mail text, in characters.
const (
	MaxMailSubject = 200
	MaxMailBody    = 10000
)

// Blocks are the parts of a mail that are more than words. In a mail text each
// stands on a line of its own.
const (
	BlockMessage = "message" // what was said
	BlockDetails = "details" // the properties, or the tickets
	BlockFiles   = "files"
	BlockButton  = "button" // {{button|words on it}}
	BlockScores  = "scores" // the answers to "how was the help"
	BlockNotes   = "notes"  // the built-in sentences after the button
)

// aboutNoTicket are the kinds that belong to an account or a third party.
func (k MailKind) aboutNoTicket() bool {
	switch k {
	case MailSignIn, MailSignUp, MailReset, MailInvite, MailTest, MailSide, MailDigest:
		return true
	}
	return false
}

// NamesTicket reports whether the subject of mails of the kind carries the
// reference, by which answers are recognised when all else is lost.
func (k MailKind) NamesTicket() bool { return !k.aboutNoTicket() }

// ToCustomers reports whether mails of the kind go to customers, guests and
// third parties; all others go to people who work here only.
func (k MailKind) ToCustomers() bool {
	switch k {
	case MailTicketReceived, MailTicketOpened, MailReply, MailStatus, MailSignIn, MailSignUp, MailReset, MailGuestLink, MailRate, MailSide:
		return true
	}
	return false
}

// MailKindTexts says of a kind of mail in which languages an admin rewrote it.
type MailKindTexts struct {
	Kind    MailKind
	Locales []string // "" is for all languages without a text of their own
}

// Blocks are the parts a mail text of the kind may place.
func (k MailKind) Blocks() []string {
	switch k {
	case MailSignIn, MailSignUp, MailReset, MailInvite, MailGuestLink:
		return []string{BlockButton, BlockNotes}
	case MailTest:
		return nil
	case MailSide:
		return []string{BlockMessage, BlockFiles}
	case MailRate:
		return []string{BlockScores, BlockDetails, BlockNotes}
	case MailDigest:
		return []string{BlockMessage, BlockButton, BlockNotes}
	}
	return []string{BlockMessage, BlockDetails, BlockFiles, BlockButton, BlockNotes}
}

// Needs are the parts without which a mail of the kind is of no use; of each
// set one is enough.
func (k MailKind) Needs() [][]string {
	switch k {
	case MailSignIn, MailSignUp, MailReset, MailInvite, MailGuestLink:
		return [][]string{{BlockButton, "link"}}
	case MailRate:
		return [][]string{{BlockScores}}
	case MailReply, MailCustomerReply, MailStaffReply, MailTicketOpened, MailDraftHeld, MailSide, MailRuleNotice, MailDigest:
		return [][]string{{BlockMessage}}
	}
	return nil
}

// Variables are the names a mail text of the kind may use.
func (k MailKind) Variables() []string {
	out := []string{"recipient.name", "recipient.first_name", "recipient.email"}
	switch k {
	case MailSignIn, MailSignUp, MailReset:
		out = append(out, "link", "link.valid")
	case MailInvite:
		out = append(out, "agent.name", "agent.first_name", "link", "link.valid")
	case MailTest:
		out = append(out, "sent.at")
	case MailSide:
		out = append(out, "side.subject", "author.name", "agent.name", "agent.first_name")
	case MailDigest:
		out = append(out, "link")
	default:
		out = append(append(Variables(), "author.name", "link"), out...)
		switch k {
		case MailStatus:
			out = append(out, "status.text")
		case MailSLAWarning, MailSLABreach:
			out = append(out, "sla.target", "sla.due", "sla.policy")
		case MailEscalated:
			out = append(out, "escalation.reason")
		case MailRuleNotice:
			out = append(out, "rule.name")
		}
		return out
	}
	return append(out, "desk.name")
}

var blockLine = regexp.MustCompile(`^\s*\{\{\s*([a-z]+)\s*(?:\|([^{}|]*))?\}\}\s*$`)

// MailPart is a stretch of a mail text: words, or a block with the words that
// its writer gave it.
type MailPart struct {
	Words string
	Block string
	Label string
}

// Parts cuts a body into words and blocks.
func (t MailText) Parts() []MailPart {
	var out []MailPart
	var words []string
	flush := func() {
		if s := strings.TrimSpace(strings.Join(words, "\n")); s != "" {
			out = append(out, MailPart{Words: s})
		}
		words = nil
	}
	for line := range strings.SplitSeq(t.Body, "\n") {
		m := blockLine.FindStringSubmatch(line)
		if m == nil || !slices.Contains(allBlocks, m[1]) {
			words = append(words, line)
			continue
		}
		flush()
		out = append(out, MailPart{Block: m[1], Label: strings.TrimSpace(m[2])})
	}
	flush()
	return out
}

var allBlocks = []string{BlockMessage, BlockDetails, BlockFiles, BlockButton, BlockScores, BlockNotes}

// Has reports whether the body places a block.
func (t MailText) Has(block string) bool {
	return slices.ContainsFunc(t.Parts(), func(p MailPart) bool { return p.Block == block })
}

// Tidy brings subject and body into the form that is kept: a subject is one
// line, whatever was sent.
func (t MailText) Tidy() MailText {
	t.Subject = Clean(t.Subject)
	t.Body = CleanBody(t.Body)
	return t
}

// Check tells what is wrong with a tidy mail text.
func (t MailText) Check() Invalid {
	var p Invalid
	if t.Subject == "" && t.Body == "" {
		p.Add("body", "mail_text_empty")
	}
	if utf8.RuneCountInString(t.Subject) > MaxMailSubject {
		p.Add("subject", "too_long", "Max", MaxMailSubject)
	}
	if utf8.RuneCountInString(t.Body) > MaxMailBody {
		p.Add("body", "too_long", "Max", MaxMailBody)
	}
	if len(p) > 0 {
		return p
	}
	if name := t.unknown(t.Subject, false); name != "" {
		p.Add("subject", "placeholder_unknown", "Name", name)
	} else if t.Subject != "" && t.Kind.NamesTicket() && !uses(t.Subject, "ticket.reference") {
		p.Add("subject", "placeholder_missing", "Name", "{{ticket.reference}}")
	}
	if t.Body != "" {
		t.checkBody(&p)
	}
	return p
}

func (t MailText) checkBody(p *Invalid) {
	var words []string
	for _, part := range t.Parts() {
		switch {
		case part.Block == "":
			words = append(words, part.Words)
		case !slices.Contains(t.Kind.Blocks(), part.Block):
			p.Add("body", "placeholder_unknown", "Name", "{{"+part.Block+"}}")
			return
		}
	}
	rest := strings.Join(words, "\n\n")
	if name := t.unknown(rest, true); name != "" {
		if inside := strings.Trim(name, "{} "); slices.Contains(t.Kind.Blocks(), strings.TrimSpace(firstOf(inside, "|"))) {
			p.Add("body", "placeholder_line", "Name", name)
		} else {
			p.Add("body", "placeholder_unknown", "Name", name)
		}
		return
	}
	for _, set := range t.Kind.Needs() {
		if !slices.ContainsFunc(set, func(name string) bool { return t.Has(name) || uses(rest, name) }) {
			p.Add("body", "placeholder_missing", "Name", "{{"+set[0]+"}}")
			return
		}
	}
}

func firstOf(s, sep string) string {
	before, _, _ := strings.Cut(s, sep)
	return before
}

// unknown is the first placeholder of a text that means nothing in this kind.
// A link has no place in a subject.
func (t MailText) unknown(s string, link bool) (name string) {
	known := t.Kind.Variables()
	fillEach(s, func(inside string) string {
		v := strings.TrimSpace(firstOf(inside, "|"))
		if name == "" && (!slices.Contains(known, v) || v == "link" && !link) {
			name = "{{" + inside + "}}"
		}
		return ""
	})
	return name
}

// uses reports whether a text has a placeholder.
func uses(s, want string) (found bool) {
	fillEach(s, func(inside string) string {
		found = found || strings.TrimSpace(firstOf(inside, "|")) == want
		return ""
	})
	return found
}

var (
	markdownTarget = regexp.MustCompile(`!?\[([^\[\]]+)\]\(<?([^()\s<>]+)>?(?:\s"[^"]*")?\)`)
	markdownMarks  = regexp.MustCompile(`(?m)^[ \t]*#{1,6}[ \t]+`)
)

// PlainMail is a Markdown text as plain text that keeps where its links lead.
// It is applied before values are filled in.
func PlainMail(s string) string {
	s = markdownTarget.ReplaceAllString(s, "$1: $2")
	s = markdownMarks.ReplaceAllString(s, "")
	return markdownStars.ReplaceAllString(s, "$2")
}

// The events of mail texts.
type (
	// MailTextSaved is a mail text that was written or changed.
	MailTextSaved struct {
		Mailing MailKind `json:"mailing"`
		Locale  string   `json:"locale,omitempty"`
	}
	// MailTextReset goes back to the built-in words.
	MailTextReset struct {
		Mailing MailKind `json:"mailing"`
		Locale  string   `json:"locale,omitempty"`
	}
)

// Kind names the event.
func (MailTextSaved) Kind() string { return "mail_text.saved" }

// Kind names the event.
func (MailTextReset) Kind() string { return "mail_text.reset" }

// Public reports that customers do not see the event.
func (MailTextSaved) Public() bool { return false }

// Public reports that customers do not see the event.
func (MailTextReset) Public() bool { return false }

func init() {
	register[MailTextSaved]()
	register[MailTextReset]()
}

// Text is the text for a language, or what stands in for it; not ok is the
// built-in one.
func (l *MailLook) Text(k MailKind, lang string) (t MailText, ok bool) {
	if l == nil {
		return t, false
	}
	if t, ok = l.Texts[k][lang]; !ok {
		t, ok = l.Texts[k][""]
	}
	return t, ok
}

// MailDraft is a mail as somebody may get it: of a kind, in a language, with
// words that are not saved yet, or with the saved ones.
type MailDraft struct {
	Kind   MailKind  `json:"kind"`
	Locale string    `json:"locale,omitempty"`
	Text   *MailText `json:"text,omitempty"` // nil is what is saved
	Accent *string   `json:"-"`              // a colour, a last line and a logo that are not saved yet
	Footer *string   `json:"-"`
	Theme  string    `json:"-"` // light or dark; "" is what its reader prefers
	Logo   *string   `json:"-"`
}

// MailShown is a made-up mail as its reader gets it.
type MailShown struct {
	From, Subject, HTML, Plain string
	Start                      MailText // the built-in words, as a mail text to begin with
	RTL                        bool
}
