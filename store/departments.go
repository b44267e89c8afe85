package store

import (
	"context"

	"escalated/model"
)

// InsertDepartment writes a department.
func (tx *Tx) InsertDepartment(ctx context.Context, d model.Department) (model.DepartmentID, error) {
	id, err := tx.insert(ctx, "INSERT INTO departments (name, sort_name, slug, description) VALUES (?, ?, ?, ?)", d.Name, model.SortKey(d.Name), d.Slug, d.Description)
	return model.DepartmentID(id), err
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
