package store

import (
	"context"

	"escalated/model"
)

// visible is the one place that says which tickets an actor may see: a
// condition on the alias t of tickets, with its arguments. Every query that
// returns tickets or anything of a ticket contains it; not visible is not
// found. single adds the ways that are too dear for lists.
func visible(by model.Actor, single bool) (string, []any) { return sight(by, single, false) }

// sight is visible for queries of which piled says that they name the pile:
// with it the bin, which only those may ask for who may open it. The rule's own
// word about the bin is left out of them. It would cost a look at each row,
// because deleted_at lies in no index.
func sight(by model.Actor, single, piled bool) (string, []any) {
	switch {
	case by.Kind == model.KindMachine:
		return "1 = 1", nil
	case by.Kind.Staff() && by.Can(model.PermTicketView):
		bin := " AND t.deleted_at IS NULL"
		if piled || by.Can(model.PermTicketDelete) {
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

// visibleTo is the same rule the other way round, for people p of the staff
// whom a ticket t that is not in the bin may concern.
const visibleTo = `p.narrow = 0 OR t.assignee_id IS p.id OR t.department_id IS NULL AND p.loose = 1
	OR EXISTS (SELECT 1 FROM department_people d WHERE d.person_id = p.id AND d.department_id = t.department_id)
	OR EXISTS (SELECT 1 FROM ticket_people x WHERE x.person_id = p.id AND x.role = 2 AND x.ticket_id = t.id)`

// visibleMessages is the condition on the alias m of messages: what customers
// may read of a ticket they see.
func visibleMessages(by model.Actor) string {
	if by.Staff() {
		return "m.kind <> 4 AND m.deleted_at IS NULL" // side conversations are read beside the thread
	}
	return "m.kind = 1 AND m.held_at IS NULL AND m.deleted_at IS NULL"
}

// visibleFiles is visibleMessages for files, which the staff opens in side
// conversations too.
func visibleFiles(by model.Actor) string {
	if by.Staff() {
		return "m.deleted_at IS NULL"
	}
	return visibleMessages(by)
}

// VisibleTickets are those of the tickets that the actor may see.
func (r Reader) VisibleTickets(ctx context.Context, by model.Actor, ids []model.TicketID) ([]model.TicketID, error) {
	cond, args := visible(by, true)
	q, given := in("SELECT t.id FROM tickets t WHERE t.id IN (?)", ids)
	return many[model.TicketID](ctx, r, q+" AND "+cond, append(given, args...)...)
}
