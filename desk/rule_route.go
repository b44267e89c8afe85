package desk

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"escalated/model"
	"escalated/store"
)

// armed is a rule that is switched on, made ready.
type armed struct {
	model.Rule
	tests model.Tests
}

// fits reports whether the rule concerns the ticket at all: it is at the desk,
// and not closed, unless that is what the rule is about.
func (a *armed) fits(m *model.Matched) bool {
	switch {
	case m.Pile < model.PileActive || m.Pile > model.PileClosed:
		return false
	case m.Pile == model.PileClosed:
		return a.Trigger.AboutClosed() || slices.Contains(a.tests.Piles(), model.PileClosed)
	}
	return true
}

// armedRules are the rules that are switched on and wanted, in order.
func (d *Desk) armedRules(ctx context.Context, r store.Reader, wanted func(model.Rule) bool) ([]armed, model.Names, error) {
	list, err := r.Rules(ctx)
	if err != nil {
		return nil, model.Names{}, err
	}
	var out []armed
	for _, x := range list {
		if x.Active() && wanted(x) {
			out = append(out, armed{Rule: x})
		}
	}
	if len(out) == 0 {
		return nil, model.Names{}, nil
	}
	n, err := d.ruleNames(ctx, r)
	if err != nil {
		return nil, n, err
	}
	for i := range out {
		out[i].tests = out[i].Conditions.Prepare(n)
	}
	return out, n, nil
}

// QueueRules is the outlet that finds the rules which facts set off: a run for
// each rule whose conditions hold. When one was found, the rules of the same
// trigger behind it get a run too, because what it does may be what they wait
// for; theirs is forgotten if it is not.
func (d *Desk) QueueRules(ctx context.Context, tx *store.Tx, recs []model.Record) error {
	if err := fireAnew(ctx, tx, recs); err != nil {
		return err
	}
	rules, n, err := d.armedRules(ctx, tx.Reader, func(x model.Rule) bool { return x.Trigger != model.TriggerTime })
	if err != nil || len(rules) == 0 {
		return err
	}
	q := &ruleQueue{d: d, tx: tx, rules: rules, names: n, opened: map[string]bool{}, chained: map[model.EventID]bool{}}
	if err := q.load(ctx, recs); err != nil {
		return err
	}
	for _, r := range recs {
		if err := q.fact(ctx, r); err != nil {
			return fmt.Errorf("rules for event %d: %w", r.ID, err)
		}
	}
	return nil
}

// fireAnew begins a new life for tickets that were opened again.
func fireAnew(ctx context.Context, tx *store.Tx, recs []model.Record) error {
	for _, r := range recs {
		if r.Kind != (model.StatusChanged{}).Kind() {
			continue
		}
		e, err := r.Event()
		if err != nil {
			return err
		}
		if e, ok := e.(model.StatusChanged); ok && !e.From.IsOpen() && e.To.IsOpen() {
			if err := tx.FireAnew(ctx, r.TicketID); err != nil {
				return err
			}
		}
	}
	return nil
}

// ruleQueue finds the rules for one batch of facts.
type ruleQueue struct {
	d       *Desk
	tx      *store.Tx
	rules   []armed
	names   model.Names
	tickets map[model.TicketID]*model.Matched
	opened  map[string]bool // actions that opened a ticket
	chained map[model.EventID]bool
}

func (q *ruleQueue) load(ctx context.Context, recs []model.Record) error {
	var ids []model.TicketID
	for _, r := range recs {
		if r.TicketID != 0 && !slices.Contains(ids, r.TicketID) {
			ids = append(ids, r.TicketID)
		}
		if r.Kind == (model.TicketOpened{}).Kind() {
			q.opened[r.ActionID] = true
		}
	}
	var need model.Needs
	for i := range q.rules {
		need = need.And(q.rules[i].Conditions.Needs())
	}
	var err error
	q.tickets, err = q.tx.Matched(ctx, ids, need)
	return err
}

// fact queues the rules of one fact.
func (q *ruleQueue) fact(ctx context.Context, r model.Record) error {
	m := q.tickets[r.TicketID]
	if m == nil { // erased since
		return nil
	}
	e, err := r.Event()
	if err != nil {
		return err
	}
	triggers, previous, err := q.d.triggersOf(ctx, q.tx.Reader, r, e)
	if err != nil || len(triggers) == 0 {
		return err
	}
	ticket := *m
	ticket.Previous = previous
	for i := range q.rules {
		x := &q.rules[i]
		if !slices.Contains(triggers, x.Trigger) || x.Trigger == model.TriggerUpdated && q.opened[r.ActionID] || !x.fits(&ticket) {
			continue
		}
		matched := x.tests.Match(&ticket, q.tx.Now)
		if !matched && !(q.chained[r.ID] && x.Trigger.Chains()) {
			continue
		}
		if err := q.queue(ctx, x, r, &ticket, matched); err != nil {
			return err
		}
	}
	return nil
}

