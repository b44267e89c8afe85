package outbox

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"escalated/model"
	"escalated/store"
)

// drain routes until the outlet has read everything or something fails.
func (n *outlet) drain(ctx context.Context) (did bool, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for {
		more, err := n.step(ctx)
		did = did || more
		if err != nil || !more {
			return did, err
		}
	}
}

// step routes one batch. It looks with a reader; the writer is taken only if
// there is work.
func (n *outlet) step(ctx context.Context) (more bool, err error) {
	if !n.known {
		c, err := n.db.Read().Cursor(ctx, n.Name)
		if err != nil {
			return false, fmt.Errorf("read cursor of %s: %w", n.Name, err)
		}
		n.seen, n.kept, n.known = c.Last, c.Last, true
	}
	recs, err := n.read(ctx)
	if err != nil || len(recs) == 0 {
		return false, err
	}
	last := recs[len(recs)-1].ID
	wanted := n.pick(recs)
	if len(wanted) == 0 {
		// Kept in memory mostly: after a restart some are looked at again.
		n.seen = last
		return true, n.lag(ctx)
	}
	err = n.route(ctx, wanted, last)
	if err == nil {
		n.moved(last)
		return true, nil
	}
	if passing(ctx, err) {
		return false, err
	}
	return n.oneByOne(ctx, recs)
}

// moved notes that everything up to an event is done with.
func (n *outlet) moved(last model.EventID) { n.seen, n.kept = last, last }

// lag keeps the cursor now and then although nothing was routed: what is old
// cannot go while an outlet seems not to have read it.
func (n *outlet) lag(ctx context.Context) error {
	if n.seen-n.kept < lagging {
		return nil
	}
	err := n.db.Write(ctx, func(tx *store.Tx) error { return tx.MoveCursor(tx.Ctx, n.Name, n.seen) })
	if err != nil {
		return fmt.Errorf("keep cursor of %s: %w", n.Name, err)
	}
	n.moved(n.seen)
	return nil
}

// read loads the next records, never the beginning of an action without its
// end: the facts of an action are one happening to those who are told.
func (n *outlet) read(ctx context.Context) ([]model.Record, error) {
	for limit := batch; ; limit *= 4 {
		recs, err := n.db.Read().RecordsAfter(ctx, n.seen, limit)
		if err != nil {
			return nil, fmt.Errorf("read events for %s: %w", n.Name, err)
		}
		if len(recs) < limit {
			return recs, nil
		}
		cut := len(recs) - 1
		for cut > 0 && recs[cut-1].ActionID == recs[len(recs)-1].ActionID {
			cut--
		}
		if cut > 0 {
			return recs[:cut], nil
		}
	}
}

func (n *outlet) pick(recs []model.Record) []model.Record {
	if n.wants == nil {
		return recs
	}
	var out []model.Record
	for _, r := range recs {
		if n.wants[r.Kind] {
			out = append(out, r)
		}
	}
	return out
}

// route does the work of records and moves the cursor, in one transaction.
func (n *outlet) route(ctx context.Context, recs []model.Record, last model.EventID) error {
	err := n.db.Write(ctx, func(tx *store.Tx) error {
		if err := n.call(tx, recs); err != nil {
			return err
		}
		return tx.MoveCursor(tx.Ctx, n.Name, last)
	})
	if err == nil && n.Routed != nil && len(recs) > 0 {
		n.Routed()
	}
	return err
}

// call runs Route; a panic is an error like any other, not the end of the desk.
func (n *outlet) call(tx *store.Tx, recs []model.Record) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	if len(recs) == 0 {
		return nil
	}
	return n.Route(tx.Ctx, tx, recs)
}

// oneByOne finds the action that fails a batch. Those before it are routed;
// the bad one is counted and after some tries put aside, so that those behind
// it get their turn.
func (n *outlet) oneByOne(ctx context.Context, recs []model.Record) (more bool, err error) {
	for len(recs) > 0 {
		end := 1
		for end < len(recs) && recs[end].ActionID == recs[0].ActionID {
			end++
		}
		action := recs[:end]
		recs = recs[end:]
		err := n.route(ctx, n.pick(action), action[end-1].ID)
		if err == nil {
			n.moved(action[end-1].ID)
			continue
		}
		if passing(ctx, err) {
			return false, err
		}
		return n.failed(ctx, action, err)
	}
	return true, nil
}

// failed counts a failure of an action, and puts it aside when it was the last try.
func (n *outlet) failed(ctx context.Context, action []model.Record, cause error) (more bool, err error) {
	parked := false
	err = n.db.Write(ctx, func(tx *store.Tx) error {
		parked = false
		times, err := tx.CountFailure(tx.Ctx, n.Name, action[0].ID)
		if err != nil || times < tries {
			return err
		}
		for _, r := range n.pick(action) {
			if err := tx.ParkEvent(tx.Ctx, n.Name, r.ID, firstLine(cause)); err != nil {
				return err
			}
		}
		parked = true
		return tx.MoveCursor(tx.Ctx, n.Name, action[len(action)-1].ID)
	})
	if err != nil {
		return false, fmt.Errorf("count failure of %s: %w", n.Name, err)
	}
	if !parked {
		return false, fmt.Errorf("outlet %s, event %d: %w", n.Name, action[0].ID, cause)
	}
	n.log.Error("event put aside", "event", action[0].ID, "kind", action[0].Kind, "error", cause)
	n.moved(action[len(action)-1].ID)
	return true, nil
}

// passing are failures that say nothing about the event.
func passing(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, model.ErrUnavailable)
}

func firstLine(err error) string {
	return model.Excerpt(err.Error(), 400)
}
