package model

// TicketClock is a clock as the page of its ticket shows it.
type TicketClock struct {
	SLAClock
	Policy string // its name; of a deleted one too
}

// SLAWhy says how the deadlines of a ticket came about.
type SLAWhy struct {
	Ticket Ticket
	Clocks []ClockWhy
}

// ClockWhy is one clock, piece by piece.
type ClockWhy struct {
	SLAClock
	Policy   string
	Calendar Calendar // of the running piece, or of the rest
	Length   Length   // as promised now for the ticket's priority; zero when that is another by now
	Pieces   []ClockPiece
	Now      Time
}

// ClockPiece is a stretch of a clock's life: counted by a calendar, a pause, or
// the rest until the deadline.
type ClockPiece struct {
	From, To Time
	Calendar Calendar
	Counted  []Counted
	Sum      int64  // milliseconds counted
	Why      string // why it ended; of a pause why it was
	Pause    bool
	Rest     bool // from now until the deadline
}
