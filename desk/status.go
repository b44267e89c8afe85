package desk

import (
	"context"
	"errors"

	"escalated/model"
	"escalated/store"
)

// Change is what a property form carries beside the new value: the version of
// the ticket the writer looked at. Zero skips the check for staleness.
type Change struct{ Version int64 }

// SetStatus moves a ticket along the transition table.
func (d *Desk) SetStatus(ctx context.Context, by model.Actor, id model.TicketID, to model.Status, c Change) error {
	return d.change(ctx, by, id, model.PermTicketEdit, "status", func(tx *store.Tx, t model.Ticket) error {
		if !to.Known() {
			return model.Refuse("status", "choice_invalid")
		}
		if t.Status == to {
			return nil
		}
		if err := d.stale(tx.Ctx, tx, t, c, "status", t.Status.String(), "ticket.status_changed"); err != nil {
			return err
		}
		s, err := d.Settings(tx.Ctx)
		if err != nil {
			return err
		}
		if !s.Moves().CanBecome(t.Status, to) {
			return refuseMove(t.Status, to)
		}
		return d.setStatus(tx.Ctx, tx, by, t, to, false)
	})
}

func refuseMove(from, to model.Status) error {
	return model.Refuse("status", "transition", "From", from, "To", to)
}

// setStatus is the one place where a status changes, by hand or by itself, so
// that no move goes unrecorded. Staying changes nothing.
func (d *Desk) setStatus(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, to model.Status, auto bool) error {
	if to == t.Status {
		return nil
	}
	return d.setStatusDef(ctx, tx, by, t, model.CoreStatus(to), auto)
}

// setStatusDef is setStatus for a status of the desk's own, too.
func (d *Desk) setStatusDef(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, to model.StatusDef, auto bool) error {
	if to.ID == t.StatusID {
		return nil
	}
	if err := tx.UpdateTicket(ctx, t.ID, new(store.TicketChange).Status(t.Status, to, tx.Now)); err != nil {
		return err
	}
	_, err := tx.Record(ctx, by, t.ID, model.StatusChanged{From: t.Status, To: to.State, FromID: t.StatusID, ToID: to.ID, Automatic: auto})
	return err
}

// change loads a ticket as the actor sees it, checks the permission and runs
// fn in one transaction, which can be taken back under the name of what.
func (d *Desk) change(ctx context.Context, by model.Actor, id model.TicketID, perm model.Permission, what string, fn func(tx *store.Tx, t model.Ticket) error) error {
	return d.db.Write(ctx, func(tx *store.Tx) error {
		t, err := tx.Ticket(tx.Ctx, by, id)
		if err != nil {
			return err
		}
		if !by.Can(perm) {
			return model.ErrDenied
		}
		if t.Deleted() && perm != model.PermTicketDelete { // in the bin it can only be restored
			return model.ErrNotFound
		}
		tx.Undoable(by, what, t.Reference)
		return fn(tx, t)
	})
}

// stale refuses a change made on an old picture when the same field changed
// since, and only then.
func (d *Desk) stale(ctx context.Context, tx *store.Tx, t model.Ticket, c Change, field, current string, kinds ...string) error {
	if c.Version == 0 || c.Version >= t.Version {
		return nil
	}
	e, err := tx.LastChange(ctx, t.ID, c.Version, kinds...)
	if errors.Is(err, model.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return &model.Stale{Field: field, Current: current, By: e.ActorName, At: e.At, Version: t.Version, Seen: t.LastPublicID}
}

// CloseTicket is the customer's "it's solved": resolved or open becomes closed.
func (d *Desk) CloseTicket(ctx context.Context, by model.Actor, id model.TicketID) error {
	return d.db.Write(ctx, func(tx *store.Tx) error {
		t, err := tx.Ticket(tx.Ctx, by, id)
		if err != nil {
			return err
		}
		s, err := d.Settings(tx.Ctx)
		if err != nil {
			return err
		}
		if by.Customer() && !s.AllowCustomerClose || !by.Customer() && !by.Can(model.PermTicketEdit) {
			return model.ErrDenied
		}
		if t.Deleted() {
			return model.ErrNotFound
		}
		if !by.Customer() && !s.Moves().CanBecome(t.Status, model.Closed) {
			return refuseMove(t.Status, model.Closed)
		}
		return d.setStatus(tx.Ctx, tx, by, t, model.Closed, false)
	})
}

// ReopenTicket brings a resolved or closed ticket back.
func (d *Desk) ReopenTicket(ctx context.Context, by model.Actor, id model.TicketID) error {
	return d.db.Write(ctx, func(tx *store.Tx) error {
		t, err := tx.Ticket(tx.Ctx, by, id)
		if err != nil {
			return err
		}
		if !by.Customer() && !by.Can(model.PermTicketEdit) {
			return model.ErrDenied
		}
		if t.Deleted() {
			return model.ErrNotFound
		}
		s, err := d.Settings(tx.Ctx)
		if err != nil {
			return err
		}
		if t.Status.IsOpen() {
			if t.Status == model.Reopened {
				return nil
			}
			return refuseMove(t.Status, model.Reopened)
		}
		if by.Customer() && t.Status == model.Closed && !within(s, t, tx.Now) {
			return model.Refuse("status", "closed_too_long")
		}
		if !by.Customer() && !s.Moves().CanBecome(t.Status, model.Reopened) {
			return refuseMove(t.Status, model.Reopened)
		}
		return d.setStatus(tx.Ctx, tx, by, t, model.Reopened, false)
	})
}
