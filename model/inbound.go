package model

import "strings"

// MailAddress is one mailbox named in a mail header.
type MailAddress struct {
	Name    string // display name, decoded, without control characters
	Address string // addr-spec, lower case, international domains as they were written; empty when there is none
	ASCII   string // Address with its domain in punycode; equal to Address for most
}

// InboundFile is a part of a mail that is not its text.
type InboundFile struct {
	Filename    string // decoded, without control characters; still to be made harmless before use as a path or header
	ContentType string // lower case, without parameters, as the sender declared it
	ContentID   string // without brackets
	Inline      bool   // the HTML shows it (cid:), so a list of attachments need not
	Content     []byte // transfer encoding undone, otherwise as sent
	Size        int64  // len(Content)
}

// InboundEmail is a received mail, read and bounded, before anybody decided
// what to do with it. Nothing in it is trusted: the HTML is raw, the addresses
// are what the sender claims.
type InboundEmail struct {
	MessageID  string   // without brackets; empty when missing or unusable
	InReplyTo  string   // without brackets
	References []string // without brackets, oldest first; the middle is left out of very long chains

	From      MailAddress
	FromCount int // addresses in all From headers; other than 1 is suspicious
	ReplyTo   MailAddress
	Sender    MailAddress
	To        []MailAddress
	Cc        []MailAddress
	Bcc       []MailAddress
	// Recipients are the addresses the delivering server noted (Delivered-To,
	// X-Original-To, Envelope-To): where the mail really went.
	Recipients []string

	ReturnPath    string // lower case; empty for the null path and when the header is missing
	HasReturnPath bool   // with an empty ReturnPath this is the null path: never answer

	Subject string // decoded, one line
	Date    Time   // when the sender says it was written; zero when missing or absurd

	Text string // plain text, LF line ends
	HTML string // raw, to be sanitised before anybody sees it
	// HTMLOnly says that the HTML holds words which Text does not: show the
	// HTML, or text made from it, and not Text.
	HTMLOnly bool
	Files    []InboundFile

	ContentType string              // of the whole mail, lower case, without parameters
	Headers     map[string][]string // kept headers by lower-case name, in order of appearance; see Header
	Warnings    []string            // what was odd, as short words in snake case

	SHA256 [32]byte // of the bytes as received
	Size   int64    // of the bytes as received
}

