package model

import (
	"fmt"
	"slices"
)

// Status is where a ticket stands. The numbers are the core states in the
// database; people and programs see the words.
type Status int64

// The eight statuses.
const (
	Open Status = iota + 1
	InProgress
	WaitingOnCustomer
	WaitingOnAgent
	Escalated
	Reopened
	Resolved
	Closed
)

var statusWords = [...]string{"", "open", "in_progress", "waiting_on_customer", "waiting_on_agent", "escalated", "reopened", "resolved", "closed"}

// Statuses lists all statuses in the order of a ticket's life.
func Statuses() []Status {
	return []Status{Open, InProgress, WaitingOnCustomer, WaitingOnAgent, Escalated, Reopened, Resolved, Closed}
}

// String is the word used in URLs, JSON, CSS classes and text keys.
func (s Status) String() string { return word(statusWords[:], int64(s)) }

// Known reports whether s is one of the eight.
func (s Status) Known() bool { return s >= Open && s <= Closed }

// IsOpen is true unless the ticket is resolved or closed.
func (s Status) IsOpen() bool { return s >= Open && s <= Reopened }

// MarshalText writes the word.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the word.
func (s *Status) UnmarshalText(b []byte) (err error) { *s, err = ParseStatus(string(b)); return }

// ParseStatus reads a status word.
func ParseStatus(w string) (Status, error) {
	n, err := parseWord("status", statusWords[:], w)
	return Status(n), err
}

// Customer is the word customers see, a member of the text family
// customer_status: received, in_progress, waiting, solved or closed.
func (s Status) Customer() string {
	switch s {
	case Open:
		return "received"
	case WaitingOnCustomer:
		return "waiting"
	case Resolved:
		return "solved"
	case Closed:
		return "closed"
	default:
		return "in_progress"
	}
}

// Transitions is a table of the moves people may make.
type Transitions map[Status][]Status

// DefaultTransitions is the table used unless a desk configures its own.
func DefaultTransitions() Transitions {
	return Transitions{
		Open:              {InProgress, WaitingOnCustomer, WaitingOnAgent, Escalated, Resolved, Closed},
		InProgress:        {WaitingOnCustomer, WaitingOnAgent, Escalated, Resolved, Closed},
		WaitingOnCustomer: {Open, InProgress, WaitingOnAgent, Escalated, Resolved, Closed},
		WaitingOnAgent:    {Open, InProgress, WaitingOnCustomer, Escalated, Resolved, Closed},
		Escalated:         {InProgress, WaitingOnCustomer, Resolved, Closed},
		Resolved:          {Reopened, Closed},
		Closed:            {Reopened},
		Reopened:          {InProgress, WaitingOnCustomer, WaitingOnAgent, Escalated, Resolved, Closed},
	}
}

// CanBecome reports whether the table allows the move. Staying is always allowed.
func (t Transitions) CanBecome(from, to Status) bool {
	return from == to || slices.Contains(t[from], to)
}

// Targets are the statuses that may follow from, in the order of a ticket's life.
func (t Transitions) Targets(from Status) []Status {
	out := slices.Clone(t[from])
	slices.Sort(out)
	return out
}

// AfterStaffReply is the status that a public reply by staff leads to.
func (s Status) AfterStaffReply() Status {
	switch s {
	case Open, InProgress, WaitingOnAgent, Reopened, Escalated:
		return WaitingOnCustomer
	}
	return s
}

// AfterCustomerReply is the status that a message of the requester, a
// participant or a guest leads to. Closed tickets are the verb's business,
// because time decides about them.
func (s Status) AfterCustomerReply() Status {
	switch s {
	case WaitingOnCustomer:
		return WaitingOnAgent
	case Resolved:
		return Reopened
	}
	return s
}

// word returns the i-th word, or "" outside.
func word(words []string, i int64) string {
	if i < 0 || i >= int64(len(words)) {
		return ""
	}
	return words[i]
}

// parseWord finds a word and returns its index; index 0 is never found.
func parseWord(what string, words []string, w string) (int64, error) {
	for i := 1; i < len(words); i++ {
		if words[i] == w {
			return int64(i), nil
		}
	}
	return 0, fmt.Errorf("unknown %s %q", what, w)
}
