package desk

import (
	"context"
	"fmt"

	"escalated/model"
)

// ExportList are the tickets of a list that goes into a table, at most
// model.ExportMost. A search gives what its pages would show first.
func (d *Desk) ExportList(ctx context.Context, by model.Actor, get func(name string) string) ([]model.TicketID, error) {
	f, _, _, err := d.ListFor(ctx, by, get)
	if err != nil {
		return nil, err
	}
	if err := maySeeQueue(by, f); err != nil {
		return nil, err
	}
	if f.Query == "" {
		ids, err := d.db.Read().FilteredTickets(ctx, by, f, model.ExportMost)
		if err != nil {
			return nil, fmt.Errorf("list tickets to export: %w", err)
		}
		return ids, nil
	}
	f.Page, f.PerPage = 1, model.ExportPortion
	page, err := d.db.Read().SearchTickets(ctx, by, f)
	if err != nil {
		return nil, fmt.Errorf("search tickets to export: %w", err)
	}
	ids := make([]model.TicketID, len(page.Rows))
	for i, t := range page.Rows {
		ids[i] = t.ID
	}
	return ids, nil
}

// ExportRows are some of them with all that the table holds. What the actor
// does not see any more is left out.
func (d *Desk) ExportRows(ctx context.Context, by model.Actor, ids []model.TicketID) ([]model.ExportRow, error) {
	if err := maySeeQueue(by, model.TicketFilter{}); err != nil {
		return nil, err
	}
	return d.db.Read().ExportRows(ctx, by, ids)
}
