package helpdesk

import (
	"context"
	"time"

	"escalated/model"
)

// runRules does what rules have to do as soon as it is due, until the context
// ends.
func (d *Desk) runRules(ctx context.Context) error {
	woken := d.db.Woken()
	tick := time.NewTicker(5 * time.Second) // waits of rules that are over
	defer tick.Stop()
	for {
		if _, err := d.desk.ContinueRules(ctx, model.System("rules")); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-woken:
		case <-tick.C:
		}
	}
}

func (d *Desk) settleRules(ctx context.Context) (bool, error) {
	return d.desk.RunRules(ctx, model.System("rules"))
}
