package store

import (
	"context"
	"fmt"

	"escalated/model"
)

const policyColumns = "id, name, description, position, conditions, calendar_id, pauses, targets, warn, is_default, since, disabled_at, version"

// SLAPolicies lists the policies in their order, the default last.
func (r Reader) SLAPolicies(ctx context.Context) ([]model.SLAPolicy, error) {
	return many[model.SLAPolicy](ctx, r, "SELECT "+policyColumns+" FROM sla_policies WHERE deleted_at IS NULL ORDER BY is_default, position, id")
}

// InsertSLAPolicy writes a new policy at the end of the order.
func (tx *Tx) InsertSLAPolicy(ctx context.Context, p model.SLAPolicy) (model.PolicyID, error) {
	n, err := tx.insert(ctx, `INSERT INTO sla_policies (name, description, position, conditions, calendar_id, pauses, targets, warn, is_default, since, disabled_at)
		VALUES (?, ?, (SELECT coalesce(max(position), 0) + 1 FROM sla_policies), ?, ?, ?, ?, ?, ?, ?, ?)`,
		p.Name, p.Description, p.Conditions, p.CalendarID, p.Pauses, p.Targets, p.Warn, flag(p.IsDefault), int64(p.Since), p.DisabledAt)
	return model.PolicyID(n), err
}

const clockColumns = `c.id, c.ticket_id, c.target, coalesce(c.policy_id, 0) AS policy_id, c.policy_version, c.calendar_version, c.started_at, c.target_ms, c.used_ms, c.running_since,
	c.paused_why, c.spans, c.due_at, c.warn_at, c.warned_at, c.breached_at, c.met_at, c.ended_at, c.next_at`

// SLAClocks loads the clocks of tickets in the order they began.
func (r Reader) SLAClocks(ctx context.Context, tickets []model.TicketID) ([]model.SLAClock, error) {
	if len(tickets) == 1 {
		return many[model.SLAClock](ctx, r, "SELECT "+clockColumns+" FROM sla_clocks c WHERE c.ticket_id = ? ORDER BY c.target, c.id", tickets[0])
	}
	return many[model.SLAClock](ctx, r, "SELECT "+clockColumns+" FROM json_each(?) j CROSS JOIN sla_clocks c WHERE c.ticket_id = j.value ORDER BY c.ticket_id, c.target, c.id", jsonIDs(tickets))
}

// SLADue lists tickets of clocks that have something to tell, the oldest first.
func (r Reader) SLADue(ctx context.Context, now model.Time, limit int) ([]model.TicketID, error) {
	return many[model.TicketID](ctx, r, "SELECT DISTINCT ticket_id FROM (SELECT ticket_id, next_at FROM sla_clocks WHERE next_at < ? ORDER BY next_at LIMIT ?)", now, limit)
}

