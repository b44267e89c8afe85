package desk

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

// TestRulesThatUndoEachOtherStop sets two rules against each other: they stop
// soon, and the ticket and the log say so.
func TestRulesThatUndoEachOtherStop(t *testing.T) {
	r := newRules(t)
	carol, anna := r.person(model.KindCustomer, "Carol"), r.person(model.KindAgent, "Anna")
	up := r.saves(model.Rule{Name: "Up", Trigger: model.TriggerPriority, Conditions: model.Conditions{when("priority", "low")}, Actions: model.Actions{act(model.ActPriority, "high")}})
	down := r.saves(model.Rule{Name: "Down", Trigger: model.TriggerPriority, Conditions: model.Conditions{when("priority", "high")}, Actions: model.Actions{act(model.ActPriority, "low")}})
	ticket := r.opens(carol, "Loop")
	r.settle()
	must(t, r.SetPriority(r.ctx, anna, ticket.ID, model.Low, Change{}))
	r.settle()
	runs := append(r.log(up), r.log(down)...)
	stopped := slices.DeleteFunc(slices.Clone(runs), func(x model.RuleRunItem) bool { return x.State != model.RunStopped })
	if len(runs) != 6 || len(stopped) != 1 || stopped[0].Error != model.RunWhyDepth || stopped[0].Depth != 5 {
		t.Fatalf("%d runs, stopped %+v", len(runs), stopped)
	}
	if n := strings.Count(strings.Join(r.facts(ticket.ID), " "), "rule.stopped"); n != 1 {
		t.Errorf("the ticket says it %d times", n)
	}
	figures, err := r.Rules(r.ctx, model.System("test"))
	if err != nil || figures[0].Figures.Stopped+figures[1].Figures.Stopped != 1 {
		t.Errorf("%+v %v", figures, err)
	}
}

// TestTheBudgetOfATicket lets people and a rule go round and round.
func TestTheBudgetOfATicket(t *testing.T) {
	r := newRules(t, "rule_budget", "4")
	carol := r.person(model.KindCustomer, "Carol")
	rule := r.saves(model.Rule{Name: "Notes", Trigger: model.TriggerCustomer, Actions: model.Actions{act(model.ActNote, "one"), act(model.ActNote, "two"), act(model.ActNote, "three")}})
	ticket := r.opens(carol, "Budget")
	for range 3 {
		must(t, only(r.Reply(r.ctx, carol, ticket.ID, model.NewReply{Body: "Still"})))
		r.settle()
	}
	log := r.log(rule)
	if log[0].State != model.RunDone || log[1].State != model.RunStopped || len(log[1].Results) != 1 || log[2].State != model.RunStopped || log[2].Error != model.RunWhyBudget {
		t.Fatalf("%+v", log)
	}
	if n := strings.Count(strings.Join(r.facts(ticket.ID), " "), "rule.stopped"); n != 1 {
		t.Errorf("the ticket says it %d times", n)
	}
	r.later(61 * time.Minute)
	must(t, only(r.Reply(r.ctx, carol, ticket.ID, model.NewReply{Body: "Still"})))
	r.settle()
	if last := r.log(rule)[3]; last.State != model.RunDone {
		t.Errorf("an hour later: %+v", last)
	}
}

// TestAWaitOutlivesTheProcess waits between two actions while the desk is
// closed and opened, and asks the conditions again afterwards.
func TestAWaitOutlivesTheProcess(t *testing.T) {
	r := newRules(t)
	carol, anna := r.person(model.KindCustomer, "Carol"), r.person(model.KindAgent, "Anna")
	hold := r.saves(model.Rule{Name: "Hold", Trigger: model.TriggerCreated, Conditions: model.Conditions{when("assignee", "none")}, Actions: model.Actions{
		act(model.ActNote, "first"), {Type: model.ActWait, Value: "30m", Hold: true}, act(model.ActPriority, "urgent"), act(model.ActWait, "1h"), act(model.ActType, "incident"),
	}})
	one, two := r.opens(carol, "One"), r.opens(carol, "Two")
	r.settle()
	if run := r.log(hold)[0]; run.State != model.RunWaiting || run.Step != 2 || run.NextAt != run.At.Add(30*time.Minute) {
		t.Fatalf("%+v", run)
	}
	must(t, r.Assign(r.ctx, anna, two.ID, anna.ID, Change{}))
	again := r.reopen()
	again.later(29 * time.Minute)
	again.settle()
	if again.now(one.ID).Priority != model.Medium {
		t.Fatal("it did not wait")
	}
	again.later(time.Minute)
	again.settle()
	if again.now(one.ID).Priority != model.Urgent || again.now(two.ID).Priority != model.Medium {
		t.Fatalf("after the wait: %s, %s", again.now(one.ID).Priority, again.now(two.ID).Priority)
	}
	if run := again.log(hold)[1]; run.State != model.RunSkipped || run.Error != model.RunWhyChanged {
		t.Errorf("%+v", run)
	}
	must(t, again.Assign(again.ctx, anna, one.ID, anna.ID, Change{})) // the second wait does not ask
	third := again.reopen()
	third.later(time.Hour)
	third.settle()
	run := third.log(hold)[0]
	if run.State != model.RunDone || third.now(one.ID).Type != model.Incident || len(run.Results) != 5 || run.Results[1].State != model.ActionWaited {
		t.Errorf("%+v", run)
	}
}

