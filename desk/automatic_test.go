package desk

import (
	"errors"
	"fmt"
	"strings"
	"sync"
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

// TestTheBinIsForRestoring tries every verb on a ticket in the bin, by those
// who see it there.
func TestTheBinIsForRestoring(t *testing.T) {
	r := newRig(t)
	carol, boss := r.person(model.KindCustomer, "Carol"), r.person(model.KindAdmin, "Boss")
	ticket := r.opens(carol, "Gone")
	must(t, r.DeleteTicket(r.ctx, boss, ticket.ID))
	before, facts := r.now(ticket.ID), len(r.facts(ticket.ID))
	for what, err := range map[string]error{
		"subject": r.SetSubject(r.ctx, boss, ticket.ID, "New", Change{}), "status": r.SetStatus(r.ctx, boss, ticket.ID, model.Closed, Change{}),
		"priority": r.SetPriority(r.ctx, boss, ticket.ID, model.High, Change{}), "assign": r.Assign(r.ctx, boss, ticket.ID, boss.ID, Change{}),
		"tags": r.ChangeTags(r.ctx, boss, ticket.ID, []string{"x"}, nil), "follow": r.Follow(r.ctx, boss, ticket.ID, true),
		"close": r.CloseTicket(r.ctx, boss, ticket.ID), "reopen": r.ReopenTicket(r.ctx, boss, ticket.ID),
		"reply": func() error { _, err := r.Reply(r.ctx, boss, ticket.ID, model.NewReply{Body: "x"}); return err }(),
		"note":  func() error { _, err := r.Note(r.ctx, boss, ticket.ID, model.NewReply{Body: "x"}); return err }(),
	} {
		if !errors.Is(err, model.ErrNotFound) {
			t.Errorf("%s in the bin: %v", what, err)
		}
	}
	if now := r.now(ticket.ID); now.Version != before.Version || len(r.facts(ticket.ID)) != facts {
		t.Errorf("the ticket changed in the bin: %v", r.facts(ticket.ID))
	}
	must(t, r.RestoreTicket(r.ctx, boss, ticket.ID))
	must(t, r.SetStatus(r.ctx, boss, ticket.ID, model.Closed, Change{}))
}

// TestPickersFollowWhoeverChangesPeople holds that no door has to remember it.
func TestPickersFollowWhoeverChangesPeople(t *testing.T) {
	r := newRig(t)
	boss, sam := r.person(model.KindAdmin, "Boss"), r.person(model.KindAgent, "Sam")
	offered := func() (names []string) {
		t.Helper()
		c, err := r.Choices(r.ctx)
		must(t, err)
		for _, p := range c.Agents {
			names = append(names, p.Name)
		}
		return names
	}
	name := "Samuel"
	for _, step := range []struct {
		do   func() error
		want string
	}{
		{func() error { return nil }, "Sam"},
		{func() error { return r.Profile(r.ctx, sam, ProfileChange{Name: &name}) }, "Samuel"},
		{func() error { return r.Deactivate(r.ctx, boss, sam.ID, 0) }, ""},
		{func() error { return r.Activate(r.ctx, boss, sam.ID) }, "Samuel"},
		{func() error { return r.SetKind(r.ctx, boss, sam.ID, model.KindCustomer, 0) }, ""},
		{func() error { return r.SetKind(r.ctx, boss, sam.ID, model.KindAgent, 0) }, "Samuel"},
	} {
		must(t, step.do())
		if got := strings.Join(offered(), " "); got != strings.TrimSpace("Boss "+step.want) {
			t.Errorf("offered %q, want %q", got, step.want)
		}
	}
}

// TestTheSameFormManyTimesAtOnceIsOne sends one form twenty times side by side.
func TestTheSameFormManyTimesAtOnceIsOne(t *testing.T) {
	r := newRig(t)
	carol, anna := r.person(model.KindCustomer, "Carol"), r.person(model.KindAgent, "Anna")
	var mu sync.Mutex
	var all sync.WaitGroup
	ids := map[string]bool{}
	first := r.opens(carol, "First")
	for range 20 {
		all.Go(func() {
			ticket, err := r.OpenTicket(r.ctx, carol, model.NewTicket{Subject: "Once", Body: "B", Op: "op"})
			reply, err2 := r.Reply(r.ctx, carol, first.ID, model.NewReply{Body: "Once", Op: "op"})
			note, err3 := r.Note(r.ctx, anna, first.ID, model.NewReply{Body: "Once", Op: "op"})
			mu.Lock()
			defer mu.Unlock()
			if err != nil || err2 != nil || err3 != nil {
				t.Error(err, err2, err3)
			}
			ids[fmt.Sprint("t", ticket.ID)], ids[fmt.Sprint("r", reply.ID)], ids[fmt.Sprint("n", note.ID)] = true, true, true
		})
	}
	all.Wait()
	if len(ids) != 3 {
		t.Errorf("%v", ids)
	}
	if now := r.now(first.ID); now.MessageCount != 3 {
		t.Errorf("%d messages", now.MessageCount)
	}
}
