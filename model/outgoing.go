package model

// MailState is where an outgoing mail stands.
type MailState string

// The states. Kept is a mail on a desk without a mail server: it can be read
// on the outgoing-mail page and is sent nowhere.
const (
	MailQueued MailState = "queued"
	MailSent   MailState = "sent"
	MailFailed MailState = "failed"
	MailKept   MailState = "kept"
)

// MailKind says what a mail is about; one template each.
type MailKind string

// The kinds of mail.
const (
	MailTicketReceived MailKind = "ticket_received" // to the requester: we have it
	MailTicketNew      MailKind = "ticket_new"      // to staff: a new unassigned ticket
	MailTicketOpened   MailKind = "ticket_opened"   // to the requester: staff opened a ticket on their behalf
	MailSide           MailKind = "side"            // to a third party: a message of a side conversation
	MailReply          MailKind = "reply"           // to the customer's side: an answer
	MailCustomerReply  MailKind = "customer_reply"  // to staff: the customer wrote
	MailStaffReply     MailKind = "staff_reply"     // to followers and the assignee: a colleague answered
	MailAssigned       MailKind = "assigned"        // to the new assignee
	MailStatus         MailKind = "status"          // to the requester and followers: the status changed
	MailDraftHeld      MailKind = "draft_held"      // to whoever answered by mail what was answered already
	MailSignIn         MailKind = "sign_in"
	MailSignUp         MailKind = "sign_up"
	MailReset          MailKind = "reset"
	MailInvite         MailKind = "invite"
	MailGuestLink      MailKind = "guest_link"
	MailTest           MailKind = "test"
	MailRate           MailKind = "rate"        // to the customer: how was the help
	MailMention        MailKind = "mention"     // to a colleague who was named
	MailSLAWarning     MailKind = "sla_warning" // to staff: a promise will soon not be kept
	MailSLABreach      MailKind = "sla_breach"  // to staff: a promise was not kept
	MailEscalated      MailKind = "escalated"   // to staff
	MailRuleNotice     MailKind = "rule_notice" // to whom a rule names
	MailDigest         MailKind = "digest"      // to staff: what happened in the last hour or day
)

// OutgoingMail is a row of the queue.
type OutgoingMail struct {
	ID          MailID    `db:"id"`
	EventID     EventID   `db:"event_id"`
	TicketID    TicketID  `db:"ticket_id"`
	MessageID   MessageID `db:"message_id"`
	PersonID    PersonID  `db:"person_id"`
	TokenID     TokenID   `db:"token_id"`
	Address     string    `db:"address"`
	Kind        MailKind  `db:"kind"`
	Subject     string    `db:"subject"`
	MessageRef  string    `db:"message_ref"` // our Message-ID without brackets
	State       MailState `db:"state"`
	Attempts    int       `db:"attempts"`
	CreatedAt   Time      `db:"created_at"`
	NextAt      Time      `db:"next_at"`
	LeasedUntil Time      `db:"leased_until"`
	LastError   string    `db:"last_error"`
	SentAt      Time      `db:"sent_at"`
}
