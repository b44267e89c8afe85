package desk

import (
	"context"
	"errors"
	"fmt"

	"escalated/model"
	"escalated/store"
)

// RequestLink asks for a mail with a sign-in link to an address: for a known
// person one that signs in, for an unknown one, where the desk lets people sign
// up, one that makes them a customer. The answer and the work are the same for
// all; a link that must not be sent is written revoked.
func (d *Desk) RequestLink(ctx context.Context, by model.Actor, email, next, locale string) error {
	return d.requestMail(ctx, by, model.TokenSignIn, email, next, locale)
}

// RequestReset asks for a mail with a link to set a new password. As
// RequestLink, it does not tell whether the address is known.
func (d *Desk) RequestReset(ctx context.Context, by model.Actor, email, locale string) error {
	return d.requestMail(ctx, by, model.TokenReset, email, "", locale)
}

func (d *Desk) requestMail(ctx context.Context, by model.Actor, purpose model.TokenPurpose, email, next, locale string) error {
	email = model.FoldAddress(email)
	if email == "" {
		return model.Refuse("email", "email_required")
	}
	if !model.ValidAddress(email) {
		return model.Refuse("email", "email_invalid")
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		if _, err := d.take(tx.Ctx, tx, d.linkLimits(by, email)); err != nil {
			return err
		}
		p, err := tx.PersonByEmail(tx.Ctx, email)
		if err != nil && !errors.Is(err, model.ErrNotFound) {
			return err
		}
		t := model.Token{Purpose: purpose, PersonID: p.ID, Address: email, Next: cut(next, 2000), Locale: locale, ExpiresAt: tx.Now.Add(linkLasts)}
		if p.ID != 0 && p.Locale != "" {
			t.Locale = p.Locale
		}
		switch {
		case p.ID == 0 && (purpose == model.TokenReset || !s.AllowSignup), own(s, email), p.ID != 0 && (!p.Active() || p.Email != email):
			t.RevokedAt = tx.Now
		}
		id, _, err := d.newToken(tx.Ctx, tx, t)
		if err != nil {
			return err
		}
		if _, err := tx.RecordAbout(tx.Ctx, by, "person", int64(p.ID), model.LinkRequested{Token: id, Purpose: purpose}); err != nil {
			return fmt.Errorf("ask for link: %w", err)
		}
		return nil
	})
}

// LinkFor is what the page of a link says before its button is pressed.
type LinkFor struct {
	Address string
	Name    string // empty: the person is asked for one
	New     bool   // makes a new customer
}

// Link looks at a sign-in link and changes nothing: mail programs open links
// by themselves.
func (d *Desk) Link(ctx context.Context, _ model.Actor, secret string) (LinkFor, error) {
	return d.peek(ctx, model.TokenSignIn, secret)
}

// ResetLink looks at a link to set a new password.
func (d *Desk) ResetLink(ctx context.Context, _ model.Actor, secret string) (LinkFor, error) {
	return d.peek(ctx, model.TokenReset, secret)
}

// Invitation looks at an invitation.
func (d *Desk) Invitation(ctx context.Context, _ model.Actor, secret string) (LinkFor, error) {
	return d.peek(ctx, model.TokenInvite, secret)
}

func (d *Desk) peek(ctx context.Context, purpose model.TokenPurpose, secret string) (LinkFor, error) {
	r := d.db.Read()
	row, err := d.token(ctx, r, d.db.Now(), purpose, secret)
	if err != nil {
		return LinkFor{}, err
	}
	l := LinkFor{Address: row.Address, New: row.PersonID == 0}
	if row.PersonID == 0 { // somebody may have become known since
		p, err := r.PersonByEmail(ctx, row.Address)
		if err == nil {
			l.Name, l.New = p.Name, false
		} else if !errors.Is(err, model.ErrNotFound) {
			return l, err
		}
		return l, nil
	}
	p, err := r.Person(ctx, row.PersonID)
	l.Name = p.Name
	return l, err
}

// UseLink signs in with a link from a mail, once. For a new address it makes
// the customer, with the name they give.
func (d *Desk) UseLink(ctx context.Context, by model.Actor, secret, name string, v Visit) (Entry, error) {
	name = model.Clean(name)
	var e Entry
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		row, err := d.use(tx.Ctx, tx, model.TokenSignIn, secret)
		if err != nil {
			return err
		}
		id := row.PersonID
		if id == 0 {
			if id, err = d.signUp(tx.Ctx, tx, by, row, name); err != nil {
				return err
			}
		}
		if err := tx.VerifyAddress(tx.Ctx, id, row.Address); err != nil {
			return err
		}
		if e, err = d.enter(tx.Ctx, tx, by, id, v, "link"); err != nil {
			if errors.Is(err, model.ErrSignIn) {
				return errLink()
			}
			return err
		}
		e.Next = row.Next
		return nil
	})
	return e, err
}