// SaveClock writes a clock, a new one when it has no id yet.
func (tx *Tx) SaveClock(ctx context.Context, c *model.SLAClock) error {
	args := []any{
		c.PolicyID, c.PolicyVersion, c.CalendarVersion, c.StartedAt, c.TargetMS, c.UsedMS, c.RunningSince, c.PausedWhy, c.Spans,
		c.DueAt, c.WarnAt, c.WarnedAt, c.BreachedAt, c.MetAt, c.EndedAt, c.NextAt,
	}
	if c.ID == 0 {
		n, err := tx.insert(ctx, `INSERT INTO sla_clocks (policy_id, policy_version, calendar_version, started_at, target_ms, used_ms, running_since, paused_why, spans,
			due_at, warn_at, warned_at, breached_at, met_at, ended_at, next_at, ticket_id, target) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			append(args, c.TicketID, int64(c.Target))...)
		c.ID = model.ClockID(n)
		return err
	}
	_, err := tx.exec(ctx, `UPDATE sla_clocks SET policy_id = ?, policy_version = ?, calendar_version = ?, started_at = ?, target_ms = ?, used_ms = ?, running_since = ?, paused_why = ?, spans = ?,
		due_at = ?, warn_at = ?, warned_at = ?, breached_at = ?, met_at = ?, ended_at = ?, next_at = ? WHERE id = ?`, append(args, c.ID)...)
	return err
}

// SetSLA writes how a ticket stands to its promises. It moves neither the
// ticket's version nor its times: nobody changed it.
func (tx *Tx) SetSLA(ctx context.Context, id model.TicketID, policy model.PolicyID, level model.SLALevel, due model.Time) error {
	if err := tx.touch(ctx, id); err != nil {
		return err
	}
	_, err := tx.exec(ctx, "UPDATE tickets SET sla_policy_id = ?, sla_level = ?, next_due_at = ? WHERE id = ?", policy, int64(level), int64(due), id)
	return err
}

// SetSLALevel is SetSLA with the policy as it is.
func (tx *Tx) SetSLALevel(ctx context.Context, id model.TicketID, level model.SLALevel, due model.Time) error {
	if err := tx.touch(ctx, id); err != nil {
		return err
	}
	_, err := tx.exec(ctx, "UPDATE tickets SET sla_level = ?, next_due_at = ? WHERE id = ?", int64(level), int64(due), id)
	return err
}

// SLARefresh is a piece of work after a policy or calendar changed.
type SLARefresh struct {
	ID         int64            `db:"id"`
	PolicyID   model.PolicyID   `db:"policy_id"`
	CalendarID model.CalendarID `db:"calendar_id"`
	Everything bool             `db:"everything"`
	After      model.TicketID   `db:"after_id"`
}

// AskSLARefresh has open tickets look at their promises again: those with a
// policy, those whose policy has a calendar, or all of them with zeros.
func (tx *Tx) AskSLARefresh(ctx context.Context, policy model.PolicyID, calendar model.CalendarID) error {
	_, err := tx.exec(ctx, "INSERT INTO sla_refreshes (policy_id, calendar_id, everything) VALUES (?, ?, ?)", policy, calendar, flag(policy == 0 && calendar == 0))
	return err
}

// NextSLARefresh is the oldest piece of that work.
func (r Reader) NextSLARefresh(ctx context.Context) (SLARefresh, error) {
	return one[SLARefresh](ctx, r, "SELECT id, policy_id, calendar_id, everything, after_id FROM sla_refreshes ORDER BY id LIMIT 1")
}

// SLARefreshTickets are the next tickets of it: open, or with a clock that is
// not over.
func (r Reader) SLARefreshTickets(ctx context.Context, w SLARefresh, limit int) ([]model.TicketID, error) {
	switch {
	case w.Everything:
		return many[model.TicketID](ctx, r, "SELECT id FROM tickets INDEXED BY tickets_open WHERE pile <= 2 AND id > ? ORDER BY id LIMIT ?", int64(w.After), limit)
	case w.PolicyID != 0:
		return many[model.TicketID](ctx, r, "SELECT DISTINCT ticket_id FROM sla_clocks WHERE policy_id = ? AND ended_at IS NULL AND ticket_id > ? ORDER BY ticket_id LIMIT ?", w.PolicyID, int64(w.After), limit)
	}
	return many[model.TicketID](ctx, r, `SELECT DISTINCT ticket_id FROM sla_clocks WHERE policy_id IN (SELECT id FROM sla_policies WHERE calendar_id = ?)
		AND ended_at IS NULL AND ticket_id > ? ORDER BY ticket_id LIMIT ?`, w.CalendarID, int64(w.After), limit)
}

// MoveSLARefresh notes how far a piece of that work is; zero ends it.
func (tx *Tx) MoveSLARefresh(ctx context.Context, id int64, after model.TicketID) error {
	q, args := "DELETE FROM sla_refreshes WHERE id = ?", []any{id}
	if after != 0 {
		q, args = "UPDATE sla_refreshes SET after_id = ? WHERE id = ?", []any{after, id}
	}
	if _, err := tx.exec(ctx, q, args...); err != nil {
		return fmt.Errorf("move refresh: %w", err)
	}
	return nil
}

// TouchAll notes tickets as changed, so that what follows from changes is done
// for them.
func (tx *Tx) TouchAll(ctx context.Context, ids []model.TicketID) error {
	book, err := tx.book(ctx)
	if err != nil {
		return err
	}
	var fresh []model.TicketID
	for _, id := range ids {
		if _, ok := tx.touched[id]; !ok {
			fresh = append(fresh, id)
		}
	}
	list, err := tx.facetsOfAll(ctx, fresh, book.fields || tx.db.followFields.Load())
	if err != nil {
		return err
	}
	for id, f := range list {
		tx.touched[id] = &f
	}
	return nil
}
