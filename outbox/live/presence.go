package live

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"escalated/model"
)

// Some things are true for a moment only and stand in no record: who looks at
// a ticket, and that somebody's notifications changed. They go to open pages
// as records without an id.
const (
	KindPresence = "live.presence" // of TicketID; ActorID moved
	KindNotice   = "live.notice"   // of the person SubjectID, from the event Version on
)

// What somebody does at a ticket.
const (
	Viewing  = "viewing"
	Replying = "replying"
	Gone     = "gone"
)

const (
	presenceLasts  = 45 * time.Second // without a sign of life
	presenceAgain  = 15 * time.Second // so often those who stay are told again
	presencePlaces = 20               // tickets one person can be at; more and the oldest end
)

// Viewer is somebody who has a ticket open.
type Viewer struct {
	ID    model.PersonID
	Name  string
	State string // Viewing or Replying

	until model.Time
	typed model.Time // Replying ends by itself: nobody says that they stopped typing
}

// presence is who is where. Nothing of it is stored.
type presence struct {
	mu      sync.Mutex
	tickets map[model.TicketID]map[model.PersonID]Viewer
	told    map[model.TicketID]model.Time
}

// typingLasts is how long after a key somebody counts as writing.
const typingLasts = 12 * time.Second

// See notes what a person does at a ticket and tells open pages, when it is
// news or so long ago that they would forget it.
func (h *Hub) See(ticket model.TicketID, who model.PersonID, name, state string, now model.Time) {
	p := &h.who
	p.mu.Lock()
	if p.tickets == nil {
		p.tickets, p.told = map[model.TicketID]map[model.PersonID]Viewer{}, map[model.TicketID]model.Time{}
	}
	before, was := p.tickets[ticket][who]
	was = was && before.until > now
	v := Viewer{who, name, state, now.Add(presenceLasts), before.typed}
	switch {
	case state == Gone:
		p.drop(ticket, who)
	default:
		if state == Replying {
			v.typed = now.Add(typingLasts)
		}
		if p.tickets[ticket] == nil {
			p.tickets[ticket] = map[model.PersonID]Viewer{}
		}
		p.tickets[ticket][who] = v
		if !was {
			p.bound(who, ticket)
		}
	}
	news := was != (state != Gone) || was && before.at(now).State != v.at(now).State || was && before.Name != name
	if news = news || was && now.Sub(p.told[ticket]) >= presenceAgain; news {
		p.told[ticket] = now
		if len(p.tickets[ticket]) == 0 {
			delete(p.told, ticket)
		}
	}
	p.mu.Unlock()
	if news {
		h.Publish(model.Record{Kind: KindPresence, TicketID: ticket, ActorID: who})
	}
}

// at is the viewer as they are at a time: who stopped typing is looking.
func (v Viewer) at(now model.Time) Viewer {
	v.State = Viewing
	if v.typed > now {
		v.State = Replying
	}
	return v
}

func (p *presence) drop(ticket model.TicketID, who model.PersonID) {
	delete(p.tickets[ticket], who)
	if len(p.tickets[ticket]) == 0 {
		delete(p.tickets, ticket)
	}
}

// bound keeps one person from being everywhere.
func (p *presence) bound(who model.PersonID, but model.TicketID) {
	n, oldest, at := 0, model.TicketID(0), model.Never
	for id, list := range p.tickets {
		if v, ok := list[who]; ok {
			n++
			if id != but && v.until < at {
				oldest, at = id, v.until
			}
		}
	}
	if n > presencePlaces {
		p.drop(oldest, who)
	}
}

// Viewers are who is at a ticket, by name.
func (h *Hub) Viewers(ticket model.TicketID, now model.Time) []Viewer {
	h.who.mu.Lock()
	defer h.who.mu.Unlock()
	return h.who.at(ticket, now)
}

func (p *presence) at(ticket model.TicketID, now model.Time) []Viewer {
	var out []Viewer
	for _, v := range p.tickets[ticket] {
		if v.until > now {
			out = append(out, v.at(now))
		}
	}
	slices.SortFunc(out, func(a, b Viewer) int {
		return cmp.Or(cmp.Compare(a.State, b.State), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// Watched are the tickets that somebody is at, with who it is.
func (h *Hub) Watched(now model.Time) map[model.TicketID][]Viewer {
	h.who.mu.Lock()
	defer h.who.mu.Unlock()
	out := make(map[model.TicketID][]Viewer, len(h.who.tickets))
	for id := range h.who.tickets {
		if list := h.who.at(id, now); len(list) > 0 {
			out[id] = list
		}
	}
	return out
}

// Expire forgets who gave no sign of life, and tells open pages.
func (h *Hub) Expire(now model.Time) {
	var gone []model.Record
	h.who.mu.Lock()
	for id, list := range h.who.tickets {
		for who, v := range list {
			switch {
			case v.until <= now:
				delete(list, who)
			case v.State == Replying && v.typed <= now:
				v.State = Viewing
				list[who] = v
			default:
				continue
			}
			gone = append(gone, model.Record{Kind: KindPresence, TicketID: id, ActorID: who})
		}
		if len(list) == 0 {
			delete(h.who.tickets, id)
			delete(h.who.told, id)
		}
	}
	h.who.mu.Unlock()
	if len(gone) > 0 {
		h.Publish(gone...)
	}
}
