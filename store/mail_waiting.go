package store

import (
	"context"

	"escalated/model"
)

// Waiting is what somebody is to be told by mail a little later: what one
// action did to one ticket.
type Waiting struct {
	PersonID model.PersonID `db:"person_id"`
	TicketID model.TicketID `db:"ticket_id"`
	First    model.EventID  `db:"first_event"`
	Last     model.EventID  `db:"last_event"`
	ActionID string         `db:"action_id"`
	Digest   bool           `db:"digest"`
	DueAt    model.Time     `db:"due_at"`
}

// MailWaits reports whether something waits to be told to a person about a ticket.
func (r Reader) MailWaits(ctx context.Context, who model.PersonID, ticket model.TicketID) (bool, error) {
	return one[bool](ctx, r, "SELECT EXISTS (SELECT 1 FROM mail_waiting WHERE person_id = ? AND ticket_id = ?)", who, ticket)
}

// WaitMail keeps what somebody is to be told. What they are told about one
// ticket goes together, at the time of the most urgent of it.
func (tx *Tx) WaitMail(ctx context.Context, w Waiting) error {
	_, err := tx.exec(ctx, "INSERT INTO mail_waiting (person_id, ticket_id, first_event, last_event, action_id, digest, due_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		w.PersonID, w.TicketID, int64(w.First), int64(w.Last), w.ActionID, flag(w.Digest), int64(w.DueAt))
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `UPDATE mail_waiting SET (due_at, digest) = (SELECT due_at, digest FROM mail_waiting WHERE person_id = ?1 AND ticket_id = ?2 ORDER BY due_at, digest LIMIT 1)
		WHERE person_id = ?1 AND ticket_id = ?2`, w.PersonID, w.TicketID)
	return err
}

// WaitingDue lists mails that are due: of each the person and the ticket, and
// no ticket for a digest.
func (r Reader) WaitingDue(ctx context.Context, now model.Time, limit int) ([]Waiting, error) {
	return many[Waiting](ctx, r, `SELECT person_id, iif(digest, 0, ticket_id) AS ticket_id, min(first_event) AS first_event, max(last_event) AS last_event, '' AS action_id, digest, min(due_at) AS due_at
		FROM mail_waiting INDEXED BY mail_waiting_due WHERE due_at <= ? GROUP BY person_id, iif(digest, 0, ticket_id), digest ORDER BY 7, 1 LIMIT ?`, int64(now), limit)
}

// WaitingOf lists what a due mail tells, in order.
func (r Reader) WaitingOf(ctx context.Context, w Waiting, now model.Time) ([]Waiting, error) {
	const columns = "SELECT person_id, ticket_id, first_event, last_event, action_id, digest, due_at FROM mail_waiting WHERE person_id = ? "
	if w.Digest {
		return many[Waiting](ctx, r, columns+"AND digest = 1 AND due_at <= ? ORDER BY first_event", w.PersonID, int64(now))
	}
	return many[Waiting](ctx, r, columns+"AND ticket_id = ? ORDER BY first_event", w.PersonID, w.TicketID)
}

// ForgetWaiting drops what is told.
func (tx *Tx) ForgetWaiting(ctx context.Context, w Waiting) error {
	_, err := tx.exec(ctx, "DELETE FROM mail_waiting WHERE person_id = ? AND ticket_id = ? AND first_event = ?", w.PersonID, w.TicketID, int64(w.First))
	return err
}

// RecordsBetween are the events of an action on a ticket.
func (r Reader) RecordsBetween(ctx context.Context, ticket model.TicketID, action string, first, last model.EventID) ([]model.Record, error) {
	return many[model.Record](ctx, r, "SELECT "+recordColumns+" FROM events e WHERE e.ticket_id = ? AND e.id BETWEEN ? AND ? AND e.action_id = ? ORDER BY e.id", ticket, int64(first), int64(last), action)
}

// LastMailTo is when the newest mail of a kind about a ticket was written to a
// person, zero for none.
func (r Reader) LastMailTo(ctx context.Context, who model.PersonID, ticket model.TicketID, kind model.MailKind) (model.Time, error) {
	return one[model.Time](ctx, r, "SELECT coalesce((SELECT created_at FROM outgoing_mail WHERE ticket_id = ? AND person_id = ? AND kind = ? ORDER BY id DESC LIMIT 1), 0)", ticket, who, string(kind))
}

// MailTells notes the messages that a mail tells beside the one in its row.
func (tx *Tx) MailTells(ctx context.Context, m model.OutgoingMail, ids []model.MessageID) error {
	for _, id := range ids {
		_, err := tx.exec(ctx, "INSERT INTO mail_tells (mail_id, message_id) SELECT id, ? FROM outgoing_mail WHERE event_id = ? AND address = ? AND kind = ? ON CONFLICT DO NOTHING",
			int64(id), int64(m.EventID), m.Address, string(m.Kind))
		if err != nil {
			return err
		}
	}
	return nil
}

// ToldBy lists the messages that a mail tells beside the one in its row.
func (r Reader) ToldBy(ctx context.Context, id model.MailID) ([]model.MessageID, error) {
	return many[model.MessageID](ctx, r, "SELECT message_id FROM mail_tells WHERE mail_id = ? ORDER BY message_id", int64(id))
}

// MailUnwanted keeps a mail here that its reader must or would not get any more.
func (tx *Tx) MailUnwanted(ctx context.Context, id model.MailID, why string) error {
	_, err := tx.exec(ctx, "UPDATE outgoing_mail SET state = 'kept', next_at = NULL, leased_until = NULL, last_error = ? WHERE id = ? AND state = 'queued'", why, int64(id))
	return err
}
