package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jmoiron/sqlx"

	"escalated/model"
)

// Savepoint runs fn as a part of the transaction that happens whole or not at
// all: when fn fails, what it wrote is taken back, with what was noted for
// taking the action back, and the transaction goes on without it.
func (tx *Tx) Savepoint(ctx context.Context, fn func() error) error {
	if _, err := tx.exec(ctx, "SAVEPOINT part"); err != nil {
		return err
	}
	set, recorded, facts, noted := tx.set, tx.recorded, tx.facts, 0
	if tx.set != nil {
		noted = len(tx.set.rows)
	}
	err := fn()
	if err != nil {
		if _, back := tx.exec(ctx, "ROLLBACK TO part"); back != nil {
			return errors.Join(err, back)
		}
		// What was touched stays known: settle finds that nothing changed.
		tx.recorded, tx.facts = recorded, facts
		if tx.set = set; tx.set != nil {
			for _, row := range tx.set.rows[noted:] {
				delete(tx.set.byName, row.name)
			}
			tx.set.rows = tx.set.rows[:noted]
		}
	}
	if _, out := tx.exec(ctx, "RELEASE part"); out != nil {
		return errors.Join(err, out)
	}
	return err
}

// Facts is how many facts the transaction recorded so far.
func (tx *Tx) Facts() int { return tx.facts }

// statements runs the statements of one transaction and prepares those that
// come again: a change of many tickets says the same few over and over.
type statements struct {
	*sqlx.Tx
	ctx  context.Context
	seen map[string]*sqlx.Stmt
}

// maxStatements bounds what is kept; texts built with lists are many.
const maxStatements = 200

// again is the prepared statement of a text that was used before.
func (s *statements) again(q string) (*sqlx.Stmt, error) {
	p, ok := s.seen[q]
	switch {
	case p != nil:
		return p, nil
	case !ok:
		if len(s.seen) < maxStatements {
			s.seen[q] = nil
		}
		return nil, nil
	}
	p, err := s.PreparexContext(s.ctx, q) // ends with the transaction
	if err == nil {
		s.seen[q] = p
	}
	return p, err
}

// QueryContext asks, for rows.
func (s *statements) QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	if p, err := s.again(q); p != nil || err != nil {
		if err != nil {
			return nil, err
		}
		return p.QueryContext(ctx, args...)
	}
	return s.Tx.QueryContext(ctx, q, args...)
}

// QueryxContext asks, for rows that scan into structs.
func (s *statements) QueryxContext(ctx context.Context, q string, args ...any) (*sqlx.Rows, error) {
	if p, err := s.again(q); p != nil || err != nil {
		if err != nil {
			return nil, err
		}
		return p.QueryxContext(ctx, args...)
	}
	return s.Tx.QueryxContext(ctx, q, args...)
}

// QueryRowxContext asks, for one row.
func (s *statements) QueryRowxContext(ctx context.Context, q string, args ...any) *sqlx.Row {
	if p, err := s.again(q); p != nil && err == nil {
		return p.QueryRowxContext(ctx, args...)
	}
	return s.Tx.QueryRowxContext(ctx, q, args...)
}

// ExecContext changes rows.
func (s *statements) ExecContext(ctx context.Context, q string, args ...any) (sql.Result, error) {
	if p, err := s.again(q); p != nil || err != nil {
		if err != nil {
			return nil, err
		}
		return p.ExecContext(ctx, args...)
	}
	return s.Tx.ExecContext(ctx, q, args...)
}

// Touched reports whether the transaction may have changed a ticket already.
func (tx *Tx) Touched(id model.TicketID) bool {
	_, ok := tx.touched[id]
	return ok
}
