package jobs

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"os"
	"sync"
	"time"

	"github.com/go-co-op/gocron/v2"

	"escalated/desk"
	"escalated/model"
)

const (
	// settleIn is how long after the start the clock looks for the first time:
	// what was missed while the desk was down is done once, and the start stays
	// quick. A job that was never heard of before waits a round of firstIn.
	settleIn = 5 * time.Second
	firstIn  = time.Minute
	// look is how often the clock asks whether something is due. It is what an
	// admin who says "run now" waits at most.
	look = time.Second
)

// Clock runs the schedule.
type Clock struct {
	desk   *desk.Desk
	jobs   []Job
	log    *slog.Logger
	holder string // of leases: this clock in this process
	settle time.Duration

	mu      sync.Mutex
	running map[string]bool
	told    string // the last failure to look, said once
}

// New makes a clock for the jobs, usually Schedule(). It stands still before Run.
func New(d *desk.Desk, jobs []Job, log *slog.Logger) *Clock {
	if log == nil {
		log = slog.Default()
	}
	var id [6]byte
	rand.Read(id[:]) // never fails since Go 1.24
	return &Clock{desk: d, jobs: jobs, log: log, holder: fmt.Sprintf("%d-%s", os.Getpid(), hex.EncodeToString(id[:])), settle: settleIn, running: map[string]bool{}}
}

// clockwork is who runs the jobs.
func clockwork() model.Actor { return model.System("clock") }

// Enter makes the jobs known to the database, for the page that lists them.
func (c *Clock) Enter(ctx context.Context) error {
	list := make([]model.Job, len(c.jobs))
	for i, j := range c.jobs {
		list[i] = model.Job{Name: j.Name, EveryMS: j.Every.Milliseconds(), NextAt: c.desk.Now().Add(firstIn + jitter(j.Every))}
	}
	return c.desk.EnterJobs(ctx, clockwork(), list)
}

// Run keeps the schedule until the context ends.
func (c *Clock) Run(ctx context.Context) error {
	if err := c.Enter(ctx); err != nil {
		return fmt.Errorf("enter the jobs: %w", err)
	}
	s, err := gocron.NewScheduler(gocron.WithStopTimeout(5 * time.Second))
	if err != nil {
		return fmt.Errorf("start the clock: %w", err)
	}
	// Times are read by the desk's clock and kept in the database, not by
	// gocron's: so they outlive a restart and a machine that slept, another
	// process sees them, and a clock that was set back stalls nothing.
	_, err = s.NewJob(gocron.DurationJob(look), gocron.NewTask(func() { c.look(ctx, s) }),
		gocron.WithSingletonMode(gocron.LimitModeReschedule), gocron.WithStartAt(gocron.WithStartDateTime(time.Now().Add(c.settle))))
	if err != nil {
		return errors.Join(fmt.Errorf("start the clock: %w", err), s.Shutdown())
	}
	s.Start()
	<-ctx.Done()
	if err := s.Shutdown(); err != nil && !errors.Is(err, gocron.ErrStopJobsTimedOut) {
		return fmt.Errorf("stop the clock: %w", err)
	}
	return ctx.Err()
}

// look starts what is due, each as a job of its own, so that a slow one holds
// up no other.
func (c *Clock) look(ctx context.Context, s gocron.Scheduler) {
	due, err := c.due(ctx)
	if ctx.Err() != nil {
		return
	}
	c.tell(err)
	for _, d := range due {
		if !c.enter(d.job.Name) {
			continue
		}
		_, err := s.NewJob(gocron.OneTimeJob(gocron.OneTimeJobStartImmediately()), gocron.NewTask(func() {
			defer c.leave(d.job.Name)
			_, _, _ = c.do(ctx, d.job, d.who) // do has logged it
		}), gocron.WithName(d.job.Name))
		if err != nil {
			c.leave(d.job.Name)
			c.log.Error("start job", "job", d.job.Name, "error", err)
		}
	}
}

// tell logs a failure to look once, not every second.
func (c *Clock) tell(err error) {
	said := ""
	if err != nil {
		said = err.Error()
	}
	if said != "" && said != c.told {
		c.log.Error("look for due jobs", "error", err)
	}
	c.told = said
}

// task is a job that is due, and who wants it.
type task struct {
	job Job
	who string
}

// due are the jobs whose time has come.
func (c *Clock) due(ctx context.Context) ([]task, error) {
	rows, err := c.desk.Jobs(ctx, clockwork())
	if err != nil {
		return nil, err
	}
	now, known := c.desk.Now(), map[string]model.Job{}
	for _, r := range rows {
		known[r.Name] = r
	}
	var out []task
	for _, j := range c.jobs {
		r, ok := known[j.Name]
		if !ok || !r.Due(now) || r.Running(now) {
			continue
		}
		who := model.ByClock
		if r.AskedAt != 0 && r.AskedBy != "" {
			who = r.AskedBy
		}
		out = append(out, task{j, who})
	}
	return out, nil
}

func (c *Clock) enter(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running[name] {
		return false
	}
	c.running[name] = true
	return true
}

func (c *Clock) leave(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.running, name)
}

// jitter spreads jobs that would come together.
func jitter(every time.Duration) time.Duration {
	return mathrand.N(min(every/20, time.Minute) + time.Millisecond)
}

// next is when a job that began at a time runs again: in its rhythm, sooner
// after a failure. What was missed is done once.
func next(j Job, began, now model.Time, failed bool) model.Time {
	every := j.Every
	if failed {
		every = min(every, 5*time.Minute)
	}
	return max(began.Add(every), now) + model.Time(jitter(every).Milliseconds())
}
