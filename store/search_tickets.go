package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"escalated/model"
)

// The bounds of a search.
const (
	searchDeadline     = 250 * time.Millisecond // then the newest matches found so far are shown
	searchFew          = 300                    // so many tickets are read rather than searched
	searchRead         = 5_000                  // so many messages at most
	searchAlternatives = 30                     // so many values of one filter are asked of the index
	searchPages        = 40                     // how far a search can be paged
)

// hit is a ticket that a search found, by its newest matching message.
type hit struct{ ticket, message int64 }

// SearchTickets is one page of the tickets with a message that matches, newest
// message first. It costs in proportion to what the actor may see: where that
// is little, the messages themselves are read; otherwise the index is asked
// with the facets that narrow it.
func (r Reader) SearchTickets(ctx context.Context, by model.Actor, f model.TicketFilter) (model.TicketPage, error) {
	page := model.TicketPage{Page: min(max(1, f.Page), searchPages), PerPage: f.PerPage, Pages: 1}
	if page.PerPage <= 0 {
		page.PerPage = 25
	}
	q := parseQuery(f.Query)
	if q.empty() || f.Bin && !by.Can(model.PermTicketDelete) {
		page.Page = 1
		return page, nil
	}
	if len(f.Has("status", false))+len(f.Has("status", true)) == 0 {
		f.Any = true // who looks for words looks everywhere
	}
	if f.Snoozed == "" {
		f.Snoozed = model.SnoozedAny
	}
	s := search{list: r.list(by, f), q: q, want: page.Page*page.PerPage + 1}
	hits, err := r.searchHits(ctx, s)
	if err != nil {
		return page, fmt.Errorf("search: %w", err)
	}
	if begun, ok := q.begun(); ok && len(hits.all) <= page.PerPage && !hits.slow {
		s.q = begun
		if hits, err = r.searchHits(ctx, s); err != nil {
			return page, fmt.Errorf("search beginnings: %w", err)
		}
	}
	page.Slow = hits.slow
	page.Total = min(len(hits.all), s.want-1)
	page.HasNext = len(hits.all) >= s.want && page.Page < searchPages
	page.Capped = len(hits.all) >= s.want || hits.slow
	page.Pages = max(1, (page.Total+page.PerPage-1)/page.PerPage)
	page.Page = min(page.Page, page.Pages)
	from := (page.Page - 1) * page.PerPage
	shown := hits.all[from:min(from+page.PerPage, len(hits.all))]
	page.Rows, err = r.searchRows(ctx, by, s.q, shown)
	return page, err
}

// search is a query with everything that narrows it.
type search struct {
	list
	q    query
	want int // distinct tickets to find
}

type found struct {
	all  []hit
	slow bool
}

// searchHits finds the tickets, by reading or by the index.
func (r Reader) searchHits(ctx context.Context, s search) (found, error) {
	switch {
	case len(s.lanes) == 0:
		return found{}, nil
	case s.by.Customer():
		return r.searchOwn(ctx, s)
	}
	ids, ok, err := r.fewTickets(ctx, s.list)
	if err != nil {
		return found{}, err
	}
	if ok {
		hits, err := r.readMessages(ctx, s, ids)
		return found{all: hits}, err
	}
	return r.askIndex(ctx, s, s.facets())
}

// fewTickets lists the tickets of the filter that leads to few, if one does.
func (r Reader) fewTickets(ctx context.Context, l list) ([]int64, bool, error) {
	sides := l.candidates()
	if len(sides) == 0 {
		return nil, false, nil
	}
	_, counts, err := r.survey(ctx, l, sides, searchFew+1)
	if err != nil {
		return nil, false, err
	}
	lead := l.small(sides, counts)
	if i := slices.Index(sides, lead); i < 0 || counts[i] > searchFew {
		return nil, false, nil
	}
	var parts []clause
	for _, ln := range l.lanes {
		from, _ := l.from(lead, ln.Pile)
		where := l.where(lead, ln)
		parts = append(parts, clause{"SELECT t.id AS id, t.message_count AS n FROM " + from + " WHERE " + where.sql, where.args})
	}
	return r.readable(ctx, joined(parts, " UNION ALL "))
}

// readable gives the ids when all their messages together are few.
func (r Reader) readable(ctx context.Context, c clause) ([]int64, bool, error) {
	rows, err := many[struct {
		ID int64 `db:"id"`
		N  int   `db:"n"`
	}](ctx, r, c.sql, c.args...)
	n, ids := 0, make([]int64, 0, len(rows))
	for _, row := range rows {
		n += row.N
		ids = append(ids, row.ID)
	}
	return ids, n <= searchRead && len(ids) <= searchFew, err
}

