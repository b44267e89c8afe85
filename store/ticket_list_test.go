package store

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"escalated/model"
)

// ids of a whole list, page by page.
func allPages(t *testing.T, r Reader, by model.Actor, f model.TicketFilter) []model.TicketRow {
	t.Helper()
	f.PerPage = 25
	var out []model.TicketRow
	for f.Page = 1; ; f.Page++ {
		p, err := r.TicketPage(context.Background(), by, f)
		if err != nil {
			t.Fatalf("%+v: %v", f, err)
		}
		if p.Page != f.Page {
			t.Fatalf("%+v: page %d is shown as %d", f, f.Page, p.Page)
		}
		out = append(out, p.Rows...)
		if !p.HasNext {
			if p.Total != len(out) || p.Capped {
				t.Fatalf("%+v: total %d capped %v, %d rows", f, p.Total, p.Capped, len(out))
			}
			return out
		}
	}
}

// The SQL of every filter, sort and side against plain Go, for everybody.
func TestListsAreRight(t *testing.T) {
	c := newCrowd(t, 700)
	r := rand.New(rand.NewPCG(3, 4))
	names := map[model.PersonID]string{0: ""}
	for i, s := range c.staff {
		names[s.ID] = "staff " + string(rune('e'-i))
	}
	for i := range 1500 {
		by, f := c.staff[r.IntN(len(c.staff))], c.anyFilter(r)
		if i%9 == 0 {
			f.Following = by.ID
		}
		got := allPages(t, c.db.Read(), by, f)
		var want []BulkTicket
		for _, tk := range c.tickets {
			if suits(f, tk) && mayList(by, f, tk) {
				want = append(want, tk)
			}
		}
		order := f.Sort.OrDefault()
		if (order.Key == model.SortWaiting || order.Key == model.SortDue) && (f.Any || slices.ContainsFunc(f.Statuses, func(s model.Status) bool { return !s.IsOpen() })) {
			order.Key = model.SortActivity // nobody waits for what is done, and it is not due
		}
		slices.SortFunc(want, func(a, b BulkTicket) int { return c.before(order, names, a, b) })
		if len(got) != len(want) {
			t.Fatalf("%v narrow=%v %+v: %d rows, want %d", by.Kind, by.Narrow, f, len(got), len(want))
		}
		for j := range want {
			if got[j].ID != want[j].ID {
				t.Fatalf("%v %+v: row %d is %d, want %d", by.Kind, f, j, got[j].ID, want[j].ID)
			}
		}
	}
}

func (c *crowd) before(s model.TicketSort, names map[model.PersonID]string, a, b BulkTicket) int {
	n := 0
	switch s.Key {
	case model.SortActivity:
		n = cmp.Compare(a.CustomerAt, b.CustomerAt)
	case model.SortWaiting:
		n = cmp.Compare(a.WaitingSince, b.WaitingSince)
	case model.SortUpdated:
		n = cmp.Compare(a.UpdatedAt, b.UpdatedAt)
	case model.SortCreated, model.SortReference:
		n = cmp.Compare(a.CreatedAt, b.CreatedAt)
	case model.SortPriority:
		n = cmp.Compare(a.Priority, b.Priority)
	case model.SortStatus:
		n = cmp.Compare(a.Status, b.Status)
	case model.SortSubject:
		n = cmp.Compare(model.SortKey(a.Subject), model.SortKey(b.Subject))
	case model.SortAssignee:
		n = cmp.Compare(names[a.AssigneeID], names[b.AssigneeID])
	case model.SortDepartment:
		named := func(d model.DepartmentID) int64 { return flag(d != 0) * (99 - int64(d)) }
		n = cmp.Compare(named(a.DepartmentID), named(b.DepartmentID)) // they are named from Z to A; none comes first
	}
	if n == 0 {
		n = cmp.Compare(a.ID, b.ID)
	}
	if s.Desc {
		n = -n
	}
	return n
}

