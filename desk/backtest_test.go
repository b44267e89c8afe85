package desk

import (
	"crypto/sha256"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

// lived is a desk with a policy in force on which random things happened to
// tickets for some days.
type lived struct {
	*rig
	path  string
	admin model.Actor
	rnd   *rand.Rand
	ids   []model.TicketID
}

func newLived(t *testing.T, seed uint64, tickets, days int) *lived {
	t.Helper()
	l := &lived{rig: &rig{t: t, clock: time.Date(2026, 9, 14, 8, 0, 0, 0, time.UTC), ctx: t.Context()}, rnd: rand.New(rand.NewPCG(seed, 3))}
	l.path = filepath.Join(t.TempDir(), "desk.db")
	db, err := store.Open(l.ctx, l.path, store.Options{Clock: func() time.Time { l.mu.Lock(); defer l.mu.Unlock(); return l.clock }})
	must(t, err)
	t.Cleanup(func() { db.Close() })
	d, err := New(Options{DB: db, Key: make([]byte, 32), Settings: model.DefaultSettings(), Files: folder(t.TempDir())})
	must(t, err)
	l.Desk, l.db = d, db
	l.admin = l.person(model.KindAdmin, "boss")
	cal := model.Calendar{Name: "Berlin", Zone: "Europe/Berlin"}
	for i := range 5 {
		cal.Hours[i] = []model.Interval{{From: 9 * 60, To: 17 * 60}}
	}
	saved, err := l.SaveCalendar(l.ctx, l.admin, cal)
	must(t, err)
	list, err := l.SLAPolicies(l.ctx, l.admin)
	must(t, err)
	for _, p := range list {
		must(t, l.DeleteSLAPolicy(l.ctx, l.admin, p.ID, 0))
	}
	urgent := model.SLAPolicy{Name: "Urgent", Targets: table(t, 30, 60, 240), Pauses: model.DefaultPauses(), Conditions: model.Conditions{{Field: "priority", Op: model.CondIs, Words: []string{"urgent", "critical"}}}}
	_, err = l.SaveSLAPolicy(l.ctx, l.admin, urgent, true)
	must(t, err)
	_, err = l.SaveSLAPolicy(l.ctx, l.admin, model.SLAPolicy{Name: "Standard", CalendarID: saved.ID, Targets: table(t, 120, 180, 900), Pauses: model.DefaultPauses(), Warn: model.SLAWarning{Percent: 75}, IsDefault: true}, true)
	must(t, err)
	l.live(tickets, days)
	return l
}

func table(t *testing.T, first, next, whole int) model.SLATable {
	out := model.SLATable{}
	for _, p := range model.Priorities() {
		out[p] = map[model.SLATarget]model.Length{model.FirstResponse: length(t, first), model.NextResponse: length(t, next), model.Resolution: length(t, whole)}
	}
	return out
}

// live lets time pass in steps; in each, something happens to a few tickets.
func (l *lived) live(tickets, days int) {
	l.t.Helper()
	customer, agent := l.person(model.KindCustomer, "carol"), l.person(model.KindAgent, "ada")
	steps := days * 24 * 4
	for i := range steps {
		l.later(15 * time.Minute)
		if len(l.ids) < tickets && l.rnd.IntN(steps/tickets+1) == 0 || i == 0 {
			l.ids = append(l.ids, l.opens(customer, "It is broken again").ID)
		}
		for range 1 + len(l.ids)/12 {
			l.happen(l.ids[l.rnd.IntN(len(l.ids))], customer, agent)
		}
		must(l.t, only(l.CheckSLA(l.ctx, model.System("sla"))))
		if _, err := l.WakeSnoozed(l.ctx, model.System("jobs")); err != nil {
			l.t.Fatal(err)
		}
	}
}

// happen does something to a ticket; what it does not allow does not happen.
func (l *lived) happen(id model.TicketID, customer, agent model.Actor) {
	words := model.Priorities()
	statuses := []string{"in_progress", "waiting_on_customer", "waiting_on_agent", "resolved", "closed", "reopened"}
	act := func(a model.ActionType, v string) {
		_ = l.db.Write(l.ctx, func(tx *store.Tx) error { return l.act(tx.Ctx, tx, agent, id, model.Action{Type: a, Value: v}) })
	}
	switch l.rnd.IntN(12) {
	case 0, 1:
		_, _ = l.Reply(l.ctx, customer, id, model.NewReply{Body: "And now?"})
	case 2, 3:
		_, _ = l.Reply(l.ctx, agent, id, model.NewReply{Body: "Please try again."})
	case 4, 5, 6:
		act(model.ActStatus, statuses[l.rnd.IntN(len(statuses))])
	case 7:
		act(model.ActPriority, words[l.rnd.IntN(len(words))].String())
	case 8:
		act(model.ActSnooze, []string{"1h", "4h", "tomorrow", model.UntilReply}[l.rnd.IntN(4)])
	case 9:
		act(model.ActDelete, "")
	case 10:
		act(model.ActRestore, "")
	case 11:
		if set, err := l.LastUndoable(l.ctx, agent); err == nil && l.rnd.IntN(3) == 0 {
			_, _ = l.Undo(l.ctx, agent, set.ID)
		}
	}
}

// A backtest of what is in force finds exactly the breaches that were told.
func TestBacktestIsWhatHappened(t *testing.T) {
	for seed := range uint64(2) {
		l := newLived(t, seed, 20, 6)
		policies, err := l.db.Read().SLAPolicies(l.ctx)
		must(t, err)
		got, err := l.BacktestPolicy(l.ctx, l.admin, policies[0], 90)
		must(t, err)
		if model.Total(got.Recorded) < 20 {
			t.Fatalf("only %d breaches: too few to tell anything", model.Total(got.Recorded))
		}
		for _, target := range model.SLATargets() {
			if got.Recorded[target] != got.Before[target] || got.Before[target] != got.After[target] {
				t.Errorf("seed %d, %v: told %d, in force %d, proposed %d", seed, target, got.Recorded[target], got.Before[target], got.After[target])
			}
		}
		if got.Differ != 0 || got.Cut != "" || got.Tickets != len(l.ids) {
			t.Errorf("differs for %d, cut %q, %d of %d tickets", got.Differ, got.Cut, got.Tickets, len(l.ids))
		}
		l.compareNow()
	}
}

// compareNow holds that each ticket is rebuilt as it is.
func (l *lived) compareNow() {
	l.t.Helper()
	pasts, err := l.db.Read().Pasts(l.ctx, l.ids, model.Needs{Reopened: true, Subject: true})
	must(l.t, err)
	for _, p := range pasts {
		var last model.Matched
		must(l.t, p.Replay(nil, l.Now(), func(s model.PastStep) error { last = *s.Ticket; return nil }))
		was, is := last, p.Now
		if was.Pile != is.Pile || was.Status != is.Status || was.StatusID != is.StatusID || was.Priority != is.Priority || was.Reopened != is.Reopened ||
			was.FirstResponseAt != is.FirstResponseAt || is.Pile <= model.PileAsleep && was.WaitingSince != is.WaitingSince {
			l.t.Errorf("ticket %d is rebuilt as\n%+v, but is\n%+v", is.ID, was, is)
		}
	}
}

// What is proposed is counted like what is in force: stricter promises are
// broken more often, and nothing of it is written.
func TestBacktestWritesNothing(t *testing.T) {
	l := newLived(t, 9, 12, 4)
	policies, err := l.db.Read().SLAPolicies(l.ctx)
	must(t, err)
	l.write(func(tx *store.Tx) error { return nil })
	before := l.sum()
	strict := policies[len(policies)-1]
	strict.Targets = table(t, 5, 5, 30)
	got, err := l.BacktestPolicy(l.ctx, l.admin, strict, 90)
	must(t, err)
	if model.Total(got.After) <= model.Total(got.Before) || got.Differ == 0 || len(got.List) != got.Differ {
		t.Errorf("stricter promises: before %v, after %v, %d tickets differ, %d listed", got.Before, got.After, got.Differ, len(got.List))
	}
	if got.List[0].Reference == "" {
		t.Error("the tickets have no reference")
	}
	cals, err := l.Calendars(l.ctx, l.admin)
	must(t, err)
	for _, c := range cals {
		if c.Name != "Berlin" {
			continue
		}
		wide := c.Calendar
		for i := range wide.Hours {
			wide.Hours[i] = []model.Interval{{From: 0, To: 24 * 60}}
		}
		more, err := l.BacktestCalendar(l.ctx, l.admin, wide, 90)
		must(t, err)
		if model.Total(more.After) <= model.Total(more.Before) {
			t.Errorf("longer hours: before %v, after %v", more.Before, more.After)
		}
	}
	rule := model.Rule{Trigger: model.TriggerTime, Conditions: model.Conditions{{Field: model.AgeWaiting, Op: model.CondLonger, Words: []string{"1h"}}, {Field: "sla", Op: model.CondNot, Words: []string{"none"}}}}
	_, err = l.BacktestRule(l.ctx, l.admin, rule, 90)
	must(t, err)
	if l.sum() != before {
		t.Error("a backtest changed the files of the database")
	}
}

// sum is the hash of the database's file and of what is not yet in it.
func (l *lived) sum() (out [2][32]byte) {
	l.t.Helper()
	for i, name := range []string{l.path, l.path + "-wal"} {
		b, err := os.ReadFile(name)
		if err != nil && !os.IsNotExist(err) {
			l.t.Fatal(err)
		}
		out[i] = sha256.Sum256(b)
	}
	return out
}

// Who may not write rules and promises may not look at the past through them.
func TestBacktestIsForAdmins(t *testing.T) {
	r := newRig(t)
	agent := r.person(model.KindAgent, "ada")
	_, err := r.BacktestRule(r.ctx, agent, model.Rule{}, 7)
	is(t, err, model.ErrDenied)
	_, err = r.BacktestPolicy(r.ctx, agent, model.SLAPolicy{}, 7)
	is(t, err, model.ErrDenied)
	_, err = r.BacktestCalendar(r.ctx, agent, model.Calendar{}, 7)
	is(t, err, model.ErrDenied)
	_, err = r.BacktestRule(r.ctx, r.person(model.KindAdmin, "boss"), model.Rule{Trigger: model.TriggerCreated}, 8)
	if len(model.Problems(err)) == 0 {
		t.Errorf("eight days: %v", err)
	}
}

// A rule is said to have fired when it would have: at the change for one that
// facts set off, when its time is up for one by the clock.
func TestBacktestOfRules(t *testing.T) {
	r := newRig(t)
	admin, customer, agent := r.person(model.KindAdmin, "boss"), r.person(model.KindCustomer, "carol"), r.person(model.KindAgent, "ada")
	one, two := r.opens(customer, "Printer on fire"), r.opens(customer, "Screen is blue")
	opened := r.Now()
	r.later(2 * time.Hour)
	r.write(func(tx *store.Tx) error {
		return r.act(tx.Ctx, tx, agent, one.ID, model.Action{Type: model.ActPriority, Value: "urgent"})
	})
	urgent := r.Now()
	r.later(time.Hour)
	must(t, only(r.Reply(r.ctx, agent, two.ID, model.NewReply{Body: "Switch it off."})))
	r.later(30 * time.Hour)

	waits := model.Rule{Trigger: model.TriggerTime, Conditions: model.Conditions{{Field: model.AgeUnanswered, Op: model.CondLonger, Words: []string{"1h"}}, {Field: "priority", Op: model.CondIs, Words: []string{"medium"}}}}
	for _, c := range []struct {
		name string
		rule model.Rule
		want []model.RuleFired
	}{
		{"priority changed from medium", model.Rule{Trigger: model.TriggerPriority, Conditions: model.Conditions{{Field: "priority", Op: model.CondWas, Words: []string{"medium"}}}}, []model.RuleFired{{Ticket: one.ID, At: urgent}}},
		{"priority changed from low", model.Rule{Trigger: model.TriggerPriority, Conditions: model.Conditions{{Field: "priority", Op: model.CondWas, Words: []string{"low"}}}}, nil},
		{"an hour without an answer", waits, []model.RuleFired{{Ticket: one.ID, At: opened.Add(time.Hour)}, {Ticket: two.ID, At: opened.Add(time.Hour)}}},
		{"opened", model.Rule{Trigger: model.TriggerCreated}, []model.RuleFired{{Ticket: one.ID, At: opened}, {Ticket: two.ID, At: opened}}},
	} {
		got, err := r.BacktestRule(r.ctx, admin, c.rule, 30)
		must(t, err)
		ok := len(got.List) == len(c.want) && got.Fired == len(c.want)
		for i := range got.List {
			ok = ok && got.List[i].Ticket == c.want[i].Ticket && got.List[i].At == c.want[i].At
		}
		if !ok {
			t.Errorf("%s: fired %+v, want %+v", c.name, got.List, c.want)
		}
	}
	again := waits
	again.Conditions = again.Conditions[:1]
	again.AgainAfter = "10h"
	got, err := r.BacktestRule(r.ctx, admin, again, 30)
	must(t, err)
	if got.Fired != 5 || got.Touched != 2 { // the first at 1, 11, 21 and 31 hours; the second once
		t.Errorf("every ten hours: %d times on %d tickets: %+v", got.Fired, got.Touched, got.List)
	}
}
