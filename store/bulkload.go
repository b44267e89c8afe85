package store

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/jmoiron/sqlx"

	"escalated/model"
)

// Bulk writes very many tickets into a desk that has none: rows as they are
// given, by prepared statements, without counters, events' outlets or
// indexes, which are made at the end. Nothing is mailed and nobody is told.
type Bulk struct {
	Tx    *Tx // of the running batch
	db    *DB
	stmts map[string]*sqlx.Stmt
	last  struct{ ticket, message int64 }
}

// ErrNotEmpty refuses a bulk load into a desk that is in use.
var ErrNotEmpty = errors.New("the desk has tickets already")

// bulkTables are the tables whose indexes are made after the load.
var bulkTables = "tickets|messages|events|ticket_tags|ticket_people"

var indexStatement = regexp.MustCompile(`(?m)^CREATE (?:UNIQUE )?INDEX (\w+)\s+ON (\w+)\([^;]*;`)

// indexes are the statements of the schema for the tables of a bulk load, by name.
func indexes() (names, statements []string) {
	for _, m := range indexStatement.FindAllStringSubmatch(schema, -1) {
		for t := range strings.SplitSeq(bulkTables, "|") {
			if m[2] == t {
				names, statements = append(names, m[1]), append(statements, m[0])
			}
		}
	}
	return names, statements
}

// BulkLoad runs fn, which writes with the Bulk it is given, and then makes
// indexes, counts and statistics. A failure leaves a desk that is of no use.
// stage is told what begins, for a progress line; it may be nil.
func (db *DB) BulkLoad(ctx context.Context, stage func(string), fn func(b *Bulk) error) error {
	if n, err := one[int](ctx, db.Read(), "SELECT EXISTS (SELECT 1 FROM tickets) + EXISTS (SELECT 1 FROM messages)"); err != nil {
		return err
	} else if n > 0 {
		return ErrNotEmpty
	}
	if stage == nil {
		stage = func(string) {}
	}
	names, statements := indexes()
	before := []string{"INSERT INTO search (search, rank) VALUES ('hashsize', 67108864)", "PRAGMA foreign_keys = OFF", "PRAGMA cache_size = -131072", "PRAGMA wal_autocheckpoint = 20000"}
	for _, n := range names {
		before = append(before, "DROP INDEX "+n)
	}
	after := append(statements, "INSERT INTO search (search, rank) VALUES ('hashsize', 1048576)",
		"DELETE FROM pile_counts", "INSERT INTO pile_counts (department_id, pile, n) SELECT coalesce(department_id, 0), pile, count(*) FROM tickets GROUP BY 1, 2",
		"UPDATE counters SET n = max(n, (SELECT coalesce(max(id), 0) FROM tickets)) WHERE name = 'ticket'",
		"INSERT OR REPLACE INTO outlets (name, last_event_id) SELECT o.name, (SELECT coalesce(max(id), 0) FROM events) FROM (SELECT name FROM outlets UNION VALUES ('search'), ('mail'), ('notify')) o",
		"PRAGMA analysis_limit = 1000", "ANALYZE", "PRAGMA foreign_keys = ON", "PRAGMA cache_size = -4096", "PRAGMA wal_autocheckpoint = 1000")
	stage("rows")
	if err := db.run(ctx, before); err != nil {
		return err
	}
	b := &Bulk{db: db}
	if err := b.begin(ctx); err != nil {
		return err
	}
	if err := fn(b); err != nil {
		b.Tx.tx.Rollback() // the first error is the one to tell
		return err
	}
	if err := b.commit(); err != nil {
		return err
	}
	stage("indexes")
	if err := db.run(ctx, after); err != nil {
		return err
	}
	if _, err := db.RecountViews(ctx); err != nil {
		return fmt.Errorf("count views: %w", err)
	}
	stage("search")
	return db.run(ctx, []string{"INSERT INTO search (search) VALUES ('optimize')", "PRAGMA wal_checkpoint(TRUNCATE)"})
}

