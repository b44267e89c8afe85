package store

import (
	"context"
	"time"

	"escalated/model"
)

// MailAllowed counts one automatic mail to an address and tells whether it may
// go: at most limit within the time before now. What is refused is not counted.
func (tx *Tx) MailAllowed(ctx context.Context, address string, limit int, within time.Duration) (bool, error) {
	key, minute := "mail:"+address, tx.Now-tx.Now%60000
	n, err := one[int](ctx, tx.Reader, "SELECT coalesce(sum(n), 0) FROM throttles WHERE key = ? AND window_at > ?", key, minute.Add(-within)-1)
	if err != nil || n >= limit {
		return false, err
	}
	_, err = tx.exec(ctx, "INSERT INTO throttles (key, window_at, n) VALUES (?, ?, 1) ON CONFLICT (key, window_at) DO UPDATE SET n = n + 1", key, minute)
	return err == nil, err
}

// HasWritten reports whether a person wrote any message of a ticket.
func (r Reader) HasWritten(ctx context.Context, ticket model.TicketID, person model.PersonID) (bool, error) {
	return one[bool](ctx, r, "SELECT EXISTS (SELECT 1 FROM messages WHERE ticket_id = ? AND author_id = ? AND held_at IS NULL)", ticket, person)
}

// MailPeopleOf lists the people with a role on a ticket in full, for mail.
func (r Reader) MailPeopleOf(ctx context.Context, ticket model.TicketID, role int) ([]model.Person, error) {
	return many[model.Person](ctx, r, "SELECT "+personColumns+personFrom+"JOIN ticket_people x ON x.person_id = p.id WHERE x.ticket_id = ? AND x.role = ? AND p.deactivated_at IS NULL ORDER BY p.id LIMIT 200", ticket, role)
}

// MailTeam lists the staff who are told of a new ticket nobody is given: the
// members of its department, or all agents when it has none or nobody is in it.
func (r Reader) MailTeam(ctx context.Context, department model.DepartmentID) (team []model.Person, members bool, err error) {
	if department != 0 {
		team, err = many[model.Person](ctx, r, "SELECT "+personColumns+personFrom+`JOIN department_people d ON d.person_id = p.id
			WHERE d.department_id = ? AND p.kind IN ('light','agent','admin') AND p.deactivated_at IS NULL ORDER BY p.id LIMIT 500`, department)
		if err != nil || len(team) > 0 {
			return team, true, err
		}
	}
	team, err = many[model.Person](ctx, r, "SELECT "+personColumns+personFrom+"WHERE p.kind IN ('agent','admin') AND p.deactivated_at IS NULL ORDER BY p.id LIMIT 500")
	return team, false, err
}

// MailAdmins lists the admins in full, for mail.
func (r Reader) MailAdmins(ctx context.Context) ([]model.Person, error) {
	return many[model.Person](ctx, r, "SELECT "+personColumns+personFrom+"WHERE p.kind = 'admin' AND p.deactivated_at IS NULL ORDER BY p.id LIMIT 100")
}
