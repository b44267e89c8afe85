package model

// The bounds of changes of many tickets.
const (
	BulkAtOnce = 200     // so many in the request; more run beside it
	BulkNamed  = 500     // so many may be named; whole lists may be longer
	BulkChunk  = 500     // so many in one transaction beside the request
	BulkMost   = 100_000 // so many at all
	BulkShown  = 200     // so many of those left out are kept for each reason
)

// BulkRequest asks for the same changes to many tickets: to those named, or to
// all of a list.
type BulkRequest struct {
	Tickets []TicketID
	Query   string // the canonical query of the list; when All
	All     bool
	Actions []Action
}

// BulkState is where a change of many tickets stands.
type BulkState string

// The states.
const (
	BulkWaiting BulkState = "waiting"
	BulkRunning BulkState = "running"
	BulkDone    BulkState = "done"
	BulkFailed  BulkState = "failed" // ended before its end; Error is a word of the family bulk.ended_
)

// BulkJob is a change of many tickets and what has come of it.
type BulkJob struct {
	ID       BulkID
	PersonID PersonID
	Actions  []Action
	Query    string
	Total    int
	Done     int // looked at
	Changed  int
	Same     int // were so already
	Skipped  []BulkSkipped
	Set      ChangeSetID // takes it back; zero when nothing changed
	Undone   bool
	ActionID string // shared by all that it recorded
	State    BulkState
	Error    string
	At       Time
	EndedAt  Time
}

// Over reports whether nothing more comes of it.
func (j BulkJob) Over() bool { return j.State == BulkDone || j.State == BulkFailed }

// Left is how many tickets were left out.
func (j BulkJob) Left() int {
	n := 0
	for _, s := range j.Skipped {
		n += s.N
	}
	return n
}

// Skip notes a ticket that was left out.
func (j *BulkJob) Skip(reason string, t BulkTicket) {
	for i := range j.Skipped {
		if s := &j.Skipped[i]; s.Reason == reason {
			if s.N++; len(s.Tickets) < BulkShown {
				s.Tickets = append(s.Tickets, t)
			}
			return
		}
	}
	j.Skipped = append(j.Skipped, BulkSkipped{Reason: reason, N: 1, Tickets: []BulkTicket{t}})
}

// BulkSkipped are the tickets that were left out for one reason.
type BulkSkipped struct {
	Reason  string       `json:"reason"` // a word of the family bulk.reason_
	N       int          `json:"n"`
	Tickets []BulkTicket `json:"tickets"` // the first of them
}

// BulkTicket names a ticket that was left out; without a reference it is none
// that the actor may know of.
type BulkTicket struct {
	ID        TicketID `json:"id"`
	Reference string   `json:"reference,omitempty"`
}

// BulkMoved is recorded when a change of many tickets begins, moves on and
// ends, for the page that shows its progress.
type BulkMoved struct {
	Job   BulkID    `json:"job"`
	Done  int       `json:"done"`
	State BulkState `json:"state"`
}

// Kind is bulk.moved.
func (BulkMoved) Kind() string { return "bulk.moved" }

// Public is false.
func (BulkMoved) Public() bool { return false }

func init() { register[BulkMoved]() }
