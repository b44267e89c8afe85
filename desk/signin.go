package desk

import (
	"context"
	"errors"
	"fmt"

	"escalated/model"
	"escalated/store"
)

// wrongLogin is the one answer to a wrong address, a wrong password, a person
// without a password and a deactivated one.
func wrongLogin() error { return model.Refuse("password", "login_failed") }

// SignIn opens a session for whoever has the address and the password. Every
// refusal reads and costs the same, whether the address is known or not.
// Guessing is slowed down by account and by network, never stopped for good.
func (d *Desk) SignIn(ctx context.Context, by model.Actor, email, password string, v Visit) (Entry, error) {
	email = model.FoldAddress(email)
	var p model.Invalid
	if email == "" {
		p.Add("email", "email_required")
	}
	if password == "" {
		p.Add("password", "password_required")
	}
	if err := p.Err(); err != nil {
		return Entry{}, err
	}
	if len(email) > 254 || len(password) > passwordMax {
		return Entry{}, wrongLogin()
	}
	limits := d.passwordLimits(by, email)
	login, err := d.prove(ctx, by, limits, password, func() (store.Login, error) { return d.db.Read().LoginByAddress(ctx, email) })
	if err != nil {
		return Entry{}, err
	}
	var e Entry
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		// Looked at again: the password may have changed while it was checked.
		again, err := tx.LoginOf(tx.Ctx, login.PersonID)
		if err != nil {
			return err
		}
		if again.ChangedAt != login.ChangedAt || again.DeactivatedAt != 0 {
			return wrongLogin()
		}
		if err := d.giveBack(tx.Ctx, tx, limits); err != nil {
			return err
		}
		e, err = d.enter(tx.Ctx, tx, by, login.PersonID, v, "password")
		return err
	})
	if err != nil {
		return Entry{}, fmt.Errorf("sign in: %w", err)
	}
	return e, nil
}

// prove checks a password. The try is counted before the password is looked
// at, and given back by the caller when it was right: however many arrive at
// once, no more are checked than the limits allow.
func (d *Desk) prove(ctx context.Context, by model.Actor, limits []limit, password string, find func() (store.Login, error)) (store.Login, error) {
	if err := d.throttled(ctx, d.db.Read(), d.db.Now(), limits); err != nil {
		return store.Login{}, err // without waiting for a turn
	}
	done, err := hashTurn(ctx)
	if err != nil {
		return store.Login{}, err
	}
	defer done()
	login, err := find()
	if err != nil && !errors.Is(err, model.ErrNotFound) {
		return store.Login{}, fmt.Errorf("find login: %w", err)
	}
	if err := d.countTry(ctx, by, limits, login.PersonID); err != nil {
		return store.Login{}, err
	}
	if right := fits(password, login.Secret); !right || login.DeactivatedAt != 0 {
		return store.Login{}, wrongLogin()
	}
	return login, nil
}

// countTry counts one try, and records when somebody has run through the free
// ones, whether the account exists or not.
func (d *Desk) countTry(ctx context.Context, by model.Actor, limits []limit, who model.PersonID) error {
	return d.db.Write(ctx, func(tx *store.Tx) error {
		last, err := d.take(tx.Ctx, tx, limits)
		if err != nil || last == 0 {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "person", int64(who), model.SignInFailed{Person: who, Tries: last})
		return err
	})
}
