package store

import (
	"context"

	"escalated/model"
)

// visible is the one place that says which tickets an actor may see: a
// condition on the alias t of tickets, with its arguments. Every query that
// returns tickets or anything of a ticket contains it; not visible is not
// found. single adds the ways that are too dear for lists.
func visible(by model.Actor, single bool) (string, []any) {
	switch {
	case by.Kind == model.KindMachine:
		return "1 = 1", nil
	case by.Kind.Staff() && by.Can(model.PermTicketView):
		bin := " AND t.deleted_at IS NULL"
		if by.Can(model.PermTicketDelete) {
			bin = ""
		}
		if !by.Narrow {
			return "1 = 1" + bin, nil
		}
		cond, args := in("(t.department_id IN (?) OR t.assignee_id = ?", by.Departments, by.ID)
		if by.Loose {
			cond += " OR t.department_id IS NULL"
		}
		if single {
			cond += " OR EXISTS (SELECT 1 FROM ticket_people p WHERE p.person_id = ? AND p.role = 2 AND p.ticket_id = t.id)"
			args = append(args, by.ID)
		}
		return cond + ")" + bin, args
	case by.Kind == model.KindCustomer && by.ID != 0:
		return `(t.requester_id = ? OR t.contact_id = ? OR EXISTS (SELECT 1 FROM ticket_people p WHERE p.person_id = ? AND p.role = 1 AND p.ticket_id = t.id))
			AND t.deleted_at IS NULL AND t.held_at IS NULL`, []any{by.ID, by.ID, by.ID}
	case by.Kind == model.KindGuest && by.Ticket != 0:
		return "t.id = ? AND t.deleted_at IS NULL AND t.held_at IS NULL", []any{by.Ticket}
	}
	return "1 = 0", nil
}

// visibleMessages is the condition on the alias m of messages: what customers
// may read of a ticket they see.
func visibleMessages(by model.Actor) string {
	if by.Staff() {
		return "m.kind <> 4 AND m.deleted_at IS NULL" // side conversations are read beside the thread
	}
	return "m.kind = 1 AND m.held_at IS NULL AND m.deleted_at IS NULL"
}

// VisibleTickets are those of the tickets that the actor may see.
func (r Reader) VisibleTickets(ctx context.Context, by model.Actor, ids []model.TicketID) ([]model.TicketID, error) {
	cond, args := visible(by, true)
	q, given := in("SELECT t.id FROM tickets t WHERE t.id IN (?)", ids)
	return many[model.TicketID](ctx, r, q+" AND "+cond, append(given, args...)...)
}
