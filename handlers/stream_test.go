package handlers

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
	"escalated/outbox/live"
	"escalated/store"
)

// studio is a desk whose one topic, "ticket", shows ids of events, and its
// address on a free port.
type studio struct {
	t     *testing.T
	desk  *desk.Desk
	hub   *live.Hub
	by    atomic.Pointer[model.Actor] // who is asking, and may see
	url   string
	first model.Ticket
}

func newStudio(t *testing.T) *studio {
	t.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, filepath.Join(t.TempDir(), "db"), store.Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	s := &studio{t: t, hub: live.NewHub()}
	if s.desk, err = desk.New(desk.Options{DB: db, Key: make([]byte, 32), Settings: model.DefaultSettings()}); err != nil {
		t.Fatal(err)
	}
	var customer model.PersonID
	if err := db.Write(ctx, func(tx *store.Tx) (err error) {
		customer, err = tx.InsertPerson(tx.Ctx, model.NewPerson{Kind: model.KindCustomer, Name: "Carol", Email: "carol@help.test"})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	s.by.Store(&model.Actor{Kind: model.KindCustomer, ID: customer, Via: model.Web})
	s.first = s.open("The first")
	site := &web.Site{
		Prefix: "/support", Key: make([]byte, 32), Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Now: s.desk.Now,
		Settings: func(context.Context) model.Settings { return model.DefaultSettings() },
		Identify: func(context.Context, web.Knock) (web.Visitor, error) { return web.Visitor{Actor: *s.by.Load()}, nil },
	}
	topic := web.Topic{
		May: func(ctx context.Context, by model.Actor, arg string) error {
			_, err := s.desk.TicketByReference(ctx, by, arg)
			return err
		},
		Wants: func(_ model.Actor, arg string, r model.Record) bool { return fmt.Sprint(r.TicketID) == arg },
		Render: func(_ context.Context, _ model.Actor, _ string, records []model.Record) (string, error) {
			var b strings.Builder
			for _, r := range records {
				fmt.Fprintf(&b, "<i>%s</i>\r\n", r.Kind)
			}
			return b.String(), nil
		},
	}
	app := New(Options{Site: site, Desk: s.desk, Hub: s.hub, Topics: web.Topics{"ticket": topic}})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go app.Listener(ln) //nolint:errcheck // ends with the test
	t.Cleanup(func() {
		s.hub.Close()
		if err := app.ShutdownWithTimeout(5 * time.Second); err != nil {
			t.Errorf("streams keep the server from stopping: %v", err)
		}
	})
	s.url = "http://" + ln.Addr().String() + "/support/"
	return s
}

func (s *studio) open(subject string) model.Ticket {
	s.t.Helper()
	ticket, err := s.desk.OpenTicket(context.Background(), *s.by.Load(), model.NewTicket{Subject: subject, Body: subject, Channel: model.Web})
	if err != nil {
		s.t.Fatal(err)
	}
	return ticket
}

// say adds a reply and tells the hub, as the background work does.
func (s *studio) say(words string) model.EventID {
	s.t.Helper()
	ctx, part := context.Background(), model.System("live")
	before, err := s.desk.LastEvent(ctx, part)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.desk.Reply(ctx, *s.by.Load(), s.first.ID, model.NewReply{Body: words}); err != nil {
		s.t.Fatal(err)
	}
	records, err := s.desk.RecordsAfter(ctx, part, before, 100)
	if err != nil || len(records) == 0 {
		s.t.Fatalf("no records: %v", err)
	}
	s.hub.Publish(records...)
	return records[len(records)-1].ID
}

func (s *studio) get(path string, headers ...string) *http.Response {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	s.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { resp.Body.Close() })
	return resp
}

// message reads the next message of a stream: its id and its data.
func message(t *testing.T, lines *bufio.Scanner) (id, data string) {
	t.Helper()
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		switch {
		case name == "id":
			id = value
		case name == "data":
			data += value + "|"
		case lines.Text() == "" && data != "":
			return id, data
		}
	}
	t.Fatalf("the stream ended: %v", lines.Err())
	return "", ""
}

func TestPagesAreToldWhatChanged(t *testing.T) {
	s := newStudio(t)
	resp := s.get(fmt.Sprintf("stream?t=ticket:%d", s.first.ID))
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" || resp.Header.Get("Content-Encoding") != "" {
		t.Fatalf("status %d, headers %v", resp.StatusCode, resp.Header)
	}
	lines := bufio.NewScanner(resp.Body)
	lines.Scan() // the stream is open from its first line on
	want := s.say("hello")
	id, data := message(t, lines)
	if id != fmt.Sprint(want) || data != "<i>reply.added</i>|" {
		t.Fatalf("id %s, not %d; data %s", id, want, data)
	}
}

func TestPagesThatComeBackMissNothing(t *testing.T) {
	s := newStudio(t)
	since, err := s.desk.LastEvent(context.Background(), model.System("live"))
	if err != nil {
		t.Fatal(err)
	}
	first, second := s.say("one"), s.say("two")
	_, data := message(t, bufio.NewScanner(s.get(fmt.Sprintf("stream?t=ticket:%d&since=%d", s.first.ID, since)).Body))
	if data != "<i>reply.added</i>|<i>reply.added</i>|" {
		t.Fatalf("since %d: %s", since, data)
	}
	id, data := message(t, bufio.NewScanner(s.get(fmt.Sprintf("stream?t=ticket:%d&since=%d", s.first.ID, since), "Last-Event-ID", fmt.Sprint(first)).Body))
	if data != "<i>reply.added</i>|" || id != fmt.Sprint(second) {
		t.Fatalf("since %d: id %s, %s", first, id, data)
	}
	poll := s.get(fmt.Sprintf("changes?t=ticket:%d&since=%d", s.first.ID, first))
	body, err := io.ReadAll(poll.Body)
	if err != nil || poll.StatusCode != 200 || string(body) != "<i>reply.added</i>\r\n" || poll.Header.Get("X-Live-Since") != fmt.Sprint(second) {
		t.Fatalf("polling: %d %q %v", poll.StatusCode, body, poll.Header)
	}
	if none := s.get(fmt.Sprintf("changes?t=ticket:%d&since=%d", s.first.ID, second)); none.StatusCode != 204 {
		t.Fatalf("polling without news: %d", none.StatusCode)
	}
}

func TestNobodyFollowsWhatTheyMayNotSee(t *testing.T) {
	s := newStudio(t)
	for path, want := range map[string]int{
		"stream": 404, "stream?t=none": 404, "stream?t=ticket:999": 404, "changes?t=ticket:999": 404,
		fmt.Sprintf("stream?t=ticket:%d&t=ticket:999", s.first.ID): 404,
	} {
		if resp := s.get(path); resp.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, resp.StatusCode, want)
		}
	}
	resp := s.get(fmt.Sprintf("stream?t=ticket:%d", s.first.ID))
	lines := bufio.NewScanner(resp.Body)
	lines.Scan()
	customer := *s.by.Load()
	nobody := model.Nobody()
	s.by.Store(&nobody) // the session has ended
	records, err := s.desk.RecordsAfter(context.Background(), model.System("live"), 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	records[0].ID += 1000
	s.hub.Publish(records...)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "data") {
			t.Fatalf("told after the session had ended: %s", lines.Text())
		}
	}
	s.by.Store(&customer)
}
