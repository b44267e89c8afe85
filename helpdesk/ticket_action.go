package helpdesk

import (
	"context"

	"escalated/model"
)

// loggedActions are the custom actions of the configuration; what fails in
// them is logged, since people are only told that it did not work.
func (c Config) loggedActions() []TicketAction {
	out := make([]TicketAction, len(c.TicketActions))
	for i, a := range c.TicketActions {
		if do := a.Do; do != nil {
			a.Do = func(ctx context.Context, call ActionCall) error {
				err := do(ctx, call)
				if err != nil && len(model.Problems(err)) == 0 {
					c.Log.Error("custom action failed", "action", call.Key, "ticket", int64(call.Ticket.ID), "error", err)
				}
				return err
			}
		}
		out[i] = a
	}
	return out
}
