package agent_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"escalated/desk"
	"escalated/helpdesk"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

func withActions(c *helpdesk.Config) {
	c.TicketActions = []helpdesk.TicketAction{
		{Key: "refund", Label: helpdesk.Localized{"en": "Refund the order", "de": "Bestellung erstatten"}},
		{Key: "recall", Label: helpdesk.Localized{"": "Recall"}, Variant: "danger", Confirmation: helpdesk.Localized{"": "Recall the machine?"}},
		{Key: "broken", Label: helpdesk.Localized{"": "Broken"}, Do: func(context.Context, helpdesk.ActionCall) error { return errors.New("the shop is closed") }},
		{Key: "later", Label: helpdesk.Localized{"": "Later"}, Enabled: func(context.Context, model.Ticket, model.Actor) bool { return false }},
	}
	c.SubjectTypes = []helpdesk.SubjectType{{Name: "order", Label: helpdesk.Localized{"": "Order"}, Find: func(_ context.Context, ids []string) (map[string]helpdesk.SubjectCard, error) {
		out := map[string]helpdesk.SubjectCard{}
		for _, id := range ids {
			out[id] = helpdesk.SubjectCard{Title: "Order no. " + id, URL: "https://shop.test/" + id}
		}
		return out, nil
	}}}
}

func TestCustomActionsOfATicket(t *testing.T) {
	d := helpdesktest.New(t, withActions)
	bob, carol := d.Agent("bob"), d.Customer("carol")
	tk := carol.Opens("Printer")
	b := d.As(bob)
	has(t, b.Get(path(tk, "")).Is(http.StatusOK).AtMost(12).Body, "Refund the order", path(tk, "actions/recall/"), "disabled")
	has(t, b.Get(path(tk, "actions/recall/")).Is(http.StatusOK).Body, "Recall the machine?")
	page := b.Post(path(tk, "actions/refund/"), form{"amount": {"12"}}).Is(http.StatusSeeOther).Follow().Is(http.StatusOK)
	has(t, page.Body, "Custom action &#34;Refund the order&#34; was triggered.", "Refund the order: done.")
	b.Post(path(tk, "actions/later/"), nil).Is(http.StatusForbidden)
	b.Post(path(tk, "actions/never/"), nil).Is(http.StatusNotFound)
	has(t, b.Post(path(tk, "actions/broken/"), nil).Is(http.StatusUnprocessableEntity).Body, "This did not work")
	has(t, b.HTMX("panel-msg").Post(path(tk, "actions/refund/"), nil).Is(http.StatusOK).Body, "ticket-actions")
	a := d.As(bob).Do(http.MethodPost, path(tk, "actions/refund/"), "application/json", strings.NewReader(`{"payload":{"amount":"3"}}`)).Is(http.StatusOK)
	has(t, a.Body, `"triggered":true`)
	hasNot(t, d.As(carol).Get(fmt.Sprintf("tickets/%d/", tk.ID)).Is(http.StatusOK).Body, "Refund")
}

func TestWhatATicketIsAbout(t *testing.T) {
	d := helpdesktest.New(t, withActions)
	bob, carol := d.Agent("bob"), d.Customer("carol")
	tk := carol.Opens("Printer")
	b := d.As(bob)
	has(t, b.Get(path(tk, "subjects/")).Is(http.StatusOK).Body, `value="order"`)
	b.Post(path(tk, "subjects/"), form{"type": {"order"}}).Is(http.StatusUnprocessableEntity)
	b.Post(path(tk, "subjects/"), form{"type": {"order"}, "id": {"42"}, "role": {"replacement"}}).Is(http.StatusSeeOther)
	has(t, b.Get(path(tk, "")).Is(http.StatusOK).AtMost(12).Body, "Order no. 42", "https://shop.test/42", "replacement")
	a := b.Do(http.MethodPost, path(tk, "subjects/"), "application/json", strings.NewReader(`{"type":"boat","id":"1"}`)).Is(http.StatusUnprocessableEntity)
	has(t, a.Body, `"errors"`, `"type"`)
	v, err := d.Verbs().ViewTicket(t.Context(), bob.Actor(), tk.ID, desk.Look{})
	if err != nil || len(v.Subjects) != 1 {
		t.Fatalf("%+v, %v", v.Subjects, err)
	}
	b.Do(http.MethodDelete, path(tk, fmt.Sprintf("subjects/%d/", v.Subjects[0].Link)), "", nil).Is(http.StatusNoContent)
	hasNot(t, b.Get(path(tk, "")).Body, "https://shop.test/42")
	hasNot(t, d.As(carol).Get(fmt.Sprintf("tickets/%d/", tk.ID)).Is(http.StatusOK).Body, "Order no.")
}
