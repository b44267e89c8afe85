package store

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"escalated/model"
)

// The bounds of what a list is willing to count.
const (
	CountCap = 2_000  // totals beyond are shown as "2,000+": a number nobody reads costs what counting it costs
	fewCap   = 1_000  // so many rows are sorted rather than searched for in order
	rangeCap = 20_000 // so many entries of a stretch of time are read rather than all others passed over
	walkCap  = 5_000  // index entries looked at when no index leads to what is counted
)

// TicketPage is one page of the staff's list. Four queries at most: sizes and
// probes, the count when it is not kept and not small, ids, rows.
func (r Reader) TicketPage(ctx context.Context, by model.Actor, f model.TicketFilter) (model.TicketPage, error) {
	page := model.TicketPage{Page: max(1, f.Page), PerPage: f.PerPage}
	if page.PerPage <= 0 {
		page.PerPage = model.DefaultPerPage
	}
	if !by.Staff() || f.Bin && !by.Can(model.PermTicketDelete) {
		page.Page, page.Pages = 1, 1
		return page, nil
	}
	l := r.list(by, f)
	lead, few, err := r.measure(ctx, &l, &page)
	if err != nil {
		return page, fmt.Errorf("count tickets: %w", err)
	}
	load := r.pageIDs
	if few {
		load = r.fewIDs
	}
	ids, err := load(ctx, l, lead, &page)
	if err != nil {
		return page, fmt.Errorf("list tickets: %w", err)
	}
	if page.Rows, err = r.ticketRows(ctx, by, ids); err != nil {
		return page, fmt.Errorf("load rows: %w", err)
	}
	return page, nil
}

// TicketRows are the first n rows of a list, without its totals.
func (r Reader) TicketRows(ctx context.Context, by model.Actor, f model.TicketFilter, n int) ([]model.TicketRow, error) {
	l, lead := r.list(by, f), bySort
	if sides := l.candidates(); len(sides) > 0 {
		_, counts, err := r.survey(ctx, l, sides, fewCap/4)
		if err != nil {
			return nil, err
		}
		if s := l.small(sides, counts); counts[max(0, slices.Index(sides, s))] < fewCap/4 {
			lead = s
		}
	}
	q := l.ids(lead, n, 0)
	ids, err := many[idRow](ctx, r, q.sql, q.args...)
	if err != nil {
		return nil, err
	}
	return r.ticketRows(ctx, by, onlyIDs(ids))
}

// idRow takes the id of a list query and passes over its sort columns.
type idRow struct {
	ID int64 `db:"id"`
	K  any   `db:"k"`
	N  any   `db:"n"`
}

func onlyIDs(rows []idRow) []int64 {
	out := make([]int64, len(rows))
	for i, row := range rows {
		out[i] = row.ID
	}
	return out
}

// pageIDs reads one row more than the page holds, to know whether there is a
// next one, and goes back to the last page when the number is beyond it.
func (r Reader) pageIDs(ctx context.Context, l list, lead side, page *model.TicketPage) ([]int64, error) {
	last := max(1, (page.Total+page.PerPage-1)/page.PerPage)
	page.Pages = last
	if !page.Capped {
		page.Page = min(page.Page, last)
	}
	for {
		q := l.ids(lead, page.PerPage+1, (page.Page-1)*page.PerPage)
		if q.sql == "" {
			return nil, nil
		}
		ids, err := r.walkIDs(ctx, l, lead, q, page)
		if err != nil {
			return nil, err
		}
		if len(ids) == 0 && page.Page > last {
			page.Page = last
			continue
		}
		if page.HasNext = len(ids) > page.PerPage; page.HasNext {
			ids = ids[:page.PerPage]
		}
		if page.Capped {
			page.Pages = max(page.Pages, page.Page)
		}
		return ids, nil
	}
}

// walkTime is how long a list is walked for a filter that no index knows.
const walkTime = 250 * time.Millisecond

