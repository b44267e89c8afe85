package store

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"escalated/model"
)

// size is a row of pile_counts.
type size struct {
	department, pile int64
	n                int
}

// survey reads the kept sizes and the probes in one query.
func (r Reader) survey(ctx context.Context, l list, sides []side, n int) ([]size, []int, error) {
	probes := make([]clause, len(sides))
	for i, s := range sides {
		probes[i] = l.probed(s, n)
	}
	return r.ask(ctx, probes)
}

// ask reads the kept sizes and some numbers in one query.
func (r Reader) ask(ctx context.Context, probes []clause) ([]size, []int, error) {
	q := "SELECT coalesce((SELECT group_concat(department_id || ',' || pile || ',' || n, ';') FROM pile_counts WHERE n > 0), '')"
	var args []any
	for _, c := range probes {
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
	counts := make([]int, len(probes))
	for i := range counts {
		counts[i], _ = strconv.Atoi(parts[i+1])
	}
	return sizes, counts, nil
}

// measure fills the totals and chooses what leads each lane. few says that all
// lead to so few rows together that counting them first would be reading them
// twice.
func (r Reader) measure(ctx context.Context, l *list, page *model.TicketPage) (lead side, few bool, err error) {
	sides := l.candidates()
	var probes []clause
	for _, ln := range l.lanes {
		only := l.only(ln)
		for _, s := range sides {
			n := fewCap
			if s.ranged() {
				n = rangeCap
			}
			probes = append(probes, only.probed(s, n+1))
		}
	}
	sizes, counts, err := r.ask(ctx, probes)
	if err != nil {
		return bySort, false, err
	}
	in := map[model.Pile]int{}
	for _, z := range sizes {
		in[model.Pile(z.pile)] += z.n
	}
	l.skip, l.leads, l.falls = map[model.Pile]bool{}, map[model.Pile]side{}, map[model.Pile]side{}
	rows, known, stretches := 0, len(sides) > 0, map[model.Pile]stretchLead{}
	for i, ln := range l.lanes {
		of := counts[i*len(sides) : (i+1)*len(sides)]
		best := l.small(sides, of)
		l.skip[ln.Pile] = in[ln.Pile] <= 0 || slices.Contains(of, 0)
		switch {
		case l.skip[ln.Pile]:
		case best == bySort:
			known = false
			stretches[ln.Pile] = l.span(sides, of)
		default:
			l.leads[ln.Pile] = best
			rows += of[slices.Index(sides, best)]
		}
	}
	if known && rows <= fewCap {
		return byLane, true, nil
	}
	if n, ok := l.kept(sizes); ok {
		page.Total = n
		return bySort, false, nil
	}
	return byLane, false, r.total(ctx, l, page, in, stretches)
}

// total counts a list and chooses what leads the lanes that many rows of each
// filter lie in.
func (r Reader) total(ctx context.Context, l *list, page *model.TicketPage, in map[model.Pile]int, stretches map[model.Pile]stretchLead) error {
	q := l.count(byCount, CountCap+1)
	if q.sql == "" {
		return nil
	}
	got, err := one[struct {
		N      int  `db:"n"`
		Partly bool `db:"partly"`
	}](ctx, r, q.sql, q.args...)
	if err != nil {
		return err
	}
	page.Total, page.Capped = min(got.N, CountCap), got.Partly || got.N > CountCap
	for _, ln := range l.lanes {
		if l.skip[ln.Pile] || l.leads[ln.Pile] != bySort {
			continue
		}
		st, size := stretches[ln.Pile], max(1, in[ln.Pile])
		switch {
		case st.side == bySort:
			// Hits that are few for their pile lie far apart in its order: all of
			// them are read and sorted instead.
			if !page.Capped && got.N*got.N < size {
				l.leads[ln.Pile] = l.counting(ln)
			}
		case l.order().index == ledBy[st.side].index: // the order knows the stretch
		case !page.Capped && got.N*got.N < 51*size && st.n <= rangeCap:
			l.leads[ln.Pile] = st.side
		case st.n <= rangeCap:
			l.falls[ln.Pile] = st.side
		default:
			l.falls[ln.Pile] = byNear
		}
	}
	return nil
}

// only is the list in one of its lanes.
func (l list) only(ln model.Lane) list {
	l.lanes = []model.Lane{ln}
	return l
}

// stretchLead is the shortest stretch of time of a lane, and how many rows it has.
type stretchLead struct {
	side
	n int
}

func (l list) span(sides []side, counts []int) stretchLead {
	best := stretchLead{bySort, math.MaxInt}
	for i, s := range sides {
		if s.ranged() && counts[i] < best.n {
			best = stretchLead{s, counts[i]}
		}
	}
	return best
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

// count counts each lane up to n, and tells whether only part of it was looked
// at: led by nothing better than an order, which leads to all of the pile, it
// looks at so many entries and no more.
func (l list) count(s side, n int) clause {
	var parts []string
	var args, partlyArgs []any
	partly := []string{"0"}
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
			walk, more := l.walked(ln)
			from, where.args = "("+walk.sql+") t", append(walk.args, where.args...)
			partly, partlyArgs = append(partly, more.sql), append(partlyArgs, more.args...)
		}
		parts = append(parts, "(SELECT count(*) FROM (SELECT 1 FROM "+from+" WHERE "+where.sql+" LIMIT "+strconv.Itoa(n)+"))")
		args = append(args, where.args...)
	}
	if len(parts) == 0 {
		return clause{}
	}
	return clause{"SELECT " + strings.Join(parts, " + ") + " AS n, " + strings.Join(partly, " OR ") + " AS partly", append(args, partlyArgs...)}
}

