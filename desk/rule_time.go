package desk

import (
	"context"
	"errors"
	"fmt"

	"escalated/model"
	"escalated/store"
)

// ruleBatch is how many tickets of a rule by the clock are queued in one
// transaction.
const ruleBatch = 500

// EvaluateRules asks the rules by the clock of the whole desk, one statement a
// rule, and does what they and other rules have to do now. A rule that breaks
// leaves the others running.
func (d *Desk) EvaluateRules(ctx context.Context, by model.Actor) (model.Figures, error) {
	if by.Kind != model.KindMachine {
		return nil, model.ErrDenied
	}
	rules, n, err := d.armedRules(ctx, d.db.Read(), func(x model.Rule) bool { return x.Trigger == model.TriggerTime })
	if err != nil {
		return nil, err
	}
	matched, broken := int64(0), []error(nil)
	for i := range rules {
		found, err := d.evaluate(ctx, &rules[i], n)
		matched += found
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			broken = append(broken, fmt.Errorf("rule %d: %w", rules[i].ID, err))
		}
	}
	runs, err := d.ContinueRules(ctx, by)
	if err != nil {
		broken = append(broken, err)
	}
	return model.Figures{"matched": matched, "done": int64(runs)}, errors.Join(broken...)
}

// evaluate queues a rule by the clock for the tickets it has not fired for.
func (d *Desk) evaluate(ctx context.Context, x *armed, n model.Names) (matched int64, err error) {
	after, now := model.TicketID(0), d.Now()
	for {
		list, err := d.db.Read().RuleCandidates(ctx, x.Rule, x.tests, after, ruleBatch, now)
		if err != nil || len(list) == 0 {
			return matched, err
		}
		err = d.db.Write(ctx, func(tx *store.Tx) error {
			return d.queueTime(tx, x, n, list, &matched)
		})
		if err != nil || len(list) < ruleBatch {
			return matched, err
		}
		after = list[len(list)-1].ID
	}
}

func (d *Desk) queueTime(tx *store.Tx, x *armed, n model.Names, list []store.RuleCandidate, matched *int64) error {
	if now, err := tx.Rule(tx.Ctx, x.ID); err != nil || now.Version != x.Version { // changed meanwhile: the next time
		if errors.Is(err, model.ErrNotFound) {
			return nil
		}
		return err
	}
	var tickets map[model.TicketID]*model.Matched
	if x.LogOnly {
		ids := make([]model.TicketID, len(list))
		for i, c := range list {
			ids[i] = c.ID
		}
		var err error
		if tickets, err = tx.Matched(tx.Ctx, ids, x.Conditions.Needs()); err != nil {
			return err
		}
	}
	for _, c := range list {
		fresh, err := tx.FireRule(tx.Ctx, x.ID, c.ID, c.Cause)
		if err != nil {
			return err
		}
		if !fresh {
			continue
		}
		*matched++
		run := model.RuleRun{RuleID: x.ID, RuleVersion: x.Version, TicketID: c.ID, Cause: c.Cause, State: model.RunDue, NextAt: tx.Now, At: tx.Now}
		if m := tickets[c.ID]; m != nil {
			run.Why = x.tests.Explain(m, n, tx.Now)
		}
		if err := d.insertRun(tx.Ctx, tx, x.Rule, run, true); err != nil {
			return err
		}
	}
	return nil
}

// ContinueRules does all runs of rules that are due, those that waited too,
// and tells how many there were.
func (d *Desk) ContinueRules(ctx context.Context, by model.Actor) (int, error) {
	for n := 0; ; n++ {
		did, err := d.RunRules(ctx, by)
		if err != nil || !did {
			return n, err
		}
	}
}

// How long the log of rules is kept, and how much of it is forgotten at once.
const (
	ruleLogDays = 90
	ruleForget  = 5000
)

// ForgetRuleRuns removes what rules did long ago from their log.
func (d *Desk) ForgetRuleRuns(ctx context.Context, by model.Actor) (int64, error) {
	if by.Kind != model.KindMachine {
		return 0, model.ErrDenied
	}
	var n int64
	err := d.db.Write(ctx, func(tx *store.Tx) (err error) {
		n, err = tx.ForgetRuns(tx.Ctx, tx.Now.Add(-ruleLogDays*ruleFigureDay), ruleForget)
		return err
	})
	return n, err
}
