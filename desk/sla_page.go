package desk

import (
	"context"
	"fmt"

	"escalated/model"
	"escalated/store"
)

// SLAInForce reports whether there are promises: a policy is in force and the
// setting is on.
func (d *Desk) SLAInForce(ctx context.Context) (bool, error) {
	p, err := d.promised(ctx, d.db.Read())
	if err != nil {
		return false, err
	}
	return len(p.list) > 0, nil
}

// SLAWhy says how the deadlines of a ticket came about: each piece of time by
// the calendar that counted it, each pause with its reason, and the rest until
// it is due. The sums are those of the clocks.
func (d *Desk) SLAWhy(ctx context.Context, by model.Actor, id model.TicketID) (w model.SLAWhy, err error) {
	if !by.Staff() {
		return w, model.ErrNotFound
	}
	r := d.db.Read()
	if w.Ticket, err = r.Ticket(ctx, by, id); err != nil {
		return w, err
	}
	clocks, err := r.SLAClocks(ctx, []model.TicketID{id})
	if err != nil {
		return w, fmt.Errorf("load clocks: %w", err)
	}
	ids := make([]model.PolicyID, 0, len(clocks))
	for _, c := range clocks {
		ids = append(ids, c.PolicyID)
	}
	names, err := r.PolicyNames(ctx, ids)
	if err != nil {
		return w, fmt.Errorf("name policies: %w", err)
	}
	list, err := r.SLAPolicies(ctx)
	if err != nil {
		return w, fmt.Errorf("load policies: %w", err)
	}
	for _, c := range clocks {
		x := model.ClockWhy{SLAClock: c, Policy: names[c.PolicyID], Now: d.Now()}
		if x.Calendar, err = d.calendarOf(ctx, r, c.CalendarVersion); err != nil {
			return w, err
		}
		for _, p := range list {
			if l := p.Targets[w.Ticket.Priority][c.Target]; p.ID == c.PolicyID && l.In(x.Calendar) == c.TargetTime() {
				x.Length = l
			}
		}
		if x.Pieces, err = d.pieces(ctx, r, c, x.Calendar); err != nil {
			return w, err
		}
		w.Clocks = append(w.Clocks, x)
	}
	return w, nil
}

// calendarOf is a calendar as it was; around the clock without one.
func (d *Desk) calendarOf(ctx context.Context, r store.Reader, v model.CalendarVersionID) (model.Calendar, error) {
	if v == 0 {
		return model.Calendar{}, nil
	}
	return d.calendarVersion(ctx, r, v)
}

// pieces are the stretches of a clock in order: those counted, the pauses
// between them, what runs now and what is left.
func (d *Desk) pieces(ctx context.Context, r store.Reader, c model.SLAClock, now model.Calendar) (out []model.ClockPiece, err error) {
	why := ""
	for i, s := range c.Spans {
		if i > 0 && s.From > c.Spans[i-1].To {
			out = append(out, model.ClockPiece{From: c.Spans[i-1].To, To: s.From, Pause: true, Why: why})
		}
		p := model.ClockPiece{From: s.From, To: s.To, Why: s.Why, Sum: s.Counted}
		if p.Calendar, err = d.calendarOf(ctx, r, s.Calendar); err != nil {
			return nil, err
		}
		_, p.Counted = p.Calendar.Between(s.From, s.To)
		out, why = append(out, p), s.Why
	}
	at := d.Now()
	switch {
	case c.RunningSince != 0:
		if n := len(c.Spans); n > 0 && c.RunningSince > c.Spans[n-1].To {
			out = append(out, model.ClockPiece{From: c.Spans[n-1].To, To: c.RunningSince, Pause: true, Why: why})
		}
		p := model.ClockPiece{From: c.RunningSince, To: max(at, c.RunningSince), Calendar: now}
		sum, counted := now.Between(p.From, p.To)
		p.Sum, p.Counted = sum.Milliseconds(), counted
		out = append(out, p)
		if left := c.TargetTime() - c.UsedTime() - sum; left > 0 {
			due, counted := now.Add(p.To, left)
			out = append(out, model.ClockPiece{From: p.To, To: due, Calendar: now, Counted: counted, Sum: left.Milliseconds(), Rest: true})
		}
	case c.Active():
		from := c.StartedAt
		if n := len(c.Spans); n > 0 {
			from = c.Spans[n-1].To
		}
		out = append(out, model.ClockPiece{From: from, To: at, Pause: true, Why: c.PausedWhy})
	}
	return out, nil
}
