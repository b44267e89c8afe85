package mail

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"escalated/model"
	"escalated/store"
)

func TestOneMailOfAnActionOnSeveralTickets(t *testing.T) {
	b := newBureau(t)
	ada, eve, mike, lisa := b.person(model.KindCustomer, "Ada"), b.person(model.KindCustomer, "Eve"), b.person(model.KindAgent, "Mike"), b.person(model.KindAgent, "Lisa")
	var ids []model.TicketID
	for i := range 40 {
		ids = append(ids, b.opens(ada, fmt.Sprint("Adas ", i), "x").ID)
	}
	ids = append(ids, b.opens(eve, "Eves", "x").ID)
	b.must(b.Follow(b.ctx, lisa, ids[0], true))
	seen := 0
	b.told(&seen)
	do := func(tickets []model.TicketID, actions ...model.Action) model.BulkJob {
		t.Helper()
		job, err := b.Bulk(b.ctx, mike, model.BulkRequest{Tickets: tickets, Actions: actions})
		b.must(err)
		return job
	}
	do(ids, model.Action{Type: model.ActAssign, Value: fmt.Sprint(lisa.ID)})
	if got := b.told(&seen); !slices.Equal(got, []string{"assigned lisa"}) {
		t.Fatalf("told %q", got)
	}
	last := b.queue()[seen-1]
	raw, err := b.db.Read().MailRaw(b.ctx, last.ID)
	b.must(err)
	if last.Subject != "Mike assigned 41 tickets to you" || last.TicketID != 0 {
		t.Errorf("%+v", last)
	}
	if body := string(raw); !strings.Contains(body, "ESC-40") || !strings.Contains(body, "Adas 7") {
		t.Errorf("the letter does not list them:\n%s", body)
	}
	do(ids, model.Action{Type: model.ActStatus, Value: "resolved"})
	if got := b.told(&seen); !slices.Equal(got, []string{"status ada", "status eve", "status lisa"}) {
		t.Fatalf("told %q", got)
	}
	do(ids[:1], model.Action{Type: model.ActStatus, Value: "reopened"})
	if last = b.queue()[len(b.queue())-1]; last.TicketID != ids[0] {
		t.Errorf("one ticket alone has a letter of the usual form: %+v", last)
	}
}

func TestOneMailOfAnActionInParts(t *testing.T) {
	b := newBureau(t)
	ada, mike, lisa := b.person(model.KindCustomer, "Ada"), b.person(model.KindAgent, "Mike"), b.person(model.KindAgent, "Lisa")
	b.write(func(tx *store.Tx) error {
		for i := range model.BulkChunk + 1 {
			id, err := tx.NextTicketID(tx.Ctx)
			if err != nil {
				return err
			}
			if err := tx.InsertTicket(tx.Ctx, model.Ticket{ID: id, Reference: fmt.Sprint("ESC-", id), Subject: fmt.Sprint("T", i), Status: model.Open, Priority: model.Medium, Type: model.Question, Channel: model.Web, RequesterID: ada.ID, CreatedAt: tx.Now, WaitingSince: tx.Now}); err != nil {
				return err
			}
		}
		return nil
	})
	seen := 0
	b.told(&seen)
	_, err := b.Bulk(b.ctx, mike, model.BulkRequest{All: true, Actions: []model.Action{{Type: model.ActAssign, Value: fmt.Sprint(lisa.ID)}}})
	b.must(err)
	for _, want := range [][]string{nil, {"assigned lisa"}} { // the first part tells nobody
		_, err := b.RunBulk(b.ctx, model.System("bulk"))
		b.must(err)
		if got := b.told(&seen); !slices.Equal(got, want) {
			t.Fatalf("told %q, want %q", got, want)
		}
	}
	if last := b.queue()[seen-1]; last.Subject != fmt.Sprintf("Mike assigned %d tickets to you", model.BulkChunk+1) {
		t.Errorf("%q", last.Subject)
	}
}
