package desk

import (
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

// TestAMachinesAnswerMovesNothing lets an out-of-office notice into a thread:
// the ticket looks neither answered nor as if its customer waited.
func TestAMachinesAnswerMovesNothing(t *testing.T) {
	r := newRig(t)
	carol, anna := r.person(model.KindCustomer, "Carol"), r.person(model.KindAgent, "Anna")
	ticket := r.opens(carol, "Away")
	r.later(time.Minute)
	_, err := r.Reply(r.ctx, anna, ticket.ID, model.NewReply{Body: "An answer"})
	must(t, err)
	before := r.now(ticket.ID)
	if before.WaitingSince != model.Never || before.Status != model.WaitingOnCustomer {
		t.Fatalf("%+v", before)
	}
	for _, hold := range []bool{false, true} {
		r.later(time.Hour)
		_, err = r.Reply(r.ctx, carol, ticket.ID, model.NewReply{Body: "I am away", Automatic: true, Hold: hold})
		must(t, err)
		now := r.now(ticket.ID)
		if now.WaitingSince != before.WaitingSince || now.CustomerAt != before.CustomerAt || now.Status != before.Status {
			t.Errorf("held %v: waiting since %v, customer at %v, %s; before %v, %v, %s", hold, now.WaitingSince, now.CustomerAt, now.Status, before.WaitingSince, before.CustomerAt, before.Status)
		}
	}
	r.later(time.Hour)
	_, err = r.Reply(r.ctx, carol, ticket.ID, model.NewReply{Body: "Back again"})
	must(t, err)
	if now := r.now(ticket.ID); now.WaitingSince == model.Never || now.CustomerAt <= before.CustomerAt || now.Status != model.WaitingOnAgent {
		t.Errorf("an answer of a person: %+v", now)
	}
}

// TestAParticipantSeesTheTicketTheirAnswerOpened answers a ticket of somebody
// else that was closed long ago.
func TestAParticipantSeesTheTicketTheirAnswerOpened(t *testing.T) {
	r := newRig(t)
	carol, paul, anna := r.person(model.KindCustomer, "Carol"), r.person(model.KindCustomer, "Paul"), r.person(model.KindAgent, "Anna")
	ticket := r.opens(carol, "Long ago")
	r.write(func(tx *store.Tx) error {
		_, err := tx.AddPerson(tx.Ctx, ticket.ID, paul.ID, store.RoleParticipant)
		return err
	})
	must(t, r.SetStatus(r.ctx, anna, ticket.ID, model.Closed, Change{}))
	r.later(31 * 24 * time.Hour)
	m, err := r.Reply(r.ctx, paul, ticket.ID, model.NewReply{Body: "Still broken"})
	must(t, err)
	if m.TicketID == ticket.ID {
		t.Fatal("the answer went into the old ticket")
	}
	for _, by := range []model.Actor{paul, carol} {
		if _, err := r.Ticket(r.ctx, by, m.TicketID); err != nil {
			t.Errorf("%s: %v", by.Name, err)
		}
	}
	link := ""
	guest := model.Actor{Kind: model.KindGuest, ID: paul.ID, Ticket: ticket.ID, Via: model.Web}
	if m, err = r.Reply(r.ctx, guest, ticket.ID, model.NewReply{Body: "Once more"}); err == nil {
		link, err = r.GuestLinkTo(r.ctx, guest, m)
	}
	must(t, err)
	if _, err := r.GuestActor(r.ctx, model.Nobody(), link); err != nil {
		t.Errorf("the guest's new link: %v", err)
	}
}

// TestAReleasedAnswerReopens releases a message that came to a closed ticket:
// it counts as if it had come now.
func TestAReleasedAnswerReopens(t *testing.T) {
	r := newRig(t)
	carol, anna := r.person(model.KindCustomer, "Carol"), r.person(model.KindAgent, "Anna")
	ticket := r.opens(carol, "Held")
	m, err := r.Reply(r.ctx, carol, ticket.ID, model.NewReply{Body: "Is it me?", Hold: true})
	must(t, err)
	must(t, r.SetStatus(r.ctx, anna, ticket.ID, model.Closed, Change{}))
	_, err = r.Release(r.ctx, anna, m.ID)
	must(t, err)
	if now := r.now(ticket.ID); now.Status != model.Reopened {
		t.Errorf("an answer lies in a ticket that is %s", now.Status)
	}
}
