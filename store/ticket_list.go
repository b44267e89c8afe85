package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"escalated/model"
)

// The bounds of what a list is willing to count.
const (
	CountCap = 2_000 // totals beyond are shown as "2,000+": a number nobody reads costs what counting it costs
	fewCap   = 1_000 // so many rows are sorted rather than searched for in order
	walkCap  = 5_000 // index entries looked at when no index leads to what is counted
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
	l := newList(by, f)
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
	l, lead := newList(by, f), bySort
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
		rows, err := many[idRow](ctx, r, q.sql, q.args...)
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 && page.Page > last {
			page.Page = last
			continue
		}
		ids := onlyIDs(rows)
		if page.HasNext = len(ids) > page.PerPage; page.HasNext {
			ids = ids[:page.PerPage]
		}
		if page.Capped {
			page.Pages = max(page.Pages, page.Page)
		}
		return ids, nil
	}
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

// candidates are the filters that may hit few rows, and so are worth a look.
func (l list) candidates() []side {
	var out []side
	if l.Requester != 0 {
		out = append(out, byRequester)
	}
	if l.Tag != 0 {
		out = append(out, byTag)
	}
	if l.Following != 0 {
		out = append(out, byFollower)
	}
	if l.Assignee != 0 || l.Unassigned {
		out = append(out, byAssignee)
	}
	if l.Department != 0 || l.NoDepartment {
		out = append(out, byDepartment)
	}
	if l.narrow() && !l.followed() {
		out = append(out, bySight)
	}
	return out
}

// probed counts, up to n, how many rows one filter alone leads to.
func (l list) probed(s side, n int) clause {
	in := piles(l.lanes)
	var c clause
	switch s {
	case byRequester:
		c = say("SELECT 1 FROM tickets INDEXED BY tickets_asker WHERE requester_id = ? AND pile IN (?)", l.Requester, in)
	case byTag:
		c = say("SELECT 1 FROM ticket_tags WHERE tag_id = ? AND pile IN (?)", l.Tag, in)
	case byFollower:
		c = say("SELECT 1 FROM ticket_people WHERE person_id = ? AND role = 2", l.Following)
	case byAssignee:
		c = say("SELECT 1 FROM tickets INDEXED BY tickets_assignee WHERE assignee_id IS ? AND pile IN (?)", l.Assignee, in)
	case byDepartment:
		c = say("SELECT 1 FROM tickets INDEXED BY tickets_department WHERE department_id IS ? AND pile IN (?)", l.Department, in)
	case bySight:
		var parts []clause
		for _, ln := range l.lanes {
			parts = append(parts, l.seen(ln.pile)...) // one counted twice does no harm here
		}
		c = joined(parts, " UNION ALL ")
	}
	return clause{"SELECT count(*) FROM (" + c.sql + " LIMIT " + strconv.Itoa(n) + ")", c.args}
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
		l.skip[ln.pile] = in[ln.pile] <= 0
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
	for _, ln := range l.lanes { // where only part of a large pile was looked at
		page.Capped = page.Capped || l.counting(ln) == bySort && in[ln.pile] > l.walk()
	}
	if n <= fewCap && !page.Capped {
		lead = byCount
	}
	return lead, false, nil
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
	f := l.TicketFilter
	one := f.Department != 0 || f.NoDepartment
	d := int64(f.Department)
	f.Department, f.NoDepartment = 0, false
	if f.Filtered() || l.narrow() || !whole(l.lanes) {
		return 0, false
	}
	n := 0
	for _, z := range sizes {
		if slices.Contains(piles(l.lanes), z.pile) && (!one || z.department == d) {
			n += z.n
		}
	}
	return n, true
}

// counting is the index that leads to the fewest rows of a lane when no filter
// alone leads to few.
func (l list) counting(ln lane) side {
	switch {
	case l.Assignee != 0 || l.Unassigned:
		return byAssignee
	case l.Department != 0 || l.NoDepartment:
		return byDepartment
	case l.Requester != 0 && l.alone() && len(ln.statuses) == 0:
		return byRequester
	case l.Tag != 0 && l.alone() && len(ln.statuses) == 0:
		return byTag
	case len(l.Priorities) > 0:
		return byPriority
	case len(ln.statuses) > 0:
		return byStatus
	}
	return bySort
}

// walk is how many entries of each lane are looked at.
func (l list) walk() int {
	n := 0
	for _, ln := range l.lanes {
		if !l.skip[ln.pile] {
			n++
		}
	}
	return walkCap / max(1, n)
}

// alone reports whether a single filter is set and nothing but statuses narrows beside it.
func (l list) alone() bool {
	n := len(l.Priorities) + len(l.Types) + len(l.Channels)
	for _, set := range []bool{l.Assignee != 0, l.Unassigned, l.Department != 0, l.NoDepartment, l.Requester != 0, l.Tag != 0, l.Following != 0, l.narrow()} {
		if set {
			n++
		}
	}
	return n == 1
}

