package store

import (
	"context"

	"escalated/model"
)

// SaveRecipient keeps that a message goes to somebody beside its requester:
// role is cc or bcc.
func (tx *Tx) SaveRecipient(ctx context.Context, message model.MessageID, role, address string, who model.PersonID) error {
	_, err := tx.exec(ctx, "INSERT INTO message_recipients (message_id, role, address, person_id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", message, role, address, who)
	return err
}

// Recipients are the people a message goes to beside its requester.
func (r Reader) Recipients(ctx context.Context, message model.MessageID, role string) ([]model.Person, error) {
	return many[model.Person](ctx, r, "SELECT "+personColumns+personFrom+"WHERE p.id IN (SELECT person_id FROM message_recipients WHERE message_id = ? AND role = ?) ORDER BY p.id", message, role)
}

var recipientsExtra = listExtra(`SELECT json_group_array(json_object('message', r.message_id, 'role', r.role, 'address', r.address))
	FROM (SELECT id FROM messages WHERE ticket_id = t.id ORDER BY id DESC LIMIT 50) m JOIN message_recipients r ON r.message_id = m.id`, nil,
	func(v *model.TicketView, _ model.Actor, list []model.Recipient) { v.Recipients = list })

func init() { extras = append(extras, recipientsExtra) }
