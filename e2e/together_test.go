package e2e

import (
	"fmt"
	"testing"

	"escalated/e2e/browser"
	"escalated/model"
)

// TestTwoAgentsOnOneTicket: they see each other, what each does appears on the
// other's page, and nobody has to load anything again.
func TestTwoAgentsOnOneTicket(t *testing.T) {
	o := newOffice(t)
	if err := o.Verbs().ChangePrefs(t.Context(), o.bea.Actor(), func(p *model.Prefs) { p.UndoSeconds = new(int) }); err != nil { // sends at once
		t.Fatal(err)
	}
	a, b := o.open(o.alan, browser.Options{}), o.open(o.bea, browser.Options{})
	list := o.open(o.bea, browser.Options{})
	list.Goto("agent/tickets/")
	waitStream(t, list)
	a.Goto(o.at())
	waitStream(t, a)
	b.Goto(o.at())
	waitStream(t, b)
	stay(a)
	stay(b)
	a.WaitFor("#presence >> text=Bea is viewing")
	b.WaitFor("#presence >> text=Alan is viewing")
	list.WaitFor(fmt.Sprintf("#who-%d >> text=A", o.ticket.ID))

	b.Type("#composer-body", "I will look.")
	a.WaitFor("#presence >> text=Bea is writing a reply")
	b.Press("Control+Enter")
	a.WaitFor("#thread >> text=I will look.")
	stayed(t, a)
	stayed(t, b)

	a.Goto("agent/tickets/")
	b.WaitGone("#presence >> text=Alan")
}

// TestBellCountsAndTells: a mention shows at the bell and as a message with
// the way to the ticket; looking there reads it, on other pages too.
func TestBellCountsAndTells(t *testing.T) {
	o := newOffice(t)
	p, second := o.open(o.bea, browser.Options{}), o.open(o.bea, browser.Options{})
	for _, page := range []*browser.Page{p, second} {
		page.Goto("agent/")
		waitStream(t, page)
	}
	stay(p)
	if _, err := o.Verbs().Note(t.Context(), o.alan.Actor(), o.ticket.ID, model.NewReply{Body: "@bea please look"}); err != nil {
		t.Fatal(err)
	}
	p.WaitFor("#toasts >> text=Alan mentioned you")
	p.WaitTrue("document.title.startsWith('(2) ')") // the new ticket, and the mention
	second.WaitTrue("document.querySelector('#bell .count')?.textContent === '2'")
	stayed(t, p)
	p.Click("#toasts a")
	p.WaitURL(o.at())
	p.WaitFor("#thread .mention")
	if got := p.Text("#thread .mention"); got != "@bea" {
		t.Errorf("%q is marked as a mention", got)
	}
	p.WaitTrue("!document.querySelector('#bell .count')")
	second.WaitTrue("!document.querySelector('#bell .count') && !document.title.startsWith('(')")
}

// TestNotificationPages reads by hand, and chooses what comes.
func TestNotificationPages(t *testing.T) {
	o := newOffice(t)
	if _, err := o.Verbs().Note(t.Context(), o.alan.Actor(), o.ticket.ID, model.NewReply{Body: "@bea please look"}); err != nil {
		t.Fatal(err)
	}
	o.Settle()
	p := o.open(o.bea, browser.Options{})
	p.Goto("agent/")
	p.Click(".rail-bell a")
	p.WaitURL("agent/notifications/")
	p.WaitText("because the note names you")
	p.ClickLoad("button=Mark all as read")
	p.WaitGone("button=Mark all as read")
	p.ClickLoad("text=Notification settings")
	p.Check("[name=mention_app]", false)
	p.ClickLoad("#notice-form >> button=Save changes")
	if p.Checked("[name=mention_app]") || !p.Checked("[name=assigned_app]") {
		t.Error("the choice is not kept")
	}
	if _, err := o.Verbs().Note(t.Context(), o.alan.Actor(), o.ticket.ID, model.NewReply{Body: "@bea again"}); err != nil {
		t.Fatal(err)
	}
	o.Settle()
	p.Goto("agent/notifications/")
	if p.Visible("#bell .count") {
		t.Error("told of what is not wanted")
	}
}

// TestFollowersAndPins by mouse.
func TestFollowersAndPins(t *testing.T) {
	o := newOffice(t)
	if _, err := o.Verbs().Note(t.Context(), o.alan.Actor(), o.ticket.ID, model.NewReply{Body: "The cause is the toner."}); err != nil {
		t.Fatal(err)
	}
	p := o.open(o.alan, browser.Options{})
	p.Goto(o.at())
	stay(p)
	p.Fill("#p-follower", fmt.Sprint(int64(o.bea.ID)))
	p.Click("button=Add a follower")
	p.WaitFor("#panel >> button=Remove Bea from the followers")
	p.Click("#thread .undo button")
	p.WaitGone("#panel >> button=Remove Bea from the followers")
	p.Goto(o.at())
	stay(p)
	p.Click(".msg.note summary")
	p.Click(".msg.note >> button=Pin to the top")
	p.WaitFor("#ticket-head .pinned >> text=The cause is the toner.")
	p.Click("#ticket-head .pinned >> button=Unpin")
	p.WaitGone("#ticket-head .pinned")
	stayed(t, p)
}
