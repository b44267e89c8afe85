package model

// OutgoingFilter picks mails of the outgoing queue. Zero fields ask for all.
type OutgoingFilter struct {
	State  MailState
	Ticket TicketID
	Page   int // from 1
	Size   int // mails a page; 50 when zero
}

// OutgoingItem is a mail of the queue as the admin page lists it.
type OutgoingItem struct {
	OutgoingMail
	Reference string `db:"reference"` // of its ticket, empty for mail about accounts
	Name      string `db:"name"`      // of the recipient, if known
}

// OutgoingPage is one page of the queue, newest first.
type OutgoingPage struct {
	Items  []OutgoingItem
	Page   int
	Size   int
	Total  int               // in this state, at most OutgoingCap
	Counts map[MailState]int // mails by state, each at most OutgoingCap
}

// OutgoingCap is where counting the queue stops.
const OutgoingCap = 10000

// MailRef is a Message-ID, ours or theirs, that belongs to a ticket.
type MailRef struct {
	Ref       string    `db:"ref"` // without brackets
	TicketID  TicketID  `db:"ticket_id"`
	MessageID MessageID `db:"message_id"`
	PersonID  PersonID  `db:"person_id"` // who sent or got it
	Ours      bool      `db:"ours"`
	At        Time      `db:"at"`
}

// ParkedEvent is an event an outlet gave up on.
type ParkedEvent struct {
	Outlet  string  `db:"outlet"`
	EventID EventID `db:"event_id"`
	Error   string  `db:"error"`
	At      Time    `db:"at"`
}
