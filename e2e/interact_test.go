package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"escalated/e2e/browser"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

// office is a desk with one ticket that two agents work on.
type office struct {
	*house
	alan, bea, carol *helpdesktest.Person
	ticket           model.Ticket
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{house: newHouse(t)}
	o.alan, o.bea, o.carol = o.Agent("alan"), o.Agent("bea"), o.Customer("carol")
	o.ticket = o.carol.Opens("The printer is on fire")
	return o
}

func (o *office) at() string { return fmt.Sprintf("agent/tickets/%d/", o.ticket.ID) }

// stay marks the page, so that a reload is noticed.
func stay(p *browser.Page) { browser.Eval[int](p, "window.stayed = 1") }

func stayed(t *testing.T, p *browser.Page) {
	t.Helper()
	if !browser.Eval[bool](p, "window.stayed === 1") {
		t.Errorf("the page was loaded again: %s", p.URL())
	}
}

func TestProperties(t *testing.T) {
	o := newOffice(t)
	p := o.open(o.alan, browser.Options{})
	p.Goto(o.at())
	stay(p)

	p.Fill("#p-status", "in_progress")
	p.WaitFor("#ticket-head >> text=In progress")
	p.WaitFor("#thread .ev >> text=changed the status from Open to In progress")
	if got := p.Value("#p-status"); got != "in_progress" {
		t.Errorf("the panel says %q", got)
	}
	p.Fill("#p-priority", "urgent")
	p.WaitFor("#ticket-head >> text=Urgent")
	p.Click("#panel >> button=Assign to me")
	p.WaitTrue(fmt.Sprintf("document.querySelector('#p-assignee').value === '%d'", o.alan.ID))

	p.Fill("#p-tags", "smoke, fire")
	p.Press("Enter")
	p.WaitFor("#panel .tag-list >> text=fire")
	p.WaitFor("#ticket-head >> text=smoke")
	if got := p.Value("#p-tags"); got != "" {
		t.Errorf("the field for tags still holds %q", got)
	}
	p.Click("button=Remove the tag smoke")
	p.WaitGone("#ticket-head >> text=smoke")

	p.Click("#panel >> button=Follow")
	p.WaitFor("#panel >> button=Unfollow")
	p.Click("#panel >> button=Unfollow")
	p.WaitGone("#panel >> button=Unfollow")

	p.Click("button=Edit subject")
	p.Fill("#ticket-head [name=subject]", "The printer was on fire")
	p.Click("#ticket-head >> button=Save")
	p.WaitFor("#ticket-head h1 >> text=The printer was on fire")
	p.WaitGone("#ticket-head [name=subject]")
	stayed(t, p)

	// The next change is not stale: the version came along.
	p.Fill("#p-priority", "low")
	p.WaitFor("#ticket-head >> text=Low")
	stayed(t, p)
}

// TestStaleProperty changes what somebody else has changed meanwhile, in a page
// that could not hear of it.
func TestStaleProperty(t *testing.T) {
	o := newOffice(t)
	p := o.open(o.alan, browser.Options{})
	refused(p, 409)
	p.Goto(o.at())
	deafen(p)
	if err := o.Verbs().SetStatus(context.Background(), o.bea.Actor(), o.ticket.ID, model.InProgress, seen); err != nil {
		t.Fatal(err)
	}
	stay(p)
	choose(p, "#p-status", "escalated")
	p.WaitText("Bea changed the status to In progress meanwhile. Nothing was overwritten.")
	p.WaitTrue("document.querySelector('#p-status').value === 'in_progress'")
	stayed(t, p)
	p.Fill("#p-status", "escalated") // now it is their word
	p.WaitFor("#ticket-head >> text=Escalated")
	p.WaitGone("text=Nothing was overwritten")
}

// choose does what a hand does: the field has the focus when it changes.
func choose(p *browser.Page, field, value string) {
	p.WaitFor(field)
	browser.Eval[int](p, fmt.Sprintf("document.querySelector(%q).focus(), 0", field))
	p.Fill(field, value)
}

// refused excuses what htmx says on the console about an answer that is no yes.
func refused(p *browser.Page, status int) {
	p.Allow(fmt.Sprintf("Response Status Error Code %d", status))
}

// deafen ends the page's event stream.
func deafen(p *browser.Page) {
	p.WaitFor("#live-state:not([hidden])")
	browser.Eval[int](p, "document.getElementById('live').remove(), 0")
}

// TestStaleReply answers a ticket in which somebody else has just answered: the
// text stays, and goes out when it is sent anyway.
func TestStaleReply(t *testing.T) {
	o := newOffice(t)
	p := o.open(o.alan, browser.Options{})
	refused(p, 409)
	p.Goto(o.at())
	deafen(p)
	p.Fill("#composer-body", "Please leave the building.")
	if _, err := o.Verbs().Reply(context.Background(), o.bea.Actor(), o.ticket.ID, model.NewReply{Body: "Have you tried water?"}); err != nil {
		t.Fatal(err)
	}
	p.Click("#composer >> button=Send")
	p.WaitText("Bea wrote while you were typing. Your text is safe.")
	p.WaitFor("#composer-msg >> text=Have you tried water?")
	if got := p.Value("#composer-body"); got != "Please leave the building." {
		t.Errorf("the composer holds %q", got)
	}
	p.Click("button=Send anyway")
	p.WaitFor("#thread >> text=Please leave the building.")
	p.WaitFor("#thread >> text=Have you tried water?")
	p.WaitGone("#composer-msg .banner")
	if n := p.Count("#thread [data-message]"); n != 3 {
		t.Errorf("%d messages, not 3", n)
	}
	p.WaitTrue("document.querySelector('#composer-body').value === ''")
}

