package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"escalated/model"
)

// TicketWindow are the ids of a piece of a list, in its order: n tickets from
// an offset on. It counts nothing.
func (r Reader) TicketWindow(ctx context.Context, by model.Actor, f model.TicketFilter, from, n int) ([]model.TicketID, error) {
	l, lead := r.list(by, f), bySort
	if sides := l.candidates(); len(sides) > 0 {
		_, counts, err := r.survey(ctx, l, sides, fewCap/4)
		if err != nil {
			return nil, err
		}
		if s := l.small(sides, counts); counts[max(0, slices.Index(sides, s))] < fewCap/4 {
			lead = s
		}
	}
	q := l.ids(lead, n, from)
	if q.sql == "" {
		return nil, nil
	}
	rows, err := many[idRow](ctx, r, q.sql, q.args...)
	if err != nil {
		return nil, err
	}
	out := make([]model.TicketID, len(rows))
	for i, id := range onlyIDs(rows) {
		out[i] = model.TicketID(id)
	}
	return out, nil
}

// TicketsInList are those of the tickets that are in a list, and those the
// actor sees at all. A search is not asked for its words.
func (r Reader) TicketsInList(ctx context.Context, by model.Actor, f model.TicketFilter, ids []model.TicketID) (in, seen []model.TicketID, err error) {
	set, err := json.Marshal(ids)
	if err != nil {
		return nil, nil, fmt.Errorf("write ids: %w", err)
	}
	l := r.list(by, f)
	var lanes []clause
	for _, ln := range l.lanes {
		one := say("t.pile = ?", int64(ln.Pile))
		if ln.Some {
			l.statuses(&one)
		}
		if ln.Pile <= model.PileAsleep {
			one.stretch("t.waiting_since", l.s.Waiting)
		}
		lanes = append(lanes, one)
	}
	c := say("1 = 0")
	if len(lanes) > 0 {
		or := joined(lanes, " OR ")
		c = clause{"(" + or.sql + ")", or.args}
		l.narrowBy(bySort, &c)
		sight := l.sight()
		c.and(sight.sql, sight.args...)
	}
	cond, args := visible(by, true)
	rows, err := many[struct {
		ID model.TicketID `db:"id"`
		In bool           `db:"inside"`
	}](ctx, r, "SELECT t.id, coalesce(("+c.sql+"), 0) AS inside FROM json_each(?) j CROSS JOIN tickets t ON t.id = j.value WHERE "+cond, append(append(c.args, string(set)), args...)...)
	if err != nil {
		return nil, nil, fmt.Errorf("look tickets up in a list: %w", err)
	}
	for _, row := range rows {
		seen = append(seen, row.ID)
		if row.In {
			in = append(in, row.ID)
		}
	}
	return in, seen, nil
}
