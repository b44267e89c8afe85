package store

import (
	"context"
	"encoding/json"
	"fmt"

	"escalated/model"
)

// RowMarks loads, in one query, what a list says of its rows beside what is in
// them: the reader's drafts, snoozing, ratings, and the values of the fields
// whose columns are shown.
func (r Reader) RowMarks(ctx context.Context, by model.Actor, ids []model.TicketID, fields []model.FieldID) (map[model.TicketID]model.RowMarks, error) {
	set, err := json.Marshal(ids)
	if err != nil {
		return nil, fmt.Errorf("write ids: %w", err)
	}
	sight, args := visible(by, true)
	q := `SELECT (SELECT json_group_array(json_array(t.id, t.snoozed_until, t.merged_into IS NOT NULL, t.rating,
		EXISTS (SELECT 1 FROM drafts f WHERE f.ticket_id = t.id AND f.person_id = ? AND f.body <> '')))
		FROM json_each(?) j CROSS JOIN tickets t ON t.id = j.value WHERE ` + sight + `) AS marks, `
	args = append([]any{int64(by.ID), string(set)}, args...)
	if len(fields) == 0 {
		q += "'[]' AS vals"
	} else {
		part, more := in(`(SELECT json_group_array(json_object('id', v.entity_id, 'field', v.field_id, 'option', v.option, 'num', v.num, 'text', v.text))
			FROM json_each(?) j CROSS JOIN field_values v ON v.entity = 'ticket' AND v.entity_id = j.value AND v.field_id IN (?)) AS vals`, string(set), ints(fields))
		q += part
		args = append(args, more...)
	}
	text, err := one[struct {
		Marks  string `db:"marks"`
		Values string `db:"vals"`
	}](ctx, r, q, args...)
	if err != nil {
		return nil, fmt.Errorf("load marks: %w", err)
	}
	var (
		marks  [][5]int64
		values []model.FieldRow
		out    = map[model.TicketID]model.RowMarks{}
	)
	if err := json.Unmarshal([]byte(text.Marks), &marks); err != nil {
		return nil, fmt.Errorf("read marks: %w", err)
	}
	if err := json.Unmarshal([]byte(text.Values), &values); err != nil {
		return nil, fmt.Errorf("read values: %w", err)
	}
	for _, m := range marks {
		out[model.TicketID(m[0])] = model.RowMarks{Snoozed: model.Time(m[1]), Merged: m[2] == 1, Rating: int(m[3]), Draft: m[4] == 1}
	}
	for _, v := range values {
		if m, ok := out[model.TicketID(v.EntityID)]; ok { // those the reader sees
			m.Fields = append(m.Fields, v)
			out[model.TicketID(v.EntityID)] = m
		}
	}
	return out, nil
}
