package store

import (
	"context"

	"escalated/model"
)

// AtEnd has something done once, at the end of the transaction and still
// inside it, when all else is written. Done again under the same key, the
// later replaces the earlier.
func (tx *Tx) AtEnd(key any, fn func() error) {
	for i, e := range tx.ends {
		if e.key == key {
			tx.ends[i].fn = fn
			return
		}
	}
	tx.ends = append(tx.ends, ending{key, fn})
}

type ending struct {
	key any
	fn  func() error
}

// end does what was put off; doing it may put off more.
func (tx *Tx) end() error {
	for i := 0; i < len(tx.ends); i++ {
		if err := tx.ends[i].fn(); err != nil {
			return err
		}
	}
	return nil
}

// The queries of routing, which a test holds to indexes.
const (
	routingPlanSQL = `SELECT d.id, d.routing, d.present_only, d.rr_after, d.archived_at,
		coalesce((SELECT group_concat(k.id) FROM skills k WHERE k.archived_at IS NULL AND k.id IN (
			SELECT skill_id FROM skill_departments WHERE department_id = d.id
			UNION SELECT s.skill_id FROM ticket_tags g JOIN skill_tags s ON s.tag_id = g.tag_id WHERE g.ticket_id = ?2)), '') AS needs,
		coalesce((SELECT max(capacity) FROM staff WHERE capacity IS NOT NULL), 0) AS widest, EXISTS (SELECT 1 FROM staff WHERE capacity = 0) AS boundless
		FROM departments d WHERE d.id = ?1`
	colleaguesSQL = `SELECT p.id, p.kind, p.name, coalesce(e.address, '') AS email, m.member, p.seen_at,
		coalesce(s.capacity, -1) AS own_capacity, s.away_at, s.away_until, s.away_to, s.given_at,
		(SELECT count(*) FROM (SELECT 1 FROM tickets t WHERE t.assignee_id = p.id AND t.pile = 1 LIMIT ?)) AS load,
		(EXISTS (SELECT 1 FROM sessions x WHERE x.person_id = p.id AND x.seen_at > ? AND x.expires_at > ?)
			OR p.external_id IS NOT NULL AND coalesce(p.seen_at, 0) > ?) AS present,
		(SELECT count(*) FROM person_skills k WHERE k.person_id = p.id AND k.skill_id IN (?)) AS skilled,
		(SELECT coalesce(sum(k.proficiency), 0) FROM person_skills k WHERE k.person_id = p.id AND k.skill_id IN (?)) AS strength
		FROM (SELECT person_id, 1 AS member FROM department_people WHERE department_id = ?
			UNION ALL SELECT DISTINCT a.away_to, 0 FROM department_people x JOIN staff a ON a.person_id = x.person_id
			WHERE x.department_id = ? AND a.away_at IS NOT NULL AND a.away_to IS NOT NULL
				AND a.away_to NOT IN (SELECT person_id FROM department_people WHERE department_id = ?)) m
		JOIN people p ON p.id = m.person_id LEFT JOIN staff s ON s.person_id = p.id
		LEFT JOIN person_emails e ON e.person_id = p.id AND e.is_primary = 1
		WHERE p.deactivated_at IS NULL AND p.kind IN ('light', 'agent', 'admin') ORDER BY p.id`
	unassignedSQL = `SELECT id FROM tickets INDEXED BY tickets_assignee WHERE assignee_id IS NULL AND pile = 1 AND department_id = ?
		ORDER BY waiting_since, id LIMIT ?`
	leftByRoutingSQL = `SELECT w.ticket_id FROM routing_waits w CROSS JOIN tickets t ON t.id = w.ticket_id
		WHERE w.department_id = ? AND t.assignee_id IS NULL AND t.pile = 1 AND t.department_id = w.department_id ORDER BY w.since, w.ticket_id LIMIT ?`
)

// RoutingPlan is what routing asks of a department for a ticket; zero for a
// ticket without tags.
func (r Reader) RoutingPlan(ctx context.Context, id model.DepartmentID, ticket model.TicketID) (model.RoutingPlan, error) {
	return one[model.RoutingPlan](ctx, r, routingPlanSQL, int64(id), int64(ticket))
}

// Colleagues are the people of a department as routing sees them, with those
// who stand in for its away members, in the order of their ids. seen is since
// when somebody must have been seen to be present; needs are the skills that
// matter; loads are counted up to most.
func (r Reader) Colleagues(ctx context.Context, id model.DepartmentID, needs []model.SkillID, seen, now model.Time, most int) ([]model.Colleague, error) {
	q, args := in(colleaguesSQL,
		most, int64(seen), int64(now), int64(seen), needs, needs, int64(id), int64(id), int64(id))
	return many[model.Colleague](ctx, r, q, args...)
}

