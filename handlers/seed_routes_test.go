package handlers_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"escalated/desk"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

// seedRoute is an address that scripts and bookmarks know, with the names of
// its fields, and what it does.
type seedRoute struct {
	name   string
	path   func(s *seed) string
	method string
	form   func(s *seed) helpdesktest.Form
	as     string                        // who may
	done   func(s *seed) (got, want any) // its effect, by the verbs
	may    map[string]int                // statuses of those who may not, as a form; "htmx" of them where it differs
	target string                        // what a page asks for by HTMX
	before func(t *testing.T, s *seed)
}

// seed is a desk on which one such request is made.
type seed struct {
	*world
	macro model.MacroID
	note  model.Message
}

func newSeed(t *testing.T) *seed {
	t.Helper()
	s := &seed{world: newWorld(t)}
	ctx, by := context.Background(), s.Admin("sue").Actor()
	var err error
	if s.macro, err = s.Verbs().SaveMacro(ctx, by, model.Macro{Name: "Urgent", Shared: model.Shared{Scope: model.ShareAll}, Actions: model.Actions{{Type: model.ActPriority, Value: "urgent"}}}); err != nil {
		t.Fatal(err)
	}
	if s.note, err = s.Verbs().Note(ctx, by, s.ticket.ID, model.NewReply{Body: "Cause: toner"}); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *seed) view() model.TicketView {
	s.T.Helper()
	v, err := s.Verbs().ViewTicket(context.Background(), s.Admin(fmt.Sprintf("eve%d", s.next())).Actor(), s.ticket.ID, desk.Look{All: true})
	if err != nil {
		s.T.Fatal(err)
	}
	return v
}

var seedNames int

func (s *seed) next() int { seedNames++; return seedNames }

// ticketAt is a path with the ticket's number in it.
func ticketAt(pattern string) func(s *seed) string {
	return func(s *seed) string { return strings.Replace(pattern, "ID", fmt.Sprint(s.ticket.ID), 1) }
}

func fixed(pairs ...string) func(*seed) helpdesktest.Form {
	return func(*seed) helpdesktest.Form { return helpdesktest.F(pairs...) }
}

// Who may not: customers do not see the workspace, visitors are asked to sign
// in, narrow agents do not see the ticket.
var (
	notStaff  = map[string]int{"nobody": 303, "customer": 404, "other": 404}
	notAgents = map[string]int{"nobody": 303, "customer": 404, "other": 404, "narrow": 404}
	notAdmins = map[string]int{"nobody": 303, "customer": 404, "other": 404, "light": 403, "narrow": 403, "agent": 403}
)

// seedRoutes are those addresses. Pages that scripts never ask for in parts
// come whole; their target is "main".
var seedRoutes = []seedRoute{
	{name: "customer ticket list", method: "GET", path: ticketAt("tickets/"), as: "customer", target: "main", may: map[string]int{"nobody": 303}},
	{name: "new ticket form", method: "GET", path: ticketAt("tickets/create/"), as: "customer", target: "main", may: map[string]int{"nobody": 303}},
	{name: "ticket", method: "GET", path: ticketAt("tickets/ID/"), as: "customer", target: "main", may: map[string]int{"nobody": 303, "other": 404}},
	{
		name: "rating", method: "POST", path: ticketAt("tickets/ID/rate/"), form: fixed("rating", "5", "comment", "Quick"), as: "customer", target: "main",
		before: func(t *testing.T, s *seed) {
			t.Helper()
			if err := s.Verbs().SetStatus(context.Background(), s.Admin("rae").Actor(), s.ticket.ID, model.Resolved, desk.Change{}); err != nil {
				t.Fatal(err)
			}
		},
		done: func(s *seed) (any, any) { return s.view().Rating, 5 }, may: map[string]int{"nobody": 401, "other": 404, "light": 404, "agent": 404, "admin": 404},
	},
	{name: "dashboard", method: "GET", path: ticketAt("agent/"), as: "agent", target: "main", may: notStaff},
	{name: "queue", method: "GET", path: ticketAt("agent/tickets/"), as: "agent", target: "list", may: notStaff},
	{name: "agent ticket", method: "GET", path: ticketAt("agent/tickets/ID/"), as: "agent", target: "thread", may: notAgents},
	{
		name: "bulk", method: "POST", path: ticketAt("agent/tickets/bulk/"), as: "agent", target: "list", may: map[string]int{"nobody": 401, "customer": 404, "other": 404, "light": 403},
		form: func(s *seed) helpdesktest.Form {
			return helpdesktest.F("ticket_ids", fmt.Sprint(s.ticket.ID), "action", "priority", "value", "urgent")
		},
		done: func(s *seed) (any, any) { return s.view().Priority, model.Urgent },
	},
	{
		name: "follow", method: "POST", path: ticketAt("agent/tickets/ID/follow/"), form: fixed(), as: "agent", target: "panel-msg", may: notAgents,
		done: func(s *seed) (any, any) { return len(s.view().Followers), 1 },
	},
	{
		name: "macro", method: "POST", path: ticketAt("agent/tickets/ID/macro/"), as: "agent", target: "panel-msg", may: map[string]int{"nobody": 401, "customer": 404, "other": 404, "narrow": 404},
		form: func(s *seed) helpdesktest.Form { return helpdesktest.F("macro_id", fmt.Sprint(s.macro)) },
		done: func(s *seed) (any, any) { return s.view().Priority, model.Urgent },
	},
	{
		name: "presence", method: "POST", path: ticketAt("agent/tickets/ID/presence/"), form: fixed("state", "replying"), as: "agent", target: "presence", may: notAgents,
		done: func(s *seed) (any, any) {
			a := s.browsers["admin"].With("Accept", "application/json").Post(ticketAt("agent/tickets/ID/presence/")(s), helpdesktest.F("state", "viewing"))
			return strings.Contains(a.Body, `"name":"Alan"`) && strings.Contains(a.Body, `"state":"replying"`), true
		},
	},
	{name: "pin", method: "POST", path: func(s *seed) string { return fmt.Sprintf("agent/tickets/%d/pin/%d/", s.ticket.ID, s.note.ID) }, form: fixed(), as: "agent", target: "panel-msg", may: notAgents, done: pinned},
	{name: "pin, the parts the other way round", method: "POST", path: func(s *seed) string { return fmt.Sprintf("agent/tickets/%d/%d/pin/", s.ticket.ID, s.note.ID) }, form: fixed(), as: "agent", target: "panel-msg", may: notAgents, done: pinned},
	{name: "departments", method: "GET", path: ticketAt("admin/departments/"), as: "admin", target: "main", may: notAdmins},
	{name: "tags", method: "GET", path: ticketAt("admin/tags/"), as: "admin", target: "main", may: notAdmins},
	{name: "canned responses", method: "GET", path: ticketAt("admin/canned-responses/"), as: "admin", target: "main", may: notAdmins},
}