// searchOwn is the search of a customer: all of their tickets are read, or,
// when they have many, the index gives their own and the newest of those they
// take part in are read.
func (r Reader) searchOwn(ctx context.Context, s search) (found, error) {
	const n = "SELECT id, n FROM (SELECT t.id AS id, t.message_count AS n FROM "
	limit := " ORDER BY t.id DESC LIMIT " + strconv.Itoa(searchFew+1) + ")"
	branches := []clause{
		{n + "tickets t INDEXED BY tickets_contact WHERE t.contact_id = ?" + limit, []any{s.by.ID}},
		{n + "ticket_people w CROSS JOIN tickets t ON t.id = w.ticket_id WHERE w.person_id = ? AND w.role = 1" + limit, []any{s.by.ID}},
	}
	if s.by.Kind == model.KindGuest {
		branches = []clause{{n + "tickets t WHERE t.id = ?" + limit, []any{s.by.Ticket}}}
	} else {
		own := clause{n + "tickets t INDEXED BY tickets_requester WHERE t.requester_id = ? ORDER BY t.public_at DESC LIMIT " + strconv.Itoa(searchFew+1) + ")", []any{s.by.ID}}
		ids, ok, err := r.readable(ctx, joined(append(slices.Clone(branches), own), " UNION "))
		if err != nil {
			return found{}, err
		}
		if ok {
			hits, err := r.readMessages(ctx, s, ids)
			return found{all: hits}, err
		}
	}
	ids, ok, err := r.readable(ctx, joined(branches, " UNION "))
	if err != nil {
		return found{}, err
	}
	var out found
	if s.by.Kind == model.KindCustomer {
		if out, err = r.askIndex(ctx, s, []string{facet("r", int64(s.by.ID))}); err != nil {
			return out, err
		}
	}
	if ok || s.by.Kind == model.KindGuest {
		more, err := r.readMessages(ctx, s, ids)
		if err != nil {
			return out, err
		}
		out.all = newest(append(out.all, more...), s.want)
	}
	return out, nil
}

// newest puts hits in order, one a ticket.
func newest(hits []hit, n int) []hit {
	slices.SortFunc(hits, func(a, b hit) int { return int(b.message - a.message) })
	seen := map[int64]bool{}
	out := hits[:0]
	for _, h := range hits {
		if !seen[h.ticket] && len(out) < n {
			seen[h.ticket] = true
			out = append(out, h)
		}
	}
	return out
}

func facet(letter string, id int64) string { return letter + strconv.FormatInt(id, 10) }

// facets are alternatives of tokens, each set narrowing the search.
func (s search) facets() []string {
	var out []string
	for _, c := range []struct {
		letter string
		model.Choice
	}{{"r", s.s.Requester}, {"d", s.s.Department}, {"a", s.s.Assignee}, {"c", s.s.Channel}} {
		if len(c.In) == 0 || len(c.In) > searchAlternatives {
			continue // so many tokens would cost more than they leave out
		}
		var any []string
		for _, id := range c.In {
			any = append(any, facet(c.letter, id))
		}
		out = append(out, strings.Join(any, " OR "))
	}
	if s.narrow() && !s.followed() {
		any := []string{facet("a", int64(s.by.ID))}
		for _, d := range s.by.Departments {
			any = append(any, facet("d", int64(d)))
		}
		if s.by.Loose {
			any = append(any, "d0")
		}
		out = append(out, strings.Join(any, " OR "))
	}
	return out
}

// texts are the columns of the index that the actor may search.
func (s search) texts() string {
	if s.by.Staff() {
		return "subject body notes"
	}
	return "subject body"
}

// conditions are the rules on a hit: the lanes, the filters, the visibility of
// the ticket, and for customers that of the message, except that the subject
// stands with the opening message whatever that is.
func (s search) conditions() clause {
	var c clause
	var any []clause
	for _, ln := range s.lanes {
		one := say("t.pile = ?", int64(ln.Pile))
		if ln.Some {
			s.statuses(&one)
		}
		s.running(ln, &one)
		any = append(any, one)
	}
	or := joined(any, " OR ")
	c.and("("+or.sql+")", or.args...)
	s.narrowBy(bySort, &c)
	sight := s.sight()
	c.and(sight.sql, sight.args...)
	c.and("(" + visibleMessages(s.by) + " OR m.id = t.first_message_id)")
	return c
}

