package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/go-co-op/gocron/v2"

	"escalated/desk"
	"escalated/model"
)

// settleIn is how long after the start the jobs run for the first time: what
// was missed while the desk was down is done once, and the start stays quick.
const settleIn = time.Minute

// Run is the last run of a job.
type Run struct {
	Name  string
	Every time.Duration
	At    time.Time // zero: not yet
	Took  time.Duration
	Err   error
	Next  time.Time
}

// Clock runs the schedule.
type Clock struct {
	desk *desk.Desk
	jobs []Job
	log  *slog.Logger

	mu   sync.Mutex
	runs map[string]Run
}

// New makes a clock for the jobs, usually Schedule(). It stands still before Run.
func New(d *desk.Desk, jobs []Job, log *slog.Logger) *Clock {
	if log == nil {
		log = slog.Default()
	}
	return &Clock{desk: d, jobs: jobs, log: log, runs: map[string]Run{}}
}

// Run keeps the schedule until the context ends. A job that is still running
// when its next time comes skips it.
func (c *Clock) Run(ctx context.Context) error {
	s, err := gocron.NewScheduler(gocron.WithStopTimeout(5 * time.Second))
	if err != nil {
		return fmt.Errorf("start the clock: %w", err)
	}
	first := time.Now().Add(settleIn)
	for _, j := range c.jobs {
		_, err := s.NewJob(gocron.DurationJob(j.Every), gocron.NewTask(func() { _ = c.do(ctx, j) }), // do has logged it
			gocron.WithName(j.Name), gocron.WithSingletonMode(gocron.LimitModeReschedule), gocron.WithStartAt(gocron.WithStartDateTime(first)))
		if err != nil {
			return errors.Join(fmt.Errorf("schedule %q: %w", j.Name, err), s.Shutdown())
		}
	}
	s.Start()
	<-ctx.Done()
	if err := s.Shutdown(); err != nil && !errors.Is(err, gocron.ErrStopJobsTimedOut) {
		return fmt.Errorf("stop the clock: %w", err)
	}
	return ctx.Err()
}

// RunAll runs every job now, one after the other, for tests and commands.
func (c *Clock) RunAll(ctx context.Context) error {
	var all error
	for _, j := range c.jobs {
		all = errors.Join(all, c.do(ctx, j))
	}
	return all
}

// Runs tells of each job when it ran last and what came of it.
func (c *Clock) Runs() []Run {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]Run, len(c.jobs))
	for i, j := range c.jobs {
		out[i] = c.runs[j.Name]
		out[i].Name, out[i].Every = j.Name, j.Every
	}
	return out
}

// do runs a job and keeps what came of it. A panic is an error like any other.
func (c *Clock) do(ctx context.Context, j Job) (err error) {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	at := time.Now()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
		if err != nil {
			err = fmt.Errorf("%s: %w", j.Name, err)
			if ctx.Err() == nil {
				c.log.Error("job failed", "job", j.Name, "error", err)
			}
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.runs[j.Name] = Run{At: at, Took: time.Since(at), Err: err, Next: at.Add(j.Every)}
	}()
	return j.Do(ctx, c.desk, model.System("clock"))
}
