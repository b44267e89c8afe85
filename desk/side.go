package desk

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"escalated/model"
	"escalated/store"
)

// sideAge is how old the number of a view may be that has to be counted each
// time: one with a clock in it, or of resolved and closed tickets.
const sideAge = 15 * time.Second

// sideKept is how many such numbers are kept.
const sideKept = 2_000

// sideNumbers keeps numbers for a while, by view, its version and who looks.
type sideNumbers struct {
	mu   sync.Mutex
	kept map[sideKey]sideNumber
}

type sideKey struct {
	view    model.ViewID
	version int64
	who     model.PersonID
}

type sideNumber struct {
	store.ViewCount
	at model.Time
}

func (s *sideNumbers) get(k sideKey, now model.Time) (store.ViewCount, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.kept[k]
	return n.ViewCount, ok && now >= n.at && now.Sub(n.at) < sideAge
}

func (s *sideNumbers) put(k sideKey, c store.ViewCount, now model.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil || len(s.kept) >= sideKept {
		s.kept = map[sideKey]sideNumber{}
	}
	s.kept[k] = sideNumber{c, now}
}

// Views are the views of an actor in their own order, each with its number.
func (d *Desk) Views(ctx context.Context, by model.Actor) ([]model.View, error) {
	s, err := d.Side(ctx, by)
	return s.Views, err
}

// Side is the side bar of an actor: all their views in their own order, hidden
// ones included and marked, with the numbers of tickets, and how many
// notifications they have not read. One query.
func (d *Desk) Side(ctx context.Context, by model.Actor) (model.Side, error) {
	if err := maySeeQueue(by, model.TicketFilter{}); err != nil {
		return model.Side{}, err
	}
	views, err := d.ownViews(ctx, by)
	if err != nil {
		return model.Side{}, err
	}
	r, err := d.plainReader(ctx, by)
	if err != nil {
		return model.Side{}, err
	}
	now := d.Now()
	ask, known := []store.ViewFilter{}, map[model.ViewID]store.ViewCount{}
	keys := map[model.ViewID]sideKey{}
	for _, v := range views {
		if v.Group == model.GroupDone {
			continue
		}
		keys[v.ID] = sideKey{v.ID, v.Version, by.ID}
		if n, ok := d.numbers.get(keys[v.ID], now); ok {
			known[v.ID] = n
			continue
		}
		f, err := d.viewFilter(ctx, r, v)
		if err != nil {
			return model.Side{}, err
		}
		if f.Query != "" || f.Bin && !by.Can(model.PermTicketDelete) { // words to look for are not counted
			continue
		}
		ask = append(ask, store.ViewFilter{ID: v.ID, Filter: f})
	}
	n, err := d.db.Read().ViewNumbers(ctx, by, ask)
	if err != nil {
		return model.Side{}, fmt.Errorf("count views: %w", err)
	}
	for id, c := range n.Counts {
		known[id] = c
		if !c.Kept {
			d.numbers.put(keys[id], c, now)
		}
	}
	for i := range views {
		if c, ok := known[views[i].ID]; ok {
			views[i].Count, views[i].Capped = max(0, c.N), c.Capped
		}
	}
	return model.Side{Views: placed(views, n.Places), Unread: n.Unread}, nil
}

// placed puts views into a person's own order; those without a place come
// after the others, as the desk has them.
func placed(views []model.View, places []model.ViewPlace) []model.View {
	at := map[model.ViewID]int{}
	for i, p := range places {
		at[p.View] = i
	}
	for i := range views {
		j, ok := at[views[i].ID]
		if !ok {
			at[views[i].ID] = len(places) + i
			continue
		}
		views[i].Hidden, views[i].Default = places[j].Hidden, places[j].Default
	}
	slices.SortStableFunc(views, func(a, b model.View) int { return at[a.ID] - at[b.ID] })
	return views
}
