package agent_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"escalated/desk"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

// office is a desk with a ticket of carol's, at which sending can be undone.
func office(t *testing.T, opts ...helpdesktest.Option) (d *helpdesktest.Desk, bob, cat, carol *helpdesktest.Person, tk model.Ticket) {
	t.Helper()
	d = helpdesktest.New(t, append([]helpdesktest.Option{helpdesktest.Settings("undo_send_seconds", "10")}, opts...)...)
	bob, cat, carol = d.Agent("bob"), d.Agent("cat"), d.Customer("carol")
	return d, bob, cat, carol, carol.Opens("Printer")
}

// kept reads the answer to a draft that was saved.
func kept(t *testing.T, a *helpdesktest.Answer) (v struct {
	Version int64
	At      string
	Body    string
},
) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.Body), &v); err != nil {
		t.Fatalf("%v in %s", err, a.Body)
	}
	return v
}

func TestDraftIsRestored(t *testing.T) {
	d, bob, cat, _, tk := office(t)
	b := d.As(bob)
	v := kept(t, b.Post(path(tk, "draft/"), form{"tab": {"reply"}, "body": {"Dear **Carol**"}, "status": {"resolved"}, "draft_version": {"0"}}).Is(http.StatusOK))
	if v.Version == 0 || v.At == "" {
		t.Errorf("saved as %+v", v)
	}
	page := b.Get(path(tk, "")).Is(http.StatusOK).AtMost(12)
	has(t, page.Body, "Dear **Carol**", "Draft saved", `<option value="resolved" selected>`)
	other := d.As(cat).Get(path(tk, "")).Is(http.StatusOK)
	has(t, other.Body, "Bob has an unsent draft")
	hasNot(t, other.Body, "Dear **Carol**")

	got := kept(t, b.Post(path(tk, "draft/"), form{"tab": {"reply"}, "body": {"Hi"}, "draft_version": {"1"}}).Is(http.StatusConflict))
	if got.Body != "Dear **Carol**" || got.Version != v.Version {
		t.Errorf("the conflict says %+v", got)
	}
	b.Post(path(tk, "draft/"), form{"tab": {"rply"}, "body": {"Hi"}}).Is(http.StatusUnprocessableEntity)

	// A note alone begins with the note; saying it ends its draft.
	b.Post(path(tk, "draft/delete/"), form{"tab": {"reply"}}).Is(http.StatusSeeOther)
	b.Post(path(tk, "draft/"), form{"tab": {"note"}, "body": {"She is angry"}}).Is(http.StatusOK)
	page = b.Get(path(tk, ""))
	has(t, page.Body, "composer no-print note", "She is angry")
	b.Post(path(tk, "note/"), form{"tab": {"note"}, "body": {"She is angry"}, "op": {"1"}}).Is(http.StatusSeeOther)
	hasNot(t, d.As(cat).Get(path(tk, "")).Body, "is writing a note")
}

func TestNewTicketIsRestored(t *testing.T) {
	d, bob, _, _, _ := office(t)
	b := d.As(bob)
	b.Post("agent/draft/", form{"subject": {"He rang"}, "description": {"About the parcel"}, "requester_email": {"gus@guests.test"}, "priority": {"high"}}).Is(http.StatusOK)
	page := b.Get("agent/tickets/create/").Is(http.StatusOK).AtMost(12)
	has(t, page.Body, "He rang", "About the parcel", "gus@guests.test", `<option value="high" selected>`)
	b.Post("agent/tickets/store/", form{"subject": {"He rang"}, "description": {"About the **parcel**"}, "requester_email": {"gus@guests.test"}, "op": {"1"}}).Is(http.StatusSeeOther)
	hasNot(t, b.Get("agent/tickets/create/").Body, "He rang")
}

