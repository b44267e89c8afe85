package model

// BacktestDays are over how many days the past can be looked at.
func BacktestDays() []int { return []int{7, 30, 90} }

// The bounds of a backtest.
const (
	BacktestTickets = 200_000 // looked at
	BacktestListed  = 500     // listed
)

// BacktestSpan is the time a backtest looked at, and how far it got.
type BacktestSpan struct {
	Days    int
	From    Time
	Tickets int      // looked at
	Last    TicketID // the last of them
	Newest  TicketID // the last there is
	Cut     string   // why it ended early: time, tickets; empty: it did not
}

// RuleBacktest is what a rule would have done.
type RuleBacktest struct {
	BacktestSpan
	Rule    Rule
	Fired   int // times
	Touched int // tickets
	List    []RuleFired
}

// RuleFired is a time at which a rule would have fired.
type RuleFired struct {
	Ticket    TicketID
	At        Time
	Reference string // empty when the one who asks does not see the ticket
	Subject   string
}

// SLABacktest compares promises: those in force with those proposed, as if
// either had held all the time.
type SLABacktest struct {
	BacktestSpan
	Name     string
	Recorded map[SLATarget]int // breaches that were told
	Before   map[SLATarget]int
	After    map[SLATarget]int
	Differ   int // tickets for which it makes a difference
	List     []SLADiffers
}

// Total is the number of breaches of all targets.
func Total(n map[SLATarget]int) (sum int) {
	for _, x := range n {
		sum += x
	}
	return sum
}

// SLADiffers is a ticket with breaches by one of the promises and not the
// other.
type SLADiffers struct {
	Ticket    TicketID
	Reference string // empty when the one who asks does not see the ticket
	Subject   string
	Before    []SLABreachOf
	After     []SLABreachOf
}

// SLABreachOf is a promise and when it was broken.
type SLABreachOf struct {
	Target SLATarget
	At     Time
}
