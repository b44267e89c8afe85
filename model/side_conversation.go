package model

import "strings"

// SideConversation is a talk with a third party about a ticket, by mail with
// an address of its own. Customers never see it.
type SideConversation struct {
	ID        SideID   `db:"id"`
	TicketID  TicketID `db:"ticket_id"`
	Subject   string   `db:"subject"`
	PersonID  PersonID `db:"person_id"` // with whom
	CreatedBy PersonID `db:"created_by"`
	CreatedAt Time     `db:"created_at"`
	UpdatedAt Time     `db:"updated_at"`
	ClosedAt  Time     `db:"closed_at"`
	Version   int64    `db:"version"`
	Name      string   `db:"name"` // of the third party
	Email     string   `db:"email"`
	Count     int      `db:"count"` // messages
	Items     []ThreadItem
}

// With is the third party's name, or their address.
func (s SideConversation) With() string {
	if s.Name != "" {
		return s.Name
	}
	return s.Email
}

// Open reports whether the talk goes on.
func (s SideConversation) Open() bool { return s.ClosedAt == 0 }

// SideRef is a side conversation as the panel of its ticket lists it.
type SideRef struct {
	ID      SideID
	Subject string
	With    string
	Count   int
	Closed  int // 1 when it is
	At      Time
}

// NewSide is what it takes to begin a side conversation.
type NewSide struct {
	Address string // whom to ask
	Subject string
	Body    string // Markdown
	Files   []AttachmentID
	Slot    string
	Op      string
	Carry   []AttachmentID // files of the ticket's messages that go along
}

// The events of side conversations. None is for customers.
type (
	// SideSaid is a message of a side conversation: out to the third party, or
	// in from them.
	SideSaid struct {
		Side    SideID    `json:"side"`
		Message MessageID `json:"message"`
		With    string    `json:"with"`
		Subject string    `json:"subject"`
		First   bool      `json:"first,omitempty"` // it began the talk
		In      bool      `json:"in,omitempty"`    // the third party wrote it
	}
	// SideClosed ends a talk; Open takes it up again.
	SideClosed struct {
		Side    SideID `json:"side"`
		Subject string `json:"subject"`
		Open    bool   `json:"open,omitempty"`
	}
	// ParticipantChanged puts somebody on copy of a ticket, or takes them off.
	ParticipantChanged struct {
		Person PersonID `json:"person"`
		Name   string   `json:"name"`
		Off    bool     `json:"off,omitempty"`
	}
)

// Kind is side.said.
func (SideSaid) Kind() string { return "side.said" }

// Kind is side.closed.
func (SideClosed) Kind() string { return "side.closed" }

// Kind is ticket.participant_changed.
func (ParticipantChanged) Kind() string { return "ticket.participant_changed" }

// Public is false.
func (SideSaid) Public() bool { return false }

// Public is false.
func (SideClosed) Public() bool { return false }

// Public is false: customers see the people on copy, not how they came there.
func (ParticipantChanged) Public() bool { return false }

func init() {
	register[SideSaid]()
	register[SideClosed]()
	register[ParticipantChanged]()
}

// Quoted is a message's text with the marks of a quotation in Markdown.
func Quoted(m Message) string {
	return "> " + strings.ReplaceAll(strings.TrimSpace(m.Body), "\n", "\n> ")
}
