package model

import (
	"strconv"
	"strings"
	"unicode"
)

// Ticket is one request and everything about its state. Its text is in its messages.
type Ticket struct {
	ID              TicketID     `db:"id"`
	Reference       string       `db:"reference"`
	Subject         string       `db:"subject"`
	Status          Status       `db:"state"`
	StatusID        StatusID     `db:"status_id"` // the desk's own status, which has that state
	Priority        Priority     `db:"priority"`
	Type            TicketType   `db:"type"`
	Channel         Channel      `db:"channel"`
	DepartmentID    DepartmentID `db:"department_id"`
	AssigneeID      PersonID     `db:"assignee_id"`
	RequesterID     PersonID     `db:"requester_id"`
	ContactID       PersonID     `db:"contact_id"` // who really wrote, when the guest policy names a shared requester
	Locale          string       `db:"locale"`
	FirstMessageID  MessageID    `db:"first_message_id"`
	LastMessageID   MessageID    `db:"last_message_id"`
	LastPublicID    MessageID    `db:"last_public_id"`
	LastPublicBy    PersonID     `db:"last_public_by"`
	MessageCount    int          `db:"message_count"`
	PublicCount     int          `db:"public_count"`
	FileCount       int          `db:"file_count"`
	Preview         string       `db:"preview"`
	CreatedAt       Time         `db:"created_at"`
	UpdatedAt       Time         `db:"updated_at"`
	PublicAt        Time         `db:"public_at"`   // moves only by what a customer may see
	CustomerAt      Time         `db:"customer_at"` // last message of the customer's side
	WaitingSince    Time         `db:"waiting_since"`
	FirstResponseAt Time         `db:"first_response_at"`
	ResolvedAt      Time         `db:"resolved_at"`
	ClosedAt        Time         `db:"closed_at"`
	ReopenedCount   int          `db:"reopened_count"`
	DeletedAt       Time         `db:"deleted_at"`
	DeletedBy       PersonID     `db:"deleted_by"`
	HeldAt          Time         `db:"held_at"`
	Pile            Pile         `db:"pile"`
	SnoozedUntil    Time         `db:"snoozed_until"` // zero: not; Never: until the customer writes
	SnoozedBy       PersonID     `db:"snoozed_by"`
	SnoozeReason    string       `db:"snooze_reason"`
	MergedInto      TicketID     `db:"merged_into"`
	Rating          int          `db:"rating"` // 1 to 5, zero without
	Version         int64        `db:"version"`
}

// Deleted reports whether the ticket is in the bin.
func (t Ticket) Deleted() bool { return t.DeletedAt != 0 }

// NewTicket is what it takes to open a ticket.
type NewTicket struct {
	Subject        string
	Body           string // plain text, or Markdown
	Markdown       bool   // Body is Markdown
	HTML           string // sanitised; only from mail
	HTMLPolicy     int
	Priority       Priority     // zero: the desk's default
	Type           TicketType   // zero: question
	Department     DepartmentID // zero: none
	Assignee       PersonID
	Fields         map[string][]string // custom fields by key
	Tags           []TagID
	TagNames       []string // staff: tags by id or name; new names become tags
	Channel        Channel
	Files          []AttachmentID // staged by the same actor
	Slot           string         // draft slot the files were staged in
	Op             string         // any unique text; a repeat returns the first ticket
	Requester      PersonID       // staff only: on behalf of
	RequesterEmail string         // staff and guests
	RequesterName  string
	Locale         string
	Silent         bool     // no receipt to the requester
	Note           bool     // staff: first message is an internal note
	Ledger         LedgerID // the mail it came from
	Automatic      bool     // a machine wrote it: nobody is answered
	Imported       bool     // from an archive: dates kept, nobody is told
}

// MaxSubject is the longest subject, in characters.
const MaxSubject = 500

// MaxBody is the longest message, in bytes.
const MaxBody = 1 << 20

// Reference writes the reference of a ticket number, such as ESC-1042.
func Reference(prefix string, id TicketID) string {
	return prefix + "-" + strconv.FormatInt(int64(id), 10)
}

// ParseReference reads a reference with the given prefix, in any case and with
// leading zeros, or a bare number when bare is true.
func ParseReference(prefix, s string, bare bool) (TicketID, bool) {
	s = strings.TrimSpace(s)
	if len(s) > len(prefix)+1 && strings.EqualFold(s[:len(prefix)], prefix) && s[len(prefix)] == '-' {
		s = s[len(prefix)+1:]
	} else if !bare {
		return 0, false
	}
	if s == "" || len(s) > 18 {
		return 0, false
	}
	for _, r := range s {
		if r < '0' || r > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return TicketID(n), err == nil && n > 0
}

// SortKey folds a text for sorting: its first 24 letters, digits and spaces in lower case.
func SortKey(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range strings.ToLower(strings.TrimSpace(s)) {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != ' ' {
			continue
		}
		b.WriteRune(r)
		if n++; n == 24 {
			break
		}
	}
	return b.String()
}

// Clean removes control characters from a single-line text and folds white
// space, so that a subject or name can never break a header, a log or a page.
func Clean(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "\uFFFD"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	}), " ")
}

// CleanBody normalises line ends and removes control characters other than
// tab and newline from a text of several lines, and the white space around it.
func CleanBody(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	s = strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
	return strings.Trim(s, "\n\t ")
}

// Excerpt is the beginning of a text on one line, at most n characters.
func Excerpt(s string, n int) string {
	if len(s) > n*8 {
		s = strings.ToValidUTF8(s[:n*8], "")
	}
	r := []rune(Clean(s))
	if len(r) <= n {
		return string(r)
	}
	return strings.TrimSpace(string(r[:n-1])) + "…"
}
