package desk

import (
	"context"

	"escalated/model"
	"escalated/store"
)

// LinkTicket joins two tickets: word says what the other is to this one. The
// actor needs to see both; one they do not see is not found.
func (d *Desk) LinkTicket(ctx context.Context, by model.Actor, id, other model.TicketID, word model.LinkWord) error {
	return d.change(ctx, by, id, model.PermTicketEdit, "link", func(tx *store.Tx, t model.Ticket) error {
		return d.link(tx.Ctx, tx, by, t, other, word)
	})
}

func (d *Desk) link(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, other model.TicketID, word model.LinkWord) error {
	kind, from, ok := word.Link()
	if !ok {
		return model.Refuse("kind", "choice_invalid")
	}
	o, err := tx.Ticket(ctx, by, other)
	switch {
	case err != nil:
		return err
	case o.ID == t.ID:
		return model.Refuse("target", "link_self")
	case o.Deleted():
		return model.Refuse("target", "merge_deleted")
	}
	a, b := ends(kind, from, t.ID, o.ID)
	if double, err := tx.LinkedAs(ctx, a, b, kind); err != nil || double {
		if double {
			err = model.Refuse("target", "link_double")
		}
		return err
	}
	if kind != model.LinkRelated {
		if circle, err := tx.LinkLeads(ctx, b, a, kind); err != nil || circle {
			if circle {
				err = model.Refuse("target", "link_circle")
			}
			return err
		}
	}
	if err := tx.LinkTickets(ctx, a, b, string(kind)); err != nil {
		return err
	}
	if _, err := tx.Record(ctx, by, t.ID, model.TicketLinked{Other: o.ID, Reference: o.Reference, Reason: string(word)}); err != nil {
		return err
	}
	_, err = tx.Record(ctx, by, o.ID, model.TicketLinked{Other: t.ID, Reference: t.Reference, Reason: string(word.OtherWord())})
	return err
}

// ends are the tickets of a link in the order it is kept: of those without a
// direction the older one first.
func ends(kind model.LinkKind, from bool, here, there model.TicketID) (a, b model.TicketID) {
	if kind == model.LinkRelated {
		return min(here, there), max(here, there)
	}
	if from {
		return here, there
	}
	return there, here
}

// UnlinkTicket ends a link that somebody made.
func (d *Desk) UnlinkTicket(ctx context.Context, by model.Actor, id, other model.TicketID, word model.LinkWord) error {
	return d.change(ctx, by, id, model.PermTicketEdit, "unlink", func(tx *store.Tx, t model.Ticket) error {
		kind, from, ok := word.Link()
		if !ok {
			return model.Refuse("kind", "choice_invalid")
		}
		o, err := tx.Ticket(tx.Ctx, by, other)
		if err != nil {
			return err
		}
		a, b := ends(kind, from, t.ID, o.ID)
		gone, err := tx.UnlinkTickets(tx.Ctx, a, b, kind)
		if err != nil || !gone {
			return err
		}
		if _, err := tx.Record(tx.Ctx, by, t.ID, model.TicketUnlinked{Other: o.ID, Reference: o.Reference, Reason: string(word)}); err != nil {
			return err
		}
		_, err = tx.Record(tx.Ctx, by, o.ID, model.TicketUnlinked{Other: t.ID, Reference: t.Reference, Reason: string(word.OtherWord())})
		return err
	})
}
