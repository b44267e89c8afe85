package model

import (
	"database/sql/driver"
	"time"
)

// RunState is where a run of a rule stands.
type RunState string

// The states.
const (
	RunDue     RunState = "due"
	RunWaiting RunState = "waiting" // between two actions
	RunDone    RunState = "done"
	RunSkipped RunState = "skipped" // nothing to do any more, or the rule only logs
	RunStopped RunState = "stopped" // the rule was not let act
	RunFailed  RunState = "failed"  // at least one action was
)

// RunStates lists them.
func RunStates() []RunState {
	return []RunState{RunDue, RunWaiting, RunDone, RunSkipped, RunStopped, RunFailed}
}

// RuleRun is a rule that matched a ticket, and what came of it.
type RuleRun struct {
	ID          RunID         `db:"id"`
	RuleID      RuleID        `db:"rule_id"`
	RuleVersion int64         `db:"rule_version"`
	TicketID    TicketID      `db:"ticket_id"`
	EventID     EventID       `db:"event_id"` // what set it off; zero: the clock
	Cause       string        `db:"cause"`
	Depth       int           `db:"depth"` // of the fact that set it off
	State       RunState      `db:"state"`
	Step        int           `db:"step"` // the action that is next
	NextAt      Time          `db:"next_at"`
	Why         WhyMet        `db:"why"`
	Results     ActionResults `db:"results"`
	Error       string        `db:"error"` // a member of the text family rules.run_
	At          Time          `db:"at"`
	EndedAt     Time          `db:"ended_at"`
	US          int64         `db:"us"` // microseconds it took
}

// Took is how long the run took.
func (r RuleRun) Took() time.Duration { return time.Duration(r.US) * time.Microsecond }

// Why a run did nothing, in its Error.
const (
	RunWhyLogOnly = "log_only"
	RunWhyOff     = "off"     // the rule was switched off or deleted
	RunWhyGone    = "gone"    // the ticket is deleted, held or merged
	RunWhyChanged = "changed" // the conditions do not hold any more
	RunWhyDepth   = "depth"   // rules set each other off
	RunWhyBudget  = "budget"  // too many actions of rules on the ticket
	RunWhyFault   = "fault"   // of ours

)

// RunWhys lists them.
func RunWhys() []string {
	return []string{RunWhyLogOnly, RunWhyOff, RunWhyGone, RunWhyChanged, RunWhyDepth, RunWhyBudget, RunWhyFault}
}

// WhyMet is stored as one JSON text.
type WhyMet []ConditionMet

// Value stores JSON.
func (l WhyMet) Value() (driver.Value, error) { return jsonValue(l, len(l)) }

// Scan reads JSON.
func (l *WhyMet) Scan(v any) error { return jsonScan(v, l) }

// ActionResult is what became of one action of a rule.
type ActionResult struct {
	Action  Action   `json:"action"`
	State   string   `json:"state"`             // see ActionStates
	Problem string   `json:"problem,omitempty"` // key of the text family errors.
	Args    []string `json:"args,omitempty"`    // of that text: name, value, name, value
	Error   string   `json:"error,omitempty"`   // a fault, for admins
	At      Time     `json:"at,omitempty"`
}

// The states of an action.
const (
	ActionDone    = "done"
	ActionSame    = "same" // was so already
	ActionFailed  = "failed"
	ActionWaited  = "waited"
	ActionPlanned = "planned" // of a test, or a rule that only logs
)

// ActionStates lists them.
func ActionStates() []string {
	return []string{ActionDone, ActionSame, ActionFailed, ActionWaited, ActionPlanned}
}

// ActionResults are stored as one JSON text.
type ActionResults []ActionResult

// Value stores JSON.
func (l ActionResults) Value() (driver.Value, error) { return jsonValue(l, len(l)) }

// Scan reads JSON.
func (l *ActionResults) Scan(v any) error { return jsonScan(v, l) }

// RuleRunItem is a run as the log lists it.
type RuleRunItem struct {
	RuleRun
	RuleName  string `db:"rule_name"`
	Trigger   string `db:"trigger"`
	Reference string `db:"reference"` // of the ticket, if it is still there
	Subject   string `db:"subject"`
}

// RunFilter picks runs. Zero fields ask for all.
type RunFilter struct {
	Rule   RuleID
	Ticket TicketID
	State  RunState
	Before RunID // of an earlier page's last; zero: the newest
	Size   int   // 50 when zero
}

// RunPage is one page of runs, newest first.
type RunPage struct {
	Items []RuleRunItem
	More  bool // there are older ones: ask with Before the last one's id
}

// RuleFigures are what a rule did since a day ago.
type RuleFigures struct {
	RuleID  RuleID `db:"rule_id"`
	Runs    int    `db:"runs"`
	Done    int    `db:"done"`
	Failed  int    `db:"failed"`
	Stopped int    `db:"stopped"`
	Waiting int    `db:"waiting"`
	LastAt  Time   `db:"last_at"`
}

// RuleView is a rule as the list of rules shows it. Problems are what is wrong
// with it now: what it names may have gone since it was saved.
type RuleView struct {
	Rule
	Figures  RuleFigures
	Problems Invalid
}

// RuleTest is what a rule would do with one ticket.
type RuleTest struct {
	Ticket  Ticket
	Matched bool
	Why     []ConditionMet
	Actions []ActionResult // planned ones, in order
	Stopped string         // why it would not run at all though it matches: gone
}

// WouldMatch are the tickets that conditions hold for now.
type WouldMatch struct {
	Total   int  // at most the cap
	Capped  bool // there are more
	Tickets []TicketRow
}
