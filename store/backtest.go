package store

import (
	"context"

	"escalated/model"
)

// PastTickets are tickets behind one of which something may have happened
// since a time, in the order of their ids.
func (r Reader) PastTickets(ctx context.Context, after model.TicketID, since model.Time, limit int) ([]model.TicketID, error) {
	return many[model.TicketID](ctx, r, "SELECT id FROM tickets WHERE id > ? AND (updated_at >= ? OR pile <= 2) ORDER BY id LIMIT ?", int64(after), int64(since), limit)
}

// NewestTicket is the highest id of a ticket.
func (r Reader) NewestTicket(ctx context.Context) (model.TicketID, error) {
	return one[model.TicketID](ctx, r, "SELECT coalesce(max(id), 0) FROM tickets")
}

// PastKinds are the facts that tell the past of a ticket.
var pastKinds = []string{
	"ticket.opened", "ticket.subject_changed", "ticket.status_changed", "ticket.priority_changed", "ticket.type_changed", "ticket.department_changed",
	"ticket.assigned", "ticket.unassigned", "ticket.tag_added", "ticket.tag_removed", "ticket.requester_changed", "ticket.field_changed",
	"ticket.followed", "ticket.unfollowed", "ticket.deleted", "ticket.restored", "ticket.merged", "ticket.snoozed", "ticket.woken", "ticket.undone",
	"reply.added", "note.added", "message.released", "rating.given", "sla.warning", "sla.breached",
}

// Pasts load what is recorded of tickets, in the order of their ids. Four
// queries, five where changes were taken back.
func (r Reader) Pasts(ctx context.Context, ids []model.TicketID, need model.Needs) ([]model.Past, error) {
	now, err := r.Matched(ctx, ids, need)
	if err != nil {
		return nil, err
	}
	rows, err := many[struct {
		ID      model.TicketID  `db:"id"`
		Deleted bool            `db:"deleted"`
		Merged  bool            `db:"merged"`
		Held    bool            `db:"held"`
		Asleep  bool            `db:"asleep"`
		First   model.MessageID `db:"first"`
	}](ctx, r, `SELECT t.id, t.deleted_at IS NOT NULL AS deleted, t.merged_into IS NOT NULL AS merged, t.held_at IS NOT NULL AS held, t.snoozed_until > 0 AS asleep,
		coalesce(t.first_message_id, 0) AS first FROM json_each(?) j CROSS JOIN tickets t WHERE t.id = j.value ORDER BY t.id`, jsonIDs(ids))
	if err != nil {
		return nil, err
	}
	q, args := in("SELECT "+recordColumns+`, p.kind AS actor_kind FROM json_each(?) j CROSS JOIN events e JOIN people p ON p.id = e.actor_id
		WHERE e.ticket_id = j.value AND e.kind IN (?) ORDER BY e.ticket_id, e.id`, jsonIDs(ids), pastKinds)
	recs, err := many[model.PastRecord](ctx, r, q, args...)
	if err != nil {
		return nil, err
	}
	undone, err := r.undoneActions(ctx, recs)
	if err != nil {
		return nil, err
	}
	out := make([]model.Past, 0, len(rows))
	for _, row := range rows {
		m := now[row.ID]
		if m == nil {
			continue
		}
		p := model.Past{Now: *m, Deleted: row.Deleted, Merged: row.Merged, Held: row.Held, Asleep: row.Asleep, First: row.First, Actions: undone}
		n := 0
		for n < len(recs) && recs[n].TicketID <= row.ID {
			n++
		}
		p.Records, recs = recs[:n:n], recs[n:]
		out = append(out, p)
	}
	return out, nil
}

// undoneActions are the actions of changes that were taken back.
func (r Reader) undoneActions(ctx context.Context, recs []model.PastRecord) (map[model.ChangeSetID]string, error) {
	var sets []model.ChangeSetID
	for _, rec := range recs {
		if rec.Kind != (model.ChangesUndone{}).Kind() {
			continue
		}
		e, err := rec.Event()
		if err != nil {
			return nil, err
		}
		if e, ok := e.(model.ChangesUndone); ok {
			sets = append(sets, e.Set)
		}
	}
	if len(sets) == 0 {
		return nil, nil
	}
	rows, err := many[struct {
		ID     model.ChangeSetID `db:"id"`
		Action string            `db:"action_id"`
	}](ctx, r, "SELECT s.id, s.action_id FROM json_each(?) j CROSS JOIN change_sets s WHERE s.id = j.value", jsonIDs(sets))
	out := make(map[model.ChangeSetID]string, len(rows))
	for _, row := range rows {
		out[row.ID] = row.Action
	}
	return out, err
}
