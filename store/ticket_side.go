package store

import (
	"slices"
	"strconv"

	"escalated/model"
)

// side is what leads a lane.
type side int

const (
	bySort side = iota
	byRequester
	byTag
	byFollower
	byMention
	byAssignee
	byDepartment
	byPriority
	byStatus
	byRated
	byFiles
	byField
	bySight // what a narrow actor may see at all
	byCreated
	bySolved
	byUpdated
	byWaiting
	byNear  // the nearest part of a long stretch of time
	byCount // in each lane what it was counted by
	byLane  // in each lane what was found to lead it
)

// ranged reports whether a side is a stretch of time: such may be long, and
// still be worth leading.
func (s side) ranged() bool {
	return s == byCreated || s == bySolved || s == byUpdated || s == byWaiting
}

// ledBy are the sides that are an index of the tickets, with what its own
// condition needs to be said in so many words.
var ledBy = map[side]struct{ index, cond string }{
	byRequester:  {"tickets_asker", ""},
	byAssignee:   {"tickets_assignee", ""},
	byDepartment: {"tickets_department", ""},
	byPriority:   {"tickets_priority", ""},
	byStatus:     {"tickets_status", ""},
	byCreated:    {"tickets_created", ""},
	bySolved:     {"tickets_solved", "t.resolved_at IS NOT NULL"},
	byUpdated:    {"tickets_updated", ""},
	byWaiting:    {"tickets_waiting", "t.pile <= 2"},
	byRated:      {"tickets_rated", "t.rating > 0"},
	byFiles:      {"tickets_files", "t.file_count > 0"},
}

// lead is what leads a lane.
func (l list) lead(s side, ln model.Lane) side {
	switch known := l.leads[ln.Pile]; {
	case s == byLane, s == byCount && known != bySort && known != byNear:
		return known
	case s == byCount:
		return l.counting(ln)
	}
	return s
}

