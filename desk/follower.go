package desk

import (
	"context"
	"errors"

	"escalated/model"
	"escalated/store"
)

// SetFollower makes a member of the staff a follower of a ticket, or ends it.
// Following gives sight of the ticket, so whoever adds or removes others must
// be allowed to change it.
func (d *Desk) SetFollower(ctx context.Context, by model.Actor, id model.TicketID, who model.PersonID, on bool) error {
	return d.change(ctx, by, id, model.PermTicketFollow, "follow", func(tx *store.Tx, t model.Ticket) error {
		if who != by.ID && !by.Can(model.PermTicketEdit) {
			return model.ErrDenied
		}
		if on && who != by.ID {
			p, err := tx.Person(tx.Ctx, who)
			if errors.Is(err, model.ErrNotFound) || err == nil && (!p.Kind.Staff() || !p.Active()) {
				return model.Refuse("person_id", "choice_invalid")
			}
			if err != nil {
				return err
			}
		}
		return d.setFollow(tx.Ctx, tx, by, t.ID, who, on)
	})
}

// nameOther is the name of whom a fact is about, when that is not who did it.
func (d *Desk) nameOther(ctx context.Context, tx *store.Tx, by model.Actor, who model.PersonID) (string, error) {
	if who == by.ID {
		return "", nil
	}
	return d.nameOf(ctx, tx, who)
}
