package agent_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"escalated/desk"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
	"escalated/store"
)

func num[T ~int64](n T) string { return fmt.Sprint(int64(n)) }

// undone takes back what was just done, as the message about it offers.
func undone(t *testing.T, b *helpdesktest.Browser, page *helpdesktest.Answer) {
	t.Helper()
	at := strings.Index(page.Body, `action="/support/agent/undo/`)
	if at < 0 {
		t.Fatal("nothing offers to take it back")
	}
	path := page.Body[at+len(`action="/support/`):]
	b.Post(path[:strings.IndexByte(path, '"')], nil).Is(http.StatusSeeOther)
}

func TestSnoozeByFormAndByFragment(t *testing.T) {
	d := helpdesktest.New(t) // a Monday, 09:00
	bob, carol := d.Agent("bob"), d.Customer("carol")
	tk := carol.Opens("Printer")
	b := d.As(bob)
	page := b.Get(path(tk, "")).Is(http.StatusOK).AtMost(12)
	has(t, page.Body, "Tomorrow · Tuesday 09:00", "Next week · Monday 09:00", "When they reply", `data-key="snooze"`)
	page = b.Get(path(tk, "snooze/")).Is(http.StatusOK).AtMost(12)
	has(t, page.Body, "<html", `type="datetime-local"`, `value="2026-11-24T09:00"`)
	page = b.HTMX("dialog").Get(path(tk, "snooze/")).Is(http.StatusOK)
	has(t, page.Body, `id="dialog-msg"`, "dialog-head")
	hasNot(t, page.Body, "<html")

	// Refused: with what was typed.
	page = b.Post(path(tk, "snooze/"), form{"until": {"at"}, "at": {"2026-11-23T08:00"}, "reason": {"waits for the <vendor>"}}).Is(http.StatusUnprocessableEntity)
	has(t, page.Body, "This time has passed", "waits for the &lt;vendor&gt;", `value="2026-11-23T08:00"`)
	page = b.HTMX("dialog-msg").Post(path(tk, "snooze/"), form{"until": {"at"}, "at": {""}}).Is(http.StatusUnprocessableEntity)
	has(t, page.Body, "Say until when")
	hasNot(t, page.Body, "<form")
	if page.Header.Get("HX-Retarget") != "#dialog-msg" {
		t.Errorf("a refusal goes to %q", page.Header.Get("HX-Retarget"))
	}

	b.Post(path(tk, "snooze/"), form{"until": {"tomorrow"}, "reason": {"waits for the vendor"}}).Is(http.StatusSeeOther)
	page = b.Get(path(tk, "")).Is(http.StatusOK).AtMost(12)
	has(t, page.Body, "Snoozed until Tuesday 09:00", "Bob: waits for the vendor", "snooze/delete/", "snoozed the ticket until 24 Nov 2026, 09:00")
	undone(t, b, page)
	hasNot(t, b.Get(path(tk, "")).Body, "Bob: waits for the vendor</bdi>")

	// In place.
	page = b.HTMX("panel-msg").Post(path(tk, "snooze/"), form{"until": {"until_reply"}}).Is(http.StatusOK)
	has(t, page.Body, `id="ticket-head"`, "hx-swap-oob", "until the customer writes")
	if !strings.Contains(page.Header.Get("HX-Trigger"), "undo") {
		t.Errorf("no way back: %q", page.Header.Get("HX-Trigger"))
	}
	b.Post(path(tk, "snooze/delete/"), nil).Is(http.StatusSeeOther)
	got, err := d.Verbs().Ticket(t.Context(), bob.Actor(), tk.ID)
	if err != nil || got.Snoozed() {
		t.Fatalf("still asleep: %+v, %v", got, err)
	}

	// By the clock, with everything else that is due.
	b.Post(path(tk, "snooze/"), form{"until": {"1h"}}).Is(http.StatusSeeOther)
	d.Later(time.Hour)
	if n, err := d.Verbs().WakeSnoozed(t.Context(), model.System("clock")); err != nil || n != 1 {
		t.Fatalf("woke %d: %v", n, err)
	}
	has(t, b.Get(path(tk, "")).Body, "The snooze is over")
	if err := d.Verbs().SetStatus(t.Context(), bob.Actor(), tk.ID, model.Resolved, desk.Change{}); err != nil {
		t.Fatal(err)
	}
	b.Post(path(tk, "snooze/"), form{"until": {"1h"}}).Is(http.StatusUnprocessableEntity)
	hasNot(t, b.Get(path(tk, "")).Body, `data-key="snooze"`)
}