func TestPreviewShowsWhatWillBeSaid(t *testing.T) {
	d, bob, _, carol, tk := office(t, helpdesktest.Settings("undo_send_seconds", "0"))
	b := d.As(bob)
	const words = "**Hello** <script>alert(1)</script>\n\n1. one\n2. [two](https://help.test/x)\n\n![x](https://spy.test/x.png) [bad](javascript:alert(1))"
	page := b.HTMX("composer-preview").Post("agent/preview/", form{"body": {words}}).Is(http.StatusOK)
	inert := func(what, html string) {
		t.Helper()
		if !strings.Contains(html, "<strong>Hello</strong>") || !strings.Contains(html, `href="https://help.test/x"`) || !strings.Contains(html, "<ol>") {
			t.Errorf("%s does not make up what was written: %s", what, html)
		}
		for _, bad := range []string{"<script>alert", "javascript:", "spy.test/x.png\""} {
			if strings.Contains(html, bad) {
				t.Errorf("%s lets %q through", what, bad)
			}
		}
	}
	inert("the preview", page.Body)
	page = b.Post(path(tk, "reply/"), form{"body": {words}, "preview": {"1"}}).Is(http.StatusOK)
	has(t, page.Body, "<strong>Hello</strong>", "[two](https://help.test/x)")

	b.Post(path(tk, "reply/"), form{"body": {words}, "op": {"1"}}).Is(http.StatusSeeOther)
	inert("the ticket", b.Get(path(tk, "")).Body)
	inert("the portal", d.As(carol).Get(fmt.Sprintf("tickets/%d/", tk.ID)).Is(http.StatusOK).Body)
	m := d.MailTo(carol.Email)
	inert("the mail", m.HTML)
	if !strings.Contains(m.Text, "**Hello**") {
		t.Errorf("the text of the mail is %s", m.Text)
	}
	has(t, d.As(carol).Get("tickets/").Body, "Printer")
	if now, _ := d.Verbs().Ticket(t.Context(), bob.Actor(), tk.ID); strings.Contains(now.Preview, "**") {
		t.Errorf("the list says %q", now.Preview)
	}
}

func TestSendingCanBeUndone(t *testing.T) {
	d, bob, cat, carol, tk := office(t)
	b := d.As(bob)
	seen := fmt.Sprint(int64(tk.LastPublicID))
	answer := b.HTMX("composer-msg").Post(path(tk, "reply/"), form{"body": {"Too fast"}, "seen": {seen}, "op": {"1"}, "then": {"stay"}}).Is(http.StatusOK)
	if got := answer.Header.Get("HX-Trigger"); !strings.Contains(got, "sends in 10 s") || !strings.Contains(got, "/edit/") {
		t.Errorf("the toast is %s", got)
	}
	has(t, answer.Body, "data-countdown", "Sends in 10 s", "Too fast", "Send now")
	hasNot(t, d.As(cat).Get(path(tk, "")).Body, "Too fast")
	hasNot(t, d.As(carol).Get(fmt.Sprintf("tickets/%d/", tk.ID)).Body, "Too fast")

	// Without scripts: a button on the page, and the text is back.
	page := b.Get(path(tk, "")).Is(http.StatusOK).AtMost(12)
	page = b.Submit(page, page.Form("form[action$='/edit/']")).Is(http.StatusSeeOther).Follow()
	has(t, page.Body, "Too fast", "data-focus")
	hasNot(t, page.Body, "data-countdown")
	d.Later(time.Minute)
	d.Settle()
	hasNot(t, d.As(carol).Get(fmt.Sprintf("tickets/%d/", tk.ID)).Body, "Too fast")

	// The last sending is what undoing takes back first.
	b.Post(path(tk, "reply/"), form{"body": {"Again"}, "op": {"2"}}).Is(http.StatusSeeOther)
	page = b.Post("agent/undo/last/", nil).Is(http.StatusSeeOther).Follow()
	has(t, page.Body, "Again", "composer no-print")

	// Sent now, and by itself.
	b.Post(path(tk, "reply/"), form{"body": {"Now"}, "op": {"3"}}).Is(http.StatusSeeOther)
	page = b.Get(path(tk, ""))
	b.Submit(page, page.Form("form[action$='/send/']")).Is(http.StatusSeeOther)
	has(t, d.As(carol).Get(fmt.Sprintf("tickets/%d/", tk.ID)).Body, "Now")
	b.Post(path(tk, "reply/"), form{"body": {"By itself"}, "op": {"4"}}).Is(http.StatusSeeOther)
	gone := b.Get(path(tk, "")).Form("form[action$='/edit/']")
	d.Later(10 * time.Second)
	d.Settle()
	has(t, d.As(carol).Get(fmt.Sprintf("tickets/%d/", tk.ID)).Body, "By itself")
	page = b.Submit(page, gone).Is(http.StatusSeeOther).Follow()
	has(t, page.Body, "It was sent already.")
}

