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

// address is where an answer sends the browser, below the prefix.
func address(t *testing.T, a *helpdesktest.Answer) string {
	t.Helper()
	to, ok := strings.CutPrefix(a.Header.Get("Location"), "/support/")
	if !ok {
		t.Fatalf("status %d sends the browser to %q", a.Status, a.Header.Get("Location"))
	}
	return to
}

// TestChipsSayWhatTheFilterIs changes a filter by its chips' forms alone, as
// somebody without scripts does.
func TestChipsSayWhatTheFilterIs(t *testing.T) {
	d := helpdesktest.New(t)
	bob, carol := d.Agent("bob"), d.Customer("carol")
	carol.Opens("Printer")
	d.Settle()
	b := d.As(bob)
	page := b.Get("agent/tickets/?status=open,in_progress&priority!=low").Is(http.StatusOK)
	has(t, page.Body, "Status: Open, In progress", "Priority not: Low", `name="set" value="status"`, `name="was" value="not"`)
	hasNot(t, page.Body, `class="pick"`)

	for _, c := range []struct{ form, want string }{
		{"set=priority&w=high&w=urgent", "agent/tickets/?priority=high,urgent"},
		{"set=status&w=open&not=1", "agent/tickets/?status!=open"},
		{"set=status&base=status%3Dopen%26assignee%3Dme", "agent/tickets/?assignee=me"},
		{"set=priority&was=not&w=low&base=priority!%3Dlow", "agent/tickets/?priority=low"},
		{"set=created&w=%3E2d", "agent/tickets/?created=%3E2d"},
		{"set=created&from=2026-01-01&to=2026-01-31", "agent/tickets/?created=2026-01-01..2026-01-31"},
		{"set=created&w=nonsense", "agent/tickets/?view=-8"},
		{"set=nonsense&w=x&base=assignee%3Dnone", "agent/tickets/?view=-3"},
		{"q=status%3Aopen+tag%3Anone+csv", "agent/tickets/?status=open&tag=none&q=csv"},
	} {
		if got := address(t, b.Get("agent/tickets/?"+c.form)); got != c.want {
			t.Errorf("%s leads to %s, not %s", c.form, got, c.want)
		}
	}
	page = b.Get("agent/tickets/?edit=tag").Is(http.StatusOK)
	has(t, page.Body, `name="set" value="tag"`, "data-focus")
}

// TestQueueFragment holds what a page that is open already gets.
func TestQueueFragment(t *testing.T) {
	d := helpdesktest.New(t)
	bob := d.Agent("bob")
	d.Customer("carol").Opens("Printer")
	d.Settle()
	h := d.As(bob).HTMX("list").Get("agent/tickets/?priority=medium").Is(http.StatusOK).AtMost(12)
	has(t, h.Body, `id="list"`, `id="queue-head"`, `id="live"`, "hx-swap-oob", "<title>", "queue%3Apriority")
	hasNot(t, h.Body, "<html", `class="side"`)
}

// TestRowsCanBeChosen holds the form around the rows, and that nobody is
// offered what they may not do.
func TestRowsCanBeChosen(t *testing.T) {
	d := helpdesktest.New(t)
	bob, carol := d.Agent("bob"), d.Customer("carol")
	for i := range 30 {
		carol.Opens(fmt.Sprint("Printer ", i))
	}
	d.Settle()
	page := d.As(bob).Get("agent/tickets/?per_page=25&assignee=none").Is(http.StatusOK)
	has(t, page.Body, `action="/support/agent/tickets/bulk/"`, `name="ticket_ids[]"`, `value="assign:me"`, `value="set_status:resolved"`, `name="query" value="assignee=none"`, `name="all"`, "30",
		`data-menu-key="a"`, `data-menu-key="s"`, `data-menu-key="p"`, `data-menu-key="t"`, `data-menu-key="b"`, `data-menu-key="e"`)
	hasNot(t, page.Body, `value="delete"`)
	page = d.As(d.Admin("root")).Get("agent/tickets/").Is(http.StatusOK)
	has(t, page.Body, `value="delete"`)
	page = d.As(d.Light("lena")).Get("agent/tickets/").Is(http.StatusOK)
	hasNot(t, page.Body, `value="assign:me"`, `value="set_status:resolved"`)
}

