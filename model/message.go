package model

// MessageKind tells what a message is.
type MessageKind int64

// The kinds of message.
const (
	ReplyKind MessageKind = iota + 1
	NoteKind
	SystemKind
	SideKind
)

var messageWords = [...]string{"", "reply", "note", "system", "side"}

// String is the word used outside.
func (k MessageKind) String() string { return word(messageWords[:], int64(k)) }

// Message is one thing said in a ticket. Order is the id.
type Message struct {
	ID         MessageID   `db:"id"`
	TicketID   TicketID    `db:"ticket_id"`
	AuthorID   PersonID    `db:"author_id"`
	Kind       MessageKind `db:"kind"`
	Via        Channel     `db:"via"`
	Body       string      `db:"body"` // plain text, or Markdown
	Markdown   bool        `db:"markdown"`
	HTML       string      `db:"html"` // sanitised, empty when it can be made from Body
	HTMLPolicy int         `db:"html_policy"`
	LedgerID   LedgerID    `db:"mail_id"` // the mail it came from
	HeldAt     Time        `db:"held_at"` // not shown to customers until released
	DeletedAt  Time        `db:"deleted_at"`
	PinnedAt   Time        `db:"pinned_at"`
	PinnedBy   PersonID    `db:"pinned_by"`
	SideID     SideID      `db:"side_id"`   // the side conversation it belongs to
	CameFrom   TicketID    `db:"came_from"` // the ticket it was merged or split out of
	CreatedAt  Time        `db:"created_at"`
}

// Public reports whether customers see the message.
func (m Message) Public() bool { return m.Kind == ReplyKind && m.HeldAt == 0 && m.DeletedAt == 0 }

// Recipient is somebody a message went to beside the requester.
type Recipient struct {
	Message MessageID
	Role    string // cc or bcc
	Address string
}

// NewReply is what it takes to say something in a ticket.
type NewReply struct {
	Body       string
	Markdown   bool   // Body is Markdown
	HTML       string // sanitised; only from mail
	HTMLPolicy int
	Files      []AttachmentID
	Cc, Bcc    []string // addresses
	CcWas      []string // who was on copy when it was written: of these, whoever is not in Cc is taken off
	// RecipientsKnown says that the writer was told of strangers among the recipients.
	RecipientsKnown bool
	Slot            string
	Op              string    // any unique text; a repeat returns the first message
	Seen            MessageID // staff: the newest public message the writer has seen; zero skips the check
	Status          Status    // staff: change to this status with the reply; zero leaves it to the automatic move
	StatusKey       string    // the same by the key of any status of the desk; wins over Status
	Ledger          LedgerID  // the mail it came from
	Automatic       bool      // a machine wrote it: nobody is answered, nothing reopens
	Hold            bool      // keep it from customers until an agent releases it
	Imported        bool      // from an archive: dates kept, nobody is told
	Blanks          bool      // staff: send it with blanks that nobody filled
	Draft           string    // the tab whose draft ends when this is said
}

// ThreadItem is a message as a page shows it.
type ThreadItem struct {
	Message
	Author   PersonRef
	Files    []Attachment
	Delivery []MessageMail // outgoing mails of this message; staff pages only
	Mine     bool          // written by the actor looking
	HasRaw   bool          // there is an original mail
}

// MessageMail is the state of one mail made from a message.
type MessageMail struct {
	MailID    MailID    `db:"id"`
	MessageID MessageID `db:"message_id"`
	Address   string    `db:"address"`
	State     MailState `db:"state"`
	Error     string    `db:"last_error"`
	At        Time      `db:"at"`
}
