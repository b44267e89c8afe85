package store

import (
	"context"

	"escalated/model"
)

// SignedIn is a session with its person.
type SignedIn struct {
	model.Person
	Session   model.SessionID `db:"session_id"`
	SeenAt    model.Time      `db:"session_seen_at"`
	ExpiresAt model.Time      `db:"expires_at"`
	Keep      bool            `db:"keep"`
}

// SessionByHash finds a session by the hash of its token.
func (r Reader) SessionByHash(ctx context.Context, hash []byte) (SignedIn, error) {
	return one[SignedIn](ctx, r, "SELECT s.id AS session_id, s.seen_at AS session_seen_at, s.expires_at, s.keep, "+personColumns+
		" FROM sessions s JOIN people p ON p.id = s.person_id LEFT JOIN person_emails e ON e.person_id = p.id AND e.is_primary = 1 WHERE s.token_hash = ?", hash)
}

// InsertSession writes a new session.
func (tx *Tx) InsertSession(ctx context.Context, hash []byte, s model.Session) (model.SessionID, error) {
	id, err := tx.insert(ctx, "INSERT INTO sessions (token_hash, person_id, created_at, seen_at, expires_at, keep, ip, agent) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		hash, s.PersonID, tx.Now, tx.Now, s.ExpiresAt, flag(s.Keep), s.Address, s.Browser)
	return model.SessionID(id), err
}

// TouchSession notes that a session was used.
func (tx *Tx) TouchSession(ctx context.Context, id model.SessionID) error {
	_, err := tx.exec(ctx, "UPDATE sessions SET seen_at = ? WHERE id = ?", tx.Now, id)
	return err
}
