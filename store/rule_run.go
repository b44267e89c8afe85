package store

import (
	"context"
	"errors"

	"escalated/model"
)

const runColumns = `r.id, r.rule_id, r.rule_version, coalesce(r.ticket_id, 0) AS ticket_id, coalesce(r.event_id, 0) AS event_id, r.cause, r.depth, r.state, r.step, r.next_at, r.why, r.results,
	r.error, r.at, r.ended_at, r.us`

// FireRule notes that a rule fires for a ticket because of something, once:
// false when it has already.
func (tx *Tx) FireRule(ctx context.Context, rule model.RuleID, ticket model.TicketID, cause string) (bool, error) {
	n, err := tx.exec(ctx, "INSERT INTO rule_firings (rule_id, ticket_id, cause, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", int64(rule), int64(ticket), cause, int64(tx.Now))
	return n > 0, err
}

// UnfireRule takes that back.
func (tx *Tx) UnfireRule(ctx context.Context, rule model.RuleID, ticket model.TicketID, cause string) error {
	_, err := tx.exec(ctx, "DELETE FROM rule_firings WHERE rule_id = ? AND ticket_id = ? AND cause = ?", int64(rule), int64(ticket), cause)
	return err
}

// FireAnew lets rules that fire for a ticket once do so again: it was opened
// again.
func (tx *Tx) FireAnew(ctx context.Context, ticket model.TicketID) error {
	_, err := tx.exec(ctx, "DELETE FROM rule_firings WHERE ticket_id = ? AND cause = 'once'", int64(ticket))
	return err
}

