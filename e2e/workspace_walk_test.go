package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"escalated/e2e/browser"
	"escalated/model"
)

// TestBulkByMouse assigns two of several, and takes it back.
func TestBulkByMouse(t *testing.T) {
	o := paper(t, 3)
	p := o.open(o.alan, browser.Options{})
	p.Goto("agent/tickets/")
	p.WaitCount("tr[data-ticket]", 4)
	p.Click("tr[data-ticket]:nth-child(1) input")
	p.Click("tr[data-ticket]:nth-child(3) input")
	p.WaitTrue("document.querySelector('[data-count]').textContent === '2'")
	p.Click("[data-menu-key=a] summary")
	p.Click("[data-menu-key=a] >> button=Bea")
	p.WaitFor(".toast >> text=2 tickets changed")
	p.WaitCount("tr[data-ticket] >> text=Bea", 2)
	p.Load(func() { p.Click(".toast >> button=Undo") })
	p.WaitCount("tr[data-ticket]", 4)
	p.WaitCount("tr[data-ticket] >> text=Bea", 0)
}

// TestWholeView changes more tickets than a request does, and watches.
func TestWholeView(t *testing.T) {
	o := newOffice(t)
	by := o.carol.Actor()
	for i := range model.BulkAtOnce + 5 {
		if _, err := o.Verbs().OpenTicket(context.Background(), by, model.NewTicket{Subject: fmt.Sprintf("Parcel %d", i), Body: "Where is it?", Channel: model.Web}); err != nil {
			t.Fatal(err)
		}
	}
	p := o.open(o.alan, browser.Options{})
	p.Goto("agent/tickets/")
	p.WaitCount("tr[data-ticket]", 50)
	p.Click("[data-all]")
	p.Click("[data-whole] input")
	p.WaitTrue(fmt.Sprintf("document.querySelector('[data-count]').textContent === '%d'", model.BulkAtOnce+6))
	p.Click("[data-menu-key=p] summary")
	p.Load(func() { p.Click("[data-menu-key=p] >> button=Urgent") })
	p.WaitURL("agent/bulk/")
	p.WaitFor("#bulk-progress progress")
	o.Settle()
	p.WaitFor(fmt.Sprintf("#bulk-progress >> text=%d tickets changed", model.BulkAtOnce+6))
	p.Load(func() { p.Click("#bulk-progress >> button=Undo") })
	p.Goto("agent/tickets/?priority=urgent")
	p.WaitCount("tr[data-ticket]", 0)
}

// TestAskingSomebodyElse begins a talk with a supplier, passes a message on,
// and closes the talk.
func TestAskingSomebodyElse(t *testing.T) {
	o := newOffice(t)
	p := o.open(o.alan, browser.Options{})
	p.Goto(o.at())
	p.Click("#ticket-actions summary[title='More actions']")
	p.ClickLoad("#ticket-actions >> link=Ask somebody else by mail")
	p.WaitTrue("document.activeElement.name === 'address'")
	p.Fill("[name=address]", "depot@carrier.example")
	p.Fill("[name=subject]", "Where is parcel 77?")
	p.Fill("[name=body]", "It left on **Monday**.")
	p.ClickLoad("button=Send")
	p.WaitFor(".thread .markdown strong")
	p.ClickLoad(".bar >> button=Close")
	p.ClickLoad(".bar .back")
	p.WaitFor("#panel >> link=depot@carrier.example: Where is parcel 77?")
	if p.Visible("#thread >> text=It left on") {
		t.Error("the talk stands in the conversation with the customer")
	}

	p.Click("#thread .msg summary")
	p.ClickLoad("#thread >> link=Forward")
	if body := p.Value("[name=body]"); !strings.Contains(body, "The printer is on fire") {
		t.Errorf("what is passed on is %q", body)
	}
	p.Fill("[name=address]", "fire@brigade.example")
	p.ClickLoad("button=Send")
	p.WaitFor(".thread >> text=The printer is on fire")
}

