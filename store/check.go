package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"escalated/model"
)

// Health is what a check of a data directory found.
type Health struct {
	Counts
	Faults  []string `json:"faults"`
	Orphans int      `json:"orphans"` // files that belong to no row: harmless, swept later
	Behind  int      `json:"behind"`  // messages the search index has not reached yet
}

// maxFaults is how many faults of one sort are named.
const maxFaults = 50

// Check verifies a data directory that may be in use: the database, the files
// it names and what has to agree within it. quick leaves the content of files
// unread. What is wrong is in the answer; an error means that it could not be
// found out.
func Check(ctx context.Context, l Layout, quick bool) (Health, error) {
	h := Health{Faults: []string{}}
	if _, err := os.Stat(l.Database()); err != nil {
		return h, fmt.Errorf("look for the database: %w", err)
	}
	db, err := lone(l.Database(), false)
	if err != nil {
		return h, err
	}
	defer db.r.Close()
	c := checking{Layout: l, quick: quick, h: &h}
	err = db.at(ctx, func(r Reader) error { return c.database(ctx, r) })
	if damaged(err) {
		c.fault("the database cannot be read: %v", err)
		return h, nil
	}
	if err != nil || len(h.Faults) > 0 && c.want.files == nil && c.want.mails == nil {
		return h, err
	}
	return h, c.disk(ctx)
}

// damaged reports whether the file is no sound database.
func damaged(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && (e.Code()&0xff == sqlite3.SQLITE_CORRUPT || e.Code()&0xff == sqlite3.SQLITE_NOTADB)
}

// checking is one check.
type checking struct {
	Layout
	quick bool
	h     *Health
	want  contents
}

func (c *checking) fault(format string, args ...any) {
	c.h.Faults = append(c.h.Faults, fmt.Sprintf(format, args...))
}

// database looks at the file itself first: a damaged one is not asked more.
func (c *checking) database(ctx context.Context, r Reader) error {
	n, err := r.schemaOf(ctx)
	if errors.Is(err, model.ErrNotFound) {
		c.fault("the database is not one of a desk")
		return nil
	}
	if err != nil {
		return fmt.Errorf("read schema: %w", err)
	}
	if n > SchemaVersion {
		return fmt.Errorf("the database was written by a newer release (schema %d, this one knows %d)", n, SchemaVersion)
	}
	pragma := "PRAGMA integrity_check(50)"
	if c.quick {
		pragma = "PRAGMA quick_check(50)"
	}
	rows, err := many[string](ctx, r, pragma)
	if err != nil {
		return fmt.Errorf("check the database: %w", err)
	}
	if len(rows) != 1 || rows[0] != "ok" {
		for _, row := range rows {
			c.fault("database: %s", row)
		}
		return nil
	}
	return c.rows(ctx, r)
}

// rows looks whether what has to agree agrees.
func (c *checking) rows(ctx context.Context, r Reader) (err error) {
	type loose struct {
		Table  string `db:"table"`
		Row    *int64 `db:"rowid"`
		Parent string `db:"parent"`
		FK     int    `db:"fkid"`
	}
	bad, err := many[loose](ctx, r, "PRAGMA foreign_key_check")
	if err != nil {
		return fmt.Errorf("check foreign keys: %w", err)
	}
	for i, b := range bad {
		if i == maxFaults {
			break
		}
		row := int64(0)
		if b.Row != nil {
			row = *b.Row
		}
		c.fault("%s row %d names a row of %s that is not there", b.Table, row, b.Parent)
	}
	counts, err := r.CountFaults(ctx)
	if err != nil {
		return fmt.Errorf("compare counts: %w", err)
	}
	c.h.Faults = append(c.h.Faults, counts...)
	for _, q := range agreements {
		rows, err := many[string](ctx, r, q+fmt.Sprintf(" LIMIT %d", maxFaults))
		if err != nil {
			return fmt.Errorf("compare rows: %w", err)
		}
		c.h.Faults = append(c.h.Faults, rows...)
	}
	if err := c.search(ctx, r); err != nil {
		return err
	}
	if c.h.Counts, err = r.totals(ctx); err != nil {
		return fmt.Errorf("count: %w", err)
	}
	c.want, err = r.contents(ctx)
	return err
}

