package desk

import (
	"context"
	"fmt"
	"slices"

	"escalated/model"
)

// reach is how far around its old place a ticket is looked for in a list that
// has moved on.
const reach = 3

// deepest is how far down a list tickets have neighbours: nobody pages further
// by hand, and the way there is walked.
const deepest = 5_000

// Neighbours says what is before and after a ticket in the list in which it
// had a place, and where it is there now. When it has left the list, the one
// that took its place comes next. Searches and lists the actor may not see
// have no neighbours.
func (d *Desk) Neighbours(ctx context.Context, by model.Actor, f model.TicketFilter, id model.TicketID, at model.Place) (model.Place, error) {
	if maySeeQueue(by, f) != nil || f.Query != "" || at.Index < 0 || at.Index > deepest {
		return at, nil
	}
	from := max(0, at.Index-reach)
	ids, err := d.db.Read().TicketWindow(ctx, by, f, from, at.Index-from+reach+1)
	if err != nil {
		return at, fmt.Errorf("look around: %w", err)
	}
	before, after := at.Index-from-1, at.Index-from
	if i := slices.Index(ids, id); i >= 0 {
		before, after = i-1, i+1
		at.Index, at.Here = from+i, true
	}
	if before >= 0 && before < len(ids) {
		at.Prev = ids[before]
	}
	if after < len(ids) {
		at.Next = ids[after]
	}
	return at, nil
}

// RowMarks are what lists say of tickets beside their rows, with the values of
// some fields.
func (d *Desk) RowMarks(ctx context.Context, by model.Actor, ids []model.TicketID, fields []model.FieldID) (map[model.TicketID]model.RowMarks, error) {
	if !by.Staff() {
		return nil, model.ErrDenied
	}
	return d.db.Read().RowMarks(ctx, by, ids, fields)
}

// TicketsInList are those of the tickets that are in a list, and those the
// actor sees at all: for telling an open page what is new on it.
func (d *Desk) TicketsInList(ctx context.Context, by model.Actor, f model.TicketFilter, ids []model.TicketID) (in, seen []model.TicketID, err error) {
	if len(ids) == 0 || maySeeQueue(by, f) != nil {
		return nil, nil, nil
	}
	return d.db.Read().TicketsInList(ctx, by, f, ids)
}
