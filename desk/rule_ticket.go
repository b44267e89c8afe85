package desk

import (
	"context"
	"fmt"

	"escalated/model"
	"escalated/store"
)

// ticketRuns is how many runs of rules a ticket's page lists.
const ticketRuns = 10

// RulesOn lists what rules did on a ticket of late, and what they are still to
// do there. Everybody of the staff who sees the ticket may know.
func (d *Desk) RulesOn(ctx context.Context, by model.Actor, id model.TicketID) ([]model.RuleRunItem, error) {
	if !by.Staff() {
		return nil, model.ErrNotFound
	}
	list, err := d.db.Read().RuleRuns(ctx, by, model.RunFilter{Ticket: id, Size: ticketRuns})
	if err != nil {
		return nil, fmt.Errorf("list what rules did: %w", err)
	}
	return list[:min(len(list), ticketRuns)], nil
}

// CancelRun has a rule not do what it still waits to do on a ticket. What it
// did already stays.
func (d *Desk) CancelRun(ctx context.Context, by model.Actor, ticket model.TicketID, id model.RunID) error {
	if !by.Staff() {
		return model.ErrNotFound
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Ticket(tx.Ctx, by, ticket); err != nil {
			return err
		}
		if !by.Can(model.PermTicketEdit) {
			return model.ErrDenied
		}
		run, err := tx.RuleRun(tx.Ctx, id)
		if err != nil {
			return err
		}
		if run.TicketID != ticket {
			return model.ErrNotFound
		}
		if run.State != model.RunWaiting {
			return model.Refuse("run", "rule_over")
		}
		x, err := tx.Rule(tx.Ctx, run.RuleID)
		if err != nil {
			return err
		}
		run.State, run.Error, run.NextAt, run.EndedAt = model.RunStopped, model.RunWhyCancelled, 0, tx.Now
		if err := tx.SaveRun(tx.Ctx, run); err != nil {
			return err
		}
		_, err = tx.Record(tx.Ctx, by, ticket, model.RuleCancelled{Rule: x.ID, Name: x.Name})
		return err
	})
}
