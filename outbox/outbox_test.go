package outbox

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

func open(t *testing.T) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "desk.db"), store.Options{Clock: func() time.Time { return time.UnixMilli(1_800_000_000_000) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// happens records n facts as one action and gives their ids.
func happens(t *testing.T, db *store.DB, n int) (ids []model.EventID) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		for range n {
			id, err := tx.RecordAbout(tx.Ctx, model.System("test"), "setting", 0, model.SettingChanged{Key: "desk_name"})
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// sink remembers what it was given; bad events fail it.
type sink struct {
	got    []model.EventID
	bad    map[model.EventID]bool
	panics bool
	broken error
}

func (s *sink) route(_ context.Context, _ *store.Tx, recs []model.Record) error {
	for _, r := range recs {
		if s.bad[r.ID] {
			if s.panics {
				panic("bad event")
			}
			return errors.New("bad event")
		}
	}
	if s.broken != nil {
		return s.broken
	}
	for _, r := range recs {
		s.got = append(s.got, r.ID)
	}
	return nil
}

func drain(t *testing.T, d *Dispatcher) {
	t.Helper()
	if _, err := d.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestEachEventIsRoutedOnce(t *testing.T) {
	db, s := open(t), &sink{}
	var want []model.EventID
	for range 300 {
		want = append(want, happens(t, db, 1)...)
	}
	woken := 0
	out := Outlet{Name: "a", Route: s.route, Routed: func() { woken++ }}
	drain(t, New(Options{DB: db, Outlets: []Outlet{out}}))
	drain(t, New(Options{DB: db, Outlets: []Outlet{out}})) // a restart
	want = append(want, happens(t, db, 1)...)
	drain(t, New(Options{DB: db, Outlets: []Outlet{out}}))
	if !slices.Equal(s.got, want) {
		t.Fatalf("got %d events, want %d, each once and in order", len(s.got), len(want))
	}
	if woken == 0 {
		t.Error("nobody was told of the work")
	}
}

func TestAnActionIsNeverSplit(t *testing.T) {
	db := open(t)
	happens(t, db, 150)
	happens(t, db, 150)
	happens(t, db, 900)
	sizes := map[string]int{}
	d := New(Options{DB: db, Outlets: []Outlet{{Name: "a", Route: func(_ context.Context, _ *store.Tx, recs []model.Record) error {
		here := map[string]int{}
		for _, r := range recs {
			here[r.ActionID]++
		}
		for a, n := range here {
			if sizes[a] != 0 {
				t.Errorf("an action came in two parts")
			}
			sizes[a] = n
		}
		return nil
	}}}})
	drain(t, d)
	if len(sizes) != 3 {
		t.Fatalf("%d actions, want 3", len(sizes))
	}
}

func TestABadEventIsPutAside(t *testing.T) {
	for _, panics := range []bool{false, true} {
		db := open(t)
		var ids []model.EventID
		for range 5 {
			ids = append(ids, happens(t, db, 1)...)
		}
		bad, good := &sink{bad: map[model.EventID]bool{ids[2]: true}, panics: panics}, &sink{}
		d := New(Options{DB: db, Outlets: []Outlet{{Name: "bad", Route: bad.route}, {Name: "good", Route: good.route}}})
		for i := 1; i < tries; i++ {
			if _, err := d.Drain(t.Context()); err == nil {
				t.Fatal("the failure is not told")
			}
			if len(bad.got) != 2 || len(good.got) != 5 {
				t.Fatalf("try %d: bad got %d, good %d", i, len(bad.got), len(good.got))
			}
		}
		drain(t, d)
		if want := slices.Delete(slices.Clone(ids), 2, 3); !slices.Equal(bad.got, want) {
			t.Fatalf("got %v, want %v", bad.got, want)
		}
		parked, err := db.Read().ParkedEvents(t.Context(), 10)
		if err != nil || len(parked) != 1 || parked[0].EventID != ids[2] || parked[0].Outlet != "bad" {
			t.Fatalf("parked %v, %v", parked, err)
		}
	}
}

func TestAFullDiskParksNothing(t *testing.T) {
	db, s := open(t), &sink{broken: model.ErrUnavailable}
	happens(t, db, 1)
	d := New(Options{DB: db, Outlets: []Outlet{{Name: "a", Route: s.route}}})
	for range tries * 2 {
		if _, err := d.Drain(t.Context()); !errors.Is(err, model.ErrUnavailable) {
			t.Fatal(err)
		}
	}
	s.broken = nil
	drain(t, d)
	if len(s.got) != 1 {
		t.Fatalf("got %v", s.got)
	}
}

func TestOnlyWantedKinds(t *testing.T) {
	db, s := open(t), &sink{}
	happens(t, db, 3)
	d := New(Options{DB: db, Outlets: []Outlet{{Name: "a", Kinds: []string{"ticket.opened"}, Route: s.route}}})
	drain(t, d)
	if len(s.got) != 0 {
		t.Fatalf("got %v", s.got)
	}
	c, err := db.Read().Cursor(t.Context(), "a")
	if err != nil || c.Last != 0 {
		t.Fatalf("the writer was taken for nothing: %v, %v", c, err)
	}
}

func TestRun(t *testing.T) {
	db, s := open(t), &sink{}
	happens(t, db, 1)
	routed := make(chan struct{}, 10)
	d := New(Options{DB: db, Outlets: []Outlet{{Name: "a", Route: s.route, Routed: func() { routed <- struct{}{} }}}})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	<-routed // running
	happens(t, db, 1)
	<-routed
	stop()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if len(s.got) != 2 {
		t.Errorf("routed %v", s.got)
	}
}
