package model

type (
	// TicketEscalated is recorded when a ticket is escalated, with why.
	TicketEscalated struct {
		Reason string `json:"reason,omitempty"`
	}
	// RuleNotified asks that people are told of a ticket because of a rule:
	// those in the list, and addresses of nobody's account.
	RuleNotified struct {
		Rule      RuleID     `json:"rule"`
		Name      string     `json:"name"`
		To        []PersonID `json:"to,omitempty"`
		Addresses []string   `json:"addresses,omitempty"`
		Channels  []string   `json:"channels,omitempty"` // app, mail; empty: as each person wants
		Text      string     `json:"text,omitempty"`     // Markdown, placeholders filled in
	}
	// RuleStopped is recorded on a ticket when a rule was not let act any more.
	RuleStopped struct {
		Rule RuleID `json:"rule"`
		Name string `json:"name"`
		Why  string `json:"why"` // depth, budget
	}
	// RuleSaved is a change to a rule.
	RuleSaved struct {
		Rule RuleID `json:"rule"`
		Name string `json:"name"`
		What string `json:"what"` // created, changed, enabled, disabled, moved, deleted
	}
	// LeftUnassigned says why routing gave a ticket to nobody.
	LeftUnassigned struct {
		Department DepartmentID `json:"department"`
		Why        string       `json:"why"` // nobody, away, absent, full, skills
	}
	// Routed says by which way routing gave a ticket to somebody.
	Routed struct {
		To  PersonID `json:"to"`
		How string   `json:"how"` // round_robin, least_busy, skill, stand_in
	}
)

// Kind is ticket.escalated.
func (TicketEscalated) Kind() string { return "ticket.escalated" }

// Kind is rule.notified.
func (RuleNotified) Kind() string { return "rule.notified" }

// Kind is rule.stopped.
func (RuleStopped) Kind() string { return "rule.stopped" }

// Kind is rule.saved.
func (RuleSaved) Kind() string { return "rule.saved" }

// Kind is ticket.left_unassigned.
func (LeftUnassigned) Kind() string { return "ticket.left_unassigned" }

// Kind is ticket.routed.
func (Routed) Kind() string { return "ticket.routed" }

// Public is false.
func (TicketEscalated) Public() bool { return false }

// Public is false.
func (RuleNotified) Public() bool { return false }

// Public is false.
func (RuleStopped) Public() bool { return false }

// Public is false.
func (RuleSaved) Public() bool { return false }

// Public is false.
func (LeftUnassigned) Public() bool { return false }

// Public is false.
func (Routed) Public() bool { return false }

func init() {
	register[TicketEscalated]()
	register[RuleNotified]()
	register[RuleStopped]()
	register[RuleSaved]()
	register[LeftUnassigned]()
	register[Routed]()
}
