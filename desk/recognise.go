package desk

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"escalated/model"
	"escalated/store"
)

// How long a session lasts: without use, and at most.
const (
	sessionIdle = 12 * time.Hour
	sessionKeep = 30 * 24 * time.Hour
)

// Recognise tells who a session's token belongs to: the actor that acts in
// this request, and the person. Unknown, ended and deactivated are ErrSignIn.
// passive is a look by an open page, which is no sign of life.
func (d *Desk) Recognise(ctx context.Context, by model.Actor, token string, passive bool) (model.Actor, model.Person, error) {
	if len(token) < 20 || len(token) > 100 {
		return by, model.Person{}, model.ErrSignIn
	}
	now := d.db.Now()
	s, err := d.db.Read().SessionByHash(ctx, sessionHash(token))
	switch {
	case errors.Is(err, model.ErrNotFound):
		return by, model.Person{}, model.ErrSignIn
	case err != nil:
		return by, model.Person{}, fmt.Errorf("recognise: %w", err)
	case !s.Active() || now >= s.ExpiresAt || !s.Keep && now.Sub(s.SeenAt) > sessionIdle:
		return by, model.Person{}, model.ErrSignIn
	}
	if !passive && now.Sub(s.SeenAt) > time.Minute {
		err := d.db.Write(ctx, func(tx *store.Tx) error { return tx.TouchSession(tx.Ctx, s.Session) })
		if err != nil && !errors.Is(err, model.ErrUnavailable) { // a full disk must not keep people out
			return by, model.Person{}, fmt.Errorf("recognise: %w", err)
		}
	}
	a, err := d.actorFor(ctx, d.db.Read(), s.Person)
	a.Via, a.Address, a.Session = by.Via, by.Address, s.Session
	return a, s.Person, err
}

// actorFor is a person as an actor.
func (d *Desk) actorFor(ctx context.Context, r store.Reader, p model.Person) (model.Actor, error) {
	a := model.Actor{Kind: p.Kind, ID: p.ID, Name: p.Display(), Permissions: model.PermissionsOf(p.Kind), Narrow: p.Narrow, Loose: p.Loose, Via: model.Web}
	if !p.Kind.Staff() {
		return a, nil
	}
	var err error
	if a.Departments, err = r.DepartmentsOf(ctx, p.ID); err != nil {
		return a, fmt.Errorf("load departments: %w", err)
	}
	return a, nil
}

// openSession begins a session of a person and gives its token: 32 random
// bytes, of which the database keeps only the hash.
func (d *Desk) openSession(ctx context.Context, tx *store.Tx, by model.Actor, who model.PersonID, keep bool, browser string) (string, model.SessionID, error) {
	var b [32]byte
	rand.Read(b[:]) //nolint:errcheck // never fails since Go 1.24
	token := base64.RawURLEncoding.EncodeToString(b[:])
	if len(browser) > 300 {
		browser = browser[:300]
	}
	id, err := tx.InsertSession(ctx, sessionHash(token), model.Session{
		PersonID: who, ExpiresAt: tx.Now.Add(sessionKeep), Keep: keep, Address: by.Address, Browser: browser,
	})
	if err != nil {
		return "", 0, fmt.Errorf("open session: %w", err)
	}
	return token, id, nil
}

// OpenSession signs a person in without a proof, for the desk's own parts:
// tests, and hosts that have proved who it is.
func (d *Desk) OpenSession(ctx context.Context, by model.Actor, who model.PersonID, keep bool) (token string, err error) {
	if by.Kind != model.KindMachine {
		return "", model.ErrDenied
	}
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		token, _, err = d.openSession(tx.Ctx, tx, by, who, keep, "")
		return err
	})
	return token, err
}

// sessionHash is what the database knows of a token.
func sessionHash(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}
