package store

import (
	"context"
	"fmt"

	"escalated/model"
)

// Piece is a message as the rules of splitting and merging look at it.
type Piece struct {
	ID       model.MessageID   `db:"id"`
	Kind     model.MessageKind `db:"kind"`
	AuthorID model.PersonID    `db:"author_id"`
	Staff    bool              `db:"staff"` // its author works here
	Held     bool              `db:"held"`
	At       model.Time        `db:"created_at"`
}

// Public reports whether customers see the message.
func (p Piece) Public() bool { return p.Kind == model.ReplyKind && !p.Held }

// Pieces are all messages of a ticket that were not deleted, in order.
func (r Reader) Pieces(ctx context.Context, id model.TicketID) ([]Piece, error) {
	return many[Piece](ctx, r, `SELECT m.id, m.kind, m.author_id, p.kind IN ('light','agent','admin') AS staff, m.held_at IS NOT NULL AS held, m.created_at
		FROM messages m JOIN people p ON p.id = m.author_id WHERE m.ticket_id = ? AND m.deleted_at IS NULL ORDER BY m.id`, id)
}

// MoveMessage puts a message into another ticket, with its files and all that
// hangs on it. Its id stays, and with it its place in time.
func (tx *Tx) MoveMessage(ctx context.Context, id model.MessageID, from, to model.TicketID) error {
	if err := tx.watch(ctx, "messages", from, id); err != nil {
		return err
	}
	n, err := tx.exec(ctx, "UPDATE messages SET ticket_id = ?, came_from = ? WHERE id = ? AND ticket_id = ?", to, from, id, from)
	if err == nil && n == 0 {
		err = model.ErrNotFound
	}
	return err
}

// MovedMessages brings a ticket in line after messages left it or came to it:
// its counts, and since when its customer waits.
func (tx *Tx) MovedMessages(ctx context.Context, id model.TicketID) error {
	if err := tx.Recount(ctx, id); err != nil {
		return err
	}
	const side = " FROM messages m JOIN people p ON p.id = m.author_id LEFT JOIN mail_ledger l ON l.id = m.mail_id WHERE m.ticket_id = ?1 AND m.kind = 1 AND m.held_at IS NULL AND m.deleted_at IS NULL"
	const staff, customer = " AND p.kind IN ('light','agent','admin')", " AND p.kind NOT IN ('light','agent','admin') AND coalesce(l.automatic, 0) = 0"
	_, err := tx.exec(ctx, `UPDATE tickets SET version = version + 1,
		customer_at = coalesce((SELECT max(m.created_at)`+side+customer+`), customer_at),
		public_at = max(public_at, coalesce((SELECT max(m.created_at)`+side+`), 0)),
		first_response_at = coalesce(first_response_at, (SELECT min(m.created_at)`+side+staff+` AND m.id > coalesce((SELECT first_message_id FROM tickets WHERE id = ?1), 0))),
		waiting_since = CASE WHEN state >= 7 THEN waiting_since ELSE
			coalesce((SELECT min(m.created_at)`+side+customer+` AND m.id > coalesce((SELECT max(m.id)`+side+staff+`), 0)), ?2) END
		WHERE id = ?1`, id, int64(model.Never))
	if err != nil {
		return fmt.Errorf("count moved messages: %w", err)
	}
	return nil
}

// CopyReads gives a ticket the read marks of another: ids of messages that
// moved mean the same in both.
func (tx *Tx) CopyReads(ctx context.Context, from, to model.TicketID) error {
	_, err := tx.exec(ctx, `INSERT INTO ticket_reads (person_id, ticket_id, message_id) SELECT person_id, ?, message_id FROM ticket_reads WHERE ticket_id = ?
		ON CONFLICT (person_id, ticket_id) DO NOTHING`, to, from)
	return err
}

// RefMoved finds the ticket into which the message with a Message-ID was split
// out of another one.
func (r Reader) RefMoved(ctx context.Context, ref string, from model.TicketID) (model.TicketID, error) {
	return one[model.TicketID](ctx, r, "SELECT m.ticket_id FROM mail_refs r JOIN messages m ON m.id = r.message_id WHERE r.ref = ? AND m.came_from = ? AND m.ticket_id <> ?", ref, from, from)
}

// MessagesOf are the ids of everything said in a ticket, deleted messages and
// talks with third parties included.
func (r Reader) MessagesOf(ctx context.Context, id model.TicketID) ([]model.MessageID, error) {
	return many[model.MessageID](ctx, r, "SELECT id FROM messages WHERE ticket_id = ? ORDER BY id", id)
}
