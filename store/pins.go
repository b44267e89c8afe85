package store

import (
	"context"

	"escalated/model"
)

// SetPinned puts a message on top of its ticket, or takes it down with nobody.
func (tx *Tx) SetPinned(ctx context.Context, m model.Message, by model.PersonID) error {
	if err := tx.watch(ctx, "messages", m.TicketID, m.ID); err != nil {
		return err
	}
	at := tx.Now
	if by == 0 {
		at = 0
	}
	n, err := tx.exec(ctx, "UPDATE messages SET pinned_at = ?, pinned_by = ? WHERE id = ? AND deleted_at IS NULL", at, by, m.ID)
	if err == nil && n == 0 {
		err = model.ErrNotFound
	}
	return err
}

var pinnedExtra = listExtra(`SELECT json_group_array(json_object('id', m.id, 'body', substr(m.body, 1, 600), 'markdown', m.markdown, 'author', p.name, 'by', coalesce(b.name, ''), 'at', m.pinned_at) ORDER BY m.pinned_at, m.id)
	FROM (SELECT * FROM messages INDEXED BY messages_pinned WHERE ticket_id = t.id AND pinned_at IS NOT NULL ORDER BY id LIMIT 20) m JOIN people p ON p.id = m.author_id LEFT JOIN people b ON b.id = m.pinned_by
	WHERE m.kind = 2 AND m.deleted_at IS NULL`, nil,
	func(v *model.TicketView, _ model.Actor, list []model.PinnedNote) { v.Pinned = list })
