package model

// Why says how what a ticket shows came about, from the recorded facts.
type Why struct {
	Ticket   Ticket
	Facts    []WhyFact // the newest change of each property, newest first
	Waiting  MessageID // the unanswered message the wait counts from; zero when nobody waits
	Mails    []WhyMail
	Notices  []WhyNotice
	Views    []View // the lists whose count has this ticket in it
	Messages int
}

// WhyFact is a change with what it was part of.
type WhyFact struct {
	Entry
	PartOf string `db:"part_of"` // the kind of the change set it belongs to: macro, bulk, merge, …
}

// WhyMail is a mail about the ticket and the fact it was made for.
type WhyMail struct {
	At      Time      `db:"at"`
	Address string    `db:"address"`
	Mailing MailKind  `db:"mailing"`
	State   MailState `db:"state"`
	Error   string    `db:"last_error"`
	Cause   string    `db:"cause"` // the event's kind
	Actor   string    `db:"actor"`
}

// WhyNotice is a notification about the ticket.
type WhyNotice struct {
	At     Time   `db:"at"`
	Person string `db:"person"`
	Topic  string `db:"topic"`
	Why    string `db:"why"`
	ReadAt Time   `db:"read_at"`
}
