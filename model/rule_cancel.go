package model

// RunWhyCancelled is the reason of a run that somebody cancelled.
const RunWhyCancelled = "cancelled"

// RuleCancelled is recorded on a ticket when somebody has a rule not do what it
// was waiting to do.
type RuleCancelled struct {
	Rule RuleID `json:"rule"`
	Name string `json:"name"`
}

// Kind is rule.cancelled.
func (RuleCancelled) Kind() string { return "rule.cancelled" }

// Public is false.
func (RuleCancelled) Public() bool { return false }

func init() { register[RuleCancelled]() }
