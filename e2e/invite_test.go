package e2e

import (
	"testing"

	"escalated/e2e/browser"
)

// TestInvitation brings an agent to the desk by clicking alone: the admin makes
// a department and invites, the agent accepts and is in, and is let go again.
func TestInvitation(t *testing.T) {
	h := newHouse(t)
	p := h.open(h.Admin("ada"), browser.Options{})
	p.Goto("agent/")
	p.ClickLoad("nav >> link=Administration")
	p.ClickLoad("#side >> link=Departments")
	p.ClickLoad(".actions >> link=New department")
	p.Fill("[name=name]", "Billing")
	p.ClickLoad("main >> button=Save")
	p.WaitFor("text=Billing")
	p.ClickLoad("#side >> link=People")
	p.ClickLoad(".actions >> link=Invite")
	p.Fill("[name=name]", "Ines")
	p.Fill("[name=email]", "ines@help.test")
	p.ClickLoad("button=Send invitation")
	p.WaitText("The invitation to ines@help.test is on its way")

	guest := h.open(nil, browser.Options{})
	guest.Goto(h.MailTo("ines@help.test").Link("invite/"))
	guest.Fill("[name=password]", "a quiet afternoon")
	guest.ClickLoad("button=Accept invitation")
	guest.WaitURL("/agent/")
	guest.ClickLoad("#side >> link=All open")
	guest.WaitText("No open tickets")

	p.ClickLoad("#side >> link=People")
	p.ClickLoad("main >> link=Ines")
	p.ClickLoad("button=Deactivate")
	p.WaitText("This person is deactivated and cannot sign in.")
	guest.Allow("[object Event]") // the open page loses its stream
	guest.Goto("agent/tickets/")
	guest.WaitFor("heading=Sign in")
}