// askIndex walks the matches of the index from the newest until enough tickets
// are found or the time is over.
func (r Reader) askIndex(ctx context.Context, s search, facets []string) (found, error) {
	expr := "(" + s.q.match(s.texts()) + ")"
	for _, f := range facets {
		expr += " AND (facets : (" + f + "))"
	}
	c := s.conditions()
	short, cancel := context.WithTimeout(ctx, searchDeadline)
	defer cancel()
	var out found
	count(ctx)
	rows, err := r.q.QueryxContext(short, "SELECT m.ticket_id, m.id FROM search s CROSS JOIN messages m ON m.id = s.rowid CROSS JOIN tickets t ON t.id = m.ticket_id WHERE search MATCH ? AND "+c.sql+
		" ORDER BY s.rowid DESC", append([]any{expr}, c.args...)...)
	if err != nil {
		return late(ctx, short, out, err)
	}
	defer rows.Close()
	seen := map[int64]bool{}
	for len(out.all) < s.want && rows.Next() {
		var h hit
		if err := rows.Scan(&h.ticket, &h.message); err != nil {
			return late(ctx, short, out, err)
		}
		if !seen[h.ticket] {
			seen[h.ticket] = true
			out.all = append(out.all, h)
		}
	}
	if err := rows.Err(); err != nil {
		return late(ctx, short, out, err)
	}
	return out, nil
}

// late turns the end of the search's own time into a result that says so.
func late(ctx, short context.Context, out found, err error) (found, error) {
	if ctx.Err() == nil && errors.Is(short.Err(), context.DeadlineExceeded) {
		out.slow = true
		return out, nil
	}
	return out, fault(err)
}

// readMessages searches the messages of a few tickets in Go.
func (r Reader) readMessages(ctx context.Context, s search, ids []int64) ([]hit, error) {
	set, err := json.Marshal(ids)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	c := s.conditions()
	rows, err := many[struct {
		ID      int64  `db:"id"`
		Ticket  int64  `db:"ticket_id"`
		Subject string `db:"subject"`
		Body    string `db:"body"`
	}](ctx, r, "SELECT m.id, m.ticket_id, CASE WHEN m.id = t.first_message_id THEN t.subject ELSE '' END AS subject, CASE WHEN "+visibleMessages(s.by)+` THEN m.body ELSE '' END AS body
		FROM json_each(?) j CROSS JOIN tickets t ON t.id = j.value CROSS JOIN messages m ON m.ticket_id = t.id WHERE `+c.sql, append([]any{string(set)}, c.args...)...)
	if err != nil {
		return nil, err
	}
	var hits []hit
	for _, row := range rows {
		if s.q.matches(row.Subject, row.Body) {
			hits = append(hits, hit{row.Ticket, row.ID})
		}
	}
	return newest(hits, s.want), nil
}

// searchRows loads the found tickets with their marked excerpts, made from the
// messages as the actor may see them.
func (r Reader) searchRows(ctx context.Context, by model.Actor, q query, hits []hit) ([]model.TicketRow, error) {
	ids, messages := make([]int64, len(hits)), map[int64]bool{}
	for i, h := range hits {
		ids[i] = h.ticket
		mark(&messages, h.message)
	}
	load := r.ticketRows
	if !by.Staff() {
		load = r.portalRows
	}
	rows, err := load(ctx, by, ids)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	bodies, err := many[model.Message](ctx, r, "SELECT m.ticket_id, m.body, m.markdown FROM json_each(?) j CROSS JOIN messages m ON m.id = j.value WHERE "+visibleMessages(by), idList(messages))
	if err != nil {
		return nil, err
	}
	body := map[model.TicketID]string{}
	for _, b := range bodies {
		body[b.TicketID] = b.Plain()
	}
	for i := range rows {
		row := &rows[i]
		row.SubjectMarks = q.marked(row.Subject)
		var ok bool
		if row.Excerpt, ok = q.excerpt(body[row.ID]); !ok && body[row.ID] != "" {
			row.Excerpt = []model.Excerpted{{Text: model.Excerpt(body[row.ID], 200)}}
		}
	}
	return rows, nil
}

// SearchPeople finds people by the beginnings of names and addresses. For staff only.
func (r Reader) SearchPeople(ctx context.Context, text string, limit int) ([]model.PersonRef, error) {
	var parts []string
	words(text, func(t token) bool {
		parts = append(parts, quote(t.word)+"*")
		return len(parts) < 8
	})
	if len(parts) == 0 || len(parts) == 1 && len(parts[0]) < 5 { // one letter finds half of the world
		return nil, nil
	}
	return many[model.PersonRef](ctx, r, `SELECT p.id, p.kind, p.name, coalesce(e.address, '') AS email FROM people_search s CROSS JOIN people p ON p.id = s.rowid
		LEFT JOIN person_emails e ON e.person_id = p.id AND e.is_primary = 1 WHERE people_search MATCH ? AND p.kind <> 'machine' ORDER BY s.rowid LIMIT ?`, strings.Join(parts, " AND "), limit)
}
