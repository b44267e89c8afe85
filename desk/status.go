package desk

import (
	"context"
	"errors"
	"slices"

	"escalated/model"
	"escalated/store"
)

// Change is what a property form carries beside the new value: the version of
// the ticket the writer looked at. Zero skips the check for staleness.
type Change struct{ Version int64 }

// SetStatus moves a ticket along the transition table.
func (d *Desk) SetStatus(ctx context.Context, by model.Actor, id model.TicketID, to model.Status, c Change) error {
	return d.SetStatusTo(ctx, by, id, to.String(), c)
}

// SetStatusTo is SetStatus for any status of the desk, by its key.
func (d *Desk) SetStatusTo(ctx context.Context, by model.Actor, id model.TicketID, key string, c Change) error {
	return d.change(ctx, by, id, model.PermTicketEdit, "status", func(tx *store.Tx, t model.Ticket) error {
		to, err := d.statusNamed(tx.Ctx, tx, key)
		if err != nil || to.ID == t.StatusID {
			return err
		}
		now, err := d.statusOf(tx.Ctx, t)
		if err != nil {
			return err
		}
		if err := d.stale(tx.Ctx, tx, t, c, "status", now.Key, "ticket.status_changed"); err != nil {
			return err
		}
		return d.moveTo(tx.Ctx, tx, by, t, to)
	})
}

// statusOf is the status a ticket has.
func (d *Desk) statusOf(ctx context.Context, t model.Ticket) (model.StatusDef, error) {
	c, err := d.Choices(ctx)
	if err != nil {
		return model.StatusDef{}, err
	}
	return model.StatusByID(c.Statuses, t.StatusID, t.Status), nil
}

// mayMove reports whether a ticket may get a status: as an admin narrowed the
// moves of its own, else as its state moves. Statuses that mean the same may
// follow each other.
func (d *Desk) mayMove(ctx context.Context, t model.Ticket, to model.StatusDef) (bool, error) {
	c, err := d.Choices(ctx)
	if err != nil {
		return false, err
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return false, err
	}
	return canMove(c, s, t, to), nil
}

func canMove(c *Choices, s model.Settings, t model.Ticket, to model.StatusDef) bool {
	if to.ID == t.StatusID {
		return true
	}
	if narrowed, ok := c.Moves[t.StatusID]; ok {
		return slices.Contains(narrowed, to.ID)
	}
	return s.Moves().CanBecome(t.Status, to.State)
}

// NextStatuses are the statuses that a ticket the actor sees may get next.
func (d *Desk) NextStatuses(ctx context.Context, by model.Actor, t model.Ticket) ([]model.StatusDef, error) {
	if !by.Can(model.PermTicketEdit) {
		return nil, nil
	}
	return d.nextStatuses(ctx, t)
}

// nextStatuses are the statuses that may follow a ticket's own, in the order
// of the desk.
func (d *Desk) nextStatuses(ctx context.Context, t model.Ticket) ([]model.StatusDef, error) {
	c, err := d.Choices(ctx)
	if err != nil {
		return nil, err
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return nil, err
	}
	var out []model.StatusDef
	for _, to := range c.Statuses {
		if to.Active() && to.ID != t.StatusID && canMove(c, s, t, to) {
			out = append(out, to)
		}
	}
	return out, nil
}

// chosenStatus is the status that a message was sent with; zero when none was.
func (d *Desk) chosenStatus(ctx context.Context, tx *store.Tx, in model.NewReply) (model.StatusDef, error) {
	switch {
	case in.StatusKey != "":
		return d.statusNamed(ctx, tx, in.StatusKey)
	case in.Status.Known():
		return d.statusNamed(ctx, tx, in.Status.String())
	}
	return model.StatusDef{}, nil
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
	if err := d.mayResolve(ctx, tx, by, t, to, auto); err != nil {
		return err
	}
	c := new(store.TicketChange).Status(t.Status, to, tx.Now)
	if t.Snoozed() && !to.State.IsOpen() { // what is solved waits for nothing
		c.Snoozed(0, 0, "")
	}
	if err := tx.UpdateTicket(ctx, t.ID, c); err != nil {
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
		if t.MergedInto != 0 && !mergedMay[what] {
			return model.Refuse("", "ticket_merged")
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
		if t.MergedInto != 0 {
			return model.Refuse("status", "ticket_merged")
		}
		if by.Customer() {
			return d.setStatus(tx.Ctx, tx, by, t, model.Closed, false)
		}
		if t.Status == model.Closed {
			return nil
		}
		return d.moveTo(tx.Ctx, tx, by, t, model.CoreStatus(model.Closed))
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
		if t.MergedInto != 0 {
			return model.Refuse("status", "ticket_merged")
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
		if !by.Customer() {
			return d.moveTo(tx.Ctx, tx, by, t, model.CoreStatus(model.Reopened))
		}
		return d.setStatus(tx.Ctx, tx, by, t, model.Reopened, false)
	})
}
