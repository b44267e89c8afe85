// Package jobs is the desk's clock: what runs when, as one table. Every job is
// a shell over verbs; the when is here, the what is the desk's. What came of
// each run stands in the database, and so does the lease that keeps two
// processes from doing the same job at once.
package jobs

import (
	"context"
	"fmt"
	"time"

	"escalated/desk"
	"escalated/model"
)

// Figures say in numbers what a job did.
type Figures = model.Figures

// Job is one thing that happens by the clock.
type Job struct {
	Name  string // of its row, and in the text keys jobs.name_… and jobs.what_…
	Every time.Duration
	Do    func(ctx context.Context, d *desk.Desk, by model.Actor) (Figures, error)
}

// Schedule is the whole table.
func Schedule() []Job {
	return []Job{
		{"check-sla", 15 * time.Second, checkSLA},
		{"evaluate-rules", time.Minute, evaluateRules},
		{"delayed-steps", time.Minute, counted("done", (*desk.Desk).ContinueRules)},
		{"end-away", time.Minute, counted("returned", (*desk.Desk).EndAway)},
		{"route-waiting", time.Minute, counted("routed", (*desk.Desk).RouteWaiting)},
		{"wake-snoozed", 15 * time.Second, counted("woken", (*desk.Desk).WakeSnoozed)},
		{"close-resolved", 10 * time.Minute, counted("closed", (*desk.Desk).CloseResolved)},
		{"ask-ratings", 15 * time.Minute, counted("asked", (*desk.Desk).AskRatings)},
		{"empty-bin", time.Hour, counted("erased", (*desk.Desk).EmptyBin)},
		{"purge-activities", 24 * time.Hour, counted("purged", (*desk.Desk).PurgeOld)},
		{"forget-sessions", 15 * time.Minute, forgetExpired},
		{"forget-leftovers", time.Hour, forgetLeftovers},
		{"forget-notifications", 24 * time.Hour, counted("notifications", (*desk.Desk).ForgetNotifications)},
		{"forget-changes", time.Hour, counted("changes", (*desk.Desk).ForgetChanges)},
		{"forget-drafts", 24 * time.Hour, counted("drafts", (*desk.Desk).ForgetDrafts)},
		{"forget-rule-runs", 24 * time.Hour, counted("runs", (*desk.Desk).ForgetRuleRuns)},
		{"forget-deliveries", 24 * time.Hour, counted("deliveries", (*desk.Desk).ForgetDeliveries)},
		{"sweep-files", 24 * time.Hour, sweepFiles},
		{"compare-views", time.Hour, compareViews},
		{"maintain", time.Hour, maintain},
	}
}

// counted makes a job of a verb that tells how many.
func counted[N int | int64](figure string, verb func(*desk.Desk, context.Context, model.Actor) (N, error)) func(context.Context, *desk.Desk, model.Actor) (Figures, error) {
	return func(ctx context.Context, d *desk.Desk, by model.Actor) (Figures, error) {
		n, err := verb(d, ctx, by)
		return Figures{figure: int64(n)}, err
	}
}

func checkSLA(ctx context.Context, d *desk.Desk, by model.Actor) (Figures, error) {
	f, err := d.CheckSLA(ctx, by)
	return Figures{"breached": int64(f.Breached), "warned": int64(f.Warned), "refreshed": int64(f.Refreshed)}, err
}

func evaluateRules(ctx context.Context, d *desk.Desk, by model.Actor) (Figures, error) {
	return d.EvaluateRules(ctx, by)
}

func forgetExpired(ctx context.Context, d *desk.Desk, by model.Actor) (Figures, error) {
	return d.ForgetExpired(ctx, by)
}

func forgetLeftovers(ctx context.Context, d *desk.Desk, by model.Actor) (Figures, error) {
	return d.ForgetLeftovers(ctx, by)
}

// compareViews repairs numbers that drifted, and reports them: that none does is
// a promise of the transactions.
func compareViews(ctx context.Context, d *desk.Desk, by model.Actor) (Figures, error) {
	wrong, err := d.RecountViews(ctx, by)
	if err == nil && len(wrong) > 0 {
		err = fmt.Errorf("the numbers of views %v were wrong and have been repaired", wrong)
	}
	return Figures{"repaired": int64(len(wrong))}, err
}

func maintain(ctx context.Context, d *desk.Desk, by model.Actor) (Figures, error) {
	return nil, d.Maintain(ctx, by)
}

func sweepFiles(ctx context.Context, d *desk.Desk, by model.Actor) (Figures, error) {
	unused, err := d.SweepFiles(ctx, by)
	if err != nil {
		return Figures{"files": int64(unused)}, err
	}
	strays, err := d.SweepStrays(ctx, by)
	return Figures{"files": int64(unused + strays)}, err
}
