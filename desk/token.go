package desk

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"escalated/model"
	"escalated/store"
)

// How long links work. Guest links have no end of their own: they follow
// their ticket.
const (
	linkLasts   = 30 * time.Minute
	inviteLasts = 72 * time.Hour
	guestLasts  = 90 * 24 * time.Hour // after the ticket's last message
)

// errLink is a link that does not work (any more), whatever the reason.
func errLink() error { return model.Refuse("token", "link_invalid") }

var tokenText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// tokenSecret derives the secret of a link, 160 bits, from its nonce with the
// desk's key, bound to what the link is for. The database holds only its hash,
// yet a mail that is composed later can carry it.
func (d *Desk) tokenSecret(t store.TokenRow, password model.Time) string {
	m := hmac.New(sha256.New, d.key)
	fmt.Fprintf(m, "token\x00%s\x00%s\x00", t.Purpose, t.Address)
	var ids [24]byte
	binary.BigEndian.PutUint64(ids[0:], uint64(t.PersonID))
	binary.BigEndian.PutUint64(ids[8:], uint64(t.TicketID))
	binary.BigEndian.PutUint64(ids[16:], uint64(password))
	m.Write(ids[:])  // a hash never fails
	m.Write(t.Nonce) // a hash never fails
	return tokenText.EncodeToString(m.Sum(nil)[:20])
}

func tokenHash(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}

// newToken writes a token with a fresh nonce. A reset link is bound to the
// password it replaces: changing that ends it.
func (d *Desk) newToken(ctx context.Context, tx *store.Tx, t model.Token) (model.TokenID, string, error) {
	row := store.TokenRow{Token: t, Nonce: make([]byte, 16)}
	rand.Read(row.Nonce) // never fails since Go 1.24
	version, err := d.passwordVersion(ctx, tx.Reader, t)
	if err != nil {
		return 0, "", err
	}
	secret := d.tokenSecret(row, version)
	row.Hash = tokenHash(secret)
	id, err := tx.InsertToken(ctx, row)
	if err != nil {
		return 0, "", fmt.Errorf("make link: %w", err)
	}
	return id, secret, nil
}

func (d *Desk) passwordVersion(ctx context.Context, r store.Reader, t model.Token) (model.Time, error) {
	if t.Purpose != model.TokenReset {
		return 0, nil
	}
	login, err := r.LoginOf(ctx, t.PersonID) // asked for nobody too, so that unknown addresses cost the same
	if errors.Is(err, model.ErrNotFound) {
		return 0, nil
	}
	return login.ChangedAt, err
}

// TokenSecret is the secret of a link, for the mail that carries it. A link
// that does not work any more is ErrNotFound: its mail need not go out.
func (d *Desk) TokenSecret(ctx context.Context, by model.Actor, id model.TokenID) (string, error) {
	if by.Kind != model.KindMachine {
		return "", model.ErrDenied
	}
	r := d.db.Read()
	row, err := r.Token(ctx, id)
	if err != nil {
		return "", err
	}
	version, err := d.passwordVersion(ctx, r, row.Token)
	if err != nil {
		return "", err
	}
	secret := d.tokenSecret(row, version)
	if !works(row, d.db.Now()) || !hmac.Equal(tokenHash(secret), row.Hash) {
		return "", model.ErrNotFound
	}
	return secret, nil
}

func works(t store.TokenRow, now model.Time) bool {
	return t.UsedAt == 0 && t.RevokedAt == 0 && now < t.ExpiresAt
}

// token finds a working link of a purpose by its secret. Anything else is errLink.
func (d *Desk) token(ctx context.Context, r store.Reader, now model.Time, purpose model.TokenPurpose, secret string) (store.TokenRow, error) {
	secret = strings.ToLower(strings.TrimSpace(secret))
	if len(secret) != tokenText.EncodedLen(20) {
		return store.TokenRow{}, errLink()
	}
	row, err := r.TokenByHash(ctx, purpose, tokenHash(secret))
	if errors.Is(err, model.ErrNotFound) || err == nil && !works(row, now) {
		return store.TokenRow{}, errLink()
	}
	if err != nil {
		return row, fmt.Errorf("find link: %w", err)
	}
	version, err := d.passwordVersion(ctx, r, row.Token)
	if err != nil {
		return row, err
	}
	if !hmac.Equal([]byte(d.tokenSecret(row, version)), []byte(secret)) {
		return store.TokenRow{}, errLink()
	}
	if row.PersonID != 0 { // bound to the address it was sent to
		p, err := r.Person(ctx, row.PersonID)
		if err != nil {
			return row, err
		}
		if !p.Active() || row.Address != "" && row.Address != p.Email {
			return store.TokenRow{}, errLink()
		}
	}
	return row, nil
}

// use takes a link: the first of several at once gets it, the others errLink.
func (d *Desk) use(ctx context.Context, tx *store.Tx, purpose model.TokenPurpose, secret string) (store.TokenRow, error) {
	row, err := d.token(ctx, tx.Reader, tx.Now, purpose, secret)
	if err != nil {
		return row, err
	}
	ok, err := tx.UseToken(ctx, row.ID)
	if err == nil && !ok {
		err = errLink()
	}
	return row, err
}
