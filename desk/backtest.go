package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"escalated/model"
	"escalated/store"
)

// The bounds of a backtest: it reads in parts, so that it never holds more of
// the desk than one, and ends with what it has when it takes too long.
const (
	backtestPart = 500
	backtestTime = 20 * time.Second
)

// backtestSpan is the time of a backtest over so many days.
func (d *Desk) backtestSpan(days int) (model.BacktestSpan, error) {
	if !slices.Contains(model.BacktestDays(), days) {
		return model.BacktestSpan{}, model.Refuse("days", "choice_invalid")
	}
	return model.BacktestSpan{Days: days, From: d.Now().Add(-time.Duration(days) * 24 * time.Hour)}, nil
}

// pasts goes through the past of all tickets of which something may have
// happened in a span, and notes in it how far it got. It only reads.
func (d *Desk) pasts(ctx context.Context, span *model.BacktestSpan, need model.Needs, visit func(p model.Past) error) error {
	ctx, cancel := context.WithTimeout(ctx, backtestTime)
	defer cancel()
	r := d.db.Read()
	var err error
	if span.Newest, err = r.NewestTicket(ctx); err != nil {
		return fmt.Errorf("look for tickets: %w", err)
	}
	for {
		err := d.pastPart(ctx, r, span, need, visit)
		switch {
		case errors.Is(err, errPastOver):
			return nil
		case ctx.Err() != nil:
			span.Cut = "time"
			return nil
		case err != nil:
			return err
		case span.Tickets >= model.BacktestTickets:
			span.Cut = "tickets"
			return nil
		}
	}
}

var errPastOver = errors.New("no more tickets")

func (d *Desk) pastPart(ctx context.Context, r store.Reader, span *model.BacktestSpan, need model.Needs, visit func(p model.Past) error) error {
	ids, err := r.PastTickets(ctx, span.Last, span.From, backtestPart)
	if err != nil {
		return fmt.Errorf("look for tickets: %w", err)
	}
	if len(ids) == 0 {
		return errPastOver
	}
	list, err := r.Pasts(ctx, ids, need)
	if err != nil {
		return fmt.Errorf("read what was recorded: %w", err)
	}
	for _, p := range list {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := visit(p); err != nil {
			return fmt.Errorf("ticket %d: %w", p.Now.ID, err)
		}
		span.Tickets, span.Last = span.Tickets+1, p.Now.ID
	}
	span.Last = ids[len(ids)-1]
	return nil
}

// namedTickets gives those of the tickets that the actor sees their reference
// and subject.
func (d *Desk) namedTickets(ctx context.Context, by model.Actor, ids []model.TicketID) (map[model.TicketID]model.TicketRow, error) {
	out := map[model.TicketID]model.TicketRow{}
	if len(ids) == 0 {
		return out, nil
	}
	rows, err := d.db.Read().RowsOf(ctx, by, ids)
	for _, t := range rows {
		out[t.ID] = t
	}
	return out, err
}

// BacktestRule says for which tickets a rule, saved or not, would have fired in
// the last days, and when. Tickets are rebuilt from what was recorded; nothing
// is written.
func (d *Desk) BacktestRule(ctx context.Context, by model.Actor, x model.Rule, days int) (out model.RuleBacktest, err error) {
	if !by.Can(model.PermRules) {
		return out, model.ErrDenied
	}
	x.Conditions, x.Actions = x.Conditions.Canonical(), x.Actions.Canonical()
	r := d.db.Read()
	n, err := d.ruleNames(ctx, r)
	if err != nil {
		return out, err
	}
	var p model.Invalid
	for _, bad := range checkParts(x, n) { // what it would do may be unfinished
		if bad.Field == "trigger" || bad.Field == "again_after" || bad.Field == "conditions" || len(bad.Field) > 11 && bad.Field[:11] == "conditions." {
			p = append(p, bad)
		}
	}
	if err := p.Err(); err != nil {
		return out, err
	}
	out.Rule = x
	if out.BacktestSpan, err = d.backtestSpan(days); err != nil {
		return out, err
	}
	b := &ruleBacktest{d: d, armed: armed{x, x.Conditions.Prepare(n)}, names: n, now: d.Now(), out: &out}
	need := x.Conditions.Needs()
	if b.asksSLA(x.Conditions) {
		f, err := d.inForce(ctx, r)
		if err != nil {
			return out, err
		}
		b.promised, need = f, need.And(f.needs)
	}
	if err := d.pasts(ctx, &out.BacktestSpan, need, b.ticket); err != nil {
		return out, err
	}
	var ids []model.TicketID
	for _, f := range out.List {
		if !slices.Contains(ids, f.Ticket) {
			ids = append(ids, f.Ticket)
		}
	}
	named, err := d.namedTickets(context.WithoutCancel(ctx), by, ids)
	for i := range out.List {
		t := named[out.List[i].Ticket]
		out.List[i].Reference, out.List[i].Subject = t.Reference, t.Subject
	}
	return out, err
}
