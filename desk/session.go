package desk

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"escalated/model"
	"escalated/store"
)

// How long a session lasts: without use unless it is kept, and at most.
const (
	sessionIdle = 12 * time.Hour
	sessionKeep = 30 * 24 * time.Hour
	sessionsMax = 50 // of one person; the oldest end
)

// Visit is what a sign-in wants to know about the browser.
type Visit struct {
	Keep    bool   // "keep me signed in"
	Browser string // its User-Agent, for the list of sessions
}

// Entry is an open door: the session's secret for the cookie, who came in,
// and where they wanted to go.
type Entry struct {
	Secret string
	Keep   time.Duration // how long the cookie lasts; zero until the browser closes
	Person model.Person
	Actor  model.Actor
	Next   string // as the link was asked for; check it before use
}

// Recognise tells who a session's secret belongs to: the actor that acts in
// this request, and the person. Unknown, ended and deactivated are ErrSignIn.
// It is one query a request, so that a right taken away is gone with the next.
// passive is a look by an open page, which is no sign of life.
func (d *Desk) Recognise(ctx context.Context, by model.Actor, secret string, passive bool) (model.Actor, model.Person, error) {
	if len(secret) < 20 || len(secret) > 100 {
		return by, model.Person{}, model.ErrSignIn
	}
	now := d.db.Now()
	s, err := d.db.Read().SessionByHash(ctx, sessionHash(secret))
	switch {
	case errors.Is(err, model.ErrNotFound):
		return by, model.Person{}, model.ErrSignIn
	case err != nil:
		return by, model.Person{}, fmt.Errorf("recognise: %w", err)
	case !s.Active() || now >= s.ExpiresAt || !s.Keep && now.Sub(s.LastSeen) >= sessionIdle:
		return by, model.Person{}, model.ErrSignIn
	}
	if !passive && now.Sub(s.LastSeen) >= time.Minute {
		err := d.db.Write(ctx, func(tx *store.Tx) error { return tx.SessionSeen(tx.Ctx, s.SessionID, s.ID, by.Address) })
		if err != nil && !errors.Is(err, model.ErrUnavailable) { // a full disk must not keep people out
			return by, model.Person{}, fmt.Errorf("recognise: %w", err)
		}
		if err == nil {
			if err := d.backAtDesk(ctx, actorOf(s.Person, nil), s.LastSeen); err != nil {
				return by, model.Person{}, fmt.Errorf("recognise: %w", err)
			}
		}
	}
	a := actorOf(s.Person, s.Departments())
	a.Via, a.Address, a.Session = by.Via, by.Address, s.SessionID
	if a.Via == 0 {
		a.Via = model.Web
	}
	return a, s.Person, nil
}

// actorOf is a person as an actor.
func actorOf(p model.Person, departments []model.DepartmentID) model.Actor {
	a := model.Actor{Kind: p.Kind, ID: p.ID, Name: p.Display(), Permissions: model.PermissionsOf(p.Kind), Narrow: p.Narrow, Loose: p.Loose, Zone: p.Zone, Via: model.Web}
	if p.Kind.Staff() {
		a.Departments = departments
	}
	return a
}

// actorFor is a person as an actor, with the memberships looked up.
func (d *Desk) actorFor(ctx context.Context, r store.Reader, p model.Person) (model.Actor, error) {
	if !p.Kind.Staff() {
		return actorOf(p, nil), nil
	}
	departments, err := r.DepartmentsOf(ctx, p.ID)
	if err != nil {
		return model.Actor{}, fmt.Errorf("load departments: %w", err)
	}
	return actorOf(p, departments), nil
}

// enter opens a session for a person who has proved who they are, and ends
// the one the browser came with: an identifier from before is never kept.
func (d *Desk) enter(ctx context.Context, tx *store.Tx, by model.Actor, who model.PersonID, v Visit, how string) (Entry, error) {
	p, err := tx.Known(ctx, who)
	if err != nil {
		return Entry{}, err
	}
	if !p.Active() {
		return Entry{}, model.ErrSignIn
	}
	if by.Session != 0 && by.ID != 0 {
		if _, err := tx.DeleteSession(ctx, by.ID, by.Session); err != nil {
			return Entry{}, err
		}
	}
	secret, id, err := d.openSession(ctx, tx, by, who, v)
	if err != nil {
		return Entry{}, err
	}
	e := Entry{Secret: secret, Person: p.Person, Actor: actorOf(p.Person, p.Departments())}
	if v.Keep {
		e.Keep = sessionKeep
	}
	e.Actor.Session, e.Actor.Address = id, by.Address
	if err := d.cameIn(ctx, tx, p.Person); err != nil {
		return Entry{}, err
	}
	_, err = tx.RecordAbout(ctx, e.Actor, "person", int64(who), model.SignedIn{Person: who, How: how})
	return e, err
}