func TestSendingLater(t *testing.T) {
	d, bob, _, carol, tk := office(t)
	b := d.As(bob)
	page := b.Post(path(tk, "reply/"), form{"body": {"Good morning"}, "op": {"1"}, "when": {"tomorrow"}}).Is(http.StatusSeeOther).Follow()
	has(t, page.Body, "Good morning", "Sends ", "Discard", "will be sent")
	hasNot(t, page.Body, "data-countdown")
	b.Post(path(tk, "reply/"), form{"body": {"Never"}, "op": {"2"}, "when": {"at"}, "at": {"2026-11-01T10:00"}}).Is(http.StatusUnprocessableEntity)
	b.Post(path(tk, "reply/"), form{"body": {"Never"}, "op": {"2"}, "when": {"until_reply"}}).Is(http.StatusUnprocessableEntity)
	page = b.Post(path(tk, "reply/"), form{"body": {"Never"}, "op": {"2"}, "when": {"at"}, "at": {"soon"}}).Is(http.StatusUnprocessableEntity)
	has(t, page.Body, "This is not a date and time.")
	b.Post(path(tk, "reply/"), form{"body": {"In an hour"}, "op": {"3"}, "when": {"at"}, "at": {"2026-11-23T10:00"}}).Is(http.StatusSeeOther)
	d.Later(time.Hour)
	d.Settle()
	has(t, d.As(carol).Get(fmt.Sprintf("tickets/%d/", tk.ID)).Body, "In an hour")

	// The customer writes first: it is held, and its writer decides.
	c := d.As(carol)
	c.Post(fmt.Sprintf("tickets/%d/reply/", tk.ID), form{"body": {"It works now"}, "op": {"c"}}).Is(http.StatusSeeOther)
	d.Later(48 * time.Hour)
	d.Settle()
	b = d.As(bob)
	page = b.Get(path(tk, "")).Is(http.StatusOK).AtMost(12)
	has(t, page.Body, "somebody wrote first", "It works now", "Send anyway", "Keep as note")
	hasNot(t, d.As(carol).Get(fmt.Sprintf("tickets/%d/", tk.ID)).Body, "Good morning")
	b.Submit(page, page.Form("form[action$='/note/'].inline")).Is(http.StatusSeeOther)
	page = b.Get(path(tk, ""))
	hasNot(t, page.Body, "Send anyway")
	has(t, page.Body, "Good morning")
	hasNot(t, d.As(carol).Get(fmt.Sprintf("tickets/%d/", tk.ID)).Body, "Good morning")
}

func TestAfterSending(t *testing.T) {
	d, bob, _, _, tk := office(t)
	b := d.As(bob)
	got := b.Post(path(tk, "reply/"), form{"body": {"Back"}, "op": {"1"}, "then": {"back"}}).Is(http.StatusSeeOther)
	if !strings.HasSuffix(got.Location(), "agent/tickets/") {
		t.Errorf("back is %s", got.Location())
	}
	has(t, b.Get(path(tk, "")).Body, "Send and back to the list")
	got = b.HTMX("composer-msg").Post(path(tk, "note/"), form{"body": {"Back"}, "op": {"2"}, "then": {"back"}}).Is(http.StatusNoContent)
	if !strings.Contains(got.Header.Get("HX-Redirect"), "agent/tickets/") {
		t.Errorf("back is %s", got.Header.Get("HX-Redirect"))
	}
	b.Post(path(tk, "note/"), form{"body": {"Stay"}, "op": {"3"}, "then": {"stay"}}).Is(http.StatusSeeOther)
	hasNot(t, b.Get(path(tk, "")).Body, `name="then" value="back" data-send`)
}

// Who does not say what they have seen has seen what they have read.
func TestWhatWasReadIsSeen(t *testing.T) {
	d, bob, cat, _, tk := office(t)
	b := d.As(bob)
	b.Post(path(tk, "seen/"), form{"seen": {fmt.Sprint(int64(tk.LastPublicID))}})
	if _, err := d.Verbs().Reply(t.Context(), cat.Actor(), tk.ID, model.NewReply{Body: "Cat was first"}); err != nil {
		t.Fatal(err)
	}
	page := b.Post(path(tk, "reply/"), form{"body": {"Bob's long text"}, "op": {"1"}}).Is(http.StatusConflict)
	has(t, page.Body, "Cat was first", "Bob&#39;s long text")
}

var replyTo, messageID = regexp.MustCompile(`(?m)^Reply-To: .*<(.*)>`), regexp.MustCompile(`(?m)^Message-ID: (<.*>)`)