// count counts each lane up to n. Led by a sort index, which leads to all of
// the pile, it looks at walkCap entries and no more.
func (l list) count(s side, n int) clause {
	var parts []string
	var args []any
	for _, ln := range l.lanes {
		if l.skip[ln.pile] {
			continue
		}
		s := l.lead(s, ln)
		where := l.where(s, ln)
		from, _ := l.from(s, ln.pile)
		switch {
		case s == byTag && l.alone() && len(ln.statuses) == 0:
			from, where = "ticket_tags g", say("g.tag_id = ? AND g.pile = ?", l.Tag, int64(ln.pile))
		case s == bySort:
			from = "(SELECT t.id, t.pile, t.priority, t.status_id, t.department_id, t.assignee_id, t.type, t.channel, t.requester_id FROM tickets t INDEXED BY tickets_updated WHERE t.pile = " +
				strconv.Itoa(int(ln.pile)) + " ORDER BY t.updated_at DESC LIMIT " + strconv.Itoa(l.walk()) + ") t"
		}
		parts = append(parts, "(SELECT count(*) FROM (SELECT 1 FROM "+from+" WHERE "+where.sql+" LIMIT "+strconv.Itoa(n)+"))")
		args = append(args, where.args...)
	}
	if len(parts) == 0 {
		return clause{}
	}
	return clause{"SELECT " + strings.Join(parts, " + "), args}
}

const rowColumns = `t.id, t.reference, t.subject, t.state, t.status_id, t.priority, t.type, t.channel, t.preview, t.message_count, t.file_count,
	t.last_message_id, t.last_public_id, t.requester_id, t.assignee_id, t.department_id, t.created_at, t.updated_at, t.public_at, t.customer_at, t.waiting_since, t.deleted_at`

// ticketRows loads what a list shows of the given tickets, in their order. One
// that stopped being visible in between is left out.
func (r Reader) ticketRows(ctx context.Context, by model.Actor, ids []int64) ([]model.TicketRow, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	cond, args := visible(by, true)
	set, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	rows, err := many[struct {
		model.TicketRow
		Labels string `db:"labels"`
	}](ctx, r, "SELECT "+rowColumns+`, coalesce(nullif(rp.name, ''), re.address, '') AS requester_name, coalesce(nullif(ap.name, ''), ae.address, '') AS assignee_name,
		coalesce(d.name, '') AS department_name, coalesce(t.last_message_id, 0) > coalesce(s.message_id, 0) AS unread,
		(SELECT json_group_array(json_array(g.id, g.name, g.slug, g.hue)) FROM ticket_tags k JOIN tags g ON g.id = k.tag_id WHERE k.ticket_id = t.id) AS labels
		FROM json_each(?) j CROSS JOIN tickets t ON t.id = j.value
		LEFT JOIN people rp ON rp.id = t.requester_id LEFT JOIN person_emails re ON re.person_id = t.requester_id AND re.is_primary = 1
		LEFT JOIN people ap ON ap.id = t.assignee_id LEFT JOIN person_emails ae ON ae.person_id = t.assignee_id AND ae.is_primary = 1
		LEFT JOIN departments d ON d.id = t.department_id LEFT JOIN ticket_reads s ON s.person_id = ? AND s.ticket_id = t.id
		WHERE `+cond, append([]any{string(set), int64(by.ID)}, args...)...)
	if err != nil {
		return nil, err
	}
	found := make(map[int64]model.TicketRow, len(rows))
	for _, row := range rows {
		if row.Tags, err = labels(row.Labels); err != nil {
			return nil, err
		}
		found[int64(row.ID)] = row.TicketRow
	}
	out := make([]model.TicketRow, 0, len(ids))
	for _, id := range ids {
		if row, ok := found[id]; ok {
			out = append(out, row)
		}
	}
	return out, nil
}

// labels reads the tags of a row, by name.
func labels(text string) ([]model.Tag, error) {
	if text == "[]" {
		return nil, nil
	}
	var raw [][4]any
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		return nil, fmt.Errorf("read tags: %w", err)
	}
	out := make([]model.Tag, 0, len(raw))
	for _, t := range raw {
		id, _ := t[0].(float64)
		name, _ := t[1].(string)
		slug, _ := t[2].(string)
		hue, _ := t[3].(string)
		out = append(out, model.Tag{ID: model.TagID(id), Name: name, Slug: slug, Hue: hue})
	}
	slices.SortFunc(out, func(a, b model.Tag) int {
		return strings.Compare(model.SortKey(a.Name), model.SortKey(b.Name))
	})
	return out, nil
}
