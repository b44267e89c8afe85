package portal_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

// F shortens the forms of the tests.
var F = helpdesktest.F

func path(t model.Ticket) string { return fmt.Sprintf("tickets/%d/", t.ID) }

// says lets somebody write in a ticket by the verb.
func says(d *helpdesktest.Desk, by model.Actor, id model.TicketID, body string) model.Message {
	d.T.Helper()
	m, err := d.Verbs().Reply(context.Background(), by, id, model.NewReply{Body: body})
	if err != nil {
		d.T.Fatal(err)
	}
	return m
}

func TestListShowsOwnTickets(t *testing.T) {
	d := helpdesktest.New(t)
	ada, bob, sam := d.Customer("ada"), d.Customer("bob"), d.Agent("sam")
	b := d.As(ada)
	empty := b.Get("tickets/").Is(200)
	if !empty.Has("No tickets yet.") || !empty.Find(`a[href="/support/tickets/create/"]`).Exists() {
		t.Errorf("the empty list does not lead on:\n%s", empty.Text())
	}
	first := ada.Opens("Export never ends")
	second := ada.Opens("Invoice address")
	bob.Opens("Nobody else's business")
	says(d, sam.Actor(), first.ID, "Please try a smaller range.")
	if err := d.Verbs().CloseTicket(context.Background(), ada.Actor(), second.ID); err != nil {
		t.Fatal(err)
	}
	page := b.Get("tickets/").Is(200).AtMost(12)
	if page.Wire > 8<<10 {
		t.Errorf("the list has %d bytes", page.Wire)
	}
	if got := page.Count("[data-ticket]"); got != 1 {
		t.Errorf("%d open tickets, want 1:\n%s", got, page.Text())
	}
	card := page.Must(fmt.Sprintf(`[data-ticket="%d"] a`, first.ID))
	for _, want := range []string{"Export never ends", first.Reference, "Waiting for you", "New answer", "Sam ·", "Please try a smaller range."} {
		if !card.Has(want) {
			t.Errorf("the card lacks %q:\n%s", want, card.Text())
		}
	}
	if got := b.Get("tickets/?status=solved").Is(200); !got.Has("Invoice address") || got.Has("Export never") {
		t.Errorf("solved tickets:\n%s", got.Text())
	}
	all := b.Get("tickets/?status=all").Is(200)
	if all.Count("[data-ticket]") != 2 || all.Has("Nobody else") {
		t.Errorf("all tickets:\n%s", all.Text())
	}
	d.Settle()
	found := b.Get("tickets/?q=export&status=all").Is(200).AtMost(12)
	if found.Count("[data-ticket]") != 1 || !found.Find("mark").Exists() {
		t.Errorf("search:\n%s", found.Text())
	}
	if none := b.Get("tickets/?q=business&status=all").Is(200); none.Count("[data-ticket]") != 0 || !none.Has("Nothing found for “business”") {
		t.Errorf("somebody else's ticket is found:\n%s", none.Text())
	}
}

func TestListPages(t *testing.T) {
	d := helpdesktest.New(t)
	ada := d.Customer("ada")
	for i := range 17 {
		ada.Opens(fmt.Sprintf("Question %d", i))
	}
	b := d.As(ada)
	if n := b.Get("tickets/").Is(200).AtMost(12).Count("[data-ticket]"); n != 15 {
		t.Errorf("%d tickets on the first page", n)
	}
	if n := b.Get("tickets/?page=2").Is(200).Count("[data-ticket]"); n != 2 {
		t.Errorf("%d tickets on the second page", n)
	}
}

func TestCreateTicket(t *testing.T) {
	d := helpdesktest.New(t)
	dep := d.Department("Billing")
	b := d.As(d.Customer("ada"))
	form := b.Get("tickets/create/").Is(200).AtMost(12)
	if form.Find("[name=priority]").Exists() {
		t.Error("customers are asked for a priority")
	}
	f := form.Form("#new-ticket-form").Set("subject", "Help").Set("description", "It broke").Set("department_id", fmt.Sprint(dep)).File("attachments[]", "log.txt", "text/plain", []byte("the log"))
	sent := b.Submit(form, f).Is(303)
	page := sent.Follow().Is(200).AtMost(12)
	for _, want := range []string{"Help", "It broke", "log.txt", "We have received your request", "You"} {
		if !page.Has(want) {
			t.Errorf("the new ticket lacks %q:\n%s", want, page.Text())
		}
	}
	if again := b.Submit(form, f); again.Location() != sent.Location() {
		t.Errorf("sent twice it opens another ticket: %s, %s", sent.Location(), again.Location())
	}
	file := b.Get(page.Must(".files a").Attr("href")).Is(200)
	if file.Body != "the log" || file.Header.Get("Content-Disposition") == "" {
		t.Errorf("the file comes as %q, %v", file.Body, file.Header)
	}
}

