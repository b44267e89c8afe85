package store

import (
	"context"

	"escalated/model"
)

// NoteSeveral keeps that a person is told of a ticket in one mail with others
// of the same action.
func (tx *Tx) NoteSeveral(ctx context.Context, action string, who model.PersonID, kind model.MailKind, word string, ticket model.TicketID, event model.EventID, ready bool) error {
	_, err := tx.exec(ctx, "INSERT INTO mail_several (action_id, person_id, kind, word, ticket_id, event_id, ready) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		action, who, string(kind), word, ticket, int64(event), flag(ready))
	return err
}

// SeveralReady says that nothing more comes of the action of a job.
func (tx *Tx) SeveralReady(ctx context.Context, job model.BulkID) error {
	_, err := tx.exec(ctx, "UPDATE mail_several SET ready = 1 WHERE action_id = (SELECT action_id FROM bulk_jobs WHERE id = ?)", int64(job))
	return err
}

// BulkSize is for how many tickets the job of an action is; zero without one.
func (r Reader) BulkSize(ctx context.Context, action string) (int, error) {
	return one[int](ctx, r, "SELECT coalesce((SELECT total FROM bulk_jobs WHERE action_id = ?), 0)", action)
}

// Several is one mail about several tickets that is to be written.
type Several struct {
	ActionID string         `db:"action_id"`
	PersonID model.PersonID `db:"person_id"`
	Kind     model.MailKind `db:"kind"`
	Word     string         `db:"word"`
	Event    model.EventID  `db:"event_id"` // the first of them
	ActorID  model.PersonID `db:"actor_id"`
	Count    int            `db:"n"`
}

// severalLives leaves out what is no longer so: tickets in the bin, and those
// given on to somebody else.
const severalLives = "t.deleted_at IS NULL AND (s.kind <> 'assigned' OR t.assignee_id = s.person_id)"

// SeveralDue lists mails about several tickets that are ready.
func (r Reader) SeveralDue(ctx context.Context, limit int) ([]Several, error) {
	return many[Several](ctx, r, `SELECT s.action_id, s.person_id, s.kind, s.word, min(s.event_id) AS event_id,
		e.actor_id, sum(`+severalLives+`) AS n
		FROM mail_several s JOIN tickets t ON t.id = s.ticket_id JOIN events e ON e.id = s.event_id WHERE s.ready = 1 GROUP BY s.action_id, s.person_id, s.kind, s.word LIMIT ?`, limit)
}

// SeveralTickets are the first tickets of a mail about several.
func (r Reader) SeveralTickets(ctx context.Context, m Several, limit int) ([]model.TicketRow, error) {
	return many[model.TicketRow](ctx, r, `SELECT t.id, t.reference, t.subject, t.state, t.status_id FROM mail_several s JOIN tickets t ON t.id = s.ticket_id
		WHERE s.action_id = ? AND s.person_id = ? AND s.kind = ? AND s.word = ? AND `+severalLives+" ORDER BY t.id LIMIT ?", m.ActionID, m.PersonID, string(m.Kind), m.Word, limit)
}

// ForgetSeveral drops what is written.
func (tx *Tx) ForgetSeveral(ctx context.Context, m Several) error {
	_, err := tx.exec(ctx, "DELETE FROM mail_several WHERE action_id = ? AND person_id = ? AND kind = ? AND word = ?", m.ActionID, m.PersonID, string(m.Kind), m.Word)
	return err
}
