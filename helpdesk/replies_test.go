package helpdesk_test

import (
	"context"
	"testing"
	"time"

	"escalated/helpdesk"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

// A reply whose second has come is said by the background work itself, woken
// for that very moment.
func TestRepliesLeaveByThemselves(t *testing.T) {
	d := helpdesktest.New(t, helpdesktest.Settings("undo_send_seconds", "1"), func(c *helpdesk.Config) { c.Clock = time.Now })
	bob, carol := d.Agent("bob"), d.Customer("carol")
	tk := carol.Opens("Printer")
	woken := d.DB().Woken()
	d.Serve()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	sent, err := d.Verbs().Send(ctx, bob.Actor(), tk.ID, model.NewReply{Body: "Try water", Seen: tk.LastPublicID}, nil, 0)
	if err != nil || !sent.Draft.Pending() {
		t.Fatalf("sent %+v, %v", sent, err)
	}
	for {
		now, err := d.Verbs().Ticket(ctx, bob.Actor(), tk.ID)
		if err != nil {
			t.Fatal(err)
		}
		if now.LastPublicBy == bob.ID {
			m, err := d.Verbs().ViewMessage(ctx, bob.Actor(), now.LastPublicID)
			if err != nil || m.CreatedAt < sent.Draft.SendAt {
				t.Errorf("said at %v, due at %v: %v", m.CreatedAt, sent.Draft.SendAt, err)
			}
			return
		}
		select {
		case <-woken:
		case <-ctx.Done():
			t.Fatal("it is not said")
		}
	}
}