// What a row says beside its id.
func TestRowsSayWhatTheTicketIs(t *testing.T) {
	c := newCrowd(t, 120)
	by := c.staff[1]
	seen := c.tickets[3]
	err := c.db.Write(context.Background(), func(tx *Tx) error { return tx.MarkSeen(tx.Ctx, by.ID, seen.ID, seen.LastMessageID) })
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range allPages(t, c.db.Read(), by, model.TicketFilter{Any: true}) {
		tk := c.tickets[row.ID-1]
		var tags []model.TagID
		for _, g := range row.Tags {
			tags = append(tags, g.ID)
		}
		if row.Subject != tk.Subject || row.Status != tk.Status || !slices.Equal(tags, tk.Tags) || !strings.HasPrefix(row.RequesterName, "Customer ") ||
			(row.AssigneeName != "") != (tk.AssigneeID != 0) || (row.DepartmentName != "") != (tk.DepartmentID != 0) || row.Unread != (row.ID != seen.ID) {
			t.Errorf("%+v\n%+v", row, tk)
		}
	}
}

func TestBinIsForThoseWhoMayDelete(t *testing.T) {
	c := newCrowd(t, 300)
	want := 0
	for _, tk := range c.tickets {
		if tk.DeletedAt != 0 {
			want++
		}
	}
	if n := len(allPages(t, c.db.Read(), c.staff[0], model.TicketFilter{Bin: true})); n != want || n == 0 {
		t.Errorf("the admin sees %d of %d", n, want)
	}
	for _, by := range c.everybody()[1:] {
		p, err := c.db.Read().TicketPage(context.Background(), by, model.TicketFilter{Bin: true})
		if err != nil || len(p.Rows) > 0 || p.Total > 0 {
			t.Errorf("%v sees the bin: %d %v", by.Kind, p.Total, err)
		}
	}
	p, err := c.db.Read().TicketPage(context.Background(), c.customers[0], model.TicketFilter{Any: true})
	if err != nil || len(p.Rows) > 0 {
		t.Errorf("a customer sees the queue: %v", err)
	}
}

func TestPagesAreClamped(t *testing.T) {
	c := newCrowd(t, 300)
	for _, f := range []model.TicketFilter{{Any: true}, {Types: []model.TicketType{1}}, {Statuses: []model.Status{1}, Assignee: 999}} {
		f.Page, f.PerPage = 2000, 50
		p, err := c.db.Read().TicketPage(context.Background(), c.staff[0], f)
		if err != nil || p.Page != p.Pages || p.HasNext || (len(p.Rows) == 0) != (p.Total == 0) {
			t.Errorf("%+v: page %d of %d, %d rows, %v", f, p.Page, p.Pages, len(p.Rows), err)
		}
	}
}

// explain gives the plan of a query, one step a line.
func explain(t testing.TB, r Reader, c clause) string {
	t.Helper()
	rows, err := many[struct {
		ID, Parent, Notused int
		Detail              string
	}](context.Background(), r, "EXPLAIN QUERY PLAN "+c.sql, c.args...)
	if err != nil {
		t.Fatalf("%s: %v", c.sql, err)
	}
	var b strings.Builder
	for _, row := range rows {
		b.WriteString(row.Detail + "\n")
	}
	return b.String()
}

