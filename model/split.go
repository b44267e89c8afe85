package model

// NewSplit is what it takes to make a ticket of some messages of another.
type NewSplit struct {
	Subject  string
	Messages []MessageID
}

// TicketSplit says on a ticket that messages of it went into a new one.
type TicketSplit struct {
	Other     TicketID `json:"other"`
	Reference string   `json:"reference"`
	Messages  int      `json:"messages"`
}

// TicketSplitFrom says on the new ticket where its messages came from.
type TicketSplitFrom struct {
	Other     TicketID `json:"other"`
	Reference string   `json:"reference"`
	Messages  int      `json:"messages"`
}

// Kind is ticket.split.
func (TicketSplit) Kind() string { return "ticket.split" }

// Public is false: the customer's own ticket is the fact, not how it came to be.
func (TicketSplit) Public() bool { return false }

// Kind is ticket.split_from.
func (TicketSplitFrom) Kind() string { return "ticket.split_from" }

// Public is false, as on the other side.
func (TicketSplitFrom) Public() bool { return false }

func init() {
	register[TicketSplit]()
	register[TicketSplitFrom]()
}
