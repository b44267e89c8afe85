package store

import (
	"context"

	"escalated/model"
)

// SaveMailRef keeps a Message-ID. One that is known already stays as it was:
// ids are given by others too, and a later mail must not take one over. Within
// a person's chain the times always grow, though several be kept at once.
func (tx *Tx) SaveMailRef(ctx context.Context, m model.MailRef) error {
	_, err := tx.exec(ctx, `INSERT INTO mail_refs (ref, ticket_id, message_id, person_id, ours, at)
		VALUES (?, ?, ?, ?, ?, max(?, coalesce((SELECT max(at) + 1 FROM mail_refs WHERE ticket_id = ? AND person_id = ?), 0))) ON CONFLICT (ref) DO NOTHING`,
		m.Ref, m.TicketID, m.MessageID, m.PersonID, flag(m.Ours), tx.Now, m.TicketID, m.PersonID)
	return err
}

// MailRef finds a Message-ID, and the ticket its message is in now.
func (r Reader) MailRef(ctx context.Context, ref string) (model.MailRef, error) {
	return one[model.MailRef](ctx, r, "SELECT ref, coalesce((SELECT m.ticket_id FROM messages m WHERE m.id = r.message_id), ticket_id) AS ticket_id, coalesce(message_id, 0) AS message_id, coalesce(person_id, 0) AS person_id, ours, at FROM mail_refs r WHERE ref = ?", ref)
}

// MailChain lists the Message-IDs of the mails that a person sent or got in a
// ticket or in those merged into it, oldest first: at most last of the newest,
// and the very first.
func (r Reader) MailChain(ctx context.Context, ticket model.TicketID, person model.PersonID, last int) ([]string, error) {
	const from = "FROM mail_refs WHERE ticket_id IN (SELECT ?1 UNION ALL SELECT id FROM tickets WHERE merged_into = ?1) AND person_id = ?2"
	newest, err := many[string](ctx, r, "SELECT ref "+from+" ORDER BY at DESC, ref DESC LIMIT ?3", ticket, person, last+1)
	if err != nil {
		return nil, err
	}
	full := len(newest) > last
	if full {
		newest = newest[:last]
	}
	chain := make([]string, 0, len(newest)+1)
	if full {
		first, err := one[string](ctx, r, "SELECT ref "+from+" ORDER BY at, ref LIMIT 1", ticket, person)
		if err != nil {
			return nil, err
		}
		chain = append(chain, first)
	}
	for i := len(newest) - 1; i >= 0; i-- {
		chain = append(chain, newest[i])
	}
	return chain, nil
}
