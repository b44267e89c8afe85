package desk

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

// rules lets rules act as the outlet and the loop of the desk do, until
// nothing is left.
type rules struct {
	*rig
	seen model.EventID
}

func newRules(t testing.TB, set ...string) *rules {
	t.Helper()
	return &rules{rig: newRig(t, set...)}
}

// settle routes what was recorded and does what is due.
func (r *rules) settle() {
	r.t.Helper()
	for range 200 {
		recs, err := r.db.Read().RecordsAfter(r.ctx, r.seen, 10000)
		must(r.t, err)
		if len(recs) > 0 {
			r.seen = recs[len(recs)-1].ID
			recs = slices.DeleteFunc(recs, func(x model.Record) bool { return !slices.Contains(model.RuleKinds, x.Kind) })
			r.write(func(tx *store.Tx) error { return r.QueueRules(tx.Ctx, tx, recs) })
		}
		n, err := r.ContinueRules(r.ctx, model.System("rules"))
		must(r.t, err)
		if n == 0 && len(recs) == 0 {
			return
		}
	}
	r.t.Fatal("rules go on for ever")
}

// clock asks the rules by the clock.
func (r *rules) clock() model.Figures {
	r.t.Helper()
	r.settle()
	f, err := r.EvaluateRules(r.ctx, model.System("clock"))
	must(r.t, err)
	r.settle()
	return f
}

// saves saves a rule that is switched on.
func (r *rules) saves(x model.Rule) model.RuleID {
	r.t.Helper()
	admin := model.Actor{Kind: model.KindMachine, Part: "test", Permissions: model.PermissionsOf(model.KindAdmin)}
	if x.Name == "" {
		x.Name = fmt.Sprintf("Rule %s %d", x.Trigger, r.seen)
	}
	x.ActiveAt = 1
	id, err := r.SaveRule(r.ctx, admin, x)
	if err != nil {
		r.t.Fatalf("%+v: %v", x, err)
	}
	return id
}

// log are the runs of a rule, oldest first.
func (r *rules) log(id model.RuleID) []model.RuleRunItem {
	r.t.Helper()
	p, err := r.RuleRuns(r.ctx, model.System("test"), model.RunFilter{Rule: id, Size: 200})
	must(r.t, err)
	slices.Reverse(p.Items)
	return p.Items
}

// only is the one run of a rule.
func (r *rules) only(id model.RuleID) model.RuleRunItem {
	r.t.Helper()
	l := r.log(id)
	if len(l) != 1 {
		r.t.Fatalf("%d runs: %+v", len(l), l)
	}
	return l[0]
}

func when(field string, words ...string) model.Condition {
	return model.Condition{Field: field, Op: model.CondIs, Words: words}
}

func longer(field, length string) model.Condition {
	return model.Condition{Field: field, Op: model.CondLonger, Words: []string{length}}
}

func act(t model.ActionType, value string) model.Action { return model.Action{Type: t, Value: value} }

