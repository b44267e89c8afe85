package desk

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

// TestEachAction lets one rule do everything there is to do, and looks at the
// ticket and the log.
func TestEachAction(t *testing.T) {
	r := newRules(t)
	var sales, support model.DepartmentID
	var vip, old model.TagID
	r.write(func(tx *store.Tx) (err error) {
		if sales, err = tx.InsertDepartment(tx.Ctx, model.Department{Name: "Sales", Slug: "sales"}); err != nil {
			return err
		}
		if support, err = tx.InsertDepartment(tx.Ctx, model.Department{Name: "Support", Slug: "support"}); err != nil {
			return err
		}
		if vip, err = tx.InsertTag(tx.Ctx, model.Tag{Name: "VIP", Slug: "vip", Hue: "red"}); err != nil {
			return err
		}
		old, err = tx.InsertTag(tx.Ctx, model.Tag{Name: "Old", Slug: "old", Hue: "red"})
		return err
	})
	carol, admin := r.person(model.KindCustomer, "Carol"), r.person(model.KindAdmin, "Ada")
	anna, ben := r.person(model.KindAgent, "Anna", sales), r.person(model.KindAgent, "Ben", support)
	r.ForgetChoices()
	canned, err := r.SaveCanned(r.ctx, admin, model.Canned{Shared: model.Shared{Scope: model.ShareAll}, Title: "Hello", Bodies: model.Localized{"": "Hello {{requester.name}}, {{ticket.reference}}"}}, CannedFilesChange{})
	must(t, err)
	id := fmt.Sprint
	all := model.Actions{
		act(model.ActDepartment, id(sales)), act(model.ActAssign, "round_robin"), act(model.ActType, "incident"), act(model.ActPriority, "urgent"), act(model.ActStatus, "waiting_on_agent"),
		act(model.ActAddTags, "VIP, Fresh"), act(model.ActRemoveTags, id(old)), act(model.ActNote, "Look at {{ticket.reference}}"), act(model.ActSend, id(canned)), act(model.ActReply, "We are on it, {{requester.first_name}}."),
		act(model.ActFollow, id(ben.ID)), act(model.ActSnooze, "2h"), act(model.ActEscalate, "{{ticket.subject}} is too late"),
		{Type: model.ActNotify, To: []string{"assignee", "followers", "department", "admins", id(carol.ID + 0), "boss@acme.example"}, Channels: []string{"mail"}, Text: "See {{ticket.reference}}"},
		{Type: model.ActWebhook, Value: "https://hook.example/x?key=1", Text: `{"text": "{{ticket.reference}} \" {{requester.name}}", "n": 1}`},
		act(model.ActWebhook, "https://hook.example/plain"),
		act(model.ActAssign, "least_busy:"+id(support)), act(model.ActUnfollow, id(ben.ID)), act(model.ActAssign, "none"), act(model.ActAssign, id(anna.ID)),
	}
	all[13].To = slices.DeleteFunc(all[13].To, func(s string) bool { return s == id(carol.ID) }) // customers cannot be named
	rule := r.saves(model.Rule{Name: "All", Trigger: model.TriggerCreated, Actions: all})
	ticket, err := r.OpenTicket(r.ctx, carol, model.NewTicket{Subject: "Everything", Body: "It says 42."})
	must(t, err)
	must(t, r.ChangeTags(r.ctx, admin, ticket.ID, []string{id(old)}, nil))
	r.settle()
	run := r.only(rule)
	for i, res := range run.Results {
		if res.State != model.ActionDone {
			t.Errorf("%d %s %s: %s %s %v %s", i, res.Action.Type, res.Action.Value, res.State, res.Problem, res.Args, res.Error)
		}
	}
	if run.State != model.RunDone || len(run.Results) != len(all) {
		t.Fatalf("%s %s, %d results", run.State, run.Error, len(run.Results))
	}
	now := r.now(ticket.ID)
	if now.DepartmentID != sales || now.AssigneeID != anna.ID || now.Type != model.Incident || now.Priority != model.Urgent || now.Status != model.Escalated || !now.Snoozed() {
		t.Errorf("%+v", now)
	}
	if now.FirstResponseAt != 0 || now.WaitingSince == model.Never {
		t.Error("what a rule says counts as an answer of the staff")
	}
	r.actedFacts(ticket.ID, carol, anna, ben, admin)
	tags, err := r.db.Read().TagsOf(r.ctx, ticket.ID)
	must(t, err)
	if len(tags) != 2 || slices.ContainsFunc(tags, func(g model.Tag) bool { return g.ID == old }) || !slices.ContainsFunc(tags, func(g model.Tag) bool { return g.ID == vip }) {
		t.Errorf("tags %+v", tags)
	}
	must(t, only(r.Rules(r.ctx, model.System("test"))))
	view, err := r.Rule(r.ctx, model.System("test"), rule)
	if err != nil || view.Figures.Runs != 1 || view.Figures.Done != 1 || len(view.Problems) > 0 {
		t.Errorf("%+v %v", view.Figures, err)
	}
}

