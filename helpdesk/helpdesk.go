package helpdesk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers"
	"escalated/handlers/web"
	"escalated/jobs"
	"escalated/mail"
	"escalated/model"
	"escalated/outbox"
	"escalated/outbox/live"
	"escalated/outbox/webhooks"
	"escalated/store"
)

// Desk is an assembled helpdesk.
type Desk struct {
	cfg   Config
	db    *store.DB
	files *store.Dir
	raw   *store.RawMail
	desk  *desk.Desk
	key   []byte
	hub   *live.Hub
	told  model.EventID // the newest record that open pages were told of; Run's alone
	lock  io.Closer     // nil when opened beside a server

	outbox *outbox.Dispatcher
	post   *mail.Post
	clock  *jobs.Clock
	hooks  *webhooks.Sender

	stopping atomic.Bool
	inside   sync.Once // the application for host programs
	app      *fiber.App
	server   server
}

// New opens the desk to serve it: the data directory is made if needed and
// locked, so that a second server on it fails with ErrInUse.
func New(cfg Config) (*Desk, error) {
	cfg = cfg.resolve()
	if err := makeData(cfg.Settings.Data); err != nil {
		return nil, err
	}
	l, err := lock(cfg.Settings.Data)
	if err != nil {
		return nil, err
	}
	d, err := open(cfg)
	if err != nil {
		l.Close()
		return nil, err
	}
	d.lock = l
	if err := errors.Join(d.files.Sweep(), d.raw.Sweep(), d.clock.Enter(context.Background())); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// Open opens the desk beside a running server, for short commands. What they
// record, the server notices.
func Open(cfg Config) (*Desk, error) {
	cfg = cfg.resolve()
	if err := makeData(cfg.Settings.Data); err != nil {
		return nil, err
	}
	return open(cfg)
}

func open(cfg Config) (*Desk, error) {
	if _, err := web.ParseProxies(cfg.Settings.TrustedProxies); err != nil {
		return nil, err
	}
	dir := cfg.Settings.Data
	key, err := signingKey(dir)
	if err != nil {
		return nil, err
	}
	db, err := store.Open(context.Background(), filepath.Join(dir, databaseName), store.Options{Clock: cfg.Clock, Readers: cfg.Readers, Fast: cfg.Fast})
	if err != nil {
		return nil, err
	}
	d := &Desk{cfg: cfg, db: db, key: key, hub: live.NewHub()}
	if d.files, err = store.OpenDir(filepath.Join(dir, filesName)); err != nil {
		db.Close()
		return nil, err
	}
	if d.raw, err = store.OpenRawMail(filepath.Join(dir, rawName)); err != nil {
		d.Close()
		return nil, err
	}
	d.desk, err = desk.New(desk.Options{DB: db, Key: key, Settings: cfg.Settings, Files: files{d.files}, Raw: d.raw, ReadMail: readMail(desk.Subkey(key, mailKey)), TicketActions: cfg.loggedActions(), SubjectTypes: cfg.SubjectTypes})
	if err != nil {
		d.Close()
		return nil, err
	}
	if err = d.desk.ConfiguredHours(context.Background(), model.System("settings")); err != nil {
		d.Close()
		return nil, err
	}
	if err = d.desk.ConfiguredSLA(context.Background(), model.System("settings")); err != nil {
		d.Close()
		return nil, err
	}
	if d.told, err = d.desk.LastEvent(context.Background(), model.System("live")); err != nil {
		d.Close()
		return nil, err
	}
	d.post = d.postOffice()
	d.desk.CompletesMail(d.post.Shown)
	d.desk.ShowsMail(d.post)
	d.desk.OnNotice(d.noticed)
	d.hooks = webhooks.New(webhooks.Options{DB: db, Settings: d.desk.Settings, Log: cfg.Log})
	d.clock = jobs.New(d.desk, jobs.Schedule(), cfg.Log)
	d.outbox = outbox.New(outbox.Options{DB: db, Outlets: d.outlets(), Log: cfg.Log})
	d.desk.RetriesParked(d.outbox.Retry)
	return d, nil
}

// Stop ends the streams of open pages, so that the host's server can shut
// down. Serve does it by itself.
func (d *Desk) Stop() {
	d.stopping.Store(true)
	d.hub.Close()
}

// Close ends the desk's work on its directory. Servers and Run have to be over.
func (d *Desk) Close() error {
	d.Stop()
	err := errors.Join(d.files.Close(), d.raw.Close(), d.db.Close())
	if d.lock != nil {
		err = errors.Join(err, d.lock.Close())
	}
	if err != nil {
		return fmt.Errorf("close desk: %w", err)
	}
	return nil
}

// Desk is the desk's verbs: hosts call what the pages call.
func (d *Desk) Desk() *desk.Desk { return d.desk }

// DB is the database, for commands that work on it as a whole.
func (d *Desk) DB() *store.DB { return d.db }

// Files are the stored files, for commands that work on them as a whole.
func (d *Desk) Files() *store.Dir { return d.files }

// Data is the data directory.
func (d *Desk) Data() string { return d.cfg.Settings.Data }

// Key signs links and reply addresses.
func (d *Desk) Key() []byte { return d.key }

// Routes is the URL map with the kinds of people each route is for.
func Routes() []web.Route { return handlers.Routes(handlers.Options{}) }

// application assembles the pages: own is for the desk's own server.
func (d *Desk) application(own bool) *fiber.App {
	proxies, err := web.ParseProxies(d.cfg.Settings.TrustedProxies)
	if err != nil {
		d.cfg.Log.Error("trusted_proxies", "error", err) // open checked them already
	}
	return handlers.New(handlers.Options{
		Site: &web.Site{
			Prefix:   d.cfg.prefix(),
			Own:      own,
			Demo:     d.cfg.Demo,
			Secure:   secure(d.cfg.Settings.BaseURL),
			BaseURL:  d.cfg.Settings.BaseURL,
			Key:      d.key,
			Proxies:  proxies,
			Settings: d.settings,
			Statuses: d.statuses,
			Identify: d.identify,
			Setup:    d.setup,
			Now:      d.desk.Now,
			Log:      d.cfg.Log,
		},
		Desk: d.desk, Hub: d.hub, Ready: d.ready,
	})
}

// settings never fails a page: while the database cannot be read, the values
// of file and environment stand.
func (d *Desk) settings(ctx context.Context) model.Settings {
	s, err := d.desk.Settings(ctx)
	if err != nil {
		return d.cfg.Settings
	}
	return s
}

// statuses never fails a page: while they cannot be read, the core ones stand.
func (d *Desk) statuses(ctx context.Context) []model.StatusDef {
	c, err := d.desk.Choices(ctx)
	if err != nil {
		return nil
	}
	return c.Statuses
}

var errStopping = errors.New("stopping")

func (d *Desk) ready() error {
	if d.stopping.Load() {
		return errStopping
	}
	return nil
}
