package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/jmoiron/sqlx"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"escalated/model"
)

// Reader runs queries.
type Reader struct {
	q  sqlx.ExtContext
	db *DB
	tx *sqlx.Tx
}

type counting struct{}

// Counting returns a context that counts the queries made under it.
func Counting(ctx context.Context) (context.Context, *atomic.Int64) {
	n := new(atomic.Int64)
	return context.WithValue(ctx, counting{}, n), n
}

func count(ctx context.Context) {
	if n, ok := ctx.Value(counting{}).(*atomic.Int64); ok {
		n.Add(1)
	}
}

// one reads exactly one row; model.ErrNotFound when there is none.
func one[T any](ctx context.Context, r Reader, q string, args ...any) (T, error) {
	return shared(ctx, r, q, args, func() (v T, err error) {
		count(ctx)
		if r.tx == nil {
			if s, err := r.db.stmt(ctx, false, q); err != nil {
				return v, fault(err)
			} else if s != nil {
				err = s.GetContext(ctx, &v, args...)
				return v, fault(err)
			}
		}
		err = sqlx.GetContext(ctx, r.q, &v, q, args...)
		return v, fault(err)
	})
}

// many reads all rows.
func many[T any](ctx context.Context, r Reader, q string, args ...any) ([]T, error) {
	return sharedRows(ctx, r, q, args, func() (v []T, err error) {
		count(ctx)
		if r.tx == nil {
			if s, err := r.db.stmt(ctx, false, q); err != nil {
				return nil, fault(err)
			} else if s != nil {
				err = s.SelectContext(ctx, &v, args...)
				return v, fault(err)
			}
		}
		err = sqlx.SelectContext(ctx, r.q, &v, q, args...)
		return v, fault(err)
	})
}

// in expands slices in the arguments to lists of question marks. An empty
// slice becomes (NULL), which nothing is in.
func in(q string, args ...any) (string, []any) {
	for i, a := range args {
		if n, ok := sliceLen(a); ok && n == 0 {
			args[i] = []any{nil}
		}
	}
	s, out, err := sqlx.In(q, args...)
	if err != nil { // a query of ours is malformed; the database will say so too
		return q, args
	}
	return s, out
}

// exec changes rows and tells how many.
func (tx *Tx) exec(ctx context.Context, q string, args ...any) (int64, error) {
	count(ctx)
	res, err := tx.q.ExecContext(ctx, q, args...)
	if err != nil {
		return 0, fault(err)
	}
	n, err := res.RowsAffected()
	return n, fault(err)
}

// insert adds a row and returns its id.
func (tx *Tx) insert(ctx context.Context, q string, args ...any) (int64, error) {
	count(ctx)
	res, err := tx.q.ExecContext(ctx, q, args...)
	if err != nil {
		return 0, fault(err)
	}
	n, err := res.LastInsertId()
	return n, fault(err)
}

// ErrTaken is a unique value that exists already.
var ErrTaken = fmt.Errorf("taken: %w", model.ErrConflict)

// fault turns driver errors into those of model.
func fault(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		return model.ErrNotFound
	}
	var e *sqlite.Error
	if errors.As(err, &e) {
		switch {
		case e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
			return fmt.Errorf("%w (%v)", ErrTaken, err)
		case e.Code()&0xff == sqlite3.SQLITE_BUSY || e.Code()&0xff == sqlite3.SQLITE_FULL || e.Code()&0xff == sqlite3.SQLITE_READONLY || e.Code()&0xff == sqlite3.SQLITE_IOERR:
			return fmt.Errorf("%w (%v)", model.ErrUnavailable, err)
		}
	}
	return err
}

// Quote makes a text one literal term of an FTS5 query.
func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
