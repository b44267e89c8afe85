package desk

import (
	"context"
	"slices"

	"escalated/model"
	"escalated/store"
	"escalated/text"
)

// ProfileChange is what people set about themselves; nil stays.
type ProfileChange struct {
	Name   *string
	Locale *string // one of text.Languages, or "" for the browser's
	Zone   *string // of the IANA database, or "" for the desk's
	Theme  *string // "", light or dark
}

// MyProfile is the actor's own person.
func (d *Desk) MyProfile(ctx context.Context, by model.Actor) (model.Person, error) {
	if !hasAccount(by) {
		return model.Person{}, model.ErrSignIn
	}
	return d.db.Read().Person(ctx, by.ID)
}

// Profile changes the actor's own name, language, time zone and theme.
func (d *Desk) Profile(ctx context.Context, by model.Actor, c ProfileChange) error {
	if !hasAccount(by) {
		return model.ErrSignIn
	}
	var p model.Invalid
	if c.Theme != nil && !slices.Contains([]string{"", "light", "dark"}, *c.Theme) {
		p.Add("theme", "choice_invalid")
	}
	if c.Locale != nil && *c.Locale != "" && !slices.ContainsFunc(text.Languages(), func(l text.Language) bool { return l.Code == *c.Locale }) {
		p.Add("locale", "language_invalid")
	}
	defer d.ForgetChoices()
	return d.db.Write(ctx, func(tx *store.Tx) error {
		me, err := tx.Person(tx.Ctx, by.ID)
		if err != nil {
			return err
		}
		problems := slices.Clone(p)
		fields := applyChange(&me, PersonChange{Name: c.Name, Locale: c.Locale, Zone: c.Zone}, &problems)
		if err := problems.Err(); err != nil {
			return err
		}
		if c.Theme != nil && me.Theme != *c.Theme {
			me.Theme = *c.Theme
			fields = append(fields, "theme")
		}
		if len(fields) == 0 {
			return nil
		}
		if _, err := tx.SavePerson(tx.Ctx, me, 0); err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "person", int64(by.ID), model.PersonChanged{Person: by.ID, Fields: fields})
		return err
	})
}

// ChangePassword sets the actor's own password. It needs the current one when
// there is one; wrong ones are throttled as at the sign-in. All other sessions
// end.
func (d *Desk) ChangePassword(ctx context.Context, by model.Actor, current, password string) error {
	if !hasAccount(by) {
		return model.ErrSignIn
	}
	me, err := d.db.Read().Person(ctx, by.ID)
	if err != nil {
		return err
	}
	var p model.Invalid
	checkPassword(&p, "password", password, me.Email, me.Name)
	if me.HasPassword && (current == "" || len(current) > passwordMax) {
		p.Add("current", "password_wrong")
	}
	if err := p.Err(); err != nil {
		return err
	}
	var limits []limit
	var proved store.Login
	if me.HasPassword {
		limits = d.passwordLimits(by, me.Email)
		proved, err = d.prove(ctx, by, limits, current, func() (store.Login, error) { return d.db.Read().LoginOf(ctx, by.ID) })
		if len(model.Problems(err)) > 0 {
			return model.Refuse("current", "password_wrong")
		}
		if err != nil {
			return err
		}
	}
	phc, err := hashPassword(ctx, password)
	if err != nil {
		return err
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		now, err := tx.LoginOf(tx.Ctx, by.ID)
		if err != nil {
			return err
		}
		if now.ChangedAt != proved.ChangedAt { // changed meanwhile, or set by somebody faster
			return model.Refuse("current", "password_wrong")
		}
		if err := d.giveBack(tx.Ctx, tx, limits); err != nil {
			return err
		}
		return d.setPassword(tx.Ctx, tx, by, by.ID, phc, "profile", by.Session)
	})
}

// SetPassword gives somebody a password without the old one: for the desk's
// command. All their sessions end.
func (d *Desk) SetPassword(ctx context.Context, by model.Actor, email, password string) error {
	if by.Kind != model.KindMachine {
		return model.ErrDenied
	}
	p, err := d.db.Read().PersonByEmail(ctx, email)
	if err != nil {
		return err
	}
	var problems model.Invalid
	checkPassword(&problems, "password", password, p.Email, p.Name)
	if err := problems.Err(); err != nil {
		return err
	}
	phc, err := hashPassword(ctx, password)
	if err != nil {
		return err
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		if err := tx.VerifyAddress(tx.Ctx, p.ID, p.Email); err != nil {
			return err
		}
		limits := d.passwordLimits(model.Actor{}, p.Email)
		if err := d.giveBack(tx.Ctx, tx, limits); err != nil {
			return err
		}
		return d.setPassword(tx.Ctx, tx, by, p.ID, phc, "command", 0)
	})
}
