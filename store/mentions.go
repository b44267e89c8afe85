package store

import (
	"context"

	"escalated/model"
)

// MembersOf lists the active staff of a department, at most limit.
func (r Reader) MembersOf(ctx context.Context, id model.DepartmentID, limit int) ([]model.PersonRef, error) {
	return many[model.PersonRef](ctx, r, `SELECT p.id, p.kind, p.name, coalesce(e.address, '') AS email FROM department_people d JOIN people p ON p.id = d.person_id
		LEFT JOIN person_emails e ON e.person_id = p.id AND e.is_primary = 1
		WHERE d.department_id = ? AND p.kind IN ('light','agent','admin') AND p.deactivated_at IS NULL ORDER BY p.id LIMIT ?`, id, limit)
}

// Blind are those of the people, all of the staff, who do not see a ticket.
func (r Reader) Blind(ctx context.Context, id model.TicketID, people []model.PersonID) ([]model.PersonID, error) {
	if len(people) == 0 {
		return nil, nil
	}
	q, args := in("SELECT p.id FROM people p, tickets t WHERE t.id = ? AND p.id IN (?) AND NOT ("+visibleTo+")", id, people)
	return many[model.PersonID](ctx, r, q, args...)
}
