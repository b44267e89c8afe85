package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"escalated/model"
)

// The bounds of what a list is willing to count.
const (
	CountCap = 2_000  // totals beyond are shown as "2,000+": a number nobody reads costs what counting it costs
	fewCap   = 1_000  // so many rows are sorted rather than searched for in order
	rangeCap = 50_000 // so many entries of a stretch of time are read rather than all others passed over
	nearCap  = 10_000 // of a longer stretch so many are sorted
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
		ids, err := r.walkIDs(ctx, l, lead, page)
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

// A walk for a filter that no index knows ends after a time: soon, when a
// stretch of time can be read and sorted instead, which is never quick, and
// later when there is nothing else. Tests have longer.
var walkSoon, walkTime = 40 * time.Millisecond, 250 * time.Millisecond

// walkIDs reads a page of ids. Where nothing says how far the rows lie apart,
// the page may lack some and says so.
func (r Reader) walkIDs(ctx context.Context, l list, lead side, page *model.TicketPage) ([]int64, error) {
	ask := func() clause { return l.ids(lead, page.PerPage+1, (page.Page-1)*page.PerPage) }
	q := ask()
	if q.sql == "" {
		return nil, nil
	}
	walks := func(ln model.Lane) bool { return !l.skip[ln.Pile] && l.lead(lead, ln) == bySort }
	if l.hard() && slices.ContainsFunc(l.lanes, walks) {
		within := walkTime
		if len(l.falls) > 0 {
			within = walkSoon
		}
		ids, late, err := r.walkFor(ctx, q, within)
		if err != nil || !late {
			return ids, err
		}
		if len(l.falls) == 0 {
			page.Slow, page.Capped = true, true
			return ids, nil
		}
		for p, s := range l.falls {
			l.leads[p] = s
			page.Slow = page.Slow || s == byNear
		}
		page.Capped = page.Capped || page.Slow
		q = ask()
	}
	rows, err := many[idRow](ctx, r, q.sql, q.args...)
	return onlyIDs(rows), err
}

// walkFor reads ids for so long, and tells whether there was more time needed.
func (r Reader) walkFor(ctx context.Context, q clause, within time.Duration) (ids []int64, late bool, err error) {
	short, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	over := func(err error) ([]int64, bool, error) {
		if ctx.Err() == nil && errors.Is(short.Err(), context.DeadlineExceeded) {
			return ids, true, nil
		}
		return ids, false, fault(err)
	}
	count(ctx)
	rows, err := r.q.QueryxContext(short, q.sql, q.args...)
	if err != nil {
		return over(err)
	}
	defer rows.Close()
	for rows.Next() {
		var row idRow
		if err := rows.StructScan(&row); err != nil {
			return over(err)
		}
		ids = append(ids, row.ID)
	}
	if err := rows.Err(); err != nil {
		return over(err)
	}
	return ids, false, nil
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
