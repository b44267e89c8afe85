package store

import (
	"context"

	"escalated/model"
)

const ticketColumns = `t.id, t.reference, t.subject, t.state, t.status_id, t.priority, t.type, t.channel, t.department_id, t.assignee_id, t.requester_id, t.contact_id,
	t.locale, t.first_message_id, t.last_message_id, t.last_public_id, t.last_public_by, t.message_count, t.public_count, t.file_count, t.preview,
	t.created_at, t.updated_at, t.public_at, t.customer_at, t.waiting_since, t.first_response_at, t.resolved_at, t.closed_at, t.reopened_count,
	t.deleted_at, t.deleted_by, t.held_at, t.snoozed_until, t.snoozed_by, t.snooze_reason, t.merged_into, t.rating, t.pile, t.version`

// Ticket loads one ticket as the actor may see it.
func (r Reader) Ticket(ctx context.Context, by model.Actor, id model.TicketID) (model.Ticket, error) {
	cond, args := visible(by, true)
	return one[model.Ticket](ctx, r, "SELECT "+ticketColumns+" FROM tickets t WHERE t.id = ? AND "+cond, append([]any{id}, args...)...)
}

// TicketIDByReference finds a ticket by its exact reference, as the actor may see it.
func (r Reader) TicketIDByReference(ctx context.Context, by model.Actor, ref string) (model.TicketID, error) {
	cond, args := visible(by, true)
	return one[model.TicketID](ctx, r, "SELECT t.id FROM tickets t WHERE t.reference = ? AND "+cond, append([]any{ref}, args...)...)
}

// NextTicketID takes the next number.
func (tx *Tx) NextTicketID(ctx context.Context) (model.TicketID, error) {
	return one[model.TicketID](ctx, tx.Reader, "UPDATE counters SET n = n + 1 WHERE name = 'ticket' RETURNING n")
}

