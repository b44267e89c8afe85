package store

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"modernc.org/sqlite"

	"escalated/model"
)

// Conditions of rules become one statement: each condition is the clause that
// a list has for the same filter, led by an index that holds most of what the
// conditions ask for.

func init() {
	// Texts are compared as model.Fold does it: SQLite's own knows no letter
	// beyond z.
	sqlite.MustRegisterDeterministicScalarFunction("folded", 1, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		if s, ok := args[0].(string); ok {
			return model.Fold(s), nil
		}
		return args[0], nil
	})
}

// ruleQuery is conditions on their way into a statement.
type ruleQuery struct {
	tests model.Tests
	now   model.Time
	open  bool // only tickets that are open
	c     clause
}

func newRuleQuery(tests model.Tests, piles []model.Pile, now model.Time) *ruleQuery {
	q := &ruleQuery{tests: tests, now: now, open: !slices.ContainsFunc(piles, func(p model.Pile) bool { return p > model.PileAsleep })}
	q.c.and("t.pile IN (?)", ints(piles))
	if q.open {
		q.c.and("t.pile <= 2") // for indexes of open tickets alone
	}
	for i := range tests {
		c := q.clause(&tests[i])
		q.c.and(c.sql, c.args...)
	}
	return q
}

// clause is one condition.
func (q *ruleQuery) clause(t *model.Test) clause {
	switch {
	case t.Sieve != nil:
		return q.sieve(t.Sieve)
	case t.Age != nil:
		return q.age(t.Age)
	case t.Text != nil:
		return textClause(t.Text)
	case t.Requester != nil:
		return requesterClause(t.Requester)
	case t.Count != nil:
		return say("t.reopened_count BETWEEN ? AND ?", t.Count.Min, t.Count.Max)
	case t.Hours != nil:
		return truth(t.Hours.Holds(q.now))
	case len(t.Any) > 0:
		parts := make([]clause, len(t.Any))
		for i := range t.Any {
			parts[i] = q.clause(&t.Any[i])
		}
		or := joined(parts, " OR ")
		or.sql = "(" + or.sql + ")"
		return or
	}
	return truth(false) // what was before is known only where something happened
}

func truth(b bool) clause {
	if b {
		return clause{sql: "1 = 1"}
	}
	return clause{sql: "1 = 0"}
}

// sieve is a condition that lists have as a filter.
func (q *ruleQuery) sieve(s *model.Sieve) clause {
	if s.Nothing {
		return truth(false)
	}
	l := list{s: *s}
	var c clause
	if len(s.Lanes) < 4 {
		c.and("t.pile IN (?)", piles(s.Lanes))
	}
	if !whole(s.Lanes) {
		l.statuses(&c)
	}
	l.narrowBy(bySort, &c)
	col := "t.sla_level"
	if !q.open { // no clock runs on what is done
		col = "(CASE WHEN t.pile <= 2 THEN t.sla_level ELSE 0 END)"
	}
	c.choice(col, s.SLA, false)
	if c.sql == "" {
		return truth(true)
	}
	c.sql = "(" + c.sql + ")"
	return c
}

func (q *ruleQuery) age(a *model.AgeTest) clause {
	col, more := "", ""
	switch a.Of {
	case model.AgeCreated:
		col = "t.created_at"
	case model.AgeUpdated:
		col = "t.updated_at"
	case model.AgeAssigned:
		col, more = "t.assigned_at", " AND t.assignee_id IS NOT NULL AND t.assigned_at > 0"
	case model.AgeWaiting:
		if col = "t.waiting_since"; !q.open {
			more = " AND t.pile <= 2"
		}
	case model.AgeUnanswered:
		col, more = "t.created_at", " AND t.first_response_at IS NULL"
	}
	before := int64(q.now.Add(-a.Length))
	if a.Longer {
		return say("("+col+" <= ?"+more+")", before)
	}
	if a.Of == model.AgeWaiting {
		return say("("+col+" > ? AND "+col+" < ?"+more+")", before, int64(model.Never))
	}
	return say("("+col+" > ?"+more+")", before)
}