// InsertRun writes a run.
func (tx *Tx) InsertRun(ctx context.Context, x model.RuleRun) (model.RunID, error) {
	id, err := tx.insert(ctx, `INSERT INTO rule_runs (rule_id, rule_version, ticket_id, event_id, cause, depth, state, step, next_at, why, results, error, at, ended_at, us)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		int64(x.RuleID), x.RuleVersion, x.TicketID, x.EventID, x.Cause, x.Depth, string(x.State), x.Step, x.NextAt, x.Why, x.Results, x.Error, int64(x.At), x.EndedAt, x.US)
	return model.RunID(id), err
}

// SaveRun writes how far a run is.
func (tx *Tx) SaveRun(ctx context.Context, x model.RuleRun) error {
	_, err := tx.exec(ctx, `UPDATE rule_runs SET rule_version = ?, state = ?, step = ?, next_at = ?, why = ?, results = ?, error = ?, ended_at = ?, us = ? WHERE id = ?`,
		x.RuleVersion, string(x.State), x.Step, x.NextAt, x.Why, x.Results, x.Error, x.EndedAt, x.US, int64(x.ID))
	return err
}

// DropRun forgets a run that came to nothing before it began.
func (tx *Tx) DropRun(ctx context.Context, id model.RunID) error {
	_, err := tx.exec(ctx, "DELETE FROM rule_runs WHERE id = ?", int64(id))
	return err
}

// DueRun is the run that is longest due; model.ErrNotFound when none is.
func (r Reader) DueRun(ctx context.Context, now model.Time) (model.RuleRun, error) {
	return one[model.RuleRun](ctx, r, "SELECT "+runColumns+" FROM rule_runs r WHERE r.next_at <= ? ORDER BY r.next_at, r.id LIMIT 1", int64(now))
}

// NextRunAt is when the next run is due; zero when none waits.
func (r Reader) NextRunAt(ctx context.Context) (model.Time, error) {
	at, err := one[model.Time](ctx, r, "SELECT next_at FROM rule_runs WHERE next_at IS NOT NULL ORDER BY next_at LIMIT 1")
	if errors.Is(err, model.ErrNotFound) {
		return 0, nil
	}
	return at, err
}

// RuleRun loads a run.
func (r Reader) RuleRun(ctx context.Context, id model.RunID) (model.RuleRun, error) {
	return one[model.RuleRun](ctx, r, "SELECT "+runColumns+" FROM rule_runs r WHERE r.id = ?", int64(id))
}

// RunsSince are the runs on a ticket since a time that did something, for
// counting what rules did to it.
func (r Reader) RunsSince(ctx context.Context, ticket model.TicketID, since model.Time) ([]model.RuleRun, error) {
	return many[model.RuleRun](ctx, r, "SELECT "+runColumns+` FROM rule_runs r WHERE r.ticket_id = ? AND r.at > ? AND r.state IN ('done', 'failed', 'waiting', 'stopped')
		UNION ALL SELECT `+runColumns+` FROM rule_runs r WHERE r.ticket_id = ? AND r.at <= ? AND r.state IN ('done', 'failed', 'waiting') AND coalesce(r.ended_at, r.next_at) > ?`,
		int64(ticket), int64(since), int64(ticket), int64(since), int64(since))
}

// RuleRuns lists runs on tickets that the actor sees, newest first, one more
// than asked for when there are older ones.
func (r Reader) RuleRuns(ctx context.Context, by model.Actor, f model.RunFilter) ([]model.RuleRunItem, error) {
	q := newRunList(by, f)
	return many[model.RuleRunItem](ctx, r, q.sql, q.args...)
}

func newRunList(by model.Actor, f model.RunFilter) clause {
	cond, args := visible(by, true)
	c := clause{"(r.ticket_id IS NULL OR " + cond + ")", args}
	from := "rule_runs r"
	if f.Rule != 0 {
		c.and("r.rule_id = ?", int64(f.Rule))
		from += " INDEXED BY rule_runs_rule"
	}
	if f.Ticket != 0 {
		c.and("r.ticket_id = ?", int64(f.Ticket))
		if f.Rule == 0 {
			from += " INDEXED BY rule_runs_ticket"
		}
	}
	if f.State != "" {
		c.and("r.state = ?", string(f.State))
	}
	if f.Before != 0 {
		c.and("r.id < ?", int64(f.Before))
	}
	c.sql = "SELECT " + runColumns + `, u.name AS rule_name, u.trigger AS "trigger", coalesce(t.reference, '') AS reference, coalesce(t.subject, '') AS subject
		FROM ` + from + " JOIN rules u ON u.id = r.rule_id LEFT JOIN tickets t ON t.id = r.ticket_id WHERE " + c.sql + " ORDER BY r.id DESC LIMIT ?"
	c.args = append(c.args, f.Size+1)
	return c
}

// RuleFigures count what the rules did since a time, each at most so often.
func (r Reader) RuleFigures(ctx context.Context, since model.Time, most int) ([]model.RuleFigures, error) {
	return many[model.RuleFigures](ctx, r, `SELECT u.id AS rule_id, count(x.id) AS runs, coalesce(sum(x.state = 'done'), 0) AS done, coalesce(sum(x.state = 'failed'), 0) AS failed,
		coalesce(sum(x.state = 'stopped'), 0) AS stopped, coalesce(sum(x.state = 'waiting'), 0) AS waiting, max(x.at) AS last_at
		FROM rules u LEFT JOIN rule_runs x ON x.rule_id = u.id AND x.at > ?
			AND x.id > coalesce((SELECT y.id FROM rule_runs y WHERE y.rule_id = u.id ORDER BY y.id DESC LIMIT 1 OFFSET ?), 0)
		WHERE u.deleted_at IS NULL GROUP BY u.id`, int64(since), most)
}

// ForgetRuns removes runs that ended before a time, and what says that facts
// set rules off, so many of each at most.
func (tx *Tx) ForgetRuns(ctx context.Context, before model.Time, limit int) (int64, error) {
	n, err := tx.exec(ctx, "DELETE FROM rule_runs WHERE id IN (SELECT id FROM rule_runs WHERE next_at IS NULL AND at < ? ORDER BY id LIMIT ?)", int64(before), limit)
	if err != nil {
		return 0, err
	}
	m, err := tx.exec(ctx, `DELETE FROM rule_firings WHERE (rule_id, ticket_id, cause) IN
		(SELECT rule_id, ticket_id, cause FROM rule_firings WHERE (cause LIKE 'event:%' OR cause LIKE 'again:%') AND at < ? LIMIT ?)`, int64(before), limit)
	return n + m, err
}

// RuleStoppedSince tells whether a rule was stopped on a ticket for a reason
// since a time.
func (r Reader) RuleStoppedSince(ctx context.Context, rule model.RuleID, ticket model.TicketID, why string, since model.Time) (bool, error) {
	return one[bool](ctx, r, "SELECT EXISTS (SELECT 1 FROM rule_runs r WHERE r.ticket_id = ? AND r.at > ? AND r.rule_id = ? AND r.state = 'stopped' AND r.error = ?)",
		int64(ticket), int64(since), int64(rule), why)
}

// RecordByID loads an event.
func (r Reader) RecordByID(ctx context.Context, id model.EventID) (model.Record, error) {
	return one[model.Record](ctx, r, "SELECT "+recordColumns+" FROM events e WHERE e.id = ?", int64(id))
}

// LastFact is the newest event of a ticket of one of the kinds.
func (r Reader) LastFact(ctx context.Context, ticket model.TicketID, kinds ...string) (model.Record, error) {
	q, args := in("SELECT "+recordColumns+" FROM events e WHERE e.ticket_id = ? AND e.kind IN (?) ORDER BY e.id DESC LIMIT 1", int64(ticket), kinds)
	return one[model.Record](ctx, r, q, args...)
}
