package e2e

import (
	"strings"
	"testing"
	"time"

	"escalated/e2e/browser"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

// budget is what the first view of a page may take over the wire, as a browser
// with an empty cache counts it: headers included, the event stream counted.
type budget struct {
	name, who, path string
	bytes, requests int
}

var budgets = []budget{
	{"queue", "agent", "agent/tickets/", 55_000, 8},
	{"ticket", "agent", "agent/tickets/{ticket}/", 60_000, 8},
	{"dashboard", "agent", "agent/", 65_000, 8},
	{"settings", "admin", "admin/settings/", 65_000, 8},
	{"portal list", "customer", "tickets/", 40_000, 6},
	{"portal ticket", "customer", "tickets/{ticket}/", 40_000, 6},
	{"new ticket", "customer", "tickets/create/", 40_000, 6},
	{"sign-in", "nobody", "login/", 40_000, 6},
	{"guest ticket", "nobody", "guest/{guest}/", 40_000, 6},
}

func TestBudgets(t *testing.T) {
	w := newWorld(t, "")
	w.talk()
	for _, b := range budgets {
		p := w.viewer(b.who, browser.Options{})
		p.Goto(w.at(sight{path: b.path, who: b.who}))
		if strings.Contains(p.HTML(), "sse-connect") {
			waitStream(t, p)
		}
		var bytes, requests int
		var seen []string
		for _, r := range p.Requests() {
			if strings.HasSuffix(r.URL, "/seen/") || strings.HasSuffix(r.URL, "/presence/") { // tell the desk what is read, after the view
				continue
			}
			requests++
			bytes += r.Bytes
			seen = append(seen, r.URL[strings.LastIndex(strings.TrimSuffix(r.URL, "/"), "/"):])
		}
		t.Logf("%s: %d bytes in %d requests", b.name, bytes, requests)
		if bytes > b.bytes {
			t.Errorf("%s: %d bytes, at most %d", b.name, bytes, b.bytes)
		}
		if requests > b.requests {
			t.Errorf("%s: %d requests, at most %d: %s", b.name, requests, b.requests, seen)
		}
		if b.name == "queue" {
			if rows := p.Count("tr[data-ticket]"); rows != 50 {
				t.Errorf("the queue shows %d rows", rows)
			}
		}
	}
}

// waitStream waits until the event stream is open.
func waitStream(t *testing.T, p *browser.Page) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		for _, r := range p.Requests() {
			if strings.Contains(r.URL, "/stream?") && r.Status == 200 {
				return
			}
		}
	}
	t.Fatalf("no event stream among %v", p.Requests())
}

// talk makes the ticket a conversation of thirty messages.
func (w *world) talk() {
	w.t.Helper()
	id := ticketID(w.fill["ticket"])
	for i := range 26 {
		by := w.actor([]string{"agent", "customer"}[i%2])
		_, err := w.Verbs().Reply(w.t.Context(), by, id, model.NewReply{Body: "We have looked into it again, and this is what came out of it. Please tell us whether it helps, and what else you have seen since then."})
		w.must(err)
	}
}

func ticketID(s string) (id model.TicketID) {
	for _, c := range s {
		id = id*10 + model.TicketID(c-'0')
	}
	return id
}

// TestQueries holds that no page asks the database more than twelve times.
func TestQueries(t *testing.T) {
	w := newWorld(t, "")
	browsers := map[string]*helpdesktest.Browser{}
	for _, s := range sights {
		b := browsers[s.who]
		if b == nil {
			d := w.Desk
			if s.who == "setup" {
				d = w.empty.Desk
			}
			b = d.Nobody()
			if who, ok := w.who[s.who]; ok {
				token, err := d.Verbs().OpenSession(t.Context(), model.System("test"), who.ID, false)
				w.must(err)
				b.SetCookie("escalated_session", token)
			}
			browsers[s.who] = b
		}
		at := strings.TrimPrefix(strings.TrimPrefix(w.at(s), w.base), w.empty.base)
		b.Get(at) // what is kept in memory between requests is there
		if a := b.Get(at); a.Queries > 12 {
			t.Errorf("%s: %d queries", s.name, a.Queries)
		}
	}
}
