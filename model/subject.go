package model

import "context"

// SubjectType is a kind of thing of the host program that tickets are about:
// orders, machines, contracts.
type SubjectType struct {
	Name  string    // as the host and the API call it: "order"
	Label Localized // what people call it; the name if empty
	// Find says what the desk shows of objects, by their ids. Those it leaves out
	// are gone. It runs for each view of a ticket, and must be quick.
	Find func(ctx context.Context, ids []string) (map[string]SubjectCard, error)
}

// SubjectCard is what the desk shows of an object.
type SubjectCard struct {
	Title    string
	Subtitle string
	URL      string // where the host shows it; "" for nowhere
}

// SubjectRef names an object that a ticket is about.
type SubjectRef struct {
	Type string
	ID   string // the host's, up to 255 characters
	Role string // what it is to the ticket, such as "replacement"; may be empty
}

// Subject is an object that a ticket is about.
type Subject struct {
	Link     SubjectID `db:"id" json:"link"`
	Ticket   TicketID  `db:"ticket_id" json:"-"`
	Type     string    `db:"type" json:"type"`
	Object   string    `db:"object_id" json:"id"`
	Role     string    `db:"role" json:"role"`
	Position int       `db:"position" json:"-"`

	TypeLabel Localized `db:"-" json:"-"`
	SubjectCard
	Missing bool `db:"-" json:"missing"` // the host knows it no more
}

// SubjectAttached is recorded when an object is put to a ticket.
type SubjectAttached struct {
	Type string `json:"type"`
	ID   string `json:"id"`
	Role string `json:"role,omitempty"`
	Name string `json:"name"` // its title then
}

// SubjectDetached is recorded when an object is taken off a ticket.
type SubjectDetached struct {
	Type string `json:"type"`
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Kind is subject.attached.
func (SubjectAttached) Kind() string { return "subject.attached" }

// Public is false: what tickets are about is the staff's.
func (SubjectAttached) Public() bool { return false }

// Kind is subject.detached.
func (SubjectDetached) Kind() string { return "subject.detached" }

// Public is false.
func (SubjectDetached) Public() bool { return false }

func init() {
	register[SubjectAttached]()
	register[SubjectDetached]()
}