// reopen closes the database and opens it again, as a new process does.
func (r *rules) reopen() *rules {
	r.t.Helper()
	path := r.db.Path()
	must(r.t, r.db.Close())
	db, err := store.Open(r.ctx, path, store.Options{Clock: func() time.Time { r.mu.Lock(); defer r.mu.Unlock(); return r.rig.clock }})
	must(r.t, err)
	r.t.Cleanup(func() { db.Close() })
	d, err := New(Options{DB: db, Key: make([]byte, 32), Settings: model.DefaultSettings(), Files: folder(filepath.Dir(path))})
	must(r.t, err)
	r.Desk, r.db = d, db
	return r
}

// TestRulesKeepAway from what is not at the desk.
func TestRulesKeepAway(t *testing.T) {
	r := newRules(t)
	carol, admin := r.person(model.KindCustomer, "Carol"), r.person(model.KindAdmin, "Ada")
	open := r.saves(model.Rule{Name: "Clock", Trigger: model.TriggerTime, Conditions: model.Conditions{longer(model.AgeCreated, "1m")}, Actions: model.Actions{act(model.ActAddTags, "seen")}})
	note := r.saves(model.Rule{Name: "Note", Trigger: model.TriggerNote, Actions: model.Actions{act(model.ActAddTags, "noted")}})
	closing := r.saves(model.Rule{Name: "Closing", Trigger: model.TriggerClosed, Actions: model.Actions{act(model.ActAddTags, "closed")}})
	bin, closed, later := r.opens(carol, "Bin"), r.opens(carol, "Closed"), r.opens(carol, "Deleted later")
	must(t, r.DeleteTicket(r.ctx, admin, bin.ID))
	must(t, r.CloseTicket(r.ctx, carol, closed.ID))
	must(t, only(r.Note(r.ctx, admin, closed.ID, model.NewReply{Body: "After closing"})))
	must(t, only(r.Note(r.ctx, admin, later.ID, model.NewReply{Body: "Before deleting"})))
	recs, err := r.db.Read().RecordsAfter(r.ctx, 0, 1000)
	must(t, err)
	r.write(func(tx *store.Tx) error {
		return r.QueueRules(tx.Ctx, tx, slices.DeleteFunc(recs, func(x model.Record) bool { return !slices.Contains(model.RuleKinds, x.Kind) }))
	})
	must(t, r.DeleteTicket(r.ctx, admin, later.ID))
	r.later(time.Hour)
	r.clock()
	if l := r.log(open); len(l) > 0 {
		t.Errorf("%+v", l)
	}
	if run := r.only(closing); run.State != model.RunDone || run.TicketID != closed.ID {
		t.Errorf("%+v", run)
	}
	if run := r.only(note); run.State != model.RunSkipped || run.Error != model.RunWhyGone {
		t.Errorf("%+v", run)
	}
	// Switched off between being found and being done.
	must(t, r.RestoreTicket(r.ctx, admin, later.ID))
	must(t, only(r.Note(r.ctx, admin, later.ID, model.NewReply{Body: "Again"})))
	recs, err = r.db.Read().RecordsAfter(r.ctx, r.seen, 1000)
	must(t, err)
	r.write(func(tx *store.Tx) error {
		return r.QueueRules(tx.Ctx, tx, slices.DeleteFunc(recs, func(x model.Record) bool { return x.Kind != "note.added" }))
	})
	must(t, r.SwitchRule(r.ctx, admin, note, false))
	r.settle()
	if run := r.log(note)[1]; run.Error != model.RunWhyOff {
		t.Errorf("%+v", run)
	}
}

