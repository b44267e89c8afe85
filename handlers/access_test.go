package handlers_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"escalated/helpdesk"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

// The columns of the access table.
//
//	nobody   not signed in; a token in the path is a wrong one
//	guest    not signed in; a token in the path opens the guest's own ticket
//	customer whose ticket it is
//	other    another customer
//	light    a light agent
//	narrow   an agent who sees only another department
//	agent    an agent who sees everything
//	admin
var columns = []string{"nobody", "guest", "customer", "other", "light", "narrow", "agent", "admin"}

// access is the access table: a line for each route, a word for each column.
//
//	ok   the route does its work for them; also when it refuses the form or
//	     goes elsewhere, but not to the sign-in page
//	in   they are asked to sign in
//	no   they are told that they may not
//	404  there is nothing there for them
//	any  not held here: the route's own tests do
//
// :id stands for the customer's ticket below tickets/, for other things as
// fill says. A route without a line fails, and so does a line without a route.
var access = map[string]string{
	//                            nobody guest customer other light narrow agent admin
	"GET ":        "ok     ok    ok       ok    ok    ok     ok    ok",
	"GET stream":  "404    404   404      404   404   404    404   404", // no topics: nothing to follow
	"GET changes": "404    404   404      404   404   404    404   404",

	// The workspace of the staff.
	"GET agent/":                               "in     in    404      404   ok    ok     ok    ok",
	"GET agent/tickets/":                       "in     in    404      404   ok    ok     ok    ok",
	"GET agent/tickets/create/":                "in     in    404      404   no    ok     ok    ok",
	"GET agent/people/":                        "in     in    404      404   no    ok     ok    ok",
	"POST agent/tickets/store/":                "in     in    404      404   no    ok     ok    ok",
	"GET agent/tickets/:id/":                   "in     in    404      404   ok    404    ok    ok",
	"GET agent/messages/:id/original/":         "in     in    404      404   404   404    404   404", // no mail: their own tests
	"GET agent/messages/:id/html/":             "in     in    404      404   404   404    404   404",
	"GET agent/messages/:id/raw.eml":           "in     in    404      404   404   404    404   404",
	"POST agent/tickets/:id/update/":           "in     in    404      404   no    404    ok    ok",
	"POST agent/tickets/:id/reply/":            "in     in    404      404   no    404    ok    ok",
	"POST agent/tickets/:id/note/":             "in     in    404      404   ok    404    ok    ok",
	"POST agent/tickets/:id/assign/":           "in     in    404      404   no    404    ok    ok",
	"POST agent/tickets/:id/status/":           "in     in    404      404   no    404    ok    ok",
	"POST agent/tickets/:id/priority/":         "in     in    404      404   no    404    ok    ok",
	"POST agent/tickets/:id/type/":             "in     in    404      404   no    404    ok    ok",
	"POST agent/tickets/:id/department/":       "in     in    404      404   no    404    ok    ok",
	"POST agent/tickets/:id/tags/":             "in     in    404      404   no    404    ok    ok",
	"POST agent/tickets/:id/follow/":           "in     in    404      404   ok    404    ok    ok",
	"POST agent/tickets/:id/seen/":             "in     in    404      404   ok    404    ok    ok",
	"POST agent/tickets/:id/delete/":           "in     in    404      404   no    no     no    ok",
	"POST agent/tickets/:id/restore/":          "in     in    404      404   no    no     no    ok",
	"POST agent/tickets/:id/release/:message/": "in   in    404      404   no    404    ok    ok", // the message is not held: refused
}

// world is the desk that a line is tried on.
type world struct {
	*helpdesktest.Desk
	browsers map[string]*helpdesktest.Browser
	ticket   model.Ticket // the customer's, in the department "Support"
	guest    model.Ticket // the guest's
	token    string       // opens it
}

// fill gives the values of :id by the longest matching beginning of the path.
// Audiences whose ids are no tickets add theirs in a file of their own, in an
// init function.
var fill = map[string]func(w *world) string{
	"": func(w *world) string { return strconv.FormatInt(int64(w.ticket.ID), 10) },
}

