package store

import (
	"context"

	"escalated/model"
)

const sideColumns = `s.id, s.ticket_id, s.subject, s.person_id, s.created_by, s.created_at, s.updated_at, s.closed_at, s.version, p.name, coalesce(e.address, '') AS email,
	(SELECT count(*) FROM messages m WHERE m.side_id = s.id) AS count`

const sideFrom = ` FROM side_conversations s JOIN tickets t ON t.id = s.ticket_id JOIN people p ON p.id = s.person_id
	LEFT JOIN person_emails e ON e.person_id = p.id AND e.is_primary = 1 WHERE `

// SideConversation loads one of a ticket the actor may see. Only staff may.
func (r Reader) SideConversation(ctx context.Context, by model.Actor, id model.SideID) (model.SideConversation, error) {
	if !by.Staff() {
		return model.SideConversation{}, model.ErrNotFound
	}
	cond, args := visible(by, true)
	return one[model.SideConversation](ctx, r, "SELECT "+sideColumns+sideFrom+"s.id = ? AND "+cond, append([]any{id}, args...)...)
}

// SideMessages are what was said in a side conversation the caller has checked
// to be visible, oldest first.
func (r Reader) SideMessages(ctx context.Context, by model.Actor, id model.SideID) ([]model.ThreadItem, error) {
	rows, err := many[messageRow](ctx, r, "SELECT "+messageColumns+`, p.name AS author_name, p.kind AS author_kind, coalesce(e.address, '') AS author_email
		FROM messages m JOIN people p ON p.id = m.author_id LEFT JOIN person_emails e ON e.person_id = p.id AND e.is_primary = 1
		WHERE m.side_id = ? AND m.deleted_at IS NULL ORDER BY m.id LIMIT 500`, id)
	return items(rows, by), err
}

// InsertSide begins a side conversation.
func (tx *Tx) InsertSide(ctx context.Context, s model.SideConversation) (model.SideID, error) {
	id, err := tx.insert(ctx, "INSERT INTO side_conversations (ticket_id, subject, person_id, created_by, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)",
		s.TicketID, s.Subject, s.PersonID, s.CreatedBy, tx.Now, tx.Now)
	return model.SideID(id), err
}

// TouchSide notes that something was said; it opens again when it was closed.
func (tx *Tx) TouchSide(ctx context.Context, id model.SideID) error {
	_, err := tx.exec(ctx, "UPDATE side_conversations SET updated_at = ?, closed_at = NULL, version = version + 1 WHERE id = ?", tx.Now, id)
	return err
}

// CloseSide ends a side conversation, or takes it up again with zero; false
// when it is so already.
func (tx *Tx) CloseSide(ctx context.Context, id model.SideID, at model.Time) (bool, error) {
	n, err := tx.exec(ctx, "UPDATE side_conversations SET closed_at = ?, version = version + 1 WHERE id = ? AND (closed_at IS NULL) = ?", at, id, flag(at != 0))
	return n == 1, err
}

// CopyAttachments hangs files of messages of one ticket on another of its
// messages, without copying their bytes.
func (tx *Tx) CopyAttachments(ctx context.Context, ticket model.TicketID, ids []model.AttachmentID, to model.MessageID) (int, error) {
	if len(ids) == 0 {
		return 0, nil
	}
	q, args := in(`INSERT INTO attachments (blob_id, message_id, filename, content_id, is_inline, created_at)
		SELECT a.blob_id, ?, a.filename, '', 0, ? FROM attachments a JOIN messages m ON m.id = a.message_id WHERE m.ticket_id = ? AND a.id IN (?)`, to, tx.Now, ticket, ids)
	n, err := tx.exec(ctx, q, args...)
	return int(n), err
}

// SideOfEvent is the side conversation that a recorded message belongs to.
func (r Reader) SideOfEvent(ctx context.Context, id model.EventID) (model.SideID, error) {
	return one[model.SideID](ctx, r, "SELECT coalesce(json_extract(data, '$.side'), 0) FROM events WHERE id = ? AND kind = 'side.said'", int64(id))
}

var sidesExtra = listExtra(`SELECT json_group_array(json_object('id', s.id, 'subject', s.subject, 'with', coalesce(nullif(p.name, ''), e.address, ''),
	'count', (SELECT count(*) FROM messages m WHERE m.side_id = s.id), 'closed', s.closed_at IS NOT NULL, 'at', s.updated_at) ORDER BY s.id DESC)
	FROM (SELECT * FROM side_conversations WHERE ticket_id = t.id ORDER BY id DESC LIMIT 20) s JOIN people p ON p.id = s.person_id
	LEFT JOIN person_emails e ON e.person_id = p.id AND e.is_primary = 1`, nil,
	func(v *model.TicketView, _ model.Actor, list []model.SideRef) { v.Sides = list })

func init() { extras = append(extras, sidesExtra) }

// SideRefs are the Message-IDs of a side conversation, oldest first: ours as
// they left and those of the answers.
func (r Reader) SideRefs(ctx context.Context, id model.SideID, limit int) ([]string, error) {
	return many[string](ctx, r, `SELECT ref FROM (SELECT x.ref, x.at FROM messages m JOIN mail_refs x ON x.ticket_id = m.ticket_id AND x.message_id = m.id
		WHERE m.side_id = ? ORDER BY x.at DESC LIMIT ?) ORDER BY at`, id, limit)
}