func textClause(t *model.TextTest) clause {
	if t.Field != 0 {
		var hit []clause
		for _, w := range t.Words {
			hit = append(hit, say("instr(folded(x.text), ?) > 0", w))
		}
		hits := joined(hit, " OR ")
		c := say(probe("SELECT 1 FROM field_values x WHERE x.entity = 'ticket' AND x.entity_id = t.id AND x.field_id = ? AND x.text IS NOT NULL AND ("+hits.sql+")"),
			append([]any{int64(t.Field)}, hits.args...)...)
		if t.Op == model.CondContainsNo {
			c.sql = "NOT (" + c.sql + ")"
		}
		return c
	}
	var hit []clause
	for _, w := range t.Words {
		switch t.Op {
		case model.CondStarts:
			hit = append(hit, say("instr(folded(t.subject), ?) = 1", w))
		case model.CondIs:
			hit = append(hit, say("folded(t.subject) = ?", w))
		default:
			hit = append(hit, say("instr(folded(t.subject), ?) > 0", w))
		}
	}
	or := joined(hit, " OR ")
	if or.sql = "(" + or.sql + ")"; t.Op == model.CondContainsNo {
		or.sql = "NOT " + or.sql
	}
	return or
}

func requesterClause(r *model.RequesterTest) clause {
	var hit []clause
	if len(r.IDs) > 0 {
		hit = append(hit, say("t.requester_id IN (?)", r.IDs))
	}
	if len(r.Addresses) > 0 {
		hit = append(hit, say("t.requester_id IN (SELECT e.person_id FROM person_emails e WHERE e.address IN (?))", r.Addresses))
	}
	if len(r.Domains) > 0 {
		hit = append(hit, say("t.requester_id IN (SELECT e.person_id FROM person_emails e WHERE substr(e.address, instr(e.address, '@') + 1) IN (?))", r.Domains))
	}
	or := joined(hit, " OR ")
	if or.sql = "(" + or.sql + ")"; r.Not {
		or.sql = "NOT " + or.sql
	}
	return or
}

// lead is the index by which the statement is led: one whose first column a
// condition that all must fulfil narrows, as far as that can be known.
func (q *ruleQuery) lead() string {
	best, index := 0, "tickets_created"
	if q.open {
		index = "tickets_waiting"
	}
	for i := range q.tests {
		if rank, name := q.leadOf(&q.tests[i]); rank > best {
			best, index = rank, name
		}
	}
	return index
}

func (q *ruleQuery) leadOf(t *model.Test) (rank int, index string) {
	switch s := t.Sieve; {
	case t.Age != nil && t.Age.Of == model.AgeWaiting && q.open:
		return 9, "tickets_waiting"
	case t.Age != nil && t.Age.Of == model.AgeUpdated:
		return 6, "tickets_updated"
	case t.Age != nil && (t.Age.Of == model.AgeCreated || t.Age.Of == model.AgeUnanswered):
		return 4, "tickets_created"
	case s == nil:
	case slices.ContainsFunc(s.Assignee.In, func(id int64) bool { return id != 0 }):
		return 8, "tickets_assignee"
	case slices.ContainsFunc(s.Department.In, func(id int64) bool { return id != 0 }):
		return 5, "tickets_department"
	case !whole(s.Lanes):
		return 5, "tickets_status"
	case len(s.Priority.In) > 0:
		return 5, "tickets_priority"
	}
	return 0, ""
}

// RuleCandidate is a ticket that the conditions of a rule by the clock hold
// for, with what it is a cause of.
type RuleCandidate struct {
	ID    model.TicketID `db:"id"`
	Cause string         `db:"cause"`
}

// causes are the columns by which the cause of a rule by the clock is told
// from that of an earlier time.
var causes = map[string]string{
	model.CauseWaiting:  "'waiting:' || t.waiting_since",
	model.CauseAssigned: "'assigned:' || t.assigned_at",
	model.CauseUpdated:  "'updated:' || t.updated_at",
	model.CauseSLA:      "'sla:' || t.sla_level || ':' || t.next_due_at",
	model.CauseOnce:     "'once'",
}

