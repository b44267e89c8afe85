package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"testing"

	"escalated/model"
)

func TestPortalListsAreRight(t *testing.T) {
	c := newCrowd(t, 500)
	for _, by := range c.customers {
		for _, f := range []model.TicketFilter{{}, {Any: true}, {Statuses: []model.Status{model.Resolved, model.Closed}}} {
			var want []BulkTicket
			for _, tk := range c.tickets {
				if mayFind(by, tk) && suits(model.TicketFilter{Any: f.Any, Statuses: f.Statuses}, tk) {
					want = append(want, tk)
				}
			}
			slices.SortFunc(want, func(a, b BulkTicket) int {
				return -cmp.Or(cmp.Compare(a.PublicAt, b.PublicAt), cmp.Compare(a.ID, b.ID))
			})
			var got []model.TicketRow
			for f.Page = 1; ; f.Page++ {
				p, err := c.db.Read().PortalPage(context.Background(), by, f)
				if err != nil || p.Total != len(want) || p.Page != f.Page || p.PerPage != 15 {
					t.Fatalf("%d of %d, %v", p.Total, len(want), err)
				}
				if got = append(got, p.Rows...); !p.HasNext {
					break
				}
			}
			if len(got) != len(want) {
				t.Fatalf("%d rows, want %d", len(got), len(want))
			}
			for i, row := range got {
				if row.ID != want[i].ID || row.MessageCount != want[i].PublicCount || row.Priority != 0 || row.AssigneeName != "" || row.Tags != nil || row.UpdatedAt != 0 || row.CustomerAt != 0 {
					t.Fatalf("row %d: %+v, want %d", i, row, want[i].ID)
				}
			}
		}
	}
	p, err := c.db.Read().PortalPage(context.Background(), c.staff[0], model.TicketFilter{Any: true})
	if err != nil || len(p.Rows) > 0 {
		t.Error("the portal list is for customers")
	}
}

func TestPortalPlan(t *testing.T) {
	c := newCrowd(t, 100)
	ls := lanes(model.TicketFilter{Any: true})
	var parts []clause
	for _, b := range own(c.customers[0].ID, piles(ls), "tickets_requester") {
		parts = append(parts, clause{"SELECT t.id, t.public_at FROM " + b.sql, b.args})
	}
	q := joined(parts, " UNION ALL ")
	plan := explain(t, c.db.Read(), clause{q.sql + " ORDER BY 2 DESC, 1 DESC LIMIT 16", q.args})
	if scansTickets(plan) || !strings.Contains(plan, "USING INDEX tickets_requester") {
		t.Error(plan)
	}
	ctx, n := Counting(context.Background())
	if _, err := c.db.Read().PortalPage(ctx, c.customers[0], model.TicketFilter{}); err != nil || n.Load() > 3 {
		t.Errorf("%d queries, %v", n.Load(), err)
	}
}
