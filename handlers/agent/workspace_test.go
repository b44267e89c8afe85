package agent_test

import (
	"net/http"
	"strings"
	"testing"

	"escalated/desk"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

// The palette offers what may be done to the ticket, and nothing else.
func TestPalette(t *testing.T) {
	d := helpdesktest.New(t)
	ada, carol := d.Agent("ada"), d.Customer("carol")
	d.Agent("lisa")
	tk := carol.Opens("Printer on fire")
	d.Settle()
	q := "agent/palette/options/?ticket=" + num(tk.ID)
	b := d.As(ada)
	has(t, b.Get(q+"&q=assign+li").Is(http.StatusOK).AtMost(12).Body, "Assign to ", `name="agent_id"`)
	hasNot(t, b.Get(q+"&q=%23printer").Body, "Assign to")
	has(t, b.Get(q+"&q=%23printer").Body, tk.Reference)
	has(t, b.Get(q+"&q="+tk.Reference).Body, tk.Subject)
	has(t, b.Get(q+"&q=zzzz").Body, "Nothing found")
	hasNot(t, b.Get(q+"&q=settings").Body, "admin/settings/")
	has(t, d.As(d.Admin("anna")).Get(q+"&q=settings").Body, "admin/settings/")
	hasNot(t, d.As(d.Light("lena")).Get(q).Is(http.StatusOK).Body, "Assign to", "Set status")
	// Without scripts it is a page with a form that does the same.
	page := b.Get("agent/palette/?q=printer&ticket=" + num(tk.ID)).Is(http.StatusOK).AtMost(12)
	has(t, page.Body, `action="/support/agent/palette/"`, tk.Reference)
	// What is not visible is not found.
	sales := d.Department("Sales")
	b = d.As(d.Narrow("nora", sales))
	support := d.Department("Support")
	hidden := carol.Opens("Hidden away", func(n *model.NewTicket) { n.Department = support })
	d.Settle()
	hasNot(t, b.Get("agent/palette/options/?q=hidden").Is(http.StatusOK).Body, hidden.Reference)
	b.Get("agent/palette/options/?ticket=" + num(hidden.ID)).Is(http.StatusNotFound)
}

// Keys are changed, refused with what was typed, and switched off.
func TestShortcuts(t *testing.T) {
	d := helpdesktest.New(t)
	b := d.As(d.Agent("ada"))
	has(t, b.Get("agent/shortcuts/").Is(http.StatusOK).AtMost(12).Body, "Internal note")
	page := b.Post("agent/shortcuts/", form{"key_reply": {"n"}, "single": {"1"}}).Is(http.StatusUnprocessableEntity)
	has(t, page.Body, `name="key_reply" value="n"`, `aria-invalid="true"`)
	b.Post("agent/shortcuts/", form{"key_reply": {"y"}, "single": {"1"}}).Is(http.StatusSeeOther)
	has(t, b.Get("agent/").Body, `[&#34;reply&#34;,&#34;y&#34;,&#34;ticket&#34;]`)
	b.Post("agent/shortcuts/", form{"key_reply": {"y"}}).Is(http.StatusSeeOther)
	has(t, b.Get("agent/").Body, "data-keys-off")
	b.Post("agent/shortcuts/", form{"reset": {"1"}}).Is(http.StatusSeeOther)
	hasNot(t, b.Get("agent/").Body, "data-keys-off", `&#34;y&#34;`)
}

// How a person works is kept, and what is refused comes back.
func TestWorkspacePreferences(t *testing.T) {
	d := helpdesktest.New(t)
	ada, carol := d.Agent("ada"), d.Customer("carol")
	tk := carol.Opens("Printer on fire")
	if _, err := d.Verbs().Note(t.Context(), ada.Actor(), tk.ID, model.NewReply{Body: "A second thought."}); err != nil {
		t.Fatal(err)
	}
	b := d.As(ada)
	b.Get("agent/profile/workspace/").Is(http.StatusOK).AtMost(12)
	has(t, b.Post("agent/profile/workspace/", form{"undo_seconds": {"61"}}).Is(http.StatusUnprocessableEntity).Body, `value="61"`)
	b.Post("agent/profile/workspace/", form{"undo_seconds": {"0"}, "thread_order": {"newest"}, "density": {"compact"}, "open_tags": {"1"}}).Is(http.StatusSeeOther)
	body := b.Get(path(tk, "")).Is(http.StatusOK).AtMost(12).Body
	if first, second := strings.Index(body, "It is on fire"), strings.Index(body, "A second thought."); second < 0 || first >= 0 && second > first {
		t.Error("the newest message does not come first")
	}
	b.Post("agent/profile/workspace/", form{"move": {"down:tags"}}).Is(http.StatusSeeOther)
	b.Post("agent/preferences/", form{"hide_side": {"1"}}).Is(http.StatusSeeOther)
	has(t, b.Get("agent/").Body, "no-side")
}

// Every number of the dashboard leads to a list, and panels can be arranged.
func TestDashboardLinks(t *testing.T) {
	d := helpdesktest.New(t)
	ada, carol := d.Agent("ada"), d.Customer("carol")
	tk := carol.Opens("Printer on fire")
	if _, err := d.Verbs().Reply(t.Context(), ada.Actor(), tk.ID, model.NewReply{Body: "Out.", Status: model.Resolved}); err != nil {
		t.Fatal(err)
	}
	d.Settle()
	b := d.As(ada)
	page := b.Get("agent/").Is(http.StatusOK).AtMost(12)
	links := 0
	for _, n := range page.All(".stat, .details a, .loads a, table.plain a") {
		links++
		b.Get(strings.TrimPrefix(n.Attr("href"), "/support/")).Is(http.StatusOK)
	}
	if links < 12 {
		t.Errorf("%d numbers lead somewhere", links)
	}
	has(t, b.Get("agent/day/").Is(http.StatusOK).AtMost(12).Body, tk.Reference)
	b.Post("agent/dashboard/", form{"order[]": {"mine", "day"}, "show_day": {"1"}}).Is(http.StatusSeeOther)
	body := b.Get("agent/").Body
	has(t, body, "My day")
	hasNot(t, body, "Waiting longest</h2>")
	b.Get("agent/next/").Is(http.StatusSeeOther)
}

// Why a ticket is as it is comes from what was recorded.
func TestWhy(t *testing.T) {
	d := helpdesktest.New(t)
	ada, carol := d.Agent("ada"), d.Customer("carol")
	tk := carol.Opens("Printer on fire")
	if err := d.Verbs().SetPriority(t.Context(), ada.Actor(), tk.ID, model.Urgent, desk.Change{}); err != nil {
		t.Fatal(err)
	}
	d.Settle()
	page := d.As(ada).Get(path(tk, "why/")).Is(http.StatusOK).AtMost(12)
	has(t, page.Body, "Urgent", "ada", "waits for an answer", "?view=", carol.Email)
	fragment := d.As(ada).HTMX("dialog").Get(path(tk, "why/")).Is(http.StatusOK)
	hasNot(t, fragment.Body, "<html")
	has(t, fragment.Body, "dialog-body")
}
