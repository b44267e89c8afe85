package store

import (
	"context"
	"strconv"
	"strings"

	"escalated/model"
)

// KnownSession is a session with the person it belongs to, as each request
// needs them.
type KnownSession struct {
	model.Person
	SessionID model.SessionID `db:"session_id"`
	LastSeen  model.Time      `db:"session_seen_at"`
	ExpiresAt model.Time      `db:"session_expires_at"`
	Keep      bool            `db:"session_keep"`
	Members   string          `db:"members"` // ids of the person's departments, by comma
}

// Departments are the person's memberships.
func (k KnownSession) Departments() []model.DepartmentID { return memberIDs(k.Members) }

// KnownPerson is a person of a host program with memberships.
type KnownPerson struct {
	model.Person
	Members string `db:"members"`
}

// Departments are the person's memberships.
func (k KnownPerson) Departments() []model.DepartmentID { return memberIDs(k.Members) }

func memberIDs(s string) []model.DepartmentID {
	var out []model.DepartmentID
	for part := range strings.SplitSeq(s, ",") {
		if n, err := strconv.ParseInt(part, 10, 64); err == nil {
			out = append(out, model.DepartmentID(n))
		}
	}
	return out
}

var memberColumn = ", coalesce((SELECT group_concat(d.department_id) FROM department_people d WHERE d.person_id = p.id), '') AS members, (SELECT prefs FROM staff WHERE person_id = p.id) AS prefs" + unreadColumn

// SessionByHash finds a session by the hash of its secret: one query.
func (r Reader) SessionByHash(ctx context.Context, hash []byte) (KnownSession, error) {
	return one[KnownSession](ctx, r, "SELECT "+personColumns+memberColumn+`, s.id AS session_id, s.seen_at AS session_seen_at, s.expires_at AS session_expires_at, s.keep AS session_keep
		FROM sessions s JOIN people p ON p.id = s.person_id LEFT JOIN person_emails e ON e.person_id = p.id AND e.is_primary = 1 WHERE s.token_hash = ?`, hash)
}

// KnownByExternalID finds a person of a host program with memberships.
func (r Reader) KnownByExternalID(ctx context.Context, id string) (KnownPerson, error) {
	return one[KnownPerson](ctx, r, "SELECT "+personColumns+memberColumn+personFrom+"WHERE p.external_id = ?", id)
}

// Known loads a person with memberships.
func (r Reader) Known(ctx context.Context, id model.PersonID) (KnownPerson, error) {
	return one[KnownPerson](ctx, r, "SELECT "+personColumns+memberColumn+personFrom+"WHERE p.id = ?", id)
}

// InsertSession writes a session.
func (tx *Tx) InsertSession(ctx context.Context, hash []byte, s model.Session) (model.SessionID, error) {
	id, err := tx.insert(ctx, "INSERT INTO sessions (token_hash, person_id, created_at, seen_at, expires_at, keep, ip, agent) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		hash, s.PersonID, tx.Now, tx.Now, s.ExpiresAt, flag(s.Keep), s.Address, s.Browser)
	return model.SessionID(id), err
}

// SessionSeen moves the time a session and its person were last seen.
func (tx *Tx) SessionSeen(ctx context.Context, id model.SessionID, person model.PersonID, address string) error {
	if _, err := tx.exec(ctx, "UPDATE sessions SET seen_at = ?, ip = ? WHERE id = ?", tx.Now, address, id); err != nil {
		return err
	}
	return tx.PersonSeen(ctx, person)
}

// PersonSeen moves the time a person was last seen.
func (tx *Tx) PersonSeen(ctx context.Context, id model.PersonID) error {
	_, err := tx.exec(ctx, "UPDATE people SET seen_at = ? WHERE id = ?", tx.Now, id)
	return err
}

// SessionsOf lists a person's sessions that are not over, newest activity first.
func (r Reader) SessionsOf(ctx context.Context, id model.PersonID, now, idleSince model.Time) ([]model.Session, error) {
	return many[model.Session](ctx, r, `SELECT id, person_id, created_at, seen_at, expires_at, keep, ip, agent FROM sessions
		WHERE person_id = ? AND expires_at > ? AND (keep = 1 OR seen_at > ?) ORDER BY seen_at DESC, id DESC LIMIT 100`, id, now, idleSince)
}

// DeleteSession ends one session of a person; false when there is none.
func (tx *Tx) DeleteSession(ctx context.Context, person model.PersonID, id model.SessionID) (bool, error) {
	n, err := tx.exec(ctx, "DELETE FROM sessions WHERE id = ? AND person_id = ?", id, person)
	return n == 1, err
}

// DeleteSessionsOf ends a person's sessions but one (zero: all) and tells how many.
func (tx *Tx) DeleteSessionsOf(ctx context.Context, person model.PersonID, but model.SessionID) (int64, error) {
	return tx.exec(ctx, "DELETE FROM sessions WHERE person_id = ? AND id <> ?", person, int64(but))
}

// KeepNewestSessions ends all but a person's newest sessions, so that nobody
// fills the table by signing in.
func (tx *Tx) KeepNewestSessions(ctx context.Context, person model.PersonID, n int) error {
	_, err := tx.exec(ctx, "DELETE FROM sessions WHERE person_id = ? AND id NOT IN (SELECT id FROM sessions WHERE person_id = ? ORDER BY id DESC LIMIT ?)", person, person, n)
	return err
}

// ForgetSessions removes sessions that are over.
func (tx *Tx) ForgetSessions(ctx context.Context, now, idleSince model.Time) (int64, error) {
	return tx.exec(ctx, "DELETE FROM sessions WHERE expires_at <= ? OR keep = 0 AND seen_at <= ?", now, idleSince)
}
