package store

import (
	"context"

	"escalated/model"
)

// policyUse counts the open tickets of the policy p in the index of clocks
// that are not over.
const policyUse = "(SELECT count(*) FROM (SELECT DISTINCT c.ticket_id FROM sla_clocks c WHERE c.policy_id = p.id AND c.ended_at IS NULL LIMIT 1000))"

// SLAPoliciesFull lists the policies as SLAPolicies does, with how many open
// tickets each holds for, at most 1,000.
func (r Reader) SLAPoliciesFull(ctx context.Context) ([]model.SLAPolicyRow, error) {
	return many[model.SLAPolicyRow](ctx, r, "SELECT "+policyColumns+", "+policyUse+" AS tickets FROM sla_policies p WHERE deleted_at IS NULL ORDER BY is_default, position, id")
}

// UpdateSLAPolicy writes everything but the place if the version still is p's;
// model.ErrConflict otherwise.
func (tx *Tx) UpdateSLAPolicy(ctx context.Context, p model.SLAPolicy) error {
	return tx.versioned(ctx, `UPDATE sla_policies SET name = ?, description = ?, conditions = ?, calendar_id = ?, pauses = ?, targets = ?, warn = ?, is_default = ?, since = ?, disabled_at = ?,
		version = version + 1 WHERE id = ? AND version = ? AND deleted_at IS NULL`,
		p.Name, p.Description, p.Conditions, p.CalendarID, p.Pauses, p.Targets, p.Warn, flag(p.IsDefault), int64(p.Since), p.DisabledAt, int64(p.ID), p.Version)
}

// ClearDefaultPolicy takes the mark of the default from whichever has it.
func (tx *Tx) ClearDefaultPolicy(ctx context.Context) error {
	_, err := tx.exec(ctx, "UPDATE sla_policies SET is_default = 0, version = version + 1 WHERE is_default = 1")
	return err
}

// PlaceSLAPolicies writes the order of the policies.
func (tx *Tx) PlaceSLAPolicies(ctx context.Context, order []model.PolicyID) error {
	for i, id := range order {
		if _, err := tx.exec(ctx, "UPDATE sla_policies SET position = ? WHERE id = ? AND position <> ?", i+1, int64(id), i+1); err != nil {
			return err
		}
	}
	return nil
}

// DeleteSLAPolicy takes a policy away; its clocks keep saying whose they were.
func (tx *Tx) DeleteSLAPolicy(ctx context.Context, id model.PolicyID, at model.Time) error {
	_, err := tx.exec(ctx, "UPDATE sla_policies SET deleted_at = ?, is_default = 0, version = version + 1 WHERE id = ?", at, int64(id))
	return err
}

// HandOverPolicy has some open tickets of a policy count as another's, so that
// it can hold for them though they are older. It tells how many there were.
func (tx *Tx) HandOverPolicy(ctx context.Context, from, to model.PolicyID, limit int) (int64, error) {
	return tx.exec(ctx, `UPDATE tickets SET sla_policy_id = ? WHERE id IN (SELECT DISTINCT c.ticket_id FROM sla_clocks c JOIN tickets t ON t.id = c.ticket_id
		WHERE c.policy_id = ? AND c.ended_at IS NULL AND t.sla_policy_id = c.policy_id LIMIT ?)`, int64(to), int64(from), limit)
}

// PolicyNames are the names of policies, of those too that were deleted.
func (r Reader) PolicyNames(ctx context.Context, ids []model.PolicyID) (map[model.PolicyID]string, error) {
	rows, err := many[struct {
		ID   model.PolicyID `db:"id"`
		Name string         `db:"name"`
	}](ctx, r, "SELECT id, name FROM sla_policies WHERE id IN (SELECT value FROM json_each(?))", jsonIDs(ids))
	if err != nil {
		return nil, err
	}
	out := make(map[model.PolicyID]string, len(rows))
	for _, row := range rows {
		out[row.ID] = row.Name
	}
	return out, nil
}

// OpenTickets counts them, at most 1,000.
func (r Reader) OpenTickets(ctx context.Context) (int, error) {
	return one[int](ctx, r, "SELECT count(*) FROM (SELECT 1 FROM tickets INDEXED BY tickets_open WHERE pile <= 2 LIMIT 1000)")
}

// SLASwitches is what the settings about promises were when last looked at.
func (r Reader) SLASwitches(ctx context.Context) (int64, error) {
	return one[int64](ctx, r, "SELECT coalesce((SELECT n FROM counters WHERE name = 'sla_switches'), -1)")
}

// SetSLASwitches notes what they are now.
func (tx *Tx) SetSLASwitches(ctx context.Context, n int64) error {
	_, err := tx.exec(ctx, "INSERT INTO counters (name, n) VALUES ('sla_switches', ?) ON CONFLICT (name) DO UPDATE SET n = excluded.n", n)
	return err
}

// OpenMatching are open tickets that conditions hold for, in no order.
func (r Reader) OpenMatching(ctx context.Context, tests model.Tests, limit int) ([]model.TicketID, error) {
	q := newRuleQuery(tests, []model.Pile{model.PileActive, model.PileAsleep}, r.db.Now())
	return many[model.TicketID](ctx, r, "SELECT t.id FROM tickets t INDEXED BY "+q.lead()+" WHERE "+q.c.sql+" LIMIT ?", append(q.c.args, limit)...)
}
