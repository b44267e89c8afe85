package model

import "time"

// UndoDays is how long a change can be taken back.
const UndoDays = 30

// ChangeSet is what one action changed, kept so that it can be taken back.
type ChangeSet struct {
	ID       ChangeSetID `db:"id"`
	ActionID string      `db:"action_id"`
	ActorID  PersonID    `db:"actor_id"`
	What     string      `db:"kind"`  // the verb, a member of the text family undo
	Label    string      `db:"label"` // what it was done to: a reference, a name
	At       Time        `db:"at"`
	Rows     int         `db:"rows"`
	UndoneAt Time        `db:"undone_at"`
	UndoneBy PersonID    `db:"undone_by"`
}

// Open reports whether the change can still be taken back.
func (c ChangeSet) Open(now Time) bool {
	return c.UndoneAt == 0 && now.Sub(c.At) < UndoDays*24*time.Hour
}

// ChangeRow is one changed row of a change set: the changed columns before
// and after, as JSON objects. Without a before the row was new, without an
// after it went.
type ChangeRow struct {
	Seq      int      `db:"seq"`
	Table    string   `db:"tbl"`
	Key      string   `db:"key"`
	TicketID TicketID `db:"ticket_id"`
	Before   *string  `db:"before"`
	After    *string  `db:"after"`
}

// UndoConflict is something that changed again since and so was left alone.
type UndoConflict struct {
	Ticket    TicketID `json:"ticket,omitempty"`
	Reference string   `json:"-"`
	Field     string   `json:"field"` // the column, or the table for a whole row
}

// Undone is what taking back a change did.
type Undone struct {
	Set       ChangeSet
	Tickets   []TicketID // changed by it
	Rows      int        // put back
	Conflicts []UndoConflict
}

// ChangesUndone is recorded for each ticket an undoing touched.
type ChangesUndone struct {
	Set   ChangeSetID `json:"set"`
	What  string      `json:"what"` // the verb that was taken back
	Label string      `json:"label,omitempty"`
}

// Kind is ticket.undone.
func (ChangesUndone) Kind() string { return "ticket.undone" }

// Public is false: customers see the result, not the correction.
func (ChangesUndone) Public() bool { return false }

func init() { register[ChangesUndone]() }
