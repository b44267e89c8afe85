package helpdesk

import (
	"context"
	"time"

	"escalated/desk"
	"escalated/jobs"
	"escalated/model"
)

// ErrBusy is a job that another process is at.
var ErrBusy = jobs.ErrBusy

// RunJob does a job of the schedule now, for commands beside a running server
// and against a stopped one: under the lease that keeps two from doing it at
// once, and with a record of what came of it. do is what the schedule does if
// nil. While another process is at the job it waits for patience.
func (d *Desk) RunJob(ctx context.Context, name string, patience time.Duration, do func(context.Context, *desk.Desk, model.Actor) (model.Figures, error)) (model.JobRun, error) {
	return d.clock.RunNow(ctx, jobs.Job{Name: name, Do: do}, model.ByCommand, patience)
}

// RunDue does the jobs whose time has come, for tests and hosts with a clock
// of their own; Run does it by itself.
func (d *Desk) RunDue(ctx context.Context) (did bool, err error) { return d.clock.RunDue(ctx) }
