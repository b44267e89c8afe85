package desk

import (
	"context"
	"slices"

	"escalated/model"
)

// MyTickets is one page of the actor's own tickets as customers see them:
// those they opened and those they take part in, newest public happening
// first. Without statuses it is the open ones, with resolved or closed the
// solved ones, with Any all. Words to look for search in them.
func (d *Desk) MyTickets(ctx context.Context, by model.Actor, f model.TicketFilter) (model.TicketPage, error) {
	if by.ID == 0 || by.Kind == model.KindGuest || by.Kind == model.KindMachine || by.Kind == model.KindNobody {
		return model.TicketPage{}, model.ErrSignIn
	}
	by.Kind, by.Permissions = model.KindCustomer, nil // staff, too, see here what a customer would
	own := model.TicketFilter{Any: f.Any, Query: f.Query, Page: f.Page, PerPage: model.PortalPerPage}
	if slices.ContainsFunc(f.Statuses, func(s model.Status) bool { return !s.IsOpen() }) {
		own.Statuses = []model.Status{model.Resolved, model.Closed}
	}
	if own.Query != "" {
		return d.Search(ctx, by, own)
	}
	return d.db.Read().PortalPage(ctx, by, own)
}
