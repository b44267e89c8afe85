package store

import (
	"context"
	"encoding/json"
	"fmt"

	"escalated/model"
)

// lastingKinds are facts that stay for good: a ticket cannot be read, checked
// or threaded without them.
var lastingKinds = []string{
	"ticket.opened", "ticket.split", "ticket.split_from", "ticket.merged", "ticket.merged_in", "ticket.undone", "ticket.linked",
	"reply.added", "note.added", "message.released", "side.said", "attachment.rejected",
}

// purgeable is the condition on events e from before a time that nobody needs
// any more. Facts of closed tickets only, and none that an outlet
// has yet to read, that can be undone or that a notification tells of.
func purgeable(before model.Time) (string, []any) {
	cond, args := in(`e.at < ? AND e.kind NOT IN (?) AND EXISTS (SELECT 1 FROM tickets t WHERE t.id = e.ticket_id AND t.pile IN (?) AND t.deleted_at IS NULL)
		AND NOT EXISTS (SELECT 1 FROM change_sets c WHERE c.action_id = e.action_id)
		AND NOT EXISTS (SELECT 1 FROM parked_events p WHERE p.event_id = e.id)
		AND NOT EXISTS (SELECT 1 FROM mail_several s WHERE s.action_id = e.action_id)
		AND NOT EXISTS (SELECT 1 FROM notifications n WHERE n.ticket_id = e.ticket_id AND n.event_id = e.id)`,
		int64(before), lastingKinds, []int64{int64(model.PileClosed), int64(model.PileMerged)})
	return cond, args
}

// PurgeEnd is the event up to which old facts may go: older than a time, and
// read by every outlet.
func (r Reader) PurgeEnd(ctx context.Context, before model.Time) (model.EventID, error) {
	t := int64(before)
	return one[model.EventID](ctx, r, "SELECT min(("+firstEventSince+") - 1, coalesce((SELECT min(last_event_id) FROM outlets), 0))", t, t, t, t)
}

// OldEvents lists facts that may go, after one and up to another, in order. It
// looks at a stretch of ids and tells where that ends: zero when there is none.
func (r Reader) OldEvents(ctx context.Context, before model.Time, after, end model.EventID, stretch int) (ids []model.EventID, next model.EventID, err error) {
	next = min(after+model.EventID(stretch), end)
	if next <= after {
		return nil, 0, nil
	}
	cond, args := purgeable(before)
	ids, err = many[model.EventID](ctx, r, "SELECT e.id FROM events e WHERE e.id > ? AND e.id <= ? AND "+cond+" ORDER BY e.id", append([]any{int64(after), int64(next)}, args...)...)
	return ids, next, err
}

// PurgeEvents removes facts that still may go and tells how many.
func (tx *Tx) PurgeEvents(ctx context.Context, before model.Time, ids []model.EventID) (int64, error) {
	set, err := json.Marshal(ids)
	if err != nil {
		return 0, fmt.Errorf("purge events: %w", err)
	}
	cond, args := purgeable(before)
	return tx.exec(ctx, "DELETE FROM events WHERE id IN (SELECT e.id FROM json_each(?) j CROSS JOIN events e ON e.id = j.value WHERE "+cond+")", append([]any{string(set)}, args...)...)
}

// RecordsByID loads events by their ids, in order.
func (r Reader) RecordsByID(ctx context.Context, ids []model.EventID) ([]model.Record, error) {
	q, args := in("SELECT "+recordColumns+" FROM events e WHERE e.id IN (?) ORDER BY e.id", ids)
	return many[model.Record](ctx, r, q, args...)
}

// TicketNames are the references and subjects of tickets the actor may see.
func (r Reader) TicketNames(ctx context.Context, by model.Actor, ids []model.TicketID) ([]model.TicketRow, error) {
	cond, args := visible(by, true)
	q, given := in("SELECT t.id, t.reference, t.subject FROM tickets t WHERE t.id IN (?)", ids)
	return many[model.TicketRow](ctx, r, q+" AND "+cond+" ORDER BY t.id", append(given, args...)...)
}