// InsertTicket writes a new ticket whose id is taken.
func (tx *Tx) InsertTicket(ctx context.Context, t model.Ticket) error {
	if err := tx.touch(ctx, t.ID); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `INSERT INTO tickets (id, reference, subject, subject_key, status_id, state, priority, type, channel, department_id, assignee_id,
		requester_id, contact_id, locale, created_at, updated_at, public_at, customer_at, waiting_since, held_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		t.ID, t.Reference, t.Subject, model.SortKey(t.Subject), int64(t.Status), int64(t.Status), int64(t.Priority), int64(t.Type), int64(t.Channel), t.DepartmentID, t.AssigneeID,
		t.RequesterID, t.ContactID, t.Locale, t.CreatedAt, t.CreatedAt, t.CreatedAt, t.CreatedAt, t.WaitingSince, t.HeldAt)
	if err != nil {
		return err
	}
	return tx.watchNew(ctx, "tickets", t.ID, t.ID)
}

// TicketChange is a set of columns to write. Public says that a customer may
// see the change, which moves public_at.
type TicketChange struct {
	set    []string
	args   []any
	hands  bool // the assignee changes
	to     model.PersonID
	Public bool
}

func (c *TicketChange) col(name string, v any) *TicketChange {
	c.set = append(c.set, name+" = ?")
	c.args = append(c.args, v)
	return c
}

// Subject sets the subject and its sort key.
func (c *TicketChange) Subject(s string) *TicketChange {
	c.Public = true
	return c.col("subject", s).col("subject_key", model.SortKey(s))
}

// Status sets the status with the times that belong to it.
func (c *TicketChange) Status(from model.Status, def model.StatusDef, now model.Time) *TicketChange {
	to := def.State
	c.Public = true
	c.col("status_id", def.ID).col("state", int64(to))
	switch {
	case to == from:
	case from.IsOpen() && !to.IsOpen(): // asking what the customer thought of it becomes due
		c.col("rating_due_at", now)
	case !from.IsOpen() && to.IsOpen():
		c.col("rating_due_at", nil)
	}
	switch {
	case to == from:
	case to == model.Resolved:
		c.col("resolved_at", now).col("waiting_since", int64(model.Never))
	case to == model.Closed:
		c.col("closed_at", now).col("waiting_since", int64(model.Never))
	case !from.IsOpen(): // back among the open ones, by whatever name
		c.col("resolved_at", nil).col("closed_at", nil)
		c.set = append(c.set, "reopened_count = reopened_count + 1")
	}
	return c
}

// Priority sets the priority.
func (c *TicketChange) Priority(p model.Priority) *TicketChange { return c.col("priority", int64(p)) }

// Type sets the type.
func (c *TicketChange) Type(t model.TicketType) *TicketChange { return c.col("type", int64(t)) }

// Department sets the department, zero for none.
func (c *TicketChange) Department(id model.DepartmentID) *TicketChange {
	return c.col("department_id", id)
}

// Assignee sets the assignee, zero for none.
func (c *TicketChange) Assignee(id model.PersonID) *TicketChange {
	c.hands, c.to = true, id
	return c.col("assignee_id", id)
}

// Requester sets the requester.
func (c *TicketChange) Requester(id model.PersonID) *TicketChange { return c.col("requester_id", id) }

// Deleted moves the ticket into the bin, or out of it with zeros.
func (c *TicketChange) Deleted(at model.Time, by model.PersonID) *TicketChange {
	return c.col("deleted_at", at).col("deleted_by", by)
}

// UpdateTicket writes a change; the version goes up and updated_at moves.
func (tx *Tx) UpdateTicket(ctx context.Context, id model.TicketID, c *TicketChange) error {
	if err := tx.touch(ctx, id); err != nil {
		return err
	}
	if err := tx.watch(ctx, "tickets", id, id); err != nil {
		return err
	}
	q, args := "UPDATE tickets SET version = version + 1, updated_at = ?", []any{tx.Now}
	if c.Public {
		q, args = q+", public_at = ?", append(args, tx.Now)
	}
	if c.hands {
		var since model.Time
		if c.to != 0 {
			since = tx.Now
		}
		q, args = q+", assigned_at = ?", append(args, since)
	}
	for _, s := range c.set {
		q += ", " + s
	}
	n, err := tx.exec(ctx, q+" WHERE id = ?", append(append(args, c.args...), id)...)
	if err == nil && n == 0 {
		err = model.ErrNotFound
	}
	return err
}

// MessageAdded brings a ticket's counts, preview and marks in line with a new
// message. customer says that the customer's side wrote it, automatic that a
// machine did: nobody has answered and nobody waits because of that.
func (tx *Tx) MessageAdded(ctx context.Context, m model.Message, files int, customer, automatic bool) error {
	if err := tx.touch(ctx, m.TicketID); err != nil {
		return err
	}
	if err := tx.watch(ctx, "tickets", m.TicketID, m.TicketID); err != nil {
		return err
	}
	q := `UPDATE tickets SET version = version + 1, updated_at = max(updated_at, ?), message_count = message_count + 1, file_count = file_count + ?,
		last_message_id = ?, first_message_id = coalesce(first_message_id, ?)`
	args := []any{tx.Now, files, m.ID, m.ID}
	if m.Public() {
		q += ", public_at = max(public_at, ?), public_count = public_count + 1, last_public_id = ?, last_public_by = ?, preview = ?"
		args = append(args, tx.Now, m.ID, m.AuthorID, model.Excerpt(m.Plain(), 120))
		switch {
		case automatic:
		case customer:
			q += ", customer_at = max(customer_at, ?), waiting_since = min(waiting_since, ?)"
			args = append(args, tx.Now, tx.Now)
		default:
			q += ", waiting_since = ?"
			args = append(args, int64(model.Never))
		}
	} else if m.HeldAt != 0 && !automatic { // customers see nothing of it, the queue does
		q += ", customer_at = max(customer_at, ?)"
		args = append(args, tx.Now)
	}
	_, err := tx.exec(ctx, q+" WHERE id = ?", append(args, m.TicketID)...)
	return err
}

// FirstResponse notes the first public answer of the staff, once.
func (tx *Tx) FirstResponse(ctx context.Context, id model.TicketID) error {
	_, err := tx.exec(ctx, "UPDATE tickets SET first_response_at = ? WHERE id = ? AND first_response_at IS NULL", tx.Now, id)
	return err
}

// LastChange is the newest event of one of the kinds with a version above the
// given one, with its actor's name.
func (r Reader) LastChange(ctx context.Context, id model.TicketID, version int64, kinds ...string) (model.Entry, error) {
	q, args := in(`SELECT e.id, e.at, e.kind, e.ticket_id, e.actor_id, e.via, e.is_public, e.action_id, e.ticket_version, e.data, p.name AS actor_name, p.kind AS actor_kind
		FROM events e JOIN people p ON p.id = e.actor_id
		WHERE e.ticket_id = ? AND e.ticket_version > ? AND e.kind IN (?) ORDER BY e.id DESC LIMIT 1`, id, version, kinds)
	return one[model.Entry](ctx, r, q, args...)
}

// ResolvedBefore lists tickets resolved before t, oldest first.
func (r Reader) ResolvedBefore(ctx context.Context, t model.Time, limit int) ([]model.TicketID, error) {
	return many[model.TicketID](ctx, r, "SELECT id FROM tickets WHERE pile = 3 AND resolved_at < ? ORDER BY resolved_at LIMIT ?", t, limit)
}

// DeletedBefore lists tickets that went into the bin before t, oldest first.
func (r Reader) DeletedBefore(ctx context.Context, t model.Time, limit int) ([]model.TicketID, error) {
	return many[model.TicketID](ctx, r, "SELECT id FROM tickets WHERE deleted_at IS NOT NULL AND deleted_at < ? ORDER BY deleted_at LIMIT ?", t, limit)
}

// EraseTicket removes a ticket from the bin for good, with all that hangs on it.
func (tx *Tx) EraseTicket(ctx context.Context, id model.TicketID) error {
	if err := tx.touch(ctx, id); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, "DELETE FROM search WHERE rowid IN (SELECT id FROM messages WHERE ticket_id = ?)", id); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, "DELETE FROM field_values WHERE entity = 'ticket' AND entity_id = ?", id); err != nil {
		return err
	}
	_, err := tx.exec(ctx, "DELETE FROM tickets WHERE id = ? AND deleted_at IS NOT NULL", id)
	return err
}

// LinkTickets joins two tickets; twice is once.
func (tx *Tx) LinkTickets(ctx context.Context, older, newer model.TicketID, kind string) error {
	if err := tx.watch(ctx, "ticket_links", older, older, newer, kind); err != nil {
		return err
	}
	_, err := tx.exec(ctx, "INSERT INTO ticket_links (a, b, kind) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", older, newer, kind)
	return err
}

// OtherTickets are the newest tickets of a requester other than one, and how
// many there are, at most 1,000.
func (r Reader) OtherTickets(ctx context.Context, by model.Actor, requester model.PersonID, not model.TicketID) ([]model.TicketRow, int, error) {
	type row struct {
		model.TicketRow
		N int `db:"n"`
	}
	cond, args := sight(by, false, true)
	of := "FROM tickets t WHERE t.requester_id = ? AND t.id <> ? AND t.pile <> 5 AND " + cond
	args = append([]any{requester, not}, args...)
	found, err := many[row](ctx, r, "SELECT t.id, t.reference, t.subject, t.state, t.status_id, t.public_at, (SELECT count(*) FROM (SELECT 1 "+of+" LIMIT 1000)) AS n "+of+
		" ORDER BY t.public_at DESC, t.id DESC LIMIT 5", append(args, args...)...)
	rows, n := make([]model.TicketRow, len(found)), 0
	for i, f := range found {
		rows[i], n = f.TicketRow, f.N
	}
	return rows, n, err
}

// TicketHead loads a ticket with the names, the read mark and the newest
// event its page needs, as the actor may see it.
func (r Reader) TicketHead(ctx context.Context, by model.Actor, id model.TicketID) (model.TicketView, error) {
	type row struct {
		model.Ticket
		RName   string          `db:"r_name"`
		RKind   model.Kind      `db:"r_kind"`
		REmail  string          `db:"r_email"`
		RSince  model.Time      `db:"r_since"`
		RZone   string          `db:"r_zone"`
		RLocale string          `db:"r_locale"`
		AName   string          `db:"a_name"`
		AEmail  string          `db:"a_email"`
		DName   string          `db:"d_name"`
		DSlug   string          `db:"d_slug"`
		Last    model.EventID   `db:"last_event"`
		Seen    model.MessageID `db:"seen_message"`
	}
	cond, args := visible(by, true)
	w, err := one[row](ctx, r, "SELECT "+ticketColumns+`, p.name AS r_name, p.kind AS r_kind, p.created_at AS r_since, p.zone AS r_zone, p.locale AS r_locale, coalesce(pe.address, '') AS r_email,
		coalesce(a.name, '') AS a_name, coalesce(ae.address, '') AS a_email, coalesce(d.name, '') AS d_name, coalesce(d.slug, '') AS d_slug,
		coalesce((SELECT max(id) FROM events), 0) AS last_event,
		coalesce((SELECT message_id FROM ticket_reads WHERE person_id = ? AND ticket_id = t.id), 0) AS seen_message
		FROM tickets t JOIN people p ON p.id = t.requester_id LEFT JOIN person_emails pe ON pe.person_id = p.id AND pe.is_primary = 1
		LEFT JOIN people a ON a.id = t.assignee_id LEFT JOIN person_emails ae ON ae.person_id = a.id AND ae.is_primary = 1
		LEFT JOIN departments d ON d.id = t.department_id
		WHERE t.id = ? AND `+cond, append([]any{by.ID, id}, args...)...)
	v := model.TicketView{Ticket: w.Ticket, LastEvent: w.Last, SeenMessage: w.Seen}
	v.Requester = model.PersonRef{ID: w.RequesterID, Kind: w.RKind, Name: w.RName, Email: w.REmail}
	v.RequesterSince, v.RequesterZone, v.RequesterLocale = w.RSince, w.RZone, w.RLocale
	v.Department = model.Department{ID: w.DepartmentID, Name: w.DName, Slug: w.DSlug}
	if w.AssigneeID != 0 {
		v.Assignee = model.PersonRef{ID: w.AssigneeID, Kind: model.KindAgent, Name: w.AName, Email: w.AEmail}
	}
	if !by.Staff() {
		v.Assignee.Email = ""
		if v.Requester.ID != by.ID {
			v.Requester.Email = ""
		}
	}
	return v, err
}

// Followers are the people who follow a ticket.
func (r Reader) Followers(ctx context.Context, id model.TicketID) ([]model.PersonRef, error) {
	return r.PeopleOf(ctx, id, RoleFollower)
}

// MarkSeen notes the newest message a person has read. It only moves forward.
func (tx *Tx) MarkSeen(ctx context.Context, who model.PersonID, id model.TicketID, message model.MessageID) error {
	_, err := tx.exec(ctx, "INSERT INTO ticket_reads (person_id, ticket_id, message_id) VALUES (?, ?, ?) ON CONFLICT (person_id, ticket_id) DO UPDATE SET message_id = max(message_id, excluded.message_id)", who, id, message)
	return err
}

// Seen is the newest message a person has read of a ticket, zero for none.
func (r Reader) Seen(ctx context.Context, who model.PersonID, id model.TicketID) (model.MessageID, error) {
	return one[model.MessageID](ctx, r, "SELECT coalesce((SELECT message_id FROM ticket_reads WHERE person_id = ? AND ticket_id = ?), 0)", who, id)
}

// MessageReleased brings a ticket in line with a held message that customers
// see from now on.
func (tx *Tx) MessageReleased(ctx context.Context, m model.Message) error {
	if err := tx.touch(ctx, m.TicketID); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `UPDATE tickets SET version = version + 1, updated_at = max(updated_at, ?), public_at = max(public_at, ?), public_count = public_count + 1,
		customer_at = max(customer_at, ?), waiting_since = min(waiting_since, ?),
		preview = CASE WHEN coalesce(last_public_id, 0) < ? THEN ? ELSE preview END,
		last_public_by = CASE WHEN coalesce(last_public_id, 0) < ? THEN ? ELSE last_public_by END,
		last_public_id = max(coalesce(last_public_id, 0), ?) WHERE id = ?`,
		tx.Now, tx.Now, tx.Now, tx.Now, m.ID, model.Excerpt(m.Plain(), 120), m.ID, m.AuthorID, m.ID, m.TicketID)
	return err
}
