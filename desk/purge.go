package desk

import (
	"context"
	"fmt"
	"time"

	"escalated/model"
	"escalated/store"
)

// purgeStretch is how many events are looked at, and at most removed, in one
// go: whoever waits for the writer should not wait long.
const purgeStretch = 2000

// PurgeActivities removes from the history of closed tickets what is older
// than a number of days, and tells how many facts that were. What was said,
// how a ticket began and where it went stays, and so does whatever an outlet
// has yet to read, can still be undone or is told of by a notification.
func (d *Desk) PurgeActivities(ctx context.Context, by model.Actor, days int) (int64, error) {
	if by.Kind != model.KindMachine {
		return 0, model.ErrDenied
	}
	var all int64
	err := d.oldEvents(ctx, days, func(before model.Time, ids []model.EventID) (more bool, err error) {
		var n int64
		err = d.db.Write(ctx, func(tx *store.Tx) (err error) { n, err = tx.PurgeEvents(tx.Ctx, before, ids); return err })
		all += n
		return true, err
	})
	return all, err
}

// PurgeOld is PurgeActivities after the days of the settings; 0 keeps all.
func (d *Desk) PurgeOld(ctx context.Context, by model.Actor) (int64, error) {
	s, err := d.Settings(ctx)
	if err != nil || s.ActivityRetentionDays == 0 {
		if by.Kind != model.KindMachine {
			err = model.ErrDenied
		}
		return 0, err
	}
	return d.PurgeActivities(ctx, by, s.ActivityRetentionDays)
}

// PurgePlan counts what PurgeActivities would remove, and lists the first of it.
func (d *Desk) PurgePlan(ctx context.Context, by model.Actor, days, limit int) (n int64, first []model.Record, err error) {
	if by.Kind != model.KindMachine {
		return 0, nil, model.ErrDenied
	}
	var ids []model.EventID
	err = d.oldEvents(ctx, days, func(_ model.Time, some []model.EventID) (bool, error) {
		n += int64(len(some))
		ids = append(ids, some[:min(len(some), limit-len(ids))]...)
		return true, nil
	})
	if err != nil {
		return n, nil, err
	}
	first, err = d.db.Read().RecordsByID(ctx, ids)
	return n, first, err
}

// oldEvents walks over what may go.
func (d *Desk) oldEvents(ctx context.Context, days int, fn func(before model.Time, ids []model.EventID) (more bool, err error)) error {
	before := d.Now().Add(-time.Duration(days) * 24 * time.Hour)
	end, err := d.db.Read().PurgeEnd(ctx, before)
	if err != nil {
		return fmt.Errorf("look for old activities: %w", err)
	}
	for at := model.EventID(0); ; {
		ids, next, err := d.db.Read().OldEvents(ctx, before, at, end, purgeStretch)
		if err != nil {
			return fmt.Errorf("look for old activities: %w", err)
		}
		if next == 0 {
			return nil
		}
		at = next
		if len(ids) == 0 {
			continue
		}
		if more, err := fn(before, ids); err != nil || !more {
			return err
		}
	}
}

// Closing counts the tickets that CloseResolvedAfter would close, and lists the
// first of them.
func (d *Desk) Closing(ctx context.Context, by model.Actor, days, limit int) (n int, first []model.TicketRow, err error) {
	return d.planned(ctx, by, limit, func(r store.Reader) ([]model.TicketID, error) {
		return r.ResolvedBefore(ctx, d.Now().Add(-time.Duration(days)*24*time.Hour), planCap)
	})
}

// Waking counts the snoozed tickets whose time has come, and lists the first
// of them.
func (d *Desk) Waking(ctx context.Context, by model.Actor, limit int) (n int, first []model.TicketRow, err error) {
	return d.planned(ctx, by, limit, func(r store.Reader) ([]model.TicketID, error) {
		return r.SnoozesOver(ctx, d.Now(), planCap)
	})
}

// planCap is where a plan stops counting.
const planCap = 1_000_000

func (d *Desk) planned(ctx context.Context, by model.Actor, limit int, find func(r store.Reader) ([]model.TicketID, error)) (int, []model.TicketRow, error) {
	if by.Kind != model.KindMachine {
		return 0, nil, model.ErrDenied
	}
	r := d.db.Read()
	ids, err := find(r)
	if err != nil {
		return 0, nil, err
	}
	rows, err := r.TicketNames(ctx, by, ids[:min(len(ids), limit)])
	return len(ids), rows, err
}

// ForgetDeliveries drops requests to other servers that are long over, and
// tells how many.
func (d *Desk) ForgetDeliveries(ctx context.Context, by model.Actor) (int64, error) {
	if by.Kind != model.KindMachine {
		return 0, model.ErrDenied
	}
	return d.portioned(ctx, func(tx *store.Tx) (int64, error) {
		return tx.ForgetDeliveries(tx.Ctx, tx.Now.Add(-model.DeliveredDays*24*time.Hour), tx.Now.Add(-model.GivenUpDays*24*time.Hour), 500)
	})
}
