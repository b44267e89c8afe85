package model

// NewMerge says how a ticket goes into another.
type NewMerge struct {
	Into   TicketID
	Tags   bool // its tags go along
	Notify bool // its customer is told, by an answer in it
}

// MergePreview is what a merge will do, to be said before it is done.
type MergePreview struct {
	From, Into           Ticket
	FromAsks, IntoAsks   PersonRef
	Drafts, Conversation int  // texts in writing and talks with third parties that go along
	Reopens              bool // the target is opened again, because an open question goes into it
}

// MergeCandidate is a ticket that could be the same matter.
type MergeCandidate struct {
	TicketRow
	Same bool // of the same requester
}

// TicketMerged says on a ticket into which one it went.
type TicketMerged struct {
	Into      TicketID `json:"into"`
	Reference string   `json:"reference"`
	Messages  int      `json:"messages"`
	Files     int      `json:"files,omitempty"`
}

// TicketMergedIn says on the other ticket what came into it.
type TicketMergedIn struct {
	From      TicketID `json:"from"`
	Reference string   `json:"reference"`
	Messages  int      `json:"messages"`
	Files     int      `json:"files,omitempty"`
}

// Kind is ticket.merged.
func (TicketMerged) Kind() string { return "ticket.merged" }

// Public is true: the customer's page leads to the other ticket.
func (TicketMerged) Public() bool { return true }

// Kind is ticket.merged_in.
func (TicketMergedIn) Kind() string { return "ticket.merged_in" }

// Public is true: the customer's page gets the messages.
func (TicketMergedIn) Public() bool { return true }

func init() {
	register[TicketMerged]()
	register[TicketMergedIn]()
}