// TestColumnsAreAPreference holds that columns, their order and the density
// stay with the person.
func TestColumnsAreAPreference(t *testing.T) {
	d := helpdesktest.New(t)
	bob := d.Agent("bob")
	d.Customer("carol").Opens("Printer")
	d.Settle()
	b := d.As(bob)
	b.Post("agent/preferences/list/", form{"columns[]": {"status", "type", "nonsense", "requester"}, "density": {"compact"}, "next": {"/support/agent/tickets/?assignee=none"}}).Is(http.StatusSeeOther)
	page := b.Get("agent/tickets/").Is(http.StatusOK).AtMost(12)
	has(t, page.Body, "q compact", "Question")
	if strings.Index(page.Body, `scope="col" class="st`) > strings.Index(page.Body, ">Requester<") && strings.Contains(page.Body, ">Requester<") {
		t.Error("the columns are not in their order")
	}
	got := b.Post("agent/preferences/list/", form{"columns[]": {"status", "type"}, "move": {"up:type"}, "next": {"https://evil.test/"}}).Is(http.StatusSeeOther)
	if to := address(t, got); to != "agent/tickets/?edit=display" {
		t.Errorf("after moving the browser goes to %q", to)
	}
	got = b.Post("agent/preferences/list/", form{"for": {"reset"}}).Is(http.StatusSeeOther)
	has(t, got.Follow().Is(http.StatusOK).Body, "Priority")

	id, err := d.Verbs().SaveView(t.Context(), bob.Actor(), model.View{Name: "Mine alone", Query: "priority=medium", Scope: model.ScopeMine})
	if err != nil {
		t.Fatal(err)
	}
	b.Post("agent/preferences/list/", form{"columns[]": {"channel"}, "for": {"view"}, "view": {fmt.Sprint(int64(id))}}).Is(http.StatusSeeOther)
	has(t, b.Get(model.View{ID: id}.Path()).Is(http.StatusOK).Body, ">Channel</th>")
	hasNot(t, b.Get("agent/tickets/").Is(http.StatusOK).Body, ">Channel</th>")
}

