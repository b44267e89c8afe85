package store

import (
	"slices"

	"escalated/model"
)

// A list of tickets is one query for each pile it covers (its lanes), merged.
// Each can be led from either side: by the sort index, which is walked in
// order while the filters are tested inside the index; or by a filter that is
// known to hit few rows, which are then sorted. The planner's own choice was
// wrong by a factor of a thousand on skewed data, so the side is chosen by
// counting a little (ticket_list.go) and fixed with INDEXED BY and CROSS JOIN.

// lane is one pile of a list and the statuses wanted in it; none means all.
type lane struct {
	pile     model.Pile
	statuses []model.Status
}

// lanes says which piles a filter covers.
func lanes(f model.TicketFilter) []lane {
	switch {
	case f.Bin:
		return []lane{{pile: model.PileBin, statuses: f.Statuses}}
	case f.Any:
		return []lane{{pile: model.PileActive}, {pile: model.PileAsleep}, {pile: model.PileResolved}, {pile: model.PileClosed}}
	case len(f.Statuses) == 0:
		return []lane{{pile: model.PileActive}, {pile: model.PileAsleep}}
	}
	var out []lane
	var open []model.Status
	for _, s := range f.Statuses {
		if s.IsOpen() && !slices.Contains(open, s) {
			open = append(open, s)
		}
	}
	if len(open) == int(model.Reopened) {
		out = append(out, lane{pile: model.PileActive}, lane{pile: model.PileAsleep})
	} else if len(open) > 0 {
		out = append(out, lane{model.PileActive, open}, lane{model.PileAsleep, open})
	}
	if slices.Contains(f.Statuses, model.Resolved) {
		out = append(out, lane{pile: model.PileResolved})
	}
	if slices.Contains(f.Statuses, model.Closed) {
		out = append(out, lane{pile: model.PileClosed})
	}
	return out
}

// whole reports whether the lanes take every ticket of their piles.
func whole(ls []lane) bool {
	return !slices.ContainsFunc(ls, func(l lane) bool { return len(l.statuses) > 0 })
}

