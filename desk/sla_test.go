package desk

import (
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

// promise makes a policy that holds for everything else.
func (r *rig) promise(change func(p *model.SLAPolicy)) model.PolicyID {
	r.t.Helper()
	p := model.SLAPolicy{Name: "Standard", Pauses: model.DefaultPauses(), Warn: model.SLAWarning{Percent: 75}, Targets: model.SLATable{}, IsDefault: true}
	for _, pr := range model.Priorities() {
		p.Targets[pr] = map[model.SLATarget]model.Length{model.FirstResponse: {Rest: 4 * time.Hour}, model.NextResponse: {Rest: 4 * time.Hour}, model.Resolution: {Rest: 24 * time.Hour}}
	}
	p.Targets[model.Urgent][model.FirstResponse] = model.Length{Rest: time.Hour}
	if change != nil {
		change(&p)
	}
	var id model.PolicyID
	r.write(func(tx *store.Tx) (err error) {
		id, err = tx.InsertSLAPolicy(tx.Ctx, p)
		return err
	})
	r.forgetPolicies()
	return id
}

func (r *rig) clocks(id model.TicketID) []model.SLAClock {
	r.t.Helper()
	list, err := r.db.Read().SLAClocks(r.ctx, []model.TicketID{id})
	must(r.t, err)
	return list
}

func (r *rig) check() SLAFigures {
	r.t.Helper()
	f, err := r.CheckSLA(r.ctx, model.System("clock"))
	must(r.t, err)
	return f
}

func TestPromisesHoldForEveryWayATicketIsBorn(t *testing.T) {
	r := newRig(t)
	policy := r.promise(nil)
	ada, sarah := r.person(model.KindAgent, "ada"), r.person(model.KindCustomer, "sarah")
	born := map[string]model.TicketID{"portal": r.opens(sarah, "Portal").ID}
	guest, err := r.OpenTicket(r.ctx, model.Nobody(), model.NewTicket{Subject: "Guest", Body: "Hello", RequesterEmail: "gina@help.test", RequesterName: "Gina"})
	must(t, err)
	born["guest"] = guest.ID
	behalf, err := r.OpenTicket(r.ctx, ada, model.NewTicket{Subject: "By phone", Body: "Hello", RequesterEmail: "phil@help.test"})
	must(t, err)
	born["on behalf"] = behalf.ID
	mail, err := r.OpenTicket(r.ctx, model.System("mail"), model.NewTicket{Subject: "Mail", Body: "Hello", RequesterEmail: "mel@help.test", Channel: model.Email})
	must(t, err)
	born["mail"] = mail.ID
	more, err := r.Reply(r.ctx, sarah, born["portal"], model.NewReply{Body: "And another thing."})
	must(t, err)
	split, err := r.Split(r.ctx, ada, born["portal"], model.NewSplit{Messages: []model.MessageID{more.ID}, Subject: "Another"})
	must(t, err)
	born["split"] = split.ID
	for how, id := range born {
		if c := r.clocks(id); len(c) != 2 || c[0].PolicyID != policy || c[0].StartedAt != r.now(id).CreatedAt || c[0].DueAt != c[0].StartedAt.Add(4*time.Hour) {
			t.Errorf("%s: %+v", how, c)
		}
	}
	imported, err := r.OpenTicket(r.ctx, model.System("import"), model.NewTicket{Subject: "Old", Body: "Hello", RequesterEmail: "old@help.test", Imported: true})
	must(t, err)
	if c := r.clocks(imported.ID); len(c) != 0 {
		t.Errorf("an imported ticket is promised something: %+v", c)
	}
}

func TestAnyColleaguesFirstAnswerCounts(t *testing.T) {
	r := newRig(t)
	r.promise(nil)
	ada, mira, sarah := r.person(model.KindAgent, "ada"), r.person(model.KindAgent, "mira"), r.person(model.KindCustomer, "sarah")
	tk := r.opens(sarah, "Printer")
	must(t, r.Assign(r.ctx, ada, tk.ID, ada.ID, Change{}))
	_, err := r.Note(r.ctx, mira, tk.ID, model.NewReply{Body: "A note is no answer."})
	must(t, err)
	if c := r.clocks(tk.ID)[0]; !c.Active() {
		t.Errorf("a note ended it: %+v", c)
	}
	r.later(time.Hour)
	_, err = r.Reply(r.ctx, mira, tk.ID, model.NewReply{Body: "Off and on again."})
	must(t, err)
	if c := r.clocks(tk.ID)[0]; c.MetAt == 0 || c.UsedTime() != time.Hour {
		t.Errorf("%+v", c)
	}
	if v := r.now(tk.ID); v.Status != model.WaitingOnCustomer || !r.clocks(tk.ID)[1].Paused() {
		t.Errorf("%s: %+v", v.Status, r.clocks(tk.ID)[1])
	}
}

func TestClocksFollowChangesAndAreToldOnce(t *testing.T) {
	r := newRig(t)
	r.promise(nil)
	ada, sarah := r.person(model.KindAgent, "ada"), r.person(model.KindCustomer, "sarah")
	tk := r.opens(sarah, "Printer")
	r.later(30 * time.Minute)
	must(t, r.SetPriority(r.ctx, ada, tk.ID, model.Urgent, Change{}))
	if c := r.clocks(tk.ID)[0]; c.DueAt != tk.CreatedAt.Add(time.Hour) {
		t.Errorf("due %v after the change of priority", c.DueAt)
	}
	r.later(16 * time.Minute)
	if f := r.check(); f.Warned != 1 || f.Breached != 0 {
		t.Errorf("%+v", f)
	}
	if f := r.check(); f != (SLAFigures{}) {
		t.Errorf("a second check: %+v", f)
	}
	r.later(time.Hour)
	if f := r.check(); f.Breached != 1 {
		t.Errorf("%+v", f)
	}
	r.check()
	n := map[string]int{}
	for _, k := range r.facts(tk.ID) {
		n[k]++
	}
	if n["sla.warning"] != 1 || n["sla.breached"] != 1 {
		t.Errorf("recorded %v", n)
	}
	rows, err := r.TicketRows(r.ctx, ada, model.TicketFilter{SLA: []model.SLALevel{model.SLAOverdue}}, 10)
	if err != nil || len(rows) != 1 {
		t.Errorf("%d overdue, %v", len(rows), err)
	}
	version := r.now(tk.ID).Version
	r.later(time.Hour)
	r.check()
	if r.now(tk.ID).Version != version {
		t.Error("a check counts as a change of the ticket")
	}
}

func TestUndoMovesTheClocksBack(t *testing.T) {
	r := newRig(t)
	r.promise(nil)
	ada, sarah := r.person(model.KindAgent, "ada"), r.person(model.KindCustomer, "sarah")
	tk := r.opens(sarah, "Printer")
	was := r.clocks(tk.ID)[0].DueAt
	ctx, set := Undoing(r.ctx)
	must(t, r.SetPriority(ctx, ada, tk.ID, model.Urgent, Change{}))
	if r.clocks(tk.ID)[0].DueAt == was {
		t.Fatal("nothing moved")
	}
	if _, err := r.Undo(r.ctx, ada, *set); err != nil {
		t.Fatal(err)
	}
	if c := r.clocks(tk.ID)[0]; c.DueAt != was {
		t.Errorf("due %v, want %v", c.DueAt, was)
	}
}

func TestTheFirstPolicyThatFitsHolds(t *testing.T) {
	r := newRig(t)
	standard := r.promise(nil)
	vip := r.promise(func(p *model.SLAPolicy) {
		p.Name, p.IsDefault = "VIP", false
		p.Conditions = model.Conditions{{Field: "priority", Op: model.CondIs, Words: []string{"critical"}}}
		p.Targets[model.Critical][model.FirstResponse] = model.Length{Rest: 10 * time.Minute}
	})
	ada, sarah := r.person(model.KindAgent, "ada"), r.person(model.KindCustomer, "sarah")
	tk := r.opens(sarah, "Printer")
	if c := r.clocks(tk.ID)[0]; c.PolicyID != standard {
		t.Errorf("%+v", c)
	}
	r.later(5 * time.Minute)
	must(t, r.SetPriority(r.ctx, ada, tk.ID, model.Critical, Change{}))
	if c := r.clocks(tk.ID)[0]; c.PolicyID != vip || c.DueAt != tk.CreatedAt.Add(10*time.Minute) {
		t.Errorf("%+v", c)
	}
	must(t, r.SetPriority(r.ctx, ada, tk.ID, model.High, Change{}))
	if c := r.clocks(tk.ID)[0]; c.PolicyID != standard || c.DueAt != tk.CreatedAt.Add(4*time.Hour) {
		t.Errorf("%+v", c)
	}
}

func TestOlderTicketsAreLeftAloneUnlessAsked(t *testing.T) {
	r := newRig(t)
	ada, sarah := r.person(model.KindAgent, "ada"), r.person(model.KindCustomer, "sarah")
	tk := r.opens(sarah, "Before")
	r.later(time.Hour)
	id := r.promise(func(p *model.SLAPolicy) { p.Since = r.Now() })
	must(t, r.SetPriority(r.ctx, ada, tk.ID, model.High, Change{}))
	if c := r.clocks(tk.ID); len(c) != 0 {
		t.Errorf("%+v", c)
	}
	r.write(func(tx *store.Tx) error {
		p, err := tx.SLAPolicies(tx.Ctx)
		if err != nil {
			return err
		}
		if p[0].ID != id {
			t.Errorf("%+v", p)
		}
		p[0].Since = 0
		if err := tx.UpdateSLAPolicy(tx.Ctx, p[0]); err != nil {
			return err
		}
		return tx.AskSLARefresh(tx.Ctx, 0, 0)
	})
	r.forgetPolicies()
	if f := r.check(); f.Refreshed != 1 {
		t.Errorf("%+v", f)
	}
	if c := r.clocks(tk.ID); len(c) != 2 || c[0].StartedAt != tk.CreatedAt {
		t.Errorf("%+v", c)
	}
}

func TestAnotherCalendarIsCountedFromThenOn(t *testing.T) {
	r := newRig(t)
	boss, sarah := r.person(model.KindAdmin, "boss"), r.person(model.KindCustomer, "sarah")
	cal := model.Calendar{Name: "Office", Zone: "UTC"}
	for d := range 5 {
		cal.Hours[d] = []model.Interval{{From: 9 * 60, To: 17 * 60}}
	}
	saved, err := r.SaveCalendar(r.ctx, boss, cal)
	must(t, err)
	r.promise(func(p *model.SLAPolicy) { p.CalendarID = saved.ID })
	tk := r.opens(sarah, "Printer") // Monday at nine, four hours to answer
	if c := r.clocks(tk.ID)[0]; c.DueAt != tk.CreatedAt.Add(4*time.Hour) {
		t.Errorf("due %v", c.DueAt)
	}
	saved.Hours[0] = []model.Interval{{From: 9 * 60, To: 12 * 60}}
	_, err = r.SaveCalendar(r.ctx, boss, saved.Calendar)
	must(t, err)
	if f := r.check(); f.Refreshed != 1 {
		t.Errorf("%+v", f)
	}
	if c := r.clocks(tk.ID)[0]; c.DueAt != tk.CreatedAt.Add(25*time.Hour) {
		t.Errorf("due %v, want Tuesday at ten", c.DueAt)
	}
}

func TestOnlyTheClockChecks(t *testing.T) {
	r := newRig(t)
	boss := r.person(model.KindAdmin, "boss")
	_, err := r.CheckSLA(r.ctx, boss)
	is(t, err, model.ErrDenied)
}

func TestNobodyIsPromisedAnythingWhenSwitchedOff(t *testing.T) {
	r := newRig(t, "sla.enabled", "false")
	r.promise(nil)
	if c := r.clocks(r.opens(r.person(model.KindCustomer, "sarah"), "Printer").ID); len(c) != 0 {
		t.Errorf("%+v", c)
	}
}

func TestASubjectThatChangesChoosesAnew(t *testing.T) {
	r := newRig(t)
	r.promise(nil)
	vip := r.promise(func(p *model.SLAPolicy) {
		p.Name, p.IsDefault = "Outage", false
		p.Conditions = model.Conditions{{Field: "subject", Op: model.CondContains, Words: []string{"outage"}}}
	})
	ada := r.person(model.KindAgent, "ada")
	tk := r.opens(r.person(model.KindCustomer, "sarah"), "Printer")
	r.later(time.Minute)
	must(t, r.SetSubject(r.ctx, ada, tk.ID, "Outage in the south", Change{}))
	if c := r.clocks(tk.ID)[0]; c.PolicyID != vip {
		t.Errorf("%+v", c)
	}
}
