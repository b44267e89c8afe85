package handlers

import (
	"bufio"
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"escalated/handlers/web"
	"escalated/model"
	"escalated/outbox/live"
	"escalated/views/ui"
)

func TestOneReaderCannotTakeAllStreams(t *testing.T) {
	s := new(stream)
	ada, bob := model.Actor{Kind: model.KindCustomer, ID: 1}, model.Actor{Kind: model.KindCustomer, ID: 2}
	var ends []func()
	for range maxPages {
		end, ok := s.admit(ada)
		if !ok {
			t.Fatal("refused too early")
		}
		ends = append(ends, end)
	}
	if _, ok := s.admit(ada); ok {
		t.Fatal("one more was admitted")
	}
	if _, ok := s.admit(bob); !ok {
		t.Fatal("somebody else was refused")
	}
	ends[0]()
	if _, ok := s.admit(ada); !ok {
		t.Fatal("a page that closed makes no room")
	}
}

// page is a follower whose reader is whoever the test says, and what it was
// sent.
type page struct {
	*follower
	sub  *live.Sub
	sent bytes.Buffer
	w    *bufio.Writer
	who  model.Actor
}

func newPage(t *testing.T, follows ...*follow) *page {
	t.Helper()
	p := &page{who: model.Actor{Kind: model.KindAgent, ID: 7}}
	site := &web.Site{Log: slog.Default(), Now: func() model.Time { return 1 }, Identify: func(context.Context, web.Knock) (web.Visitor, error) { return web.Visitor{Actor: p.who}, nil }}
	p.follower = &follower{stream: &stream{hub: live.NewHub(), site: site}, by: p.who, follows: follows}
	first := *p.follower
	p.sub = p.hub.Subscribe(first.wants)
	p.w = bufio.NewWriter(&p.sent)
	return p
}

// hear takes what the hub has and sends what is due.
func (p *page) hear(t *testing.T) (string, error) {
	t.Helper()
	ctx := ui.With(t.Context(), &ui.Frame{})
	p.sent.Reset()
	err := p.take(ctx, p.w, p.sub)
	if err == nil {
		err = p.tell(ctx, p.w)
	}
	return p.sent.String(), err
}

func topic(name string, urgent bool, may *error) *follow {
	return &follow{Topic: web.Topic{
		Urgent: urgent,
		May:    func(context.Context, model.Actor, string) error { return *may },
		Wants:  func(_ model.Actor, _ string, r model.Record) bool { return r.Kind == name },
		Render: func(_ context.Context, _ model.Actor, _ string, records []model.Record) (string, error) {
			return strings.Repeat("<"+name+">\r", len(records)), nil
		},
	}}
}

func TestCalmTopicsWaitAndUrgentOnesDoNot(t *testing.T) {
	var ok error
	p := newPage(t, topic("calm", false, &ok), topic("now", true, &ok), topic("other", false, &ok))
	p.hub.Publish(model.Record{ID: 1, Kind: "calm"})
	if got, err := p.hear(t); err != nil || got != "id: 1\ndata: <calm>\n\n" {
		t.Fatalf("%q, %v", got, err)
	}
	p.hub.Publish(model.Record{ID: 2, Kind: "calm"}, model.Record{ID: 3, Kind: "now"}, model.Record{ID: 4, Kind: "other"}, model.Record{Kind: "calm"})
	// What waits must be told again to a page that comes back: the id stays behind it.
	if got, err := p.hear(t); err != nil || got != "id: 1\ndata: <now>\n\n" {
		t.Fatalf("%q, %v", got, err)
	}
	if d := p.wait(); d <= 0 || d > pace {
		t.Fatalf("waits %v", d)
	}
	p.calm = time.Time{} // a second later
	if got, err := p.hear(t); err != nil || got != "id: 4\ndata: <calm>\ndata: <calm>\ndata: <other>\n\n" {
		t.Fatalf("%q, %v", got, err)
	}
	if p.wait() < time.Minute {
		t.Fatal("waits for nothing")
	}
}

func TestRightsAreAskedAtEachMessage(t *testing.T) {
	var may error
	p := newPage(t, topic("now", true, &may), topic("calm", false, &may))
	p.hub.Publish(model.Record{ID: 1, Kind: "now"})
	if got, err := p.hear(t); err != nil || got == "" {
		t.Fatalf("%q, %v", got, err)
	}
	may = model.ErrNotFound // the topic falls silent
	p.follows[0].next = time.Time{}
	p.hub.Publish(model.Record{ID: 2, Kind: "now"})
	if got, err := p.hear(t); err != nil || got != "" {
		t.Fatalf("%q, %v", got, err)
	}
	p.asked = time.Time{}
	p.who.Departments = []model.DepartmentID{3} // and when no topic is left, the stream ends
	if _, err := p.still(ui.With(t.Context(), &ui.Frame{})); err != errEnd {
		t.Fatalf("still there: %v", err)
	}
}

// What is recorded about the reader's own account is looked at without delay,
// though no topic wants it.
func TestStreamsEndWithTheirReader(t *testing.T) {
	var ok error
	p := newPage(t, topic("now", true, &ok))
	p.who = model.Nobody()
	p.hub.Publish(model.Record{ID: 9, Kind: "person.deactivated", SubjectKind: "person", SubjectID: 8})
	if _, err := p.hear(t); err != nil {
		t.Fatalf("ended for somebody else: %v", err)
	}
	p.hub.Publish(model.Record{ID: 10, Kind: "person.deactivated", SubjectKind: "person", SubjectID: 7})
	if _, err := p.hear(t); err != errEnd {
		t.Fatalf("still there: %v", err)
	}
}
