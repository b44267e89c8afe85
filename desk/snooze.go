package desk

import (
	"context"
	"time"
	"unicode/utf8"

	"escalated/model"
	"escalated/store"
)

func init() { acts[model.ActSnooze] = doing{model.PermTicketEdit, actSnooze} }

// actSnooze is a snooze or, with an empty value, a waking among other actions.
func actSnooze(d *Desk, ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, value string) error {
	if value == "" {
		return d.wake(ctx, tx, by, t, model.WokenByHand)
	}
	_, err := d.snooze(ctx, tx, by, t, value, "")
	return err
}

// Snooze hides a ticket from the open lists: until is a preset, a time with
// its zone, or date and time as the actor's clock shows them. The status stays
// what it is. It tells when the ticket wakes.
func (d *Desk) Snooze(ctx context.Context, by model.Actor, id model.TicketID, until, reason string) (at model.Time, err error) {
	err = d.change(ctx, by, id, model.PermTicketEdit, "snooze", func(tx *store.Tx, t model.Ticket) error {
		at, err = d.snooze(tx.Ctx, tx, by, t, until, reason)
		return err
	})
	return at, err
}

func (d *Desk) snooze(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, until, reason string) (model.Time, error) {
	zone, err := d.zoneOf(ctx, tx.Reader, by)
	if err != nil {
		return 0, err
	}
	reason = model.Clean(reason)
	var p model.Invalid
	at, ok := model.ParseSnooze(until, tx.Now.Std().In(zone))
	switch {
	case until == "":
		p.Add("until", "snooze_when")
	case !ok || at > model.Never:
		p.Add("until", "date")
	case at <= tx.Now:
		p.Add("until", "snooze_past")
	}
	if utf8.RuneCountInString(reason) > model.MaxSnoozeReason {
		p.Add("reason", "too_long", "Max", model.MaxSnoozeReason)
	}
	if !t.Status.IsOpen() {
		p.Add("", "snooze_solved")
	}
	if err := p.Err(); err != nil {
		return 0, err
	}
	if t.SnoozedUntil == at && t.SnoozeReason == reason {
		return at, nil
	}
	if err := tx.UpdateTicket(ctx, t.ID, new(store.TicketChange).Snoozed(at, by.ID, reason)); err != nil {
		return 0, err
	}
	_, err = tx.Record(ctx, by, t.ID, model.TicketSnoozed{Until: at, Reason: reason})
	return at, err
}

// Wake ends a snooze by hand.
func (d *Desk) Wake(ctx context.Context, by model.Actor, id model.TicketID) error {
	return d.change(ctx, by, id, model.PermTicketEdit, "wake", func(tx *store.Tx, t model.Ticket) error {
		return d.wake(tx.Ctx, tx, by, t, model.WokenByHand)
	})
}

// wake is the one place where snoozes end other than by solving the ticket.
func (d *Desk) wake(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, how string) error {
	if !t.Snoozed() {
		return nil
	}
	if err := tx.UpdateTicket(ctx, t.ID, new(store.TicketChange).Snoozed(0, 0, "")); err != nil {
		return err
	}
	_, err := tx.Record(ctx, by, t.ID, model.TicketWoken{How: how, Person: t.SnoozedBy, Assignee: t.AssigneeID, Reason: t.SnoozeReason})
	return err
}

// WakeSnoozed wakes the tickets whose time has come, each in a transaction of
// its own that looks again: another process may have been faster. It tells how
// many it woke.
func (d *Desk) WakeSnoozed(ctx context.Context, by model.Actor) (int, error) {
	if by.Kind != model.KindMachine {
		return 0, model.ErrDenied
	}
	woken := map[model.TicketID]bool{}
	_, err := d.each(ctx, func(now model.Time) ([]model.TicketID, error) {
		return d.db.Read().SnoozesOver(ctx, now, 100)
	}, func(tx *store.Tx, id model.TicketID) error {
		t, err := tx.Ticket(tx.Ctx, by, id)
		if err != nil || !t.Snoozed() || t.SnoozedUntil > tx.Now || t.Pile != model.PileAsleep {
			return err
		}
		woken[id] = true
		return d.wake(tx.Ctx, tx, by, t, model.WokenByClock)
	})
	return len(woken), err
}

// zoneOf is the time zone a member of the staff lives by: their own, else the
// desk's.
func (d *Desk) zoneOf(ctx context.Context, r store.Reader, by model.Actor) (*time.Location, error) {
	s, err := d.Settings(ctx)
	if err != nil {
		return nil, err
	}
	name := s.TimeZone
	if by.ID != 0 && by.Kind.Staff() {
		p, err := r.Person(ctx, by.ID)
		if err != nil {
			return nil, err
		}
		if p.Zone != "" {
			name = p.Zone
		}
	}
	if zone, err := time.LoadLocation(name); err == nil {
		return zone, nil
	}
	return time.UTC, nil // a zone this machine does not know is no reason to fail
}
