package store

import (
	"math"
	"slices"

	"escalated/model"
)

// A list of tickets is one query for each pile it covers (its lanes), merged.
// Each can be led from either side: by the sort index, which is walked in
// order while the filters are tested inside the index; or by a filter that is
// known to hit few rows, which are then sorted. The planner's own choice was
// wrong by a factor of a thousand on skewed data, so the side is chosen by
// counting a little (ticket_list.go) and fixed with INDEXED BY and CROSS JOIN.

// whole reports whether the lanes take every ticket of their piles.
func whole(ls []model.Lane) bool {
	return !slices.ContainsFunc(ls, func(l model.Lane) bool { return l.Some })
}

func piles(ls []model.Lane) []int64 {
	out := make([]int64, len(ls))
	for i, l := range ls {
		out[i] = int64(l.Pile)
	}
	return out
}

// clause is a piece of SQL with its arguments.
type clause struct {
	sql  string
	args []any
}

func say(q string, args ...any) clause {
	q, args = in(q, args...)
	return clause{q, args}
}

func (c *clause) and(q string, args ...any) {
	n := say(q, args...)
	if c.sql != "" {
		c.sql += " AND "
	}
	c.sql += n.sql
	c.args = append(c.args, n.args...)
}

// list is a filter as one actor sees it.
type list struct {
	model.TicketFilter
	s     model.Sieve
	by    model.Actor
	lanes []model.Lane
	skip  map[model.Pile]bool // piles known to have none
	leads map[model.Pile]side // what leads a pile, once that is known
	falls map[model.Pile]side // what leads it when the walk in its order finds too little
}

func newList(by model.Actor, f model.TicketFilter, now model.Time) list {
	l := list{TicketFilter: f, s: f.Sieve(now), by: by}
	others := len(l.s.Department.In) > 0 && !slices.ContainsFunc(l.s.Department.In, func(d int64) bool {
		return d == 0 && by.Loose || slices.Contains(by.Departments, model.DepartmentID(d))
	})
	if l.narrow() && !l.followed() && others && !l.s.Assignee.Set() {
		l.s.Assignee.In = []int64{int64(by.ID)} // all that a narrow actor sees of others' departments, and few
	}
	for _, ln := range l.s.Lanes {
		running := ln.Pile <= model.PileAsleep || l.s.Waiting.Has(model.Never) && l.s.SLA.Lets(int64(model.SLANone))
		if !l.s.Nothing && running { // nobody waits for what is done, and no clock runs
			l.lanes = append(l.lanes, ln)
		}
	}
	return l
}

// list is newList as of now.
func (r Reader) list(by model.Actor, f model.TicketFilter) list { return newList(by, f, r.db.Now()) }

// narrow reports whether the actor sees only some departments.
func (l list) narrow() bool { return l.by.Kind.Staff() && l.by.Narrow }

// sight is the visibility rule for the lanes.
func (l list) sight() clause {
	cond, args := sight(l.by, l.followed(), true)
	return clause{cond, args}
}

// followed reports whether the list is what the actor follows: that lets a
// narrow actor into tickets of other departments.
func (l list) followed() bool { return l.Following != 0 && l.Following == l.by.ID }

// joined puts clauses side by side.
func joined(parts []clause, with string) clause {
	var c clause
	for i, p := range parts {
		if i > 0 {
			c.sql += with
		}
		c.sql += p.sql
		c.args = append(c.args, p.args...)
	}
	return c
}

// where is everything a row of the lane must fulfil, given what leads.
func (l list) where(s side, ln model.Lane) clause {
	_, c := l.from(s, ln.Pile)
	c.and("t.pile = ?", int64(ln.Pile))
	if ln.Some {
		l.statuses(&c)
	}
	l.narrowBy(s, &c)
	l.running(ln, &c)
	sight := l.sight()
	c.and(sight.sql, sight.args...)
	return c
}

// statuses are asked of the small table of statuses, once a query, because a
// state may have several.
func (l list) statuses(c *clause) {
	w := l.s.Status
	c.and("t.status_id IN (SELECT s.id FROM statuses s WHERE (s.state IN (?) OR s.id IN (?)) AND s.state NOT IN (?) AND s.id NOT IN (?))",
		ints(w.States), ints(w.IDs), append(ints(w.NotStates), -1), append(ints(w.NotIDs), -1))
}

// running are the conditions that only open tickets can have.
func (l list) running(ln model.Lane, c *clause) {
	if ln.Pile <= model.PileAsleep {
		c.choice("t.sla_level", l.s.SLA, false)
		c.stretch("t.waiting_since", l.s.Waiting)
	}
}

