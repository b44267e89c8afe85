package e2e

import (
	"context"
	"testing"

	"escalated/desk"
	"escalated/e2e/browser"
	"escalated/model"
)

func init() {
	furnish = append(furnish, func(w *world) {
		ctx, admin := context.Background(), w.actor("admin")
		x := model.Rule{
			Name: "Urgent things" + w.mark, Description: "As agreed." + w.mark, Trigger: model.TriggerPriority, ActiveAt: 1,
			Conditions: model.Conditions{
				{Field: "priority", Op: model.CondIs, Words: []string{"urgent", "critical"}},
				{Any: []model.Condition{{Field: "subject", Op: model.CondContains, Words: []string{"invoice" + w.mark}}, {Field: "channel", Op: model.CondIs, Words: []string{"web"}}}},
			},
			Actions: model.Actions{
				{Type: model.ActNote, Value: "Look at this first." + w.mark},
				{Type: model.ActNotify, To: []string{model.TellDepartment, "boss@example.com"}, Channels: []string{"mail"}, Text: "Please" + w.mark},
				{Type: model.ActWait, Value: "2h", Hold: true},
				{Type: model.ActAssign, Value: model.AssignLeastBusy},
			},
		}
		id, err := w.Verbs().SaveRule(ctx, admin, x)
		w.must(err)
		w.keep("rule", int64(id))
		_, err = w.Verbs().SaveRule(ctx, admin, model.Rule{
			Name: "Waits too long" + w.mark, Trigger: model.TriggerTime, LogOnly: true, AgainAfter: "1d", Actions: model.Actions{{Type: model.ActEscalate}},
			Conditions: model.Conditions{{Field: model.AgeWaiting, Op: model.CondLonger, Words: []string{"4h"}}},
		})
		w.must(err)
		ruled := w.says("Ruled")
		w.keep("ruled", int64(ruled.ID))
		w.must(w.Verbs().SetPriority(ctx, w.actor("agent"), ruled.ID, model.Urgent, desk.Change{}))
	})
	sights = append(
		sights,
		sight{"admin/escalation-rules/", "rules", "admin", "admin/escalation-rules/"},
		sight{"admin/escalation-rules/templates/", "rule-templates", "admin", "admin/escalation-rules/templates/"},
		sight{"admin/escalation-rules/create/", "rule-new", "admin", "admin/escalation-rules/create/?template=sla_warning"},
		sight{"admin/escalation-rules/:id/", "rule", "admin", "admin/escalation-rules/{rule}/"},
		sight{"admin/escalation-rules/log/", "rules-log", "admin", "admin/escalation-rules/log/"},
		sight{"admin/escalation-rules/:id/log/", "rule-log", "admin", "admin/escalation-rules/{rule}/log/"},
		sight{"admin/backtest/rules/:id/", "rule-backtest", "admin", "admin/backtest/rules/{rule}/?days=90"},
		sight{"", "rule-why", "agent", "agent/tickets/{ruled}/why/"},
	)
}

