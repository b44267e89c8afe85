package desk

import (
	"context"
	"fmt"
	"time"

	"escalated/model"
	"escalated/store"
)

// guestLimits are those of opening tickets without an account. Somebody who
// sends a form faster than people type has fewer free tries: that is no proof,
// so it refuses nobody by itself.
func (d *Desk) guestLimits(by model.Actor, email string, hasty bool) []limit {
	free := 30
	if hasty {
		free = 15
	}
	var limits []limit
	if net := network(by.Address); net != "" {
		limits = append(limits, limit{key: d.throttleKey("guest-network", net), free: free, first: 30 * time.Second, most: 20 * time.Minute, forget: time.Hour})
	}
	if email != "" {
		limits = append(limits, limit{key: d.throttleKey("guest-address", model.FoldAddress(email)), free: 10, first: time.Minute, most: 20 * time.Minute, forget: time.Hour})
	}
	return limits
}

// uploadLimits are those of sending files ahead without an account.
func (d *Desk) uploadLimits(by model.Actor) []limit {
	if net := network(by.Address); net != "" {
		return []limit{{key: d.throttleKey("guest-upload", net), free: 60, first: 30 * time.Second, most: 20 * time.Minute, forget: time.Hour}}
	}
	return nil
}

// MayAsk tells a visitor without an account whether they may open a ticket
// now: ErrNotFound when the desk takes none from guests, *model.Throttled when
// too many came from their network.
func (d *Desk) MayAsk(ctx context.Context, by model.Actor) error {
	if err := d.mayOpen(ctx, by); err != nil {
		return err
	}
	return d.throttled(ctx, d.db.Read(), d.db.Now(), append(d.guestLimits(by, "", false), d.uploadLimits(by)...))
}

// AdmitUpload counts a file that a visitor without an account sends, before
// its bytes are taken in. Everybody else passes: their own limits hold.
func (d *Desk) AdmitUpload(ctx context.Context, by model.Actor) error {
	if by.OwnerKey() != "" {
		return nil
	}
	if err := d.mayOpen(ctx, by); err != nil {
		return err
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		_, err := d.take(tx.Ctx, tx, d.uploadLimits(by))
		return err
	})
}

// OpenGuestTicket opens a ticket for a visitor without an account and gives
// the secret of their link to it. hasty says that the form came back faster
// than people type. The same op again gives the first ticket; an op that could
// be guessed counts for nothing, because it would open somebody else's.
func (d *Desk) OpenGuestTicket(ctx context.Context, by model.Actor, in model.NewTicket, hasty bool) (t model.Ticket, link string, err error) {
	if by.Kind != model.KindNobody {
		return t, "", model.ErrDenied
	}
	if err := d.mayOpen(ctx, by); err != nil {
		return t, "", err
	}
	if slotOwner(by, in.Op) == "" {
		in.Op = ""
	}
	if in.Channel == 0 {
		in.Channel = by.Via
	}
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		var err error
		if t, err = d.openTicket(tx.Ctx, tx, by, in); err != nil {
			return err
		}
		if _, err := d.take(tx.Ctx, tx, d.guestLimits(by, in.RequesterEmail, hasty)); err != nil {
			return err
		}
		who := t.ContactID
		if who == 0 {
			who = t.RequesterID
		}
		_, link, err = d.NewGuestToken(tx.Ctx, model.System("desk"), tx, t.ID, who)
		return err
	})
	return t, link, err
}

// GuestLinkTo makes a guest's link to a ticket that their answer to a long
// closed one has opened. It is theirs because they wrote its first message.
func (d *Desk) GuestLinkTo(ctx context.Context, by model.Actor, m model.Message) (link string, err error) {
	if by.Kind != model.KindGuest || m.AuthorID != by.ID {
		return "", model.ErrDenied
	}
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		item, err := tx.Message(tx.Ctx, model.System("desk"), m.ID)
		if err != nil {
			return err
		}
		if item.AuthorID != by.ID || item.TicketID != m.TicketID {
			return model.ErrDenied
		}
		_, link, err = d.NewGuestToken(tx.Ctx, model.System("desk"), tx, m.TicketID, by.ID)
		return err
	})
	return link, err
}

// MailGuestLink asks for a mail with a fresh link to the ticket a guest has
// open, to the address they are known by.
func (d *Desk) MailGuestLink(ctx context.Context, by model.Actor) error {
	if by.Kind != model.KindGuest {
		return model.ErrDenied
	}
	p, err := d.db.Read().Person(ctx, by.ID)
	if err != nil {
		return err
	}
	if p.Email == "" {
		return model.ErrNotFound
	}
	if err := d.RequestGuestLink(ctx, by, p.Email, fmt.Sprint(int64(by.Ticket))); err != nil {
		return fmt.Errorf("mail guest link: %w", err)
	}
	return nil
}
