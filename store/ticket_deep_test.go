package store

import (
	"context"
	"testing"

	"escalated/model"
)

// manyTickets is a desk with n plain closed tickets.
func manyTickets(t testing.TB, n int) *crowd {
	t.Helper()
	c := &crowd{db: openTest(t)}
	err := c.db.BulkLoad(context.Background(), nil, func(b *Bulk) error {
		who, err := b.Person(model.NewPerson{Kind: model.KindCustomer, Name: "Ann", Email: "ann@home.example"})
		if err != nil {
			return err
		}
		c.customers = append(c.customers, model.Actor{Kind: model.KindCustomer, ID: who})
		for i := range n {
			tk := BulkTicket{Ticket: model.Ticket{
				Reference: model.Reference("ESC", model.TicketID(i+1)), Subject: "S", Status: model.Closed, Priority: model.Priority(1 + i%2), Type: 1, Channel: 1,
				RequesterID: who, CreatedAt: model.Time(1000 + i),
			}}
			if err := b.Ticket(&tk); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDeepPagesAndCappedTotals(t *testing.T) {
	const n = 20_200
	c := manyTickets(t, n)
	by := model.Actor{Kind: model.KindAgent, ID: 99, Permissions: model.PermissionsOf(model.KindAgent)}
	for name, tc := range map[string]struct {
		f      model.TicketFilter
		total  int
		capped bool
		first  model.TicketID // on page 2,000
	}{
		"all by time":     {model.TicketFilter{Any: true, Sort: model.TicketSort{Key: model.SortUpdated, Desc: true}}, n, false, n - 9995},
		"all by activity": {model.TicketFilter{Any: true}, n, false, n - 9995},
		"closed":          {model.TicketFilter{Statuses: []model.Status{model.Closed}, Sort: model.TicketSort{Key: model.SortCreated}}, n, false, 9996},
		"filtered":        {model.TicketFilter{Any: true, Types: []model.TicketType{1}, Sort: model.TicketSort{Key: model.SortCreated}}, CountCap, true, 9996},
		"half":            {model.TicketFilter{Any: true, Priorities: []model.Priority{1}, Sort: model.TicketSort{Key: model.SortCreated}}, CountCap, true, 19991},
	} {
		tc.f.Page, tc.f.PerPage = 2000, 5
		p, err := c.db.Read().TicketPage(context.Background(), by, tc.f)
		if err != nil || p.Page != 2000 || len(p.Rows) != 5 || p.Total != tc.total || p.Capped != tc.capped || !p.HasNext {
			t.Fatalf("%s: page %d, %d rows, total %d capped %v next %v, %v", name, p.Page, len(p.Rows), p.Total, p.Capped, p.HasNext, err)
		}
		if p.Rows[0].ID != tc.first {
			t.Errorf("%s: page 2,000 begins with %d, want %d", name, p.Rows[0].ID, tc.first)
		}
	}
	// Beyond the end of a list whose length is not known: the last page that is.
	p, err := c.db.Read().TicketPage(context.Background(), by, model.TicketFilter{Any: true, Types: []model.TicketType{1}, Page: 9999, PerPage: 50})
	if err != nil || p.Page != CountCap/50 || len(p.Rows) != 50 {
		t.Errorf("page %d, %d rows, %v", p.Page, len(p.Rows), err)
	}
	own, err := c.db.Read().PortalPage(context.Background(), c.customers[0], model.TicketFilter{Any: true, Page: 500})
	if err != nil || own.Total != portalCap || !own.Capped || own.Page != 500 || len(own.Rows) != 15 {
		t.Errorf("portal: page %d, total %d, %d rows, %v", own.Page, own.Total, len(own.Rows), err)
	}
}

func BenchmarkQueue(b *testing.B) {
	c := newCrowd(b, 3000)
	for name, f := range map[string]model.TicketFilter{
		"open": {}, "all": {Any: true, Sort: model.TicketSort{Key: model.SortUpdated, Desc: true}}, "priority": {Priorities: []model.Priority{4}}, "tag": {Tag: c.tags[0]},
		"requester": {Any: true, Requester: c.customers[0].ID}, "pair": {Any: true, Department: c.departments[0], Types: []model.TicketType{2}}, "by assignee": {Sort: model.TicketSort{Key: model.SortAssignee}},
	} {
		for who, by := range map[string]model.Actor{"agent": c.staff[1], "narrow": c.staff[3]} {
			b.Run(name+"/"+who, func(b *testing.B) {
				for b.Loop() {
					if _, err := c.db.Read().TicketPage(context.Background(), by, f); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkPortal(b *testing.B) {
	c := newCrowd(b, 3000)
	for b.Loop() {
		if _, err := c.db.Read().PortalPage(context.Background(), c.customers[0], model.TicketFilter{Any: true}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	c := newCrowd(b, 3000)
	for name, text := range map[string]string{"common": "printer", "phrase": `"invoice login"`, "begun": "prin", "nothing": "nosuchword"} {
		for who, by := range map[string]model.Actor{"agent": c.staff[1], "narrow": c.staff[3], "customer": c.customers[3]} {
			b.Run(name+"/"+who, func(b *testing.B) {
				for b.Loop() {
					if _, err := c.db.Read().SearchTickets(context.Background(), by, model.TicketFilter{Query: text}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkFeed(b *testing.B) {
	c := newCrowd(b, 3000)
	all := map[int64]bool{}
	for _, tk := range c.tickets[:200] {
		all[int64(tk.ID)] = true
	}
	for b.Loop() {
		if err := c.db.Write(context.Background(), func(tx *Tx) error { return tx.indexMessages(tx.Ctx, nil, all, nil) }); err != nil {
			b.Fatal(err)
		}
	}
}