// TestRules goes the way of a rule: an admin begins with one from the gallery,
// changes it, tries it, switches it on, and sees what it did.
func TestRules(t *testing.T) {
	h := newHouse(t)
	h.Department("Support")
	ada, carol, bob := h.Admin("ada"), h.Customer("carol"), h.Agent("bob")
	_, err := h.Verbs().OpenTicket(context.Background(), carol.Actor(), model.NewTicket{Subject: "Printer on fire", Body: "It burns."})
	if err != nil {
		t.Fatal(err)
	}

	admin := h.open(ada, browser.Options{})
	admin.Goto("admin/escalation-rules/")
	admin.ClickLoad("link=New rule")
	admin.ClickLoad("a[href$='?template=reopened']")
	if admin.Value("#f-name") == "" {
		t.Error("the template has no name")
	}
	admin.Fill("#f-name", "Hot things")
	admin.Fill("#f-trigger", "priority_changed")
	swapped(admin)
	admin.Fill("[name='conditions.0.field']", "priority")
	admin.WaitFor("[name='conditions.0.words'][value=urgent]")
	swapped(admin)
	admin.Check("[name='conditions.0.words'][value=urgent]", true)
	admin.WaitFor("#rule-reads >> text=priority is Urgent")
	admin.Fill("[name='actions.0.type']", "add_note")
	admin.WaitFor("textarea[name='actions.0.value']")
	swapped(admin)
	admin.Fill("textarea[name='actions.0.value']", "Careful, it is hot.")
	admin.Click("#actions-add")
	admin.WaitFor("[name='actions.2.type']")
	swapped(admin)
	admin.Fill("[name='actions.2.value']", "critical")
	admin.Click("[id='actions-up:2']")
	admin.WaitTrue(`document.querySelector("[name='actions.1.type']").value === "set_priority"`)
	swapped(admin)
	if got := admin.Value("#f-name"); got != "Hot things" {
		t.Errorf("the name became %q", got)
	}

	// Tried on a ticket, on all of them, and on what was.
	admin.Fill("#test-ticket", "1")
	admin.Click("#try-test")
	admin.WaitFor("#rule-trust >> text=It would not act")
	swapped(admin)
	admin.CheckAxe()
	admin.Click("#try-match")
	admin.WaitFor("#rule-trust >> text=Would match now")
	swapped(admin)
	admin.Click("#try-backtest")
	admin.WaitFor("#backtest-slot >> text=Nothing was changed")
	swapped(admin)

	admin.Check("#f-active", true)
	admin.ClickLoad("#save-rule")
	admin.WaitText("Nothing in the last 24 hours")

	// It acts on a real ticket, which says so.
	b := h.open(bob, browser.Options{})
	b.Goto("agent/tickets/1/")
	b.Fill("#p-priority", "urgent")
	b.WaitText("Careful, it is hot.")
	admin.Goto("admin/escalation-rules/1/log/")
	admin.WaitText("Printer on fire")
	admin.Goto("agent/tickets/1/why/")
	admin.WaitFor("#why-rules >> text=Hot things")

	// By keyboard: a copy, put first, the first switched off and deleted.
	admin.Goto("admin/escalation-rules/1/")
	admin.ClickLoad("button=Duplicate")
	admin.WaitText("The copy is switched off")
	admin.Goto("admin/escalation-rules/")
	browser.Eval[bool](admin, "(document.querySelector('#rule-2 [value=up]').focus(), true)")
	admin.Load(func() { admin.Press("Enter") })
	if got := admin.Attr(".rules > li", "id"); got != "rule-2" {
		t.Errorf("the first is %q", got)
	}
	browser.Eval[bool](admin, "(document.querySelector('#switch-1').focus(), true)")
	admin.Load(func() { admin.Press("Enter") })
	if got := admin.Attr("#switch-1", "aria-checked"); got != "false" {
		t.Errorf("the switch is %q", got)
	}
	admin.Goto("admin/escalation-rules/1/")
	admin.ClickLoad("button=Delete")
	admin.WaitText("Rule deleted")
	if admin.Count("#rule-1") != 0 {
		t.Error("the rule is still there")
	}

	withoutScripts(t, h.open(ada, browser.Options{NoJS: true}))
}

// withoutScripts makes a rule by pages alone: nothing typed gets lost.
func withoutScripts(t *testing.T, plain *browser.Page) {
	t.Helper()
	plain.Goto("admin/escalation-rules/create/")
	plain.Fill("#f-name", "Plain")
	plain.Fill("[name='actions.0.value']", "high")
	plain.ClickLoad("#actions-add")
	plain.Fill("[name='actions.1.type']", "add_note")
	plain.ClickLoad("[name=do][value='actions:refresh']")
	plain.Fill("textarea[name='actions.1.value']", "Noted.")
	plain.ClickLoad("#conditions-add")
	plain.ClickLoad("[id='actions-up:1']")
	if got := plain.Value("textarea[name='actions.0.value']"); got != "Noted." {
		t.Errorf("without scripts the note became %q", got)
	}
	if got := plain.Value("#f-name"); got != "Plain" {
		t.Errorf("without scripts the name became %q", got)
	}
	plain.ClickLoad("[name=do][value='conditions:remove:0']")
	plain.Fill("#test-ticket", "1")
	plain.ClickLoad("#try-test")
	plain.WaitText("It would act")
	plain.ClickLoad("#save-rule")
	plain.WaitText("Nothing in the last 24 hours")
}

// swapped waits until what was asked for stands in the page and listens.
func swapped(p *browser.Page) {
	p.WaitTrue("!document.querySelector('.htmx-added, .htmx-settling, .htmx-swapping, .htmx-request')")
}
