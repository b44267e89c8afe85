package store

import (
	"context"

	"escalated/model"
)

// InsertMessage writes a message and returns it with its id.
func (tx *Tx) InsertMessage(ctx context.Context, m model.Message) (model.Message, error) {
	m.CreatedAt = tx.Now
	id, err := tx.insert(ctx, `INSERT INTO messages (ticket_id, author_id, kind, via, body, markdown, html, html_policy, mail_id, held_at, side_id, came_from, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, m.TicketID, m.AuthorID, int64(m.Kind), int64(m.Via), m.Body, flag(m.Markdown), m.HTML, m.HTMLPolicy, m.LedgerID, m.HeldAt, m.SideID, m.CameFrom, m.CreatedAt)
	m.ID = model.MessageID(id)
	if err != nil {
		return m, err
	}
	return m, tx.watchNew(ctx, "messages", m.TicketID, m.ID)
}

// ReleaseMessage shows a held message to the customer's side.
func (tx *Tx) ReleaseMessage(ctx context.Context, id model.MessageID) error {
	n, err := tx.exec(ctx, "UPDATE messages SET held_at = NULL WHERE id = ? AND held_at IS NOT NULL", id)
	if err == nil && n == 0 {
		err = model.ErrNotFound
	}
	return err
}

// SetMessageHTML replaces the kept HTML of a message, after its pictures got
// their addresses.
func (tx *Tx) SetMessageHTML(ctx context.Context, id model.MessageID, html string, policy int) error {
	_, err := tx.exec(ctx, "UPDATE messages SET html = ?, html_policy = ? WHERE id = ?", html, policy, id)
	return err
}

const messageColumns = "m.id, m.ticket_id, m.author_id, m.kind, m.via, m.body, m.markdown, m.html, m.html_policy, m.mail_id, m.held_at, m.deleted_at, m.pinned_at, m.pinned_by, m.side_id, m.came_from, m.created_at"

type messageRow struct {
	model.Message
	AuthorName  string     `db:"author_name"`
	AuthorKind  model.Kind `db:"author_kind"`
	AuthorEmail string     `db:"author_email"`
}

func items(rows []messageRow, by model.Actor) []model.ThreadItem {
	out := make([]model.ThreadItem, len(rows))
	for i, r := range rows {
		out[i] = model.ThreadItem{Message: r.Message, Author: model.PersonRef{ID: r.AuthorID, Kind: r.AuthorKind, Name: r.AuthorName, Email: r.AuthorEmail}, Mine: r.AuthorID == by.ID && by.ID != 0, HasRaw: r.LedgerID != 0}
		if !by.Staff() && !out[i].Mine {
			out[i].Author.Email = "" // customers never see the addresses of others
		}
	}
	return out
}

// Message loads one message of a ticket the actor may see.
func (r Reader) Message(ctx context.Context, by model.Actor, id model.MessageID) (model.ThreadItem, error) {
	cond, args := visible(by, true)
	row, err := one[messageRow](ctx, r, "SELECT "+messageColumns+", "+namedFor(by)+` AS author_name, p.kind AS author_kind, coalesce(e.address, '') AS author_email
		FROM messages m JOIN tickets t ON t.id = m.ticket_id JOIN people p ON p.id = m.author_id LEFT JOIN person_emails e ON e.person_id = p.id AND e.is_primary = 1
		WHERE m.id = ? AND `+visibleMessages(by)+" AND "+cond, append([]any{id}, args...)...)
	if err != nil {
		return model.ThreadItem{}, err
	}
	return items([]messageRow{row}, by)[0], nil
}

// Thread loads messages of a ticket the caller has checked to be visible: the
// first one and the newest last, or with after only those with a greater id.
// all loads every one. The number left out between is returned too.
func (r Reader) Thread(ctx context.Context, by model.Actor, t model.Ticket, after model.MessageID, last int, all bool) ([]model.ThreadItem, int, error) {
	q := "SELECT " + messageColumns + ", " + namedFor(by) + ` AS author_name, p.kind AS author_kind, coalesce(e.address, '') AS author_email
		FROM messages m JOIN people p ON p.id = m.author_id LEFT JOIN person_emails e ON e.person_id = p.id AND e.is_primary = 1
		WHERE m.ticket_id = ? AND ` + visibleMessages(by)
	args := []any{t.ID}
	switch {
	case after != 0:
		q, args = q+" AND m.id > ? ORDER BY m.id", append(args, after)
	case all:
		q += " ORDER BY m.id"
	default:
		q, args = q+" AND (m.id = ? OR m.id IN (SELECT m.id FROM messages m WHERE m.ticket_id = ? AND "+visibleMessages(by)+" ORDER BY m.id DESC LIMIT ?)) ORDER BY m.id", append(args, t.FirstMessageID, t.ID, last)
	}
	rows, err := many[messageRow](ctx, r, q, args...)
	if err != nil {
		return nil, 0, err
	}
	total := t.PublicCount
	if by.Staff() {
		total = t.MessageCount
	}
	left := 0
	if after == 0 && total > len(rows) {
		left = total - len(rows)
	}
	return items(rows, by), left, nil
}

// NewestPublicAfter is the newest public message after one, if any.
// What the reader wrote themselves is no news to them.
func (r Reader) NewestPublicAfter(ctx context.Context, ticket model.TicketID, seen model.MessageID, reader model.PersonID) (model.MessageID, error) {
	return one[model.MessageID](ctx, r, "SELECT id FROM messages WHERE ticket_id = ? AND id > ? AND author_id <> ? AND kind = 1 AND held_at IS NULL AND deleted_at IS NULL ORDER BY id DESC LIMIT 1", ticket, int64(seen), int64(reader))
}

// Operation looks up what an op of this owner made before.
func (tx *Tx) Operation(ctx context.Context, owner, op, verb string) (int64, error) {
	return one[int64](ctx, tx.Reader, "SELECT result_id FROM operations WHERE owner = ? AND op = ? AND verb = ?", owner, op, verb)
}

// SaveOperation remembers what an op made.
func (tx *Tx) SaveOperation(ctx context.Context, owner, op, verb string, result int64) error {
	_, err := tx.exec(ctx, "INSERT INTO operations (owner, op, verb, result_id, at) VALUES (?, ?, ?, ?, ?)", owner, op, verb, result, tx.Now)
	return err
}

// ForgetOperation lets an op be used again: what it made was taken back.
func (tx *Tx) ForgetOperation(ctx context.Context, owner, op, verb string) error {
	_, err := tx.exec(ctx, "DELETE FROM operations WHERE owner = ? AND op = ? AND verb = ?", owner, op, verb)
	return err
}

// ForgetOperations drops ops older than t.
func (tx *Tx) ForgetOperations(ctx context.Context, t model.Time) error {
	_, err := tx.exec(ctx, "DELETE FROM operations WHERE at < ?", t)
	return err
}
