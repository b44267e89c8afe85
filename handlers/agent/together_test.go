package agent_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

func id[T ~int64](n T) string { return fmt.Sprint(int64(n)) }

func TestFollowersByForm(t *testing.T) {
	d := helpdesktest.New(t)
	bob, cat := d.Agent("bob"), d.Agent("cat")
	tk := d.Customer("carol").Opens("Printer")
	b := d.As(bob)
	page := b.Get(path(tk, "")).Is(http.StatusOK)
	has(t, page.Body, `action="/support/agent/tickets/`+id(tk.ID)+`/followers/"`, ">Cat<")
	b.Post(path(tk, "followers/"), form{"person_id": {id(cat.ID)}}).Is(http.StatusSeeOther)
	page = b.Get(path(tk, "")).Is(http.StatusOK).AtMost(12)
	has(t, page.Body, "Remove Cat from the followers", "Bob added Cat as a follower")
	h := b.HTMX("panel-msg").Post(path(tk, "followers/delete/"), form{"person_id": {id(cat.ID)}}).Is(http.StatusOK)
	has(t, h.Header.Get("HX-Trigger"), "Follower removed.", "agent/undo/")
	hasNot(t, h.Body, "Remove Cat")
	b.Post(path(tk, "followers/"), form{"person_id": {"nobody"}}).Is(http.StatusUnprocessableEntity)
	d.As(d.Light("lena")).Post(path(tk, "followers/"), form{"person_id": {id(cat.ID)}}).Is(http.StatusForbidden)
}

func TestPinnedNotesStandOnTop(t *testing.T) {
	d := helpdesktest.New(t)
	bob, carol := d.Agent("bob"), d.Customer("carol")
	tk := carol.Opens("Printer")
	note, err := d.Verbs().Note(t.Context(), bob.Actor(), tk.ID, model.NewReply{Body: "Cause: <b>toner</b>"})
	if err != nil {
		t.Fatal(err)
	}
	b := d.As(bob)
	page := b.Get(path(tk, "")).Is(http.StatusOK)
	has(t, page.Body, "Pin to the top")
	hasNot(t, page.Body, "Pinned notes")
	b.Post(path(tk, "pin/"+id(note.ID)+"/"), nil).Is(http.StatusSeeOther)
	page = b.Get(path(tk, "")).Is(http.StatusOK)
	has(t, page.Body, `aria-label="Pinned notes"`, "Note by Bob", "Unpin", `href="#m`+id(note.ID)+`"`)
	hasNot(t, page.Body, "<b>toner")
	hasNot(t, d.As(carol).Get(fmt.Sprintf("tickets/%d/", tk.ID)).Is(http.StatusOK).Body, "toner")
	b.Post(path(tk, id(note.ID)+"/pin/"), nil).Is(http.StatusSeeOther)
	hasNot(t, b.Get(path(tk, "")).Is(http.StatusOK).Body, "Pinned notes")
	b.Post(path(tk, "pin/"+id(tk.FirstMessageID)+"/"), nil).Is(http.StatusUnprocessableEntity)
}

func TestMentionsAreOfferedAndMarked(t *testing.T) {
	d := helpdesktest.New(t)
	bob, carol := d.Agent("bob"), d.Customer("carol")
	sales := d.Department("Sales")
	d.Narrow("nora", sales)
	tk := carol.Opens("Printer")
	b := d.As(bob)
	list := b.Get("agent/mentions/?q=no&ticket=" + id(tk.ID)).Is(http.StatusOK).AtMost(6)
	has(t, list.Body, `role="option"`, `data-insert="@nora "`, "makes them a follower")
	hasNot(t, list.Body, "help.test", "<html")
	has(t, b.Get("agent/mentions/?q=sal").Is(http.StatusOK).Body, `data-insert="@sales "`)
	has(t, b.Get("agent/mentions/?q=carol").Is(http.StatusOK).Body, `aria-disabled="true"`)
	b.Get("agent/mentions/?q=a&ticket=999").Is(http.StatusNotFound)
	b.Post(path(tk, "note/"), form{"body": {"@nora & @carol <i>see</i> https://x.test/@nora"}, "op": {"1"}}).Is(http.StatusSeeOther)
	page := b.Get(path(tk, "")).Is(http.StatusOK)
	if n := strings.Count(page.Body, `<span class="mention" title="Nora">@nora</span>`); n != 1 {
		t.Errorf("%d marks", n)
	}
	b.Post(path(tk, "reply/"), form{"body": {"@nora in a reply"}, "op": {"2"}}).Is(http.StatusSeeOther)
	if n := strings.Count(b.Get(path(tk, "")).Body, `class="mention"`); n != 1 {
		t.Errorf("%d marks after a reply", n)
	}
}