// signUp finds or makes the customer of a proved address.
func (d *Desk) signUp(ctx context.Context, tx *store.Tx, by model.Actor, row store.TokenRow, name string) (model.PersonID, error) {
	p, err := tx.PersonByEmail(ctx, row.Address)
	if err == nil {
		return p.ID, nil // a ticket or a mail has made them known meanwhile
	}
	if !errors.Is(err, model.ErrNotFound) {
		return 0, err
	}
	var problems model.Invalid
	checkName(&problems, name)
	if err := problems.Err(); err != nil {
		return 0, err // the transaction ends, so the link still works
	}
	return d.create(ctx, tx, by, model.NewPerson{Kind: model.KindCustomer, Name: name, Email: row.Address, Locale: row.Locale, Verified: true}, "", "sign_up")
}

// Reset sets a new password with a link from a mail, once. Every session of
// the person ends; the one that is returned begins.
func (d *Desk) Reset(ctx context.Context, by model.Actor, secret, password string, v Visit) (Entry, error) {
	l, err := d.ResetLink(ctx, by, secret)
	if err != nil {
		return Entry{}, err
	}
	return d.setByLink(ctx, by, model.TokenReset, secret, password, "", l, v)
}

// setByLink uses a link that sets a password.
func (d *Desk) setByLink(ctx context.Context, by model.Actor, purpose model.TokenPurpose, secret, password, name string, l LinkFor, v Visit) (Entry, error) {
	var problems model.Invalid
	name = model.Clean(name)
	if purpose == model.TokenInvite && l.Name == "" || name != "" {
		checkName(&problems, name)
	}
	checkPassword(&problems, "password", password, l.Address, l.Name, name)
	if err := problems.Err(); err != nil {
		return Entry{}, err
	}
	phc, err := hashPassword(ctx, password)
	if err != nil {
		return Entry{}, err
	}
	how := "reset"
	if purpose == model.TokenInvite {
		how = "invite"
	}
	defer d.ForgetChoices()
	var e Entry
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		row, err := d.use(tx.Ctx, tx, purpose, secret)
		if err != nil {
			return err
		}
		if err := d.setPassword(tx.Ctx, tx, by, row.PersonID, phc, how, 0); err != nil {
			return err
		}
		if err := d.nameByLink(tx.Ctx, tx, row.PersonID, name); err != nil {
			return err
		}
		if err := tx.VerifyAddress(tx.Ctx, row.PersonID, row.Address); err != nil {
			return err
		}
		e, err = d.enter(tx.Ctx, tx, by, row.PersonID, v, how)
		return err
	})
	return e, err
}

// nameByLink takes the name that somebody gave with an invitation.
func (d *Desk) nameByLink(ctx context.Context, tx *store.Tx, id model.PersonID, name string) error {
	if name == "" {
		return nil
	}
	p, err := tx.Person(ctx, id)
	if err != nil || p.Name == name {
		return err
	}
	p.Name = name
	if _, err := tx.SavePerson(ctx, p, 0); err != nil {
		return err
	}
	_, err = tx.RecordAbout(ctx, model.Actor{Kind: p.Kind, ID: p.ID, Via: model.Web}, "person", int64(id), model.PersonChanged{Person: id, Fields: []string{"name"}})
	return err
}

// setPassword writes a password and ends what the old one opened: sessions
// but one, and links to reset it.
func (d *Desk) setPassword(ctx context.Context, tx *store.Tx, by model.Actor, who model.PersonID, phc, how string, but model.SessionID) error {
	if err := tx.SetPassword(ctx, who, phc); err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	if err := tx.RevokeTokens(ctx, who, model.TokenReset, model.TokenInvite); err != nil {
		return err
	}
	if by.ID == 0 && by.Kind != model.KindMachine { // whoever holds the link is the person
		by.Kind, by.ID = model.KindGuest, who
	}
	if err := d.endSessions(ctx, tx, by, who, but); err != nil {
		return err
	}
	_, err := tx.RecordAbout(ctx, by, "person", int64(who), model.PasswordChanged{Person: who, How: how})
	return err
}
