package desk

import (
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

// shift is a department whose tickets are given to people by a strategy, with
// agents who are at the desk.
type shift struct {
	*rig
	boss, customer model.Actor
	dep            model.DepartmentID
	agents         []model.Actor
}

func newShift(t testing.TB, how model.RoutingStrategy, names []string, set ...string) *shift {
	t.Helper()
	s := &shift{rig: newRig(t, set...)}
	s.boss, s.customer = s.person(model.KindAdmin, "Boss"), s.person(model.KindCustomer, "Carol")
	for _, n := range names {
		a := s.person(model.KindAgent, n)
		s.agents = append(s.agents, a)
		s.comesIn(a)
	}
	s.dep = s.department("Support", how, s.agents...)
	return s
}

func (s *shift) department(name string, how model.RoutingStrategy, agents ...model.Actor) model.DepartmentID {
	s.t.Helper()
	ids := make([]model.PersonID, len(agents))
	for i, a := range agents {
		ids[i] = a.ID
	}
	id, err := s.SaveDepartment(s.ctx, s.boss, model.Department{Name: name, Routing: how, PresentOnly: true}, ids)
	must(s.t, err)
	return id
}

// comesIn opens a session for somebody, as a browser that shows them present.
func (s *shift) comesIn(a model.Actor) string {
	s.t.Helper()
	secret, err := s.OpenSession(s.ctx, model.System("test"), a.ID, true)
	must(s.t, err)
	return secret
}

// asks opens a ticket in the department.
func (s *shift) asks(tags ...string) model.Ticket {
	s.t.Helper()
	t, err := s.OpenTicket(s.ctx, s.boss, model.NewTicket{Subject: "Help", Body: "It is broken.", Department: s.dep, Requester: s.customer.ID, TagNames: tags})
	must(s.t, err)
	return t
}

// gets checks who a new ticket is given to; zero for nobody.
func (s *shift) gets(who model.Actor, tags ...string) model.Ticket {
	s.t.Helper()
	t := s.asks(tags...)
	s.has(t.ID, who)
	return t
}

func (s *shift) has(id model.TicketID, who model.Actor) {
	s.t.Helper()
	if got := s.now(id).AssigneeID; got != who.ID {
		s.t.Fatalf("ticket %d is with %d, want %d (%s); %v", id, got, who.ID, who.Name, s.facts(id))
	}
}

// why are the reasons that were recorded for a ticket's staying unassigned.
func (s *shift) why(id model.TicketID) (out []string) {
	s.t.Helper()
	recs, err := s.db.Read().RecordsAfter(s.ctx, 0, 10000)
	must(s.t, err)
	for _, r := range recs {
		if r.TicketID != id {
			continue
		}
		e, err := r.Event()
		must(s.t, err)
		if l, ok := e.(model.LeftUnassigned); ok {
			out = append(out, l.Why)
		}
	}
	return out
}

func (s *shift) left(id model.TicketID, why ...string) {
	s.t.Helper()
	s.has(id, model.Actor{})
	got := s.why(id)
	if len(got) != len(why) {
		s.t.Fatalf("reasons %v, want %v", got, why)
	}
	for i := range why {
		if got[i] != why[i] {
			s.t.Fatalf("reasons %v, want %v", got, why)
		}
	}
}

var nobody model.Actor

func (s *shift) clockRoutes() {
	s.t.Helper()
	_, err := s.RouteWaiting(s.ctx, model.System("clock"))
	must(s.t, err)
}

func TestRoundRobinGoesOnWhereItWas(t *testing.T) {
	s := newShift(t, model.RouteRoundRobin, []string{"Ann", "Bob", "Cem"})
	first := s.gets(s.agents[0])
	s.gets(s.agents[1])
	s.gets(s.agents[2])
	s.gets(s.agents[0])
	if s.now(first.ID).Status != model.InProgress {
		t.Error("a routed ticket is not in progress")
	}
	facts := s.facts(first.ID)
	if want := []string{"ticket.opened", "ticket.assigned", "ticket.status_changed", "ticket.routed"}; len(facts) != len(want) {
		t.Errorf("facts %v, want %v", facts, want)
	}
	taken, err := s.OpenTicket(s.ctx, s.boss, model.NewTicket{Subject: "Mine", Body: "x", Department: s.dep, Requester: s.customer.ID, Assignee: s.agents[0].ID})
	must(t, err)
	s.has(taken.ID, s.agents[0])
	s.gets(s.agents[1]) // what people assign does not move the round
	imported, err := s.OpenTicket(s.ctx, s.boss, model.NewTicket{Subject: "Old", Body: "x", Department: s.dep, Requester: s.customer.ID, Imported: true})
	must(t, err)
	s.has(imported.ID, nobody)
}

func TestLeastBusyMeasuresByCapacity(t *testing.T) {
	s := newShift(t, model.RouteLeastBusy, []string{"Ann", "Bob"})
	must(t, s.SetCapacity(s.ctx, s.boss, s.agents[0].ID, 3))
	must(t, s.SetCapacity(s.ctx, s.boss, s.agents[1].ID, 6))
	s.gets(s.agents[0]) // 1/3, 0/6
	s.later(time.Minute)
	s.gets(s.agents[1]) // 1/3, 1/6
	s.gets(s.agents[1]) // 1/3, 2/6: who waits longest for work
	s.later(time.Minute)
	s.gets(s.agents[0])
	s.gets(s.agents[1])
}

func TestManualLeavesTicketsAlone(t *testing.T) {
	s := newShift(t, model.RouteManual, []string{"Ann"})
	tk := s.gets(nobody)
	if w := s.why(tk.ID); len(w) != 0 {
		t.Errorf("reasons %v for a department by hand", w)
	}
}

func TestRoutingSaysWhyNobodyGotIt(t *testing.T) {
	s := newShift(t, model.RouteRoundRobin, []string{"Ann"}, "agent_capacity", "1")
	ann := s.agents[0]
	one := s.gets(ann)
	s.left(s.asks().ID, "full")
	must(t, s.SetStatus(s.ctx, s.boss, one.ID, model.Resolved, Change{}))
	must(t, s.SetAwayFor(s.ctx, s.boss, ann.ID, model.Absence{}))
	s.left(s.asks().ID, "away")
	must(t, s.EndAwayFor(s.ctx, s.boss, ann.ID))
	s.later(time.Hour)
	for _, id := range []model.TicketID{2, 3} { // what waited went to Ann when she was back
		if a := s.now(id).AssigneeID; a != 0 {
			must(t, s.SetStatus(s.ctx, s.boss, id, model.Resolved, Change{}))
		}
	}
	s.left(s.asks().ID, "absent")
	s.dep = s.department("Empty", model.RouteLeastBusy)
	s.left(s.asks().ID, "nobody")
	s.dep = s.department("Light", model.RouteLeastBusy, s.person(model.KindLight, "Lena"))
	s.left(s.asks().ID, "nobody")
}

func TestSkillsDecideWhoGetsIt(t *testing.T) {
	s := newShift(t, model.RouteSkill, []string{"Ann", "Bob", "Cem"})
	vip, _ := s.SaveTag(s.ctx, s.boss, model.Tag{Name: "vat", Hue: "red"})
	french, _ := s.SaveTag(s.ctx, s.boss, model.Tag{Name: "french", Hue: "red"})
	skill := func(name string, tag model.TagID, holders ...model.Holder) {
		t.Helper()
		_, err := s.SaveSkill(s.ctx, s.boss, model.SkillPage{Skill: model.Skill{Name: name}, Tags: []model.TagID{tag}, Holders: holders})
		must(t, err)
	}
	ann, bob, cem := s.agents[0], s.agents[1], s.agents[2]
	skill("Taxes", vip, model.Holder{Person: ann.ID, Proficiency: 2}, model.Holder{Person: bob.ID, Proficiency: 5})
	skill("French", french, model.Holder{Person: ann.ID, Proficiency: 5})
	s.gets(bob, "vat")
	s.gets(bob, "vat") // the better one, busier or not
	s.gets(ann, "vat", "french")
	s.gets(cem) // none needed: who has least to do
	must(t, s.SetAwayFor(s.ctx, s.boss, ann.ID, model.Absence{}))
	s.left(s.asks("french").ID, "away")
	must(t, s.ArchiveSkill(s.ctx, s.boss, 2, true))
	s.gets(cem, "french")

	s.dep = s.department("Round", model.RouteRoundRobin, ann, bob, cem)
	s.gets(bob, "vat") // skills count in every strategy
	s.gets(bob, "vat")
	s.dep = s.department("Cem alone", model.RouteLeastBusy, cem)
	s.left(s.asks("vat").ID, "skills")
	_, err := s.SaveSkill(s.ctx, s.boss, model.SkillPage{Skill: model.Skill{Name: "Night"}, Departments: []model.DepartmentID{s.dep}})
	must(t, err)
	s.left(s.asks().ID, "skills")
}

func TestStandInsGetTheWorkOfAwayPeople(t *testing.T) {
	s := newShift(t, model.RouteRoundRobin, []string{"Ann", "Bob"})
	ann, bob := s.agents[0], s.agents[1]
	deputy := s.person(model.KindAgent, "Dora") // of no department
	s.comesIn(deputy)
	must(t, s.SetAway(s.ctx, ann, model.Absence{AwayTo: deputy.ID, AwayUntil: s.db.Now().Add(48 * time.Hour)}))
	tk := s.gets(deputy)
	s.gets(bob)
	s.gets(deputy)
	if f := s.facts(tk.ID); f[len(f)-1] != "ticket.routed" {
		t.Errorf("facts %v", f)
	}
	must(t, s.SetAwayFor(s.ctx, s.boss, deputy.ID, model.Absence{})) // a chain is not followed
	s.gets(bob)
	s.gets(bob)
	s.later(49 * time.Hour) // by its time it is over before the clock says so
	s.comesIn(ann)
	s.gets(ann)
	n, err := s.EndAway(s.ctx, model.System("clock"))
	must(t, err)
	if n != 1 {
		t.Errorf("%d came back by the clock, want 1", n)
	}
	if n, err = s.EndAway(s.ctx, model.System("clock")); n != 0 || err != nil {
		t.Errorf("again %d (%v)", n, err)
	}
	is(t, func() error { _, err := s.EndAway(s.ctx, s.boss); return err }(), model.ErrDenied)

	refused(t, s.SetAway(s.ctx, bob, model.Absence{AwayTo: bob.ID}), "away_to", "stand_in_self")
	refused(t, s.SetAway(s.ctx, bob, model.Absence{AwayTo: s.customer.ID}), "away_to", "choice_invalid")
	refused(t, s.SetAway(s.ctx, bob, model.Absence{AwayUntil: s.db.Now()}), "away_until", "snooze_past")
	is(t, s.SetAwayFor(s.ctx, ann, bob.ID, model.Absence{}), model.ErrDenied)
	is(t, s.SetAway(s.ctx, s.customer, model.Absence{}), model.ErrDenied)
}

func TestAnotherDepartmentRoutesWhatNobodyHas(t *testing.T) {
	s := newShift(t, model.RouteRoundRobin, []string{"Ann", "Bob"})
	other := s.opens(s.customer, "No department")
	must(t, s.SetDepartment(s.ctx, s.boss, other.ID, s.dep, Change{}))
	s.has(other.ID, s.agents[0])
	sales := s.department("Sales", model.RouteRoundRobin, s.agents[1])
	must(t, s.SetDepartment(s.ctx, s.boss, other.ID, sales, Change{}))
	s.has(other.ID, s.agents[0]) // who has it keeps it

	// What assigns it in the same breath decides itself.
	next := s.opens(s.customer, "By macro")
	must(t, s.db.Write(s.ctx, func(tx *store.Tx) error {
		if err := s.act(tx.Ctx, tx, s.boss, next.ID, model.Action{Type: model.ActDepartment, Value: "1"}); err != nil {
			return err
		}
		return s.act(tx.Ctx, tx, s.boss, next.ID, model.Action{Type: model.ActAssign, Value: "me"})
	}))
	s.has(next.ID, s.boss)
	s.gets(s.agents[1])

	done := s.opens(s.customer, "Done")
	must(t, s.SetStatus(s.ctx, s.boss, done.ID, model.Resolved, Change{}))
	must(t, s.SetDepartment(s.ctx, s.boss, done.ID, s.dep, Change{}))
	s.has(done.ID, nobody)
}

func TestWhoeverComesBackGetsWhatWaits(t *testing.T) {
	s := newShift(t, model.RouteLeastBusy, []string{"Ann"}, "agent_capacity", "2")
	ann := s.agents[0]
	secret := s.comesIn(ann)
	s.later(31 * time.Minute)
	a, b, c := s.asks(), s.asks(), s.asks()
	s.left(a.ID, "absent")
	_, _, err := s.Recognise(s.ctx, model.Nobody(), secret, true) // an open page is no sign of life
	must(t, err)
	s.left(a.ID, "absent")
	_, _, err = s.Recognise(s.ctx, model.Nobody(), secret, false)
	must(t, err)
	s.has(a.ID, ann)
	s.has(b.ID, ann)
	s.left(c.ID, "absent", "full")
	s.clockRoutes()
	s.left(c.ID, "absent", "full") // not said twice
	must(t, s.SetStatus(s.ctx, ann, a.ID, model.Resolved, Change{}))
	s.clockRoutes()
	s.has(c.ID, ann)
	_, err = s.RouteWaiting(s.ctx, s.boss)
	is(t, err, model.ErrDenied)
}

func TestSplitTicketsAreRouted(t *testing.T) {
	s := newShift(t, model.RouteRoundRobin, []string{"Ann", "Bob"})
	tk := s.gets(s.agents[0])
	m, err := s.Reply(s.ctx, s.customer, tk.ID, model.NewReply{Body: "And another thing."})
	must(t, err)
	n, err := s.Split(s.ctx, s.boss, tk.ID, model.NewSplit{Subject: "Another", Messages: []model.MessageID{m.ID}})
	must(t, err)
	if n.AssigneeID != s.agents[1].ID {
		t.Errorf("the split ticket is with %d", n.AssigneeID)
	}
}

func TestNextInLineExplains(t *testing.T) {
	s := newShift(t, model.RouteRoundRobin, []string{"Ann", "Bob", "Cem", "Dan"}, "agent_capacity", "1")
	ann, bob, cem := s.agents[0], s.agents[1], s.agents[2]
	s.gets(ann)
	must(t, s.SetAway(s.ctx, bob, model.Absence{}))
	_, err := s.SaveSkill(s.ctx, s.boss, model.SkillPage{Skill: model.Skill{Name: "Taxes"}, Departments: []model.DepartmentID{s.dep}, Holders: []model.Holder{
		{Person: ann.ID, Proficiency: 1}, {Person: bob.ID, Proficiency: 1}, {Person: s.agents[3].ID, Proficiency: 1},
	}})
	must(t, err)
	line, err := s.NextInLine(s.ctx, s.boss, s.dep)
	must(t, err)
	want := []string{"full", "away", "skills", ""}
	for i, p := range line.People {
		if p.Why != want[i] || p.Next != (i == 3) {
			t.Errorf("%s: %q, next %v", p.Name, p.Why, p.Next)
		}
	}
	if l := line.People[2].Lacks; len(l) != 1 || l[0] != "Taxes" {
		t.Errorf("%s lacks %v", cem.Name, l)
	}
	before := s.asks()
	s.has(before.ID, s.agents[3]) // asking moved nothing
	if _, err := s.NextInLine(s.ctx, ann, s.dep); err == nil {
		t.Error("agents look at the department's line")
	}
}