// walkIDs reads a page of ids. Where nothing says how far the rows lie apart,
// the walk ends after a time, and the page says that it may lack some.
func (r Reader) walkIDs(ctx context.Context, l list, lead side, q clause, page *model.TicketPage) ([]int64, error) {
	if lead != bySort || !l.hard() {
		rows, err := many[idRow](ctx, r, q.sql, q.args...)
		return onlyIDs(rows), err
	}
	short, cancel := context.WithTimeout(ctx, walkTime)
	defer cancel()
	over := func(err error) error {
		if page.Slow = ctx.Err() == nil && errors.Is(short.Err(), context.DeadlineExceeded); page.Slow {
			page.Capped = true
			return nil
		}
		return fault(err)
	}
	count(ctx)
	rows, err := r.q.QueryxContext(short, q.sql, q.args...)
	if err != nil {
		return nil, over(err)
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var row idRow
		if err := rows.StructScan(&row); err != nil {
			return ids, over(err)
		}
		ids = append(ids, row.ID)
	}
	if err := rows.Err(); err != nil {
		return ids, over(err)
	}
	return ids, nil
}

// fewIDs reads the whole of a list that is known to be short.
func (r Reader) fewIDs(ctx context.Context, l list, lead side, page *model.TicketPage) ([]int64, error) {
	var ids []int64
	if q := l.ids(lead, fewCap+1, 0); q.sql != "" {
		rows, err := many[idRow](ctx, r, q.sql, q.args...)
		if err != nil {
			return nil, err
		}
		ids = onlyIDs(rows)
	}
	page.Total = len(ids)
	page.Pages = max(1, (page.Total+page.PerPage-1)/page.PerPage)
	page.Page = min(page.Page, page.Pages)
	page.HasNext = page.Page < page.Pages
	from := (page.Page - 1) * page.PerPage
	return ids[from:min(from+page.PerPage, len(ids))], nil
}

// size is a row of pile_counts.
type size struct {
	department, pile int64
	n                int
}

// survey reads the kept sizes and the probes in one query.
func (r Reader) survey(ctx context.Context, l list, sides []side, n int) ([]size, []int, error) {
	q := "SELECT coalesce((SELECT group_concat(department_id || ',' || pile || ',' || n, ';') FROM pile_counts WHERE n > 0), '')"
	var args []any
	for _, s := range sides {
		c := l.probed(s, n)
		if s.ranged() && n > fewCap {
			c = l.probed(s, rangeCap+1)
		}
		q += " || '|' || (" + c.sql + ")"
		args = append(args, c.args...)
	}
	text, err := one[string](ctx, r, q, args...)
	if err != nil {
		return nil, nil, err
	}
	parts := strings.Split(text, "|")
	var sizes []size
	for row := range strings.SplitSeq(parts[0], ";") {
		var z size
		if cols := strings.Split(row, ","); len(cols) == 3 {
			z.department, _ = strconv.ParseInt(cols[0], 10, 64)
			z.pile, _ = strconv.ParseInt(cols[1], 10, 64)
			z.n, _ = strconv.Atoi(cols[2])
			sizes = append(sizes, z)
		}
	}
	counts := make([]int, len(sides))
	for i := range counts {
		counts[i], _ = strconv.Atoi(parts[i+1])
	}
	return sizes, counts, nil
}

// measure fills the totals and chooses what leads. few says that it leads to
// so few rows that counting them first would be reading them twice.
func (r Reader) measure(ctx context.Context, l *list, page *model.TicketPage) (lead side, few bool, err error) {
	sides := l.candidates()
	sizes, counts, err := r.survey(ctx, *l, sides, fewCap+1)
	if err != nil {
		return bySort, false, err
	}
	in := map[model.Pile]int{}
	for _, z := range sizes {
		in[model.Pile(z.pile)] += z.n
	}
	l.skip = map[model.Pile]bool{}
	for _, ln := range l.lanes {
		l.skip[ln.Pile] = in[ln.Pile] <= 0
	}
	if lead = l.small(sides, counts); lead != bySort {
		return lead, true, nil
	}
	if n, ok := l.kept(sizes); ok {
		page.Total = n
		return bySort, false, nil
	}
	q := l.count(byCount, CountCap+1)
	if q.sql == "" {
		return bySort, false, nil
	}
	n, err := one[int](ctx, r, q.sql, q.args...)
	if err != nil {
		return bySort, false, err
	}
	page.Total, page.Capped = min(n, CountCap), n > CountCap
	span, long := l.span(sides, counts)
	for _, ln := range l.lanes { // where only part of a large pile was looked at
		page.Capped = page.Capped || l.counting(ln) == bySort && in[ln.Pile] > l.walk() && long > l.walk()
	}
	switch {
	case span != bySort && long <= rangeCap && l.order().index != ledBy[span].index:
		lead = span // all of it is sorted: the order's own index does not know the stretch
	case n <= fewCap && !page.Capped && span == bySort:
		lead = byCount
	}
	return lead, false, nil
}