// from is the table that leads, and the condition that makes it few.
func (l list) from(s side, p model.Pile) (string, clause) {
	if by, ok := ledBy[s]; ok {
		return "tickets t INDEXED BY " + by.index, clause{sql: by.cond}
	}
	people, open := "ticket_people w CROSS JOIN tickets t ON t.id = w.ticket_id", ""
	if p <= model.PileAsleep { // a small index tells the open ones without a look at their rows
		people, open = "ticket_people w CROSS JOIN tickets t INDEXED BY tickets_open ON t.id = w.ticket_id", " AND t.pile <= 2"
	}
	switch s {
	case byTag:
		if len(l.s.Tag.In) == 1 {
			return "ticket_tags g CROSS JOIN tickets t ON t.id = g.ticket_id", say("g.tag_id = ? AND g.pile = ?", l.s.Tag.In[0], int64(p))
		}
		of := say("SELECT DISTINCT ticket_id FROM ticket_tags WHERE tag_id IN (?) AND pile = ?", l.s.Tag.In, int64(p))
		return "(" + of.sql + ") g CROSS JOIN tickets t ON t.id = g.ticket_id", clause{"1 = 1", of.args}
	case byFollower:
		return people, say("w.person_id = ? AND w.role = 2"+open, l.s.Following.In[0])
	case byMention:
		return people, say("w.person_id = ? AND w.role = 3"+open, l.s.Mentioned.In[0])
	case byField:
		of := l.fieldIDs()
		return "(" + of.sql + ") v CROSS JOIN tickets t ON t.id = v.id", clause{"1 = 1", of.args}
	case byNear:
		of := l.source(p)
		near := clause{"SELECT t.id FROM tickets t INDEXED BY " + of.index + " WHERE " + of.cond.sql + " ORDER BY " + of.by + " DESC LIMIT " + strconv.Itoa(nearCap), of.cond.args}
		return "(" + near.sql + ") v CROSS JOIN tickets t ON t.id = v.id", clause{"1 = 1", near.args}
	case bySight:
		ids := joined(l.seen(p), " UNION ")
		return "(" + ids.sql + ") v CROSS JOIN tickets t ON t.id = v.id", clause{"1 = 1", ids.args}
	}
	o := l.order()
	if o.index == "tickets_waiting" || o.index == "tickets_due" {
		return "tickets t INDEXED BY " + o.index, clause{sql: "t.pile <= 2"}
	}
	return "tickets t INDEXED BY " + o.index, clause{}
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

// leadField is the field whose values can lead to tickets, or -1: one that is
// asked for by values, in one kind of index.
func (l list) leadField() int {
	return slices.IndexFunc(l.s.Fields, func(f model.FieldSieve) bool {
		return !f.Not && !f.None && (len(f.Texts) > 0 && len(f.Nums) == 0 || len(f.Texts) == 0 && len(f.Nums) == 1)
	})
}

func (l list) fieldIDs() clause {
	f := l.s.Fields[l.leadField()]
	hits, index := valueClause(f, ""), "field_values_text"
	if len(f.Nums) > 0 {
		index = "field_values_num"
	}
	return clause{"SELECT DISTINCT entity_id AS id FROM field_values INDEXED BY " + index + " WHERE field_id = ? AND " + hits.sql + " AND entity = 'ticket'", append([]any{int64(f.ID)}, hits.args...)}
}

// uniform reports whether a condition is one that an index can lead to: ids
// alone, or none alone.
func uniform(c model.Choice) bool {
	return len(c.In) > 0 && (len(c.In) == 1 || !slices.Contains(c.In, 0))
}

// candidates are the filters that may hit few rows, and so are worth a look.
func (l list) candidates() []side {
	var out []side
	for _, c := range []struct {
		worth bool
		side
	}{
		{len(l.s.Requester.In) > 0, byRequester},
		{len(l.s.Tag.In) > 0 && !slices.Contains(l.s.Tag.In, 0), byTag},
		{len(l.s.Following.In) > 0, byFollower},
		{len(l.s.Mentioned.In) > 0, byMention},
		{uniform(l.s.Assignee), byAssignee},
		{uniform(l.s.Department), byDepartment},
		{len(l.s.Rating.In) > 0 && !slices.Contains(l.s.Rating.In, 0), byRated},
		{l.s.Files > 0, byFiles},
		{l.leadField() >= 0, byField},
		{l.narrow() && !l.followed(), bySight},
		{l.s.Resolved.Set, bySolved},
		{l.s.Created.Set, byCreated},
		{l.s.Updated.Set, byUpdated},
		{l.s.Waiting.Set && l.onlyOpen(), byWaiting},
	} {
		if c.worth {
			out = append(out, c.side)
		}
	}
	return out
}

// onlyOpen reports whether the list has open tickets alone.
func (l list) onlyOpen() bool {
	return !slices.ContainsFunc(l.lanes, func(ln model.Lane) bool { return ln.Pile > model.PileAsleep })
}

// probed counts, up to n, how many rows one filter alone leads to.
func (l list) probed(s side, n int) clause {
	in := piles(l.lanes)
	var c clause
	of := func(col string, ch model.Choice, null bool) {
		c = clause{sql: "SELECT 1 FROM tickets t INDEXED BY " + ledBy[s].index + " WHERE 1 = 1"}
		c.choice(col, model.Choice{In: ch.In}, null)
		if ledBy[s].cond != "" {
			c.and(ledBy[s].cond)
		}
		c.and("t.pile IN (?)", in)
	}
	stretch := func(col string, r model.Stretch) {
		of("", model.Choice{}, false)
		c.stretch(col, r)
	}
	switch s {
	case byRequester:
		of("t.requester_id", l.s.Requester, false)
	case byAssignee:
		of("t.assignee_id", l.s.Assignee, true)
	case byDepartment:
		of("t.department_id", l.s.Department, true)
	case byRated:
		of("t.rating", l.s.Rating, false)
	case byFiles:
		of("", model.Choice{}, false)
	case byCreated:
		stretch("t.created_at", l.s.Created)
	case bySolved:
		stretch("t.resolved_at", l.s.Resolved)
	case byUpdated:
		stretch("t.updated_at", l.s.Updated)
	case byWaiting:
		stretch("t.waiting_since", l.s.Waiting)
	case byTag:
		c = say("SELECT 1 FROM ticket_tags WHERE tag_id IN (?) AND pile IN (?)", l.s.Tag.In, in)
	case byFollower:
		c = say("SELECT 1 FROM ticket_people WHERE person_id = ? AND role = 2", l.s.Following.In[0])
	case byMention:
		c = say("SELECT 1 FROM ticket_people WHERE person_id = ? AND role = 3", l.s.Mentioned.In[0])
	case byField:
		c = l.fieldIDs()
	case bySight:
		var parts []clause
		for _, ln := range l.lanes {
			parts = append(parts, l.seen(ln.Pile)...) // one counted twice does no harm here
		}
		c = joined(parts, " UNION ALL ")
	}
	return clause{"SELECT count(*) FROM (" + c.sql + " LIMIT ?)", append(c.args, n)}
}

// counting is the index that leads to the fewest rows of a lane when no filter
// alone leads to few.
func (l list) counting(ln model.Lane) side {
	alone := l.filters() == 1 && !ln.Some
	switch {
	case alone && l.s.Waiting.Set && ln.Pile <= model.PileAsleep:
		return byWaiting
	case l.stretched(ln) && !alone:
		return bySort // through the stretch
	case uniform(l.s.Assignee):
		return byAssignee
	case uniform(l.s.Department):
		return byDepartment
	case alone && len(l.s.Requester.In) > 0:
		return byRequester
	case alone && len(l.s.Tag.In) > 0 && !slices.Contains(l.s.Tag.In, 0):
		return byTag
	case alone && l.s.Files > 0:
		return byFiles
	case alone && l.s.Resolved.Set:
		return bySolved
	case alone && l.s.Created.Set:
		return byCreated
	case alone && l.s.Updated.Set:
		return byUpdated
	case alone && len(l.s.Rating.In) > 0 && !slices.Contains(l.s.Rating.In, 0):
		return byRated
	case len(l.s.Priority.In) > 0:
		return byPriority
	case ln.Some:
		return byStatus
	}
	return bySort
}

// stretched reports whether a stretch of time narrows a lane.
func (l list) stretched(ln model.Lane) bool {
	return l.s.Created.Set || l.s.Updated.Set || l.s.Resolved.Set || l.s.Waiting.Set && ln.Pile <= model.PileAsleep
}

// filters is how many conditions are set beside the statuses, the actor's own
// limits among them.
func (l list) filters() int {
	n := len(l.s.Fields)
	for _, c := range []model.Choice{l.s.Priority, l.s.Type, l.s.Channel, l.s.Assignee, l.s.Department, l.s.Requester, l.s.Tag, l.s.SLA, l.s.Rating, l.s.Following, l.s.Mentioned} {
		n += min(1, len(c.In)) + min(1, len(c.Out))
	}
	for _, set := range []bool{l.s.Files != 0, l.s.Created.Set, l.s.Resolved.Set, l.s.Updated.Set, l.s.Waiting.Set, l.narrow()} {
		n += int(flag(set))
	}
	return n
}

// hard reports whether a walk in the order of the list may find nothing for
// long: the condition is in no index, or is the opposite of one.
func (l list) hard() bool {
	out := len(l.s.Assignee.Out) + len(l.s.Department.Out) + len(l.s.Requester.Out) + len(l.s.Tag.Out) + len(l.s.Following.Out) + len(l.s.Mentioned.Out)
	return out > 0 || l.s.Files != 0 || l.s.Rating.Set() || l.s.SLA.Set() || len(l.s.Fields) > 0 || l.s.Created.Set || l.s.Resolved.Set || l.s.Updated.Set || l.s.Waiting.Set ||
		slices.Contains(l.s.Tag.In, 0) || l.s.Assignee.Set() && !uniform(l.s.Assignee) || l.s.Department.Set() && !uniform(l.s.Department)
}