// TestLogOnly has a rule that only logs, by a fact and by the clock.
func TestLogOnly(t *testing.T) {
	r := newRules(t)
	carol := r.person(model.KindCustomer, "Carol")
	fact := r.saves(model.Rule{Name: "Fact", LogOnly: true, Trigger: model.TriggerCreated, Conditions: model.Conditions{when("channel", "web")}, Actions: model.Actions{act(model.ActPriority, "urgent")}})
	clock := r.saves(model.Rule{Name: "Clock", LogOnly: true, Trigger: model.TriggerTime, Conditions: model.Conditions{longer(model.AgeCreated, "1h")}, Actions: model.Actions{act(model.ActPriority, "urgent")}})
	ticket := r.opens(carol, "Watched")
	r.settle()
	r.later(time.Hour)
	r.clock()
	r.clock()
	for _, id := range []model.RuleID{fact, clock} {
		if run := r.only(id); run.State != model.RunSkipped || run.Error != model.RunWhyLogOnly || !run.Why[0].Met || run.Results[0].State != model.ActionPlanned {
			t.Errorf("%+v", run)
		}
	}
	if r.now(ticket.ID).Priority != model.Medium {
		t.Error("it did something")
	}
}

// TestRuleVerbs saves, orders, copies and removes rules.
func TestRuleVerbs(t *testing.T) {
	r := newRules(t)
	admin, agent := r.person(model.KindAdmin, "Ada"), r.person(model.KindAgent, "Anna")
	good := model.Rule{Name: "Good", Trigger: "priority_change", Actions: model.Actions{act(model.ActNote, "x")}}
	is(t, only(r.SaveRule(r.ctx, agent, good)), model.ErrDenied)
	is(t, only(r.Rules(r.ctx, agent)), model.ErrDenied)
	is(t, only(r.RuleRuns(r.ctx, agent, model.RunFilter{})), model.ErrDenied)
	for _, x := range []struct {
		rule       model.Rule
		field, key string
	}{
		{model.Rule{Trigger: model.TriggerNote, Actions: good.Actions}, "name", "required"},
		{model.Rule{Name: "x", Trigger: "soon", Actions: good.Actions}, "trigger", "choice_invalid"},
		{model.Rule{Name: "x", Trigger: model.TriggerNote}, "actions", "rule_actions"},
		{model.Rule{Name: "x", Trigger: model.TriggerTime, Actions: good.Actions}, "conditions", "rule_time_all"},
		{model.Rule{Name: "x", Trigger: model.TriggerTime, Actions: good.Actions, Conditions: model.Conditions{when("status", "closed")}}, "conditions", "rule_time_closed"},
		{model.Rule{Name: "x", Trigger: model.TriggerTime, Actions: good.Actions, AgainAfter: "1m", Conditions: model.Conditions{when("status", "open")}}, "again_after", "rule_again"},
		{model.Rule{Name: "x", Trigger: model.TriggerNote, Actions: good.Actions, Conditions: model.Conditions{when("tag", "99")}}, "conditions.0", "tag_invalid"},
		{model.Rule{Name: "x", Trigger: model.TriggerNote, Actions: good.Actions, Conditions: model.Conditions{when("requester", "99")}}, "conditions.0", "requester_invalid"},
		{model.Rule{Name: "x", Trigger: model.TriggerNote, Actions: model.Actions{act(model.ActNote, "x"), act(model.ActWait, "1h")}}, "actions.1", "rule_wait_last"},
		{model.Rule{Name: "x", Trigger: model.TriggerNote, Actions: model.Actions{act(model.ActAssign, fmt.Sprint(agent.ID+77))}}, "actions.0", "assignee_invalid"},
		{model.Rule{Name: "x", Trigger: model.TriggerNote, Actions: model.Actions{act(model.ActDelete, "")}}, "actions.0", "choice_invalid"},
		{model.Rule{Name: "x", Trigger: model.TriggerNote, Actions: model.Actions{act(model.ActSend, "5")}}, "actions.0", "macro_gone"},
		{model.Rule{Name: "x", Trigger: model.TriggerNote, Actions: model.Actions{act(model.ActWebhook, "ftp://x")}}, "actions.0", "url_invalid"},
		{model.Rule{Name: "x", Trigger: model.TriggerNote, Actions: model.Actions{{Type: model.ActWebhook, Value: "https://x.example", Text: "{"}}}, "actions.0", "rule_json"},
		{model.Rule{Name: "x", Trigger: model.TriggerNote, Actions: model.Actions{{Type: model.ActNotify, To: []string{"everybody"}}}}, "actions.0", "assignee_invalid"},
	} {
		refused(t, only(r.SaveRule(r.ctx, admin, x.rule)), x.field, x.key)
	}
	id, err := r.SaveRule(r.ctx, admin, good)
	must(t, err)
	v, err := r.Rule(r.ctx, admin, id)
	if err != nil || v.Trigger != model.TriggerPriority || v.Active() {
		t.Fatalf("%+v %v", v, err)
	}
	refused(t, only(r.SaveRule(r.ctx, admin, good)), "name", "name_taken")
	must(t, r.SwitchRule(r.ctx, admin, id, true))
	v.Name = "Better"
	is(t, only(r.SaveRule(r.ctx, admin, v.Rule)), model.ErrConflict)
	other, err := r.DuplicateRule(r.ctx, admin, id)
	must(t, err)
	must(t, r.MoveRule(r.ctx, admin, other, -1))
	list, err := r.Rules(r.ctx, admin)
	if err != nil || len(list) != 2 || list[0].ID != other || list[0].Active() || !list[1].Active() || list[0].Name == list[1].Name {
		t.Fatalf("%+v %v", list, err)
	}
	ctx, set := Undoing(r.ctx)
	must(t, r.DeleteRule(ctx, admin, id))
	is(t, only(r.Rule(r.ctx, admin, id)), model.ErrNotFound)
	must(t, only(r.Undo(r.ctx, admin, *set)))
	must(t, only(r.Rule(r.ctx, admin, id)))
	for _, x := range model.RuleTemplates() {
		made, err := r.RuleTemplate(r.ctx, admin, x.Key)
		must(t, err)
		for i := range made.Conditions {
			if len(made.Conditions[i].Words) == 0 {
				r.write(func(tx *store.Tx) error {
					tag, err := tx.InsertTag(tx.Ctx, model.Tag{Name: "VIP", Slug: "vip", Hue: "red"})
					made.Conditions[i].Words = []string{fmt.Sprint(tag)}
					return err
				})
				r.ForgetChoices()
			}
		}
		if _, err := r.SaveRule(r.ctx, admin, made); err != nil {
			t.Errorf("%s: %v", x.Key, err)
		}
	}
}