func TestNotificationCentre(t *testing.T) {
	d := helpdesktest.New(t)
	bob, cat, carol := d.Agent("bob"), d.Agent("cat"), d.Customer("carol")
	tk, lamp := carol.Opens("Printer on fire"), carol.Opens("Lamp")
	d.Settle()
	b := d.As(bob)
	has(t, b.Get("agent/").Is(http.StatusOK).Body, `id="bell"`, "2 unread notifications", "t=me")
	if _, err := d.Verbs().Note(t.Context(), cat.Actor(), tk.ID, model.NewReply{Body: "@bob the cause is <toner>"}); err != nil {
		t.Fatal(err)
	}
	d.Settle()
	page := b.Get("agent/notifications/").Is(http.StatusOK).AtMost(12)
	has(t, page.Body, "Cat mentioned you", "because the note names you", "&lt;toner&gt;", "Printer on fire", "Mark 2 as read", "3 unread notifications")
	if strings.Index(page.Body, "Printer on fire") > strings.Index(page.Body, ">Lamp<") {
		t.Error("the newest does not come first")
	}

	// Looking at a ticket reads what was told of it; the others wait.
	has(t, b.Get(path(tk, "")).Is(http.StatusOK).AtMost(12).Body, `/seen/"`)
	b.Post(path(tk, "seen/"), form{"seen": {"99"}}).Is(http.StatusNoContent)
	page = b.Get("agent/notifications/").Is(http.StatusOK)
	has(t, page.Body, "1 unread notification")
	if strings.Index(page.Body, "Printer on fire") < strings.Index(page.Body, ">Lamp<") {
		t.Error("what is unread does not come first")
	}
	b.Post("agent/notifications/read/", form{"all": {"1"}}).Is(http.StatusSeeOther)
	hasNot(t, b.Get("agent/notifications/").Is(http.StatusOK).Body, "Mark as read", "unread notification")
	has(t, d.As(cat).Get("agent/notifications/").Is(http.StatusOK).Body, "2 unread notifications")
	_ = lamp
}

func TestNotificationMatrixRulesMailAndApp(t *testing.T) {
	d := helpdesktest.New(t, helpdesktest.Settings("mail_from", "help@desk.test"))
	bob, cat, carol := d.Agent("bob"), d.Agent("cat"), d.Customer("carol")
	b := d.As(bob)
	b.Get("agent/profile/notifications/") // what is kept in memory between requests is there
	page := b.Get("agent/profile/notifications/").Is(http.StatusOK).AtMost(8)
	has(t, page.Body, `name="assigned_mail" value="1" checked`, `name="mention_browser"`, "data-ask-notices")
	has(t, page.Body, `name="mention_mail" value="1" checked`)
	hasNot(t, page.Body, `name="note_mail"`)
	wants := form{"mention_app": {"1"}, "reply_app": {"1"}, "reply_mail": {"1"}} // no mail of new tickets and assignments
	b.Post("agent/profile/notifications/", wants).Is(http.StatusSeeOther)
	hasNot(t, b.Get("agent/profile/notifications/").Body, `name="assigned_mail" value="1" checked`)
	b.Post("agent/profile/notifications/", form{"browser": {"1"}}).Is(http.StatusSeeOther)
	page = b.Get("agent/profile/notifications/").Is(http.StatusOK)
	has(t, page.Body, "data-notices", "Switch off")
	hasNot(t, page.Body, `name="assigned_mail" value="1" checked`)

	tk := carol.Opens("Printer")
	d.Settle()
	b.Post(path(tk, "follow/"), form{"on": {"1"}}).Is(http.StatusSeeOther)
	if _, err := d.Verbs().Reply(t.Context(), carol.Actor(), tk.ID, model.NewReply{Body: "It still burns"}); err != nil {
		t.Fatal(err)
	}
	d.As(cat).Post(path(tk, "assign/"), form{"agent_id": {id(bob.ID)}}).Is(http.StatusSeeOther)
	d.Settle()
	var kinds []string
	for _, m := range d.Mail() {
		if m.Address == bob.Email {
			kinds = append(kinds, string(m.Kind))
		}
	}
	if strings.Join(kinds, " ") != "customer_reply" {
		t.Errorf("Bob got the mails %q", kinds)
	}
	rows, err := d.Verbs().Notifications(t.Context(), bob.Actor())
	if err != nil || len(rows) != 1 || rows[0].Topic != model.NoticeReply {
		t.Errorf("Bob was told %+v, %v", rows, err)
	}
	if rows, _ = d.Verbs().Notifications(t.Context(), cat.Actor()); len(rows) != 1 || rows[0].Topic != model.NoticeNew {
		t.Errorf("Cat was told %+v", rows)
	}
}

