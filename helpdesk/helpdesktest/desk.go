// Package helpdesktest is the kit for tests of the whole desk: a real database
// in a temporary folder, a clock that stands still until it is moved, people
// made in a word, and browsers without a screen. Hosts may use it too.
//
//	d := helpdesktest.New(t)
//	ada := d.Customer("ada")
//	page := d.As(ada).Get("tickets/")
package helpdesktest

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"escalated/desk"
	"escalated/helpdesk"
	"escalated/model"
	"escalated/store"
)

// Start is where the clock of every test desk begins: a Monday morning.
var Start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// Desk is a desk under test.
type Desk struct {
	T    testing.TB
	Desk *helpdesk.Desk
	Log  *Lines // what the desk logged

	handler http.Handler
	prefix  string
	now     atomic.Int64 // milliseconds after Start
}

// Option changes the configuration of a test desk.
type Option func(*helpdesk.Config)

// Settings changes settings: Settings("guest_tickets_enabled", "false").
func Settings(pairs ...string) Option {
	return func(c *helpdesk.Config) {
		for i := 0; i+1 < len(pairs); i += 2 {
			if err := c.Settings.Set(pairs[i], pairs[i+1]); err != nil {
				panic(err) // a mistake in the test
			}
		}
	}
}

// New makes an empty desk that ends with the test.
func New(t testing.TB, opts ...Option) *Desk {
	t.Helper()
	d := &Desk{T: t, Log: &Lines{}}
	cfg := helpdesk.Config{
		Settings: model.DefaultSettings(),
		Data:     t.TempDir(),
		Clock:    d.Clock,
		Fast:     true, // no test pulls the plug on this process
		Log:      slog.New(slog.NewTextHandler(d.Log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if err := cfg.Settings.Set("undo_send_seconds", "0"); err != nil { // sent is said, unless a test asks for more
		panic(err)
	}
	if err := cfg.Settings.Set("mail_burst_seconds", "0"); err != nil { // and news is told at once
		panic(err)
	}
	for _, o := range opts {
		o(&cfg)
	}
	var err error
	if d.Desk, err = helpdesk.New(cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Desk.Close(); err != nil {
			t.Error(err)
		}
	})
	d.handler, d.prefix = d.Desk.Server(), "/"+cfg.Settings.RoutePrefix
	return d
}

// Clock is the desk's clock.
func (d *Desk) Clock() time.Time {
	return Start.Add(time.Duration(d.now.Load()) * time.Millisecond)
}

// Later moves the clock.
func (d *Desk) Later(by time.Duration) { d.now.Add(by.Milliseconds()) }

// Now is the clock's time as the desk stores it.
func (d *Desk) Now() model.Time { return model.TimeOf(d.Clock()) }

// Verbs are the desk's verbs.
func (d *Desk) Verbs() *desk.Desk { return d.Desk.Desk() }

// DB is the desk's database.
func (d *Desk) DB() *store.DB { return d.Desk.DB() }

// Settle does all background work that is due.
func (d *Desk) Settle() {
	d.T.Helper()
	d.must(d.Desk.Settle(context.Background()))
}

// Serve starts the desk's own server and its background work on a free port
// of this machine and returns the address of its pages. Both end with the test.
func (d *Desk) Serve() string {
	d.T.Helper()
	url, err := d.Desk.Listen("127.0.0.1:0")
	d.must(err)
	ctx, cancel := context.WithCancel(context.Background())
	served, ran := make(chan error, 1), make(chan error, 1)
	go func() { served <- d.Desk.Serve(ctx) }()
	go func() { ran <- d.Desk.Run(ctx) }()
	d.T.Cleanup(func() {
		cancel()
		for _, c := range []chan error{served, ran} {
			if err := <-c; err != nil {
				d.T.Error(err)
			}
		}
	})
	return url
}

func (d *Desk) must(err error) {
	d.T.Helper()
	if err != nil {
		d.T.Fatal(err)
	}
}

var _ io.Writer = (*Lines)(nil)
