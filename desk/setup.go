package desk

import (
	"context"
	"fmt"

	"escalated/model"
	"escalated/store"
)

// SetupNeeded reports whether the desk still waits for its first admin.
func (d *Desk) SetupNeeded(ctx context.Context, _ model.Actor) (bool, error) {
	there, err := d.db.Read().AnyAdmin(ctx)
	return !there && err == nil, err
}

// SetupToken makes the one-time token that opens the setup page, while there
// is no admin; earlier ones end. Empty when there is one.
func (d *Desk) SetupToken(ctx context.Context, by model.Actor) (string, error) {
	if by.Kind != model.KindMachine {
		return "", model.ErrDenied
	}
	var secret string
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		secret = ""
		there, err := tx.AnyAdmin(tx.Ctx)
		if err != nil {
			return err
		}
		if err := tx.RevokeSetupTokens(tx.Ctx); err != nil || there {
			return err
		}
		_, secret, err = d.newToken(tx.Ctx, tx, model.Token{Purpose: model.TokenSetup, ExpiresAt: model.Never})
		return err
	})
	return secret, err
}

// Setup makes the first admin and closes the door for good: of several at
// once one succeeds, and with an admin there the page does not exist.
func (d *Desk) Setup(ctx context.Context, by model.Actor, token, name, email, password string, v Visit) (Entry, error) {
	needed, err := d.SetupNeeded(ctx, by)
	if err != nil {
		return Entry{}, err
	}
	if !needed {
		return Entry{}, model.ErrNotFound
	}
	if err := d.setupToken(ctx, by, token); err != nil {
		return Entry{}, err
	}
	n := model.NewPerson{Kind: model.KindAdmin, Name: model.Clean(name), Email: model.FoldAddress(email), Verified: true}
	var p model.Invalid
	checkName(&p, n.Name)
	checkAddress(&p, "email", n.Email)
	checkPassword(&p, "password", password, n.Email, n.Name)
	if err := p.Err(); err != nil {
		return Entry{}, err
	}
	phc, err := hashPassword(ctx, password)
	if err != nil {
		return Entry{}, err
	}
	defer d.ForgetChoices()
	defer d.forgetPolicies()
	var e Entry
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		if there, err := tx.AnyAdmin(tx.Ctx); err != nil {
			return err
		} else if there {
			return model.ErrNotFound
		}
		if _, err := d.use(tx.Ctx, tx, model.TokenSetup, token); err != nil {
			return wrongSetupToken()
		}
		id, err := d.firstAdmin(tx.Ctx, tx, n, phc)
		if err != nil {
			return err
		}
		if err := tx.RevokeSetupTokens(tx.Ctx); err != nil {
			return err
		}
		if err := d.standardPolicy(tx.Ctx, tx, tx.Now); err != nil {
			return err
		}
		e, err = d.enter(tx.Ctx, tx, by, id, v, "setup")
		return err
	})
	if err != nil {
		return Entry{}, fmt.Errorf("set up: %w", err)
	}
	return e, nil
}

// firstAdmin makes the first admin, also of somebody who is known already
// because mail came before the setup.
func (d *Desk) firstAdmin(ctx context.Context, tx *store.Tx, n model.NewPerson, phc string) (model.PersonID, error) {
	by := model.System("setup")
	p, err := tx.PersonByEmail(ctx, n.Email)
	if err != nil {
		return d.create(ctx, tx, by, n, phc, "setup")
	}
	p.Name = n.Name
	if _, err := tx.SavePerson(ctx, p, 0); err != nil {
		return 0, err
	}
	if err := tx.SetKind(ctx, p.ID, model.KindAdmin); err != nil {
		return 0, err
	}
	if err := tx.SetDeactivated(ctx, p.ID, 0); err != nil {
		return 0, err
	}
	if err := tx.VerifyAddress(ctx, p.ID, n.Email); err != nil {
		return 0, err
	}
	if _, err := tx.RecordAbout(ctx, by, "person", int64(p.ID), model.PersonKindChanged{Person: p.ID, From: p.Kind, To: model.KindAdmin}); err != nil {
		return 0, err
	}
	return p.ID, d.setPassword(ctx, tx, by, p.ID, phc, "setup", 0)
}

func wrongSetupToken() error { return model.Refuse("token", "token_invalid") }

// setupToken checks the token of the setup before anything else is looked at.
func (d *Desk) setupToken(ctx context.Context, _ model.Actor, token string) error {
	_, err := d.token(ctx, d.db.Read(), d.db.Now(), model.TokenSetup, token)
	if len(model.Problems(err)) > 0 {
		return wrongSetupToken()
	}
	return err
}
