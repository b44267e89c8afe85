package desk

import (
	"context"
	"fmt"

	"escalated/model"
)

// whyRows is how many mails and notifications an explanation lists.
const whyRows = 30

// Why says how what a ticket shows came about: each property by the change
// that made it so, the wait by the message it counts from, each mail and
// notification by the fact it was made for, and the lists that count it.
func (d *Desk) Why(ctx context.Context, by model.Actor, id model.TicketID) (model.Why, error) {
	var w model.Why
	if !by.Staff() {
		return w, model.ErrNotFound
	}
	r := d.db.Read()
	var err error
	if w.Ticket, err = r.Ticket(ctx, by, id); err != nil {
		return w, err
	}
	if w.Facts, err = r.WhyFacts(ctx, by, id); err != nil {
		return w, fmt.Errorf("explain properties: %w", err)
	}
	if w.Ticket.WaitingSince < model.Never {
		if w.Waiting, err = r.WaitingFrom(ctx, id, w.Ticket.WaitingSince); err != nil {
			return w, fmt.Errorf("explain the wait: %w", err)
		}
	}
	if w.Mails, err = r.WhyMails(ctx, id, whyRows); err != nil {
		return w, fmt.Errorf("explain mails: %w", err)
	}
	if w.Notices, err = r.WhyNotices(ctx, id, whyRows); err != nil {
		return w, fmt.Errorf("explain notifications: %w", err)
	}
	if w.Views, err = d.viewsWith(ctx, by, id); err != nil {
		return w, fmt.Errorf("explain counts: %w", err)
	}
	return w, nil
}

// viewsWith are the lists of the actor that have a ticket in them now, by the
// same conditions as their queries.
func (d *Desk) viewsWith(ctx context.Context, by model.Actor, id model.TicketID) ([]model.View, error) {
	views, err := d.ownViews(ctx, by)
	if err != nil {
		return nil, err
	}
	f, err := d.db.Read().TicketFacets(ctx, id)
	if err != nil {
		return nil, err
	}
	r, _, err := d.reader(ctx, by)
	if err != nil {
		return nil, err
	}
	var out []model.View
	for _, v := range views {
		filter, err := d.resolve(ctx, r.ReadQuery(v.Query))
		if err != nil {
			return nil, err
		}
		if filter.Query == "" && f.Match(filter, d.Now()) {
			out = append(out, v)
		}
	}
	return out, nil
}