// No list may walk the table of tickets, and none that is led by its sort may
// sort.
func TestPlans(t *testing.T) {
	c := newCrowd(t, 200)
	r := c.db.Read()
	me, dep, tag, who := c.staff[1].ID, c.departments[0], c.tags[0], c.customers[0].ID
	filters := map[string]model.TicketFilter{
		"none": {}, "priority": {Priorities: []model.Priority{3}}, "priorities": {Priorities: []model.Priority{3, 4}}, "type": {Types: []model.TicketType{1}}, "channel": {Channels: []model.Channel{1, 2}},
		"mine": {Assignee: me}, "unassigned": {Unassigned: true}, "department": {Department: dep}, "no department": {NoDepartment: true}, "tag": {Tag: tag}, "requester": {Requester: who},
		"following": {Following: me}, "pair": {Department: dep, Priorities: []model.Priority{5}, Unassigned: true}, "tag and requester": {Tag: tag, Requester: who},
		"several": {Assignees: []model.PersonID{me, 1}, Departments: c.departments[:2]}, "or none": {Assignees: []model.PersonID{0, me}, Departments: []model.DepartmentID{0, dep}},
		"tags": {Tags: c.tags[:3]}, "no tag": {Tags: []model.TagID{0}}, "mentioned": {Mentioned: me}, "requesters": {Requesters: []model.PersonID{who, who + 1}},
		"not":     {Not: model.Excluded{Priorities: []model.Priority{3}, Assignees: []model.PersonID{me}, Departments: []model.DepartmentID{0}, Tags: []model.TagID{tag}, Following: me}},
		"created": {Created: "<7d"}, "updated": {Updated: "2026-11-01..2026-11-20"}, "waiting": {Waiting: ">2d"}, "created and waiting": {Created: ">1d", Waiting: "<9d", Priorities: []model.Priority{2}},
		"files": {Files: true}, "no files": {Not: model.Excluded{Files: true}}, "rating": {Ratings: []model.Rating{4, 5}}, "no rating": {Ratings: []model.Rating{0}}, "sla": {SLA: []model.SLALevel{2, 3}},
		"snoozed": {Snoozed: model.SnoozedYes}, "field": {Fields: []model.FieldTerm{{Key: "f", Words: []string{"a", "b"}, ID: 1}}},
		"number": {Fields: []model.FieldTerm{{Key: "f", Words: []string{"3..7"}, ID: 1, Kind: model.CustomNumber}, {Key: "g", Not: true, Words: []string{"none"}, ID: 2}}},
	}
	statuses := map[string]func(*model.TicketFilter){
		"open": func(*model.TicketFilter) {}, "any": func(f *model.TicketFilter) { f.Any = true },
		"one":    func(f *model.TicketFilter) { f.Statuses = []model.Status{model.WaitingOnAgent} },
		"closed": func(f *model.TicketFilter) { f.Statuses = []model.Status{model.Closed} }, "mixed": func(f *model.TicketFilter) { f.Statuses = []model.Status{1, 2, 7} },
		"own": func(f *model.TicketFilter) {
			f.StatusDefs, f.Not.Statuses = []model.StatusDef{{ID: 99, State: model.Open}}, []model.Status{2}
		},
	}
	n := 0
	for fname, f := range filters {
		for sname, with := range statuses {
			with(&f)
			for _, key := range model.SortKeys() {
				for _, by := range []model.Actor{c.staff[1], c.staff[4]} {
					f.Sort = model.TicketSort{Key: key, Desc: n%2 == 0}
					l := r.list(by, f)
					if len(l.lanes) == 0 { // nothing sleeps among the closed
						continue
					}
					plan := explain(t, r, l.ids(bySort, 50, 0))
					if strings.Contains(plan, "TEMP B-TREE") || scansTickets(plan) {
						t.Errorf("%s, %s, by %s, narrow %v, led by the sort:\n%s", fname, sname, key, by.Narrow, plan)
					}
					sides := append(l.candidates(), byCount)
					for _, s := range sides {
						if plan := explain(t, r, l.ids(s, 50, 0)); scansTickets(plan) {
							t.Errorf("%s, %s, by %s, led by %d:\n%s", fname, sname, key, s, plan)
						}
						n++
					}
					if plan := explain(t, r, l.count(byCount, 100)); scansTickets(plan) {
						t.Errorf("%s, %s, count:\n%s", fname, sname, plan)
					}
					n++
				}
			}
			f.Any, f.Statuses, f.StatusDefs, f.Not.Statuses = false, nil, nil, nil
		}
	}
	t.Logf("%d plans", n)
}

func scansTickets(plan string) bool {
	for line := range strings.Lines(plan) {
		if strings.HasPrefix(line, "SCAN t ") || strings.HasPrefix(line, "SCAN tickets") || strings.TrimSpace(line) == "SCAN t" {
			if !strings.Contains(line, "USING INDEX tickets_listed") && !strings.Contains(plan, "CO-ROUTINE t\n") {
				return true
			}
		}
	}
	return false
}

func TestListCostsFewQueries(t *testing.T) {
	c := newCrowd(t, 300)
	for f, limit := range map[string]int64{"": 3, "priority": 4, "both": 4} {
		ctx, n := Counting(context.Background())
		filter := model.TicketFilter{}
		if f != "" {
			filter.Priorities = []model.Priority{1, 2}
		}
		if f == "both" {
			filter.Tag, filter.Department = c.tags[0], c.departments[0]
		}
		if _, err := c.db.Read().TicketPage(ctx, c.staff[4], filter); err != nil {
			t.Fatal(err)
		}
		if f == "" {
			limit++ // a narrow agent's total is not kept
		}
		if n.Load() > limit {
			t.Errorf("%q: %d queries, at most %d", f, n.Load(), limit)
		}
	}
}
