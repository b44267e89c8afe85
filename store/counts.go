package store

import (
	"context"
	"strconv"

	"escalated/model"
)

// The counts beside lists end here: a page says "999+" and is never slow.
const sideCap = 1_000

// Counts are the numbers of the staff's first page and side bar, in one query.
// day is the beginning of today; zero leaves out what is about it.
func (r Reader) Counts(ctx context.Context, by model.Actor, day model.Time) (model.DashboardCounts, error) {
	var out model.DashboardCounts
	if !by.Staff() || !by.Can(model.PermTicketView) {
		return out, nil
	}
	l := r.list(by, model.TicketFilter{})
	sight := l.sight()
	open := func(index, cond string, args ...any) clause {
		c := say("SELECT 1 FROM tickets t INDEXED BY "+index+" WHERE "+cond+" AND t.pile = 1", args...)
		c.and(sight.sql, sight.args...)
		return c
	}
	all := clause{sql: "SELECT coalesce(sum(n), 0) FROM pile_counts WHERE pile = 1"}
	if l.narrow() {
		all = capped(joined(l.seen(model.PileActive), " UNION "))
	}
	following := say("SELECT 1 FROM ticket_people w CROSS JOIN tickets t INDEXED BY tickets_open ON t.id = w.ticket_id WHERE w.person_id = ? AND w.role = 2 AND t.pile <= 2", by.ID)
	solved, fresh := clause{sql: "0"}, clause{sql: "0"}
	if day != 0 {
		solved = say("SELECT 1 FROM tickets t INDEXED BY tickets_resolved WHERE t.pile = 3 AND t.resolved_at >= ?", int64(day))
		solved.and(sight.sql, sight.args...)
		fresh = say("SELECT 1 FROM tickets t INDEXED BY tickets_created WHERE t.pile IN (1, 2, 3, 4) AND t.created_at >= ?", int64(day))
		fresh.and(sight.sql, sight.args...)
		solved, fresh = capped(solved), capped(fresh)
	}
	var c clause
	for i, part := range []struct {
		name string
		clause
	}{
		{"mine", capped(open("tickets_assignee", "t.assignee_id = ?", by.ID))},
		{"unassigned", capped(open("tickets_assignee", "t.assignee_id IS NULL"))},
		{"waiting", capped(open("tickets_status", "t.status_id = ?", int64(model.WaitingOnAgent)))},
		{"open", all},
		{"following", capped(following)},
		{"solved", solved},
		{"fresh", fresh},
	} {
		if i > 0 {
			c.sql += ", "
		}
		c.sql += "(" + part.sql + ") AS " + part.name
		c.args = append(c.args, part.args...)
	}
	row, err := one[struct{ Mine, Unassigned, Waiting, Open, Following, Solved, Fresh int }](ctx, r, "SELECT "+c.sql, c.args...)
	return model.DashboardCounts{Mine: row.Mine, Unassigned: row.Unassigned, WaitingOnAgent: row.Waiting, AllOpen: row.Open, Following: row.Following, SolvedToday: row.Solved, NewToday: row.Fresh}, err
}

// capped counts at most sideCap rows.
func capped(c clause) clause {
	return clause{"SELECT count(*) FROM (" + c.sql + " LIMIT " + strconv.Itoa(sideCap) + ")", c.args}
}
