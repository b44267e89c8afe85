package store

import (
	"context"
	"fmt"
	"strconv"

	"escalated/model"
)

// PortalCounts are the numbers of a customer's open and solved tickets, each
// at most one more than the cap of their list.
func (r Reader) PortalCounts(ctx context.Context, by model.Actor) (open, solved int, err error) {
	if by.Kind != model.KindCustomer || by.ID == 0 {
		return 0, 0, nil
	}
	count := func(f model.TicketFilter) clause {
		var parts []clause
		for _, b := range own(by.ID, piles(lanes(f)), "tickets_asker") { // the visibility rule taken apart; asked as a whole it would read each row
			parts = append(parts, clause{"(SELECT count(*) FROM (SELECT 1 FROM " + b.sql + " LIMIT " + strconv.Itoa(portalCap+1) + "))", b.args})
		}
		return joined(parts, " + ")
	}
	o, s := count(model.TicketFilter{}), count(model.TicketFilter{Statuses: []model.Status{model.Resolved, model.Closed}})
	type row struct {
		Open   int `db:"n_open"`
		Solved int `db:"n_solved"`
	}
	n, err := one[row](ctx, r, "SELECT "+o.sql+" AS n_open, "+s.sql+" AS n_solved", append(o.args[:len(o.args):len(o.args)], s.args...)...)
	if err != nil {
		return 0, 0, fmt.Errorf("count own tickets: %w", err)
	}
	return min(n.Open, portalCap), min(n.Solved, portalCap), nil
}