// Given notes that a person was given a ticket just now.
func (tx *Tx) Given(ctx context.Context, id model.PersonID) error {
	_, err := tx.exec(ctx, "UPDATE staff SET given_at = ? WHERE person_id = ?", tx.Now, id)
	return err
}

// SetTurn notes whose turn it was in a department's round.
func (tx *Tx) SetTurn(ctx context.Context, id model.DepartmentID, who model.PersonID) error {
	_, err := tx.exec(ctx, "UPDATE departments SET rr_after = ? WHERE id = ?", who, id)
	return err
}

// WaitsForRouting notes why routing gave a ticket to nobody; false when that
// is what was noted already.
func (tx *Tx) WaitsForRouting(ctx context.Context, ticket model.TicketID, department model.DepartmentID, why string) (bool, error) {
	n, err := tx.exec(ctx, `INSERT INTO routing_waits (ticket_id, department_id, why, since) VALUES (?1, ?2, ?3, ?4)
		ON CONFLICT (ticket_id) DO UPDATE SET department_id = excluded.department_id, why = excluded.why
		WHERE department_id <> excluded.department_id OR why <> excluded.why`, ticket, department, why, tx.Now)
	return n == 1, err
}

// WaitsNoMore forgets that routing left a ticket.
func (tx *Tx) WaitsNoMore(ctx context.Context, ticket model.TicketID) error {
	_, err := tx.exec(ctx, "DELETE FROM routing_waits WHERE ticket_id = ?", ticket)
	return err
}

// SweepRoutingWaits forgets tickets that no longer wait for routing: somebody
// has them, they went elsewhere or to sleep, or their department's tickets are
// given by hand now.
func (tx *Tx) SweepRoutingWaits(ctx context.Context) error {
	_, err := tx.exec(ctx, `DELETE FROM routing_waits WHERE NOT EXISTS (SELECT 1 FROM tickets t JOIN departments d ON d.id = t.department_id
		WHERE t.id = routing_waits.ticket_id AND t.assignee_id IS NULL AND t.pile = 1 AND t.department_id = routing_waits.department_id AND d.routing <> 'manual')`)
	return err
}

// RoutingWaits are the departments with tickets that routing left.
func (r Reader) RoutingWaits(ctx context.Context) ([]model.DepartmentID, error) {
	return many[model.DepartmentID](ctx, r, "SELECT DISTINCT department_id FROM routing_waits ORDER BY department_id")
}

// LeftByRouting are tickets of a department that routing left, the oldest first.
func (r Reader) LeftByRouting(ctx context.Context, id model.DepartmentID, limit int) ([]model.TicketID, error) {
	return many[model.TicketID](ctx, r, leftByRoutingSQL, int64(id), limit)
}

// UnassignedIn are active tickets of a department that nobody has, whose
// customers wait longest first.
func (r Reader) UnassignedIn(ctx context.Context, id model.DepartmentID, limit int) ([]model.TicketID, error) {
	return many[model.TicketID](ctx, r, unassignedSQL, int64(id), limit)
}

// RoutedDepartments are those departments of a person, and of whoever they
// stand in for, that give their tickets to people by themselves.
func (r Reader) RoutedDepartments(ctx context.Context, who model.PersonID) ([]model.DepartmentID, error) {
	return many[model.DepartmentID](ctx, r, `SELECT id FROM departments WHERE archived_at IS NULL AND routing <> 'manual' AND id IN (
		SELECT department_id FROM department_people WHERE person_id = ?1
		UNION SELECT x.department_id FROM staff a JOIN department_people x ON x.person_id = a.person_id WHERE a.away_to = ?1 AND a.away_at IS NOT NULL)
		ORDER BY id`, int64(who))
}

// Lack is a skill of a department that one of its people does not have.
type Lack struct {
	Person model.PersonID `db:"person_id"`
	Skill  string         `db:"name"`
}

// Lacking lists which of a department's own skills its people do not have.
func (r Reader) Lacking(ctx context.Context, id model.DepartmentID) ([]Lack, error) {
	return many[Lack](ctx, r, `SELECT x.person_id, k.name FROM skill_departments d JOIN skills k ON k.id = d.skill_id
		JOIN department_people x ON x.department_id = d.department_id
		WHERE d.department_id = ? AND k.archived_at IS NULL
			AND NOT EXISTS (SELECT 1 FROM person_skills h WHERE h.person_id = x.person_id AND h.skill_id = k.id)
		ORDER BY x.person_id, k.sort_name`, int64(id))
}
