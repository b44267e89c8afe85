package e2e

import (
	"strings"
	"testing"

	"escalated/e2e/browser"
	"escalated/helpdesk/helpdesktest"
	"escalated/helpdesk/helpdesktest/fakesmtp"
)

// story is the main job with the people in it. Without scripts they load a
// page again where it would have changed by itself.
type story struct {
	t      *testing.T
	js     bool
	desk   *program
	post   *fakesmtp.Server
	agent  *browser.Page
	client *browser.Page
}

const (
	clientAddress = "carol@clients.test"
	agentAddress  = "ada@help.test"
)

func newStory(t *testing.T, js bool) *story {
	t.Helper()
	s := &story{t: t, js: js, post: helpdesktest.NewSMTP(t)}
	s.desk = startProgram(t, nil, "smtp_url", s.post.URL, "mail_from", "Acme Help <help@desk.test>", "reply_domain", "desk.test", "desk_name", "Acme", "mail_burst_seconds", "0")
	opt := browser.Options{Base: s.desk.base, NoJS: !js}
	s.agent, s.client = browser.Open(t, opt), browser.Open(t, opt)
	return s
}

// sees waits for what a page shows by itself, or loads it again.
func (s *story) sees(p *browser.Page, selector string) {
	s.t.Helper()
	if !s.js {
		p.Reload()
	}
	p.WaitFor(selector)
}

func TestMainJob(t *testing.T)               { mainJob(newStory(t, true)) }
func TestMainJobWithoutScripts(t *testing.T) { mainJob(newStory(t, false)) }

func mainJob(s *story) {
	s.setUp()
	s.signUp()
	s.agent.Goto("agent/tickets/")
	s.clientOpens()
	s.agentOpens()
	s.agentNotes()
	s.agentReplies()
	s.clientAnswersByMail()
	s.solvedAndReopened()
	s.clientCloses()
}

func (s *story) setUp() {
	t, p := s.t, s.agent
	p.Goto(s.desk.setup)
	p.Fill("field=Your name", "Ada Admin")
	p.Fill("field=E-mail", agentAddress)
	p.Fill("[name=password]", "a quiet afternoon")
	p.ClickLoad("button=Open the desk")
	if !strings.HasSuffix(p.URL(), "/agent/") {
		t.Errorf("after setup at %s", p.URL())
	}
	other := p.Tab()
	if status := other.Goto(s.desk.setup); status != 404 {
		t.Errorf("the setup page is still there: %d", status)
	}
}

func (s *story) signUp() {
	p := s.client
	p.Goto("tickets/")
	p.WaitFor("heading=Sign in")
	p.Fill("field=E-mail", clientAddress)
	p.ClickLoad("button=E-mail me a sign-in link")
	p.WaitText("Look into your mailbox")
	p.Goto(link(s.t, mailTo(s.t, s.post, clientAddress, 1).Text, "/login/link/"))
	p.Fill("field=Your name", "Carol Client")
	p.ClickLoad("button=Open account")
	p.WaitText("No tickets yet")
}

func (s *story) clientOpens() {
	p := s.client
	p.ClickLoad("main >> link=New ticket")
	p.Fill("field=Subject", "The export never finishes")
	p.Fill("field=Details", "It stands at 99 %.\n\nThe log is attached.")
	p.Upload("[type=file]", browser.File{Name: "export.log", Content: []byte("row 9,999 of 10,000\n")})
	if s.js {
		p.WaitFor(".uploads li input[type=hidden], .uploads .name")
		p.WaitTrue("document.querySelector('[name=\"files[]\"]')")
	}
	p.ClickLoad("button=Send")
	p.WaitFor("heading=The export never finishes")
	p.WaitText("It stands at 99 %.")
	p.WaitFor("link=export.log")
	first := mailTo(s.t, s.post, clientAddress, 2)
	if !strings.Contains(first.Subject, "ESC-1") {
		s.t.Errorf("the confirmation's subject is %q", first.Subject)
	}
}

// agentOpens: the ticket appears in the open queue.
func (s *story) agentOpens() {
	p := s.agent
	if s.js {
		p.WaitFor("#queue-news >> link=Show")
		p.Click("#queue-news >> link=Show")
	} else {
		p.Reload()
	}
	p.ClickLoad("tr[data-ticket] >> link=The export never finishes")
	p.WaitText("The log is attached.")
	p.WaitFor("link=export.log")
}

