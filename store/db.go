package store

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"escalated/model"
)

//go:embed schema.sql
var schema string

// DB is an open desk: a pool of readers and one writer on one file.
type DB struct {
	r, w  *sqlx.DB
	clock func() time.Time
	path  string

	prepared struct {
		sync.RWMutex
		r, w map[string]*sqlx.Stmt
	}
	mu      sync.Mutex
	wake    []chan struct{}
	machine sync.Map // part → model.PersonID

	book, writerBook atomic.Pointer[viewBook] // as readers and as the writer know it
	bookAge          atomic.Int64             // how often it was forgotten

	followed     func(ctx context.Context, tx *Tx, changed []Followed) error
	followFields atomic.Bool
}

// Options of Open.
type Options struct {
	Clock   func() time.Time // time.Now when nil is given by the caller; required
	Readers int              // connections for reading; 4 when zero
	Fast    bool             // synchronous=OFF, for seeding only: a crash may lose or damage the file
}

func init() { sqlx.BindDriver("sqlite", sqlx.QUESTION) }

// Open opens or creates the database file and brings its schema up to date.
func Open(ctx context.Context, path string, opt Options) (*DB, error) {
	if opt.Clock == nil {
		return nil, errors.New("store: Options.Clock is required")
	}
	if opt.Readers == 0 {
		opt.Readers = 4
	}
	sync := "FULL"
	if opt.Fast {
		sync = "OFF"
	}
	base := "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() +
		"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=foreign_keys(1)&_pragma=cache_size(-4096)&_pragma=temp_store(2)&_dqs=0&_defensive=1&_error_rc=1"
	w, err := sqlx.Open("sqlite", base+"&_pragma=synchronous("+sync+")&_txlock=immediate")
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	w.SetMaxOpenConns(1)
	db := &DB{w: w, clock: opt.Clock, path: path}
	db.prepared.r, db.prepared.w = map[string]*sqlx.Stmt{}, map[string]*sqlx.Stmt{}
	if err := db.migrate(ctx); err != nil {
		w.Close()
		return nil, err
	}
	r, err := sqlx.Open("sqlite", base+"&_pragma=query_only(1)")
	if err != nil {
		w.Close()
		return nil, fmt.Errorf("open database for reading: %w", err)
	}
	r.SetMaxOpenConns(opt.Readers)
	r.SetMaxIdleConns(opt.Readers)
	db.r = r
	return db, nil
}

// Close ends both pools; the write-ahead log is folded into the file.
func (db *DB) Close() error {
	if err := db.r.Close(); err != nil {
		db.w.Close()
		return fmt.Errorf("close readers: %w", err)
	}
	if err := db.w.Close(); err != nil {
		return fmt.Errorf("close writer: %w", err)
	}
	return nil
}

// Now is the injected clock's time.
func (db *DB) Now() model.Time { return model.TimeOf(db.clock()) }

// Path is the database file.
func (db *DB) Path() string { return db.path }

// Read gives a Reader. Inside Write, read through the Tx instead, or you see the past.
func (db *DB) Read() Reader { return Reader{q: db.r, db: db} }

// writing marks a context inside Write, so that a nested one is refused at
// once instead of waiting for itself.
type writing struct{}

// Write runs fn in one transaction on the single writer and commits when fn
// returns nil. fn may be called again after a busy error, so it must have no
// effects outside the transaction. A nested Write is a fault and fails.
func (db *DB) Write(ctx context.Context, fn func(tx *Tx) error) error {
	if ctx.Value(writing{}) != nil {
		return errors.New("store: Write inside Write")
	}
	raw, err := db.w.BeginTxx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", fault(err))
	}
	inside := context.WithValue(ctx, writing{}, true)
	q := &statements{Tx: raw, ctx: inside, seen: map[string]*sqlx.Stmt{}}
	tx := &Tx{Reader: Reader{q: q, db: db, tx: raw}, Ctx: inside, Now: db.Now(), touched: map[model.TicketID]*facets{}}
	defer raw.Rollback() // after Commit it reports that there is nothing to roll back
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.end(); err != nil {
		return err
	}
	if err := tx.settle(tx.Ctx); err != nil {
		return fmt.Errorf("keep counts: %w", err)
	}
	if err := tx.keepChanges(tx.Ctx); err != nil {
		return fmt.Errorf("keep changes: %w", err)
	}
	if err := raw.Commit(); err != nil {
		return fmt.Errorf("commit: %w", fault(err))
	}
	if len(tx.views) > 0 {
		db.ForgetViews()
	}
	if id, ok := ctx.Value(undoing{}).(*model.ChangeSetID); ok && tx.setID != 0 {
		*id = tx.setID
	}
	if tx.recorded {
		db.Wake()
	}
	return nil
}

