package store

import (
	"context"

	"escalated/model"
)

const ruleColumns = "id, name, description, trigger, conditions, actions, position, active_at, log_only, again_after, version"

// ruleName is the name of a rule that acted, for the staff: those who stand for
// rules have none of their own, so that no customer ever reads it. The alias of
// the people is p.
const ruleName = "CASE WHEN p.kind = 'machine' AND p.machine_key LIKE 'rule:%' THEN coalesce((SELECT u.name FROM rules u WHERE u.id = CAST(substr(p.machine_key, 6) AS INTEGER)), '') ELSE p.name END"

// namedFor is the name of the people p for an actor.
func namedFor(by model.Actor) string {
	if by.Staff() {
		return ruleName
	}
	return "p.name"
}

// Rules lists the rules in their order.
func (r Reader) Rules(ctx context.Context) ([]model.Rule, error) {
	return many[model.Rule](ctx, r, "SELECT "+ruleColumns+" FROM rules WHERE deleted_at IS NULL ORDER BY position, id")
}

// Rule loads one.
func (r Reader) Rule(ctx context.Context, id model.RuleID) (model.Rule, error) {
	return one[model.Rule](ctx, r, "SELECT "+ruleColumns+" FROM rules WHERE id = ? AND deleted_at IS NULL", int64(id))
}

// InsertRule writes a rule at the end of the order.
func (tx *Tx) InsertRule(ctx context.Context, x model.Rule) (model.RuleID, error) {
	id, err := tx.insert(ctx, `INSERT INTO rules (name, description, trigger, conditions, actions, position, active_at, log_only, again_after)
		SELECT ?, ?, ?, ?, ?, coalesce(max(position), 0) + 1, ?, ?, ? FROM rules WHERE deleted_at IS NULL`,
		x.Name, x.Description, string(x.Trigger), x.Conditions, x.Actions, x.ActiveAt, flag(x.LogOnly), x.AgainAfter)
	return model.RuleID(id), err
}

// UpdateRule writes a rule but not its place, if the version still is x's;
// model.ErrConflict otherwise.
func (tx *Tx) UpdateRule(ctx context.Context, x model.Rule) error {
	return tx.versioned(ctx, `UPDATE rules SET name = ?, description = ?, trigger = ?, conditions = ?, actions = ?, active_at = ?, log_only = ?, again_after = ?, version = version + 1
		WHERE id = ? AND version = ? AND deleted_at IS NULL`,
		x.Name, x.Description, string(x.Trigger), x.Conditions, x.Actions, x.ActiveAt, flag(x.LogOnly), x.AgainAfter, int64(x.ID), x.Version)
}

// SwitchRule switches a rule on at a time, or off with zero.
func (tx *Tx) SwitchRule(ctx context.Context, id model.RuleID, at model.Time) error {
	_, err := tx.exec(ctx, "UPDATE rules SET active_at = ?, version = version + 1 WHERE id = ?", at, int64(id))
	return err
}

// DeleteRule takes a rule away. What it did stays in the log.
func (tx *Tx) DeleteRule(ctx context.Context, id model.RuleID) error {
	if err := tx.watch(ctx, "rules", 0, int64(id)); err != nil {
		return err
	}
	n, err := tx.exec(ctx, "UPDATE rules SET deleted_at = ?, version = version + 1 WHERE id = ? AND deleted_at IS NULL", int64(tx.Now), int64(id))
	if err == nil && n == 0 {
		err = model.ErrNotFound
	}
	return err
}

// PlaceRules writes the order of the rules.
func (tx *Tx) PlaceRules(ctx context.Context, order []model.RuleID) error {
	for i, id := range order {
		if _, err := tx.exec(ctx, "UPDATE rules SET position = ? WHERE id = ? AND position <> ?", i+1, int64(id), i+1); err != nil {
			return err
		}
	}
	return nil
}

// PeopleThere are those of the people whom there are.
func (r Reader) PeopleThere(ctx context.Context, ids []model.PersonID) ([]model.PersonID, error) {
	return many[model.PersonID](ctx, r, "SELECT p.id FROM json_each(?) j CROSS JOIN people p WHERE p.id = j.value", jsonIDs(ids))
}

// StaffSeeing are those of the people who work here and see a ticket, in the
// order of the list.
func (r Reader) StaffSeeing(ctx context.Context, ticket model.TicketID, ids []model.PersonID) ([]model.PersonID, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return many[model.PersonID](ctx, r, `SELECT p.id FROM json_each(?) j CROSS JOIN people p ON p.id = j.value CROSS JOIN tickets t
		WHERE t.id = ? AND p.kind IN ('light', 'agent', 'admin') AND p.deactivated_at IS NULL AND (`+visibleTo+`) ORDER BY j.key`, jsonIDs(ids), int64(ticket))
}