// TestViewsByForm makes, changes, shares, arranges and deletes a view without
// scripts.
func TestViewsByForm(t *testing.T) {
	d := helpdesktest.New(t)
	bob, cat := d.Agent("bob"), d.Agent("cat")
	d.Customer("carol").Opens("Printer")
	d.Settle()
	b := d.As(bob)
	page := b.Get("agent/views/create/?query=priority%3Dhigh%26sort%3D-created").Is(http.StatusOK).AtMost(12)
	has(t, page.Body, "Priority: High", `value="priority=high&amp;sort=-created"`)
	page = b.Post("agent/views/store/", form{"name": {" "}, "query": {"priority=high"}}).Is(http.StatusUnprocessableEntity)
	has(t, page.Body, `role="alert"`)
	got := b.Post("agent/views/store/", form{"name": {"Hot ones"}, "query": {"priority=high"}, "icon": {"star"}, "hue": {"red"}, "scope": {"mine"}}).Is(http.StatusSeeOther)
	to := address(t, got)
	page = b.Get(to).Is(http.StatusOK).AtMost(12)
	has(t, page.Body, "Hot ones", "h-red", "#star", "Priority: High")
	id := strings.TrimPrefix(to, "agent/tickets/?view=")

	page = b.Get(to + "&priority=high,urgent").Is(http.StatusOK)
	has(t, page.Body, "Update view", "Save as new", "Hot ones")
	b.Post("agent/views/"+id+"/update/", form{"only": {"query"}, "query": {"priority=high,urgent"}}).Is(http.StatusSeeOther)
	page = b.Get(to).Is(http.StatusOK)
	has(t, page.Body, "Priority: High, Urgent")
	hasNot(t, page.Body, "Update view")

	d.As(cat).Get("agent/views/" + id + "/").Is(http.StatusNotFound)
	d.As(cat).Post("agent/views/"+id+"/update/", form{"name": {"Mine now"}}).Is(http.StatusNotFound)
	hasNot(t, d.As(cat).Get("agent/views/").Is(http.StatusOK).AtMost(12).Body, "Hot ones")
	b.Post("agent/views/"+id+"/update/", form{"name": {"Hot ones"}, "scope": {"people"}, "people[]": {fmt.Sprint(int64(cat.ID))}}).Is(http.StatusSeeOther)
	has(t, d.As(cat).Get("agent/views/").Is(http.StatusOK).Body, "Hot ones")
	d.As(cat).Post("agent/views/"+id+"/update/", form{"name": {"Mine now"}}).Is(http.StatusForbidden)
	d.As(cat).Post("agent/views/"+id+"/place/", form{"hidden": {"1"}}).Is(http.StatusSeeOther)
	has(t, b.Get("agent/views/").Is(http.StatusOK).Body, "Hot ones")

	b.Post("agent/views/"+id+"/place/", form{"move": {"up"}}).Is(http.StatusSeeOther)
	b.Post("agent/views/"+id+"/place/", form{"default": {"1"}}).Is(http.StatusSeeOther)
	b.Post("agent/views/"+id+"/duplicate/", nil).Is(http.StatusSeeOther)
	b.Post("agent/views/-8/place/", form{"hidden": {"1"}}).Is(http.StatusSeeOther)
	b.Post("agent/views/-8/delete/", nil).Is(http.StatusForbidden)
	b.Post("agent/views/"+id+"/delete/", nil).Is(http.StatusSeeOther)
	b.Get("agent/views/" + id + "/").Is(http.StatusNotFound)
}

// TestTicketsKeepTheirPlace opens a ticket from a list and goes on from it.
func TestTicketsKeepTheirPlace(t *testing.T) {
	d := helpdesktest.New(t)
	bob, carol := d.Agent("bob"), d.Customer("carol")
	var list []model.Ticket
	for i := range 4 {
		d.Later(60_000)
		list = append(list, carol.Opens(fmt.Sprint("Printer ", i)))
	}
	d.Settle()
	b := d.As(bob)
	queue := b.Get("agent/tickets/?assignee=none&sort=created").Is(http.StatusOK)
	has(t, queue.Body, path(list[1], "")+"?i=1&amp;n=4&amp;v=view%3D-3%26sort%3Dcreated")
	page := b.Get(path(list[1], "?i=1&n=4&v=view%3D-3%26sort%3Dcreated")).Is(http.StatusOK).AtMost(12)
	has(t, page.Body, "2 of 4", path(list[0], "?i=0"), path(list[2], "?i=2"), "agent/tickets/?view=-3&amp;sort=created")
	if err := d.Verbs().Assign(t.Context(), bob.Actor(), list[1].ID, bob.ID, desk.Change{}); err != nil {
		t.Fatal(err)
	}
	d.Settle()
	page = b.Get(path(list[1], "?i=1&n=4&v=view%3D-3%26sort%3Dcreated")).Is(http.StatusOK)
	has(t, page.Body, path(list[0], "?i=0"), path(list[2], "?i=1")) // the next one has taken its place
	b.Get(path(list[1], "?i=999999999&v=%25%25&n=x")).Is(http.StatusOK)
	b.Get(path(list[1], "?i=1&v=999999")).Is(http.StatusOK)
}

