package desk

import (
	"slices"
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

// What nobody needs goes from the history of closed tickets; what was said,
// what an outlet has yet to read and what can be undone stays.
func TestOldActivitiesGo(t *testing.T) {
	r := newRig(t, "activity_retention_days", "90")
	clock := model.System("clock")
	ann, anna := r.person(model.KindCustomer, "Ann"), r.person(model.KindAgent, "Anna")
	closed, open := r.opens(ann, "Closed"), r.opens(ann, "Open")
	for _, id := range []model.TicketID{closed.ID, open.ID} {
		must(t, r.SetPriority(r.ctx, anna, id, model.High, Change{}))
		r.says(ann, id, "Hello?")
	}
	must(t, r.SetStatus(r.ctx, anna, closed.ID, model.Closed, Change{}))
	reads := func() {
		last, err := r.db.Read().LastEventID(r.ctx)
		must(t, err)
		r.write(func(tx *store.Tx) error { return tx.MoveCursor(tx.Ctx, "mail", last) })
	}
	before := r.facts(closed.ID)
	purge := func() int64 {
		t.Helper()
		n, err := r.PurgeOld(r.ctx, clock)
		must(t, err)
		return n
	}
	r.later(100 * 24 * time.Hour)
	if n := purge(); n != 0 {
		t.Fatalf("%d went that no outlet had read", n)
	}
	reads()
	if n := purge(); n != 0 {
		t.Fatalf("%d went that can be undone", n)
	}
	must(t, only(r.ForgetChanges(r.ctx, clock)))
	plan, first, err := r.PurgePlan(r.ctx, clock, 90, 2)
	must(t, err)
	n := purge()
	if n == 0 || plan != n || len(first) != 2 || first[0].TicketID != closed.ID {
		t.Fatalf("%d went, planned %d: %+v", n, plan, first)
	}
	after := r.facts(closed.ID)
	if !slices.Contains(after, "ticket.opened") || !slices.Contains(after, "reply.added") || slices.Contains(after, "ticket.priority_changed") || len(before)-len(after) != int(n) {
		t.Errorf("before %v, after %v", before, after)
	}
	if !slices.Contains(r.facts(open.ID), "ticket.priority_changed") {
		t.Errorf("the open ticket lost %v", r.facts(open.ID))
	}
	if n := purge(); n != 0 {
		t.Errorf("%d more", n)
	}
	is(t, only(r.PurgeOld(r.ctx, anna)), model.ErrDenied)
	is(t, only(r.PurgeActivities(r.ctx, anna, 1)), model.ErrDenied)
}

func TestActivitiesStayWhereNobodySaidOtherwise(t *testing.T) {
	r := newRig(t)
	tk := r.opens(r.person(model.KindCustomer, "Ann"), "Closed")
	must(t, r.SetStatus(r.ctx, r.person(model.KindAgent, "Anna"), tk.ID, model.Closed, Change{}))
	r.later(5000 * 24 * time.Hour)
	if n, err := r.PurgeOld(r.ctx, model.System("clock")); n != 0 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}