func (s *story) agentNotes() {
	p := s.agent
	if s.js {
		p.Click("#composer >> button=Note")
	}
	p.Fill("#composer-body", "Internal: known since version 7.")
	if s.js {
		p.Click("#composer >> button=Add note")
	} else {
		p.ClickLoad("#composer >> button=Add note")
	}
	p.WaitFor("[data-kind=note]")
	p.WaitText("Internal: known since version 7.")
}

func (s *story) agentReplies() {
	t, p := s.t, s.agent
	if s.js {
		p.Click("#composer >> button=Reply")
	}
	p.Fill("#composer-body", "Could you try this patch?")
	p.Upload("#composer [type=file]", browser.File{Name: "patch.txt", Content: []byte("+ fixed\n")})
	if s.js {
		p.WaitTrue("document.querySelector('#composer [name=\"files[]\"]')")
		p.Click("#composer >> button=Send")
	} else {
		p.ClickLoad("#composer >> button=Send")
	}
	p.WaitText("Could you try this patch?")
	p.WaitFor("#thread >> link=patch.txt")
	if s.js && p.Value("#composer-body") != "" {
		t.Errorf("the composer keeps %q", p.Value("#composer-body"))
	}
	s.sees(s.client, "text=Could you try this patch?")
	s.client.WaitFor("link=patch.txt")
	if s.client.HasText("known since version 7") || strings.Contains(s.client.HTML(), "known since version 7") {
		t.Error("the customer's page holds the note")
	}
}

// clientAnswersByMail answers the agent's reply with a mail that joins the
// ticket and appears in the agent's open page.
func (s *story) clientAnswersByMail() {
	t := s.t
	first, reply := mailTo(t, s.post, clientAddress, 2), mailTo(t, s.post, clientAddress, 3)
	if !strings.Contains(reply.Text, "Could you try this patch?") || strings.Contains(string(reply.Raw), "version 7") {
		t.Errorf("the reply's mail says\n%s", reply.Text)
	}
	if id := first.Header.Get("Message-Id"); reply.Header.Get("In-Reply-To") != id || !strings.Contains(reply.Header.Get("References"), id) {
		t.Errorf("the reply answers %q, refers to %q, and not to %q", reply.Header.Get("In-Reply-To"), reply.Header.Get("References"), id)
	}
	if len(reply.Files) != 1 || reply.Files[0].Name != "patch.txt" || string(reply.Files[0].Content) != "+ fixed\n" {
		t.Errorf("the reply's mail carries %+v", reply.Files)
	}
	s.desk.receive(rawMail("The patch does not apply.", s.answerTo(reply, "a1")...))
	s.sees(s.agent, "text=The patch does not apply.")
	s.agent.WaitText("via e-mail")
	if n := s.agent.Count("#thread [data-message]"); n != 4 {
		t.Errorf("%d messages in the thread, not 4", n)
	}
}

// answerTo is the header of a customer's answer to a mail of ours.
func (s *story) answerTo(m fakesmtp.Message, id string) []string {
	return []string{
		"From: Carol Client <" + clientAddress + ">", "To: " + m.Header.Get("Reply-To"), "Subject: Re: " + m.Subject,
		"Message-ID: <" + id + "@clients.test>", "Date: Mon, 23 Nov 2026 10:00:00 +0000",
		"In-Reply-To: " + m.Header.Get("Message-Id"), "References: " + m.Header.Get("References") + " " + m.Header.Get("Message-Id"),
	}
}

func (s *story) solvedAndReopened() {
	p := s.agent
	p.Click(".bar >> button=Resolve")
	p.WaitFor("#ticket-head >> text=Resolved")
	solved := mailTo(s.t, s.post, clientAddress, 4)
	s.sees(s.client, "#ticket-head >> text=Solved")
	s.desk.receive(rawMail("It is back!", s.answerTo(solved, "a2")...))
	s.sees(p, "text=It is back!")
	p.WaitFor("#ticket-head >> text=Reopened")
}

func (s *story) clientCloses() {
	p := s.client
	s.sees(p, "text=It is back!")
	p.ClickLoad("button=It’s solved")
	p.WaitText("Thank you. This ticket is closed.")
	p.WaitFor("#ticket-head >> text=Closed")
	s.sees(s.agent, "#ticket-head >> text=Closed")
}
