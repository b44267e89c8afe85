package e2e

import (
	"context"
	"fmt"
	"testing"
	"time"

	"escalated/e2e/browser"
	"escalated/model"
)

// held holds that the focus is on something that can be seen; it may take the
// moment that an answer needs.
func held(t *testing.T, p *browser.Page, after string) {
	t.Helper()
	var at string
	for range 30 {
		at = browser.Eval[string](p, `(() => {
			const e = document.activeElement;
			if (!e || e === document.body) return "nowhere";
			const r = e.getBoundingClientRect();
			if (!e.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) || !r.width || !r.height) return "on what is hidden: " + e.outerHTML.slice(0, 120);
			return r.bottom < 0 || r.top > innerHeight ? "outside of the window: " + e.outerHTML.slice(0, 120) : "";
		})()`)
		if at == "" {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("after %s the focus is %s", after, at)
}

// on waits until the focus is in what the selector finds.
func on(p *browser.Page, selector string) {
	p.WaitTrue(fmt.Sprintf("!!document.activeElement.closest(%q)", selector))
}

// paper is an office with n more tickets; row i of the list is "Question n-i".
func paper(t *testing.T, n int) *office {
	t.Helper()
	o := newOffice(t)
	for i := range n {
		o.Later(1000)
		o.carol.Opens(fmt.Sprintf("Question %d about paper", i+1))
	}
	o.Settle()
	return o
}

// TestQueueByKeys signs in and works through the list without a mouse.
func TestQueueByKeys(t *testing.T) {
	o := paper(t, 4)
	if err := o.Verbs().SetPassword(context.Background(), model.System("test"), o.alan.Email, "a quiet afternoon"); err != nil {
		t.Fatal(err)
	}
	p := o.open(nil, browser.Options{})
	p.Goto("login/")
	p.Type("[name=email]", o.alan.Email)
	walk(t, p, "Password")
	p.Type("[name=password]", "a quiet afternoon")
	p.Load(func() { p.Press("Enter") })
	p.WaitURL("agent/")
	p.Load(func() { p.Press("g", "t") })
	p.WaitCount("tr[data-ticket]", 5)

	p.Press("j", "j")
	on(p, "tr[data-ticket]:nth-child(2)")
	p.Press("k", "j", "x")
	p.WaitTrue("document.querySelector('[data-count]').textContent === '1'")
	held(t, p, "x")
	p.Press("j", "j", "X")
	p.WaitTrue("document.querySelector('[data-count]').textContent === '3'")
	held(t, p, "Shift+x")

	priorities := func() string {
		return browser.Eval[string](p, "[...document.querySelectorAll('td [data-priority]')].map(e => e.dataset.priority).join(' ')")
	}
	before := priorities()
	p.Press("p")
	on(p, "[data-menu-key=p] .menu-list")
	p.Press("ArrowDown", "ArrowDown", "ArrowDown", "Enter")
	p.WaitTrue("document.querySelectorAll('td [data-priority=urgent]').length === 3")
	p.WaitFor(".toast >> text=3 tickets changed")
	p.WaitTrue("!document.querySelector('tbody :checked')")
	on(p, "tr[data-ticket]:nth-child(4)")
	held(t, p, "a change of several")
	p.Load(func() { p.Press("z") })
	p.WaitCount("tr[data-ticket]", 5)
	if after := priorities(); after != before {
		t.Errorf("taken back, the priorities are %s, not %s", after, before)
	}

	// Without a choice, keys are for the row under the cursor.
	p.Press("j", "a")
	on(p, "[data-menu-key=a] .menu-list")
	p.Press("Enter") // "me"
	p.WaitFor("tr[data-ticket]:nth-child(1) >> text=Alan")
	on(p, "tr[data-ticket]:nth-child(1)")
	p.Press("j", "s")
	on(p, "[data-menu-key=s] .menu-list")
	p.Press("ArrowDown", "Enter")
	p.WaitFor("tr[data-ticket]:nth-child(2) >> text=In progress")
	p.Press("j", "t")
	on(p, "[data-menu-key=t] [name=add_tags]")
	p.Press("x", "y", "z", "Enter")
	p.WaitFor(".toast >> text=1 ticket changed")
	p.WaitFor("tr[data-ticket]:nth-child(3) >> text=xyz")
	held(t, p, "tagging")
	p.Press("b")
	on(p, "[data-menu-key=b] .menu-list")
	p.Press("Escape")
	held(t, p, "leaving a menu")
	p.Press("Escape")
	p.WaitTrue("!document.querySelector('tbody :checked')")
	held(t, p, "letting go of the rows")

	p.Press("j", "Space")
	p.WaitFor("dialog[open]")
	held(t, p, "a look")
	p.Press("Escape")
	p.WaitGone("dialog[open]")
	on(p, "tr[data-ticket]")

	p.Press("[")
	p.WaitGone("#side")
	held(t, p, "[")
	p.Press("[")
	p.WaitFor("#side")

	p.WaitFor("#live-state:not([hidden])")
	o.carol.Opens("A new one")
	p.WaitFor("#queue-news a")
	p.WaitTrue("'htmx-internal-data' in document.querySelector('#queue-news a')")
	stay(p)
	p.Press(".")
	p.WaitCount("tr[data-ticket]", 6)
	stayed(t, p)
	held(t, p, ".")
}

// TestTicketByKeys opens a ticket, answers, notes, snoozes and solves it.
func TestTicketByKeys(t *testing.T) {
	o := paper(t, 3)
	p := o.open(o.alan, browser.Options{})
	p.Goto("agent/tickets/")
	p.WaitCount("tr[data-ticket]", 4)
	p.Press("j", "j")
	p.Load(func() { p.Press("o") })
	p.WaitFor("heading=Question 2 about paper")

	p.Press("r")
	on(p, "#composer-body")
	p.Press("j", "e", "z", "?", "Control+Enter") // letters, and no keys
	p.WaitFor("#thread [data-kind=reply] >> text=jez?")
	held(t, p, "sending")
	p.Press("Escape")
	browser.Eval[bool](p, "(document.activeElement.blur(), true)")
	p.Press("n")
	on(p, "#composer.note #composer-body")
	p.Press("h", "m", "Control+Enter")
	p.WaitFor("#thread [data-kind=note] >> text=hm")
	held(t, p, "a note")
	browser.Eval[bool](p, "(document.activeElement.blur(), true)")

	p.Press("j")
	on(p, "#thread [data-message]")
	held(t, p, "j")
	p.Press("j", "k")
	on(p, "#thread [data-message]:first-of-type")
	for _, key := range []struct{ key, field string }{{"a", "#p-assignee"}, {"s", "#p-status"}, {"p", "#p-priority"}, {"t", "#p-tags"}} {
		p.Press(key.key)
		on(p, key.field)
		held(t, p, key.key)
		browser.Eval[bool](p, "(document.activeElement.blur(), true)")
	}
	p.Press("]")
	p.WaitGone("#panel")
	p.Press("]")
	p.WaitFor("#panel")
	p.Press("f")
	p.WaitFor("#panel >> button=Unfollow")
	held(t, p, "f")

	p.Press("b")
	on(p, "#ticket-actions .menu-list")
	p.Press("ArrowDown", "Enter")
	p.WaitFor("#ticket-head >> text=Snoozed until today")
	held(t, p, "snoozing")
	p.Load(func() { p.Press("z") })
	p.WaitGone("#ticket-head >> text=Snoozed until today")

	p.Press("M")
	p.WaitFor("dialog[open] >> heading=Merge")
	held(t, p, "M")
	p.Press("Escape")
	p.WaitGone("dialog[open]")
	p.Press("e")
	p.WaitFor("#ticket-head >> text=Resolved")
	held(t, p, "resolving")

	p.Load(func() { p.Press("J") })
	p.WaitFor("heading=Question 1 about paper")
	p.Load(func() { p.Press("K") }) // the solved one has left the list
	p.WaitFor("heading=Question 3 about paper")
	p.Load(func() { p.Press("u") })
	p.WaitCount("tr[data-ticket]", 3)
}

// TestHelpAndMacroByKeys looks keys up, and opens the menu of macros.
func TestHelpAndMacroByKeys(t *testing.T) {
	o := newOffice(t)
	p := o.open(o.alan, browser.Options{})
	p.Goto("agent/tickets/")
	p.WaitCount("tr[data-ticket]", 1)
	p.Press("j")
	stay(p)
	p.Press("?")
	p.WaitFor("dialog[open] >> heading=Keyboard shortcuts")
	held(t, p, "?")
	p.Press("Escape")
	p.WaitGone("dialog[open]")
	on(p, "tr[data-ticket]")
	stayed(t, p)

	p.Goto(o.at())
	p.Press("m")
	p.WaitFor("#macro-menu #macro-q")
	on(p, "#macro-menu")
	held(t, p, "m")
	p.Press("Escape")
	held(t, p, "leaving the macros")
	p.Press("/")
	p.WaitTrue("document.activeElement.matches('input')")
}

// TestPalette does and finds things by words.
func TestPalette(t *testing.T) {
	o := paper(t, 2)
	p := o.open(o.alan, browser.Options{})
	p.Goto("agent/tickets/")
	p.WaitCount("tr[data-ticket]", 3)
	p.Press("j", "Control+k")
	p.WaitFor("dialog[open] #palette-q")
	on(p, "#palette-q")
	p.Press("Escape")
	p.WaitGone("dialog[open]")
	on(p, "tr[data-ticket]")
	p.Press("Control+k")
	on(p, "#palette-q")
	for _, r := range o.ticket.Reference {
		p.Press(string(r))
	}
	p.WaitFor("#palette-list [aria-selected=true] >> text=" + o.ticket.Reference)
	p.Load(func() { p.Press("Enter") })
	p.WaitFor("heading=The printer is on fire")

	p.Press("Control+k")
	on(p, "#palette-q")
	p.Press("a", "s", "s", "i", "g", "n")
	p.WaitTrue("[...document.querySelectorAll('#palette-list [role=option]')].every(o => /assign/i.test(o.textContent))")
	p.WaitTrue("document.activeElement.getAttribute('aria-activedescendant') === 'pa-0'")
	for range 5 {
		if browser.Eval[bool](p, "/bea/i.test(document.querySelector('#palette-list [aria-selected=true]').textContent)") {
			break
		}
		p.Press("ArrowDown")
	}
	p.Load(func() { p.Press("Enter") })
	p.WaitTrue(fmt.Sprintf("document.querySelector('#p-assignee').value === '%d'", o.bea.ID))
	p.WaitFor(".toast")

	// On a page without anything to write in, and by mouse.
	p.Goto("agent/")
	p.Press("Control+k")
	on(p, "#palette-q")
	p.Press("p", "r", "o", "f")
	p.WaitFor("#palette-list [role=option] >> text=Profile")
	p.ClickLoad("#palette-list [role=option] >> text=Profile")
	p.WaitURL("agent/profile/")
}

// TestKeysOfOnesOwn changes a key, and switches them off.
func TestKeysOfOnesOwn(t *testing.T) {
	o := newOffice(t)
	p := o.open(o.alan, browser.Options{})
	p.Goto("agent/shortcuts/?edit=1")
	p.Fill("[name=key_down]", "y")
	p.Fill("[name=key_go_home]", "g h")
	p.ClickLoad("button=Save changes")
	p.Goto("agent/tickets/")
	p.WaitCount("tr[data-ticket]", 1)
	p.Press("j")
	if p.Focused() != "" {
		t.Errorf("the old key still goes to %s", p.Focused())
	}
	p.Press("y")
	on(p, "tr[data-ticket]")
	p.Load(func() { p.Press("g", "h") })

	p.Goto("agent/shortcuts/?edit=1")
	p.Check("[name=single]", false)
	p.ClickLoad("button=Save changes")
	p.Goto("agent/tickets/")
	p.WaitCount("tr[data-ticket]", 1)
	stay(p)
	p.Press("y", "j", "x", "?", "z", "g", "t")
	if p.Focused() != "" || p.Visible("dialog[open]") {
		t.Errorf("switched off, keys go to %s", p.Focused())
	}
	if browser.Eval[int](p, "document.querySelectorAll('[aria-keyshortcuts]').length") > 0 {
		t.Error("controls name keys that do nothing")
	}
	p.Press("Control+k") // is no single key
	p.WaitFor("dialog[open] #palette-q")
	stayed(t, p)
}
