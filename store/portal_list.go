package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"escalated/model"
)

// portalCap bounds what a customer's list counts.
const portalCap = 1_000

// own are the branches of a customer's list: the tickets they opened, those
// written in their name for a shared requester, and those they take part in.
// None is in two, so that each can be read by its own index and merged; one
// condition with OR would read them all. They are the visibility rule taken
// apart: what is in these piles is neither held nor in the bin, and the rule
// itself is asked of the rows that are shown. index is the one of the first
// branch: tickets_requester is in the order of the list, tickets_asker counts
// without reading past the other piles.
func own(me model.PersonID, in []int64, index string) []clause {
	return []clause{
		say("tickets t INDEXED BY "+index+" WHERE t.requester_id = ? AND t.pile IN (?)", me, in),
		say("tickets t INDEXED BY tickets_contact WHERE t.contact_id = ? AND t.requester_id <> ? AND t.pile IN (?)", me, me, in),
		say("ticket_people w CROSS JOIN tickets t ON t.id = w.ticket_id WHERE w.person_id = ? AND w.role = 1 AND t.requester_id <> ? AND t.contact_id IS NOT ? AND t.pile IN (?)", me, me, me, in),
	}
}

// lanes are the piles of a customer's list, to whom a sleeping ticket is an
// open one.
func lanes(f model.TicketFilter) []model.Lane {
	return model.TicketFilter{Statuses: f.Statuses, Any: f.Any, Snoozed: model.SnoozedAny}.Sieve(0).Lanes
}

// PortalPage is one page of a customer's own tickets: newest public happening
// first. Statuses say open (none), solved (resolved and closed) or all (Any).
func (r Reader) PortalPage(ctx context.Context, by model.Actor, f model.TicketFilter) (model.TicketPage, error) {
	page := model.TicketPage{Page: max(1, f.Page), PerPage: model.PortalPerPage, Pages: 1}
	if by.Kind != model.KindCustomer || by.ID == 0 {
		page.Page = 1
		return page, nil
	}
	ls := lanes(f)
	var lists, counts []clause
	branches := func(index string) []clause {
		all := own(by.ID, piles(ls), index)
		for i := range all {
			if !whole(ls) {
				all[i].and("t.state IN (?)", ints(f.Statuses))
			}
		}
		return all
	}
	for _, b := range branches("tickets_requester") {
		lists = append(lists, clause{"SELECT t.id AS id, t.public_at AS k FROM " + b.sql, b.args})
	}
	for _, b := range branches("tickets_asker") {
		counts = append(counts, clause{"(SELECT count(*) FROM (SELECT 1 FROM " + b.sql + " LIMIT " + strconv.Itoa(portalCap+1) + "))", b.args})
	}
	c := joined(counts, " + ")
	n, err := one[int](ctx, r, "SELECT "+c.sql, c.args...)
	if err != nil {
		return page, fmt.Errorf("count own tickets: %w", err)
	}
	page.Total, page.Capped = min(n, portalCap), n > portalCap
	c = joined(lists, " UNION ALL ")
	ids, err := r.portalIDs(ctx, c, &page)
	if err != nil {
		return page, fmt.Errorf("list own tickets: %w", err)
	}
	page.Rows, err = r.portalRows(ctx, by, ids)
	return page, err
}

func (r Reader) portalIDs(ctx context.Context, c clause, page *model.TicketPage) ([]int64, error) {
	page.Pages = max(1, (page.Total+page.PerPage-1)/page.PerPage)
	if !page.Capped {
		page.Page = min(page.Page, page.Pages)
	}
	for {
		rows, err := many[idRow](ctx, r, c.sql+" ORDER BY 2 DESC, 1 DESC LIMIT ? OFFSET ?", append(c.args[:len(c.args):len(c.args)], page.PerPage+1, (page.Page-1)*page.PerPage)...)
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 && page.Page > page.Pages {
			page.Page = page.Pages
			continue
		}
		page.Pages = max(page.Pages, page.Page)
		ids := onlyIDs(rows)
		if page.HasNext = len(ids) > page.PerPage; page.HasNext {
			ids = ids[:page.PerPage]
		}
		return ids, nil
	}
}

// portalRows loads what a customer's list shows: nothing that only the staff
// knows, so no priority, assignee, tags, notes or internal times.
func (r Reader) portalRows(ctx context.Context, by model.Actor, ids []int64) ([]model.TicketRow, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	set, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	cond, args := visible(by, true)
	rows, err := many[model.TicketRow](ctx, r, `SELECT t.id, t.reference, t.subject, t.state, t.status_id, t.preview, t.public_count AS message_count, t.last_public_id, t.requester_id, t.created_at, t.public_at,
		coalesce(p.name, '') AS last_public_name, coalesce(p.kind, '') AS last_public_kind, coalesce(t.last_public_by, 0) <> ? AND coalesce(t.last_public_id, 0) > coalesce(s.message_id, 0) AS unread
		FROM json_each(?) j CROSS JOIN tickets t ON t.id = j.value LEFT JOIN people p ON p.id = t.last_public_by
		LEFT JOIN ticket_reads s ON s.person_id = ? AND s.ticket_id = t.id WHERE `+cond, append([]any{int64(by.ID), string(set), int64(by.ID)}, args...)...)
	if err != nil {
		return nil, err
	}
	found := make(map[int64]model.TicketRow, len(rows))
	for _, row := range rows {
		found[int64(row.ID)] = row
	}
	out := make([]model.TicketRow, 0, len(ids))
	for _, id := range ids {
		if row, ok := found[id]; ok {
			out = append(out, row)
		}
	}
	return out, nil
}
