package desk

import (
	"context"

	"escalated/model"
)

// MyCounts are the numbers of the actor's own open and solved tickets, capped.
func (d *Desk) MyCounts(ctx context.Context, by model.Actor) (open, solved int, err error) {
	if by.ID == 0 || by.Kind == model.KindGuest || by.Kind == model.KindMachine {
		return 0, 0, model.ErrSignIn
	}
	by.Kind, by.Permissions = model.KindCustomer, nil
	return d.db.Read().PortalCounts(ctx, by)
}
