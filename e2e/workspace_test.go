package e2e

import (
	"context"

	"escalated/model"
)

// The palette, the keys, how a person works, their day, why a ticket is as it
// is, and a talk with a third party.
func init() {
	sights = append(sights,
		sight{"agent/palette/", "palette", "agent", "agent/palette/?ticket={ticket}"},
		sight{"agent/shortcuts/", "shortcuts", "agent", "agent/shortcuts/"},
		sight{"", "shortcuts-edit", "agent", "agent/shortcuts/?edit=1"},
		sight{"agent/profile/workspace/", "workspace", "agent", "agent/profile/workspace/"},
		sight{"agent/day/", "day", "agent", "agent/day/"},
		sight{"agent/tickets/:id/why/", "why", "agent", "agent/tickets/{ticket}/why/"},
		sight{"agent/tickets/:id/sides/create/", "side-new", "agent", "agent/tickets/{ticket}/sides/create/"},
		sight{"agent/tickets/:id/sides/:side/", "side", "agent", "agent/tickets/{ticket}/sides/{side}/"},
	)
	furnish = append(furnish, func(w *world) {
		w.t.Helper()
		s, err := w.Verbs().StartSide(context.Background(), w.actor("agent"), ticketID(w.fill["ticket"]), model.NewSide{Address: "depot@carrier.example", Subject: "Where is parcel 77?", Body: "It left on **Monday**."})
		w.must(err)
		w.keep("side", int64(s.ID))
	})
}