// RuleCandidates are tickets that a rule by the clock has not fired for, after
// one, in the order of their ids. One statement, whatever the conditions.
func (r Reader) RuleCandidates(ctx context.Context, rule model.Rule, tests model.Tests, after model.TicketID, limit int, now model.Time) ([]RuleCandidate, error) {
	c := ruleCandidates(rule, tests, after, limit, now)
	return many[RuleCandidate](ctx, r, c.sql, c.args...)
}

func ruleCandidates(rule model.Rule, tests model.Tests, after model.TicketID, limit int, now model.Time) clause {
	q := newRuleQuery(tests, tests.Piles(), now)
	cause, first := causes[rule.Conditions.CauseBy()], []any(nil)
	c := q.c
	if after > 0 {
		c.and("t.id > ?", int64(after))
	}
	if again := rule.Again(); again > 0 {
		cause, first = "'again:' || ?", []any{int64(now)}
		c.and("NOT "+probe("SELECT 1 FROM rule_firings f WHERE f.rule_id = ? AND f.ticket_id = t.id AND f.at > ?"), int64(rule.ID), int64(now.Add(-again)))
	} else {
		c.and("NOT "+probe("SELECT 1 FROM rule_firings f WHERE f.rule_id = ? AND f.ticket_id = t.id AND f.cause = "+cause), int64(rule.ID))
	}
	c.sql = "SELECT t.id, " + cause + " AS cause FROM tickets t INDEXED BY " + q.lead() + " WHERE " + c.sql + " ORDER BY t.id LIMIT ?"
	c.args = append(append(first, c.args...), limit)
	return c
}

// ConditionTickets are tickets that conditions hold for and an actor sees: the
// newest ids of so many, of which there may be more.
func (r Reader) ConditionTickets(ctx context.Context, by model.Actor, tests model.Tests, limit int) ([]model.TicketID, error) {
	q := newRuleQuery(tests, tests.Piles(), r.db.Now())
	cond, args := sight(by, false, true)
	q.c.and(cond, args...)
	return many[model.TicketID](ctx, r, "SELECT t.id FROM tickets t INDEXED BY "+q.lead()+" WHERE "+q.c.sql+" LIMIT ?", append(q.c.args, limit)...)
}

// RowsOf are rows of a list for tickets the actor sees, in the order of the ids.
func (r Reader) RowsOf(ctx context.Context, by model.Actor, ids []model.TicketID) ([]model.TicketRow, error) {
	return r.ticketRows(ctx, by, ints(ids))
}

// Matched loads tickets as conditions see them, with what those need. Three
// queries at most.
func (r Reader) Matched(ctx context.Context, ids []model.TicketID, need model.Needs) (map[model.TicketID]*model.Matched, error) {
	list, err := r.facetsOfAll(ctx, ids, need.Fields)
	if err != nil {
		return nil, err
	}
	out := make(map[model.TicketID]*model.Matched, len(list))
	for id, f := range list {
		out[id] = &model.Matched{ID: id, Facets: f.Facets}
	}
	if !need.Subject && !need.Addresses && !need.Reopened {
		return out, nil
	}
	addresses := "'[]'"
	if need.Addresses {
		addresses = "(SELECT json_group_array(e.address) FROM person_emails e WHERE e.person_id = t.requester_id)"
	}
	rows, err := many[matchedRow](ctx, r, "SELECT t.id, t.subject, t.reopened_count, "+addresses+" AS addresses FROM json_each(?) j CROSS JOIN tickets t WHERE t.id = j.value", jsonIDs(ids))
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		m := out[row.ID]
		if m == nil {
			continue
		}
		m.Subject, m.Reopened = row.Subject, row.Reopened
		if strings.HasPrefix(row.Addresses, "[\"") {
			if err := json.Unmarshal([]byte(row.Addresses), &m.Addresses); err != nil {
				return nil, fmt.Errorf("read addresses: %w", err)
			}
		}
	}
	return out, nil
}

type matchedRow struct {
	ID        model.TicketID `db:"id"`
	Subject   string         `db:"subject"`
	Reopened  int            `db:"reopened_count"`
	Addresses string         `db:"addresses"`
}