func TestSplitByForm(t *testing.T) {
	d := helpdesktest.New(t)
	bob, carol := d.Agent("bob"), d.Customer("carol")
	tk := carol.Opens("Printer")
	m, err := d.Verbs().Reply(t.Context(), carol.Actor(), tk.ID, model.NewReply{Body: "And the scanner"})
	if err != nil {
		t.Fatal(err)
	}
	b := d.As(bob)
	has(t, b.Get(path(tk, "")).Body, "split/?message="+id(m.ID), "Split from here")
	page := b.Get(path(tk, "split/?message="+id(m.ID))).Is(http.StatusOK).AtMost(12)
	has(t, page.Body, `value="`+id(m.ID)+`" checked`, "And the scanner", `value="Printer"`)
	hasNot(t, page.Body, `value="`+id(tk.FirstMessageID)+`"`)
	page = b.Post(path(tk, "split/"), form{"subject": {"Scanner!"}}).Is(http.StatusUnprocessableEntity)
	has(t, page.Body, "Choose at least one message", `value="Scanner!"`)
	b.Post(path(tk, "split/"), form{"subject": {"X"}, "message[]": {"999"}}).Is(http.StatusNotFound)
	got := b.Post(path(tk, "split/"), form{"subject": {"Scanner"}, "message[]": {id(m.ID)}}).Is(http.StatusSeeOther)
	page = got.Follow().Is(http.StatusOK)
	has(t, page.Body, "Scanner", "And the scanner", "made this ticket of 1 message of", `<a href="/support/agent/tickets/1/">`+tk.Reference+`</a>`)
	has(t, b.Get(path(tk, "")).Body, "moved 1 message to the new ticket")
	undone(t, b, page)
	has(t, b.Get(path(tk, "")).Body, "And the scanner")
	b.Get(strings.TrimPrefix(got.Location(), "/support/")).Is(http.StatusNotFound)
	if len(d.Mail()) > 2 { // a receipt, and news for the team
		t.Errorf("mails: %+v", d.Mail())
	}
}

func TestMergeByDialog(t *testing.T) {
	d := helpdesktest.New(t)
	bob, carol, james := d.Agent("bob"), d.Customer("carol"), d.Customer("james")
	a := carol.Opens("CSV export broken")
	d.Later(14 * time.Minute)
	tk := carol.Opens("Export again")
	other := james.Opens("Something else")
	d.Settle()
	b := d.As(bob)

	// The hint, and the dialog it opens.
	page := b.Get(path(tk, "")).Is(http.StatusOK).AtMost(12)
	has(t, page.Body, "Carol has another open ticket", a.Reference, "14 min ago", path(tk, "merge/?with="+id(a.ID)), `data-key="merge"`)
	page = b.Get(path(tk, "merge/")).Is(http.StatusOK).AtMost(12)
	has(t, page.Body, `value="`+id(a.ID)+`" checked`, "goes into "+a.Reference, "Carol goes on being on it", "1 message", "0 files")
	page = b.HTMX("dialog").Get(path(tk, "merge/?q=something&with="+id(other.ID)+"&direction=here")).Is(http.StatusOK).AtMost(12)
	has(t, page.Body, other.Reference+" (", "goes into "+tk.Reference, "James and Carol will both be on it", "Two different people")
	hasNot(t, page.Body, "<html", "<script")
	has(t, b.Get(path(tk, "merge/?q=nothing-like-it")).Body, "No ticket fits")

	page = b.Post(path(tk, "merge/"), form{"target": {"ESC-999"}}).Is(http.StatusUnprocessableEntity)
	has(t, page.Body, "There is no such ticket")
	b.Post(path(tk, "merge/"), form{"target": {tk.Reference}}).Is(http.StatusUnprocessableEntity)
	b.Post(path(tk, "merge/"), form{}).Is(http.StatusUnprocessableEntity)

	got := b.Post(path(tk, "merge/"), form{"target": {a.Reference}, "tags": {"1"}}).Is(http.StatusSeeOther)
	if !strings.HasSuffix(got.Location(), path(a, "")) {
		t.Errorf("goes to %q", got.Location())
	}
	page = got.Follow().Is(http.StatusOK)
	has(t, page.Body, "Export again", "merged <a", "was merged into")
	page = b.Get(path(tk, "")).Is(http.StatusOK).AtMost(13) // and where it went
	has(t, page.Body, "This ticket was merged into "+a.Reference, "copy of the opening")
	hasNot(t, page.Body, `id="p-status"`)
	b.Post(path(tk, "priority/"), form{"priority": {"high"}}).Is(http.StatusUnprocessableEntity)

	// The customer is told and led on; what they send from an open page arrives.
	mine := d.As(carol).Get(fmt.Sprintf("tickets/%d/", tk.ID)).Is(http.StatusOK)
	has(t, mine.Body, "put together with "+a.Reference, fmt.Sprintf("/support/tickets/%d/", a.ID))
	hasNot(t, mine.Body, "copy of the opening", `id="composer"`)
	sent := d.As(carol).Post(fmt.Sprintf("tickets/%d/reply/", tk.ID), form{"body": {"from the old page"}}).Is(http.StatusSeeOther)
	if !strings.HasSuffix(sent.Location(), fmt.Sprintf("/tickets/%d/", a.ID)) {
		t.Errorf("the customer is led to %q", sent.Location())
	}
	// So does the agent's.
	sent = b.Post(path(tk, "reply/"), form{"body": {"from my old page"}, "seen": {"99"}, "op": {"x"}}).Is(http.StatusSeeOther)
	if !strings.HasSuffix(sent.Location(), path(a, "")) {
		t.Errorf("the agent is led to %q", sent.Location())
	}
	page = b.Get(path(a, "")).Is(http.StatusOK)
	has(t, page.Body, "from the old page", "from my old page")

	// Taken back by the button above the merged ticket.
	undone(t, b, b.Get(path(tk, "")))
	hasNot(t, b.Get(path(tk, "")).Body, "This ticket was merged into")
	has(t, b.Get(path(tk, "")).Body, `id="p-status"`)
}