// openSession begins a session and gives its secret: 32 random bytes, of which
// the database keeps only the hash.
func (d *Desk) openSession(ctx context.Context, tx *store.Tx, by model.Actor, who model.PersonID, v Visit) (string, model.SessionID, error) {
	var b [32]byte
	rand.Read(b[:]) // never fails since Go 1.24
	secret := base64.RawURLEncoding.EncodeToString(b[:])
	id, err := tx.InsertSession(ctx, sessionHash(secret), model.Session{
		PersonID: who, ExpiresAt: tx.Now.Add(sessionKeep), Keep: v.Keep, Address: by.Address, Browser: cut(model.Clean(v.Browser), 300),
	})
	if err != nil {
		return "", 0, fmt.Errorf("open session: %w", err)
	}
	return secret, id, tx.KeepNewestSessions(ctx, who, sessionsMax)
}

// cut shortens a text to at most n bytes, between characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}

// OpenSession signs a person in without a proof, for the desk's own parts:
// tests, and hosts that have proved who it is.
func (d *Desk) OpenSession(ctx context.Context, by model.Actor, who model.PersonID, keep bool) (secret string, err error) {
	if by.Kind != model.KindMachine {
		return "", model.ErrDenied
	}
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		secret, _, err = d.openSession(tx.Ctx, tx, by, who, Visit{Keep: keep})
		return err
	})
	return secret, err
}

// SignOut ends the session of the request. Who is not signed in is signed out.
func (d *Desk) SignOut(ctx context.Context, by model.Actor) error {
	if by.Session == 0 {
		return nil
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.DeleteSession(tx.Ctx, by.ID, by.Session)
		return err
	})
}

// Sessions lists the actor's own sessions, the last used first.
func (d *Desk) Sessions(ctx context.Context, by model.Actor) ([]model.Session, error) {
	if !hasAccount(by) {
		return nil, model.ErrSignIn
	}
	now := d.db.Now()
	return d.db.Read().SessionsOf(ctx, by.ID, now, now.Add(-sessionIdle))
}

// RevokeSession ends one of the actor's own sessions.
func (d *Desk) RevokeSession(ctx context.Context, by model.Actor, id model.SessionID) error {
	if !hasAccount(by) {
		return model.ErrSignIn
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		ok, err := tx.DeleteSession(tx.Ctx, by.ID, id)
		if err != nil {
			return err
		}
		if !ok {
			return model.ErrNotFound
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "person", int64(by.ID), model.SessionRevoked{Person: by.ID})
		return err
	})
}

// RevokeAllSessions ends a person's sessions: the actor's own but for the one
// in use, or all of somebody whom the actor manages.
func (d *Desk) RevokeAllSessions(ctx context.Context, by model.Actor, who model.PersonID) error {
	if by.ID != who || !hasAccount(by) {
		if err := d.mayManage(by); err != nil {
			return err
		}
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		but := model.SessionID(0)
		if by.ID == who {
			but = by.Session
		} else if _, err := d.managed(tx.Ctx, tx, by, who); err != nil {
			return err
		}
		return d.endSessions(tx.Ctx, tx, by, who, but)
	})
}

// endSessions ends a person's sessions but one and records it if there were any.
func (d *Desk) endSessions(ctx context.Context, tx *store.Tx, by model.Actor, who model.PersonID, but model.SessionID) error {
	n, err := tx.DeleteSessionsOf(ctx, who, but)
	if err != nil || n == 0 {
		return err
	}
	_, err = tx.RecordAbout(ctx, by, "person", int64(who), model.SessionRevoked{Person: who, All: true})
	return err
}

// hasAccount reports whether the actor is a person who signed in.
func hasAccount(by model.Actor) bool {
	return by.ID != 0 && (by.Kind == model.KindCustomer || by.Kind.Staff())
}

// sessionHash is what the database knows of a session's secret.
func sessionHash(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}

// ForgetExpired removes what is over: sessions, links, and counts of attempts.
func (d *Desk) ForgetExpired(ctx context.Context, by model.Actor) (model.Figures, error) {
	if by.Kind != model.KindMachine {
		return nil, model.ErrDenied
	}
	var sessions, links int64
	err := d.db.Write(ctx, func(tx *store.Tx) (err error) {
		if sessions, err = tx.ForgetSessions(tx.Ctx, tx.Now, tx.Now.Add(-sessionIdle)); err != nil {
			return err
		}
		if links, err = tx.ForgetTokens(tx.Ctx, tx.Now.Add(-7*24*time.Hour)); err != nil {
			return err
		}
		_, err = tx.ForgetThrottles(tx.Ctx, tx.Now.Add(-2*24*time.Hour))
		return err
	})
	return model.Figures{"sessions": sessions, "links": links}, err
}

// ActorOf is a person as the actor they would be, for hosts and commands that
// act in their name.
func (d *Desk) ActorOf(ctx context.Context, by model.Actor, who model.PersonID) (model.Actor, error) {
	if by.Kind != model.KindMachine {
		return model.Actor{}, model.ErrDenied
	}
	p, err := d.db.Read().Known(ctx, who)
	if err != nil {
		return model.Actor{}, err
	}
	if !p.Active() {
		return model.Actor{}, model.ErrSignIn
	}
	return actorOf(p.Person, p.Departments()), nil
}
