package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"escalated/model"
)

const outgoingColumns = `o.id, o.event_id, o.ticket_id, o.message_id, o.person_id, o.token_id, o.address, o.kind, o.subject, o.message_ref, o.state, o.attempts,
	o.created_at, o.next_at, o.leased_until, o.last_error, o.sent_at`

// InsertMail queues a composed mail; false when the event made it before.
func (tx *Tx) InsertMail(ctx context.Context, m model.OutgoingMail, raw []byte) (bool, error) {
	n, err := tx.exec(ctx, `INSERT INTO outgoing_mail (event_id, ticket_id, message_id, person_id, token_id, address, kind, subject, message_ref, raw, state, created_at, next_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (event_id, address, kind) DO NOTHING`,
		int64(m.EventID), m.TicketID, m.MessageID, m.PersonID, m.TokenID, m.Address, string(m.Kind), m.Subject, m.MessageRef, raw, string(m.State), m.CreatedAt, m.NextAt)
	return n == 1, err
}

// MailDue reports whether a mail waits to be sent now.
func (r Reader) MailDue(ctx context.Context, now model.Time) (bool, error) {
	return one[bool](ctx, r, "SELECT EXISTS (SELECT 1 FROM outgoing_mail WHERE next_at <= ? AND (leased_until IS NULL OR leased_until <= ?))", now, now)
}

// ClaimMails takes due mails, oldest first. The attempt, the lease and the time
// of the next try are written before anything is sent: whatever happens to the
// sender, the mail comes back by itself. again gives the time of the next try
// by the number of tries made with this one.
func (tx *Tx) ClaimMails(ctx context.Context, limit int, lease time.Duration, again func(tries int) model.Time) ([]model.OutgoingMail, error) {
	due, err := many[model.OutgoingMail](ctx, tx.Reader, `UPDATE outgoing_mail SET attempts = attempts + 1, leased_until = ?
		WHERE id IN (SELECT id FROM outgoing_mail WHERE next_at <= ? AND (leased_until IS NULL OR leased_until <= ?) ORDER BY next_at, id LIMIT ?)
		RETURNING `+strings.ReplaceAll(outgoingColumns, "o.", ""), tx.Now.Add(lease), tx.Now, tx.Now, limit)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(due, func(a, b model.OutgoingMail) int { return int(a.ID - b.ID) })
	for i := range due {
		due[i].NextAt = again(due[i].Attempts)
		if _, err := tx.exec(ctx, "UPDATE outgoing_mail SET next_at = ? WHERE id = ?", due[i].NextAt, int64(due[i].ID)); err != nil {
			return nil, err
		}
	}
	return due, nil
}

// MailRaw loads the composed bytes of a mail, links and files left out.
func (r Reader) MailRaw(ctx context.Context, id model.MailID) ([]byte, error) {
	return one[[]byte](ctx, r, "SELECT raw FROM outgoing_mail WHERE id = ?", int64(id))
}

// Mail loads a mail of the queue.
func (r Reader) Mail(ctx context.Context, id model.MailID) (model.OutgoingMail, error) {
	return one[model.OutgoingMail](ctx, r, "SELECT "+outgoingColumns+" FROM outgoing_mail o WHERE o.id = ?", int64(id))
}

// MailSent ends a mail that the server took.
func (tx *Tx) MailSent(ctx context.Context, id model.MailID) error {
	_, err := tx.exec(ctx, "UPDATE outgoing_mail SET state = 'sent', sent_at = ?, next_at = NULL, leased_until = NULL, last_error = '' WHERE id = ?", tx.Now, int64(id))
	return err
}

// MailLater gives a mail back, to be tried again at a time.
func (tx *Tx) MailLater(ctx context.Context, id model.MailID, at model.Time, reason string) error {
	_, err := tx.exec(ctx, "UPDATE outgoing_mail SET next_at = ?, leased_until = NULL, last_error = ? WHERE id = ? AND state = 'queued'", at, reason, int64(id))
	return err
}

// MailFailed ends a mail that nobody took.
func (tx *Tx) MailFailed(ctx context.Context, id model.MailID, reason string) error {
	_, err := tx.exec(ctx, "UPDATE outgoing_mail SET state = 'failed', next_at = NULL, leased_until = NULL, last_error = ? WHERE id = ?", reason, int64(id))
	return err
}

// RetryMail queues a failed, kept or waiting mail anew; false when it is sent
// already or just being sent.
func (tx *Tx) RetryMail(ctx context.Context, id model.MailID) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE outgoing_mail SET state = 'queued', attempts = 0, next_at = ?, leased_until = NULL
		WHERE id = ? AND state <> 'sent' AND (leased_until IS NULL OR leased_until <= ?)`, tx.Now, int64(id), tx.Now)
	return n == 1, err
}

// OutgoingMails lists the queue, newest first.
func (r Reader) OutgoingMails(ctx context.Context, f model.OutgoingFilter) ([]model.OutgoingItem, error) {
	q, args := outgoingWhere(f)
	return many[model.OutgoingItem](ctx, r, "SELECT "+outgoingColumns+`, coalesce(t.reference, '') AS reference, coalesce(p.name, '') AS name
		FROM outgoing_mail o LEFT JOIN tickets t ON t.id = o.ticket_id LEFT JOIN people p ON p.id = o.person_id`+q+" ORDER BY o.id DESC LIMIT ? OFFSET ?",
		append(args, f.Size, (f.Page-1)*f.Size)...)
}

// CountMails counts mails of the queue, at most model.OutgoingCap.
func (r Reader) CountMails(ctx context.Context, f model.OutgoingFilter) (int, error) {
	q, args := outgoingWhere(f)
	return one[int](ctx, r, "SELECT count(*) FROM (SELECT 1 FROM outgoing_mail o"+q+" LIMIT ?)", append(args, model.OutgoingCap)...)
}

func outgoingWhere(f model.OutgoingFilter) (string, []any) {
	q, args := " WHERE 1 = 1", []any(nil)
	if f.State != "" {
		q, args = q+" AND o.state = ?", append(args, string(f.State))
	}
	if f.Ticket != 0 {
		q, args = q+" AND o.ticket_id = ?", append(args, f.Ticket)
	}
	return q, args
}

// ForgetMailBodies drops the bytes of mails sent before t, which stay listed,
// and tells how many.
func (tx *Tx) ForgetMailBodies(ctx context.Context, t model.Time, limit int) (int64, error) {
	return tx.exec(ctx, `UPDATE outgoing_mail SET raw = NULL WHERE id IN (SELECT id FROM outgoing_mail WHERE state = 'sent' AND sent_at < ? AND raw IS NOT NULL ORDER BY id LIMIT ?)`, t, limit)
}

// ReleaseMails ends the leases of a sender that died: of senders there is one
// at a time. The time of the next try stays.
func (tx *Tx) ReleaseMails(ctx context.Context) (int64, error) {
	return tx.exec(ctx, "UPDATE outgoing_mail SET leased_until = NULL WHERE next_at IS NOT NULL AND leased_until IS NOT NULL")
}