func TestComposer(t *testing.T) {
	o := newOffice(t)
	p := o.open(o.alan, browser.Options{})
	refused(p, 422)
	p.Goto(o.at())
	stay(p)

	// Each tab keeps its own words.
	p.Fill("#composer-body", "To the customer")
	p.Click("#composer >> button=Note")
	if got := p.Value("#composer-body"); got != "" {
		t.Errorf("the note begins with %q", got)
	}
	p.Fill("#composer-body", "To the team")
	p.Click("#composer >> button=Reply")
	if got := p.Value("#composer-body"); got != "To the customer" {
		t.Errorf("the reply has become %q", got)
	}

	// Files: with progress, removed, and kept.
	p.Upload("#composer [type=file]", browser.File{Name: "one.txt", Content: []byte("1")}, browser.File{Name: "two.txt", Content: []byte("2")})
	p.WaitTrue(`document.querySelectorAll('#composer [name="files[]"]').length === 2`)
	p.Click("button=Remove two.txt")
	p.WaitGone(".uploads >> text=two.txt")
	p.Upload("#composer [type=file]", browser.File{Name: "big.bin", Content: make([]byte, 11<<20)})
	p.WaitFor("#toasts >> text=big.bin")
	p.Click("#toasts button")

	// What is refused stays, with its files.
	p.Fill("#composer-body", strings.Repeat("much too long ", 80000))
	p.Click("#composer >> button=Send")
	p.WaitFor("#composer-msg [role=alert]")
	if len(p.Value("#composer-body")) < 1<<20 || p.Count(".uploads >> text=one.txt") != 1 {
		t.Error("a refused reply loses its text or its files")
	}

	// An empty note is refused in place, then sent with the keyboard alone.
	p.Fill("#composer-body", "It is out.")
	p.Press("Control+Enter")
	p.WaitFor("#thread [data-kind=reply] >> text=It is out.")
	p.WaitFor("#thread >> link=one.txt")
	if p.Visible("#thread >> link=two.txt") {
		t.Error("the removed file was sent")
	}
	p.Click("#composer >> button=Note")
	if got := p.Value("#composer-body"); got != "To the team" {
		t.Errorf("the note has become %q", got)
	}
	p.Click("#composer >> button=Add note")
	p.WaitFor("#thread [data-kind=note] >> text=To the team")
	p.Click("#composer >> button=Add note")
	p.WaitFor("#composer-msg [role=alert]")
	stayed(t, p)
}

// TestSessionEnds ends the session while somebody types: the text stays, and
// after signing in beside it the same button sends it.
func TestSessionEnds(t *testing.T) {
	o := newOffice(t)
	p := o.open(o.alan, browser.Options{})
	refused(p, 401)
	p.Goto(o.at())
	deafen(p)
	p.Fill("#composer-body", "A long answer.")
	p.Cookie("escalated_session", "over")
	p.Click("#composer >> button=Send")
	p.WaitFor("dialog[open] >> link=Sign in")
	if got := p.Value("#composer-body"); got != "A long answer." {
		t.Errorf("the composer holds %q", got)
	}
	p.Cookie("escalated_session", o.session(o.alan.ID))
	p.Press("Escape")
	p.WaitGone("dialog[open]")
	p.Click("#composer >> button=Send")
	p.WaitFor("#thread >> text=A long answer.")
}

func TestQueue(t *testing.T) {
	o := newOffice(t)
	for i := range 60 {
		o.Later(1000)
		o.carol.Opens(fmt.Sprintf("Question %d about paper", i+1))
	}
	o.Settle()
	p := o.open(o.alan, browser.Options{})
	p.Goto("agent/tickets/")
	p.WaitCount("tr[data-ticket]", 50)
	stay(p)
	p.Click(".pager >> link=2")
	p.WaitCount("tr[data-ticket]", 11)
	p.WaitURL("page=2")
	stayed(t, p)
	p.Reload()
	p.WaitCount("tr[data-ticket]", 11)
	p.Back()
	p.WaitCount("tr[data-ticket]", 50)
	if strings.Contains(p.URL(), "page=2") {
		t.Errorf("after going back at %s", p.URL())
	}
	p.Click("th >> link=Subject")
	p.WaitURL("sort=subject")
	p.WaitFor("th[aria-sort=ascending]")

	p.Fill("[type=search]", "printer")
	p.Load(func() { p.Press("Enter") })
	p.WaitCount("tr[data-ticket]", 1)
	p.WaitFor("mark")
	p.Fill("[type=search]", o.ticket.Reference)
	p.Load(func() { p.Press("Enter") })
	p.WaitFor("heading=The printer is on fire")
	p.Back()
	p.WaitFor("mark")

	p.Goto("agent/tickets/")
	p.ClickLoad("#side >> link=My open")
	p.WaitText("You have no open tickets")
	p.ClickLoad("main >> link=Take one")
	p.WaitCount("tr[data-ticket]", 50)
}

