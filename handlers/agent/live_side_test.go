package agent_test

import (
	"net/http"
	"testing"

	"escalated/helpdesk/helpdesktest"
)

// TestSideNumbersFollow holds that the numbers beside the lists are those of
// the lists, on a page and on one that is open already.
func TestSideNumbersFollow(t *testing.T) {
	d := helpdesktest.New(t)
	bob, carol := d.Agent("bob"), d.Customer("carol")
	carol.Opens("Printer")
	d.Settle()
	b := d.As(bob)
	page := b.Get("agent/tickets/?view=-3").Is(http.StatusOK)
	has(t, page.Body, `<span id="side-count-unassigned">`, `href="/support/agent/tickets/?view=-3" aria-current="page"`, "1 ticket", "Needs me", "Snoozed", "All tickets")
	hasNot(t, page.Body, "view=-12", "SLA at risk") // the bin of those who may delete; deadlines there are none
	carol.Opens("Second")
	d.Settle()
	news := b.Get("changes?since=1&t=side").Is(http.StatusOK).AtMost(6)
	has(t, news.Body, `<span id="side-count-unassigned" hx-swap-oob="true">`, "2 tickets")
	hasNot(t, news.Body, "side-count-closed")
	d.As(carol).Get("changes?since=1&t=side").Is(http.StatusNotFound)
}
