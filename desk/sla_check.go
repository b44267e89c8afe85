package desk

import (
	"context"
	"errors"
	"fmt"

	"escalated/model"
	"escalated/store"
)

// slaPart is how many tickets a check or a refresh changes in one transaction:
// nobody at the desk waits longer than for that.
const slaPart = 100

// SLAFigures is what a check of the clocks did.
type SLAFigures struct {
	Breached  int
	Warned    int
	Refreshed int // tickets that looked at their promises again
}

// CheckSLA tells warnings and breaches that are due, each once. It reads only
// clocks that have something to tell, so it costs next to nothing when nothing
// is due, whatever the size of the desk.
func (d *Desk) CheckSLA(ctx context.Context, by model.Actor) (f SLAFigures, err error) {
	if by.Kind != model.KindMachine {
		return f, model.ErrDenied
	}
	if f.Refreshed, err = d.refreshSLA(ctx); err != nil {
		return f, err
	}
	for {
		ids, err := d.db.Read().SLADue(ctx, d.Now(), slaPart)
		if err != nil {
			return f, fmt.Errorf("look for due clocks: %w", err)
		}
		if len(ids) == 0 {
			return f, nil
		}
		var part SLAFigures
		err = d.db.Write(ctx, func(tx *store.Tx) (err error) {
			part, err = d.tellDue(tx.Ctx, tx, ids)
			return err
		})
		if err != nil {
			return f, fmt.Errorf("check clocks: %w", err)
		}
		f.Breached, f.Warned = f.Breached+part.Breached, f.Warned+part.Warned
	}
}

// tellDue tells what the clocks of tickets have to tell.
func (d *Desk) tellDue(ctx context.Context, tx *store.Tx, ids []model.TicketID) (f SLAFigures, err error) {
	if err := tx.TouchAll(ctx, ids); err != nil {
		return f, err
	}
	p, err := d.promised(ctx, tx.Reader)
	if err != nil {
		return f, err
	}
	names := map[model.PolicyID]string{}
	for _, x := range p.list {
		names[x.ID] = x.Name
	}
	all, err := tx.SLAClocks(ctx, ids)
	if err != nil {
		return f, err
	}
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].TicketID == all[0].TicketID {
			n++
		}
		if err := d.tellTicket(ctx, tx, all[:n], names, &f); err != nil {
			return f, err
		}
		all = all[n:]
	}
	return f, nil
}

func (d *Desk) tellTicket(ctx context.Context, tx *store.Tx, clocks []model.SLAClock, names map[model.PolicyID]string, f *SLAFigures) error {
	id := clocks[0].TicketID
	told := make([][]model.Event, len(clocks))
	for i := range clocks {
		c := &clocks[i]
		if c.NextAt == 0 || c.NextAt >= tx.Now {
			continue
		}
		told[i] = c.Tell(tx.Now, names[c.PolicyID])
		for _, e := range told[i] {
			if _, ok := e.(model.SLABreached); ok {
				f.Breached++
			} else {
				f.Warned++
			}
		}
		if err := tx.SaveClock(ctx, c); err != nil {
			return err
		}
	}
	if err := tellClocks(ctx, tx, id, clocks, told); err != nil {
		return err
	}
	level, due := model.SLAStanding(clocks, tx.Now)
	return tx.SetSLALevel(ctx, id, level, due)
}

// refreshSLA has tickets look at their promises again after policies or
// calendars changed, in parts. What is left goes on after a restart.
func (d *Desk) refreshSLA(ctx context.Context) (n int, err error) {
	for ctx.Err() == nil {
		w, err := d.db.Read().NextSLARefresh(ctx)
		if errors.Is(err, model.ErrNotFound) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		err = d.db.Write(ctx, func(tx *store.Tx) error {
			ids, err := tx.SLARefreshTickets(tx.Ctx, w, slaPart)
			if err != nil {
				return err
			}
			last := model.TicketID(0)
			if len(ids) == slaPart {
				last = ids[len(ids)-1]
			}
			n += len(ids)
			tx.FollowAll()
			if err := tx.TouchAll(tx.Ctx, ids); err != nil {
				return err
			}
			return tx.MoveSLARefresh(tx.Ctx, w.ID, last)
		})
		if err != nil {
			return n, fmt.Errorf("count clocks anew: %w", err)
		}
	}
	return n, ctx.Err()
}