// TestEachTrigger lets each thing happen that sets rules off, and counts how
// often the rule of each trigger acts.
func TestEachTrigger(t *testing.T) {
	r := newRules(t)
	carol, anna := r.person(model.KindCustomer, "Carol"), r.person(model.KindAgent, "Anna")
	ids := map[model.Trigger]model.RuleID{}
	for _, x := range model.Triggers() {
		rule := model.Rule{Name: string(x), Trigger: x, Actions: model.Actions{act(model.ActFollow, fmt.Sprint(anna.ID))}}
		if x == model.TriggerTime {
			continue
		}
		ids[x] = r.saves(rule)
	}
	var tag model.TagID
	var dep model.DepartmentID
	r.write(func(tx *store.Tx) (err error) {
		if tag, err = tx.InsertTag(tx.Ctx, model.Tag{Name: "vip", Slug: "vip", Hue: "red"}); err != nil {
			return err
		}
		dep, err = tx.InsertDepartment(tx.Ctx, model.Department{Name: "Sales", Slug: "sales"})
		return err
	})
	r.ForgetChoices()
	ticket := r.opens(carol, "Triggers")
	id := ticket.ID
	has := func(what string, want ...model.Trigger) {
		t.Helper()
		before := map[model.Trigger]int{}
		for x, rule := range ids {
			before[x] = len(r.log(rule))
		}
		r.settle()
		for x, rule := range ids {
			n := len(r.log(rule)) - before[x]
			if (n > 0) != slices.Contains(want, x) || n > 1 {
				t.Errorf("%s: the rule for %s acts %d times", what, x, n)
			}
		}
	}
	has("opening", model.TriggerCreated)
	must(t, r.Assign(r.ctx, anna, id, anna.ID, Change{}))
	has("assigning", model.TriggerAssigned, model.TriggerUpdated, model.TriggerStatus)
	must(t, r.Assign(r.ctx, anna, id, 0, Change{}))
	has("unassigning", model.TriggerUnassigned, model.TriggerUpdated)
	must(t, r.SetPriority(r.ctx, anna, id, model.Urgent, Change{}))
	has("priority", model.TriggerPriority, model.TriggerUpdated)
	must(t, r.SetType(r.ctx, anna, id, model.Incident, Change{}))
	has("type", model.TriggerType, model.TriggerUpdated)
	must(t, r.SetDepartment(r.ctx, anna, id, dep, Change{}))
	has("department", model.TriggerDepartment, model.TriggerUpdated)
	must(t, r.ChangeTags(r.ctx, anna, id, []string{fmt.Sprint(tag)}, nil))
	has("tag", model.TriggerTagged, model.TriggerUpdated)
	must(t, only(r.Note(r.ctx, anna, id, model.NewReply{Body: "A note"})))
	has("note", model.TriggerNote)
	must(t, only(r.Reply(r.ctx, anna, id, model.NewReply{Body: "An answer"})))
	has("answer", model.TriggerReply, model.TriggerAgent, model.TriggerStatus, model.TriggerUpdated)
	must(t, only(r.Snooze(r.ctx, anna, id, "4h", "")))
	has("snooze", model.TriggerSnoozed)
	must(t, only(r.Reply(r.ctx, carol, id, model.NewReply{Body: "A question"})))
	has("customer", model.TriggerReply, model.TriggerCustomer, model.TriggerStatus, model.TriggerUpdated, model.TriggerWoken)
	must(t, r.SetStatus(r.ctx, anna, id, model.Escalated, Change{}))
	has("escalating", model.TriggerEscalated, model.TriggerStatus, model.TriggerUpdated)
	must(t, r.SetStatus(r.ctx, anna, id, model.Resolved, Change{}))
	has("resolving", model.TriggerResolved, model.TriggerStatus, model.TriggerUpdated)
	must(t, r.CloseTicket(r.ctx, carol, id))
	has("closing", model.TriggerClosed, model.TriggerStatus)
	must(t, r.SetStatus(r.ctx, anna, id, model.Reopened, Change{}))
	has("reopening", model.TriggerReopened, model.TriggerStatus, model.TriggerUpdated)
	r.write(func(tx *store.Tx) error {
		_, err := tx.Record(tx.Ctx, model.System("sla"), id, model.SLAWarned{Target: model.Resolution})
		if err == nil {
			_, err = tx.Record(tx.Ctx, model.System("sla"), id, model.SLABreached{Target: model.Resolution})
		}
		if err == nil {
			_, err = tx.Record(tx.Ctx, carol, id, model.RatingGiven{Score: 1})
		}
		return err
	})
	has("clocks and rating", model.TriggerSLAWarning, model.TriggerSLABreached, model.TriggerRated)
	must(t, only(r.Reply(r.ctx, carol, id, model.NewReply{Body: "I am away", Automatic: true})))
	has("a machine's answer")
}

