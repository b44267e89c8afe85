package jobs

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"escalated/desk"
	"escalated/model"
	"escalated/store"
)

type files struct{ *store.Dir }

func (f files) Put(ctx context.Context, r io.Reader, max int64) (desk.Stored, error) {
	p, err := f.Dir.Put(ctx, r, max)
	return desk.Stored(p), err
}

// open makes a desk whose clock the test moves, from now on: files carry the
// time of the machine.
func open(t *testing.T) (d *desk.Desk, db *store.DB, dir *store.Dir, later func(time.Duration)) {
	t.Helper()
	var mu sync.Mutex
	var ahead time.Duration
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "desk.db"), store.Options{Clock: func() time.Time { mu.Lock(); defer mu.Unlock(); return time.Now().Add(ahead) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if dir, err = store.OpenDir(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dir.Close() })
	d, err = desk.New(desk.Options{DB: db, Key: make([]byte, 32), Settings: model.DefaultSettings(), Files: files{dir}})
	if err != nil {
		t.Fatal(err)
	}
	return d, db, dir, func(by time.Duration) { mu.Lock(); ahead += by; mu.Unlock() }
}

func person(t *testing.T, db *store.DB, kind model.Kind, name string) model.Actor {
	t.Helper()
	a := model.Actor{Kind: kind, Name: name, Permissions: model.PermissionsOf(kind), Via: model.Web}
	err := db.Write(t.Context(), func(tx *store.Tx) (err error) {
		a.ID, err = tx.InsertPerson(tx.Ctx, model.NewPerson{Kind: kind, Name: name, Email: strings.ToLower(name) + "@help.test", Verified: true})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheScheduleKeepsTheDeskTidy(t *testing.T) {
	d, db, dir, later := open(t)
	ctx := t.Context()
	ada, boss := person(t, db, model.KindCustomer, "Ada"), person(t, db, model.KindAdmin, "Boss")
	stage := func(content string) (model.AttachmentID, [32]byte) {
		a, err := d.Stage(ctx, ada, "", "slot", "a.txt", strings.NewReader(content))
		must(t, err)
		_, sum, err := db.Read().Attachment(ctx, ada, a.ID)
		must(t, err)
		return a.ID, sum
	}
	used, usedSum := stage("used")
	_, leftSum := stage("left behind")
	tk, err := d.OpenTicket(ctx, ada, model.NewTicket{Subject: "Printer", Body: "It burns.", Slot: "slot", Files: []model.AttachmentID{used}, Op: "once"})
	must(t, err)
	must(t, d.SetStatus(ctx, boss, tk.ID, model.Resolved, desk.Change{}))
	gone, err := d.OpenTicket(ctx, ada, model.NewTicket{Subject: "Spam", Body: "x"})
	must(t, err)
	must(t, d.DeleteTicket(ctx, boss, gone.ID))

	c := New(d, Schedule(), nil)
	must(t, c.RunAll(ctx))
	if _, err := dir.Open(ctx, leftSum); err != nil {
		t.Errorf("a fresh draft is gone: %v", err)
	}
	later(40 * 24 * time.Hour)
	must(t, c.RunAll(ctx))
	now, err := db.Read().Ticket(ctx, model.System("test"), tk.ID)
	if err != nil || now.Status != model.Closed {
		t.Errorf("a resolved ticket is %s after 40 days (%v)", now.Status, err)
	}
	if _, err := db.Read().Ticket(ctx, model.System("test"), gone.ID); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("the bin is not empty: %v", err)
	}
	if f, err := dir.Open(ctx, usedSum); err != nil {
		t.Errorf("a used file is gone: %v", err)
	} else {
		f.Close()
	}
	if f, err := dir.Open(ctx, leftSum); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("a file nobody uses is kept: %v", err)
		if err == nil {
			f.Close()
		}
	}
	rows, err := d.Jobs(ctx, boss)
	must(t, err)
	if len(rows) != len(Schedule()) {
		t.Errorf("%d rows", len(rows))
	}
	for _, r := range rows {
		if r.Error != "" || r.LastAt == 0 || r.NextAt <= r.LastAt || r.Failures != 0 || r.LeasedBy != "" {
			t.Errorf("%+v", r)
		}
	}
}

// The row of a content may be gone while the same content is coming in again.
func TestBytesThatJustCameInStay(t *testing.T) {
	_, _, dir, _ := open(t)
	p, err := dir.Put(t.Context(), bytes.NewReader([]byte("again")), 100)
	must(t, err)
	if gone, err := dir.RemoveOlder(t.Context(), p.SHA256, time.Now().Add(-time.Hour)); gone || err != nil {
		t.Fatalf("%v, %v", gone, err)
	}
	f, err := dir.Open(t.Context(), p.SHA256)
	must(t, err)
	f.Close()
	if gone, err := dir.RemoveOlder(t.Context(), p.SHA256, time.Now().Add(time.Hour)); !gone || err != nil {
		t.Fatalf("%v, %v", gone, err)
	}
	if gone, err := dir.RemoveOlder(t.Context(), p.SHA256, time.Now()); !gone || err != nil {
		t.Fatalf("twice: %v, %v", gone, err)
	}
}

func TestAPanicEndsOneJobOnly(t *testing.T) {
	d, _, _, _ := open(t)
	ran := false
	c := New(d, []Job{
		{"bad", time.Hour, func(context.Context, *desk.Desk, model.Actor) (Figures, error) { panic("ouch") }},
		{"good", time.Hour, func(_ context.Context, _ *desk.Desk, by model.Actor) (Figures, error) {
			ran = by.Kind == model.KindMachine && by.Part == "clock"
			return Figures{"closed": 3}, nil
		}},
	}, nil)
	if err := c.RunAll(t.Context()); err == nil || !strings.Contains(err.Error(), "ouch") {
		t.Errorf("got %v", err)
	}
	rows, err := d.Jobs(t.Context(), model.System("test"))
	must(t, err)
	if !ran || rows[0].Failures != 1 || !strings.Contains(rows[0].Error, "ouch") || rows[1].Error != "" || rows[1].Figures["closed"] != 3 {
		t.Errorf("%+v", rows)
	}
}

func TestOnlyTheClockMayRunThem(t *testing.T) {
	d, db, _, _ := open(t)
	boss := person(t, db, model.KindAdmin, "Boss")
	for _, j := range Schedule() {
		if _, err := j.Do(t.Context(), d, boss); !errors.Is(err, model.ErrDenied) {
			t.Errorf("%s: %v", j.Name, err)
		}
	}
}

func TestTheClockStops(t *testing.T) {
	d, _, _, _ := open(t)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- New(d, Schedule(), nil).Run(ctx) }()
	stop()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}
