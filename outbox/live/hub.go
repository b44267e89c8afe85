// Package live tells open pages what was recorded, after everything lasting
// has been done: best effort, never blocking. A page that misses something
// reads it from the record.
package live

import (
	"sync"

	"escalated/model"
)

// backlog is how many records wait for a slow reader before it has to read
// them from the record by itself.
const backlog = 64

// Hub passes records on to the pages that want them.
type Hub struct {
	mu     sync.Mutex
	subs   map[*Sub]struct{}
	stop   chan struct{}
	closed bool
	last   model.EventID
	turn   uint64 // counts what was published
	who    presence
}

// NewHub makes a hub that nobody listens to yet.
func NewHub() *Hub {
	return &Hub{subs: map[*Sub]struct{}{}, stop: make(chan struct{})}
}

// Sub is one reader. Ready receives when Take has something.
type Sub struct {
	hub   *Hub
	wants func(model.Record) bool
	ready chan struct{}

	mu      sync.Mutex
	waiting []model.Record
	missed  bool
}

// Subscribe begins to collect the records that wants picks. wants must be
// quick: it runs inside Publish.
func (h *Hub) Subscribe(wants func(model.Record) bool) *Sub {
	s := &Sub{hub: h, wants: wants, ready: make(chan struct{}, 1)}
	h.mu.Lock()
	h.subs[s] = struct{}{}
	h.mu.Unlock()
	return s
}

// Publish hands records to all who want them and returns at once.
func (h *Hub) Publish(records ...model.Record) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.turn++
	for _, r := range records {
		h.last = max(h.last, r.ID)
	}
	for s := range h.subs {
		s.offer(records)
	}
}

// Last is the newest event published, or 0.
func (h *Hub) Last() model.EventID {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last
}

// Turn grows with whatever is published.
func (h *Hub) Turn() uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.turn
}

// Readers is how many streams are open.
func (h *Hub) Readers() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.subs)
}

// Done is closed when the desk stops: streams end first, so that a server can.
func (h *Hub) Done() <-chan struct{} { return h.stop }

// Close ends all streams.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.closed = true
		close(h.stop)
	}
}

func (s *Sub) offer(records []model.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	any := false
	for _, r := range records {
		if !s.wants(r) {
			continue
		}
		any = true
		if len(s.waiting) >= backlog {
			s.waiting, s.missed = nil, true
		}
		if !s.missed {
			s.waiting = append(s.waiting, r)
		}
	}
	if any {
		select {
		case s.ready <- struct{}{}:
		default:
		}
	}
}

// Ready receives after something was offered.
func (s *Sub) Ready() <-chan struct{} { return s.ready }

// Take empties what waits, oldest first. missed means that the reader was too
// slow and some were dropped: they are in the record.
func (s *Sub) Take() (records []model.Record, missed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	records, missed = s.waiting, s.missed
	s.waiting, s.missed = nil, false
	return records, missed
}

// Close stops collecting.
func (s *Sub) Close() {
	s.hub.mu.Lock()
	delete(s.hub.subs, s)
	s.hub.mu.Unlock()
}