func TestMergedGuestIsLedOn(t *testing.T) {
	d := helpdesktest.New(t)
	bob, james := d.Agent("bob"), d.Customer("james")
	into := james.Opens("The other")
	tk, link, err := d.Verbs().OpenGuestTicket(t.Context(), model.Nobody(), model.NewTicket{Subject: "Mine", Body: "Help", RequesterName: "Gus", RequesterEmail: "gus@else.test"}, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Verbs().Merge(t.Context(), bob.Actor(), tk.ID, model.NewMerge{Into: into.ID}); err != nil {
		t.Fatal(err)
	}
	g := d.Nobody()
	page := g.Get("guest/" + link + "/").Is(http.StatusOK)
	has(t, page.Body, "put together with "+into.Reference, "guest/"+link+"/merged/")
	got := g.Post("guest/"+link+"/merged/", nil).Is(http.StatusSeeOther)
	page = got.Follow().Is(http.StatusOK)
	has(t, page.Body, "The other", "Help")
	got = g.Post("guest/"+link+"/reply/", form{"body": {"from my old link"}}).Is(http.StatusSeeOther)
	has(t, got.Follow().Is(http.StatusOK).Body, "from my old link")
}

func TestLinksByDialog(t *testing.T) {
	d := helpdesktest.New(t)
	bob, carol := d.Agent("bob"), d.Customer("carol")
	problem, one := carol.Opens("Mail server down"), carol.Opens("No mail")
	b := d.As(bob)
	has(t, b.Get(path(problem, "links/")).Is(http.StatusOK).AtMost(12).Body, "is a duplicate of", `name="target"`)
	page := b.Post(path(problem, "links/"), form{"kind": {"incident"}, "target": {"nope"}}).Is(http.StatusUnprocessableEntity)
	has(t, page.Body, "There is no such ticket", `value="nope"`)
	b.Post(path(problem, "links/"), form{"kind": {"evil"}, "target": {one.Reference}}).Is(http.StatusUnprocessableEntity)
	b.Post(path(problem, "links/"), form{"kind": {"problem"}, "direction": {"from"}, "target": {strings.ToLower(one.Reference)}}).Is(http.StatusSeeOther)
	page = b.Get(path(problem, "")).Is(http.StatusOK).AtMost(12)
	has(t, page.Body, "<h3 class=\"small\">Incident</h3>", "No mail", "links/delete/", path(problem, "incidents/"), "to the incidents of this problem")
	has(t, b.Get(path(one, "")).Body, "<h3 class=\"small\">Problem</h3>", "as the problem behind this ticket")

	// One answer to all incidents.
	has(t, b.Get(path(problem, "incidents/")).Is(http.StatusOK).AtMost(12).Body, "No mail", "{{requester.first_name}}")
	page = b.Post(path(problem, "incidents/"), form{"body": {" "}, "status": {"resolved"}}).Is(http.StatusUnprocessableEntity)
	has(t, page.Body, `role="alert"`)
	page = b.HTMX("dialog-msg").Post(path(problem, "incidents/"), form{"body": {"Hello {{requester.first_name}}, it works."}, "status": {"resolved"}, "op": {"1"}}).Is(http.StatusOK)
	has(t, page.Body, "1 incident was answered", "answered")
	if page.Header.Get("HX-Retarget") != "#dialog" || !strings.Contains(page.Header.Get("HX-Trigger"), "undo") {
		t.Errorf("goes to %q, says %q", page.Header.Get("HX-Retarget"), page.Header.Get("HX-Trigger"))
	}
	has(t, d.As(carol).Get(fmt.Sprintf("tickets/%d/", one.ID)).Body, "Hello Carol, it works.")

	page = b.HTMX("panel-msg").Post(path(problem, "links/delete/"), form{"target": {id(one.ID)}, "kind": {"incident"}}).Is(http.StatusOK)
	hasNot(t, page.Body, "<h3 class=\"small\">Incident</h3>")
	b.Post(path(problem, "links/delete/"), form{"target": {"x"}, "kind": {"incident"}}).Is(http.StatusUnprocessableEntity)

	// Neither side's page nor a form tells of a ticket out of sight.
	board := d.Department("Board")
	secret := carol.Opens("Secret merger", func(n *model.NewTicket) { n.Department = board })
	if err := d.Verbs().LinkTicket(t.Context(), bob.Actor(), problem.ID, secret.ID, model.WordRelated); err != nil {
		t.Fatal(err)
	}
	narrow := d.As(d.Person(model.KindAgent, "nora", func(n *model.NewPerson) { n.Narrow, n.Loose = true, true }))
	hasNot(t, narrow.Get(path(problem, "")).Is(http.StatusOK).Body, "Secret merger")
	for _, below := range []string{"merge/?with=" + id(secret.ID), "merge/?q=secret", "merge/?q=" + secret.Reference} {
		hasNot(t, narrow.Get(path(problem, below)).Is(http.StatusOK).Body, "Secret merger")
	}
	for _, below := range []string{"merge/", "links/"} {
		page = narrow.Post(path(problem, below), form{"target": {secret.Reference}, "kind": {"related"}}).Is(http.StatusUnprocessableEntity)
		has(t, page.Body, "There is no such ticket")
		hasNot(t, page.Body, "Secret merger")
	}
	narrow.Post(path(problem, "links/delete/"), form{"target": {id(secret.ID)}, "kind": {"related"}}).Is(http.StatusNotFound)
}

// What moved between tickets, and back, is sound to the eyes of the check.
func TestMergingAndSplittingLeaveTheDeskSound(t *testing.T) {
	d := helpdesktest.New(t)
	bob, carol, james := d.Agent("bob"), d.Customer("carol"), d.Customer("james")
	a, b, c := carol.Opens("One"), james.Opens("Two"), carol.Opens("Three")
	ctx, v := t.Context(), d.Verbs()
	m, err := v.Reply(ctx, james.Actor(), b.ID, model.NewReply{Body: "The scanner"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Split(ctx, bob.Actor(), b.ID, model.NewSplit{Subject: "Scanner", Messages: []model.MessageID{m.ID}}); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Merge(ctx, bob.Actor(), a.ID, model.NewMerge{Into: b.ID}); err != nil {
		t.Fatal(err)
	}
	undo, set := desk.Undoing(ctx)
	if _, err := v.Merge(undo, bob.Actor(), c.ID, model.NewMerge{Into: b.ID}); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Undo(ctx, bob.Actor(), *set); err != nil {
		t.Fatal(err)
	}
	d.Settle()
	h, err := store.Check(ctx, store.Layout{Dir: filepath.Dir(d.DB().Path())}, true)
	if err != nil || len(h.Faults) > 0 {
		t.Fatalf("%v, %v", h.Faults, err)
	}
	// The words are found where they are now, and what was merged away is not.
	bb := d.As(bob)
	page := bb.Get("agent/tickets/?status=any&q=one").Is(http.StatusOK)
	has(t, page.Body, `data-ticket="`+num(b.ID)+`"`)
	hasNot(t, page.Body, `data-ticket="`+num(a.ID)+`"`)
	has(t, bb.Get("agent/tickets/?status=any&q=three").Body, `data-ticket="`+num(c.ID)+`"`)
}