// answerTo begins a mail that answers what the desk told somebody of a ticket.
func answerTo(d *helpdesktest.Desk, name string, tk model.Ticket) string {
	d.T.Helper()
	d.Settle()
	ctx, part := context.Background(), model.System("test")
	page, err := d.Verbs().OutgoingMail(ctx, part, model.OutgoingFilter{Ticket: tk.ID, Size: 50})
	if err != nil {
		d.T.Fatal(err)
	}
	for _, m := range page.Items {
		if m.Address != name+"@help.test" {
			continue
		}
		_, raw, err := d.Verbs().OutgoingRaw(ctx, part, m.ID)
		if err != nil {
			d.T.Fatal(err)
		}
		to, id := replyTo.FindSubmatch(raw), messageID.FindSubmatch(raw)
		if to == nil || id == nil {
			d.T.Fatalf("no way to answer in\n%s", raw)
		}
		return fmt.Sprintf("From: %s@help.test\r\nTo: %s\r\nSubject: Re: %s\r\nMessage-ID: <%s.%d@sender.test>\r\nIn-Reply-To: %s\r\nDate: Mon, 23 Nov 2026 09:00:00 +0000\r\n\r\n", name, to[1], tk.Subject, name, tk.ID, id[1])
	}
	d.T.Fatalf("%s was told nothing of %s", name, tk.Reference)
	return ""
}

// Two agents answer at once, 200 times, over the page, by mail and by the verb
// behind every other door: one answer goes out, the other is kept with the
// message that was faster.
func TestTwoAnswerAtOnce(t *testing.T) {
	d := helpdesktest.New(t, helpdesktest.Settings("mail_from", "Support <support@help.test>"))
	bob, cat, carol := d.Agent("bob"), d.Agent("cat"), d.Customer("carol")
	browsers := map[string]*helpdesktest.Browser{"bob": d.As(bob), "cat": d.As(cat)}
	actors := map[string]model.Actor{"bob": bob.Actor(), "cat": cat.Actor()}
	for i := range 200 {
		tk := carol.Opens(fmt.Sprint("Question ", i))
		mails := map[string]string{}
		for _, name := range []string{"bob", "cat"} {
			mails[name] = answerTo(d, name, tk)
		}
		answer := func(name, door string) (out bool) {
			words := fmt.Sprintf("%s answers %d", name, i)
			switch door {
			case "web":
				a := browsers[name].HTMX("composer-msg").Post(path(tk, "reply/"), form{"body": {words}, "seen": {fmt.Sprint(int64(tk.LastPublicID))}, "op": {words}})
				if a.Status == http.StatusConflict && !strings.Contains(a.Body, "answers "+fmt.Sprint(i)) {
					t.Errorf("%d: the page does not show the newer message", i)
				}
				return a.Status == http.StatusOK
			case "mail":
				r, err := d.Verbs().ReceiveMail(t.Context(), model.System("mail"), strings.NewReader(mails[name]+words+"\r\n"), desk.Arrival{Door: "pipe", Live: true})
				if err != nil || r.Outcome != model.MailToReply && r.Outcome != model.MailHeld {
					t.Errorf("%d: the mail became %+v, %v", i, r, err)
				}
				return r.Outcome == model.MailToReply
			}
			_, err := d.Verbs().Send(t.Context(), actors[name], tk.ID, model.NewReply{Body: words, Seen: tk.LastPublicID, Op: words}, nil, 0)
			return err == nil
		}
		doors := []string{"web", "mail", "verb"}
		var wait sync.WaitGroup
		var first, second bool
		wait.Go(func() { first = answer("bob", doors[i%3]) })
		wait.Go(func() { second = answer("cat", doors[i/3%3]) })
		wait.Wait()
		now, err := d.Verbs().Ticket(t.Context(), actors["bob"], tk.ID)
		if err != nil {
			t.Fatal(err)
		}
		if first == second || now.PublicCount != 2 {
			t.Fatalf("%d, %s and %s: %v and %v, %d answers went out", i, doors[i%3], doors[i/3%3], first, second, now.PublicCount-1)
		}
		loser, door := "bob", doors[i%3]
		if first {
			loser, door = "cat", doors[i/3%3]
		}
		if door != "mail" {
			continue // the page has the text; the verb's caller has it
		}
		v, err := d.Verbs().ViewTicket(t.Context(), actors[loser], tk.ID, desk.Look{})
		if err != nil || len(v.Drafts) != 1 || v.Drafts[0].Body != fmt.Sprintf("%s answers %d", loser, i) || v.Drafts[0].Newer == nil {
			t.Fatalf("%d: %s finds %+v, %v", i, loser, v.Drafts, err)
		}
	}
	told := 0
	for _, m := range d.Mail() { // the newest 200
		if m.Kind == model.MailDraftHeld && strings.Contains(m.Text, "wrote first") && strings.Contains(m.Text, "answers") && m.Link("/agent/tickets/") != "" {
			told++
		}
	}
	if told == 0 {
		t.Error("whoever was late by mail was told nothing")
	}
}