// TestPeekDoesNotRead holds that a glance shows the newest messages and leaves
// the ticket unread.
func TestPeekDoesNotRead(t *testing.T) {
	d := helpdesktest.New(t)
	bob, cat, carol := d.Agent("bob"), d.Agent("cat"), d.Customer("carol")
	tk := carol.Opens("Printer")
	for _, words := range []string{"One", "Two", "Three", "Four"} {
		if _, err := d.Verbs().Reply(t.Context(), cat.Actor(), tk.ID, model.NewReply{Body: words}); err != nil {
			t.Fatal(err)
		}
	}
	d.Settle()
	b := d.As(bob)
	h := b.HTMX("dialog").Get(path(tk, "peek/")).Is(http.StatusOK).AtMost(12)
	has(t, h.Body, "Two", "Three", "Four", `id="dialog-msg"`)
	hasNot(t, h.Body, "One", "<html")
	has(t, b.Get(path(tk, "peek/")).Is(http.StatusOK).AtMost(12).Body, "<html", "Four")
	has(t, b.Get("agent/tickets/").Is(http.StatusOK).Body, `class="unread"`)
	d.As(carol).Get(path(tk, "peek/")).Is(http.StatusNotFound)
}

// TestMarksOnRows holds that a draft is not forgotten in the list.
func TestMarksOnRows(t *testing.T) {
	d := helpdesktest.New(t)
	bob := d.Agent("bob")
	tk := d.Customer("carol").Opens("Printer")
	d.Settle()
	marks, err := d.Verbs().RowMarks(t.Context(), bob.Actor(), []model.TicketID{tk.ID, 999}, nil)
	if err != nil || len(marks) != 1 || marks[tk.ID].Draft {
		t.Errorf("marks %v, %v", marks, err)
	}
	if _, err := d.Verbs().RowMarks(t.Context(), d.Customer("carl").Actor(), []model.TicketID{tk.ID}, nil); err == nil {
		t.Error("a customer gets marks")
	}
	in, seen, err := d.Verbs().TicketsInList(t.Context(), bob.Actor(), model.TicketFilter{Assignee: bob.ID}, []model.TicketID{tk.ID})
	if err != nil || len(in) != 0 || len(seen) != 1 {
		t.Errorf("in the list %v, seen %v, %v", in, seen, err)
	}
	in, _, err = d.Verbs().TicketsInList(t.Context(), bob.Actor(), model.TicketFilter{Unassigned: true}, []model.TicketID{tk.ID})
	if err != nil || len(in) != 1 {
		t.Errorf("in the list %v, %v", in, err)
	}
}

// TestFieldsAsColumns shows the values of an added field in a list, which can
// be filtered by it with the same words.
func TestFieldsAsColumns(t *testing.T) {
	d := helpdesktest.New(t)
	bob, carol := d.Agent("bob"), d.Customer("carol")
	plan := field(t, d, model.FieldDef{Key: "plan", Kind: model.CustomSelect, Label: model.Localized{"": "Plan"}, Options: model.FieldOptions{{Key: "gold", Label: model.Localized{"": "Golden plan"}}, {Key: "tin"}}})
	due := field(t, d, model.FieldDef{Key: "due", Kind: model.CustomDate, Label: model.Localized{"": "Due day"}})
	a := carol.Opens("Printer")
	carol.Opens("Scanner")
	if err := d.Verbs().SetFields(t.Context(), bob.Actor(), a.ID, map[string][]string{plan.Key: {"gold"}, due.Key: {"2026-12-24"}}, desk.Change{}); err != nil {
		t.Fatal(err)
	}
	d.Settle()
	b := d.As(bob)
	b.Post("agent/preferences/list/", form{"columns[]": {"status", "field.plan", "field.due", "field.gone"}}).Is(http.StatusSeeOther)
	page := b.Get("agent/tickets/").Is(http.StatusOK).AtMost(12)
	has(t, page.Body, "Plan", "Golden plan", "Due day", "24 Dec 2026")
	page = b.Get("agent/tickets/?field.plan=gold").Is(http.StatusOK).AtMost(12)
	has(t, page.Body, "Plan: Golden plan", "Printer")
	hasNot(t, page.Body, "Scanner")
}
