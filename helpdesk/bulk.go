package helpdesk

import (
	"context"
	"time"

	"escalated/model"
)

// runBulk works off changes of many tickets, until the context ends.
func (d *Desk) runBulk(ctx context.Context) error {
	woken := d.db.Woken()
	tick := time.NewTicker(5 * time.Second) // catches a missed wake
	defer tick.Stop()
	for {
		for {
			did, err := d.desk.RunBulk(ctx, model.System("bulk"))
			if err != nil {
				return err
			}
			if !did {
				break
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-woken:
		case <-tick.C:
		}
	}
}

func (d *Desk) settleBulk(ctx context.Context) (bool, error) {
	return d.desk.RunBulk(ctx, model.System("bulk"))
}
