package store

import (
	"context"

	"escalated/model"
)

// ExportRows are tickets with all that a table of them holds, in the order of
// the ids, as far as the actor sees them.
func (r Reader) ExportRows(ctx context.Context, by model.Actor, ids []model.TicketID) ([]model.ExportRow, error) {
	plain := make([]int64, len(ids))
	for i, id := range ids {
		plain[i] = int64(id)
	}
	rows, err := r.ticketRows(ctx, by, plain)
	if err != nil {
		return nil, err
	}
	q, args := in("SELECT id, rating FROM tickets WHERE rating > 0 AND id IN (?)", plain)
	rated, err := many[struct{ ID, Rating int64 }](ctx, r, q, args...)
	if err != nil {
		return nil, err
	}
	values, err := r.FieldValueRowsOf(ctx, model.FieldOfTicket, plain)
	if err != nil {
		return nil, err
	}
	scores, fields := map[int64]int{}, map[int64][]model.FieldRow{}
	for _, s := range rated {
		scores[s.ID] = int(s.Rating)
	}
	for _, v := range values {
		fields[v.EntityID] = append(fields[v.EntityID], v)
	}
	out := make([]model.ExportRow, len(rows))
	for i, t := range rows {
		out[i] = model.ExportRow{TicketRow: t, Rating: scores[int64(t.ID)], Fields: fields[int64(t.ID)]}
	}
	return out, nil
}
