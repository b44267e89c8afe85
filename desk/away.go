package desk

import (
	"context"
	"errors"
	"fmt"

	"escalated/model"
	"escalated/store"
)

// endsAtOnce is how many people come back in one turn of the clock.
const endsAtOnce = 100

// SetAway says that the actor takes no new work, until a time or, with none,
// until they say so, and who gets it meanwhile, if anybody.
func (d *Desk) SetAway(ctx context.Context, by model.Actor, a model.Absence) error {
	if by.Kind != model.KindAgent && by.Kind != model.KindAdmin {
		return model.ErrDenied
	}
	return d.setAway(ctx, by, by.ID, a)
}

// SetAwayFor says it of somebody whom the actor manages.
func (d *Desk) SetAwayFor(ctx context.Context, by model.Actor, who model.PersonID, a model.Absence) error {
	if err := d.mayManage(by); err != nil {
		return err
	}
	return d.setAway(ctx, by, who, a)
}

func (d *Desk) setAway(ctx context.Context, by model.Actor, who model.PersonID, a model.Absence) error {
	defer d.ForgetChoices() // they name who is away
	return d.db.Write(ctx, func(tx *store.Tx) error {
		if err := d.routedTo(tx.Ctx, tx, by, who); err != nil {
			return err
		}
		was, err := tx.AbsenceOf(tx.Ctx, who)
		if err != nil {
			return err
		}
		var p model.Invalid
		if a.AwayUntil != 0 && a.AwayUntil <= tx.Now {
			p.Add("away_until", "snooze_past")
		}
		if err := d.checkStandIn(tx.Ctx, tx, &p, who, a.AwayTo); err != nil {
			return err
		}
		if err := p.Err(); err != nil {
			return err
		}
		a.AwayAt = was.AwayAt
		if !was.IsAway(tx.Now) {
			a.AwayAt = tx.Now
		} else if a == was {
			return nil
		}
		if err := tx.SetAbsence(tx.Ctx, who, a); err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "person", int64(who), model.PersonAway{Person: who, Until: a.AwayUntil, To: a.AwayTo})
		return err
	})
}

// routedTo checks that a person is one who may be given tickets, and whom the
// actor may speak for.
func (d *Desk) routedTo(ctx context.Context, tx *store.Tx, by model.Actor, who model.PersonID) error {
	p, err := tx.Person(ctx, who)
	if err == nil && who != by.ID {
		p, err = d.managed(ctx, tx, by, who)
	}
	if err == nil && (!p.Active() || p.Kind != model.KindAgent && p.Kind != model.KindAdmin) {
		err = model.ErrNotFound
	}
	return err
}

func (d *Desk) checkStandIn(ctx context.Context, tx *store.Tx, p *model.Invalid, who, to model.PersonID) error {
	if to == 0 {
		return nil
	}
	if to == who {
		p.Add("away_to", "stand_in_self")
		return nil
	}
	x, err := tx.Person(ctx, to)
	if errors.Is(err, model.ErrNotFound) || err == nil && (!x.Active() || x.Kind != model.KindAgent && x.Kind != model.KindAdmin) {
		p.Add("away_to", "choice_invalid")
		return nil
	}
	return err
}

// ComeBack says that the actor takes new work again. Tickets that wait in
// their departments are given to people at once.
func (d *Desk) ComeBack(ctx context.Context, by model.Actor) error {
	if by.Kind != model.KindAgent && by.Kind != model.KindAdmin {
		return model.ErrDenied
	}
	return d.endAway(ctx, by, by.ID)
}

// EndAwayFor says it of somebody whom the actor manages.
func (d *Desk) EndAwayFor(ctx context.Context, by model.Actor, who model.PersonID) error {
	if err := d.mayManage(by); err != nil {
		return err
	}
	return d.endAway(ctx, by, who)
}

func (d *Desk) endAway(ctx context.Context, by model.Actor, who model.PersonID) error {
	defer d.ForgetChoices()
	return d.db.Write(ctx, func(tx *store.Tx) error {
		if err := d.routedTo(tx.Ctx, tx, by, who); err != nil {
			return err
		}
		return d.back(tx.Ctx, tx, by, who, "by_hand")
	})
}

// back ends somebody's being away and gives them what waits.
func (d *Desk) back(ctx context.Context, tx *store.Tx, by model.Actor, who model.PersonID, how string) error {
	was, err := tx.AbsenceOf(ctx, who)
	if err != nil || was.AwayAt == 0 {
		return err
	}
	if err := tx.SetAbsence(ctx, who, model.Absence{}); err != nil {
		return err
	}
	if _, err := tx.RecordAbout(ctx, by, "person", int64(who), model.PersonBack{Person: who, How: how}); err != nil {
		return err
	}
	return d.returned(ctx, tx, who)
}

// EndAway brings back everybody whose time away is over, and tells how many.
func (d *Desk) EndAway(ctx context.Context, by model.Actor) (n int, err error) {
	if by.Kind != model.KindMachine {
		return 0, model.ErrDenied
	}
	people, err := d.db.Read().BackBy(ctx, d.db.Now(), endsAtOnce)
	if err != nil || len(people) == 0 {
		return 0, err
	}
	defer d.ForgetChoices()
	for _, who := range people {
		err := d.db.Write(ctx, func(tx *store.Tx) error {
			if a, err := tx.AbsenceOf(tx.Ctx, who); err != nil || a.IsAway(tx.Now) { // just said anew
				return err
			}
			return d.back(tx.Ctx, tx, by, who, "clock")
		})
		if err != nil {
			return n, fmt.Errorf("bring %d back: %w", who, err)
		}
		n++
	}
	return n, nil
}

// Absence is whether the actor is away.
func (d *Desk) Absence(ctx context.Context, by model.Actor) (model.Absence, error) {
	if by.Kind != model.KindAgent && by.Kind != model.KindAdmin {
		return model.Absence{}, model.ErrDenied
	}
	return d.db.Read().AbsenceOf(ctx, by.ID)
}

// OpenTicketsOfMine is how many tickets the actor could hand over, counted up
// to loadCap.
func (d *Desk) OpenTicketsOfMine(ctx context.Context, by model.Actor) (int, error) {
	ids, err := d.db.Read().OpenTicketsOf(ctx, by.ID, loadCap)
	return len(ids), err
}

// HandOver gives all open tickets of the actor to somebody, or with zero back
// to their departments, where routing gives them to others if it is used
// there. It can be taken back as one change.
func (d *Desk) HandOver(ctx context.Context, by model.Actor, to model.PersonID) (n int, err error) {
	if by.ID == 0 || !by.Can(model.PermTicketAssign) {
		return 0, model.ErrDenied
	}
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		ids, err := tx.OpenTicketsOf(tx.Ctx, by.ID, 0)
		if err != nil {
			return err
		}
		tx.Undoable(by, "assign", "")
		if n, err = d.handOver(tx.Ctx, tx, by, by.ID, to); err != nil || to != 0 {
			return err
		}
		for _, id := range ids {
			t, err := tx.Ticket(tx.Ctx, model.System("routing"), id)
			if err != nil {
				return err
			}
			if err := d.route(tx.Ctx, tx, by, t); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}
