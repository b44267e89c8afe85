package handlers_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"escalated/desk"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

// stream opens a page's event stream; its lines come in the channel, which is
// closed when the stream ends.
func stream(t *testing.T, base, cookie, query string, header ...string) <-chan string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"stream?"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: "escalated_session", Value: cookie})
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("status %d", resp.StatusCode)
	}
	out := make(chan string, 10000)
	go func() {
		defer close(out)
		defer resp.Body.Close()
		lines := bufio.NewScanner(resp.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			out <- lines.Text()
		}
	}()
	return out
}

// hears waits for a line with the words; false when the stream ends before.
func hears(t *testing.T, lines <-chan string, words string) bool {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		select {
		case l, ok := <-lines:
			if !ok {
				return false
			}
			if strings.Contains(l, words) {
				return true
			}
		case <-late:
			t.Fatalf("never hears %q, and no end", words)
		}
	}
}

// ends waits for the end of the stream, which has to come within five seconds.
func ends(t *testing.T, what string, lines <-chan string) {
	t.Helper()
	late := time.After(5 * time.Second)
	for {
		select {
		case _, ok := <-lines:
			if !ok {
				return
			}
		case <-late:
			t.Fatalf("%s: the stream goes on", what)
		}
	}
}

func TestStreamsEndWithTheRightToThem(t *testing.T) {
	d := helpdesktest.New(t)
	support := d.Department("Support")
	root, carol := d.Admin("root"), d.Customer("carol")
	bob, cat, dan, eve := d.Agent("bob"), d.Agent("cat"), d.Agent("dan"), d.Agent("eve", support)
	tk := carol.Opens("Printer", func(n *model.NewTicket) { n.Department = support })
	d.Settle()
	base, topic := d.Serve(), "t=ticket:"+fmt.Sprint(int64(tk.ID))
	open := func(p *helpdesktest.Person) (<-chan string, *helpdesktest.Browser) {
		b := d.As(p)
		lines := stream(t, base, b.Cookie("escalated_session"), topic)
		if !hears(t, lines, ": open") {
			t.Fatal("no stream")
		}
		return lines, b
	}
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}

	lines, _ := open(bob)
	must(d.Verbs().Deactivate(ctx, root.Actor(), bob.ID, 0))
	ends(t, "deactivated", lines)

	lines, _ = open(cat)
	must(d.Verbs().RevokeAllSessions(ctx, root.Actor(), cat.ID))
	ends(t, "sessions ended", lines)

	lines, b := open(dan)
	b.Post("logout/", nil).Is(http.StatusSeeOther)
	ends(t, "signed out in another tab", lines)

	// Who sees only departments and moves to another hears nothing more.
	lines, _ = open(eve)
	p, err := d.Verbs().Person(ctx, root.Actor(), eve.ID)
	must(err)
	must(d.Verbs().UpdatePerson(ctx, root.Actor(), eve.ID, desk.PersonChange{Narrow: new(true), Departments: &[]model.DepartmentID{d.Department("Sales")}, Version: p.Version}))
	if _, err := d.Verbs().Reply(ctx, carol.Actor(), tk.ID, model.NewReply{Body: "still burning"}); err != nil {
		t.Fatal(err)
	}
	ends(t, "moved to another department", lines)
}

// A page that was away is told all it missed, by stream and by polling alike.
func TestPagesCatchUp(t *testing.T) {
	d := helpdesktest.New(t)
	bob, carol := d.Agent("bob"), d.Customer("carol")
	tk := carol.Opens("Printer")
	b := d.As(bob)
	since := b.Get("changes?t=ticket:" + fmt.Sprint(int64(tk.ID))).Header.Get("X-Live-Since")
	if _, err := d.Verbs().Reply(t.Context(), carol.Actor(), tk.ID, model.NewReply{Body: "said while away"}); err != nil {
		t.Fatal(err)
	}
	base, query, cookie := d.Serve(), "t=ticket:"+fmt.Sprint(int64(tk.ID)), b.Cookie("escalated_session")
	for what, lines := range map[string]<-chan string{
		"since":         stream(t, base, cookie, query+"&since="+since),
		"Last-Event-ID": stream(t, base, cookie, query+"&since=999999", "Last-Event-ID", since),
	} {
		if !hears(t, lines, "said while away") {
			t.Errorf("%s: the stream ends", what)
		}
	}
	polled := b.Get("changes?" + query + "&since=" + since).Is(http.StatusOK)
	if !strings.Contains(polled.Body, "said while away") || polled.Header.Get("X-Live-Since") == since {
		t.Error("polling gives something else")
	}
}