// triggersOf are the triggers of a fact. A first message that is released
// opens its ticket.
func (d *Desk) triggersOf(ctx context.Context, r store.Reader, rec model.Record, e model.Event) ([]model.Trigger, model.Previous, error) {
	triggers, previous := model.TriggersOf(e)
	if e, ok := e.(model.MessageReleased); ok {
		t, err := r.Ticket(ctx, model.System("rules"), rec.TicketID)
		if err != nil {
			return nil, previous, err
		}
		if t.FirstMessageID == e.Message {
			triggers = []model.Trigger{model.TriggerCreated}
		}
	}
	return triggers, previous, nil
}

// queue writes a run for a rule that a fact set off.
func (q *ruleQueue) queue(ctx context.Context, x *armed, r model.Record, m *model.Matched, matched bool) error {
	cause := "event:" + strconv.FormatInt(int64(r.ID), 10)
	if matched && (x.Trigger == model.TriggerUpdated || x.Trigger == model.TriggerTagged) { // one action is one cause
		cause = "event:" + r.ActionID
	}
	fresh, err := q.tx.FireRule(ctx, x.ID, m.ID, cause)
	if err != nil || !fresh {
		return err
	}
	run := model.RuleRun{
		RuleID: x.ID, RuleVersion: x.Version, TicketID: m.ID, EventID: r.ID, Cause: cause, Depth: r.Depth, State: model.RunDue, NextAt: q.tx.Now, At: q.tx.Now,
	}
	if matched {
		run.Why = x.tests.Explain(m, q.names, q.tx.Now)
		q.chained[r.ID] = q.chained[r.ID] || !x.LogOnly && x.Trigger.Chains()
	}
	return q.d.insertRun(ctx, q.tx, x.Rule, run, matched)
}

// insertRun writes a run, or what became of it when the rule only logs or has
// gone too deep.
func (d *Desk) insertRun(ctx context.Context, tx *store.Tx, x model.Rule, run model.RuleRun, matched bool) error {
	s, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	switch {
	case matched && x.LogOnly:
		logOnly(&run, x, tx.Now)
	case matched && run.Depth >= s.RuleDepth:
		return d.stopRule(ctx, tx, x, &run, model.RunWhyDepth)
	}
	_, err = tx.InsertRun(ctx, run)
	return err
}

// logOnly ends a run of a rule that only logs: what it would have done is in
// its results.
func logOnly(run *model.RuleRun, x model.Rule, now model.Time) {
	run.State, run.Error, run.NextAt, run.EndedAt = model.RunSkipped, model.RunWhyLogOnly, 0, now
	run.Results = planned(x)
}

func planned(x model.Rule) (out model.ActionResults) {
	for _, a := range x.Actions {
		out = append(out, model.ActionResult{Action: a, State: model.ActionPlanned})
	}
	return out
}

// stopRule ends a run that was not let act, and says so on the ticket, once in
// an hour.
func (d *Desk) stopRule(ctx context.Context, tx *store.Tx, x model.Rule, run *model.RuleRun, why string) error {
	run.State, run.Error, run.NextAt, run.EndedAt = model.RunStopped, why, 0, tx.Now
	told, err := tx.RuleStoppedSince(ctx, x.ID, run.TicketID, why, tx.Now.Add(-ruleHour))
	if err != nil {
		return err
	}
	if run.ID == 0 {
		_, err = tx.InsertRun(ctx, *run)
	} else {
		err = tx.SaveRun(ctx, *run)
	}
	if err != nil || told {
		return err
	}
	by, err := d.ruleActor(ctx, tx, x, run.Depth)
	if err != nil {
		return err
	}
	_, err = tx.Record(ctx, by, run.TicketID, model.RuleStopped{Rule: x.ID, Name: x.Name, Why: why})
	return err
}

// ruleActor is a rule as the one who acts, one deeper than what set it off.
func (d *Desk) ruleActor(ctx context.Context, tx *store.Tx, x model.Rule, depth int) (by model.Actor, err error) {
	by = model.System(model.RulePart(x.ID))
	s, err := d.Settings(ctx)
	if err != nil {
		return by, err
	}
	by.Name, by.Depth = s.DeskName, depth+1 // the name stands for the agent's in texts
	by.ID, err = tx.MachineID(ctx, by.Part)
	return by, err
}
