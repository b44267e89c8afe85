package desk

import (
	"context"
	"errors"
	"time"

	"escalated/model"
	"escalated/store"
)

// BinDays is how long a deleted ticket can be restored.
const BinDays = 30

// DeleteTicket moves a ticket into the bin. For everybody who may not delete
// tickets it is gone at once.
func (d *Desk) DeleteTicket(ctx context.Context, by model.Actor, id model.TicketID) error {
	return d.change(ctx, by, id, model.PermTicketDelete, "delete", func(tx *store.Tx, t model.Ticket) error {
		return d.remove(tx.Ctx, tx, by, t)
	})
}

func (d *Desk) remove(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket) error {
	if t.Deleted() {
		return nil
	}
	if err := tx.UpdateTicket(ctx, t.ID, new(store.TicketChange).Deleted(tx.Now, by.ID)); err != nil {
		return err
	}
	_, err := tx.Record(ctx, by, t.ID, model.TicketDeleted{})
	return err
}

// RestoreTicket takes a ticket out of the bin, as it was.
func (d *Desk) RestoreTicket(ctx context.Context, by model.Actor, id model.TicketID) error {
	return d.change(ctx, by, id, model.PermTicketDelete, "restore", func(tx *store.Tx, t model.Ticket) error {
		return d.restore(tx.Ctx, tx, by, t)
	})
}

func (d *Desk) restore(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket) error {
	if !t.Deleted() {
		return nil
	}
	if err := tx.UpdateTicket(ctx, t.ID, new(store.TicketChange).Deleted(0, 0)); err != nil {
		return err
	}
	_, err := tx.Record(ctx, by, t.ID, model.TicketRestored{})
	return err
}

// EmptyBin erases tickets that lay in the bin longer than BinDays.
func (d *Desk) EmptyBin(ctx context.Context, by model.Actor) (int, error) {
	if by.Kind != model.KindMachine {
		return 0, model.ErrDenied
	}
	return d.each(ctx, func(now model.Time) ([]model.TicketID, error) {
		return d.db.Read().DeletedBefore(ctx, now.Add(-BinDays*24*time.Hour), 100)
	}, func(tx *store.Tx, id model.TicketID) error { return tx.EraseTicket(tx.Ctx, id) })
}

// CloseResolved closes tickets that were resolved longer ago than the desk
// allows, each in a transaction of its own, recorded like any other move.
func (d *Desk) CloseResolved(ctx context.Context, by model.Actor) (int, error) {
	s, err := d.Settings(ctx)
	if err != nil || s.AutoCloseResolvedAfterDays == 0 {
		if by.Kind != model.KindMachine {
			err = model.ErrDenied
		}
		return 0, err
	}
	return d.CloseResolvedAfter(ctx, by, s.AutoCloseResolvedAfterDays)
}

// CloseResolvedAfter is CloseResolved for those who say after how many days.
func (d *Desk) CloseResolvedAfter(ctx context.Context, by model.Actor, days int) (int, error) {
	if by.Kind != model.KindMachine {
		return 0, model.ErrDenied
	}
	age := time.Duration(days) * 24 * time.Hour
	return d.each(ctx, func(now model.Time) ([]model.TicketID, error) {
		return d.db.Read().ResolvedBefore(ctx, now.Add(-age), 100)
	}, func(tx *store.Tx, id model.TicketID) error {
		t, err := tx.Ticket(tx.Ctx, by, id)
		if err != nil || t.Status != model.Resolved || tx.Now.Sub(t.ResolvedAt) <= age {
			return err
		}
		return d.setStatus(tx.Ctx, tx, by, t, model.Closed, true)
	})
}

// each finds due tickets and handles them one by one until none is left. One
// that fails does not stop the others.
func (d *Desk) each(ctx context.Context, due func(now model.Time) ([]model.TicketID, error), fn func(tx *store.Tx, id model.TicketID) error) (int, error) {
	var all error
	done, failed := 0, map[model.TicketID]bool{}
	for {
		ids, err := due(d.db.Now())
		if err != nil {
			return done, errors.Join(all, err)
		}
		worked := false
		for _, id := range ids {
			if failed[id] {
				continue
			}
			if err := d.db.Write(ctx, func(tx *store.Tx) error { return fn(tx, id) }); err != nil {
				failed[id], all = true, errors.Join(all, err)
				continue
			}
			worked, done = true, done+1
		}
		if !worked {
			return done, all
		}
	}
}