// agreements are what one transaction writes together: a half of it alone
// would be a fault. Each query names what is wrong.
var agreements = []string{
	`SELECT 'ticket ' || id || ' has no message' FROM tickets t WHERE NOT EXISTS (SELECT 1 FROM messages m WHERE m.ticket_id = t.id)`,
	`SELECT 'ticket ' || id || ': ' || (SELECT count(*) FROM events e WHERE e.ticket_id = t.id AND e.kind IN ('ticket.opened', 'ticket.split_from')) || ' openings recorded' FROM tickets t
		WHERE (SELECT count(*) FROM events e WHERE e.ticket_id = t.id AND e.kind IN ('ticket.opened', 'ticket.split_from')) <> 1`,
	`SELECT 'ticket ' || id || ': ' || message_count || ' messages noted, ' || (SELECT count(*) FROM messages m WHERE m.ticket_id = t.id AND m.kind <> 4 AND m.deleted_at IS NULL) || ' there' FROM tickets t
		WHERE message_count <> (SELECT count(*) FROM messages m WHERE m.ticket_id = t.id AND m.kind <> 4 AND m.deleted_at IS NULL)`,
	`SELECT 'ticket ' || id || ': ' || message_count || ' messages, ' || (SELECT count(*) FROM events e WHERE e.ticket_id = t.id AND e.kind IN ('ticket.opened', 'reply.added', 'note.added')) || ' recorded' FROM tickets t
		WHERE message_count <> (SELECT count(*) FROM events e WHERE e.ticket_id = t.id AND e.kind IN ('ticket.opened', 'reply.added', 'note.added'))
		AND NOT EXISTS (SELECT 1 FROM events e WHERE e.ticket_id = t.id AND e.kind IN ('ticket.merged', 'ticket.merged_in', 'ticket.split', 'ticket.split_from', 'ticket.undone'))`, // moved: the record stays where it was made
	`SELECT 'ticket ' || id || ': the newest message is not the one noted' FROM tickets t WHERE last_message_id IS NOT (SELECT max(id) FROM messages m WHERE m.ticket_id = t.id AND m.kind <> 4 AND m.deleted_at IS NULL)`,
	`SELECT 'message ' || id || ' is of a mail that is not in the ledger as such' FROM messages m WHERE mail_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM mail_ledger l WHERE l.id = m.mail_id AND l.disposition IN ('ticket', 'reply', 'held', 'dropped'))`,
	`SELECT 'mail ' || id || ' became a ' || disposition || ' that is not there' FROM mail_ledger WHERE disposition IN ('ticket', 'reply') AND done_at IS NULL`,
	`SELECT 'attachment ' || id || ' belongs to nothing' FROM attachments WHERE message_id IS NULL AND owner IS NULL`,
	`SELECT 'outgoing mail ' || id || ' is queued and cannot be sent' FROM outgoing_mail WHERE state = 'queued' AND (next_at IS NULL OR raw IS NULL)`,
	`SELECT 'outlet ' || outlet || ' gave up on event ' || event_id || ': ' || error FROM parked_events`,
}

// search compares the full-text index with the messages. What the events
// still have to tell it is behind, not wrong.
func (c *checking) search(ctx context.Context, r Reader) error {
	lacking, err := many[int64](ctx, r, "SELECT m.id FROM messages m WHERE m.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM search_docsize d WHERE d.id = m.id) ORDER BY m.id")
	if err != nil {
		return fmt.Errorf("look into the search index: %w", err)
	}
	coming, err := many[int64](ctx, r, `SELECT json_extract(data, '$.message') FROM events WHERE id > coalesce((SELECT last_event_id FROM outlets WHERE name = 'search'), 0)
		AND kind IN ('ticket.opened', 'reply.added', 'note.added', 'message.released')`)
	if err != nil {
		return fmt.Errorf("look for what the search index waits for: %w", err)
	}
	soon := map[int64]bool{}
	for _, id := range coming {
		soon[id] = true
	}
	wrong := 0
	for _, id := range lacking {
		if soon[id] {
			c.h.Behind++
		} else if wrong++; wrong <= maxFaults {
			c.fault("message %d is not in the search index", id)
		}
	}
	extra, err := many[string](ctx, r, "SELECT 'the search index holds message ' || id || ', which is not there' FROM search_docsize d WHERE NOT EXISTS (SELECT 1 FROM messages m WHERE m.id = d.id) LIMIT 50")
	if err != nil {
		return fmt.Errorf("look into the search index: %w", err)
	}
	c.h.Faults = append(c.h.Faults, extra...)
	return nil
}

// disk compares what the database names with what is on disk.
func (c *checking) disk(ctx context.Context) error {
	files, err := OpenDir(c.Files())
	if err != nil {
		return err
	}
	defer files.Close()
	mails, err := OpenRawMail(c.Mail())
	if err != nil {
		return err
	}
	defer mails.Close()
	for _, sum := range c.want.files {
		if err := c.content(ctx, false, sum, func() (io.ReadCloser, error) { return files.Open(ctx, sum) }); err != nil {
			return err
		}
	}
	for _, sum := range c.want.mails {
		if err := c.content(ctx, true, sum, func() (io.ReadCloser, error) { return mails.Open(ctx, sum) }); err != nil {
			return err
		}
	}
	if err := c.orphans(c.want.files, files.Walk); err != nil {
		return err
	}
	return c.orphans(c.want.mails, mails.Walk)
}

// content looks at one stored file. Raw mail compares itself with its name.
func (c *checking) content(ctx context.Context, mail bool, sum [32]byte, open func() (io.ReadCloser, error)) error {
	what := "file"
	if mail {
		what = "raw mail"
	}
	f, err := open()
	if errors.Is(err, model.ErrNotFound) {
		wanted, err := c.wanted(ctx, mail, sum)
		if wanted {
			c.fault("%s %x is missing", what, sum)
		}
		return err
	}
	if err != nil {
		c.fault("%s %x cannot be read: %v", what, sum, err)
		return nil
	}
	defer f.Close()
	if c.quick {
		return nil
	}
	hash := sha256.New()
	_, err = io.Copy(hash, patient{ctx, f})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		c.fault("%s %x cannot be read: %v", what, sum, err)
	} else if [32]byte(hash.Sum(nil)) != sum {
		c.fault("%s %x is damaged", what, sum)
	}
	return nil
}

// wanted asks again: a file may have been swept since.
func (c *checking) wanted(ctx context.Context, mail bool, sum [32]byte) (bool, error) {
	b := backup{Layout: c.Layout}
	gone, err := b.gone(ctx, mail, sum)
	return !gone, err
}

func (c *checking) orphans(want [][32]byte, walk func(func(sum [32]byte, size int64) error) error) error {
	known := make(map[[32]byte]bool, len(want))
	for _, sum := range want {
		known[sum] = true
	}
	err := walk(func(sum [32]byte, _ int64) error {
		if !known[sum] {
			c.h.Orphans++
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("look for orphans: %w", err)
	}
	return nil
}
