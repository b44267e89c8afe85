package store

import "escalated/model"

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
	model.SortWaiting:    {index: "tickets_waiting", col: "t.waiting_since"},
	model.SortDue:        {index: "tickets_due", col: "t.next_due_at"},
	model.SortAssignee:   {index: "tickets_assignee", names: "staff", key: "t.assignee_id", id: "person_id"},
	model.SortDepartment: {index: "tickets_department", names: "departments", key: "t.department_id", id: "id"},
}

// order of the list. Where nobody waits and nothing is due, because tickets are
// done, that is no order: it is the activity then.
func (l list) order() order {
	o, ok := orders[l.Order().Key]
	if !ok || (o.index == "tickets_waiting" || o.index == "tickets_due") && !l.onlyOpen() {
		return orders[model.SortActivity]
	}
	return o
}

// ids is the query for the ids of one page, in order.
func (l list) ids(s side, limit, offset int) clause {
	o := l.order()
	dir := " ASC"
	if l.Order().Desc {
		dir = " DESC"
	}
	if s == bySort && o.index == "tickets_updated" && l.everything() {
		return clause{"SELECT t.id AS id, t.updated_at AS k FROM tickets t INDEXED BY tickets_listed WHERE t.listed = 1 ORDER BY 2" + dir + ", 1" + dir + " LIMIT ? OFFSET ?", []any{limit, offset}}
	}
	var parts []clause
	for _, ln := range l.lanes {
		if !l.skip[ln.Pile] {
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
	return len(l.lanes) == 4 && whole(l.lanes) && l.filters() == 0 && l.by.Staff()
}

// lane is the part of a list in one pile: one query, or for a sort by names
// one for the named and one for the others.
func (l list) lane(s side, ln model.Lane, o order) []clause {
	s = l.lead(s, ln)
	where := l.where(s, ln)
	from, _ := l.from(s, ln.Pile)
	switch {
	case o.names == "":
		return []clause{{"SELECT t.id AS id, " + o.col + " AS k FROM " + from + " WHERE " + where.sql, where.args}}
	case s != bySort:
		return []clause{{"SELECT t.id AS id, n.sort_name AS k, n." + o.id + " AS n FROM " + from + " LEFT JOIN " + o.names + " n ON n." + o.id + " = " + o.key + " WHERE " + where.sql, where.args}}
	}
	var out []clause
	of := &l.s.Department // of a copy
	if o.names == "staff" {
		of = &l.s.Assignee
	}
	hasNone, onlyNone := of.Lets(0), of.Lets(0) && len(of.In) == 1
	named := where
	if len(of.In) > 1 { // asked of the names as they are walked; of the tickets, SQLite would sort
		ids := without(of.In)
		of.In = nil
		where = l.where(s, ln)
		named = say("+n."+o.id+" IN (?)", ids)
		named.and(where.sql, where.args...)
	}
	if !onlyNone {
		out = append(out, clause{"SELECT t.id AS id, n.sort_name AS k, n." + o.id + " AS n FROM " + o.names + " n CROSS JOIN " + from + " ON " + o.key + " = n." + o.id + " WHERE " + named.sql, named.args})
	}
	if hasNone { // those without sort as NULL: first, or last when descending; a constant here would make SQLite sort
		out = append(out, clause{"SELECT t.id AS id, " + o.key + " AS k, " + o.key + " AS n FROM " + from + " WHERE " + o.key + " IS NULL AND " + where.sql, where.args})
	}
	return out
}