// Header returns the first value of a kept header, or "". Kept are those that
// tell machines from people (Auto-Submitted, Precedence, List-Id, …) and
// Authentication-Results; From only when it names no address.
func (m InboundEmail) Header(name string) string {
	if v := m.Headers[strings.ToLower(name)]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Has reports whether a warning was noted.
func (m InboundEmail) Has(warning string) bool {
	for _, w := range m.Warnings {
		if w == warning {
			return true
		}
	}
	return false
}

// NullPath reports whether the mail came with the empty return path of bounces
// and automatic answers (RFC 5321, 4.5.5).
func (m InboundEmail) NullPath() bool { return m.HasReturnPath && m.ReturnPath == "" }

// Automatic reports whether a machine wrote the mail, and by which sign, so
// that nothing is answered to it by itself (RFC 3834). The reason is one short
// word. Whether the sender is one of the desk's own addresses is not known
// here.
func (m InboundEmail) Automatic() (reason string, yes bool) {
	for _, v := range m.Headers["auto-submitted"] {
		if w := headerWord(v); w != "" && w != "no" {
			return "auto_submitted", true
		}
	}
	for _, v := range m.Headers["precedence"] {
		switch strings.ReplaceAll(headerWord(v), "-", "_") {
		case "bulk", "junk", "list", "auto_reply":
			return "precedence", true
		}
	}
	if m.NullPath() {
		return "null_path", true
	}
	if m.ContentType == "multipart/report" || m.ContentType == "message/delivery-status" {
		return "report", true
	}
	if v := strings.ToLower(m.Header("from")); strings.Contains(v, "<>") || strings.Contains(v, "mailer-daemon") {
		return "machine_sender", true
	}
	if machineMailbox(m.From) || machineMailbox(m.Sender) || daemonAddress(m.ReturnPath) {
		return "machine_sender", true
	}
	for _, v := range m.Headers["x-auto-response-suppress"] {
		for _, w := range strings.FieldsFunc(strings.ToLower(v), func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\t' }) {
			if w == "all" || w == "oof" || w == "autoreply" {
				return "auto_response_suppress", true
			}
		}
	}
	for _, h := range machineHeaders {
		for _, v := range m.Headers[h.name] {
			if w := headerWord(v); w != "no" && w != "false" {
				return h.reason, true
			}
		}
	}
	return "", false
}

// machineHeaders are headers whose mere presence says that no person is at the
// other end.
var machineHeaders = []struct{ name, reason string }{
	{"list-id", "list"},
	{"list-unsubscribe", "list"},
	{"list-post", "list"},
	{"mailing-list", "list"},
	{"x-failed-recipients", "bounce"},
	{"x-loop", "loop"},
	{"x-autoreply", "auto_reply"},
	{"x-auto-reply", "auto_reply"},
	{"x-autorespond", "auto_reply"},
	{"x-autoresponder", "auto_reply"},
	{"x-autogenerated", "auto_reply"},
	{"x-mail-autoreply", "auto_reply"},
	{"x-autoreply-from", "auto_reply"},
	{"auto-generated", "auto_reply"},
	{"x-ms-exchange-generated-message-source", "auto_reply"},
	{"x-ms-exchange-inbox-rules-loop", "loop"},
	{"x-cron-env", "cron"},
}

// KeptInboundHeaders are the lower-case names of the headers a reader of mail
// has to keep in InboundEmail.Headers.
func KeptInboundHeaders() []string {
	names := []string{"auto-submitted", "precedence", "x-auto-response-suppress", "authentication-results"}
	for _, h := range machineHeaders {
		names = append(names, h.name)
	}
	return names
}

// headerWord is the first word of a structured value in lower case, without
// comments, parameters and quotes: `Auto-Replied (vacation); x=y` is
// auto-replied.
func headerWord(v string) string {
	var b strings.Builder
	depth := 0
	for i := 0; i < len(v) && i < 1000; i++ {
		c := v[i]
		switch {
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case depth > 0 || c == '"':
		case c == ';' || c == ',':
			return strings.ToLower(b.String())
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			if b.Len() > 0 {
				return strings.ToLower(b.String())
			}
		default:
			b.WriteByte(c)
		}
	}
	return strings.ToLower(b.String())
}

// machineMailbox knows the senders that no person reads.
func machineMailbox(a MailAddress) bool {
	switch strings.ToLower(a.Name) {
	case "mailer-daemon", "mail delivery system", "mail delivery subsystem":
		return true
	}
	if daemonAddress(a.Address) {
		return true
	}
	local, _, _ := strings.Cut(a.Address, "@")
	plain := strings.NewReplacer("-", "", "_", "", ".", "").Replace(local)
	for _, w := range []string{"noreply", "donotreply", "dontreply", "nepasrepondre", "nichtantworten"} {
		if strings.HasPrefix(plain, w) || strings.HasSuffix(plain, w) {
			return true
		}
	}
	return plain == "postmaster" || a.Address == "staff@hotmail.com" // Hotmail's complaints
}

// daemonAddress knows mail servers and list managers, also as the return path.
func daemonAddress(address string) bool {
	local, _, _ := strings.Cut(address, "@")
	base, _, _ := strings.Cut(local, "+")
	switch base {
	case "mailer-daemon", "mailerdaemon", "mail-daemon", "maildaemon", "listserv", "majordomo", "mailman":
		return true
	}
	return strings.HasPrefix(local, "owner-") || strings.HasSuffix(base, "-owner") ||
		strings.HasSuffix(base, "-request") || strings.HasSuffix(base, "-bounces")
}