func pinned(s *seed) (any, any) {
	for _, it := range s.view().Items {
		if it.ID == s.note.ID {
			return it.PinnedAt != 0, true
		}
	}
	return "no note", true
}

// ask makes the request of a route, as a form or by HTMX.
func (r seedRoute) ask(s *seed, who string, htmx bool) *helpdesktest.Answer {
	b := s.browsers[who]
	if htmx {
		b = b.HTMX(r.target)
	}
	if r.method == http.MethodGet {
		return b.Get(r.path(s))
	}
	return b.Post(r.path(s), r.form(s))
}

// TestSeedRoutes does what each of these addresses is for, without scripts and
// as scripts do it.
func TestSeedRoutes(t *testing.T) {
	for _, r := range seedRoutes {
		for _, htmx := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/htmx=%v", r.name, htmx), func(t *testing.T) {
				s := newSeed(t)
				if r.before != nil {
					r.before(t, s)
				}
				a := r.ask(s, r.as, htmx)
				switch {
				case r.method == http.MethodGet && a.Status != 200, htmx && a.Status != 200 && a.Status != 204, !htmx && r.method == http.MethodPost && a.Status != 303 && !(r.name == "presence" && a.Status == 204):
					t.Fatalf("status %d\n%s", a.Status, a.Text())
				}
				if htmx || r.method == http.MethodGet {
					if vary := strings.Join(a.Header.Values("Vary"), ", "); !strings.Contains(vary, "HX-Request") {
						t.Errorf("Vary: %q", vary)
					}
				}
				if full := strings.Contains(a.Body, "<html"); htmx && r.method == http.MethodPost && full {
					t.Errorf("a whole page for %s", r.target)
				} else if htmx && slices.Contains([]string{"list", "thread"}, r.target) && full {
					t.Errorf("a whole page for %s", r.target)
				} else if !htmx && r.method == http.MethodGet && !full {
					t.Error("no whole page")
				}
				for _, h := range []string{"HX-Redirect", "HX-Location", "Location"} {
					if to := a.Header.Get(h); to != "" && !strings.HasPrefix(to, "/support/") && !strings.Contains(to, `"path":"/support/`) {
						t.Errorf("%s: %s", h, to)
					}
				}
				if r.done != nil {
					if got, want := r.done(s); got != want {
						t.Errorf("its effect is %v, not %v", got, want)
					}
				}
			})
		}
	}
}

// TestSeedRoutesRefuse asks as everybody who may not, both ways, and looks
// whether anything was written.
func TestSeedRoutesRefuse(t *testing.T) {
	s := newSeed(t)
	if err := s.Verbs().SetStatus(context.Background(), s.Admin("rae").Actor(), s.ticket.ID, model.Resolved, desk.Change{}); err != nil {
		t.Fatal(err)
	}
	s.Settle()
	db := lookInto(t, s.DB())
	for _, r := range seedRoutes {
		for who, want := range r.may {
			for _, htmx := range []bool{false, true} {
				before := db.tables()
				a := r.ask(s, who, htmx)
				ok := a.Status == want
				if who == "nobody" { // to the sign-in page, or a plain no
					ok = a.Status == 401 || a.Status == 303 && strings.Contains(a.Location(), "/login/?next=") || htmx && strings.Contains(a.Header.Get("HX-Redirect"), "/login/")
				}
				if !ok {
					t.Errorf("%s as %s, htmx %v: status %d to %q, want %d", r.name, who, htmx, a.Status, a.Location(), want)
				}
				if strings.Contains(a.Body, "printer is on fire") || strings.Contains(a.Body, "toner") {
					t.Errorf("%s as %s, htmx %v: refused, and told", r.name, who, htmx)
				}
				after := db.tables()
				for _, seen := range []string{"sessions", "people"} { // that somebody was here
					delete(before, seen)
					delete(after, seen)
				}
				if diff := changed(before, after); len(diff) > 0 {
					t.Errorf("%s as %s, htmx %v: refused, and wrote into %v", r.name, who, htmx, diff)
				}
			}
		}
	}
}
