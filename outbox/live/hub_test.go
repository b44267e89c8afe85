package live

import (
	"testing"

	"escalated/model"
)

func TestReadersGetWhatTheyWant(t *testing.T) {
	h := NewHub()
	s := h.Subscribe(func(r model.Record) bool { return r.TicketID == 7 })
	other := h.Subscribe(func(r model.Record) bool { return r.TicketID == 8 })
	h.Publish(model.Record{ID: 1, TicketID: 7}, model.Record{ID: 2, TicketID: 8}, model.Record{ID: 3, TicketID: 7})
	<-s.Ready()
	got, missed := s.Take()
	if len(got) != 2 || got[0].ID != 1 || got[1].ID != 3 || missed {
		t.Fatalf("got %v, missed %v", got, missed)
	}
	other.Close()
	if h.Publish(model.Record{ID: 4, TicketID: 8}); h.Readers() != 1 || h.Last() != 4 {
		t.Fatalf("%d readers, last %d", h.Readers(), h.Last())
	}
}

func TestSlowReaderIsToldAndNobodyWaits(t *testing.T) {
	h := NewHub()
	s := h.Subscribe(func(model.Record) bool { return true })
	for i := range 3 * backlog {
		h.Publish(model.Record{ID: model.EventID(i + 1)})
	}
	if got, missed := s.Take(); !missed || len(got) != 0 {
		t.Fatalf("got %d records, missed %v", len(got), missed)
	}
	h.Publish(model.Record{ID: 9999})
	if got, missed := s.Take(); missed || len(got) != 1 {
		t.Fatalf("afterwards got %d records, missed %v", len(got), missed)
	}
	h.Close()
	h.Close()
	<-h.Done()
}
