package desk

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"escalated/model"
	"escalated/store"
)

// ruleHour is the time in which the actions of rules on a ticket are counted.
const ruleHour = time.Hour

// RunRules does the run of a rule that is longest due, in one transaction:
// what it did and that it did it are written together, so that nothing is done
// twice and nothing is forgotten when the process ends. It tells whether there
// was one.
func (d *Desk) RunRules(ctx context.Context, by model.Actor) (did bool, err error) {
	if by.Kind != model.KindMachine {
		return false, model.ErrDenied
	}
	due, err := d.db.Read().DueRun(ctx, d.Now())
	if errors.Is(err, model.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, d.runRule(ctx, due.ID)
}

// runRule does one run. A fault of ours ends the run, not the others.
func (d *Desk) runRule(ctx context.Context, id model.RunID) error {
	w := &ruleWork{d: d, start: d.Now()}
	err := d.db.Write(ctx, func(tx *store.Tx) error { return d.runInside(w, tx, id) })
	if slices.ContainsFunc(w.rule.Actions, func(a model.Action) bool { return a.Type == model.ActAddTags }) {
		d.ForgetChoices() // a name may have become a tag
	}
	if err == nil || ctx.Err() != nil || errors.Is(err, model.ErrUnavailable) {
		return err
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		run, gone := tx.RuleRun(tx.Ctx, id)
		if gone != nil || run.NextAt == 0 {
			return gone
		}
		run.State, run.Error, run.NextAt, run.EndedAt = model.RunFailed, model.RunWhyFault, 0, tx.Now
		run.Results = append(run.Results, model.ActionResult{State: model.ActionFailed, Error: model.Excerpt(err.Error(), 500), At: tx.Now})
		return tx.SaveRun(tx.Ctx, run)
	})
}

func (d *Desk) runInside(w *ruleWork, tx *store.Tx, id model.RunID) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	run, err := tx.RuleRun(tx.Ctx, id)
	if errors.Is(err, model.ErrNotFound) {
		return nil
	}
	if err != nil || run.NextAt == 0 || run.NextAt > tx.Now { // another process was quicker
		return err
	}
	w.tx, w.run = tx, run
	return w.do(tx.Ctx)
}

// ruleWork is a run while it happens.
type ruleWork struct {
	d     *Desk
	tx    *store.Tx
	run   model.RuleRun
	rule  model.Rule
	by    model.Actor
	start model.Time
}

// end writes how the run came out.
func (w *ruleWork) end(ctx context.Context, state model.RunState, why string) error {
	w.run.State, w.run.Error, w.run.NextAt, w.run.EndedAt = state, why, 0, w.tx.Now
	return w.save(ctx)
}

func (w *ruleWork) save(ctx context.Context) error {
	w.run.US += w.d.Now().Sub(w.start).Microseconds()
	return w.tx.SaveRun(ctx, w.run)
}

func (w *ruleWork) do(ctx context.Context) error {
	why, err := w.begin(ctx)
	if err != nil {
		return err
	}
	switch {
	case why == model.RunWhyChanged && w.run.Step == 0 && len(w.run.Why) == 0: // it never matched: nothing to tell
		if err := w.tx.UnfireRule(ctx, w.run.RuleID, w.run.TicketID, w.run.Cause); err != nil {
			return err
		}
		return w.tx.DropRun(ctx, w.run.ID)
	case why == model.RunWhyLogOnly:
		logOnly(&w.run, w.rule, w.tx.Now)
		return w.save(ctx)
	case why == model.RunWhyDepth:
		return w.d.stopRule(ctx, w.tx, w.rule, &w.run, why)
	case why != "":
		return w.end(ctx, model.RunSkipped, why)
	}
	return w.actions(ctx)
}

// begin looks whether the run is still to be done: the rule is on, the ticket
// there, and, as it begins or when it waited and is to ask again, the
// conditions hold. It gives the reason when it is not.
func (w *ruleWork) begin(ctx context.Context) (why string, err error) {
	w.rule, err = w.tx.Rule(ctx, w.run.RuleID)
	if errors.Is(err, model.ErrNotFound) || err == nil && !w.rule.Active() {
		return model.RunWhyOff, nil
	}
	if err != nil {
		return "", err
	}
	tickets, err := w.tx.Matched(ctx, []model.TicketID{w.run.TicketID}, w.rule.Conditions.Needs())
	if err != nil {
		return "", err
	}
	m := tickets[w.run.TicketID]
	if m == nil || m.Pile > model.PileClosed {
		return model.RunWhyGone, nil
	}
	asks := w.run.Step == 0 || w.run.State == model.RunWaiting && w.held()
	if asks {
		ok, err := w.matches(ctx, m)
		if err != nil || !ok {
			return model.RunWhyChanged, err
		}
	}
	s, err := w.d.Settings(ctx)
	switch {
	case err != nil:
		return "", err
	case w.rule.LogOnly:
		return model.RunWhyLogOnly, nil
	case w.run.Depth >= s.RuleDepth:
		return model.RunWhyDepth, nil
	}
	w.run.RuleVersion = w.rule.Version
	w.by, err = w.d.ruleActor(ctx, w.tx, w.rule, w.run.Depth)
	return "", err
}