// narrowBy adds the other filters; s is left out where it is in the leading table.
func (l list) narrowBy(s side, c *clause) {
	c.choice("t.priority", l.s.Priority, false)
	c.choice("t.type", l.s.Type, false)
	c.choice("t.channel", l.s.Channel, false)
	c.choice("t.assignee_id", l.s.Assignee, true)
	c.choice("t.department_id", l.s.Department, true)
	c.choice("t.requester_id", l.s.Requester, false)
	c.choice("t.rating", l.s.Rating, false)
	c.stretch("t.created_at", l.s.Created)
	if l.s.Resolved.Set {
		c.and("t.resolved_at IS NOT NULL")
		c.stretch("t.resolved_at", l.s.Resolved)
	}
	c.stretch("t.updated_at", l.s.Updated)
	switch {
	case l.s.Files > 0:
		c.and("t.file_count > 0")
	case l.s.Files < 0:
		c.and("t.file_count = 0")
	}
	tag := l.s.Tag
	if s == byTag {
		tag.In = nil
	}
	c.among("SELECT 1 FROM ticket_tags g WHERE g.ticket_id = t.id", "g.tag_id", tag)
	following, mentioned := l.s.Following, l.s.Mentioned
	if s == byFollower {
		following.In = nil
	}
	if s == byMention {
		mentioned.In = nil
	}
	c.among("SELECT 1 FROM ticket_people w WHERE w.role = 2 AND w.ticket_id = t.id", "w.person_id", following)
	c.among("SELECT 1 FROM ticket_people w WHERE w.role = 3 AND w.ticket_id = t.id", "w.person_id", mentioned)
	for i, f := range l.s.Fields {
		if s != byField || i != l.leadField() {
			c.field(f)
		}
	}
}

// choice is a condition on a column; null says that none is stored as NULL.
func (c *clause) choice(col string, ch model.Choice, null bool) {
	in, out := ch.In, ch.Out
	if null {
		in, out = without(in), without(out)
	}
	none, notNone := null && slices.Contains(ch.In, 0), null && slices.Contains(ch.Out, 0)
	switch {
	case none && len(in) == 0:
		c.and(col + " IS NULL")
	case none:
		c.and("("+col+" IS NULL OR "+col+" IN (?))", in)
	case len(in) == 1:
		c.and(col+" = ?", in[0])
	case len(in) > 0:
		c.and(col+" IN (?)", in)
	}
	switch {
	case len(out) > 0 && null && !notNone:
		c.and("("+col+" IS NULL OR "+col+" NOT IN (?))", out)
	case len(out) > 0:
		c.and(col+" NOT IN (?)", out)
	}
	if notNone {
		c.and(col + " IS NOT NULL")
	}
}

// without leaves out the zero.
func without(ids []int64) []int64 {
	var out []int64
	for _, id := range ids {
		if id != 0 {
			out = append(out, id)
		}
	}
	return out
}

// among is a condition on what a ticket has several of: rows that q finds.
func (c *clause) among(q, col string, ch model.Choice) {
	in, out := without(ch.In), without(ch.Out)
	var any []clause
	if len(in) > 0 {
		any = append(any, say(probe(q+" AND "+col+" IN (?)"), in))
	}
	if slices.Contains(ch.In, 0) {
		any = append(any, say("NOT "+probe(q)))
	}
	if len(any) > 0 {
		or := joined(any, " OR ")
		c.and("("+or.sql+")", or.args...)
	}
	if len(out) > 0 {
		c.and("NOT "+probe(q+" AND "+col+" IN (?)"), out)
	}
	if slices.Contains(ch.Out, 0) {
		c.and(probe(q))
	}
}

func (c *clause) stretch(col string, r model.Stretch) {
	if !r.Set {
		return
	}
	if r.From > 0 {
		c.and(col+" >= ?", int64(r.From))
	}
	if r.To < math.MaxInt64 {
		c.and(col+" < ?", int64(r.To))
	}
}

// field is a condition on a field an admin added.
func (c *clause) field(f model.FieldSieve) {
	const value = "SELECT 1 FROM field_values x WHERE x.entity = 'ticket' AND x.entity_id = t.id AND x.field_id = ?"
	hits := valueClause(f, "x.")
	parts := []clause{say(probe(value+" AND ("+hits.sql+")"), append([]any{int64(f.ID)}, hits.args...)...)}
	if f.None {
		parts = append(parts, say("NOT "+probe(value), int64(f.ID)))
	}
	or := joined(parts, " OR ")
	if f.Not {
		or.sql = "NOT (" + or.sql + ")"
	}
	c.and("("+or.sql+")", or.args...)
}

// valueClause is what a stored value must be.
func valueClause(f model.FieldSieve, alias string) clause {
	var any []clause
	if len(f.Texts) > 0 {
		any = append(any, say(alias+"text IN (?)", f.Texts))
	}
	for _, n := range f.Nums {
		any = append(any, say(alias+"num BETWEEN ? AND ?", n[0], n[1]))
	}
	if len(any) == 0 {
		return clause{sql: "1 = 0"}
	}
	return joined(any, " OR ")
}

// probe is an EXISTS that the planner may not turn into a leading join: the
// unary plus hides it and changes nothing else.
func probe(q string) string { return "+(EXISTS (" + q + "))" }

func ints[T ~int64](in []T) []int64 {
	out := make([]int64, len(in))
	for i, v := range in {
		out[i] = int64(v)
	}
	return out
}