// TestImportsSetNothingOff opens and answers as an import does.
func TestImportsSetNothingOff(t *testing.T) {
	r := newRules(t)
	carol := r.person(model.KindCustomer, "Carol")
	rule := r.saves(model.Rule{Trigger: model.TriggerCreated, Actions: model.Actions{act(model.ActPriority, "high")}})
	reply := r.saves(model.Rule{Trigger: model.TriggerReply, Actions: model.Actions{act(model.ActPriority, "high")}})
	ticket, err := r.OpenTicket(r.ctx, carol, model.NewTicket{Subject: "Old", Body: "Long ago", Imported: true})
	must(t, err)
	must(t, only(r.Reply(r.ctx, carol, ticket.ID, model.NewReply{Body: "Old, too", Imported: true})))
	r.settle()
	if n := len(r.log(rule)) + len(r.log(reply)); n > 0 || r.now(ticket.ID).Priority != model.Medium {
		t.Errorf("%d runs, %s", n, r.now(ticket.ID).Priority)
	}
}

// TestRuleActsInOrder lets a rule see what the one before it did, in the order
// of the desk, as an actor of its own.
func TestRuleActsInOrder(t *testing.T) {
	r := newRules(t)
	carol, anna := r.person(model.KindCustomer, "Carol"), r.person(model.KindAgent, "Anna")
	first := r.saves(model.Rule{Name: "Acme first", Trigger: model.TriggerCreated, Conditions: model.Conditions{when("requester", "help.test")}, Actions: model.Actions{act(model.ActPriority, "urgent")}})
	second := r.saves(model.Rule{
		Name: "Urgent to Anna", Trigger: model.TriggerCreated, Conditions: model.Conditions{when("priority", "urgent")},
		Actions: model.Actions{act(model.ActAssign, fmt.Sprint(anna.ID)), act(model.ActPriority, "urgent")},
	})
	third := r.saves(model.Rule{Name: "Low", Trigger: model.TriggerCreated, Conditions: model.Conditions{when("priority", "low")}, Actions: model.Actions{act(model.ActNote, "low")}})
	ticket := r.opens(carol, "Order")
	r.settle()
	now := r.now(ticket.ID)
	if now.Priority != model.Urgent || now.AssigneeID != anna.ID || now.Status != model.InProgress {
		t.Fatalf("%s, assigned to %d, %s", now.Priority, now.AssigneeID, now.Status)
	}
	if run := r.only(first); run.State != model.RunDone || len(run.Why) != 1 || !run.Why[0].Met || run.Results[0].State != model.ActionDone || run.EventID == 0 {
		t.Errorf("%+v", run)
	}
	if run := r.only(second); run.Results[0].State != model.ActionDone || run.Results[1].State != model.ActionSame || run.Depth != 0 {
		t.Errorf("%+v", run)
	}
	if l := r.log(third); len(l) > 0 {
		t.Errorf("what does not match is logged: %+v", l)
	}
	entries, err := r.db.Read().Entries(r.ctx, model.System("test"), ticket.ID, 0, 100)
	must(t, err)
	who := map[string]string{}
	for _, e := range entries {
		who[e.Kind] = e.ActorName
		if e.ActorKind == model.KindMachine && e.Depth != 1 {
			t.Errorf("%s is %d deep", e.Kind, e.Depth)
		}
	}
	if who["ticket.priority_changed"] != "Acme first" || who["ticket.assigned"] != "Urgent to Anna" {
		t.Errorf("told as done by %v", who)
	}
	mine, err := r.Rule(r.ctx, model.System("test"), first)
	must(t, err)
	mine.Name = "Acme at once"
	must(t, only(r.SaveRule(r.ctx, model.System("test"), mine.Rule)))
	entries, err = r.db.Read().Entries(r.ctx, model.System("test"), ticket.ID, 0, 100)
	must(t, err)
	if !slices.ContainsFunc(entries, func(e model.Entry) bool { return e.ActorName == "Acme at once" }) {
		t.Error("the rule keeps its old name in the history")
	}
}

