package store

import (
	"context"
	"encoding/json"

	"escalated/model"
)

// ChangeNames are the names behind the ids in changed rows.
type ChangeNames struct {
	People      map[string]string `json:"people"`
	Departments map[string]string `json:"departments"`
	Tags        map[string]string `json:"tags"`
	Statuses    map[string]string `json:"statuses"`
	Tickets     map[string]string `json:"tickets"` // those the reader sees: reference and subject, parted by a tab
}

// ChangeNames loads the names that the rows of a set need, in one query. ids
// are all numbers that stand in them.
func (r Reader) ChangeNames(ctx context.Context, by model.Actor, ids []int64) (ChangeNames, error) {
	var out ChangeNames
	set, err := json.Marshal(ids)
	if err != nil {
		return out, err
	}
	cond, args := visible(by, true)
	text, err := one[string](ctx, r, `WITH ids AS (SELECT DISTINCT value AS id FROM json_each(?)) SELECT json_object(
		'people', json((SELECT json_group_object(p.id, coalesce(nullif(p.name, ''), e.address, '')) FROM ids CROSS JOIN people p ON p.id = ids.id LEFT JOIN person_emails e ON e.person_id = p.id AND e.is_primary = 1)),
		'departments', json((SELECT json_group_object(d.id, d.name) FROM ids CROSS JOIN departments d ON d.id = ids.id)),
		'tags', json((SELECT json_group_object(g.id, g.name) FROM ids CROSS JOIN tags g ON g.id = ids.id)),
		'statuses', json((SELECT json_group_object(s.id, s.key) FROM ids CROSS JOIN statuses s ON s.id = ids.id)),
		'tickets', json((SELECT json_group_object(t.id, t.reference || char(9) || t.subject) FROM ids CROSS JOIN tickets t ON t.id = ids.id WHERE `+cond+`)))`,
		append([]any{string(set)}, args...)...)
	if err != nil {
		return out, err
	}
	return out, json.Unmarshal([]byte(text), &out)
}

// SomeChangeRows are the first n rows of a set, oldest first.
func (r Reader) SomeChangeRows(ctx context.Context, id model.ChangeSetID, n int) ([]model.ChangeRow, error) {
	return many[model.ChangeRow](ctx, r, "SELECT seq, tbl, key, ticket_id, before, after FROM change_rows WHERE set_id = ? ORDER BY seq LIMIT ?", int64(id), n)
}
