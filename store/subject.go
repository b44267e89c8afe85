package store

import (
	"context"

	"escalated/model"
)

const subjectColumns = "id, ticket_id, type, object_id, role, position"

// Subjects are the objects a ticket is about, in order.
func (r Reader) Subjects(ctx context.Context, t model.TicketID) ([]model.Subject, error) {
	return many[model.Subject](ctx, r, "SELECT "+subjectColumns+" FROM ticket_subjects WHERE ticket_id = ? ORDER BY position, id", t)
}

// PutSubject puts an object to a ticket, at the place. One that is there
// already moves there and takes the role. fresh says that it was not.
func (tx *Tx) PutSubject(ctx context.Context, t model.TicketID, s model.SubjectRef, position int) (id model.SubjectID, fresh bool, err error) {
	if err := tx.watch(ctx, "ticket_subjects", t, t, s.Type, s.ID); err != nil {
		return 0, false, err
	}
	n, err := tx.exec(ctx, "INSERT INTO ticket_subjects (ticket_id, type, object_id, role, position) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", t, s.Type, s.ID, s.Role, position)
	if err != nil {
		return 0, false, err
	}
	id, err = one[model.SubjectID](ctx, tx.Reader, "UPDATE ticket_subjects SET role = ?, position = ? WHERE ticket_id = ? AND type = ? AND object_id = ? RETURNING id", s.Role, position, t, s.Type, s.ID)
	return id, n == 1, err
}

// DropSubject takes an object off a ticket.
func (tx *Tx) DropSubject(ctx context.Context, s model.Subject) error {
	if err := tx.watch(ctx, "ticket_subjects", s.Ticket, s.Ticket, s.Type, s.Object); err != nil {
		return err
	}
	_, err := tx.exec(ctx, "DELETE FROM ticket_subjects WHERE id = ?", s.Link)
	return err
}

// TicketsAbout are the newest tickets about an object, as the actor sees them.
func (r Reader) TicketsAbout(ctx context.Context, by model.Actor, kind, object string, limit int) ([]model.TicketRow, error) {
	cond, args := visible(by, true)
	return many[model.TicketRow](ctx, r, `SELECT t.id, t.reference, t.subject, t.state, t.status_id, t.public_at FROM ticket_subjects s CROSS JOIN tickets t ON t.id = s.ticket_id
		WHERE s.type = ? AND s.object_id = ? AND `+cond+" ORDER BY t.id DESC LIMIT ?", append(append([]any{kind, object}, args...), limit)...)
}

// subjectsExtra lists what a ticket is about on its page.
var subjectsExtra = listExtra(`SELECT json_group_array(json_object('link', s.id, 'type', s.type, 'id', s.object_id, 'role', s.role) ORDER BY s.position, s.id)
	FROM ticket_subjects s WHERE s.ticket_id = t.id`, nil,
	func(v *model.TicketView, _ model.Actor, list []model.Subject) { v.Subjects = list })