func (db *DB) run(ctx context.Context, statements []string) error {
	for _, s := range statements {
		if _, err := db.w.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("%.60s: %w", s, fault(err))
		}
	}
	return nil
}

func (b *Bulk) begin(ctx context.Context) error {
	raw, err := b.db.w.BeginTxx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", fault(err))
	}
	b.Tx = &Tx{Reader: Reader{q: raw, db: b.db, tx: raw}, Ctx: context.WithValue(ctx, writing{}, true), Now: b.db.Now(), touched: map[model.TicketID]*facets{}}
	b.stmts = map[string]*sqlx.Stmt{}
	return nil
}

func (b *Bulk) commit() error {
	for _, s := range b.stmts {
		s.Close()
	}
	return fault(b.Tx.tx.Commit())
}

// Flush commits what was written and begins the next batch.
func (b *Bulk) Flush(ctx context.Context) error {
	if err := b.commit(); err != nil {
		return err
	}
	return b.begin(ctx)
}

func (b *Bulk) put(q string, args ...any) error {
	s, ok := b.stmts[q]
	if !ok {
		var err error
		if s, err = b.Tx.tx.PreparexContext(b.Tx.Ctx, q); err != nil {
			return fault(err)
		}
		b.stmts[q] = s
	}
	_, err := s.Exec(args...)
	return fault(err)
}

