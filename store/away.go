package store

import (
	"context"

	"escalated/model"
)

// AbsenceOf is whether somebody of the staff is away.
func (r Reader) AbsenceOf(ctx context.Context, who model.PersonID) (model.Absence, error) {
	return one[model.Absence](ctx, r, "SELECT away_at, away_until, away_to FROM staff WHERE person_id = ?", int64(who))
}

// SetAbsence writes whether somebody is away.
func (tx *Tx) SetAbsence(ctx context.Context, who model.PersonID, a model.Absence) error {
	_, err := tx.exec(ctx, "UPDATE staff SET away_at = ?, away_until = ?, away_to = ? WHERE person_id = ?", a.AwayAt, a.AwayUntil, a.AwayTo, who)
	return err
}

// BackBy lists people whose time away is over.
func (r Reader) BackBy(ctx context.Context, now model.Time, limit int) ([]model.PersonID, error) {
	return many[model.PersonID](ctx, r, "SELECT person_id FROM staff WHERE away_until IS NOT NULL AND away_until <= ? AND away_at IS NOT NULL ORDER BY away_until LIMIT ?", int64(now), limit)
}

// Staffed is whether somebody is away, and their limit.
func (r Reader) Staffed(ctx context.Context, who model.PersonID) (model.Staffed, error) {
	return one[model.Staffed](ctx, r, "SELECT away_at, away_until, away_to, coalesce(capacity, -1) AS own_capacity FROM staff WHERE person_id = ?", int64(who))
}

// CapacityOf is the most active tickets routing gives a person, -1 for the
// desk's limit.
func (r Reader) CapacityOf(ctx context.Context, who model.PersonID) (int, error) {
	return one[int](ctx, r, "SELECT coalesce(capacity, -1) FROM staff WHERE person_id = ?", int64(who))
}

// SetCapacity writes it.
func (tx *Tx) SetCapacity(ctx context.Context, who model.PersonID, n int) error {
	_, err := tx.exec(ctx, "UPDATE staff SET capacity = nullif(?, -1) WHERE person_id = ?", n, who)
	return err
}

// Workloads lists who may be given tickets, by name, with what they have to do
// now, each counted up to most.
func (r Reader) Workloads(ctx context.Context, seen, now model.Time, most int) ([]model.Workload, error) {
	return many[model.Workload](ctx, r, `SELECT p.id, p.kind, p.name, coalesce(e.address, '') AS email, p.seen_at,
		coalesce(s.capacity, -1) AS own_capacity, s.away_at, s.away_until, s.away_to, coalesce(o.name, '') AS stand_in,
		(SELECT count(*) FROM (SELECT 1 FROM tickets t WHERE t.assignee_id = p.id AND t.pile = 1 LIMIT ?)) AS load,
		(EXISTS (SELECT 1 FROM sessions x WHERE x.person_id = p.id AND x.seen_at > ? AND x.expires_at > ?)
			OR p.external_id IS NOT NULL AND coalesce(p.seen_at, 0) > ?) AS present
		FROM staff s JOIN people p ON p.id = s.person_id LEFT JOIN people o ON o.id = s.away_to
		LEFT JOIN person_emails e ON e.person_id = p.id AND e.is_primary = 1
		WHERE p.deactivated_at IS NULL AND p.kind IN ('agent', 'admin') ORDER BY s.sort_name, p.id LIMIT 1000`,
		most, int64(seen), int64(now), int64(seen))
}