// Woken gives a channel that receives after commits that recorded events. It
// holds one signal: a slow listener misses none, it sees several as one.
func (db *DB) Woken() <-chan struct{} {
	ch := make(chan struct{}, 1)
	db.mu.Lock()
	db.wake = append(db.wake, ch)
	db.mu.Unlock()
	return ch
}

// Wake signals all listeners, after a commit here or in another process.
func (db *DB) Wake() {
	db.mu.Lock()
	defer db.mu.Unlock()
	for _, ch := range db.wake {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

// DataVersion changes when another connection, also of another process, has
// written the file (PRAGMA data_version on a connection of its own pool would
// differ per connection; the writer's is used).
func (db *DB) DataVersion(ctx context.Context) (int64, error) {
	var n int64
	err := db.w.GetContext(ctx, &n, "PRAGMA data_version")
	return n, fault(err)
}

// Ping reads one row, for health checks.
func (db *DB) Ping(ctx context.Context) error {
	var n int
	return fault(db.r.GetContext(ctx, &n, "SELECT count(*) FROM statuses"))
}

// migrate creates a fresh schema. Upgrades of released schemas join here.
func (db *DB) migrate(ctx context.Context) error {
	var n int
	if err := db.w.GetContext(ctx, &n, "PRAGMA user_version"); err != nil {
		return fmt.Errorf("read schema version: %w", fault(err))
	}
	switch {
	case n == SchemaVersion:
		return nil
	case n > SchemaVersion:
		return fmt.Errorf("the database was written by a newer release (schema %d, this one knows %d)", n, SchemaVersion)
	case n != 0:
		return fmt.Errorf("the database has schema %d and there is no upgrade from it", n)
	}
	tx, err := db.w.BeginTxx(ctx, nil)
	if err != nil {
		return fmt.Errorf("create schema: %w", fault(err))
	}
	defer tx.Rollback()                                                                         // nothing to roll back after Commit
	if err := tx.GetContext(ctx, &n, "PRAGMA user_version"); err != nil || n == SchemaVersion { // another process was faster
		return fault(err)
	}
	if _, err := tx.ExecContext(ctx, schema+fmt.Sprintf(";\nPRAGMA user_version = %d;", SchemaVersion)); err != nil {
		return fmt.Errorf("create schema: %w", err)
	}
	return fault(tx.Commit())
}

// SchemaVersion is the number of the schema in schema.sql.
const SchemaVersion = 1

// stmt returns a prepared statement for the pool, kept by its text. Texts
// built with lists are many, so the number kept is bounded.
func (db *DB) stmt(ctx context.Context, write bool, q string) (*sqlx.Stmt, error) {
	db.prepared.RLock()
	pool, m := db.r, db.prepared.r
	if write {
		pool, m = db.w, db.prepared.w
	}
	s, ok := m[q]
	full := len(m) >= 400
	db.prepared.RUnlock()
	if ok || full || strings.Contains(q, "PRAGMA") || write {
		return s, nil
	}
	s, err := pool.PreparexContext(ctx, q)
	if err != nil {
		return nil, err
	}
	db.prepared.Lock()
	defer db.prepared.Unlock()
	if old, ok := m[q]; ok {
		s.Close()
		return old, nil
	}
	m[q] = s
	return s, nil
}
