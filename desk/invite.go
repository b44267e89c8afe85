package desk

import (
	"context"
	"errors"

	"escalated/model"
	"escalated/store"
)

// Invite makes a person and asks for a mail with an invitation. Somebody known
// by address only, such as a sender of mail, becomes the invited person; an
// earlier invitation ends.
func (d *Desk) Invite(ctx context.Context, by model.Actor, n model.NewPerson) (model.Person, error) {
	var p model.Person
	if err := d.mayManage(by); err != nil {
		return p, err
	}
	n.Password, n.Verified, n.ExternalID = "", false, ""
	if err := d.checkNewPerson(ctx, by, &n); err != nil {
		return p, err
	}
	defer d.ForgetChoices()
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		known, err := tx.PersonByEmail(tx.Ctx, n.Email)
		switch {
		case errors.Is(err, model.ErrNotFound):
			known.ID, err = d.create(tx.Ctx, tx, by, n, "", "invite")
		case err == nil && !adoptable(known):
			err = model.Refuse("email", "email_taken")
		case err == nil:
			err = d.adopt(tx.Ctx, tx, by, known, n)
		}
		if err != nil {
			return err
		}
		p, err = d.invite(tx.Ctx, tx, by, known.ID)
		return err
	})
	return p, err
}

// adopt gives a person without an account what an invitation says they are.
func (d *Desk) adopt(ctx context.Context, tx *store.Tx, by model.Actor, p model.Person, n model.NewPerson) error {
	from := p.Kind
	p.Name, p.Narrow, p.Loose = n.Name, n.Narrow, n.Loose
	if n.Locale != "" {
		p.Locale = n.Locale
	}
	if _, err := tx.SavePerson(ctx, p, 0); err != nil {
		return err
	}
	if err := tx.SetDepartments(ctx, p.ID, n.Departments); err != nil {
		return err
	}
	if from == n.Kind {
		return nil
	}
	if err := tx.SetKind(ctx, p.ID, n.Kind); err != nil {
		return err
	}
	if err := d.endSessions(ctx, tx, by, p.ID, 0); err != nil {
		return err
	}
	_, err := tx.RecordAbout(ctx, by, "person", int64(p.ID), model.PersonKindChanged{Person: p.ID, From: from, To: n.Kind})
	return err
}

// InviteAgain sends a person a fresh invitation; the earlier one ends.
func (d *Desk) InviteAgain(ctx context.Context, by model.Actor, id model.PersonID) error {
	if err := d.mayManage(by); err != nil {
		return err
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		p, err := d.managed(tx.Ctx, tx, by, id)
		if err != nil {
			return err
		}
		if !p.Active() {
			return model.Refuse("person", "deactivated")
		}
		if p.Email == "" {
			return model.Refuse("person", "email_required")
		}
		_, err = d.invite(tx.Ctx, tx, by, id)
		return err
	})
}

func (d *Desk) invite(ctx context.Context, tx *store.Tx, by model.Actor, id model.PersonID) (model.Person, error) {
	p, err := tx.Person(ctx, id)
	if err != nil {
		return p, err
	}
	if err := tx.RevokeTokens(ctx, id, model.TokenInvite); err != nil {
		return p, err
	}
	token, _, err := d.newToken(ctx, tx, model.Token{Purpose: model.TokenInvite, PersonID: id, Address: p.Email, Locale: p.Locale, ExpiresAt: tx.Now.Add(inviteLasts)})
	if err != nil {
		return p, err
	}
	if err := tx.SetInvited(ctx, id); err != nil {
		return p, err
	}
	if _, err := tx.RecordAbout(ctx, by, "person", int64(id), model.PersonInvited{Person: id, Token: token}); err != nil {
		return p, err
	}
	return tx.Person(ctx, id)
}

// AcceptInvite uses an invitation, once: the person chooses a password, may
// correct their name, and is signed in.
func (d *Desk) AcceptInvite(ctx context.Context, by model.Actor, secret, password, name string, v Visit) (Entry, error) {
	l, err := d.Invitation(ctx, by, secret)
	if err != nil {
		return Entry{}, err
	}
	return d.setByLink(ctx, by, model.TokenInvite, secret, password, name, l, v)
}
