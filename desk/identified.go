package desk

import (
	"context"
	"errors"
	"fmt"

	"escalated/model"
	"escalated/store"
)

// Identified is the person of a host program's account, as an actor. The row
// is made at the first look and kept in step with what the host says. A
// deactivated person is ErrSignIn: the desk has the last word on its doors.
func (d *Desk) Identified(ctx context.Context, by model.Actor, who model.Identity) (model.Actor, model.Person, error) {
	if by.Kind != model.KindMachine {
		return by, model.Person{}, model.ErrDenied
	}
	if who.Kind == "" {
		who.Kind = model.KindCustomer
	}
	if _, err := model.ParseKind(string(who.Kind)); err != nil || who.ExternalID == "" {
		return by, model.Person{}, model.Refuse("identity", "invalid")
	}
	who.Email = model.FoldAddress(who.Email)
	k, err := d.db.Read().KnownByExternalID(ctx, who.ExternalID)
	if errors.Is(err, model.ErrNotFound) || err == nil && differs(k.Person, who) {
		err = d.db.Write(ctx, func(tx *store.Tx) error {
			p, err := d.follow(tx.Ctx, tx, by, who)
			if err == nil {
				k, err = tx.Known(tx.Ctx, p.ID)
			}
			return err
		})
		d.ForgetChoices()
	}
	if err != nil {
		return by, k.Person, fmt.Errorf("identify %q: %w", who.ExternalID, err)
	}
	if !k.Active() {
		return by, k.Person, model.ErrSignIn
	}
	return actorOf(k.Person, k.Departments()), k.Person, nil
}

func differs(p model.Person, who model.Identity) bool {
	return p.Kind != who.Kind || who.Name != "" && p.Name != who.Name || who.Email != "" && p.Email != who.Email
}

// follow makes or changes the person's row. Somebody known by address only,
// such as a sender of mail, becomes the host's person. Whoever has an account
// here keeps it, and the address with it: an address is no proof, and would
// hand over the rights of the staff.
func (d *Desk) follow(ctx context.Context, tx *store.Tx, by model.Actor, who model.Identity) (model.Person, error) {
	p, err := tx.PersonByExternalID(ctx, who.ExternalID)
	if errors.Is(err, model.ErrNotFound) && who.Email != "" {
		p, err = tx.PersonByEmail(ctx, who.Email)
		if err == nil && !adoptable(p) {
			p, err, who.Email = model.Person{}, model.ErrNotFound, "" // the address is another account's
		}
	}
	if errors.Is(err, model.ErrNotFound) {
		return d.welcome(ctx, tx, by, who)
	}
	if err != nil {
		return p, err
	}
	if who.Email != "" && who.Email != p.Email {
		other, err := tx.PersonByEmail(ctx, who.Email)
		if err != nil && !errors.Is(err, model.ErrNotFound) {
			return p, err
		}
		if err == nil && other.ID != p.ID {
			who.Email = "" // taken: both keep what they have
		}
	}
	if p.ExternalID != "" && !differs(p, who) {
		return p, nil
	}
	if err := tx.FollowIdentity(ctx, p, who); err != nil {
		return p, err
	}
	if p.Kind != who.Kind {
		_, err = tx.RecordAbout(ctx, by, "person", int64(p.ID), model.PersonKindChanged{Person: p.ID, From: p.Kind, To: who.Kind})
	} else {
		_, err = tx.RecordAbout(ctx, by, "person", int64(p.ID), model.PersonChanged{Person: p.ID, Fields: []string{"name", "email"}})
	}
	if err != nil {
		return p, err
	}
	return tx.Person(ctx, p.ID)
}

func (d *Desk) welcome(ctx context.Context, tx *store.Tx, by model.Actor, who model.Identity) (model.Person, error) {
	n := model.NewPerson{Kind: who.Kind, Name: who.Name, Email: who.Email, Locale: who.Locale, Verified: true, ExternalID: who.ExternalID}
	departments, err := tx.Departments(ctx, false)
	if err != nil {
		return model.Person{}, err
	}
	for _, slug := range who.Departments {
		for _, dep := range departments {
			if dep.Slug == slug {
				n.Departments = append(n.Departments, dep.ID)
			}
		}
	}
	id, err := tx.InsertPerson(ctx, n)
	if err != nil {
		return model.Person{}, err
	}
	if _, err := tx.RecordAbout(ctx, by, "person", int64(id), model.PersonCreated{Person: id, As: who.Kind, How: "host"}); err != nil {
		return model.Person{}, err
	}
	return tx.Person(ctx, id)
}