func TestCreateTicketTakesNothingElse(t *testing.T) {
	d := helpdesktest.New(t)
	ada, bob, sam := d.Customer("ada"), d.Customer("bob"), d.Agent("sam")
	sent := d.As(ada).Post("tickets/store/", F("subject", "S", "description", "D", "priority", "critical", "ticket_type", "incident", "agent_id", fmt.Sprint(sam.ID),
		"requester_email", bob.Email, "requester_id", fmt.Sprint(bob.ID), "note", "1", "silent", "1", "tags[]", "vip", "add_tags[]", "vip", "status", "closed")).Is(303)
	var id model.TicketID
	if _, err := fmt.Sscanf(sent.Location(), "/support/tickets/%d/", &id); err != nil {
		t.Fatal(err)
	}
	v, err := d.Verbs().Ticket(context.Background(), d.Admin("eve").Actor(), id)
	if err != nil {
		t.Fatal(err)
	}
	if v.RequesterID != ada.ID || v.Priority != model.Medium || v.Type != model.Question || v.AssigneeID != 0 || v.Status != model.Open || v.PublicCount != 1 {
		t.Errorf("the form set what customers may not: %+v", v)
	}
}

func TestRefusedFormComesBack(t *testing.T) {
	d := helpdesktest.New(t, helpdesktest.Settings("max_attachment_size_kb", "1"))
	b := d.As(d.Customer("ada"))
	form := b.Get("tickets/create/")
	f := form.Form("#new-ticket-form").Set("description", "My <b>words</b>").
		File("attachments[]", "small.txt", "text/plain", []byte("fits")).File("attachments[]", "big.txt", "text/plain", []byte(strings.Repeat("x", 3000)))
	back := b.Submit(form, f).Is(422)
	if !back.Has("big.txt is 2.9 kB; a file may be at most 1") {
		t.Errorf("the real sizes are not named:\n%s", back.Must(".problems").Text())
	}
	again := back.Form("#new-ticket-form")
	if again.Values.Get("description") != "My <b>words</b>" || len(again.Values["files[]"]) != 1 {
		t.Errorf("words and files are not kept: %v", again.Values)
	}
	missing := b.Submit(back, again).Is(422)
	if missing.Must("[name=subject]").Attr("aria-invalid") != "true" {
		t.Error("the empty subject is not marked")
	}
	page := b.Submit(missing, missing.Form("#new-ticket-form").Set("subject", "Now")).Is(303).Follow().Is(200)
	if !page.Has("small.txt") || page.Has("big.txt") {
		t.Errorf("the kept file is lost:\n%s", page.Text())
	}
}

func TestThread(t *testing.T) {
	d := helpdesktest.New(t)
	ada, sam := d.Customer("ada"), d.Agent("sam")
	ticket := ada.Opens("Export never ends")
	says(d, sam.Actor(), ticket.ID, "Please try a smaller range.")
	b := d.As(ada)
	page := b.Get(path(ticket)).Is(200).AtMost(12)
	if page.Wire > 10<<10 {
		t.Errorf("the page has %d bytes", page.Wire)
	}
	if h := page.Must("h1").Text(); h != ticket.Subject {
		t.Errorf("h1 %q", h)
	}
	if !page.Must(".msg.staff").Has("Sam") || !page.Must(".msg.staff").Has("Support") || !page.Must(".msg.mine").Has("You") {
		t.Errorf("who wrote what:\n%s", page.Must("#thread").Text())
	}
	if !page.Has("We are waiting for your answer.") || page.Must(".steps .now").Text() != "Answered" {
		t.Errorf("where it stands:\n%s", page.Must("#ticket-head").Text())
	}
	for _, never := range []string{"Medium", "Question", "Unassigned", sam.Email} {
		if page.Has(never) {
			t.Errorf("the page tells %q", never)
		}
	}
	sent := b.Submit(page, page.Form("#composer").Set("body", "That works, thank you!").File("attachments[]", "done.txt", "text/plain", []byte("ok"))).Is(303)
	after := sent.Follow().Is(200)
	if after.Count("[data-message]") != 3 || !after.Has("That works") || !after.Has("done.txt") || !after.Has("We are working on it.") {
		t.Errorf("after the reply:\n%s", after.Text())
	}
	closed := b.Submit(after, after.Form(`form[action$="/close/"]`)).Is(303).Follow().Is(200)
	if !closed.Has("This request is closed.") || !closed.Has("Closed · You") {
		t.Errorf("after closing:\n%s", closed.Text())
	}
	open := b.Submit(closed, closed.Form(`form[action$="/reopen/"]`)).Is(303).Follow().Is(200)
	if !open.Has("Opened again · You") || open.Find(`form[action$="/reopen/"]`).Exists() {
		t.Errorf("after reopening:\n%s", open.Text())
	}
	says(d, sam.Actor(), ticket.ID, "Anything else?")
	if again := b.Post(path(ticket)+"reopen/", nil).Is(422); !again.Has("changed in the meantime") {
		t.Errorf("reopening an open one:\n%s", again.Text())
	}
}

