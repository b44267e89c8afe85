package agent_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"escalated/desk"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

func TestAgentsSayThatTheyAreAway(t *testing.T) {
	d := helpdesktest.New(t)
	ann, bob := d.Agent("ann"), d.Agent("bob")
	root := d.Admin("root")
	browser := d.As(ann)
	has(t, browser.Get("agent/profile/").Is(http.StatusOK).Body, "agent/profile/away/")
	has(t, browser.Get("agent/profile/away/").Is(http.StatusOK).AtMost(12).Body, "I am away", "Bob")
	post := func(status int, form helpdesktest.Form) string {
		t.Helper()
		return browser.Post("agent/profile/away/", form).Is(status).Body
	}
	bobs := fmt.Sprint(bob.ID)
	has(t, post(http.StatusUnprocessableEntity, helpdesktest.Form{"away_until": {"soon"}, "away_to": {bobs}}), `value="soon"`, `value="`+bobs+`" selected`)
	post(http.StatusUnprocessableEntity, helpdesktest.Form{"away_until": {"2001-01-01T09:00"}})
	post(http.StatusUnprocessableEntity, helpdesktest.Form{"away_to": {fmt.Sprint(ann.ID)}})
	post(http.StatusUnprocessableEntity, helpdesktest.Form{"away_to": {"somebody"}})
	post(http.StatusSeeOther, helpdesktest.Form{"away_until": {"2999-01-01T09:00"}, "away_to": {bobs}})
	has(t, browser.Get("agent/profile/away/").Body, "You are away until", "I am back", `value="2999-01-01T09:00"`)

	tk := d.Customer("carl").Opens("Broken")
	page := d.As(bob).Get(fmt.Sprintf("agent/tickets/%d/", tk.ID)).Is(http.StatusOK).Body
	has(t, page, "Ann (away)")
	has(t, d.As(bob).Get("agent/tickets/").Body, "Ann (away)")

	if err := d.Verbs().Assign(t.Context(), root.Actor(), tk.ID, ann.ID, desk.Change{}); err != nil {
		t.Fatal(err)
	}
	has(t, browser.Get("agent/profile/away/").Body, "You have 1 open ticket.")
	browser.Post("agent/profile/away/hand-over/", helpdesktest.Form{"hand_to": {fmt.Sprint(ann.ID)}}).Is(http.StatusUnprocessableEntity)
	browser.Post("agent/profile/away/hand-over/", helpdesktest.Form{"hand_to": {bobs}}).Is(http.StatusSeeOther)
	got, err := d.Verbs().Ticket(t.Context(), root.Actor(), tk.ID)
	if err != nil || got.AssigneeID != bob.ID {
		t.Errorf("handed over to %d, %v", got.AssigneeID, err)
	}
	browser.Post("agent/undo/last/", nil).Is(http.StatusSeeOther)
	if got, _ = d.Verbs().Ticket(t.Context(), root.Actor(), tk.ID); got.AssigneeID != ann.ID {
		t.Errorf("taken back, it is with %d", got.AssigneeID)
	}

	browser.Post("agent/profile/away/end/", nil).Is(http.StatusSeeOther)
	if strings.Contains(d.As(bob).Get("agent/tickets/").Body, "Ann (away)") {
		t.Error("still away in the menu")
	}
}

func TestHandingOverToNobodyLetsOthersHaveThem(t *testing.T) {
	d := helpdesktest.New(t)
	ann, bob, root := d.Agent("ann"), d.Agent("bob"), d.Admin("root")
	dep, err := d.Verbs().SaveDepartment(t.Context(), root.Actor(), model.Department{Name: "Support", Routing: model.RouteRoundRobin}, []model.PersonID{ann.ID, bob.ID})
	if err != nil {
		t.Fatal(err)
	}
	tk := d.Customer("carl").Opens("Broken", func(n *model.NewTicket) { n.Department = dep })
	with := func() model.PersonID {
		got, err := d.Verbs().Ticket(t.Context(), root.Actor(), tk.ID)
		if err != nil {
			t.Fatal(err)
		}
		return got.AssigneeID
	}
	if with() != ann.ID {
		t.Fatalf("routed to %d", with())
	}
	page := d.As(bob).Get(fmt.Sprintf("agent/tickets/%d/", tk.ID)).Is(http.StatusOK).Body
	has(t, page, "in turn")
	browser := d.As(ann)
	browser.Post("agent/profile/away/", nil).Is(http.StatusSeeOther)
	browser.Post("agent/profile/away/hand-over/", nil).Is(http.StatusSeeOther)
	if with() != bob.ID {
		t.Errorf("handed over, it is with %d", with())
	}
}
