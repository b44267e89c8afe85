package desk

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

// rig is a desk on a fresh database with a clock the test moves.
type rig struct {
	*Desk
	t     testing.TB
	db    *store.DB
	mu    sync.Mutex
	clock time.Time
	ctx   context.Context
}

func newRig(t testing.TB, set ...string) *rig {
	t.Helper()
	r := &rig{t: t, clock: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), ctx: t.Context()}
	dir := t.TempDir()
	db, err := store.Open(r.ctx, filepath.Join(dir, "desk.db"), store.Options{Clock: func() time.Time { r.mu.Lock(); defer r.mu.Unlock(); return r.clock }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	s := model.DefaultSettings()
	for i := 0; i < len(set); i += 2 {
		if err := s.Set(set[i], set[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	d, err := New(Options{DB: db, Key: make([]byte, 32), Settings: s, Files: folder(dir)})
	if err != nil {
		t.Fatal(err)
	}
	r.Desk, r.db = d, db
	return r
}

func (r *rig) later(d time.Duration) { r.mu.Lock(); r.clock = r.clock.Add(d); r.mu.Unlock() }

// person makes somebody and gives the actor they are.
func (r *rig) person(kind model.Kind, name string, departments ...model.DepartmentID) model.Actor {
	r.t.Helper()
	a := model.Actor{Kind: kind, Name: name, Permissions: model.PermissionsOf(kind), Departments: departments, Via: model.Web}
	r.write(func(tx *store.Tx) (err error) {
		a.ID, err = tx.InsertPerson(tx.Ctx, model.NewPerson{Kind: kind, Name: name, Email: strings.ToLower(name) + "@help.test", Departments: departments, Verified: true})
		return err
	})
	return a
}

func (r *rig) write(fn func(tx *store.Tx) error) {
	r.t.Helper()
	if err := r.db.Write(r.ctx, fn); err != nil {
		r.t.Fatal(err)
	}
}

// opens opens a ticket that must be accepted.
func (r *rig) opens(by model.Actor, subject string) model.Ticket {
	r.t.Helper()
	t, err := r.OpenTicket(r.ctx, by, model.NewTicket{Subject: subject, Body: "It says 42."})
	if err != nil {
		r.t.Fatal(err)
	}
	return t
}

// facts are the kinds of a ticket's events, in order.
func (r *rig) facts(id model.TicketID) []string {
	r.t.Helper()
	recs, err := r.db.Read().RecordsAfter(r.ctx, 0, 10000)
	if err != nil {
		r.t.Fatal(err)
	}
	var out []string
	for _, e := range recs {
		if e.TicketID == id {
			out = append(out, e.Kind)
		}
	}
	return out
}

func (r *rig) now(id model.TicketID) model.Ticket {
	r.t.Helper()
	t, err := r.db.Read().Ticket(r.ctx, model.System("test"), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return t
}

// only is the error of what gives something else too.
func only[T any](_ T, err error) error { return err }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func is(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
}

// refused checks for one problem with the field.
func refused(t testing.TB, err error, field, key string) {
	t.Helper()
	for _, p := range model.Problems(err) {
		if p.Field == field && p.Key == key {
			return
		}
	}
	t.Fatalf("got %v, want %s: %s", err, field, key)
}

// folder keeps files in a directory, enough for verbs; the product's own is tested beside it.
type folder string

func (f folder) path(sum [32]byte) string {
	return filepath.Join(string(f), "f"+string(rune('a'+sum[0]%26))+hexOf(sum))
}

func hexOf(sum [32]byte) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for _, c := range sum {
		b.WriteByte(digits[c>>4])
		b.WriteByte(digits[c&15])
	}
	return b.String()
}

func (f folder) Put(_ context.Context, r io.Reader, limit int64) (Stored, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return Stored{}, err
	}
	if int64(len(b)) > limit {
		return Stored{Size: int64(len(b))}, model.ErrTooLarge
	}
	s := Stored{SHA256: sha256.Sum256(b), Size: int64(len(b)), Head: b[:min(len(b), 3072)]}
	return s, os.WriteFile(f.path(s.SHA256), b, 0o600)
}

func (f folder) Open(_ context.Context, sum [32]byte) (io.ReadSeekCloser, error) {
	return os.Open(f.path(sum))
}

func (f folder) Remove(_ context.Context, sum [32]byte) error {
	err := os.Remove(f.path(sum))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
