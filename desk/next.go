package desk

import (
	"context"

	"escalated/model"
)

// NextUrgent is the ticket the actor should answer next: of their own that
// wait for the desk, the most urgent, and of equals the one that has waited
// longest. Without one of their own it is the longest waiting unassigned one;
// zero when nobody waits.
func (d *Desk) NextUrgent(ctx context.Context, by model.Actor) (model.TicketID, error) {
	ours := []model.Status{model.Open, model.InProgress, model.WaitingOnAgent, model.Escalated, model.Reopened}
	for _, f := range []model.TicketFilter{{Assignee: by.ID, Statuses: ours}, {Unassigned: true, Statuses: ours}} {
		if err := maySeeQueue(by, f); err != nil {
			return 0, err
		}
		f.Sort = model.TicketSort{Key: model.SortActivity}
		rows, err := d.db.Read().TicketRows(ctx, by, f, 50)
		if err != nil {
			return 0, err
		}
		best := -1
		for i, t := range rows {
			if best < 0 || sooner(t, rows[best]) {
				best = i
			}
		}
		if best >= 0 {
			return rows[best].ID, nil
		}
	}
	return 0, nil
}

// sooner reports whether a is to be answered before b.
func sooner(a, b model.TicketRow) bool {
	if a, b := a.WaitingSince < model.Never, b.WaitingSince < model.Never; a != b {
		return a
	}
	if a.Priority != b.Priority {
		return a.Priority > b.Priority
	}
	return a.WaitingSince < b.WaitingSince
}

// TicketRows are the first n rows of a list, without its totals.
func (d *Desk) TicketRows(ctx context.Context, by model.Actor, f model.TicketFilter, n int) ([]model.TicketRow, error) {
	if err := maySeeQueue(by, f); err != nil {
		return nil, err
	}
	return d.db.Read().TicketRows(ctx, by, f, n)
}
