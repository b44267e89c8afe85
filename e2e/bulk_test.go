package e2e

import (
	"context"

	"escalated/model"
)

// A change of several tickets with some left out, and the pages of what the
// organisation added.
func init() {
	sights = append(sights,
		sight{"agent/bulk/:id/", "bulk", "agent", "agent/bulk/{bulk}/"},
		sight{"agent/undo/:id/", "undo", "agent", "agent/undo/{change}/"},
		sight{"agent/tickets/:id/actions/:key/", "action", "agent", "agent/tickets/{ticket}/actions/refund/"},
		sight{"agent/tickets/:id/subjects/", "subject", "agent", "agent/tickets/{ticket}/subjects/"},
	)
	furnish = append(furnish, func(w *world) {
		w.t.Helper()
		one, two := w.says("The first of several"), w.says("The second of several")
		job, err := w.Verbs().Bulk(context.Background(), w.actor("agent"), model.BulkRequest{
			Tickets: []model.TicketID{one.ID, two.ID, 999999},
			Actions: []model.Action{{Type: model.ActPriority, Value: "low"}, {Type: model.ActAssign, Value: "me"}, {Type: model.ActAddTags, Value: "several"}},
		})
		w.must(err)
		w.keep("bulk", int64(job.ID))
		w.keep("change", int64(job.Set))
	})
}
