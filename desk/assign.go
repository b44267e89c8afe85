package desk

import (
	"context"
	"errors"

	"escalated/model"
	"escalated/store"
)

// Assign gives a ticket to an agent, or to nobody with zero. Assigning an open
// ticket moves it to in progress. The same assignee again changes nothing.
func (d *Desk) Assign(ctx context.Context, by model.Actor, id model.TicketID, to model.PersonID, c Change) error {
	return d.change(ctx, by, id, model.PermTicketAssign, "assign", func(tx *store.Tx, t model.Ticket) error {
		if to == t.AssigneeID {
			return nil
		}
		if c.Version != 0 && c.Version < t.Version {
			name, err := d.nameOf(tx.Ctx, tx, t.AssigneeID)
			if err != nil {
				return err
			}
			if err := d.stale(tx.Ctx, tx, t, c, "assignee", name, "ticket.assigned", "ticket.unassigned"); err != nil {
				return err
			}
		}
		if to == 0 {
			return d.unassign(tx.Ctx, tx, by, t)
		}
		s, err := d.Settings(tx.Ctx)
		if err != nil {
			return err
		}
		return d.assign(tx.Ctx, tx, by, t, to, s)
	})
}

// assign gives a ticket to an agent inside a transaction.
func (d *Desk) assign(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, to model.PersonID, s model.Settings) error {
	p, err := tx.Person(ctx, to)
	if errors.Is(err, model.ErrNotFound) || err == nil && (!p.Active() || p.Kind != model.KindAgent && p.Kind != model.KindAdmin) {
		return model.Refuse("agent_id", "choice_invalid")
	}
	if err != nil {
		return err
	}
	from, err := d.nameOf(ctx, tx, t.AssigneeID)
	if err != nil {
		return err
	}
	if err := tx.UpdateTicket(ctx, t.ID, new(store.TicketChange).Assignee(to)); err != nil {
		return err
	}
	if _, err := tx.Record(ctx, by, t.ID, model.Assigned{From: t.AssigneeID, To: to, FromName: from, ToName: p.Display()}); err != nil {
		return err
	}
	if err := tx.Given(ctx, to); err != nil {
		return err
	}
	if t.Status == model.Open {
		return d.setStatus(ctx, tx, by, t, model.InProgress, true)
	}
	return nil
}

func (d *Desk) unassign(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket) error {
	if t.AssigneeID == 0 {
		return nil
	}
	name, err := d.nameOf(ctx, tx, t.AssigneeID)
	if err != nil {
		return err
	}
	if err := tx.UpdateTicket(ctx, t.ID, new(store.TicketChange).Assignee(0)); err != nil {
		return err
	}
	_, err = tx.Record(ctx, by, t.ID, model.Unassigned{From: t.AssigneeID, FromName: name})
	return err
}

func (d *Desk) nameOf(ctx context.Context, tx *store.Tx, id model.PersonID) (string, error) {
	if id == 0 {
		return "", nil
	}
	p, err := tx.Person(ctx, id)
	return p.Display(), err
}

// Follow makes the actor a follower of a ticket, or ends it.
func (d *Desk) Follow(ctx context.Context, by model.Actor, id model.TicketID, on bool) error {
	return d.change(ctx, by, id, model.PermTicketFollow, "follow", func(tx *store.Tx, t model.Ticket) error {
		return d.setFollow(tx.Ctx, tx, by, t.ID, by.ID, on)
	})
}

// setFollow makes a person a follower, or ends it.
func (d *Desk) setFollow(ctx context.Context, tx *store.Tx, by model.Actor, id model.TicketID, who model.PersonID, on bool) error {
	if on {
		if ok, err := tx.AddPerson(ctx, id, who, store.RoleFollower); err != nil || !ok {
			return err
		}
		name, err := d.nameOther(ctx, tx, by, who)
		if err != nil {
			return err
		}
		_, err = tx.Record(ctx, by, id, model.Followed{Person: who, Name: name})
		return err
	}
	if ok, err := tx.RemovePerson(ctx, id, who, store.RoleFollower); err != nil || !ok {
		return err
	}
	name, err := d.nameOther(ctx, tx, by, who)
	if err != nil {
		return err
	}
	_, err = tx.Record(ctx, by, id, model.Unfollowed{Person: who, Name: name})
	return err
}
