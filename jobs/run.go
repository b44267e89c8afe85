package jobs

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"escalated/model"
)

// ErrBusy is a job that somebody else is at.
var ErrBusy = errors.New("somebody else is doing it")

// keepEvery is how often a runner says that it is still at it.
const keepEvery = model.JobLease / 4

// RunAll runs every job now, one after the other, for tests and commands.
func (c *Clock) RunAll(ctx context.Context) error {
	var all error
	for _, j := range c.jobs {
		_, _, err := c.do(ctx, j, model.ByClock)
		all = errors.Join(all, err)
	}
	return all
}

// RunDue runs what is due, one after the other, and tells whether there was
// anything.
func (c *Clock) RunDue(ctx context.Context) (did bool, err error) {
	due, err := c.due(ctx)
	for _, d := range due {
		if !c.enter(d.job.Name) {
			continue
		}
		_, ran, e := c.do(ctx, d.job, d.who)
		c.leave(d.job.Name)
		did, err = did || ran, errors.Join(err, e)
	}
	return did, err
}

// RunNow runs a job outside of its rhythm, as somebody wants it: with do, or
// with what the schedule says when that is nil. While somebody else is at the
// job it waits, until patience ends; then it is ErrBusy.
func (c *Clock) RunNow(ctx context.Context, j Job, who string, patience time.Duration) (model.JobRun, error) {
	if j.Do == nil {
		for _, known := range c.jobs {
			if known.Name == j.Name {
				j.Do = known.Do
			}
		}
	}
	if j.Do == nil {
		return model.JobRun{}, fmt.Errorf("job %s: %w", j.Name, model.ErrNotFound)
	}
	for end := time.Now().Add(patience); ; {
		run, ran, err := c.do(ctx, j, who)
		if ran || err != nil {
			return run, err
		}
		if time.Now().After(end) {
			return run, fmt.Errorf("%s: %w", j.Name, ErrBusy)
		}
		select {
		case <-ctx.Done():
			return run, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// do runs a job under its lease and writes what came of it; ran is false when
// somebody else has the lease.
func (c *Clock) do(ctx context.Context, j Job, who string) (run model.JobRun, ran bool, err error) {
	if ctx.Err() != nil {
		return run, false, ctx.Err()
	}
	ok, err := c.desk.LeaseJob(ctx, clockwork(), j.Name, c.holder)
	if err != nil || !ok {
		return run, false, err
	}
	run = model.JobRun{Name: j.Name, At: c.desk.Now(), By: who}
	began := time.Now()
	run.Figures, err = c.held(ctx, j)
	run.MS = time.Since(began).Milliseconds()
	if err != nil {
		err = fmt.Errorf("%s: %w", j.Name, err)
		run.Error = model.Excerpt(err.Error(), 2000)
		if ctx.Err() != nil {
			run.Error = "stopped: the desk was closed"
		} else {
			c.log.Error("job failed", "job", j.Name, "error", err)
		}
	}
	var at model.Time
	if j.Every != 0 {
		at = next(j, run.At, c.desk.Now(), err != nil)
	}
	// Written also when the desk is just stopping, so that nobody waits for
	// the lease to end.
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return run, true, errors.Join(err, c.desk.EndJob(end, clockwork(), run, c.holder, at))
}

// held runs a job while its lease is renewed. When the lease is lost, because
// this process stood still for too long, the job is told to stop.
func (c *Clock) held(ctx context.Context, j Job) (Figures, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	done := make(chan struct{})
	defer close(done)
	go func() {
		tick := time.NewTicker(keepEvery)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			if ok, err := c.desk.KeepJob(ctx, clockwork(), j.Name, c.holder); err == nil && !ok {
				cancel(errors.New("the lease was lost"))
				return
			}
		}
	}()
	return c.guarded(ctx, j)
}

// guarded makes a panic an error like any other.
func (c *Clock) guarded(ctx context.Context, j Job) (f Figures, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return j.Do(ctx, c.desk, clockwork())
}
