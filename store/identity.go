package store

import (
	"context"

	"escalated/model"
)

// FollowIdentity brings a person in line with what a host program says.
func (tx *Tx) FollowIdentity(ctx context.Context, p model.Person, who model.Identity) error {
	name := who.Name
	if name == "" {
		name = p.Name
	}
	if _, err := tx.exec(ctx, "UPDATE people SET kind = ?, name = ?, external_id = ?, version = version + 1 WHERE id = ?",
		string(who.Kind), name, who.ExternalID, p.ID); err != nil {
		return err
	}
	if who.Email != "" && who.Email != p.Email {
		if _, err := tx.exec(ctx, "UPDATE person_emails SET is_primary = 0 WHERE person_id = ?", p.ID); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `INSERT INTO person_emails (person_id, address, is_primary, verified_at) VALUES (?, ?, 1, ?)
			ON CONFLICT (address) DO UPDATE SET is_primary = 1`, p.ID, who.Email, tx.Now); err != nil {
			return err
		}
	}
	return tx.syncStaff(ctx, p.ID)
}
