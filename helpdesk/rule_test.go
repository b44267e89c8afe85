package helpdesk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

// TestRulesInTheWholeDesk has rules act behind a page, by the clock, and by
// mail to the customer, as they do where the desk runs.
func TestRulesInTheWholeDesk(t *testing.T) {
	d := helpdesktest.New(t)
	carol := d.Customer("carol")
	by, ctx := model.System("test"), t.Context()
	save := func(x model.Rule) model.RuleID {
		t.Helper()
		x.ActiveAt = 1
		id, err := d.Verbs().SaveRule(ctx, by, x)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	save(model.Rule{Name: "Secret name", Trigger: model.TriggerCreated, Conditions: model.Conditions{{Field: "subject", Op: model.CondContains, Words: []string{"fire"}}}, Actions: model.Actions{
		{Type: model.ActPriority, Value: "critical"}, {Type: model.ActReply, Value: "Leave the house, {{requester.name}}."},
	}})
	clock := save(model.Rule{Name: "Clock", Trigger: model.TriggerTime, Conditions: model.Conditions{{Field: model.AgeWaiting, Op: model.CondLonger, Words: []string{"1h"}}}, Actions: model.Actions{{Type: model.ActNote, Value: "An hour"}}})
	ticket := carol.Opens("Printer on fire")
	d.Settle()
	now, err := d.DB().Read().Ticket(ctx, by, ticket.ID)
	if err != nil || now.Priority != model.Critical || now.WaitingSince == model.Never {
		t.Fatalf("%+v %v", now, err)
	}
	told := false
	for _, m := range d.Mail() {
		if m.Address != carol.Email {
			continue
		}
		told = told || strings.Contains(m.Text, "Leave the house")
		if strings.Contains(string(m.Raw), "Secret") || strings.Contains(m.HTML, "Secret") {
			t.Error("the customer reads the name of the rule in a mail")
		}
	}
	if !told {
		t.Error("the customer was not told")
	}
	page := d.As(carol).Get("tickets/" + fmt.Sprint(int64(ticket.ID)) + "/").Is(200)
	if body := page.Text(); strings.Contains(body, "Secret") || !strings.Contains(body, "Leave the house") {
		t.Errorf("the customer's page: %s", body)
	}
	d.Later(61 * time.Minute)
	if _, err := d.Verbs().EvaluateRules(ctx, model.System("clock")); err != nil {
		t.Fatal(err)
	}
	d.Settle()
	runs, err := d.Verbs().RuleRuns(ctx, by, model.RunFilter{Rule: clock})
	if err != nil || len(runs.Items) != 1 || runs.Items[0].State != model.RunDone {
		t.Errorf("%+v %v", runs, err)
	}
}
