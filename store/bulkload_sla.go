package store

import (
	"context"
	"time"

	"escalated/model"
)

// Promises gives the open tickets of a bulk load a policy and clocks: two to
// each, spread so that one ticket in fourteen is overdue already and the rest
// fall due over the month to come.
func (b *Bulk) Promises(ctx context.Context, p model.SLAPolicy, until model.Time) error {
	id, err := b.Tx.InsertSLAPolicy(ctx, p)
	if err != nil {
		return err
	}
	const month = int64(30 * 24 * time.Hour / time.Millisecond)
	now := int64(until)
	// Target 3 is the resolution, target 1 the first response, of those that have none.
	err = b.put(`INSERT INTO sla_clocks (ticket_id, target, policy_id, policy_version, started_at, target_ms, running_since, due_at, warn_at, warned_at, breached_at, next_at)
			SELECT id, target, policy, 1, due - length, length, due - length, due, due - length / 4, CASE WHEN due - length / 4 < now THEN now END, CASE WHEN due < now THEN due END,
				CASE WHEN due < now THEN NULL WHEN due - length / 4 < now THEN due ELSE due - length / 4 END
			FROM (SELECT t.id, k.target, ?1 AS policy, ?2 AS now, ?3 AS length,
				CASE WHEN t.id % 14 = 0 THEN ?2 - 1000 * (1 + t.id % 86400) ELSE ?2 + 3600000 + (t.id * 7919) % ?3 END + k.target * 60000 AS due
				FROM tickets t JOIN (SELECT 1 AS target UNION ALL SELECT 3) k WHERE t.pile <= 2 AND (k.target = 3 OR t.first_response_at IS NULL))`, id, now, month)
	if err != nil {
		return err
	}
	return b.put(`UPDATE tickets SET sla_policy_id = ?1, next_due_at = (SELECT min(c.due_at) FROM sla_clocks c WHERE c.ticket_id = tickets.id),
			sla_level = (SELECT CASE WHEN min(c.due_at) < ?2 THEN 3 WHEN max(c.warned_at) IS NOT NULL THEN 2 ELSE 1 END FROM sla_clocks c WHERE c.ticket_id = tickets.id)
			WHERE id IN (SELECT ticket_id FROM sla_clocks)`, id, now)
}
