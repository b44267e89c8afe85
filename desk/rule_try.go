package desk

import (
	"context"
	"errors"
	"slices"

	"escalated/model"
	"escalated/store"
)

// How many tickets a look at what conditions hold for counts, and shows.
const (
	wouldCount = 1000
	wouldShow  = 25
)

// TestRule says what a rule, saved or not, would do with a ticket the actor
// sees: each condition with the value it meets, and the actions in order. What
// was before is taken from the last such fact of the ticket. Nothing is
// written.
func (d *Desk) TestRule(ctx context.Context, by model.Actor, x model.Rule, id model.TicketID) (model.RuleTest, error) {
	if !by.Can(model.PermRules) {
		return model.RuleTest{}, model.ErrDenied
	}
	r := d.db.Read()
	t, err := r.Ticket(ctx, by, id)
	if err != nil {
		return model.RuleTest{}, err
	}
	x.Conditions, x.Actions = x.Conditions.Canonical(), x.Actions.Canonical()
	n, err := d.ruleNames(ctx, r)
	if err != nil {
		return model.RuleTest{}, err
	}
	if err := x.Conditions.Check("conditions", x.Use(), n).Err(); err != nil {
		return model.RuleTest{}, err
	}
	tickets, err := r.Matched(ctx, []model.TicketID{id}, x.Conditions.Needs())
	if err != nil {
		return model.RuleTest{}, err
	}
	m := tickets[id]
	if m == nil {
		return model.RuleTest{}, model.ErrNotFound
	}
	if err := d.previously(ctx, r, x, m); err != nil {
		return model.RuleTest{}, err
	}
	a := armed{x, x.Conditions.Prepare(n)}
	out := model.RuleTest{Ticket: t, Matched: a.tests.Match(m, d.Now()), Why: a.tests.Explain(m, n, d.Now()), Actions: plannedActions(x, n)}
	if !a.fits(m) {
		out.Stopped = model.RunWhyGone
	}
	return out, nil
}

// changeKinds are the facts that change what conditions can ask the past of.
var changeKinds = map[string][]string{
	"status": {"ticket.status_changed"}, "priority": {"ticket.priority_changed"}, "type": {"ticket.type_changed"}, "department": {"ticket.department_changed"},
	"assignee": {"ticket.assigned", "ticket.unassigned"},
}

// previously finds what the last fact changed that the conditions ask for.
func (d *Desk) previously(ctx context.Context, r store.Reader, x model.Rule, m *model.Matched) error {
	field := x.Conditions.AsksBefore()
	if field == "" || x.Use() != model.ForEvents {
		return nil
	}
	rec, err := r.LastFact(ctx, m.ID, changeKinds[field]...)
	if errors.Is(err, model.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	e, err := rec.Event()
	if err == nil {
		_, m.Previous = model.TriggersOf(e)
	}
	return err
}

// WouldMatch are the tickets, of those the actor sees, that conditions hold for
// now: counted up to a bound, and the first of them.
func (d *Desk) WouldMatch(ctx context.Context, by model.Actor, l model.Conditions) (model.WouldMatch, error) {
	if !by.Can(model.PermRules) && !by.Can(model.PermSLA) {
		return model.WouldMatch{}, model.ErrDenied
	}
	r := d.db.Read()
	n, err := d.ruleNames(ctx, r)
	if err != nil {
		return model.WouldMatch{}, err
	}
	l = l.Canonical()
	if err := l.Check("conditions", model.ForEvents, n).Err(); err != nil {
		return model.WouldMatch{}, err
	}
	ids, err := r.ConditionTickets(ctx, by, l.Prepare(n), wouldCount+1)
	if err != nil {
		return model.WouldMatch{}, err
	}
	out := model.WouldMatch{Total: min(len(ids), wouldCount), Capped: len(ids) > wouldCount}
	slices.Sort(ids)
	slices.Reverse(ids)
	out.Tickets, err = r.RowsOf(ctx, by, ids[:min(len(ids), wouldShow)])
	return out, err
}

// RuleRuns lists what rules did, newest first.
func (d *Desk) RuleRuns(ctx context.Context, by model.Actor, f model.RunFilter) (model.RunPage, error) {
	if !by.Can(model.PermRules) {
		return model.RunPage{}, model.ErrDenied
	}
	if f.Size <= 0 || f.Size > 200 {
		f.Size = 50
	}
	list, err := d.db.Read().RuleRuns(ctx, by, f)
	page := model.RunPage{Items: list, More: len(list) > f.Size}
	page.Items = list[:min(len(list), f.Size)]
	return page, err
}

// RerunRule does a run again that failed or was stopped: what went well stays
// done, the rest is tried anew. It gives the new run.
func (d *Desk) RerunRule(ctx context.Context, by model.Actor, id model.RunID) (again model.RunID, err error) {
	if !by.Can(model.PermRules) {
		return 0, model.ErrDenied
	}
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		was, err := tx.RuleRun(tx.Ctx, id)
		if err != nil {
			return err
		}
		if was.State != model.RunFailed && was.State != model.RunStopped {
			return model.Refuse("run", "rule_rerun")
		}
		x, err := tx.Rule(tx.Ctx, was.RuleID)
		if err != nil {
			return err
		}
		if _, err := tx.Ticket(tx.Ctx, by, was.TicketID); err != nil {
			return err
		}
		run := model.RuleRun{
			RuleID: x.ID, RuleVersion: x.Version, TicketID: was.TicketID, EventID: was.EventID, Cause: was.Cause, State: model.RunDue, NextAt: tx.Now, At: tx.Now, Why: was.Why,
		}
		if was.RuleVersion == x.Version {
			run.Results = slices.DeleteFunc(slices.Clone(was.Results), func(r model.ActionResult) bool { return r.Action.Type == "" })
			run.Step = slices.IndexFunc(run.Results, func(r model.ActionResult) bool { return r.State == model.ActionFailed })
			if run.Step < 0 {
				run.Step = len(run.Results)
			}
		}
		again, err = tx.InsertRun(tx.Ctx, run)
		return err
	})
	d.db.Wake()
	return again, err
}