func TestPresenceIsAskedAndAnswered(t *testing.T) {
	d := helpdesktest.New(t)
	bob, cat, carol := d.Agent("bob"), d.Agent("cat"), d.Customer("carol")
	tk := carol.Opens("Printer")
	b, c := d.As(bob), d.As(cat)
	b.Post(path(tk, "presence/"), form{"state": {"viewing"}}).Is(http.StatusNoContent)
	b.Post(path(tk, "presence/"), form{"state": {"dancing"}}).Is(http.StatusUnprocessableEntity)
	b.Post(path(tk, "presence/"), form{"state": {"replying"}}).Is(http.StatusNoContent)
	type answer struct {
		Viewers []struct {
			ID          int64
			Name, State string
		}
	}
	ask := func() (out answer) {
		a := c.With("Accept", "application/json").Post(path(tk, "presence/"), form{"state": {"viewing"}}).Is(http.StatusOK)
		if err := json.Unmarshal([]byte(a.Body), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	got := ask()
	if len(got.Viewers) != 1 || got.Viewers[0].ID != int64(bob.ID) || got.Viewers[0].Name != "Bob" || got.Viewers[0].State != "replying" {
		t.Fatalf("%+v", got)
	}

	// Polling tells the ticket's page and the lists the same.
	live := c.Get("changes?t=presence:" + id(tk.ID)).Is(http.StatusOK)
	has(t, live.Body, `id="presence"`, "Bob is writing a reply")
	hasNot(t, live.Body, "Cat")
	live = c.Get("changes?t=queue&t=presence").Is(http.StatusOK)
	has(t, live.Body, `data-at="`+id(tk.ID)+`"`, "Bob is writing a reply")
	narrow := d.As(d.Narrow("nora", d.Department("Sales")))
	narrow.Get("changes?t=presence:" + id(tk.ID)).Is(http.StatusNotFound)
	hasNot(t, narrow.Get("changes?t=presence").Is(http.StatusOK).Body, "Bob")
	customer := d.As(carol)
	customer.Get("changes?t=presence:" + id(tk.ID)).Is(http.StatusNotFound)
	customer.Get("changes?t=presence").Is(http.StatusNotFound)
	customer.Get("changes?t=me").Is(http.StatusNotFound)
	hasNot(t, customer.Get("changes?since=0&t=portal:"+id(tk.ID)).Body, "writing")

	d.Later(50 * time.Second)
	if got = ask(); len(got.Viewers) != 0 {
		t.Fatalf("after 50 s: %+v", got)
	}
}

func TestBellIsToldOncePerEvent(t *testing.T) {
	d := helpdesktest.New(t)
	bob, carol := d.Agent("bob"), d.Customer("carol")
	b := d.As(bob)
	a := b.Get("changes?t=me")
	since := a.Header.Get("X-Live-Since")
	carol.Opens("Printer <on> fire")
	d.Settle()
	a = b.Get("changes?t=me&since=" + since).Is(http.StatusOK)
	has(t, a.Body, `id="bell"`, ">1<", `id="notices"`, "Carol opened a ticket", `data-more="ESC-1 Printer &lt;on&gt; fire"`)
	since = a.Header.Get("X-Live-Since")
	a = b.Get("changes?t=me&since=" + since).Is(http.StatusOK)
	has(t, a.Body, `id="bell"`, ">1<")
	hasNot(t, a.Body, `id="notices"`)
	b.Get("changes?t=me:" + id(bob.ID)).Is(http.StatusNotFound)
}
