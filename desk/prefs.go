package desk

import (
	"context"

	"escalated/model"
	"escalated/store"
)

// ChangePrefs changes how the actor works: change is given the preferences as
// they are and edits them.
func (d *Desk) ChangePrefs(ctx context.Context, by model.Actor, change func(p *model.Prefs)) error {
	if !by.Kind.Staff() {
		return model.ErrDenied
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		p, err := tx.PrefsOf(tx.Ctx, by.ID)
		if err != nil {
			return err
		}
		change(&p)
		return tx.SetPrefs(tx.Ctx, by.ID, p)
	})
}