// held reports whether the wait that is over asked for the conditions.
func (w *ruleWork) held() bool {
	n := len(w.run.Results)
	return n > 0 && w.run.Results[n-1].Action.Hold
}

// matches asks the conditions of the ticket as it is now. What was before is
// in the fact that set the rule off.
func (w *ruleWork) matches(ctx context.Context, m *model.Matched) (bool, error) {
	if w.run.EventID != 0 {
		rec, err := w.tx.RecordByID(ctx, w.run.EventID)
		if err == nil {
			if e, err := rec.Event(); err == nil {
				_, m.Previous = model.TriggersOf(e)
			}
		} else if !errors.Is(err, model.ErrNotFound) {
			return false, err
		}
	}
	n, err := w.d.ruleNames(ctx, w.tx.Reader)
	if err != nil {
		return false, err
	}
	a := armed{w.rule, w.rule.Conditions.Prepare(n)}
	if ok := a.fits(m) && a.tests.Match(m, w.tx.Now); !ok {
		return false, nil
	}
	if w.run.Step == 0 {
		w.run.Why = a.tests.Explain(m, n, w.tx.Now)
	}
	return true, nil
}

// actions does what is left, until the end or the next wait.
func (w *ruleWork) actions(ctx context.Context) error {
	left, err := w.budget(ctx)
	if err != nil {
		return err
	}
	before := w.run.Results // of a run that is done again: what went well stays
	for ; w.run.Step < len(w.rule.Actions); w.run.Step++ {
		i, a := w.run.Step, w.rule.Actions[w.run.Step]
		if i < len(before) && before[i].State != model.ActionFailed && same(before[i].Action, a) {
			continue
		}
		if a.Type == model.ActWait {
			w.result(i, model.ActionResult{Action: a, State: model.ActionWaited, At: w.tx.Now})
			w.run.Step++
			w.run.State, w.run.NextAt = model.RunWaiting, w.tx.Now.Add(a.Wait())
			return w.save(ctx)
		}
		if left <= 0 {
			w.run.US += w.d.Now().Sub(w.start).Microseconds()
			return w.d.stopRule(ctx, w.tx, w.rule, &w.run, model.RunWhyBudget)
		}
		left--
		res, err := w.one(ctx, a)
		if err != nil {
			return err
		}
		w.result(i, res)
	}
	state := model.RunDone
	if slices.ContainsFunc(w.run.Results, func(r model.ActionResult) bool { return r.State == model.ActionFailed }) {
		state = model.RunFailed
	}
	return w.end(ctx, state, "")
}

// result keeps what became of an action in its place.
func (w *ruleWork) result(i int, r model.ActionResult) {
	list := slices.Clone(w.run.Results)
	if i < len(list) {
		list[i] = r
	} else {
		list = append(list, r)
	}
	w.run.Results = list
}

func same(a, b model.Action) bool {
	return a.Type == b.Type && a.Value == b.Value && a.Text == b.Text && slices.Equal(a.To, b.To) && slices.Equal(a.Channels, b.Channels)
}

// budget is how many actions rules may still do to the ticket in this hour.
func (w *ruleWork) budget(ctx context.Context) (int, error) {
	s, err := w.d.Settings(ctx)
	if err != nil {
		return 0, err
	}
	since := w.tx.Now.Add(-ruleHour)
	runs, err := w.tx.RunsSince(ctx, w.run.TicketID, since)
	if err != nil {
		return 0, err
	}
	left := s.RuleBudget
	for _, run := range runs {
		for _, r := range run.Results {
			if r.At > since && (r.State == model.ActionDone || r.State == model.ActionFailed) {
				left--
			}
		}
	}
	return left, nil
}

// one does one action. What it refuses, and what breaks in it, is taken back
// and told; the run goes on.
func (w *ruleWork) one(ctx context.Context, a model.Action) (res model.ActionResult, err error) {
	res = model.ActionResult{Action: a, State: model.ActionDone, At: w.tx.Now}
	facts, sent := w.tx.Facts(), false
	err = w.tx.Savepoint(ctx, func() (err error) {
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v", p)
			}
		}()
		sent, err = w.act(ctx, a)
		return err
	})
	switch {
	case err == nil:
		if !sent && w.tx.Facts() == facts {
			res.State = model.ActionSame
		}
		return res, nil
	case ctx.Err() != nil || errors.Is(err, model.ErrUnavailable):
		return res, err
	}
	res.State = model.ActionFailed
	res.Problem, res.Args, res.Error = explainFailure(err)
	return res, nil
}

// explainFailure keeps an error for the log.
func explainFailure(err error) (problem string, args []string, fault string) {
	switch p := model.Problems(err); {
	case len(p) > 0:
		for _, x := range p[0].Args {
			switch x := x.(type) {
			case model.StatusDef:
				args = append(args, x.Key)
			default:
				args = append(args, fmt.Sprint(x))
			}
		}
		return p[0].Key, args, ""
	case errors.Is(err, model.ErrNotFound):
		return "not_found", nil, ""
	case errors.Is(err, model.ErrDenied):
		return "not_allowed", nil, ""
	case errors.Is(err, model.ErrConflict):
		return "stale", nil, ""
	}
	return "rule_fault", nil, model.Excerpt(err.Error(), 500)
}