// span is the shortest stretch of time among the sides, and how many rows it
// has; without one, more than anything.
func (l list) span(sides []side, counts []int) (side, int) {
	best, least := bySort, math.MaxInt
	for i, s := range sides {
		if s.ranged() && counts[i] < least {
			best, least = s, counts[i]
		}
	}
	return best, least
}

// small is the side with the fewest rows, if they are few.
func (l list) small(sides []side, counts []int) side {
	best, least := bySort, fewCap+1
	for i, s := range sides {
		if counts[i] < least {
			best, least = s, counts[i]
		}
	}
	return best
}

// kept is the total when the counts kept by the transactions tell it.
func (l list) kept(sizes []size) (int, bool) {
	of := l.s.Department
	if l.filters() != len(of.In) || len(of.In) > 1 || len(of.Out) > 0 || l.narrow() || !whole(l.lanes) {
		return 0, false
	}
	n := 0
	for _, z := range sizes {
		if slices.Contains(piles(l.lanes), z.pile) && of.Lets(z.department) {
			n += z.n
		}
	}
	return n, true
}

// walk is how many entries of each lane are looked at.
func (l list) walk() int {
	n := 0
	for _, ln := range l.lanes {
		if !l.skip[ln.Pile] {
			n++
		}
	}
	return walkCap / max(1, n)
}

// count counts each lane up to n. Led by nothing better than an order, which
// leads to all of the pile, it looks at walkCap entries and no more.
func (l list) count(s side, n int) clause {
	var parts []string
	var args []any
	for _, ln := range l.lanes {
		if l.skip[ln.Pile] {
			continue
		}
		s := l.lead(s, ln)
		where := l.where(s, ln)
		from, _ := l.from(s, ln.Pile)
		switch {
		case s == byTag && len(l.s.Tag.In) == 1 && l.filters() == 1 && !ln.Some:
			from, where = "ticket_tags g", say("g.tag_id = ? AND g.pile = ?", l.s.Tag.In[0], int64(ln.Pile))
		case s == bySort:
			walk := l.walked(ln)
			from, where.args = "("+walk.sql+") t", append(walk.args, where.args...)
		}
		parts = append(parts, "(SELECT count(*) FROM (SELECT 1 FROM "+from+" WHERE "+where.sql+" LIMIT "+strconv.Itoa(n)+"))")
		args = append(args, where.args...)
	}
	if len(parts) == 0 {
		return clause{}
	}
	return clause{"SELECT " + strings.Join(parts, " + "), args}
}

// walked are the newest entries of a lane, as many as are looked at; of a
// stretch of time, those in it.
func (l list) walked(ln model.Lane) clause {
	c := say("t.pile = ?", int64(ln.Pile))
	index, by := "tickets_updated", "t.updated_at"
	switch {
	case l.s.Created.Set:
		index, by = "tickets_created", "t.created_at"
		c.stretch(by, l.s.Created)
	case l.s.Waiting.Set && ln.Pile <= model.PileAsleep:
		index, by = "tickets_waiting", "t.waiting_since"
		c.and("t.pile <= 2")
		c.stretch(by, l.s.Waiting)
	case l.s.Updated.Set:
		c.stretch(by, l.s.Updated)
	}
	cols := "t.id, t.pile, t.priority, t.status_id, t.department_id, t.assignee_id, t.type, t.channel, t.sla_level, t.requester_id"
	for _, x := range []struct {
		col  string
		need bool
	}{
		{"t.rating", l.s.Rating.Set()},
		{"t.file_count", l.s.Files != 0},
		{"t.created_at", l.s.Created.Set},
		{"t.updated_at", l.s.Updated.Set},
		{"t.waiting_since", l.s.Waiting.Set},
	} {
		if x.need { // not in every index: a look at the row
			cols += ", " + x.col
		}
	}
	return clause{"SELECT " + cols + " FROM tickets t INDEXED BY " + index + " WHERE " + c.sql + " ORDER BY " + by + " DESC LIMIT " + strconv.Itoa(l.walk()), c.args}
}
