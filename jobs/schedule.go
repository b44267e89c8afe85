// Package jobs is the desk's clock: what runs when, as one table. Every job is
// a shell over verbs; the when is here, the what is the desk's.
package jobs

import (
	"context"
	"fmt"
	"time"

	"escalated/desk"
	"escalated/model"
)

// Job is one thing that happens by the clock.
type Job struct {
	Name  string // in logs, and for admins
	Every time.Duration
	Do    func(ctx context.Context, d *desk.Desk, by model.Actor) error
}

// Schedule is the whole table.
func Schedule() []Job {
	return []Job{
		{"wake snoozed tickets", 15 * time.Second, wakeSnoozed},
		{"close resolved tickets", 10 * time.Minute, closeResolved},
		{"forget expired sessions and links", 15 * time.Minute, forgetExpired},
		{"ask for ratings", 15 * time.Minute, askRatings},
		{"forget leftovers", time.Hour, forgetLeftovers},
		{"forget old notifications", 24 * time.Hour, forgetNotifications},
		{"empty the bin", time.Hour, emptyBin},
		{"forget what can no longer be undone", time.Hour, forgetChanges},
		{"forget old drafts", 24 * time.Hour, forgetDrafts},
		{"maintain the database", time.Hour, maintain},
		{"compare the numbers of views", time.Hour, compareViews},
		{"sweep unused files", 24 * time.Hour, sweepFiles},
	}
}

func wakeSnoozed(ctx context.Context, d *desk.Desk, by model.Actor) error {
	_, err := d.WakeSnoozed(ctx, by)
	return err
}

func closeResolved(ctx context.Context, d *desk.Desk, by model.Actor) error {
	_, err := d.CloseResolved(ctx, by)
	return err
}

func askRatings(ctx context.Context, d *desk.Desk, by model.Actor) error {
	_, err := d.AskRatings(ctx, by)
	return err
}

func forgetExpired(ctx context.Context, d *desk.Desk, by model.Actor) error {
	return d.ForgetExpired(ctx, by)
}

func forgetLeftovers(ctx context.Context, d *desk.Desk, by model.Actor) error {
	return d.ForgetLeftovers(ctx, by)
}

func forgetNotifications(ctx context.Context, d *desk.Desk, by model.Actor) error {
	return d.ForgetNotifications(ctx, by)
}

func emptyBin(ctx context.Context, d *desk.Desk, by model.Actor) error {
	_, err := d.EmptyBin(ctx, by)
	return err
}

func forgetChanges(ctx context.Context, d *desk.Desk, by model.Actor) error {
	return d.ForgetChanges(ctx, by)
}

func forgetDrafts(ctx context.Context, d *desk.Desk, by model.Actor) error {
	return d.ForgetDrafts(ctx, by)
}

// compareViews repairs numbers that drifted, and reports them: that none does is
// a promise of the transactions.
func compareViews(ctx context.Context, d *desk.Desk, by model.Actor) error {
	wrong, err := d.RecountViews(ctx, by)
	if err == nil && len(wrong) > 0 {
		err = fmt.Errorf("the numbers of views %v were wrong and have been repaired", wrong)
	}
	return err
}

func maintain(ctx context.Context, d *desk.Desk, by model.Actor) error { return d.Maintain(ctx, by) }

func sweepFiles(ctx context.Context, d *desk.Desk, by model.Actor) error {
	if _, err := d.SweepFiles(ctx, by); err != nil {
		return err
	}
	_, err := d.SweepStrays(ctx, by)
	return err
}