// TestCopyToStranger asks before an answer goes to somebody new.
func TestCopyToStranger(t *testing.T) {
	o := newOffice(t)
	p := o.open(o.alan, browser.Options{})
	refused(p, 422)
	p.Goto(o.at())
	stay(p)
	p.Click("#composer-copies summary")
	p.Fill("#composer-cc", "stranger@else.example")
	p.Fill("#composer-body", "We are on our way.")
	p.Click("#composer >> button=Send")
	p.WaitFor("#composer-msg [role=alert]")
	p.WaitFor("#composer-msg >> text=stranger@else.example")
	if got := p.Value("#composer-body"); got != "We are on our way." {
		t.Errorf("the composer holds %q", got)
	}
	p.Click("[name=recipients_ok]")
	p.WaitFor("#thread [data-kind=reply] >> text=We are on our way.")
	p.WaitFor("#thread .delivery >> text=stranger@else.example")
	p.WaitFor("#composer-copies summary >> text=stranger@else.example")
	stayed(t, p)
}

// TestDashboard follows every number, and arranges the panels.
func TestDashboard(t *testing.T) {
	o := paper(t, 3)
	if _, err := o.Verbs().Reply(context.Background(), o.alan.Actor(), o.ticket.ID, model.NewReply{Body: "We are on it."}); err != nil {
		t.Fatal(err)
	}
	o.Settle()
	p := o.open(o.alan, browser.Options{})
	p.Goto("agent/")
	type number struct{ Href, N string }
	list := browser.Eval[[]number](p, `[...document.querySelectorAll(".stats a, main dd a, .loads a, .chart + details td a")].map(e => ({Href: e.href, N: (e.querySelector("strong") || e).textContent.trim()}))`)
	if len(list) < 12 {
		t.Fatalf("only %d numbers lead anywhere: %v", len(list), list)
	}
	seen := map[string]bool{}
	for _, n := range list {
		if seen[n.Href] || len(seen) > 14 { // two weeks of the same
			continue
		}
		seen[n.Href] = true
		if status := p.Goto(n.Href); status != 200 {
			t.Errorf("%s: %d", n.Href, status)
		}
		if strings.Contains(n.Href, "agent/tickets/") && len(n.N) == 1 {
			if rows := fmt.Sprint(p.Count("tr[data-ticket]")); n.N >= "0" && n.N <= "9" && rows != n.N {
				t.Errorf("%s says %s and leads to %s", n.Href, n.N, rows)
			}
		}
	}

	p.Goto("agent/")
	panels := func() string { return strings.Join(p.Texts(".grid-2 h2"), ", ") }
	before := panels()
	p.Click(".customise summary")
	p.Check("[name=show_waiting]", false)
	p.ClickLoad(".customise >> button=Save changes")
	if after := panels(); after == before || strings.Count(after, ",") != strings.Count(before, ",")-1 {
		t.Errorf("the panels were %s and are %s", before, after)
	}
	p.Click(".customise summary")
	before = panels()
	p.ClickLoad(".customise [value='down:mine']")
	if after := panels(); after == before {
		t.Errorf("the panels are still %s", after)
	}
}

// TestWhy asks why a ticket is so, and goes on where it was.
func TestWhy(t *testing.T) {
	o := newOffice(t)
	p := o.open(o.alan, browser.Options{})
	p.Goto(o.at())
	stay(p)
	p.Click("#panel >> link=Why is it so?")
	p.WaitFor("dialog[open] .why")
	held(t, p, "asking why")
	p.Press("Escape")
	p.WaitGone("dialog[open]")
	held(t, p, "leaving the dialog")
	if f := p.Focused(); !strings.Contains(f, "Why") {
		t.Errorf("after the dialog the focus is on %q", f)
	}
	p.Press("Enter") // by keys, too
	p.WaitFor("dialog[open] .why")
	p.Click("dialog >> button=Close")
	p.WaitGone("dialog[open]")
	stayed(t, p)
}
