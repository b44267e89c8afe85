package e2e

import (
	"net/url"
	"path"
	"strings"
	"testing"

	"escalated/e2e/browser"
	"escalated/helpdesk/helpdesktest"
)

func TestGuest(t *testing.T)               { guestStory(t, true) }
func TestGuestWithoutScripts(t *testing.T) { guestStory(t, false) }

// guestStory is the way of somebody without an account: form, private page,
// mail, answers from both sides, closing, reopening, and a lost link.
func guestStory(t *testing.T, js bool) {
	post := helpdesktest.NewSMTP(t)
	h := newHouse(t, helpdesktest.Settings("smtp_url", post.URL, "mail_from", "Acme <help@desk.test>", "reply_domain", "desk.test"))
	alan := h.Agent("alan")
	agent, guest := h.open(alan, browser.Options{NoJS: !js}), h.open(nil, browser.Options{NoJS: !js})
	s := &story{t: t, js: js}

	guest.Goto("login/")
	guest.ClickLoad("link=Open a ticket without an account")
	guest.Fill("field=Your name", "Gus")
	guest.Fill("field=E-mail", "gus@guests.test")
	guest.Fill("field=Subject", "Where is my parcel?")
	guest.Fill("field=Details", "  ")
	if status := guest.ClickLoad("button=Send"); status != 422 {
		t.Errorf("a ticket without a text answers %d", status)
	}
	if kept := guest.Value("field=Subject"); kept != "Where is my parcel?" || guest.Attr("field=Details", "aria-invalid") != "true" {
		t.Errorf("the form keeps %q and marks nothing", kept)
	}
	guest.Fill("field=Details", "Ordered last week.")
	guest.Upload("[type=file]", browser.File{Name: "order.txt", Content: []byte("No. 7\n")})
	if js {
		guest.WaitTrue(`document.querySelector('[name="files[]"]')`)
	}
	guest.ClickLoad("button=Send")
	guest.WaitFor("heading=Where is my parcel?")
	guest.WaitText("This private link lets anyone holding it read this ticket")
	private := guest.URL()
	u, err := url.Parse(private)
	if err != nil {
		t.Fatal(err)
	}
	token := path.Base(strings.TrimSuffix(u.Path, "/"))
	guest.WaitFor("link=order.txt")

	agent.Goto("agent/tickets/")
	agent.ClickLoad("link=Where is my parcel?")
	agent.WaitText("Ordered last week.")
	if js {
		agent.Click("#composer >> button=Note")
	}
	agent.Fill("#composer-body", "Only for us: lost in the depot.")
	s.click(agent, "#composer >> button=Add note")
	agent.WaitFor("[data-kind=note]")
	if js {
		agent.Click("#composer >> button=Reply")
	}
	agent.Fill("#composer-body", "It comes tomorrow.")
	s.click(agent, "#composer >> button=Send")
	agent.WaitText("It comes tomorrow.")
	s.sees(guest, "text=It comes tomorrow.")

	m := mailTo(t, post, "gus@guests.test", 2)
	for what, text := range map[string]string{"page": guest.HTML(), "mail": string(m.Raw)} {
		if strings.Contains(text, "lost in the depot") {
			t.Errorf("the guest's %s holds the note", what)
		}
	}
	guest.Goto(link(t, m.Text, "/guest/"))
	guest.WaitText("It comes tomorrow.")
	guest.Fill("#f-body", "Thank you!")
	s.click(guest, "#composer >> button=Send")
	guest.WaitFor("#thread >> text=Thank you!")
	s.sees(agent, "#thread >> text=Thank you!")

	guest.ClickLoad("button=It’s solved")
	guest.WaitFor("#ticket-head >> text=Closed")
	s.sees(agent, "#ticket-head >> text=Closed")
	guest.ClickLoad("button=Open again")
	guest.WaitFor("#ticket-head >> text=In progress")
	s.sees(agent, "#ticket-head >> text=Reopened")

	reference := strings.Fields(agent.Text("#ticket-head .mono"))[0]
	lostLink(t, h, guest.Tab(), reference)
	fresh := mailTo(t, post, "gus@guests.test", len(post.To("gus@guests.test")))
	again := h.open(nil, browser.Options{NoJS: !js})
	if status := again.Goto(link(t, fresh.Text, "/guest/")); status != 200 {
		t.Errorf("the fresh link answers %d", status)
	}
	again.WaitText("Thank you!")
	tokenStaysPut(t, h, guest, token)
}

// click clicks what answers in place, or without scripts with a page.
func (s *story) click(p *browser.Page, selector string) {
	s.t.Helper()
	if s.js {
		p.Click(selector)
		return
	}
	p.ClickLoad(selector)
}

// lostLink asks for a fresh link: with the right number a mail comes, with a
// wrong one the answer is the same.
func lostLink(t *testing.T, h *house, p *browser.Page, reference string) {
	t.Helper()
	p.Goto("login/")
	p.ClickLoad("link=Lost the link to your ticket?")
	p.Fill("field=E-mail", "gus@guests.test")
	p.Fill("field=Ticket number", "ESC-9999")
	p.ClickLoad("button=E-mail me a fresh link")
	wrong := p.Text("main")
	p.ClickLoad("link=Send again")
	p.Fill("field=E-mail", "gus@guests.test")
	p.Fill("field=Ticket number", reference)
	p.ClickLoad("button=E-mail me a fresh link")
	if right := p.Text("main"); right != wrong {
		t.Errorf("the answers differ:\n%s\n%s", wrong, right)
	}
	h.Settle()
}

// tokenStaysPut holds that the private page tells its address to nobody: not
// to other machines, not in the log.
func tokenStaysPut(t *testing.T, h *house, p *browser.Page, token string) {
	t.Helper()
	for _, r := range p.Requests() {
		u, err := url.Parse(r.URL)
		if err != nil {
			t.Fatal(err)
		}
		if u.Hostname() != "127.0.0.1" {
			t.Errorf("the guest's page asks %s", r.URL)
		}
	}
	if strings.Contains(h.Log.String(), token) {
		t.Error("the log holds the token")
	}
}
