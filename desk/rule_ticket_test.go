package desk

import (
	"slices"
	"testing"
	"time"

	"escalated/model"
)

// What a rule waits to do can be cancelled by who may change the ticket: it is
// not done, the ticket says who did that, and what was done stays.
func TestCancelRun(t *testing.T) {
	r := newRules(t)
	agent, light, customer := r.person(model.KindAgent, "ada"), r.person(model.KindLight, "lena"), r.person(model.KindCustomer, "carol")
	id := r.saves(model.Rule{Name: "Later", Trigger: model.TriggerCreated, Actions: model.Actions{act(model.ActPriority, "high"), act(model.ActWait, "2h"), act(model.ActPriority, "critical")}})
	ticket, other := r.opens(customer, "Slow"), r.opens(customer, "Other")
	r.settle()
	runs, err := r.RulesOn(r.ctx, agent, ticket.ID)
	must(t, err)
	if len(runs) != 1 || runs[0].State != model.RunWaiting || runs[0].RuleID != id {
		t.Fatalf("the ticket lists %+v", runs)
	}
	run := runs[0].ID
	is(t, only(r.RulesOn(r.ctx, customer, ticket.ID)), model.ErrNotFound)
	is(t, r.CancelRun(r.ctx, customer, ticket.ID, run), model.ErrNotFound)
	is(t, r.CancelRun(r.ctx, light, ticket.ID, run), model.ErrDenied)
	is(t, r.CancelRun(r.ctx, agent, other.ID, run), model.ErrNotFound)
	must(t, r.CancelRun(r.ctx, agent, ticket.ID, run))
	if err := r.CancelRun(r.ctx, agent, ticket.ID, run); len(model.Problems(err)) == 0 {
		t.Errorf("cancelled twice: %v", err)
	}
	r.later(3 * time.Hour)
	r.settle()
	if now := r.now(ticket.ID); now.Priority != model.High {
		t.Errorf("the priority is %v", now.Priority)
	}
	if now := r.now(other.ID); now.Priority != model.Critical {
		t.Errorf("the other's priority is %v", now.Priority)
	}
	if !slices.Contains(r.facts(ticket.ID), "rule.cancelled") {
		t.Errorf("the ticket says %v", r.facts(ticket.ID))
	}
	if got, err := r.RulesOn(r.ctx, agent, ticket.ID); err != nil || got[0].State != model.RunStopped || got[0].Error != model.RunWhyCancelled {
		t.Errorf("the run is %+v, %v", got, err)
	}
}
