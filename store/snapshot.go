package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"time"

	"github.com/jmoiron/sqlx"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"escalated/model"
)

// lone opens an existing database file on one connection, without bringing
// its schema up to date and without writing. fixed promises that nobody else
// touches the file.
func lone(path string, fixed bool) (*DB, error) {
	dsn := "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() + "?mode=rw&_pragma=busy_timeout(10000)&_pragma=query_only(1)&_pragma=cache_size(-16384)&_error_rc=1"
	if fixed {
		dsn = "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() + "?mode=ro&immutable=1&_pragma=cache_size(-16384)&_error_rc=1"
	}
	c, err := sqlx.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	c.SetMaxOpenConns(1)
	return &DB{r: c, w: c, path: path}, nil
}

// at runs fn with a Reader that sees the file as of one instant, whatever
// others write meanwhile.
func (db *DB) at(ctx context.Context, fn func(r Reader) error) error {
	tx, err := db.r.BeginTxx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin to read: %w", fault(err))
	}
	defer tx.Rollback() // it only read
	return fn(Reader{q: tx, db: db, tx: tx})
}

// Snapshot copies a database that may be in use into a new file, as of one
// instant. Writers are not held up.
func Snapshot(ctx context.Context, path, to string) error {
	db, err := lone(path, false)
	if err != nil {
		return err
	}
	defer db.r.Close()
	c, err := db.r.Conn(ctx)
	if err != nil {
		return fmt.Errorf("open database: %w", fault(err))
	}
	defer c.Close()
	target := "file:" + (&url.URL{Path: filepath.ToSlash(to)}).EscapedPath()
	err = c.Raw(func(dc any) error {
		src, ok := dc.(interface {
			NewBackup(to string) (*sqlite.Backup, error)
		})
		if !ok {
			return errors.New("the driver cannot copy a database")
		}
		b, err := src.NewBackup(target)
		if err != nil {
			return err
		}
		return errors.Join(copyPages(ctx, b), b.Finish())
	})
	if err != nil && !errors.Is(err, driver.ErrBadConn) {
		err = fault(err)
	}
	if err != nil {
		return fmt.Errorf("copy database: %w", err)
	}
	return nil
}

// copyPages copies all pages in one go: pieces would begin again with every
// write of others.
func copyPages(ctx context.Context, b *sqlite.Backup) error {
	for {
		more, err := b.Step(-1)
		var e *sqlite.Error
		switch {
		case err == nil && !more:
			return nil
		case err != nil && (!errors.As(err, &e) || e.Code()&0xff != sqlite3.SQLITE_BUSY && e.Code()&0xff != sqlite3.SQLITE_LOCKED):
			return err
		}
		pause, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		<-pause.Done()
		cancel()
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// contents are the hashes of everything a database expects on disk.
type contents struct{ files, mails [][32]byte }

func (r Reader) contents(ctx context.Context) (c contents, err error) {
	files, err := many[[]byte](ctx, r, "SELECT sha256 FROM blobs ORDER BY id")
	if err != nil {
		return c, fmt.Errorf("list files: %w", err)
	}
	mails, err := many[[]byte](ctx, r, "SELECT DISTINCT sha256 FROM mail_ledger ORDER BY 1")
	if err != nil {
		return c, fmt.Errorf("list raw mail: %w", err)
	}
	return contents{sums(files), sums(mails)}, nil
}

func sums(rows [][]byte) [][32]byte {
	out := make([][32]byte, len(rows))
	for i, b := range rows {
		copy(out[i][:], b)
	}
	return out
}

// expects reports whether a content is still wanted.
func (r Reader) expects(ctx context.Context, mail bool, sum [32]byte) (bool, error) {
	q := "SELECT EXISTS (SELECT 1 FROM blobs WHERE sha256 = ?)"
	if mail {
		q = "SELECT EXISTS (SELECT 1 FROM mail_ledger WHERE sha256 = ?)"
	}
	return one[bool](ctx, r, q, sum[:])
}

// Counts are the sizes of a desk, for reports of backups and checks.
type Counts struct {
	Tickets  int `json:"tickets" db:"tickets"`
	Messages int `json:"messages" db:"messages"`
	Files    int `json:"files" db:"files"`
	Mails    int `json:"mails" db:"mails"`
}

func (r Reader) totals(ctx context.Context) (Counts, error) {
	return one[Counts](ctx, r, `SELECT (SELECT count(*) FROM tickets) AS tickets, (SELECT count(*) FROM messages) AS messages,
		(SELECT count(*) FROM blobs) AS files, (SELECT count(*) FROM mail_ledger) AS mails`)
}

// schemaOf is the schema a file has; model.ErrNotFound when it is no desk's.
func (r Reader) schemaOf(ctx context.Context) (int, error) {
	n, err := one[int](ctx, r, "PRAGMA user_version")
	if err == nil && n == 0 {
		err = model.ErrNotFound
	}
	return n, err
}