// TestKeyboard goes from the queue into a ticket and answers it without a mouse.
func TestKeyboard(t *testing.T) {
	o := newOffice(t)
	p := o.open(o.alan, browser.Options{})
	p.Goto("agent/tickets/")
	p.Press("Tab")
	if !strings.Contains(p.Focused(), "Skip") {
		t.Errorf("the first Tab reaches %q", p.Focused())
	}
	p.Press("Enter")
	walk(t, p, "The printer is on fire")
	p.Load(func() { p.Press("Enter") })
	p.WaitFor("heading=The printer is on fire")
	walk(t, p, "Note")
	p.Press("Enter")
	p.WaitTrue("document.activeElement.id === 'composer-body'")
	p.Press("h", "o", "t", "Control+Enter")
	p.WaitFor("#thread [data-kind=note] >> text=hot")
	if f := p.Focused(); !strings.HasPrefix(f, "textarea#composer-body") {
		t.Errorf("after sending the focus is on %q", f)
	}
}

// walk presses Tab until the focus is on what is named so, and holds that it is
// never hidden behind something.
func walk(t *testing.T, p *browser.Page, name string) {
	t.Helper()
	for range 60 {
		p.Press("Tab")
		covered := browser.Eval[string](p, `(() => {
			const e = document.activeElement, r = e.getClientRects()[0];
			if (!r || e === document.body) return "";
			const hit = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);
			return hit && !e.contains(hit) && !hit.contains(e) && !(e.labels && [...e.labels].some(l => l.contains(hit))) ? e.outerHTML.slice(0, 100) + " behind " + hit.outerHTML.slice(0, 100) : "";
		})()`)
		if covered != "" {
			t.Errorf("the focus is hidden: %s", covered)
		}
		if strings.Contains(p.Focused(), name) {
			return
		}
	}
	t.Fatalf("Tab never reaches %q; the focus is on %q", name, p.Focused())
}

// TestLiveLeavesTyping changes the ticket from elsewhere while somebody types in
// it: the page follows, the words stay.
func TestLiveLeavesTyping(t *testing.T) {
	o := newOffice(t)
	p := o.open(o.alan, browser.Options{})
	p.Goto(o.at())
	p.WaitFor("#live-state:not([hidden])")
	p.Fill("#composer-body", "Half a sentence")
	p.Click("button=Edit subject")
	p.Fill("#ticket-head [name=subject]", "Half a subject")
	for _, priority := range []model.Priority{model.Urgent, model.Low} {
		if err := o.Verbs().SetPriority(context.Background(), o.bea.Actor(), o.ticket.ID, priority, seen); err != nil {
			t.Fatal(err)
		}
		p.WaitTrue(fmt.Sprintf("document.querySelector('#p-priority').value === '%s'", priority))
		if !p.Visible("#ticket-head [name=subject]") || p.Value("#ticket-head [name=subject]") != "Half a subject" || p.Value("#composer-body") != "Half a sentence" {
			t.Errorf("a change from elsewhere leaves %q and %q", p.Value("#ticket-head [name=subject]"), p.Value("#composer-body"))
		}
	}
	p.Click("#ticket-head >> button=Save")
	p.WaitFor("#ticket-head h1 >> text=Half a subject")
	p.WaitGone("#ticket-head [name=subject]")
}

// TestOnBehalf opens a ticket for somebody: suggestions for the address do not
// take away the files that went ahead.
func TestOnBehalf(t *testing.T) {
	o := newOffice(t)
	if _, _, err := o.Verbs().OpenGuestTicket(context.Background(), model.Nobody(), model.NewTicket{Subject: "Hello", Body: "Hello", RequesterName: "Gus", RequesterEmail: "gus@guests.test"}, false); err != nil {
		t.Fatal(err)
	}
	o.Settle()
	p := o.open(o.alan, browser.Options{})
	p.Goto("agent/tickets/")
	p.ClickLoad(".actions >> link=New ticket")
	p.Upload("[type=file]", browser.File{Name: "call.txt", Content: []byte("He rang.")})
	p.WaitTrue(`document.querySelector('[name="files[]"]')`)
	p.Type("[name=requester_email]", "gus")
	p.WaitTrue(`document.querySelector("#people option")`)
	p.Fill("[name=requester_email]", "gus@guests.test")
	p.Fill("[name=subject]", "He rang about the parcel")
	p.Fill("[name=description]", "It has not come.")
	p.ClickLoad("button=Open ticket")
	p.WaitFor("heading=He rang about the parcel")
	p.WaitFor("link=call.txt")
	p.WaitFor("#panel >> text=gus@guests.test")
}