// TestTryingWritesNothing tests a rule on a ticket and counts what it would
// touch.
func TestTryingWritesNothing(t *testing.T) {
	r := newRules(t)
	carol, admin := r.person(model.KindCustomer, "Carol"), r.person(model.KindAdmin, "Ada")
	for i := range 30 {
		r.opens(carol, fmt.Sprint("Ticket ", i))
	}
	last := r.opens(carol, "Printer")
	rule := model.Rule{Trigger: model.TriggerNote, Conditions: model.Conditions{when("priority", "medium"), {Field: "subject", Op: model.CondContains, Words: []string{"print"}}}, Actions: model.Actions{act(model.ActPriority, "high"), act(model.ActStatus, "gone")}}
	facts, err := r.db.Read().LastEventID(r.ctx)
	must(t, err)
	x, err := r.TestRule(r.ctx, admin, rule, last.ID)
	if err != nil || !x.Matched || len(x.Why) != 2 || x.Why[1].Actual[0] != "Printer" || x.Actions[0].State != model.ActionPlanned || x.Actions[1].Problem != "choice_invalid" {
		t.Errorf("%+v %v", x, err)
	}
	if x, err = r.TestRule(r.ctx, admin, rule, last.ID-1); err != nil || x.Matched || !x.Why[0].Met || x.Why[1].Met {
		t.Errorf("%+v %v", x, err)
	}
	would, err := r.WouldMatch(r.ctx, admin, rule.Conditions[:1])
	if err != nil || would.Total != 31 || would.Capped || len(would.Tickets) != wouldShow || would.Tickets[0].ID != last.ID {
		t.Errorf("%d %v %d %v", would.Total, would.Capped, len(would.Tickets), err)
	}
	if after, err := r.db.Read().LastEventID(r.ctx); err != nil || after != facts {
		t.Errorf("%d facts more, %v", after-facts, err)
	}
	is(t, only(r.TestRule(r.ctx, admin, rule, 9999)), model.ErrNotFound)
}

// TestMacrosGainNothing holds that what rules alone may do stays with rules.
func TestMacrosGainNothing(t *testing.T) {
	for _, a := range []model.ActionType{model.ActEscalate, model.ActSend, model.ActNotify, model.ActWebhook, model.ActWait} {
		if _, ok := acts[a]; ok || slices.Contains(model.MacroActionTypes(), a) || slices.Contains(model.ActionTypes(), a) {
			t.Errorf("%s is there for macros or bulk changes", a)
		}
	}
}
