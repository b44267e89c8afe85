package store

import (
	"context"

	"escalated/model"
)

// SetPrefs writes how a member of the staff works.
func (tx *Tx) SetPrefs(ctx context.Context, who model.PersonID, p model.Prefs) error {
	n, err := tx.exec(ctx, "UPDATE staff SET prefs = ? WHERE person_id = ?", p, who)
	if err == nil && n == 0 {
		err = model.ErrNotFound
	}
	return err
}

// PrefsOf reads how a member of the staff works.
func (r Reader) PrefsOf(ctx context.Context, who model.PersonID) (model.Prefs, error) {
	return one[model.Prefs](ctx, r, "SELECT prefs FROM staff WHERE person_id = ?", who)
}
