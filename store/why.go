package store

import (
	"context"

	"escalated/model"
)

// whyKinds are the facts that explain what a ticket shows now.
var whyKinds = []string{
	"ticket.opened", "ticket.status_changed", "ticket.priority_changed", "ticket.type_changed", "ticket.department_changed",
	"ticket.assigned", "ticket.unassigned", "ticket.requester_changed", "ticket.subject_changed", "ticket.snoozed", "ticket.woken", "ticket.merged", "ticket.split", "ticket.deleted",
}

// WhyFacts are the newest change of each kind of a ticket the caller has
// checked to be visible, newest first.
func (r Reader) WhyFacts(ctx context.Context, by model.Actor, id model.TicketID) ([]model.WhyFact, error) {
	both, more := bothSeen(by)
	q, args := in("SELECT "+recordColumns+`, `+ruleName+` AS actor_name, p.kind AS actor_kind, coalesce(c.kind, '') AS part_of
		FROM (SELECT max(id) AS id FROM events WHERE ticket_id = ? AND kind IN (?) GROUP BY kind) x JOIN events e ON e.id = x.id JOIN people p ON p.id = e.actor_id
		LEFT JOIN change_sets c ON c.action_id = e.action_id WHERE 1 = 1`, id, whyKinds)
	return many[model.WhyFact](ctx, r, q+both+" ORDER BY e.id DESC", append(args, more...)...)
}

// WhyMails are the newest mails about a ticket with what they were made for.
func (r Reader) WhyMails(ctx context.Context, id model.TicketID, limit int) ([]model.WhyMail, error) {
	return many[model.WhyMail](ctx, r, `SELECT coalesce(m.sent_at, m.created_at) AS at, m.address, m.kind AS mailing, m.state, m.last_error, coalesce(e.kind, '') AS cause, coalesce(p.name, '') AS actor
		FROM outgoing_mail m INDEXED BY outgoing_mail_ticket LEFT JOIN events e ON e.id = m.event_id LEFT JOIN people p ON p.id = e.actor_id
		WHERE m.ticket_id = ? ORDER BY m.id DESC LIMIT ?`, id, limit)
}

// WhyNotices are the newest notifications about a ticket.
func (r Reader) WhyNotices(ctx context.Context, id model.TicketID, limit int) ([]model.WhyNotice, error) {
	return many[model.WhyNotice](ctx, r, `SELECT n.at, p.name AS person, n.topic, n.why, n.read_at FROM notifications n JOIN people p ON p.id = n.person_id
		WHERE n.ticket_id = ? ORDER BY n.id DESC LIMIT ?`, id, limit)
}

// WaitingFrom is the message since which a ticket's customer waits: the first
// of theirs that the staff has not answered.
func (r Reader) WaitingFrom(ctx context.Context, id model.TicketID, since model.Time) (model.MessageID, error) {
	return one[model.MessageID](ctx, r, `SELECT coalesce((SELECT id FROM messages WHERE ticket_id = ? AND kind = 1 AND created_at >= ? AND deleted_at IS NULL ORDER BY id LIMIT 1), 0)`, id, int64(since))
}

// TicketFacets are what filters look at of a ticket, its fields included.
func (r Reader) TicketFacets(ctx context.Context, id model.TicketID) (model.Facets, error) {
	f, err := r.facetsOf(ctx, id, true)
	if err == nil && !f.exists {
		err = model.ErrNotFound
	}
	return f.Facets, err
}