func piles(ls []lane) []int64 {
	out := make([]int64, len(ls))
	for i, l := range ls {
		out[i] = int64(l.pile)
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

// side is what leads a lane.
type side int

const (
	bySort side = iota
	byRequester
	byTag
	byFollower
	byAssignee
	byDepartment
	byPriority
	byStatus
	bySight // what a narrow actor may see at all
	byCount // in each lane what it was counted by
)

// list is a filter as one actor sees it.
type list struct {
	model.TicketFilter
	by    model.Actor
	lanes []lane
	skip  map[model.Pile]bool // piles known to be empty
}

func newList(by model.Actor, f model.TicketFilter) list {
	l := list{TicketFilter: f, by: by, lanes: lanes(f)}
	if l.narrow() && !l.followed() && f.Department != 0 && !slices.Contains(by.Departments, f.Department) && f.Assignee == 0 && !f.Unassigned {
		l.Assignee = by.ID // all that a narrow actor sees of others' departments, and few
	}
	return l
}

// lead is what leads a lane.
func (l list) lead(s side, ln lane) side {
	if s == byCount {
		return l.counting(ln)
	}
	return s
}

// narrow reports whether the actor sees only some departments.
func (l list) narrow() bool { return l.by.Kind.Staff() && l.by.Narrow }

// sight is the visibility rule for the lanes. They name the pile, and with it
// the bin, which is asked for only by those who may open it: so the rule's own
// word about the bin is left out. It would cost a look at each row, because
// deleted_at lies in no index.
func (l list) sight() clause {
	by := l.by
	by.Permissions = append(slices.Clone(by.Permissions), model.PermTicketDelete)
	cond, args := visible(by, l.followed())
	return clause{cond, args}
}

// followed reports whether the list is what the actor follows: that lets a
// narrow actor into tickets of other departments.
func (l list) followed() bool { return l.Following != 0 && l.Following == l.by.ID }

// from is the table that leads, and the condition that makes it few.
func (l list) from(s side, p model.Pile) (string, clause) {
	switch s {
	case byRequester:
		return "tickets t INDEXED BY tickets_asker", clause{}
	case byTag:
		return "ticket_tags g CROSS JOIN tickets t ON t.id = g.ticket_id", say("g.tag_id = ? AND g.pile = ?", l.Tag, int64(p))
	case byFollower:
		return "ticket_people w CROSS JOIN tickets t ON t.id = w.ticket_id", say("w.person_id = ? AND w.role = 2", l.Following)
	case byAssignee:
		return "tickets t INDEXED BY tickets_assignee", clause{}
	case byDepartment:
		return "tickets t INDEXED BY tickets_department", clause{}
	case byPriority:
		return "tickets t INDEXED BY tickets_priority", clause{}
	case byStatus:
		return "tickets t INDEXED BY tickets_status", clause{}
	case bySight:
		ids := joined(l.seen(p), " UNION ")
		return "(" + ids.sql + ") v CROSS JOIN tickets t ON t.id = v.id", clause{"1 = 1", ids.args}
	}
	return "tickets t INDEXED BY " + l.order().index, clause{}
}

// seen lists the tickets of a pile that a narrow actor may see, by the indexes
// of the rule's parts; each part asks the rule itself, too, inside the index.
func (l list) seen(p model.Pile) []clause {
	parts := []clause{
		say("SELECT t.id FROM tickets t INDEXED BY tickets_assignee WHERE t.assignee_id = ? AND t.pile = ?", l.by.ID, int64(p)),
		say("SELECT t.id FROM tickets t INDEXED BY tickets_department WHERE t.department_id IN (?) AND t.pile = ?", l.by.Departments, int64(p)),
	}
	if l.by.Loose {
		parts = append(parts, say("SELECT t.id FROM tickets t INDEXED BY tickets_department WHERE t.department_id IS NULL AND t.pile = ?", int64(p)))
	}
	sight := l.sight()
	for i := range parts {
		parts[i].and(sight.sql, sight.args...)
	}
	return parts
}

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
func (l list) where(s side, ln lane) clause {
	_, c := l.from(s, ln.pile)
	c.and("t.pile = ?", int64(ln.pile))
	if len(ln.statuses) > 0 {
		c.and("t.status_id IN (?)", ints(ln.statuses))
	}
	l.narrowBy(s, &c)
	sight := l.sight()
	c.and(sight.sql, sight.args...)
	return c
}

// narrowBy adds the filters; s is left out where it is in the leading table.
func (l list) narrowBy(s side, c *clause) {
	if len(l.Priorities) > 0 {
		c.and("t.priority IN (?)", ints(l.Priorities))
	}
	if len(l.Types) > 0 {
		c.and("t.type IN (?)", ints(l.Types))
	}
	if len(l.Channels) > 0 {
		c.and("t.channel IN (?)", ints(l.Channels))
	}
	switch {
	case l.Unassigned:
		c.and("t.assignee_id IS NULL")
	case l.Assignee != 0:
		c.and("t.assignee_id = ?", l.Assignee)
	}
	switch {
	case l.NoDepartment:
		c.and("t.department_id IS NULL")
	case l.Department != 0:
		c.and("t.department_id = ?", l.Department)
	}
	if l.Requester != 0 {
		c.and("t.requester_id = ?", l.Requester)
	}
	if l.Tag != 0 && s != byTag {
		c.and(probe("SELECT 1 FROM ticket_tags g WHERE g.ticket_id = t.id AND g.tag_id = ?"), l.Tag)
	}
	if l.Following != 0 && s != byFollower {
		c.and(probe("SELECT 1 FROM ticket_people w WHERE w.person_id = ? AND w.role = 2 AND w.ticket_id = t.id"), l.Following)
	}
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

// order is how a sort column is read.
type order struct {
	index string
	col   string
	names string // a small table of names that is walked instead of the index
	key   string // the column of tickets that points into it
	id    string // its id
}

var orders = map[model.SortKeyName]order{
	model.SortActivity:   {index: "tickets_customer", col: "t.customer_at"},
	model.SortUpdated:    {index: "tickets_updated", col: "t.updated_at"},
	model.SortCreated:    {index: "tickets_created", col: "t.created_at"},
	model.SortReference:  {index: "tickets_created", col: "t.created_at"}, // numbers are given in order of time
	model.SortPriority:   {index: "tickets_priority", col: "t.priority"},
	model.SortStatus:     {index: "tickets_status", col: "t.status_id"},
	model.SortSubject:    {index: "tickets_subject", col: "t.subject_key"},
	model.SortAssignee:   {index: "tickets_assignee", names: "staff", key: "t.assignee_id", id: "person_id"},
	model.SortDepartment: {index: "tickets_department", names: "departments", key: "t.department_id", id: "id"},
}

func (l list) order() order {
	o, ok := orders[l.Sort.OrDefault().Key]
	if !ok {
		return orders[model.SortActivity]
	}
	return o
}

// ids is the query for the ids of one page, in order.
func (l list) ids(s side, limit, offset int) clause {
	o := l.order()
	dir := " ASC"
	if l.Sort.OrDefault().Desc {
		dir = " DESC"
	}
	if s == bySort && o.index == "tickets_updated" && l.everything() {
		return clause{"SELECT t.id AS id, t.updated_at AS k FROM tickets t INDEXED BY tickets_listed WHERE t.listed = 1 ORDER BY 2" + dir + ", 1" + dir + " LIMIT ? OFFSET ?", []any{limit, offset}}
	}
	var parts []clause
	for _, ln := range l.lanes {
		if !l.skip[ln.pile] {
			parts = append(parts, l.lane(s, ln, o)...)
		}
	}
	if len(parts) == 0 {
		return clause{}
	}
	by := " ORDER BY 2" + dir + ", 1" + dir
	if o.names != "" {
		by = " ORDER BY 2" + dir + ", 3" + dir + ", 1" + dir
	}
	c := joined(parts, " UNION ALL ")
	return clause{c.sql + by + " LIMIT ? OFFSET ?", append(c.args, limit, offset)}
}

// everything reports whether the list is all tickets of all four piles.
func (l list) everything() bool {
	return l.Any && !l.Filtered() && !l.narrow() && l.by.Staff()
}

// lane is the part of a list in one pile: one query, or for a sort by names
// one for the named and one for the others.
func (l list) lane(s side, ln lane, o order) []clause {
	s = l.lead(s, ln)
	where := l.where(s, ln)
	from, _ := l.from(s, ln.pile)
	switch {
	case o.names == "":
		return []clause{{"SELECT t.id AS id, " + o.col + " AS k FROM " + from + " WHERE " + where.sql, where.args}}
	case s != bySort:
		return []clause{{"SELECT t.id AS id, n.sort_name AS k, n." + o.id + " AS n FROM " + from + " LEFT JOIN " + o.names + " n ON n." + o.id + " = " + o.key + " WHERE " + where.sql, where.args}}
	}
	var out []clause
	fixed := o.names == "staff" && l.Assignee != 0 || o.names == "departments" && l.Department != 0
	none := o.names == "staff" && l.Unassigned || o.names == "departments" && l.NoDepartment
	if !none {
		out = append(out, clause{"SELECT t.id AS id, n.sort_name AS k, n." + o.id + " AS n FROM " + o.names + " n CROSS JOIN " + from + " ON " + o.key + " = n." + o.id + " WHERE " + where.sql, where.args})
	}
	if !fixed { // those without sort as NULL: first, or last when descending; a constant here would make SQLite sort
		out = append(out, clause{"SELECT t.id AS id, " + o.key + " AS k, " + o.key + " AS n FROM " + from + " WHERE " + o.key + " IS NULL AND " + where.sql, where.args})
	}
	return out
}