// actedFacts looks at what the rule of TestEachAction said and asked for.
func (r *rules) actedFacts(id model.TicketID, carol, anna, ben, admin model.Actor) {
	t := r.t
	t.Helper()
	recs, err := r.db.Read().RecordsAfter(r.ctx, 0, 10000)
	must(t, err)
	var said []string
	for _, rec := range recs {
		e, err := rec.Event()
		must(t, err)
		switch e := e.(type) {
		case model.RuleNotified:
			want := []model.PersonID{anna.ID, ben.ID, admin.ID}
			slices.Sort(e.To)
			slices.Sort(want)
			if !slices.Equal(e.To, want) || !slices.Equal(e.Addresses, []string{"boss@acme.example"}) || e.Text != "See "+model.Reference("ESC", id) || e.Name != "All" {
				t.Errorf("%+v, want %v", e, want)
			}
		case model.TicketEscalated:
			if e.Reason != "Everything is too late" {
				t.Errorf("%+v", e)
			}
		case model.ReplyAdded:
			m, err := r.db.Read().Message(r.ctx, carol, e.Message)
			must(t, err)
			if said = append(said, m.Body); m.Author.Name != "" {
				t.Errorf("the customer reads the name of the rule: %q", m.Author.Name)
			}
			m, err = r.db.Read().Message(r.ctx, anna, e.Message)
			if err != nil || m.Author.Name != "All" {
				t.Errorf("the staff reads that %q said it, %v", m.Author.Name, err)
			}
		}
	}
	if want := []string{"Hello Carol, " + model.Reference("ESC", id), "We are on it, Carol."}; !slices.Equal(said, want) {
		t.Errorf("said %q", said)
	}
	var bodies []string
	r.write(func(tx *store.Tx) error {
		hosts, err := tx.DeliveryHosts(tx.Ctx, tx.Now)
		must(t, err)
		list, err := tx.ClaimDeliveries(tx.Ctx, hosts[0], 10, time.Minute, func(int) model.Time { return 0 })
		for _, x := range list {
			bodies = append(bodies, string(x.Body))
			if x.RuleRun == 0 || x.TicketID != id || !json.Valid(x.Body) {
				t.Errorf("%+v", x)
			}
		}
		return err
	})
	if len(bodies) != 2 || !strings.Contains(bodies[0], model.Reference("ESC", id)+` \" Carol`) || !strings.Contains(bodies[1], `"trigger":"ticket_created"`) {
		t.Errorf("sends %s", bodies)
	}
}

// TestABrokenActionLeavesTheRest breaks actions and rules in many ways; the
// others go on.
func TestABrokenActionLeavesTheRest(t *testing.T) {
	r := newRules(t)
	carol, anna, admin := r.person(model.KindCustomer, "Carol"), r.person(model.KindAgent, "Anna"), r.person(model.KindAdmin, "Ada")
	broken := r.saves(model.Rule{Name: "Broken", Trigger: model.TriggerCreated, Actions: model.Actions{
		act(model.ActNote, "first"), act(model.ActAssign, fmt.Sprint(anna.ID)), act(model.ActStatus, "reopened"), act(model.ActReply, "We ask ⟦what⟧"), act(model.ActPriority, "high"),
		{Type: model.ActNotify, To: []string{"assignee"}},
	}})
	next := r.saves(model.Rule{Name: "Next", Trigger: model.TriggerCreated, Actions: model.Actions{act(model.ActType, "task")}})
	r.write(func(tx *store.Tx) error { // an action nobody knows, and conditions that are none
		_, err := tx.InsertRule(tx.Ctx, model.Rule{Name: "Odd", Trigger: model.TriggerCreated, ActiveAt: 1, Actions: model.Actions{act("explode", "now"), act(model.ActDelete, "")}})
		return err
	})
	must(t, r.Deactivate(r.ctx, admin, anna.ID, 0))
	ticket := r.opens(carol, "Breaks")
	r.settle()
	run := r.only(broken)
	var states []string
	for _, x := range run.Results {
		states = append(states, x.State+" "+x.Problem)
	}
	if run.State != model.RunFailed || states[0] != "done " || states[1] != "failed choice_invalid" || states[2] != "failed transition" || states[3] != "failed blank_left" || states[4] != "done " || states[5] != "failed rule_notify_nobody" {
		t.Errorf("%s %q", run.State, states)
	}
	if now := r.now(ticket.ID); now.Priority != model.High || now.Type != model.Task || now.Deleted() {
		t.Errorf("%+v", now)
	}
	if run := r.only(next); run.State != model.RunDone {
		t.Errorf("%+v", run)
	}
	// What failed can be tried again, and only that.
	must(t, r.Activate(r.ctx, admin, anna.ID))
	must(t, only(r.RerunRule(r.ctx, model.System("test"), r.log(broken)[0].ID)))
	r.settle()
	again := r.log(broken)[1]
	if again.Results[1].State != model.ActionDone || again.Results[5].State != model.ActionDone || r.now(ticket.ID).AssigneeID != anna.ID {
		t.Errorf("%+v", again.Results)
	}
	notes := 0
	for _, k := range r.facts(ticket.ID) {
		if k == "note.added" {
			notes++
		}
	}
	if notes != 1 {
		t.Errorf("%d notes", notes)
	}
	refused(t, only(r.RerunRule(r.ctx, model.System("test"), r.only(next).ID)), "run", "rule_rerun")
}
