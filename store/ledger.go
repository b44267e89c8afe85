package store

import (
	"context"
	"time"

	"escalated/model"
)

// LedgerBySHA finds the first mail with these bytes: what came of them is in
// its row, later copies only say that they are copies.
func (r Reader) LedgerBySHA(ctx context.Context, sum [32]byte) (model.InboundMail, error) {
	return one[model.InboundMail](ctx, r, ledgerQuery+"WHERE l.sha256 = ? AND l.disposition <> 'duplicate' ORDER BY l.id LIMIT 1", sum[:])
}

// InsertLedger writes the row of a mail that is on disk.
func (tx *Tx) InsertLedger(ctx context.Context, m model.InboundMail) (model.LedgerID, error) {
	id, err := tx.insert(ctx, `INSERT INTO mail_ledger (door, sha256, size, header_id, from_addr, from_name, subject, disposition, reason, ticket_id, message_id, live, attempts, received_at, done_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		m.Door, m.SHA256, m.Size, m.HeaderID, m.FromAddress, m.FromName, m.Subject, string(m.Outcome), m.Reason, m.TicketID, m.MessageID, flag(m.Live), m.Attempts, tx.Now, m.DoneAt)
	return model.LedgerID(id), err
}

// LedgerTried counts a try to decide about a mail.
func (tx *Tx) LedgerTried(ctx context.Context, id model.LedgerID) error {
	_, err := tx.exec(ctx, "UPDATE mail_ledger SET attempts = attempts + 1 WHERE id = ?", int64(id))
	return err
}

// LedgerDone writes what became of a mail.
func (tx *Tx) LedgerDone(ctx context.Context, m model.InboundMail) error {
	n, err := tx.exec(ctx, `UPDATE mail_ledger SET header_id = ?, from_addr = ?, from_name = ?, subject = ?, disposition = ?, reason = ?, detail = ?,
		ticket_id = ?, message_id = ?, automatic = ?, done_at = ? WHERE id = ?`,
		m.HeaderID, m.FromAddress, m.FromName, m.Subject, string(m.Outcome), m.Reason, m.Detail, m.TicketID, m.MessageID, flag(m.Automatic), m.DoneAt, int64(m.ID))
	if err == nil && n == 0 {
		err = model.ErrNotFound
	}
	return err
}

// LedgerReleased notes that the held message of a mail is shown now.
func (tx *Tx) LedgerReleased(ctx context.Context, id model.LedgerID) error {
	_, err := tx.exec(ctx, "UPDATE mail_ledger SET disposition = 'reply', done_at = ? WHERE id = ? AND disposition = 'held'", tx.Now, int64(id))
	return err
}

// Ledger loads one row.
func (r Reader) Ledger(ctx context.Context, id model.LedgerID) (model.InboundMail, error) {
	return one[model.InboundMail](ctx, r, ledgerQuery+"WHERE l.id = ?", int64(id))
}

const ledgerQuery = `SELECT l.id, l.door, l.sha256, l.size, l.header_id, l.from_addr, l.from_name, l.subject, l.disposition, l.reason, l.detail, l.ticket_id, coalesce(t.reference, '') AS reference,
	l.message_id, l.automatic, l.live, l.attempts, l.received_at, l.done_at FROM mail_ledger l LEFT JOIN tickets t ON t.id = l.ticket_id `

// LedgerPage lists received mail, newest first, and counts it up to model.InboundCap.
func (r Reader) LedgerPage(ctx context.Context, f model.InboundFilter) ([]model.InboundMail, int, error) {
	where, args := "", []any{}
	if f.Outcome != "" {
		where, args = "WHERE l.disposition = ? ", []any{string(f.Outcome)}
	}
	n, err := one[int](ctx, r, "SELECT count(*) FROM (SELECT 1 FROM mail_ledger l "+where+"LIMIT ?)", append(args, model.InboundCap)...)
	if err != nil {
		return nil, 0, err
	}
	rows, err := many[model.InboundMail](ctx, r, ledgerQuery+where+"ORDER BY l.id DESC LIMIT ? OFFSET ?",
		append(args, model.InboundPageSize, (max(f.Page, 1)-1)*model.InboundPageSize)...)
	return rows, n, err
}

// LedgerWaiting counts mails with an outcome, at most model.InboundCap.
func (r Reader) LedgerWaiting(ctx context.Context, o model.Outcome) (int, error) {
	return one[int](ctx, r, "SELECT count(*) FROM (SELECT 1 FROM mail_ledger WHERE disposition = ? LIMIT ?)", string(o), model.InboundCap)
}

// LeftMail lists mails that were kept before t and never decided.
func (r Reader) LeftMail(ctx context.Context, t model.Time, limit int) ([]model.InboundMail, error) {
	return many[model.InboundMail](ctx, r, ledgerQuery+"WHERE l.disposition = 'received' AND l.received_at < ? ORDER BY l.id LIMIT ?", t, limit)
}

// MailArrived counts a mail under a key and tells how many came within the
// time before now, this one included.
func (tx *Tx) MailArrived(ctx context.Context, key string, within time.Duration) (int, error) {
	minute := tx.Now - tx.Now%60000
	if _, err := tx.exec(ctx, "INSERT INTO throttles (key, window_at, n) VALUES (?, ?, 1) ON CONFLICT (key, window_at) DO UPDATE SET n = n + 1", key, minute); err != nil {
		return 0, err
	}
	return one[int](ctx, tx.Reader, "SELECT sum(n) FROM throttles WHERE key = ? AND window_at > ?", key, minute.Add(-within))
}

// DropMessage takes a held message out of its ticket: nobody sees it any more.
func (tx *Tx) DropMessage(ctx context.Context, m model.Message) error {
	if err := tx.touch(ctx, m.TicketID); err != nil {
		return err
	}
	n, err := tx.exec(ctx, "UPDATE messages SET deleted_at = ? WHERE id = ? AND held_at IS NOT NULL AND deleted_at IS NULL", tx.Now, m.ID)
	if err != nil || n == 0 {
		return err
	}
	if _, err := tx.exec(ctx, "DELETE FROM search WHERE rowid = ?", m.ID); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, "DELETE FROM mail_refs WHERE ticket_id = ? AND message_id = ? AND ours = 0", m.TicketID, m.ID); err != nil {
		return err
	}
	_, err = tx.exec(ctx, `UPDATE tickets SET version = version + 1, updated_at = max(updated_at, ?), message_count = message_count - 1,
		file_count = file_count - (SELECT count(*) FROM attachments WHERE message_id = ? AND is_inline = 0),
		last_message_id = (SELECT max(id) FROM messages WHERE ticket_id = tickets.id AND deleted_at IS NULL) WHERE id = ?`, tx.Now, m.ID, m.TicketID)
	return err
}
