package jobs

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"escalated/desk"
	"escalated/model"
	"escalated/store"
)

// rig is one database and the clocks of several processes on it.
type rig struct {
	t    *testing.T
	path string
	mu   sync.Mutex
	at   time.Time
}

func newRig(t *testing.T) *rig {
	return &rig{t: t, path: filepath.Join(t.TempDir(), "desk.db"), at: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
}

func (r *rig) later(d time.Duration) { r.mu.Lock(); defer r.mu.Unlock(); r.at = r.at.Add(d) }

// process is a desk on the file as another process has it.
func (r *rig) process(list ...Job) (*Clock, *desk.Desk) {
	r.t.Helper()
	db, err := store.Open(r.t.Context(), r.path, store.Options{Clock: func() time.Time { r.mu.Lock(); defer r.mu.Unlock(); return r.at }})
	must(r.t, err)
	r.t.Cleanup(func() { db.Close() })
	d, err := desk.New(desk.Options{DB: db, Key: make([]byte, 32), Settings: model.DefaultSettings()})
	must(r.t, err)
	c := New(d, list, nil)
	must(r.t, c.Enter(r.t.Context()))
	return c, d
}

func (r *rig) row(d *desk.Desk, name string) model.Job {
	r.t.Helper()
	j, err := d.Job(r.t.Context(), model.System("test"), name)
	must(r.t, err)
	return j
}

func counting(name string, every time.Duration, n *atomic.Int64) Job {
	return Job{name, every, func(context.Context, *desk.Desk, model.Actor) (Figures, error) {
		return Figures{"done": n.Add(1)}, nil
	}}
}

func TestTwoProcessesNeverDoTheSameAtOnce(t *testing.T) {
	r := newRig(t)
	inside, most, runs := atomic.Int64{}, atomic.Int64{}, atomic.Int64{}
	j := Job{"work", time.Minute, func(context.Context, *desk.Desk, model.Actor) (Figures, error) {
		if n := inside.Add(1); n > most.Load() {
			most.Store(n)
		}
		time.Sleep(time.Millisecond)
		inside.Add(-1)
		runs.Add(1)
		return nil, nil
	}}
	a, _ := r.process(j)
	b, _ := r.process(j)
	var wg sync.WaitGroup
	for i := range 20 {
		c := []*Clock{a, b}[i%2]
		wg.Go(func() {
			if _, err := c.RunNow(t.Context(), j, model.ByCommand, time.Minute); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if most.Load() != 1 || runs.Load() != 20 {
		t.Errorf("%d at once, %d runs", most.Load(), runs.Load())
	}
}

func TestWhoWaitsInVainIsTold(t *testing.T) {
	r := newRig(t)
	var n atomic.Int64
	j := counting("work", time.Minute, &n)
	c, d := r.process(j)
	ok, err := d.LeaseJob(t.Context(), model.System("clock"), "work", "a process that is at it")
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if _, err := c.RunNow(t.Context(), j, model.ByCommand, 0); !errors.Is(err, ErrBusy) || n.Load() != 0 {
		t.Fatalf("%v, %d runs", err, n.Load())
	}
	r.later(model.JobLease + time.Second) // it died: nothing was heard of it
	if _, err := c.RunNow(t.Context(), j, model.ByCommand, 0); err != nil || n.Load() != 1 {
		t.Fatalf("%v, %d runs", err, n.Load())
	}
	if ok, err := d.KeepJob(t.Context(), model.System("clock"), "work", "a process that is at it"); ok || err != nil {
		t.Errorf("a lease that was taken over is kept: %v, %v", ok, err)
	}
}

func TestALeaseFromBeforeTheClockWentBackHoldsNobody(t *testing.T) {
	r := newRig(t)
	var n atomic.Int64
	j := counting("work", time.Minute, &n)
	c, d := r.process(j)
	ok, err := d.LeaseJob(t.Context(), model.System("clock"), "work", "dead")
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	r.later(-24 * time.Hour)
	if _, err := c.RunNow(t.Context(), j, model.ByCommand, 0); err != nil || n.Load() != 1 {
		t.Fatalf("%v, %d runs", err, n.Load())
	}
}

// The clock of the machine may jump: no job stalls, and what was missed is
// done once.
func TestTheClockJumps(t *testing.T) {
	r := newRig(t)
	var n atomic.Int64
	c, d := r.process(counting("work", time.Hour, &n))
	due := func() int64 {
		before := n.Load()
		for range 3 {
			_, err := c.RunDue(t.Context())
			must(t, err)
		}
		return n.Load() - before
	}
	if got := due(); got != 0 {
		t.Fatalf("%d runs at the start", got)
	}
	r.later(5 * time.Minute)
	if got := due(); got != 1 {
		t.Fatalf("%d runs soon after", got)
	}
	for _, jump := range []time.Duration{8 * time.Hour, 24 * time.Hour, -24 * time.Hour, -365 * 24 * time.Hour, 90 * 24 * time.Hour} {
		r.later(jump)
		if got := due(); got != 1 {
			t.Errorf("after a jump of %s: %d runs", jump, got)
		}
		if got := due(); got != 0 {
			t.Errorf("after a jump of %s and a run: %d more", jump, got)
		}
		next := r.row(d, "work").NextAt.Sub(d.Now())
		if next <= 0 || next > 75*time.Minute {
			t.Errorf("after a jump of %s the next run is in %s", jump, next)
		}
	}
	r.later(-30 * time.Minute) // not far enough to notice: it runs when its time comes
	if got := due(); got > 1 {
		t.Errorf("%d runs", got)
	}
	r.later(2 * time.Hour)
	if got := due(); got != 1 {
		t.Errorf("%d runs", got)
	}
}

func TestWhatWasMissedIsDoneOnceAfterARestart(t *testing.T) {
	r := newRig(t)
	var n atomic.Int64
	j := counting("work", time.Minute, &n)
	c, _ := r.process(j)
	r.later(5 * time.Minute)
	_, err := c.RunDue(t.Context())
	must(t, err)
	r.later(8 * time.Hour)
	c, _ = r.process(j)
	for range 5 {
		_, err := c.RunDue(t.Context())
		must(t, err)
	}
	if n.Load() != 2 {
		t.Errorf("%d runs", n.Load())
	}
	_, d := r.process(counting("other", time.Minute, &n)) // another release
	rows, err := d.Jobs(t.Context(), model.System("test"))
	must(t, err)
	if len(rows) != 1 || rows[0].Name != "other" {
		t.Errorf("%+v", rows)
	}
}

func TestAWishIsFulfilledOnceAndByName(t *testing.T) {
	r := newRig(t)
	var n atomic.Int64
	j := counting("work", 24*time.Hour, &n)
	c, d := r.process(j)
	_, asked := r.process(j) // the page is served by another process
	boss := model.System("Boss")
	must(t, asked.AskJob(t.Context(), boss, "work"))
	must(t, asked.AskJob(t.Context(), boss, "work"))
	for range 3 {
		_, err := c.RunDue(t.Context())
		must(t, err)
	}
	runs, err := d.JobRuns(t.Context(), boss, "work")
	must(t, err)
	if n.Load() != 1 || len(runs) != 1 || runs[0].By != "Boss" || runs[0].Figures["done"] != 1 || r.row(d, "work").AskedAt != 0 {
		t.Errorf("%d runs: %+v, %+v", n.Load(), runs, r.row(d, "work"))
	}
	if err := d.AskJob(t.Context(), boss, "nonsense"); !errors.Is(err, model.ErrNotFound) {
		t.Error(err)
	}
	if err := d.AskJob(t.Context(), model.Actor{Kind: model.KindAgent, ID: 7, Permissions: model.PermissionsOf(model.KindAgent)}, "work"); !errors.Is(err, model.ErrDenied) {
		t.Error(err)
	}
}

func TestAWishDuringARunIsFulfilledAfterIt(t *testing.T) {
	r := newRig(t)
	var n atomic.Int64
	c, _ := r.process(Job{"work", time.Hour, func(ctx context.Context, d *desk.Desk, _ model.Actor) (Figures, error) {
		r.later(time.Second)
		if n.Add(1) == 1 {
			return nil, d.AskJob(ctx, model.System("Boss"), "work")
		}
		return nil, nil
	}})
	r.later(time.Hour)
	for range 4 {
		_, err := c.RunDue(t.Context())
		must(t, err)
	}
	if n.Load() != 2 {
		t.Errorf("%d runs", n.Load())
	}
}

func TestOnlyTheNewestRunsAreKept(t *testing.T) {
	r := newRig(t)
	var n atomic.Int64
	j := counting("work", time.Minute, &n)
	c, d := r.process(j)
	fails := Job{"work", time.Minute, func(context.Context, *desk.Desk, model.Actor) (Figures, error) {
		return nil, errors.New("the disk is full")
	}}
	for range 60 {
		_, err := c.RunNow(t.Context(), j, model.ByClock, 0)
		must(t, err)
	}
	for range 3 {
		if _, err := c.RunNow(t.Context(), fails, model.ByClock, 0); err == nil {
			t.Fatal("no error")
		}
	}
	runs, err := d.JobRuns(t.Context(), model.System("test"), "work")
	must(t, err)
	if row := r.row(d, "work"); len(runs) != model.JobRunsKept || runs[0].Error == "" || row.Failures != 3 || row.NextAt.Sub(d.Now()) > 2*time.Minute {
		t.Errorf("%d runs, %+v", len(runs), row)
	}
}

func TestARunningClockFulfilsAWish(t *testing.T) {
	r := newRig(t)
	ran := make(chan struct{}, 1)
	c, d := r.process(Job{"work", 24 * time.Hour, func(context.Context, *desk.Desk, model.Actor) (Figures, error) {
		ran <- struct{}{}
		return nil, nil
	}})
	c.settle = 50 * time.Millisecond
	must(t, d.AskJob(t.Context(), model.System("Boss"), "work"))
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	<-ran
	stop()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}
