package desk

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

// fiftyRules are rules by the clock as desks have them, over and over with
// other values.
func fiftyRules(deps []model.DepartmentID, tag model.TagID) []model.Rule {
	priorities := [][]string{{"low"}, {"medium"}, {"high"}, {"urgent"}, {"critical"}, {"urgent", "critical"}}
	statuses := []string{"open", "in_progress", "waiting_on_customer", "waiting_on_agent", "escalated"}
	var out []model.Rule
	for i := range 50 {
		dep := fmt.Sprint(deps[i%len(deps)])
		length := fmt.Sprintf("%dh", 2+i%40)
		kinds := []model.Conditions{
			{when("priority", priorities[i%6]...), longer(model.AgeUnanswered, length)},
			{when("status", statuses[i%5]), longer(model.AgeUpdated, fmt.Sprintf("%dd", 20+i%9))},
			{longer(model.AgeWaiting, length), when("department", dep)},
			{when("assignee", "none"), longer(model.AgeCreated, length), when("priority", priorities[i%6]...)},
			{when("sla", "overdue", "at_risk"), when("department", dep)},
			{when("tag", fmt.Sprint(tag)), when("status", statuses[i%5]), longer(model.AgeWaiting, "4h")},
			{when("type", "incident"), when("channel", "email"), longer(model.AgeAssigned, fmt.Sprintf("%dd", 10+i%5))},
			{{Any: []model.Condition{when("priority", "critical"), when("type", "problem")}}, longer(model.AgeWaiting, length)},
			{{Field: "subject", Op: model.CondContains, Words: []string{fmt.Sprint("refund ", i)}}, when("department", dep)},
			{when("requester", "acme.example"), longer(model.AgeUpdated, fmt.Sprintf("%dd", 25+i%4))},
		}
		out = append(out, model.Rule{Name: fmt.Sprint("Rule ", i), Trigger: model.TriggerTime, Conditions: kinds[i%len(kinds)], Actions: model.Actions{act(model.ActNote, "late")}, ActiveAt: 1, LogOnly: true})
	}
	return out
}

// BenchmarkRules asks fifty rules of 70,000 open tickets, among as many closed
// ones: for the first time, and then each minute.
func BenchmarkRules(b *testing.B) {
	const open, closed = 70_000, 70_000
	r := newRules(b)
	now := model.TimeOf(r.rig.clock)
	rnd := rand.New(rand.NewPCG(1, 2))
	var deps []model.DepartmentID
	var tag model.TagID
	err := r.db.BulkLoad(r.ctx, nil, func(k *store.Bulk) error {
		for i := range 6 {
			id, err := k.Department(fmt.Sprint("Department ", i), fmt.Sprint("d", i))
			if err != nil {
				return err
			}
			deps = append(deps, id)
		}
		var err error
		if tag, err = k.Tag("refund", "refund", "blue"); err != nil {
			return err
		}
		agent, err := k.Person(model.NewPerson{Kind: model.KindAgent, Name: "Anna", Email: "anna@help.test"})
		if err != nil {
			return err
		}
		var who []model.PersonID
		for i := range 500 {
			id, err := k.Person(model.NewPerson{Kind: model.KindCustomer, Name: fmt.Sprint("C", i), Email: fmt.Sprintf("c%d@%s.example", i, []string{"acme", "other", "third"}[i%3])})
			if err != nil {
				return err
			}
			who = append(who, id)
		}
		for i := range open + closed {
			t := store.BulkTicket{Ticket: model.Ticket{
				Reference: model.Reference("ESC", model.TicketID(i+1)), Subject: fmt.Sprint("Refund ", rnd.IntN(9000)), Status: model.Closed, Priority: model.Priority(1 + rnd.IntN(5)),
				Type: model.TicketType(1 + rnd.IntN(4)), Channel: model.Channel(1 + rnd.IntN(3)), RequesterID: who[rnd.IntN(len(who))], DepartmentID: deps[rnd.IntN(6)],
				CreatedAt: now - model.Time(rnd.Int64N(30*86400*1000)),
			}}
			if i < open {
				t.Status = []model.Status{1, 2, 3, 4, 5}[rnd.IntN(5)]
			}
			if rnd.IntN(2) == 0 {
				t.AssigneeID = agent
			}
			if rnd.IntN(20) == 0 {
				t.Tags = []model.TagID{tag}
			}
			m := model.Message{AuthorID: t.RequesterID, Kind: model.ReplyKind, CreatedAt: t.CreatedAt, Via: model.Web, Body: "Help"}
			t.Messages = append(t.Messages, m)
			if rnd.IntN(2) == 0 {
				m.AuthorID, m.CreatedAt = agent, t.CreatedAt+1000
				t.Messages = append(t.Messages, m)
			}
			if err := k.Ticket(&t); err != nil {
				return err
			}
		}
		return nil
	})
	must(b, err)
	r.ForgetChoices()
	r.write(func(tx *store.Tx) error {
		for _, x := range fiftyRules(deps, tag) {
			if _, err := tx.InsertRule(tx.Ctx, x); err != nil {
				return err
			}
		}
		return nil
	})
	begun := time.Now()
	f, err := r.EvaluateRules(r.ctx, model.System("clock"))
	must(b, err)
	b.Logf("the first time: %v, %d matches", time.Since(begun).Round(time.Millisecond), f["matched"])
	for b.Loop() {
		r.later(time.Second)
		_, err := r.EvaluateRules(r.ctx, model.System("clock"))
		must(b, err)
	}
}
