package store

import (
	"context"

	"escalated/model"
)

// Login is what is needed to check a password. Secret is empty for a person
// without one.
type Login struct {
	PersonID      model.PersonID `db:"person_id"`
	DeactivatedAt model.Time     `db:"deactivated_at"`
	Secret        string         `db:"secret"`     // argon2id in PHC form
	ChangedAt     model.Time     `db:"changed_at"` // the version of the password
}

const loginColumns = "p.id AS person_id, p.deactivated_at, coalesce(c.secret, '') AS secret, c.changed_at"

// LoginByAddress finds the login of whoever has an address.
func (r Reader) LoginByAddress(ctx context.Context, address string) (Login, error) {
	return one[Login](ctx, r, "SELECT "+loginColumns+` FROM person_emails e JOIN people p ON p.id = e.person_id
		LEFT JOIN credentials c ON c.person_id = p.id AND c.kind = 'password' WHERE e.address = ?`, model.FoldAddress(address))
}

// LoginOf finds the login of a person.
func (r Reader) LoginOf(ctx context.Context, id model.PersonID) (Login, error) {
	return one[Login](ctx, r, "SELECT "+loginColumns+" FROM people p LEFT JOIN credentials c ON c.person_id = p.id AND c.kind = 'password' WHERE p.id = ?", id)
}

// SetPassword writes a person's hashed password. Its version always moves, also
// within one millisecond.
func (tx *Tx) SetPassword(ctx context.Context, id model.PersonID, phc string) error {
	_, err := tx.exec(ctx, `INSERT INTO credentials (person_id, kind, secret, changed_at) VALUES (?, 'password', ?, ?)
		ON CONFLICT (person_id, kind) DO UPDATE SET secret = excluded.secret, changed_at = max(excluded.changed_at, credentials.changed_at + 1)`, id, phc, tx.Now)
	return err
}
