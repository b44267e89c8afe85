package store

import (
	"context"

	"escalated/model"
)

// Snoozed puts the ticket to sleep until a time, or wakes it with zeros. The
// column is never NULL, because the pile is made from it.
func (c *TicketChange) Snoozed(until model.Time, by model.PersonID, reason string) *TicketChange {
	return c.col("snoozed_until", int64(until)).col("snoozed_by", by).col("snooze_reason", reason)
}

// SnoozesOver lists sleeping tickets whose time has come, the oldest first.
// Those in the bin sleep on until they are restored.
func (r Reader) SnoozesOver(ctx context.Context, now model.Time, limit int) ([]model.TicketID, error) {
	return many[model.TicketID](ctx, r, "SELECT id FROM tickets INDEXED BY tickets_asleep WHERE snoozed_until > 0 AND snoozed_until <= ? AND pile = 2 ORDER BY snoozed_until, id LIMIT ?", int64(now), limit)
}

// snoozerExtra is who put the ticket to sleep, and the ticket it was merged
// into. The names alone: whether the reader may go there, the links say.
var snoozerExtra = listExtra(`SELECT json_group_array(json_object('id', p.id, 'kind', p.kind, 'name', p.name)) FROM people p WHERE p.id = t.snoozed_by`, nil,
	func(v *model.TicketView, _ model.Actor, list []model.PersonRef) {
		if len(list) > 0 {
			v.Snoozer = list[0]
		}
	})

func init() { extras = append(extras, snoozerExtra) }
