package e2e

import (
	"context"
	"testing"

	"escalated/e2e/browser"
	"escalated/model"
)

func init() {
	furnish = append(furnish, func(w *world) {
		ctx, admin := context.Background(), w.actor("admin")
		p := model.SLAPolicy{
			Name: "Big customers" + w.mark, Description: "As agreed." + w.mark, Targets: model.StandardTargets(), Pauses: model.DefaultPauses(), Warn: model.SLAWarning{Percent: 75},
			Conditions: model.Conditions{
				{Field: "priority", Op: "is", Words: []string{"high", "urgent"}},
				{Any: []model.Condition{{Field: "subject", Op: "contains", Words: []string{"invoice" + w.mark}}, {Field: "requester", Op: "is", Words: []string{"example.com"}}}},
			},
		}
		id, err := w.Verbs().SaveSLAPolicy(ctx, admin, p, false)
		w.must(err)
		w.keep("policy", int64(id))
		p = model.SLAPolicy{Name: "Everybody" + w.mark, Targets: model.StandardTargets(), Pauses: model.DefaultPauses(), Warn: model.SLAWarning{Percent: 75}, IsDefault: true}
		_, err = w.Verbs().SaveSLAPolicy(ctx, admin, p, false)
		w.must(err)
		w.keep("promised", int64(w.says("Promised an answer").ID))
	})
	sights = append(
		sights,
		sight{"admin/sla-policies/", "sla-policies", "admin", "admin/sla-policies/"},
		sight{"admin/sla-policies/create/", "sla-policy-new", "admin", "admin/sla-policies/create/"},
		sight{"admin/sla-policies/:id/", "sla-policy", "admin", "admin/sla-policies/{policy}/"},
		sight{"agent/tickets/:id/sla/", "sla-why", "agent", "agent/tickets/{promised}/sla/"},
		sight{"", "sla-ticket", "agent", "agent/tickets/{promised}/"},
	)
}

// wired waits until what was swapped in listens.
func wired(p *browser.Page) {
	p.WaitTrue("!document.querySelector('.htmx-added, .htmx-settling, .htmx-swapping, .htmx-request')")
}

// TestPolicies goes the way of a promise: an admin puts it together, an agent
// sees what it says of a ticket and why, and it is ordered, switched off and
// replaced.
func TestPolicies(t *testing.T) {
	h := newHouse(t)
	ada, carol, bob := h.Admin("ada"), h.Customer("carol"), h.Agent("bob")

	admin := h.open(ada, browser.Options{})
	admin.Goto("admin/sla-policies/create/")
	admin.Fill("#f-name", "Urgent things")
	admin.Click("#conditions-add")
	admin.WaitFor("[name='conditions.0.field']")
	wired(admin)
	admin.Fill("[name='conditions.0.field']", "subject")
	admin.WaitFor("textarea[name='conditions.0.words']")
	wired(admin)
	admin.Fill("textarea[name='conditions.0.words']", "fire")
	admin.Fill("#f-target_medium_first_response", "2h")
	admin.WaitFor("#f-conditions >> text=subject contains “fire”")
	if got := admin.Value("#f-name"); got != "Urgent things" {
		t.Errorf("the name became %q", got)
	}
	admin.Fill("#f-preview_priority", "medium")
	admin.WaitFor("#sla-result >> text=A Medium ticket opened")
	admin.ClickLoad("button=Save")
	admin.WaitText("When subject contains “fire”.")

	// Without scripts the rows come and go by the page, and nothing is lost.
	plain := h.open(ada, browser.Options{NoJS: true})
	plain.Goto("admin/sla-policies/create/")
	plain.Fill("#f-name", "Standard")
	plain.ClickLoad("#conditions-add")
	if got := plain.Value("#f-name"); got != "Standard" {
		t.Errorf("without scripts the name became %q", got)
	}
	plain.ClickLoad("[name=do][value='conditions:remove:0']")
	plain.Check("[name=is_default]", true)
	plain.ClickLoad("button=Save")
	plain.WaitText("For every ticket that no other policy holds for.")

	_, err := h.Verbs().OpenTicket(context.Background(), carol.Actor(), model.NewTicket{Subject: "Printer on fire", Body: "It burns."})
	if err != nil {
		t.Fatal(err)
	}
	b := h.open(bob, browser.Options{})
	b.Goto("agent/tickets/")
	b.WaitFor("table >> text=Due in")
	b.Goto("agent/tickets/1/")
	b.WaitFor("#ticket-head >> text=First response")
	b.WaitFor("#ticket-head >> text=Due in")
	b.Click("link=Why is it due then?")
	b.WaitFor("#dialog[open] >> text=Urgent things promises 2h for a Medium ticket")
	b.CheckAxe()

	// By keyboard: a second policy, moved up, switched off.
	admin.Goto("admin/sla-policies/")
	admin.ClickLoad("link=Urgent things")
	admin.ClickLoad("button=Duplicate")
	admin.WaitText("The copy is switched off")
	admin.Goto("admin/sla-policies/")
	admin.ClickLoad("button=Move Copy of Urgent things up")
	if got := admin.Texts("td a bdi"); len(got) != 3 || got[0] != "Copy of Urgent things" {
		t.Errorf("the order is %v", got)
	}
	browser.Eval[bool](admin, "(document.querySelector('form[action$=\"/switch/\"] [aria-pressed=true]').focus(), true)")
	admin.Load(func() { admin.Press("Enter") })
	admin.WaitText("The policy is switched off.")

	admin.Goto("admin/sla-policies/1/")
	admin.Fill("#f-replacement", "2")
	admin.ClickLoad("button=Delete this policy")
	admin.WaitText("The policy is deleted.")
	if admin.HasText("When subject contains “fire”.") && len(admin.Texts("td a bdi")) != 2 {
		t.Error("the policy is still there")
	}
}
