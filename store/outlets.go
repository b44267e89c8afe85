package store

import (
	"context"
	"errors"

	"escalated/model"
)

// Cursor is how far an outlet has read the events.
type Cursor struct {
	Last     model.EventID `db:"last_event_id"`
	FailedID model.EventID `db:"failed_id"` // the event that failed last
	Failures int           `db:"failures"`  // how often in a row
}

// Cursor tells how far an outlet is; zero for one that never ran.
func (r Reader) Cursor(ctx context.Context, outlet string) (Cursor, error) {
	c, err := one[Cursor](ctx, r, "SELECT last_event_id, failed_id, failures FROM outlets WHERE name = ?", outlet)
	if errors.Is(err, model.ErrNotFound) {
		return Cursor{}, nil
	}
	return c, err
}

// MoveCursor notes that an outlet has read up to an event, and clears its failures.
func (tx *Tx) MoveCursor(ctx context.Context, outlet string, last model.EventID) error {
	_, err := tx.exec(ctx, `INSERT INTO outlets (name, last_event_id) VALUES (?, ?)
		ON CONFLICT (name) DO UPDATE SET last_event_id = excluded.last_event_id, failed_id = 0, failures = 0`, outlet, int64(last))
	return err
}

// CountFailure notes that an outlet failed on an event and tells how often in a row.
func (tx *Tx) CountFailure(ctx context.Context, outlet string, id model.EventID) (int, error) {
	return one[int](ctx, tx.Reader, `INSERT INTO outlets (name, failed_id, failures) VALUES (?, ?, 1)
		ON CONFLICT (name) DO UPDATE SET failures = CASE WHEN failed_id = excluded.failed_id THEN failures + 1 ELSE 1 END, failed_id = excluded.failed_id
		RETURNING failures`, outlet, int64(id))
}

// ParkEvent puts an event aside that an outlet gave up on.
func (tx *Tx) ParkEvent(ctx context.Context, outlet string, id model.EventID, reason string) error {
	_, err := tx.exec(ctx, `INSERT INTO parked_events (outlet, event_id, error, at) VALUES (?, ?, ?, ?)
		ON CONFLICT (outlet, event_id) DO UPDATE SET error = excluded.error, at = excluded.at`, outlet, int64(id), reason, tx.Now)
	return err
}

// ParkedEvents lists events that outlets gave up on, newest first.
func (r Reader) ParkedEvents(ctx context.Context, limit int) ([]model.ParkedEvent, error) {
	return many[model.ParkedEvent](ctx, r, "SELECT outlet, event_id, error, at FROM parked_events ORDER BY at DESC, event_id DESC LIMIT ?", limit)
}
