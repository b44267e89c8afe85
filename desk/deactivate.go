package desk

import (
	"context"
	"errors"
	"fmt"

	"escalated/model"
	"escalated/store"
)

// SetKind makes a person a customer, light agent, agent or admin. Their
// sessions end, so that no page goes on with the old rights. The last admin
// stays one; nobody raises anybody above themselves. A person who may not have
// tickets any more hands them on: to handTo, or back to nobody with zero.
func (d *Desk) SetKind(ctx context.Context, by model.Actor, id model.PersonID, to model.Kind, handTo model.PersonID) error {
	if err := d.mayManage(by); err != nil {
		return err
	}
	if _, err := model.ParseKind(string(to)); err != nil {
		return err
	}
	if rank(to) > rank(by.Kind) {
		return model.ErrDenied
	}
	defer d.ForgetChoices()
	return d.db.Write(ctx, func(tx *store.Tx) error {
		p, err := d.managed(tx.Ctx, tx, by, id)
		if err != nil || p.Kind == to {
			return err
		}
		if err := d.guardLastAdmin(tx.Ctx, tx, p, "kind"); err != nil {
			return err
		}
		if to != model.KindAgent && to != model.KindAdmin {
			if _, err := d.handOver(tx.Ctx, tx, by, id, handTo); err != nil {
				return err
			}
		}
		if err := tx.SetKind(tx.Ctx, id, to); err != nil {
			return err
		}
		if err := tx.RevokeTokens(tx.Ctx, id, model.TokenInvite); err != nil { // an invitation to something else
			return err
		}
		if err := d.endSessions(tx.Ctx, tx, by, id, 0); err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "person", int64(id), model.PersonKindChanged{Person: id, From: p.Kind, To: to})
		return err
	})
}

// guardLastAdmin refuses to take away the only admin who may sign in.
func (d *Desk) guardLastAdmin(ctx context.Context, tx *store.Tx, p model.Person, field string) error {
	if p.Kind != model.KindAdmin || !p.Active() {
		return nil
	}
	others, err := tx.Admins(ctx, p.ID)
	if err == nil && others == 0 {
		return model.Refuse(field, "last_admin")
	}
	return err
}

// Deactivate ends a person's access: sessions, links and invitations. Their
// open tickets go to handTo, or back to nobody with zero; each move is
// recorded. What they wrote stays.
func (d *Desk) Deactivate(ctx context.Context, by model.Actor, id, handTo model.PersonID) error {
	if err := d.mayManage(by); err != nil {
		return err
	}
	if by.ID == id {
		return model.Refuse("person", "self")
	}
	defer d.ForgetChoices()
	return d.db.Write(ctx, func(tx *store.Tx) error {
		p, err := d.managed(tx.Ctx, tx, by, id)
		if err != nil || !p.Active() {
			return err
		}
		if err := d.guardLastAdmin(tx.Ctx, tx, p, "person"); err != nil {
			return err
		}
		n, err := d.handOver(tx.Ctx, tx, by, id, handTo)
		if err != nil {
			return err
		}
		if n == 0 {
			handTo = 0
		}
		if err := tx.SetDeactivated(tx.Ctx, id, tx.Now); err != nil {
			return err
		}
		if err := tx.RevokeTokens(tx.Ctx, id, model.TokenSignIn, model.TokenReset, model.TokenInvite); err != nil {
			return err
		}
		if _, err := tx.DeleteSessionsOf(tx.Ctx, id, 0); err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "person", int64(id), model.PersonDeactivated{Person: id, HandedTo: handTo, Tickets: n})
		return err
	})
}

// handOver gives a person's open tickets to somebody else, or to nobody, one
// recorded move each, and tells how many.
func (d *Desk) handOver(ctx context.Context, tx *store.Tx, by model.Actor, from, to model.PersonID) (int, error) {
	if to == from {
		return 0, model.Refuse("hand_to", "assignee_invalid")
	}
	if to != 0 {
		p, err := tx.Person(ctx, to)
		if errors.Is(err, model.ErrNotFound) || err == nil && (!p.Active() || p.Kind != model.KindAgent && p.Kind != model.KindAdmin) {
			return 0, model.Refuse("hand_to", "assignee_invalid")
		}
		if err != nil {
			return 0, err
		}
	}
	ids, err := tx.OpenTicketsOf(ctx, from, 0)
	if err != nil {
		return 0, err
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		t, err := tx.Ticket(ctx, model.System("desk"), id)
		if err != nil {
			return 0, err
		}
		if to == 0 {
			err = d.unassign(ctx, tx, by, t)
		} else {
			err = d.assign(ctx, tx, by, t, to, s)
		}
		if err != nil {
			return 0, fmt.Errorf("hand over %s: %w", t.Reference, err)
		}
	}
	return len(ids), nil
}

// Activate lets a person sign in again.
func (d *Desk) Activate(ctx context.Context, by model.Actor, id model.PersonID) error {
	if err := d.mayManage(by); err != nil {
		return err
	}
	defer d.ForgetChoices()
	return d.db.Write(ctx, func(tx *store.Tx) error {
		p, err := d.managed(tx.Ctx, tx, by, id)
		if err != nil || p.Active() {
			return err
		}
		if err := tx.SetDeactivated(tx.Ctx, id, 0); err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "person", int64(id), model.PersonActivated{Person: id})
		return err
	})
}
