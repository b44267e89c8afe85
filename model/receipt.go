package model

// Outcome is what became of a received mail.
type Outcome string

// The outcomes. Received is one that is kept and not decided yet; Failed is
// one that was not stored and stands in no ledger; Dropped is what an admin
// did with a held or quarantined one.
const (
	MailReceived    Outcome = "received"
	MailToTicket    Outcome = "ticket"
	MailToReply     Outcome = "reply"
	MailHeld        Outcome = "held"
	MailDuplicate   Outcome = "duplicate"
	MailIgnored     Outcome = "ignored"
	MailQuarantined Outcome = "quarantined"
	MailDropped     Outcome = "dropped"
	MailNotStored   Outcome = "failed"
)

// ReceiptOutcomes are those a receipt can have, in the order in which they are
// counted.
func ReceiptOutcomes() []Outcome {
	return []Outcome{MailToTicket, MailToReply, MailHeld, MailDuplicate, MailIgnored, MailQuarantined, MailNotStored}
}

// ParseOutcome reads the word of an outcome that stands in the ledger.
func ParseOutcome(w string) (Outcome, error) {
	switch o := Outcome(w); o {
	case MailReceived, MailToTicket, MailToReply, MailHeld, MailDuplicate, MailIgnored, MailQuarantined, MailDropped:
		return o, nil
	}
	return "", Refuse("outcome", "choice_invalid")
}

// Receipt tells whoever brought a mail what became of it.
type Receipt struct {
	Outcome   Outcome
	Reason    string // a word of the text family inbound_reason, may be empty
	Ticket    TicketID
	Reference string
	Message   MessageID
	Ledger    LedgerID
	SHA256    [32]byte // of the bytes as received
	MessageID string   // of the mail's header, without brackets
}

// ReceivedMail is a mail as it was read, with what the desk's own signatures
// in it prove.
type ReceivedMail struct {
	InboundEmail
	// SignedTicket and SignedPerson are those of a reply address of ours among
	// the recipients whose signature holds. That the sender is the person is
	// not said by it.
	SignedTicket TicketID
	SignedPerson PersonID
	// SignedSide is the side conversation of such an address, with the person.
	SignedSide SideID
	// OwnRefs are ids of our mails that this one answers or, being a report,
	// is about: the nearest first, all with a signature that holds.
	OwnRefs []OwnRef
}

// OwnRef is one of our Message-IDs, named by a received mail.
type OwnRef struct {
	Ref    string // without brackets
	Ticket TicketID
	Person PersonID // whom the mail with this id went to
	Event  EventID  // the fact it told of
}

// Unreadable is a mail that breaks a limit or holds nothing. It goes into
// quarantine, raw.
type Unreadable struct {
	Reason string // a word of the text family inbound_reason
	Detail string // which limit, for people who know mail
}

// Error is for logs.
func (u *Unreadable) Error() string { return "unreadable mail: " + u.Reason + " " + u.Detail }

// InboundMail is a row of the ledger of received mail.
type InboundMail struct {
	ID          LedgerID  `db:"id"`
	Door        string    `db:"door"` // pipe, import
	SHA256      []byte    `db:"sha256"`
	Size        int64     `db:"size"` // bytes as received
	HeaderID    string    `db:"header_id"`
	FromAddress string    `db:"from_addr"`
	FromName    string    `db:"from_name"`
	Subject     string    `db:"subject"`
	Outcome     Outcome   `db:"disposition"`
	Reason      string    `db:"reason"`
	Detail      string    `db:"detail"`
	TicketID    TicketID  `db:"ticket_id"`
	Reference   string    `db:"reference"`
	MessageID   MessageID `db:"message_id"`
	Automatic   bool      `db:"automatic"`
	Live        bool      `db:"live"`
	Attempts    int       `db:"attempts"`
	ReceivedAt  Time      `db:"received_at"`
	DoneAt      Time      `db:"done_at"`
}

// Open reports whether somebody has to decide about the mail.
func (m InboundMail) Open() bool { return m.Outcome == MailHeld || m.Outcome == MailQuarantined }

// InboundFilter is what the page of received mail is asked for.
type InboundFilter struct {
	Outcome Outcome // empty for all
	Page    int     // from 1
}

// InboundPage is a page of the ledger, newest first.
type InboundPage struct {
	Mails []InboundMail
	Total int // at most InboundCap
	// Waiting counts the mails that somebody has to decide about, each at most InboundCap.
	Waiting map[Outcome]int
}

// InboundCap is where counting mails ends, and InboundPageSize how many stand on a page.
const (
	InboundCap      = 1000
	InboundPageSize = 50
)
