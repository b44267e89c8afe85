package model

// Priority ranks tickets, 1 low to 5 critical.
type Priority int64

// The priorities.
const (
	Low Priority = iota + 1
	Medium
	High
	Urgent
	Critical
)

var priorityWords = [...]string{"", "low", "medium", "high", "urgent", "critical"}

// Priorities lists them from low to critical.
func Priorities() []Priority { return []Priority{Low, Medium, High, Urgent, Critical} }

// String is the word used outside.
func (p Priority) String() string { return word(priorityWords[:], int64(p)) }

// MarshalText writes the word.
func (p Priority) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads the word.
func (p *Priority) UnmarshalText(b []byte) (err error) { *p, err = ParsePriority(string(b)); return }

// ParsePriority reads a priority word.
func ParsePriority(w string) (Priority, error) {
	n, err := parseWord("priority", priorityWords[:], w)
	return Priority(n), err
}

// TicketType says what kind of request a ticket is.
type TicketType int64

// The types.
const (
	Question TicketType = iota + 1
	ProblemType
	Incident
	Task
)

var typeWords = [...]string{"", "question", "problem", "incident", "task"}

// TicketTypes lists all types.
func TicketTypes() []TicketType { return []TicketType{Question, ProblemType, Incident, Task} }

// String is the word used outside.
func (t TicketType) String() string { return word(typeWords[:], int64(t)) }

// MarshalText writes the word.
func (t TicketType) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads the word.
func (t *TicketType) UnmarshalText(b []byte) (err error) {
	*t, err = ParseTicketType(string(b))
	return
}

// ParseTicketType reads a type word.
func ParseTicketType(w string) (TicketType, error) {
	n, err := parseWord("type", typeWords[:], w)
	return TicketType(n), err
}

// Channel is the door through which a ticket, message or event came.
type Channel int64

// The channels. Machine is what the desk does by itself.
const (
	Web Channel = iota + 1
	Email
	API
	Widget
	Chat
	Machine
	Command
)

var channelWords = [...]string{"", "web", "email", "api", "widget", "chat", "machine", "command"}

// String is the word used outside.
func (c Channel) String() string { return word(channelWords[:], int64(c)) }

// MarshalText writes the word.
func (c Channel) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads the word.
func (c *Channel) UnmarshalText(b []byte) (err error) { *c, err = ParseChannel(string(b)); return }

// ParseChannel reads a channel word.
func ParseChannel(w string) (Channel, error) {
	n, err := parseWord("channel", channelWords[:], w)
	return Channel(n), err
}

// Pile is where a ticket lies; every list is of one pile or all of them.
type Pile int64

// The piles.
const (
	PileActive Pile = iota + 1
	PileAsleep
	PileResolved
	PileClosed
	PileBin
	PileHeld
	PileMerged
)
