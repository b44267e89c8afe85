package store

import (
	"context"
	"time"

	"escalated/model"
)

const recordColumns = "e.id, e.at, e.kind, e.ticket_id, coalesce(e.subject_kind, '') AS subject_kind, coalesce(e.subject_id, 0) AS subject_id, e.actor_id, e.via, e.is_public, e.action_id, coalesce(e.ticket_version, 0) AS ticket_version, e.depth, e.data"

// Entries loads the newest events of a ticket for its timeline, oldest first.
// Messages are events too but are shown as themselves, so they are left out.
func (r Reader) Entries(ctx context.Context, by model.Actor, t model.TicketID, after model.EventID, limit int) ([]model.Entry, error) {
	public, undo := "", ", c.id AS change_set"
	if !by.Staff() {
		public, undo = " AND e.is_public = 1", ""
	}
	both, args := bothSeen(by)
	rows, err := many[model.Entry](ctx, r, "SELECT "+recordColumns+undo+", "+namedFor(by)+` AS actor_name, p.kind AS actor_kind FROM events e JOIN people p ON p.id = e.actor_id
		LEFT JOIN change_sets c ON c.action_id = e.action_id AND c.undone_at IS NULL AND c.at > ?
		WHERE e.ticket_id = ? AND e.id > ? AND e.kind NOT IN ('reply.added', 'note.added', 'mail.sent', 'mention.added')`+public+both+" ORDER BY e.id DESC LIMIT ?",
		append(append([]any{int64(r.db.Now().Add(-model.UndoDays * 24 * time.Hour)), t, int64(after)}, args...), limit)...)
	for i, j := 0, len(rows)-1; i < j; i, j = i+1, j-1 {
		rows[i], rows[j] = rows[j], rows[i]
	}
	return rows, err
}

// RecordsAfter loads events in order, for outlets and for live pages.
func (r Reader) RecordsAfter(ctx context.Context, after model.EventID, limit int) ([]model.Record, error) {
	return many[model.Record](ctx, r, "SELECT "+recordColumns+" FROM events e WHERE e.id > ? ORDER BY e.id LIMIT ?", int64(after), limit)
}

// LastEventID is the newest event, zero for none.
func (r Reader) LastEventID(ctx context.Context) (model.EventID, error) {
	return one[model.EventID](ctx, r, "SELECT coalesce((SELECT id FROM events ORDER BY id DESC LIMIT 1), 0)")
}

// MailsOfMessages loads the mails made from messages, by message.
func (r Reader) MailsOfMessages(ctx context.Context, ids []model.MessageID) (map[model.MessageID][]model.MessageMail, error) {
	out := map[model.MessageID][]model.MessageMail{}
	if len(ids) == 0 {
		return out, nil
	}
	q, args := in("SELECT id, message_id, address, state, last_error, coalesce(sent_at, created_at) AS at FROM outgoing_mail WHERE message_id IN (?) AND kind = 'reply'", ids)
	told, more := in(" UNION ALL SELECT o.id, x.message_id, o.address, o.state, o.last_error, coalesce(o.sent_at, o.created_at) FROM mail_tells x JOIN outgoing_mail o ON o.id = x.mail_id WHERE x.message_id IN (?) AND o.kind = 'reply' ORDER BY id", ids)
	q, args = q+told, append(args, more...)
	rows, err := many[model.MessageMail](ctx, r, q, args...)
	for _, d := range rows {
		out[d.MessageID] = append(out[d.MessageID], d)
	}
	return out, err
}

// bothSeen is a condition on events e: what joins a ticket to another one is
// told to narrow agents only if they see that other one too.
func bothSeen(by model.Actor) (string, []any) {
	if !by.Narrow {
		return "", nil
	}
	cond, args := visible(by, true)
	return ` AND (e.kind NOT IN ('ticket.linked', 'ticket.unlinked', 'ticket.merged', 'ticket.merged_in', 'ticket.split', 'ticket.split_from') OR EXISTS (
		SELECT 1 FROM tickets t WHERE t.id = coalesce(json_extract(e.data, '$.other'), json_extract(e.data, '$.into'), json_extract(e.data, '$.from')) AND ` + cond + "))", args
}
