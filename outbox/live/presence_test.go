package live

import (
	"testing"
	"time"

	"escalated/model"
)

// told counts what a page that follows presence was told.
func told(s *Sub) int {
	got, _ := s.Take()
	return len(got)
}

func TestPresenceIsToldWhenItChangesAndEndsByItself(t *testing.T) {
	h, now := NewHub(), model.Time(1_000_000)
	page := h.Subscribe(func(r model.Record) bool { return r.Kind == KindPresence && r.TicketID == 5 })
	h.See(5, 1, "Ada", Viewing, now)
	h.See(5, 2, "Bob", Viewing, now)
	h.See(6, 2, "Bob", Viewing, now)
	if n := told(page); n != 2 {
		t.Fatalf("told %d times of two who came", n)
	}
	for range 100 { // a storm of the same
		h.See(5, 1, "Ada", Viewing, now.Add(time.Second))
	}
	if n := told(page); n != 0 {
		t.Fatalf("told %d times of nothing new", n)
	}
	h.See(5, 1, "Ada", Replying, now.Add(2*time.Second))
	got := h.Viewers(5, now.Add(2*time.Second))
	if n := told(page); n != 1 || len(got) != 2 || got[0].Name != "Ada" || got[0].State != Replying || got[1].State != Viewing {
		t.Fatalf("told %d times, %+v", n, got)
	}
	if got = h.Viewers(5, now.Add(20*time.Second)); got[0].State != Viewing {
		t.Fatalf("writes for ever: %+v", got)
	}
	h.See(5, 1, "Ada", Viewing, now.Add(20*time.Second)) // who stays is told again
	if n := told(page); n != 1 {
		t.Fatalf("told %d times that somebody is still there", n)
	}
	h.Expire(now.Add(50 * time.Second))
	if got = h.Viewers(5, now.Add(50*time.Second)); len(got) != 1 || got[0].ID != 1 || told(page) != 1 {
		t.Fatalf("after 50 s without a sign: %+v", got)
	}
	h.See(5, 1, "Ada", Gone, now.Add(51*time.Second))
	h.See(5, 1, "Ada", Gone, now.Add(51*time.Second))
	if len(h.Viewers(5, now.Add(51*time.Second))) != 0 || told(page) != 1 {
		t.Fatal("who left is still there, or left twice")
	}
	h.Expire(now.Add(time.Hour))
	if len(h.who.tickets)+len(h.who.told) != 0 || len(h.Watched(now)) != 0 {
		t.Fatalf("something is kept: %v %v", h.who.tickets, h.who.told)
	}
}

func TestNobodyIsEverywhere(t *testing.T) {
	h, now := NewHub(), model.Time(1_000_000)
	for i := range 500 {
		h.See(model.TicketID(i+1), 1, "Ada", Viewing, now.Add(time.Duration(i)*time.Millisecond))
	}
	if n := len(h.Watched(now)); n != presencePlaces {
		t.Fatalf("at %d tickets", n)
	}
	if len(h.Viewers(500, now)) != 1 || len(h.Viewers(1, now)) != 0 {
		t.Fatal("the newest go first")
	}
}
