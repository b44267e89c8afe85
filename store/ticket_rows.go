package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"escalated/model"
)

const rowColumns = `t.id, t.reference, t.subject, t.state, t.status_id, t.priority, t.type, t.channel, t.preview, t.message_count, t.file_count,
	t.last_message_id, t.last_public_id, t.requester_id, t.assignee_id, t.department_id, t.created_at, t.updated_at, t.public_at, t.customer_at, t.waiting_since, t.next_due_at, t.sla_level, t.deleted_at`

// ticketRows loads what a list shows of the given tickets, in their order. One
// that stopped being visible in between is left out.
func (r Reader) ticketRows(ctx context.Context, by model.Actor, ids []int64) ([]model.TicketRow, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	cond, args := visible(by, true)
	set, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	rows, err := many[struct {
		model.TicketRow
		Labels string `db:"labels"`
	}](ctx, r, "SELECT "+rowColumns+`, coalesce(nullif(rp.name, ''), re.address, '') AS requester_name, coalesce(nullif(ap.name, ''), ae.address, '') AS assignee_name,
		coalesce(d.name, '') AS department_name, coalesce(t.last_message_id, 0) > coalesce(s.message_id, 0) AS unread,
		(SELECT json_group_array(json_array(g.id, g.name, g.slug, g.hue)) FROM ticket_tags k JOIN tags g ON g.id = k.tag_id WHERE k.ticket_id = t.id) AS labels
		FROM json_each(?) j CROSS JOIN tickets t ON t.id = j.value
		LEFT JOIN people rp ON rp.id = t.requester_id LEFT JOIN person_emails re ON re.person_id = t.requester_id AND re.is_primary = 1
		LEFT JOIN people ap ON ap.id = t.assignee_id LEFT JOIN person_emails ae ON ae.person_id = t.assignee_id AND ae.is_primary = 1
		LEFT JOIN departments d ON d.id = t.department_id LEFT JOIN ticket_reads s ON s.person_id = ? AND s.ticket_id = t.id
		WHERE `+cond, append([]any{string(set), int64(by.ID)}, args...)...)
	if err != nil {
		return nil, err
	}
	found := make(map[int64]model.TicketRow, len(rows))
	for _, row := range rows {
		if row.Tags, err = labels(row.Labels); err != nil {
			return nil, err
		}
		found[int64(row.ID)] = row.TicketRow
	}
	out := make([]model.TicketRow, 0, len(ids))
	for _, id := range ids {
		if row, ok := found[id]; ok {
			out = append(out, row)
		}
	}
	return out, nil
}

// labels reads the tags of a row, by name.
func labels(text string) ([]model.Tag, error) {
	if text == "[]" {
		return nil, nil
	}
	var raw [][4]any
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		return nil, fmt.Errorf("read tags: %w", err)
	}
	out := make([]model.Tag, 0, len(raw))
	for _, t := range raw {
		id, _ := t[0].(float64)
		name, _ := t[1].(string)
		slug, _ := t[2].(string)
		hue, _ := t[3].(string)
		out = append(out, model.Tag{ID: model.TagID(id), Name: name, Slug: slug, Hue: hue})
	}
	slices.SortFunc(out, func(a, b model.Tag) int {
		return strings.Compare(model.SortKey(a.Name), model.SortKey(b.Name))
	})
	return out, nil
}