func TestSeenNeedsPost(t *testing.T) {
	d := helpdesktest.New(t)
	ada, sam := d.Customer("ada"), d.Agent("sam")
	ticket := ada.Opens("Export")
	m := says(d, sam.Actor(), ticket.ID, "Try again.")
	b := d.As(ada)
	b.Get(path(ticket)).Is(200)
	if !b.Get("tickets/").Has("New answer") {
		t.Error("looking marked it read")
	}
	b.HTMX("").Post(path(ticket)+"seen/", F("message", fmt.Sprint(m.ID))).Is(204)
	if b.Get("tickets/").Has("New answer") {
		t.Error("it is not marked read")
	}
}

func TestReplyUnderHTMX(t *testing.T) {
	d := helpdesktest.New(t)
	ada := d.Customer("ada")
	ticket := ada.Opens("Export")
	b := d.As(ada).HTMX("composer")
	got := b.Post(path(ticket)+"reply/", F("body", "One more thing", "op", "op-1")).Is(200)
	for _, id := range []string{"#thread", "#ticket-head", "#ticket-actions"} {
		if got.Must(id).Attr("hx-swap-oob") != "outerHTML" {
			t.Errorf("%s does not find its place", id)
		}
	}
	if got.Find("#composer").Exists() || strings.Contains(got.Body, "<title>") || !got.Has("One more thing") {
		t.Errorf("not the changed parts alone:\n%s", got.Body)
	}
	b.Post(path(ticket)+"reply/", F("body", "One more thing", "op", "op-1")).Is(200)
	if n := d.As(ada).Get(path(ticket)).Count("[data-message]"); n != 2 {
		t.Errorf("%d messages, the repeat made one", n)
	}
	wrong := b.Post(path(ticket)+"reply/", F("body", " "), helpdesktest.File{Name: "a.txt", Content: "a"}).Is(422)
	if wrong.Header.Get("HX-Retarget") != "#composer-msg" || wrong.Find("textarea").Exists() {
		t.Errorf("the refusal is not said beside the form: %v\n%s", wrong.Header, wrong.Body)
	}
}

func TestLongClosedTicketGoesOn(t *testing.T) {
	d := helpdesktest.New(t)
	ada := d.Customer("ada")
	ticket := ada.Opens("Export")
	if err := d.Verbs().CloseTicket(context.Background(), ada.Actor(), ticket.ID); err != nil {
		t.Fatal(err)
	}
	d.Later(31 * 24 * time.Hour)
	b := d.As(ada)
	page := b.Get(path(ticket)).Is(200)
	if page.Find(`form[action$="/reopen/"]`).Exists() || !page.Has("An answer opens a new ticket") {
		t.Errorf("the page of a long closed ticket:\n%s", page.Text())
	}
	b.Post(path(ticket)+"reopen/", nil).Is(422)
	sent := b.Submit(page, page.Form("#composer").Set("body", "It is back")).Is(303)
	if sent.Location() == "/support/"+path(ticket) {
		t.Fatalf("the answer did not open a new ticket: %s", sent.Location())
	}
	if on := sent.Follow().Is(200); !on.Has("It is back") || !on.Has("opened a new one") {
		t.Errorf("the new ticket:\n%s", on.Text())
	}
}

func TestStaffGoToTheirOwnPage(t *testing.T) {
	d := helpdesktest.New(t)
	ticket := d.Customer("ada").Opens("Export")
	b := d.As(d.Agent("sam"))
	if to := b.Get(path(ticket)).Is(302).Location(); to != "/support/agent/"+path(ticket) {
		t.Errorf("sent to %s", to)
	}
	if to := b.Get("tickets/" + strings.ToLower(ticket.Reference) + "/").Is(302).Location(); to != "/support/"+path(ticket) {
		t.Errorf("the reference leads to %s", to)
	}
}

func TestForeignTicketsAreNotThere(t *testing.T) {
	d := helpdesktest.New(t)
	ada := d.Customer("ada")
	ticket := ada.Opens("Export")
	bob := d.As(d.Customer("bob"))
	bob.Get(path(ticket)).Is(404)
	for _, verb := range []string{"reply/", "close/", "reopen/", "seen/"} {
		bob.Post(path(ticket)+verb, F("body", "Hello", "message", "1")).Is(404)
	}
	for _, q := range []string{"stream?t=portal:%d", "changes?t=portal:%d&since=0"} {
		bob.Get(fmt.Sprintf(q, ticket.ID)).Is(404)
	}
}
