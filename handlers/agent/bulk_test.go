package agent_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"escalated/desk"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

func TestBulkByForm(t *testing.T) {
	d := helpdesktest.New(t)
	bob, carol := d.Agent("bob"), d.Customer("carol")
	one, two := carol.Opens("One"), carol.Opens("Two")
	if err := d.Verbs().SetStatus(t.Context(), bob.Actor(), two.ID, model.Closed, desk.Change{}); err != nil {
		t.Fatal(err)
	}
	b := d.As(bob)
	ids := form{"ticket_ids[]": {fmt.Sprint(one.ID), fmt.Sprint(two.ID), fmt.Sprint(one.ID), "99999"}, "do": {"set_status:waiting_on_customer", "set_priority:high"}}
	page := b.Post("agent/tickets/bulk/", ids).Is(http.StatusSeeOther).Follow().Is(http.StatusOK)
	has(t, page.Body, "1 ticket changed", "2 skipped", "not found (1)", "agent/bulk/", "agent/undo/")
	if now, _ := d.Verbs().Ticket(t.Context(), bob.Actor(), one.ID); now.Status != model.WaitingOnCustomer || now.Priority != model.High {
		t.Fatalf("%v, %v", now.Status, now.Priority)
	}
	// The words of the form that people know from elsewhere.
	b.Post("agent/tickets/bulk/", form{"ticket_ids": {fmt.Sprint(one.ID)}, "action": {"tag"}, "value": {"vip"}}).Is(http.StatusSeeOther)
	b.Post("agent/tickets/bulk/", form{"ticket_ids": {fmt.Sprint(one.ID)}, "action": {"close"}}).Is(http.StatusSeeOther)
	if v, _ := d.Verbs().ViewTicket(t.Context(), bob.Actor(), one.ID, desk.Look{}); v.Status != model.Closed || len(v.Tags) != 1 {
		t.Fatalf("%v, %v", v.Status, v.Tags)
	}
	// Twelve is twelve, not one and two.
	b.Post("agent/tickets/bulk/", form{"ticket_ids": {"12"}, "action": {"priority"}, "value": {"urgent"}})
	if now, _ := d.Verbs().Ticket(t.Context(), bob.Actor(), one.ID); now.Priority != model.High {
		t.Fatalf("the digits were read as ids: %v", now.Priority)
	}
	// Refused as a whole.
	b.Post("agent/tickets/bulk/", form{"do": {"set_priority:low"}}).Is(http.StatusSeeOther)
	b.Post("agent/tickets/bulk/", form{"ticket_ids[]": {fmt.Sprint(one.ID)}, "action": {"delete"}}).Is(http.StatusForbidden)
	b.Post("agent/tickets/bulk/", form{"ticket_ids[]": {"x"}, "do": {"set_priority:low"}}).Is(http.StatusUnprocessableEntity)
	many := form{"do": {"set_priority:low"}}
	for i := range model.BulkNamed + 1 {
		many.Add("ticket_ids[]", fmt.Sprint(i+1))
	}
	b.Post("agent/tickets/bulk/", many).Is(http.StatusUnprocessableEntity)
}

func TestBulkByHTMXShowsTheListAgain(t *testing.T) {
	d := helpdesktest.New(t)
	bob, carol := d.Agent("bob"), d.Customer("carol")
	one := carol.Opens("One")
	b := d.As(bob).HTMX("list").With("HX-Current-URL", "http://localhost/support/agent/tickets/?priority=medium")
	a := b.Post("agent/tickets/bulk/", form{"ticket_ids[]": {fmt.Sprint(one.ID)}, "do": {"assign:me"}}).Is(http.StatusNoContent)
	if there := a.Header.Get("HX-Location"); !strings.Contains(there, "/support/agent/tickets/?priority=medium") || !strings.Contains(there, `"#list"`) {
		t.Errorf("HX-Location %q", there)
	}
	has(t, a.Header.Get("HX-Trigger"), "1 ticket changed", "/agent/undo/", "list:changed")
	a = b.Post("agent/tickets/bulk/", form{"do": {"assign:me"}}).Is(http.StatusUnprocessableEntity)
	if a.Header.Get("HX-Retarget") != "#list-msg" {
		t.Errorf("HX-Retarget %q", a.Header.Get("HX-Retarget"))
	}
}

