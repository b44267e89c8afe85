package helpdesk

import (
	"context"
	"time"

	"escalated/model"
)

// sendReplies says what waits for its time, when the time has come: replies
// whose sending can be undone, and those for later.
func (d *Desk) sendReplies(ctx context.Context) error {
	const idle = 30 * time.Second // catches a missed wake
	woken := d.db.Woken()
	for {
		if _, err := d.sendDue(ctx); err != nil {
			return err
		}
		next, err := d.desk.NextDraft(ctx, model.System("desk"))
		if err != nil {
			return err
		}
		wait := idle
		if next != 0 {
			wait = min(idle, max(next.Sub(d.desk.Now()), time.Millisecond))
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-woken:
		case <-timer.C:
		}
		timer.Stop()
	}
}

func (d *Desk) sendDue(ctx context.Context) (bool, error) {
	n, err := d.desk.SendDrafts(ctx, model.System("desk"))
	return n > 0, err
}
