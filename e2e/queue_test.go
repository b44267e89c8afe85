package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"escalated/e2e/browser"
	"escalated/model"
)

func init() {
	furnish = append(furnish, func(w *world) {
		id, err := w.Verbs().SaveView(context.Background(), w.actor("agent"), model.View{Name: "Printers" + w.mark, Query: "priority=high,urgent&created=<30d&tag!=none", Scope: model.ScopeMine, Icon: "star", Hue: "amber"})
		w.must(err)
		w.keep("view", int64(id))
	})
	sights = append(sights,
		sight{"agent/views/", "views", "agent", "agent/views/"},
		sight{"agent/views/create/", "view-new", "agent", "agent/views/create/?query=priority%3Dhigh"},
		sight{"agent/views/:id/", "view", "agent", "agent/views/{view}/"},
		sight{"agent/tickets/:id/peek/", "peek", "agent", "agent/tickets/{ticket}/peek/"},
		sight{"", "queue-view", "agent", "agent/tickets/?view={view}"},
		sight{"", "queue-filter-open", "agent", "agent/tickets/?status=open,in_progress&priority!=low&edit=status"},
		sight{"", "queue-dates", "agent", "agent/tickets/?edit=created"},
		sight{"", "queue-display", "agent", "agent/tickets/?edit=display"},
	)
}

// TestFilterChips narrows a list by chips, by typing, and keeps it as a view.
func TestFilterChips(t *testing.T) {
	o := newOffice(t)
	for i := range 3 {
		o.carol.Opens(fmt.Sprintf("Question %d about paper", i+1))
	}
	o.Settle()
	p := o.open(o.alan, browser.Options{})
	p.Goto("agent/tickets/")
	p.WaitCount("tr[data-ticket]", 4)
	stay(p)
	p.Click(".filters summary >> text=Filter")
	p.Click(".filters >> link=Assignee")
	p.WaitTrue("document.activeElement.name === 'w'")
	p.Click(".filters label >> text=Me")
	p.Click(".filters >> button=Apply")
	p.WaitURL("assignee=me")
	p.WaitText("You have no open tickets")
	p.Click(".filters >> link=Clear filters")
	p.WaitCount("tr[data-ticket]", 4)
	p.Click("th >> link=Subject")
	p.WaitURL("sort=subject")
	stayed(t, p)

	p.Fill("#search-q", "status:open -priority:low paper")
	p.Load(func() { p.Press("Enter") })
	p.WaitCount("tr[data-ticket]", 3)
	if u := p.URL(); !strings.Contains(u, "status=open") || !strings.Contains(u, "priority!=low") || !strings.Contains(u, "q=paper") {
		t.Errorf("what was typed leads to %s", u)
	}
	p.Goto("agent/tickets/?priority=medium")
	p.Click("link=Save view")
	p.WaitFor("dialog[open] [name=name]")
	p.Fill("dialog [name=name]", "Middling")
	p.Load(func() { p.Click("dialog >> button=Save") })
	p.WaitFor("heading=Middling")
	p.WaitCount("tr[data-ticket]", 4)
	p.WaitFor("#side [aria-current] >> text=Middling")
}

// TestChooseRows chooses rows by mouse and keys, changes them as one, and goes
// through the list ticket by ticket.
func TestChooseRows(t *testing.T) {
	o := newOffice(t)
	for i := range 4 {
		o.Later(1000)
		o.carol.Opens(fmt.Sprintf("Question %d about paper", i+1))
	}
	o.Settle()
	p := o.open(o.alan, browser.Options{})
	p.Goto("agent/tickets/")
	p.WaitCount("tr[data-ticket]", 5)
	p.Click("tr[data-ticket]:nth-child(1) input")
	p.WaitTrue("document.querySelector('[data-count]').textContent === '1'")
	browser.Eval[int](p, "document.querySelector('tr[data-ticket]:nth-child(3) input').dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true, shiftKey: true})), 0")
	p.WaitTrue("document.querySelector('[data-count]').textContent === '3'")
	if p.Visible(".filters") {
		t.Error("the filters stand beside the bar")
	}
	p.Click("[data-menu-key=p] summary")
	p.Click("[data-menu-key=p] >> button=Urgent")
	p.WaitTrue("document.querySelectorAll('td [data-priority=urgent]').length === 3")
	p.WaitTrue("!document.querySelector('tbody :checked')")
	p.Click("[data-all]")
	p.WaitTrue("document.querySelector('[data-count]').textContent === '5'")
	p.Press("Escape")
	p.WaitTrue("!document.querySelector('tbody :checked')")

	p.ClickLoad("tr[data-ticket]:nth-child(2) a.sub")
	p.WaitFor(".place >> text=2 of 5")
	p.ClickLoad(".place [data-key=next_ticket]")
	p.WaitFor(".place >> text=3 of 5")
	p.ClickLoad(".bar .back")
	p.WaitCount("tr[data-ticket]", 5)
}

// TestNewRows counts what is new instead of moving rows, and shows it when asked.
func TestNewRows(t *testing.T) {
	o := newOffice(t)
	o.Settle()
	p := o.open(o.alan, browser.Options{})
	p.Goto("agent/tickets/?assignee=none")
	p.WaitCount("tr[data-ticket]", 1)
	p.WaitFor("#live-state:not([hidden])")
	o.carol.Opens("Another question")
	p.WaitTrue("document.querySelector('#queue-news [data-n]')?.textContent === '1'")
	o.carol.Opens("And one more")
	p.WaitTrue("document.querySelector('#queue-news [data-n]')?.textContent === '2'")
	if n := p.Count("tr[data-ticket]"); n != 1 {
		t.Errorf("the list has moved: %d rows", n)
	}
	stay(p)
	p.Click("#queue-news a")
	p.WaitCount("tr[data-ticket]", 3)
	p.WaitGone("#queue-news a")
	stayed(t, p)
}
