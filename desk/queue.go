package desk

import (
	"context"

	"escalated/model"
)

// Tickets is one page of the staff's list. With words to look for it is a
// search.
func (d *Desk) Tickets(ctx context.Context, by model.Actor, f model.TicketFilter) (model.TicketPage, error) {
	if err := maySeeQueue(by, f); err != nil {
		return model.TicketPage{}, err
	}
	if f.Query != "" {
		return d.Search(ctx, by, f)
	}
	f, err := d.resolve(ctx, f)
	if err != nil {
		return model.TicketPage{}, err
	}
	return d.db.Read().TicketPage(ctx, by, f)
}

// maySeeQueue lets staff in, and into the bin those who may delete.
func maySeeQueue(by model.Actor, f model.TicketFilter) error {
	if !by.Staff() || !by.Can(model.PermTicketView) || f.Bin && !by.Can(model.PermTicketDelete) {
		return model.ErrDenied
	}
	return nil
}
