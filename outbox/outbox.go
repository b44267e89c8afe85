// Package outbox carries recorded events onward after their commit. Each
// outlet has a cursor on the events and turns them into work rows of its own
// (mails to send, entries of an index) in the same transaction in which the
// cursor moves, so routing happens exactly once. Nothing here talks to the
// network. SQLite has one writer, so ids commit in order and reading on from
// the cursor misses nothing.
package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"escalated/model"
	"escalated/store"
)

// Outlet is one reader of the events.
type Outlet struct {
	Name string
	// Kinds are the events it wants; nil for all. The records of an action come
	// together, those it does not want left out.
	Kinds []string
	// Route turns records into work rows. It must have no effects outside tx.
	Route func(ctx context.Context, tx *store.Tx, recs []model.Record) error
	// Routed is called after a commit of Route, to wake who does the work.
	Routed func()
}

// Options of New.
type Options struct {
	DB      *store.DB
	Outlets []Outlet
	Tick    time.Duration // how often to look without being woken; 5 s when zero
	Log     *slog.Logger
}

// batch is how many records an outlet reads at once.
const batch = 200

// lagging is how far, in records, the cursor that is kept may lag behind the
// one in memory while an outlet finds nothing that it wants.
const lagging = 1000

// tries is how often an action may fail an outlet before it is put aside.
const tries = 5

// ErrAgain is an event that failed an outlet once more.
var ErrAgain = model.Refuse("event", "event_fails_again")

// Dispatcher runs the outlets.
type Dispatcher struct {
	o       Options
	outlets []*outlet
}

// outlet is an Outlet with what it remembers.
type outlet struct {
	Outlet
	db    *store.DB
	log   *slog.Logger
	wants map[string]bool
	mu    sync.Mutex    // one at a time: Run and Drain
	seen  model.EventID // everything up to here is routed or not wanted
	kept  model.EventID // as the database has it
	known bool          // seen was read from the database
}

// New makes a dispatcher. Nothing runs before Run or Drain.
func New(o Options) *Dispatcher {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Tick == 0 {
		o.Tick = 5 * time.Second
	}
	d := &Dispatcher{o: o}
	for _, out := range o.Outlets {
		n := &outlet{Outlet: out, db: o.DB, log: o.Log.With("outlet", out.Name)}
		if out.Kinds != nil {
			n.wants = map[string]bool{}
			for _, k := range out.Kinds {
				n.wants[k] = true
			}
		}
		d.outlets = append(d.outlets, n)
	}
	return d
}

// Run routes until the context ends. Each outlet has a loop of its own, so a
// slow or sick one does not hold up the others.
func (d *Dispatcher) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	for _, n := range d.outlets {
		woken := d.o.DB.Woken()
		wg.Go(func() { d.loop(ctx, n, woken) })
	}
	wg.Wait()
	return ctx.Err()
}

func (d *Dispatcher) loop(ctx context.Context, n *outlet, woken <-chan struct{}) {
	tick := time.NewTicker(d.o.Tick)
	defer tick.Stop()
	for {
		if _, err := n.drain(ctx); err != nil && ctx.Err() == nil {
			n.log.Error("route events", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-woken:
		case <-tick.C: // catches a missed wake, and tries again what failed
		}
	}
}

// Drain routes everything there is, once, and tells whether there was
// anything. An action that fails is tried again by the next call, until it is
// put aside.
func (d *Dispatcher) Drain(ctx context.Context) (did bool, err error) {
	for _, n := range d.outlets {
		worked, e := n.drain(ctx)
		did, err = did || worked, errors.Join(err, e)
	}
	return did, err
}

// Retry routes an event again that an outlet gave up on, together with what
// else of the same action it gave up on. When it fails again, all stays as it is.
func (d *Dispatcher) Retry(ctx context.Context, name string, id model.EventID) error {
	var n *outlet
	for _, o := range d.outlets {
		if o.Name == name {
			n = o
		}
	}
	err := d.o.DB.Write(ctx, func(tx *store.Tx) error {
		recs, err := tx.ParkedTogether(tx.Ctx, name, id)
		if err != nil {
			return fmt.Errorf("read events put aside: %w", err)
		}
		if len(recs) == 0 || n == nil { // the event is gone, or the outlet is
			if ok, err := tx.Unpark(tx.Ctx, name, id); err != nil || ok {
				return err
			}
			return model.ErrNotFound
		}
		for _, r := range recs {
			if _, err := tx.Unpark(tx.Ctx, name, r.ID); err != nil {
				return err
			}
		}
		if err := n.call(tx, recs); err != nil {
			n.log.Error("event fails again", "event", id, "error", err)
			return fmt.Errorf("%w: %w", ErrAgain, err)
		}
		return nil
	})
	if err == nil && n != nil && n.Routed != nil {
		n.Routed()
	}
	return err
}