// source is an index whose entries are looked at one by one, with the part of
// it that can have hits.
type source struct {
	index, by string
	cond      clause
	rows      bool // each entry needs a look at its row
}

// source of a pile: a stretch of time, what has files or a rating, or all in
// the order of changes.
func (l list) source(p model.Pile) source {
	out := source{index: "tickets_updated", by: "t.updated_at", cond: say("t.pile = ?", int64(p))}
	led := func(s side, by string, r model.Stretch) {
		out.index, out.by = ledBy[s].index, by
		if cond := ledBy[s].cond; cond != "" {
			out.cond.and(cond)
		}
		out.cond.stretch(by, r)
	}
	switch {
	case l.s.Resolved.Set:
		led(bySolved, "t.resolved_at", l.s.Resolved)
	case l.s.Created.Set:
		led(byCreated, "t.created_at", l.s.Created)
	case l.s.Waiting.Set && p <= model.PileAsleep:
		led(byWaiting, "t.waiting_since", l.s.Waiting)
	case l.s.Updated.Set:
		led(byUpdated, "t.updated_at", l.s.Updated)
	case l.s.Files > 0:
		led(byFiles, "t.id", model.Stretch{})
	case len(l.s.Rating.In) > 0 && !slices.Contains(l.s.Rating.In, 0):
		led(byRated, "t.id", model.Stretch{})
		out.cond.choice("t.rating", l.s.Rating, false)
		out.by = "+t.rating" // any order will do
	}
	several := int(flag(l.s.Created.Set)) + int(flag(l.s.Updated.Set)) + int(flag(l.s.Resolved.Set)) + int(flag(l.s.Waiting.Set))
	out.rows = several > 1 || l.s.Files != 0 || l.s.Rating.Set() || l.s.Resolved.Set
	return out
}

// walked are the entries of a lane that are looked at, and the question whether
// there are more.
func (l list) walked(ln model.Lane) (entries, more clause) {
	of, n := l.source(ln.Pile), l.walk()
	if of.rows {
		n /= 5
	}
	cols := "t.id, t.pile, t.priority, t.status_id, t.department_id, t.assignee_id, t.type, t.channel, t.sla_level, t.requester_id"
	for _, x := range []struct {
		col  string
		need bool
	}{
		{"t.rating", l.s.Rating.Set()},
		{"t.file_count", l.s.Files != 0},
		{"t.created_at", l.s.Created.Set},
		{"t.resolved_at", l.s.Resolved.Set},
		{"t.updated_at", l.s.Updated.Set},
		{"t.waiting_since", l.s.Waiting.Set},
	} {
		if x.need {
			cols += ", " + x.col
		}
	}
	from := " FROM tickets t INDEXED BY " + of.index + " WHERE " + of.cond.sql
	entries = clause{"SELECT " + cols + from + " ORDER BY " + of.by + " DESC LIMIT " + strconv.Itoa(n), of.cond.args}
	more = clause{"(SELECT count(*) FROM (SELECT 1" + from + " LIMIT " + strconv.Itoa(n+1) + ")) > " + strconv.Itoa(n), of.cond.args}
	return entries, more
}