const putTicket = `INSERT INTO tickets (id, reference, subject, subject_key, status_id, state, priority, type, channel, department_id, assignee_id, requester_id, contact_id, locale,
	first_message_id, last_message_id, last_public_id, last_public_by, message_count, public_count, file_count, preview, created_at, updated_at, public_at, customer_at, waiting_since,
	first_response_at, resolved_at, closed_at, reopened_count, deleted_at, deleted_by, held_at)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

// BulkTicket is a ticket with everything that hangs on it.
type BulkTicket struct {
	model.Ticket
	Tags         []model.TagID
	Participants []model.PersonID
	Followers    []model.PersonID
	Messages     []model.Message // in order; ids are given
	Records      []model.Record  // in order; ids are given
	Index        bool            // feed the full-text index here
}

// Ticket writes a ticket. Its id, the ids of its messages, its counts and its
// marks are made here, as the verbs would have.
func (b *Bulk) Ticket(t *BulkTicket) error {
	b.last.ticket++
	t.ID = model.TicketID(b.last.ticket)
	t.Sum(b.last.message)
	b.last.message += int64(len(t.Messages))
	if err := b.put(putTicket, t.ID, t.Reference, t.Subject, model.SortKey(t.Subject), int64(t.Status), int64(t.Status), int64(t.Priority), int64(t.Type), int64(t.Channel), t.DepartmentID, t.AssigneeID,
		t.RequesterID, t.ContactID, t.Locale, t.FirstMessageID, t.LastMessageID, t.LastPublicID, t.LastPublicBy, t.MessageCount, t.PublicCount, t.FileCount, t.Preview,
		t.CreatedAt, t.UpdatedAt, t.PublicAt, t.CustomerAt, t.WaitingSince, t.FirstResponseAt, t.ResolvedAt, t.ClosedAt, t.ReopenedCount, t.DeletedAt, t.DeletedBy, t.HeldAt); err != nil {
		return fmt.Errorf("ticket %d: %w", t.ID, err)
	}
	for i := range t.Messages {
		if err := b.message(t, &t.Messages[i]); err != nil {
			return err
		}
	}
	for _, g := range t.Tags {
		if err := b.put("INSERT OR IGNORE INTO ticket_tags (ticket_id, tag_id, pile) SELECT ?, ?, pile FROM tickets WHERE id = ?", t.ID, g, t.ID); err != nil {
			return err
		}
	}
	for role, list := range [][]model.PersonID{nil, t.Participants, t.Followers} {
		for _, p := range list {
			if err := b.put("INSERT OR IGNORE INTO ticket_people (person_id, role, ticket_id) VALUES (?, ?, ?)", p, role, t.ID); err != nil {
				return err
			}
		}
	}
	for _, e := range t.Records {
		if err := b.put("INSERT INTO events (at, kind, ticket_id, actor_id, via, is_public, action_id, ticket_version, data) VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?)",
			e.At, e.Kind, t.ID, e.ActorID, int64(e.Via), flag(e.IsPublic), e.ActionID, string(e.Data)); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bulk) message(t *BulkTicket, m *model.Message) error {
	if err := b.put("INSERT INTO messages (id, ticket_id, author_id, kind, via, body, held_at, deleted_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		m.ID, t.ID, m.AuthorID, int64(m.Kind), int64(m.Via), m.Body, m.HeldAt, m.DeletedAt, m.CreatedAt); err != nil {
		return fmt.Errorf("message %d: %w", m.ID, err)
	}
	if !t.Index || m.DeletedAt != 0 && m.ID != t.FirstMessageID {
		return nil
	}
	subject, body, notes, facets := searchSource{
		Kind: m.Kind, Body: m.Body, Held: m.HeldAt != 0, Deleted: m.DeletedAt != 0, First: m.ID == t.FirstMessageID, Subject: t.Subject,
		Channel: t.Channel, Requester: t.RequesterID, Contact: t.ContactID, Assignee: t.AssigneeID, Department: t.DepartmentID,
	}.columns()
	return b.put("INSERT INTO search (rowid, subject, body, notes, facets) VALUES (?, ?, ?, ?, ?)", m.ID, subject, body, notes, facets)
}

// Sum numbers the messages from after and brings counts and marks in line with
// them. An author who is the requester, the contact or a participant is the
// customer's side.
func (t *BulkTicket) Sum(after int64) {
	if t.WaitingSince == 0 {
		t.WaitingSince = model.Never
	}
	t.UpdatedAt, t.PublicAt, t.CustomerAt = max(t.UpdatedAt, t.CreatedAt), max(t.PublicAt, t.CreatedAt), max(t.CustomerAt, t.CreatedAt)
	for i := range t.Messages {
		m := &t.Messages[i]
		m.ID, m.TicketID = model.MessageID(after+int64(i)+1), t.ID
		t.MessageCount++
		t.LastMessageID = m.ID
		if i == 0 {
			t.FirstMessageID = m.ID
		}
		t.UpdatedAt = max(t.UpdatedAt, m.CreatedAt)
		if !m.Public() {
			continue
		}
		t.PublicCount++
		t.LastPublicID, t.LastPublicBy, t.Preview, t.PublicAt = m.ID, m.AuthorID, model.Excerpt(m.Body, 120), max(t.PublicAt, m.CreatedAt)
		if customer := m.AuthorID == t.RequesterID || m.AuthorID == t.ContactID; customer {
			t.CustomerAt = max(t.CustomerAt, m.CreatedAt)
			if t.WaitingSince == model.Never && t.Status.IsOpen() {
				t.WaitingSince = m.CreatedAt
			}
		} else {
			t.WaitingSince = model.Never
			if t.FirstResponseAt == 0 {
				t.FirstResponseAt = m.CreatedAt
			}
		}
	}
}

// Person writes a person with an address and the row of the people's search.
func (b *Bulk) Person(n model.NewPerson) (model.PersonID, error) {
	id, err := b.Tx.InsertPerson(b.Tx.Ctx, n)
	if err != nil {
		return 0, err
	}
	return id, b.Tx.indexPerson(b.Tx.Ctx, int64(id))
}

// Department writes a department.
func (b *Bulk) Department(name, slug string) (model.DepartmentID, error) {
	n, err := b.Tx.insert(b.Tx.Ctx, "INSERT INTO departments (name, sort_name, slug) VALUES (?, ?, ?)", name, model.SortKey(name), slug)
	return model.DepartmentID(n), err
}

// Tag writes a tag.
func (b *Bulk) Tag(name, slug, hue string) (model.TagID, error) {
	n, err := b.Tx.insert(b.Tx.Ctx, "INSERT INTO tags (name, sort_name, slug, hue) VALUES (?, ?, ?, ?)", name, model.SortKey(name), slug, hue)
	return model.TagID(n), err
}
