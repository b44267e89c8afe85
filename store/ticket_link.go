package store

import (
	"context"

	"escalated/model"
)

// UnlinkTickets takes a link away; false when there was none.
func (tx *Tx) UnlinkTickets(ctx context.Context, a, b model.TicketID, kind model.LinkKind) (bool, error) {
	if err := tx.watch(ctx, "ticket_links", a, a, b, string(kind)); err != nil {
		return false, err
	}
	n, err := tx.exec(ctx, "DELETE FROM ticket_links WHERE a = ? AND b = ? AND kind = ?", a, b, string(kind))
	return n == 1, err
}

// LinkedAs reports whether two tickets are linked in a way, in either
// direction.
func (r Reader) LinkedAs(ctx context.Context, a, b model.TicketID, kind model.LinkKind) (bool, error) {
	return one[bool](ctx, r, "SELECT EXISTS (SELECT 1 FROM ticket_links WHERE a = ? AND b = ? AND kind = ? UNION ALL SELECT 1 FROM ticket_links WHERE a = ? AND b = ? AND kind = ?)", a, b, string(kind), b, a, string(kind))
}

// LinkLeads reports whether one ticket can be reached from another by links of
// a kind: a new link back would close a circle.
func (r Reader) LinkLeads(ctx context.Context, from, to model.TicketID, kind model.LinkKind) (bool, error) {
	return one[bool](ctx, r, `WITH RECURSIVE below(id) AS (SELECT ? UNION SELECT l.b FROM below JOIN ticket_links l ON l.a = below.id AND l.kind = ?)
		SELECT EXISTS (SELECT 1 FROM below WHERE id = ?)`, from, string(kind), to)
}

// Incidents are the open tickets that wait for a problem, as far as the actor
// sees them.
func (r Reader) Incidents(ctx context.Context, by model.Actor, problem model.TicketID, limit int) ([]model.TicketRow, error) {
	cond, args := visible(by, true)
	return many[model.TicketRow](ctx, r, `SELECT t.id, t.reference, t.subject, t.state, t.status_id, t.requester_id, p.name AS requester_name, t.last_public_id, t.public_at
		FROM ticket_links l JOIN tickets t ON t.id = l.b JOIN people p ON p.id = t.requester_id
		WHERE l.a = ? AND l.kind = 'problem' AND t.pile IN (1, 2) AND `+cond+" ORDER BY t.id LIMIT ?", append(append([]any{problem}, args...), limit)...)
}