func TestBulkByJSON(t *testing.T) {
	d := helpdesktest.New(t)
	bob, carol := d.Agent("bob"), d.Customer("carol")
	one := carol.Opens("One")
	send := func(b *helpdesktest.Browser, body string) (a struct {
		Succeeded int
		Failed    []struct {
			ID     model.TicketID
			Reason string
		}
		Job   model.BulkID
		State model.BulkState
	}, status int,
	) {
		t.Helper()
		page := b.Do(http.MethodPost, "agent/tickets/bulk/", "application/json", strings.NewReader(body))
		if page.Status < 300 {
			if err := json.Unmarshal([]byte(page.Body), &a); err != nil {
				t.Fatalf("%v in %s", err, page.Body)
			}
		}
		return a, page.Status
	}
	a, status := send(d.As(bob), fmt.Sprintf(`{"action":"priority","value":"urgent","ticket_ids":[%d,4711]}`, one.ID))
	if status != 200 || a.Succeeded != 1 || len(a.Failed) != 1 || a.Failed[0].ID != 4711 || a.Failed[0].Reason != "not_found" {
		t.Fatalf("%d %+v", status, a)
	}
	if a, status = send(d.As(bob), fmt.Sprintf(`{"action":"assign","value":%d,"ticket_ids":[%d]}`, bob.ID, one.ID)); status != 200 || a.Succeeded != 1 {
		t.Fatalf("%d %+v", status, a)
	}
	if _, status = send(d.As(bob), `{"action":`); status != 400 {
		t.Errorf("broken JSON: %d", status)
	}
	if _, status = send(d.As(carol), `{"action":"close","ticket_ids":[1]}`); status != 404 {
		t.Errorf("a customer: %d", status)
	}
}

func TestBulkOfAListTellsItsProgress(t *testing.T) {
	d := helpdesktest.New(t)
	bob, eve, carol := d.Agent("bob"), d.Agent("eve"), d.Customer("carol")
	for i := range model.BulkAtOnce + 1 {
		carol.Opens(fmt.Sprint("Ticket ", i))
	}
	b := d.As(bob)
	a := b.Post("agent/tickets/bulk/", form{"all": {"1"}, "query": {"priority=medium"}, "do": {"set_priority:low"}}).Is(http.StatusSeeOther)
	if !strings.Contains(a.Location(), "/agent/bulk/") {
		t.Fatalf("goes to %s", a.Location())
	}
	page := a.Follow().Is(http.StatusOK).AtMost(12)
	has(t, page.Body, "<progress", "Waiting to begin", "job%3A")
	d.As(eve).Get(a.Location()).Is(http.StatusNotFound)
	topic := "job:" + strings.Trim(a.Location()[strings.Index(a.Location(), "/bulk/")+6:], "/")
	if news := b.Get("changes?t=" + topic + "&since=0"); !strings.Contains(news.Body, "bulk-progress") {
		t.Errorf("no news of the beginning: %d %s", news.Status, news.Body)
	}
	d.As(eve).Get("changes?t=" + topic + "&since=0").Is(http.StatusNotFound)
	d.Settle()
	page = b.Get(a.Location()).Is(http.StatusOK)
	has(t, page.Body, fmt.Sprint(model.BulkAtOnce+1, " tickets changed"), "Finished", "agent/undo/")
	last, err := d.Verbs().LastUndoable(t.Context(), bob.Actor())
	if err != nil {
		t.Fatal(err)
	}
	undo := fmt.Sprintf("agent/undo/%d/", last.ID)
	has(t, b.Get(undo).Is(http.StatusOK).AtMost(12).Body, "a change of several tickets", "201 tickets", "Medium", "Low", "and 1 more change")
	b.Post(undo, nil).Is(http.StatusSeeOther)
	has(t, b.Get(undo).Is(http.StatusOK).Body, "took this back")
	has(t, b.Get(a.Location()).Is(http.StatusOK).Body, "has been taken back")
}

func TestUndoPageNamesWhatWasLeftAlone(t *testing.T) {
	d := helpdesktest.New(t)
	sales := d.Department("Sales")
	bob, eve, carol, nora := d.Agent("bob"), d.Agent("eve"), d.Customer("carol"), d.Narrow("nora", sales)
	one, two := carol.Opens("One"), carol.Opens("Two")
	b := d.As(bob)
	b.Post("agent/tickets/bulk/", form{"ticket_ids[]": {fmt.Sprint(one.ID), fmt.Sprint(two.ID)}, "do": {"set_priority:urgent"}}).Is(http.StatusSeeOther)
	if err := d.Verbs().SetPriority(t.Context(), eve.Actor(), two.ID, model.Low, desk.Change{}); err != nil {
		t.Fatal(err)
	}
	last, err := d.Verbs().LastUndoable(t.Context(), bob.Actor())
	if err != nil {
		t.Fatal(err)
	}
	undo := fmt.Sprintf("agent/undo/%d/", last.ID)
	d.As(nora).Get(undo).Is(http.StatusNotFound)
	page := b.Post(undo, nil).Is(http.StatusSeeOther).Follow()
	has(t, page.Body, "1 thing could not be taken back", undo)
	page = d.As(eve).Get(undo).Is(http.StatusOK)
	has(t, page.Body, "1 thing could not be taken back", two.Reference, "Priority", "took this back")
	if !slices.Contains([]int{http.StatusSeeOther}, b.Post(undo, nil).Status) {
		t.Error("a second time is not answered")
	}
	d.As(eve).Get("agent/undo/424242/").Is(http.StatusNotFound)
}
