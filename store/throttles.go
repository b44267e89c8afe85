package store

import (
	"context"

	"escalated/model"
)

// Throttle is how often something was tried under a key, and when last.
type Throttle struct {
	Key string     `db:"key"`
	N   int        `db:"n"`
	At  model.Time `db:"window_at"`
}

// Throttles loads the counts of keys; those never tried are missing.
func (r Reader) Throttles(ctx context.Context, keys []string) (map[string]Throttle, error) {
	q, args := in("SELECT key, n, window_at FROM throttles WHERE key IN (?)", keys)
	rows, err := many[Throttle](ctx, r, q, args...)
	out := make(map[string]Throttle, len(rows))
	for _, t := range rows {
		out[t.Key] = t
	}
	return out, err
}

// PutThrottle writes the one count of a key.
func (tx *Tx) PutThrottle(ctx context.Context, t Throttle) error {
	if _, err := tx.exec(ctx, "DELETE FROM throttles WHERE key = ?", t.Key); err != nil || t.N <= 0 {
		return err
	}
	_, err := tx.exec(ctx, "INSERT INTO throttles (key, window_at, n) VALUES (?, ?, ?)", t.Key, t.At, t.N)
	return err
}

// ForgetThrottles removes counts older than a time.
func (tx *Tx) ForgetThrottles(ctx context.Context, before model.Time) (int64, error) {
	return tx.exec(ctx, "DELETE FROM throttles WHERE window_at < ?", before)
}
