package store

import (
	"context"

	"escalated/model"
)

// SavedSetting is a value an admin saved.
type SavedSetting struct {
	Key   string `db:"key"`
	Value string `db:"value"`
}

// SavedSettings lists all values admins saved.
func (r Reader) SavedSettings(ctx context.Context) ([]SavedSetting, error) {
	return many[SavedSetting](ctx, r, "SELECT key, value FROM settings ORDER BY key")
}

// SaveSetting keeps a value.
func (tx *Tx) SaveSetting(ctx context.Context, key, value string, by model.PersonID) error {
	_, err := tx.exec(ctx, "INSERT INTO settings (key, value, at, by) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, at = excluded.at, by = excluded.by", key, value, tx.Now, by)
	return err
}
