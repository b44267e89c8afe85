package e2e

import (
	"context"
	"fmt"
	"testing"

	"escalated/e2e/browser"
	"escalated/model"
)

func init() {
	furnish = append(furnish, func(w *world) {
		ctx, v, agent := context.Background(), w.Verbs(), w.actor("agent")
		problem, incident, gone := w.says("The mail server is down"), w.says("No mail since noon"), w.says("Mail again")
		w.keep("problem", int64(problem.ID))
		w.keep("merged", int64(gone.ID))
		w.must(v.LinkTicket(ctx, agent, problem.ID, incident.ID, model.WordIncident))
		_, err := v.Reply(ctx, agent, problem.ID, model.NewReply{Body: "We are on it."})
		w.must(err)
		_, err = v.Snooze(ctx, agent, problem.ID, "tomorrow", "waits for the provider"+w.mark)
		w.must(err)
		_, err = v.Merge(ctx, agent, gone.ID, model.NewMerge{Into: incident.ID})
		w.must(err)
	})
	sights = append(
		sights,
		sight{"agent/tickets/:id/snooze/", "snooze", "agent", "agent/tickets/{problem}/snooze/"},
		sight{"agent/tickets/:id/split/", "split", "agent", "agent/tickets/{ticket}/split/?message=3"},
		sight{"agent/tickets/:id/merge/", "merge", "agent", "agent/tickets/{problem}/merge/"},
		sight{"agent/tickets/:id/links/", "link-tickets", "agent", "agent/tickets/{ticket}/links/"},
		sight{"agent/tickets/:id/incidents/", "incidents", "agent", "agent/tickets/{problem}/incidents/"},
		sight{"", "problem", "agent", "agent/tickets/{problem}/"},
		sight{"", "merged", "agent", "agent/tickets/{merged}/"},
		sight{"", "portal-merged", "customer", "tickets/{merged}/"},
	)
}

// By mouse and by keyboard: asleep and awake, and taken back.
func TestSnoozing(t *testing.T) {
	o := newOffice(t)
	p := o.open(o.alan, browser.Options{})
	p.Allow("Response Status Error Code 422") // a refused form
	p.Goto(o.at())
	stay(p)
	p.Click("[data-key=snooze]")
	p.Click("#ticket-actions >> button=Tomorrow")
	p.WaitFor("#ticket-head >> text=Snoozed until Tuesday 09:00")
	p.WaitFor(".toast >> text=Snoozed until Tuesday 09:00")
	stayed(t, p)
	p.Click("#ticket-head >> button=Wake")
	p.WaitFor("#thread .ev >> text=woke the ticket")

	// The key opens the menu, Enter chooses.
	browser.Eval[bool](p, "(document.activeElement.blur(), true)")
	p.Press("b")
	p.WaitTrue("document.querySelector('[data-key=snooze]').closest('details').open")
	p.Press("Enter")
	p.WaitFor("#ticket-head >> text=Snoozed until today")

	// Any time, with a reason, in the dialog; what is wrong is said there.
	p.Click("[data-key=snooze]")
	p.Click("#ticket-actions >> link=Another time")
	p.WaitFor("#dialog[open] input[name=reason]")
	p.Fill("#dialog input[name=reason]", "waits for the vendor")
	p.Click("#dialog input[value=at]")
	p.Fill("#dialog input[name=at]", "2020-01-01T09:00")
	p.Click("#dialog button[type=submit]")
	p.WaitFor("#dialog-msg >> text=This time has passed")
	if got := p.Value("#dialog input[name=reason]"); got != "waits for the vendor" {
		t.Errorf("the reason is %q", got)
	}
	p.Click("#dialog input[value=until_reply]")
	p.Click("#dialog button[type=submit]")
	p.WaitFor("#ticket-head >> text=waits for the vendor")
	p.WaitTrue("!document.querySelector('#dialog').open")
	stayed(t, p)

	// The customer's answer wakes it on the open page.
	if _, err := o.Verbs().Reply(context.Background(), o.carol.Actor(), o.ticket.ID, model.NewReply{Body: "It burns again"}); err != nil {
		t.Fatal(err)
	}
	p.WaitFor("#thread .ev >> text=woke the ticket")
	p.WaitGone("#ticket-head >> text=waits for the vendor")
}

// A second mail of the same person: merged by the hint, and taken back; a
// message split off; two tickets linked.
func TestMergingSplittingLinking(t *testing.T) {
	o := newOffice(t)
	second := o.carol.Opens("It is still burning")
	p := o.open(o.alan, browser.Options{})
	p.Allow("Response Status Error Code 422") // a refused form
	p.Goto(fmt.Sprintf("agent/tickets/%d/", second.ID))
	p.Press("M") // as the link beside the hint does
	p.WaitFor("#dialog[open] #merge-preview >> text=goes into ESC-1")
	p.Click("#dialog input[value=here]")
	p.WaitFor("#merge-preview >> text=goes into ESC-2")
	p.Click("#dialog input[value=into]")
	p.WaitFor("#merge-preview >> text=goes into ESC-1")
	p.Click("#merge-preview button[type=submit]")
	p.WaitFor("#thread >> text=It is still burning")
	p.WaitFor("#ticket-head >> text=The printer is on fire")
	p.Click(".toast button")
	p.WaitGone("#thread [data-message] >> text=It is still burning")

	// Split from a message.
	m, err := o.Verbs().Reply(context.Background(), o.carol.Actor(), o.ticket.ID, model.NewReply{Body: "And the scanner hums"})
	if err != nil {
		t.Fatal(err)
	}
	p.Goto(o.at())
	p.Click(fmt.Sprintf("#m%d summary", int64(m.ID)))
	p.Click(fmt.Sprintf("#m%d >> link=Split from here", int64(m.ID)))
	p.WaitFor("#dialog[open] input[name=subject]")
	p.Fill("#dialog input[name=subject]", "The scanner hums")
	p.Click("#dialog button[type=submit]")
	p.WaitFor("#ticket-head >> text=The scanner hums")

	// Linked, and no longer.
	p.Goto(o.at())
	stay(p)
	p.Click("#panel >> link=Link a ticket")
	p.WaitFor("#dialog[open] input[name=target]")
	p.Fill("#dialog input[name=target]", "nothing")
	p.Click("#dialog button[type=submit]")
	p.WaitFor("#dialog-msg >> text=There is no such ticket")
	p.Fill("#dialog select[name=kind]", "original")
	p.Fill("#dialog input[name=target]", second.Reference)
	p.Click("#dialog button[type=submit]")
	p.WaitFor("#panel >> text=Duplicate of")
	p.WaitTrue("!document.querySelector('#dialog').open")
	p.Click("#panel form[action$='links/delete/'] button")
	p.WaitGone("#panel >> text=Duplicate of")
	stayed(t, p)
}
