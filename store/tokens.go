package store

import (
	"context"

	"escalated/model"
)

// TokenRow is a token with what its secret is derived from.
type TokenRow struct {
	model.Token
	Nonce []byte `db:"nonce"`
	Hash  []byte `db:"hash"` // SHA-256 of the secret
}

const tokenColumns = "k.id, k.purpose, k.nonce, k.hash, k.person_id, k.ticket_id, k.address, k.next, k.locale, k.created_at, k.expires_at, k.used_at, k.revoked_at"

// InsertToken writes a token.
func (tx *Tx) InsertToken(ctx context.Context, t TokenRow) (model.TokenID, error) {
	id, err := tx.insert(ctx, "INSERT INTO tokens (purpose, nonce, hash, person_id, ticket_id, address, next, locale, created_at, expires_at, revoked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		string(t.Purpose), t.Nonce, t.Hash, t.PersonID, t.TicketID, t.Address, t.Next, t.Locale, tx.Now, t.ExpiresAt, t.RevokedAt)
	return model.TokenID(id), err
}

// Token loads a token.
func (r Reader) Token(ctx context.Context, id model.TokenID) (TokenRow, error) {
	return one[TokenRow](ctx, r, "SELECT "+tokenColumns+" FROM tokens k WHERE k.id = ?", id)
}

// TokenByHash finds a token of a purpose by the hash of its secret.
func (r Reader) TokenByHash(ctx context.Context, purpose model.TokenPurpose, hash []byte) (TokenRow, error) {
	return one[TokenRow](ctx, r, "SELECT "+tokenColumns+" FROM tokens k WHERE k.hash = ? AND k.purpose = ?", hash, string(purpose))
}

// GuestToken is a guest link that fits: who, which ticket, and when that
// ticket last had a message.
type GuestToken struct {
	PersonID model.PersonID `db:"person_id"`
	TicketID model.TicketID `db:"ticket_id"`
	Name     string         `db:"name"`
	Locale   string         `db:"locale"`
	LastAt   model.Time     `db:"last_at"`
	Nonce    []byte         `db:"nonce"`
}

// GuestTokenByHash finds a guest link whose person still takes part in its
// ticket: the requester, the contact or a participant.
func (r Reader) GuestTokenByHash(ctx context.Context, hash []byte) (GuestToken, error) {
	return one[GuestToken](ctx, r, `SELECT k.person_id, k.ticket_id, coalesce(nullif(p.name, ''), e.address, '') AS name, p.locale, k.nonce,
			CASE WHEN t.merged_into IS NOT NULL THEN t.public_at ELSE coalesce((SELECT m.created_at FROM messages m WHERE m.id = t.last_public_id), t.created_at) END AS last_at
		FROM tokens k JOIN tickets t ON t.id = k.ticket_id JOIN people p ON p.id = k.person_id
		LEFT JOIN person_emails e ON e.person_id = p.id AND e.is_primary = 1
		WHERE k.hash = ? AND k.purpose = 'guest' AND k.revoked_at IS NULL AND p.deactivated_at IS NULL AND t.deleted_at IS NULL AND t.held_at IS NULL
		AND (t.requester_id = p.id OR t.contact_id = p.id OR EXISTS (SELECT 1 FROM ticket_people x WHERE x.person_id = p.id AND x.role = 1 AND x.ticket_id = t.id))`, hash)
}

// TakesPart finds the ticket with a number or reference in which the owner of
// an address takes part on the customer's side.
func (r Reader) TakesPart(ctx context.Context, address string, id model.TicketID) (model.PersonID, error) {
	return one[model.PersonID](ctx, r, `SELECT p.id FROM person_emails e JOIN people p ON p.id = e.person_id JOIN tickets t ON t.id = ?
		WHERE e.address = ? AND p.deactivated_at IS NULL AND t.deleted_at IS NULL AND t.held_at IS NULL
		AND (t.requester_id = p.id OR t.contact_id = p.id OR EXISTS (SELECT 1 FROM ticket_people x WHERE x.person_id = p.id AND x.role = 1 AND x.ticket_id = t.id))`,
		id, model.FoldAddress(address))
}

// UseToken marks a token used; false when it was used, revoked or over before.
func (tx *Tx) UseToken(ctx context.Context, id model.TokenID) (bool, error) {
	n, err := tx.exec(ctx, "UPDATE tokens SET used_at = ? WHERE id = ? AND used_at IS NULL AND revoked_at IS NULL AND expires_at > ?", tx.Now, id, tx.Now)
	return n == 1, err
}

// RevokeTokens ends a person's unused tokens of the purposes.
func (tx *Tx) RevokeTokens(ctx context.Context, person model.PersonID, purposes ...model.TokenPurpose) error {
	for _, p := range purposes {
		if _, err := tx.exec(ctx, "UPDATE tokens SET revoked_at = ? WHERE person_id = ? AND purpose = ? AND used_at IS NULL AND revoked_at IS NULL", tx.Now, person, string(p)); err != nil {
			return err
		}
	}
	return nil
}

// RevokeSetupTokens ends all tokens of the first-run setup.
func (tx *Tx) RevokeSetupTokens(ctx context.Context) error {
	_, err := tx.exec(ctx, "DELETE FROM tokens WHERE purpose = 'setup'")
	return err
}

// ForgetTokens removes tokens that ended before a time.
func (tx *Tx) ForgetTokens(ctx context.Context, before model.Time) (int64, error) {
	return tx.exec(ctx, "DELETE FROM tokens WHERE expires_at < ?", before)
}