// TestWhatWas asks for the value before a change.
func TestWhatWas(t *testing.T) {
	r := newRules(t)
	carol, anna := r.person(model.KindCustomer, "Carol"), r.person(model.KindAgent, "Anna")
	rule := r.saves(model.Rule{Trigger: model.TriggerPriority, Conditions: model.Conditions{{Field: "priority", Op: model.CondWas, Words: []string{"urgent"}}}, Actions: model.Actions{act(model.ActAddTags, "calmed down")}})
	ticket := r.opens(carol, "Was")
	must(t, r.SetPriority(r.ctx, anna, ticket.ID, model.Urgent, Change{}))
	r.settle()
	if n := len(r.log(rule)); n > 0 {
		t.Fatalf("it was not urgent before, but there are %d runs", n)
	}
	must(t, r.SetPriority(r.ctx, anna, ticket.ID, model.Low, Change{}))
	r.settle()
	if run := r.only(rule); run.State != model.RunDone || run.Why[0].Actual[0] != "urgent" {
		t.Errorf("%+v", run)
	}
	x, err := r.TestRule(r.ctx, model.System("test"), model.Rule{Trigger: model.TriggerPriority, Conditions: model.Conditions{{Field: "priority", Op: model.CondWas, Words: []string{"urgent"}}}}, ticket.ID)
	if err != nil || !x.Matched {
		t.Errorf("a test sees %+v, %v", x, err)
	}
}

// TestTimeRuleFiresOnce lets the clock turn: a rule acts once for each time
// the customer waits, another again after a day.
func TestTimeRuleFiresOnce(t *testing.T) {
	r := newRules(t)
	carol, anna := r.person(model.KindCustomer, "Carol"), r.person(model.KindAgent, "Anna")
	waiting := r.saves(model.Rule{Name: "Waiting", Trigger: model.TriggerTime, Conditions: model.Conditions{longer(model.AgeWaiting, "1h")}, Actions: model.Actions{act(model.ActNote, "{{requester.name}} waits")}})
	daily := r.saves(model.Rule{Name: "Daily", Trigger: model.TriggerTime, AgainAfter: "1d", Conditions: model.Conditions{longer(model.AgeCreated, "1h")}, Actions: model.Actions{act(model.ActNote, "still here")}})
	created := r.saves(model.Rule{Name: "Once", Trigger: model.TriggerTime, Conditions: model.Conditions{longer(model.AgeCreated, "1h")}, Actions: model.Actions{act(model.ActNote, "an hour old")}})
	ticket := r.opens(carol, "Waits")
	count := func(w, d, o int) {
		t.Helper()
		r.clock()
		if a, b, c := len(r.log(waiting)), len(r.log(daily)), len(r.log(created)); a != w || b != d || c != o {
			t.Fatalf("%d, %d, %d runs, want %d, %d, %d", a, b, c, w, d, o)
		}
	}
	count(0, 0, 0)
	r.later(59 * time.Minute)
	count(0, 0, 0)
	r.later(time.Minute)
	count(1, 1, 1)
	for range 5 {
		r.later(time.Hour)
		count(1, 1, 1)
	}
	must(t, only(r.Reply(r.ctx, anna, ticket.ID, model.NewReply{Body: "An answer"})))
	r.later(time.Minute)
	must(t, only(r.Reply(r.ctx, carol, ticket.ID, model.NewReply{Body: "Not solved"})))
	r.later(time.Hour)
	count(2, 1, 1)
	r.later(20 * time.Hour)
	count(2, 2, 1)
	must(t, r.SetStatus(r.ctx, anna, ticket.ID, model.Resolved, Change{}))
	must(t, r.SetStatus(r.ctx, anna, ticket.ID, model.Reopened, Change{}))
	r.later(time.Minute)
	count(2, 2, 2) // opened again: a new life
	if run := r.log(waiting)[0]; !strings.HasPrefix(run.Cause, "waiting:") || run.Why[0].Actual[0] != "1h" || run.EventID != 0 {
		t.Errorf("%+v", run)
	}
}
