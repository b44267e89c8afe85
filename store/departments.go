package store

import (
	"context"

	"escalated/model"
)

// InsertDepartment writes a department.
func (tx *Tx) InsertDepartment(ctx context.Context, d model.Department) (model.DepartmentID, error) {
	id, err := tx.insert(ctx, "INSERT INTO departments (name, sort_name, slug, description, routing, present_only) VALUES (?, ?, ?, ?, coalesce(nullif(?, ''), 'manual'), ?)",
		d.Name, model.SortKey(d.Name), d.Slug, d.Description, string(d.Routing), flag(d.PresentOnly))
	return model.DepartmentID(id), err
}

// UpdateDepartment writes name, slug, description and routing if the version
// still is d's; model.ErrConflict otherwise.
func (tx *Tx) UpdateDepartment(ctx context.Context, d model.Department) error {
	return tx.versioned(ctx, "UPDATE departments SET name = ?, sort_name = ?, slug = ?, description = ?, routing = ?, present_only = ?, version = version + 1 WHERE id = ? AND version = ?",
		d.Name, model.SortKey(d.Name), d.Slug, d.Description, string(d.Routing), flag(d.PresentOnly), d.ID, d.Version)
}

// ArchiveDepartment takes a department out of the pickers at a time, or back
// with zero.
func (tx *Tx) ArchiveDepartment(ctx context.Context, id model.DepartmentID, at model.Time) error {
	_, err := tx.exec(ctx, "UPDATE departments SET archived_at = ?, version = version + 1 WHERE id = ?", at, id)
	return err
}

// versioned runs an update that ends in "AND version = ?".
func (tx *Tx) versioned(ctx context.Context, q string, args ...any) error {
	n, err := tx.exec(ctx, q, args...)
	if err == nil && n == 0 {
		err = model.ErrConflict
	}
	return err
}

// DepartmentsFull lists all departments with the number of members and, from
// the kept counts, of open tickets.
func (r Reader) DepartmentsFull(ctx context.Context) ([]model.Department, error) {
	return many[model.Department](ctx, r, `SELECT d.id, d.name, d.slug, d.description, d.archived_at, d.routing, d.present_only, d.version,
		(SELECT count(*) FROM department_people x JOIN people p ON p.id = x.person_id WHERE x.department_id = d.id AND p.deactivated_at IS NULL) AS members,
		coalesce((SELECT sum(n) FROM pile_counts c WHERE c.department_id = d.id AND c.pile IN (1, 2)), 0) AS open_tickets
		FROM departments d ORDER BY d.archived_at IS NOT NULL, d.sort_name, d.id`)
}

// Members lists the people of a department by name.
func (r Reader) Members(ctx context.Context, id model.DepartmentID) ([]model.PersonRef, error) {
	return many[model.PersonRef](ctx, r, `SELECT p.id, p.kind, p.name, coalesce(e.address, '') AS email FROM department_people x JOIN people p ON p.id = x.person_id
		LEFT JOIN person_emails e ON e.person_id = p.id AND e.is_primary = 1 WHERE x.department_id = ? AND p.deactivated_at IS NULL ORDER BY p.name, p.id`, id)
}

// SetMembers replaces the people of a department.
func (tx *Tx) SetMembers(ctx context.Context, id model.DepartmentID, people []model.PersonID) error {
	if _, err := tx.exec(ctx, "DELETE FROM department_people WHERE department_id = ?", id); err != nil {
		return err
	}
	for _, p := range people {
		if _, err := tx.exec(ctx, "INSERT INTO department_people (department_id, person_id) SELECT ?, id FROM people WHERE id = ? AND kind IN ('light','agent','admin') ON CONFLICT DO NOTHING", id, p); err != nil {
			return err
		}
	}
	return nil
}

// StaffPeople lists all active staff by name, for pickers.
func (r Reader) StaffPeople(ctx context.Context) ([]model.PersonRef, error) {
	return many[model.PersonRef](ctx, r, `SELECT p.id, p.kind, p.name, coalesce(e.address, '') AS email, s.away_at IS NOT NULL AS gone FROM staff s JOIN people p ON p.id = s.person_id
		LEFT JOIN person_emails e ON e.person_id = p.id AND e.is_primary = 1 WHERE p.deactivated_at IS NULL ORDER BY s.sort_name, p.id LIMIT 1000`)
}

// TagsFull lists all tags with how many tickets carry them, at most 1,000 each.
func (r Reader) TagsFull(ctx context.Context) ([]model.Tag, error) {
	return many[model.Tag](ctx, r, `SELECT g.id, g.name, g.slug, g.hue, g.archived_at, g.version,
		(SELECT count(*) FROM (SELECT 1 FROM ticket_tags x WHERE x.tag_id = g.id LIMIT 1000)) AS tickets
		FROM tags g ORDER BY g.archived_at IS NOT NULL, g.sort_name, g.id`)
}

// UpdateTag writes name, slug and hue if the version still is t's.
func (tx *Tx) UpdateTag(ctx context.Context, t model.Tag) error {
	return tx.versioned(ctx, "UPDATE tags SET name = ?, sort_name = ?, slug = ?, hue = ?, version = version + 1 WHERE id = ? AND version = ?",
		t.Name, model.SortKey(t.Name), t.Slug, t.Hue, t.ID, t.Version)
}

// ArchiveTag takes a tag out of the pickers at a time, or back with zero.
func (tx *Tx) ArchiveTag(ctx context.Context, id model.TagID, at model.Time) error {
	_, err := tx.exec(ctx, "UPDATE tags SET archived_at = ?, version = version + 1 WHERE id = ?", at, id)
	return err
}

// CountFaults compares everything the hook keeps with a recount and names the
// differences. None is right.
func (r Reader) CountFaults(ctx context.Context) ([]string, error) {
	return many[string](ctx, r, `
		SELECT 'pile_counts department ' || d || ' pile ' || p || ': kept ' || sum(kept) || ', counted ' || sum(counted) FROM (
			SELECT department_id AS d, pile AS p, n AS kept, 0 AS counted FROM pile_counts
			UNION ALL SELECT coalesce(department_id, 0), pile, 0, count(*) FROM tickets GROUP BY 1, 2)
		GROUP BY d, p HAVING sum(kept) <> sum(counted)
		UNION ALL SELECT 'ticket_tags of ticket ' || x.ticket_id || ': pile ' || x.pile || ', ticket in ' || t.pile FROM ticket_tags x JOIN tickets t ON t.id = x.ticket_id WHERE x.pile <> t.pile
		UNION ALL SELECT 'ticket ' || t.id || ': ' || t.message_count || ' messages kept, ' || count(m.id) || ' counted' FROM tickets t LEFT JOIN messages m ON m.ticket_id = t.id GROUP BY t.id HAVING t.message_count <> count(m.id)
		LIMIT 50`)
}
