package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"escalated/model"
)

// Maintain refreshes what the query planner knows and folds the write-ahead
// log into the file as far as no reader is in the way.
func (db *DB) Maintain(ctx context.Context) error {
	for _, q := range []string{"PRAGMA optimize", "PRAGMA wal_checkpoint(PASSIVE)"} {
		if _, err := db.w.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("maintain database: %w", fault(err))
		}
	}
	return nil
}

// ForgetGuestTokens removes guest links that were made before t and whose
// ticket has been quiet since, at most limit of them.
func (tx *Tx) ForgetGuestTokens(ctx context.Context, t model.Time, limit int) (int64, error) {
	return tx.exec(ctx, `DELETE FROM tokens WHERE id IN (SELECT k.id FROM tokens k JOIN tickets t ON t.id = k.ticket_id
		WHERE k.purpose = 'guest' AND k.created_at < ? AND t.public_at < ? LIMIT ?)`, t, t, limit)
}

// RemoveOlder deletes a stored file unless its bytes were put there, perhaps
// again, since before; then it stays and the answer is false. An upload of the
// same content may run at this moment, so the file is taken aside first and
// looked at where nobody replaces it.
func (d *Dir) RemoveOlder(_ context.Context, sum [32]byte, before time.Time) (bool, error) {
	name, aside := nameOf(sum), "tmp/"+randomID()
	err := d.root.Rename(name, aside)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("remove stored file: %w", disk(err))
	}
	info, err := d.root.Stat(aside)
	if err == nil && info.ModTime().Before(before) {
		if err := d.root.Remove(aside); err != nil {
			return false, fmt.Errorf("remove stored file: %w", disk(err))
		}
		return true, nil
	}
	if back := d.root.Rename(aside, name); back != nil {
		return false, fmt.Errorf("put stored file back: %w", disk(back))
	}
	return false, err
}