// prepare adds to the world what an audience's routes need.
var prepare []func(t *testing.T, w *world)

func newWorld(t *testing.T) *world {
	t.Helper()
	d := helpdesktest.New(t)
	support, sales := d.Department("Support"), d.Department("Sales")
	d.Admin("ada")
	customer := d.Customer("carol")
	w := &world{Desk: d, token: "wrong"}
	w.ticket = customer.Opens("The printer is on fire", func(n *model.NewTicket) { n.Department = support })
	w.browsers = map[string]*helpdesktest.Browser{
		"nobody":   d.Nobody(),
		"guest":    d.Nobody(),
		"customer": d.As(customer),
		"other":    d.As(d.Customer("oscar")),
		"light":    d.As(d.Light("lena")),
		"narrow":   d.As(d.Person(model.KindAgent, "nora", func(n *model.NewPerson) { n.Departments, n.Narrow = []model.DepartmentID{sales}, true })),
		"agent":    d.As(d.Agent("alan")),
		"admin":    d.As(d.Admin("anna")),
	}
	for _, p := range prepare {
		p(t, w)
	}
	return w
}

// path fills the placeholders of a route's path.
func (w *world) path(pattern, column string) string {
	best := ""
	for stem := range fill {
		if strings.HasPrefix(pattern, stem) && len(stem) >= len(best) {
			best = stem
		}
	}
	parts := strings.Split(pattern, "/")
	for i, p := range parts {
		switch {
		case strings.HasPrefix(p, ":token") && column == "guest":
			parts[i] = w.token
		case strings.HasPrefix(p, ":token"):
			parts[i] = "this-token-was-never-given-to-anybody"
		case strings.HasPrefix(p, ":id"):
			parts[i] = strings.Replace(p, ":id", fill[best](w), 1)
		case strings.HasPrefix(p, ":"):
			parts[i] = "1"
		}
	}
	return strings.Join(parts, "/")
}

func TestAccess(t *testing.T) {
	seen := map[string]bool{}
	var w *world
	for _, r := range helpdesk.Routes() {
		name := r.Method + " " + r.Path
		if seen[name] {
			t.Errorf("route %q is there twice", name)
		}
		seen[name] = true
		line, ok := access[name]
		if !ok {
			t.Errorf("route %q has no line in the access table", name)
			continue
		}
		want := strings.Fields(line)
		if len(want) != len(columns) {
			t.Errorf("line %q has %d words, not %d", name, len(want), len(columns))
			continue
		}
		for i, column := range columns {
			if w == nil {
				w = newWorld(t)
			}
			got := check(t, w, name, r.Method, w.path(r.Path, column), column, want[i])
			if got == "ok" && r.Method != http.MethodGet {
				w = nil // it may have done something
			}
		}
	}
	for name := range access {
		if !seen[name] {
			t.Errorf("line %q has no route", name)
		}
	}
}

func check(t *testing.T, w *world, name, method, path, column, want string) string {
	t.Helper()
	b := w.browsers[column]
	var page *helpdesktest.Answer
	switch method {
	case http.MethodGet:
		page = b.Get(path)
	case http.MethodPost:
		page = b.Post(path, helpdesktest.F())
	default:
		page = b.Do(method, path, "", nil)
	}
	got := outcome(page)
	if want != "any" && got != want {
		t.Errorf("%s as %s: %s (status %d, location %q), want %s", name, column, got, page.Status, page.Location(), want)
	}
	return got
}

// outcome is the word for an answer.
func outcome(p *helpdesktest.Answer) string {
	switch {
	case p.Status == 401:
		return "in"
	case p.Status/100 == 3 && strings.Contains(p.Location(), "/login/?next="):
		return "in"
	case p.Status == 403:
		return "no"
	case p.Status == 404:
		return "404"
	case p.Status < 400 || slices.Contains([]int{400, 409, 413, 422}, p.Status):
		return "ok"
	}
	return strconv.Itoa(p.Status)
}
