package desk

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"escalated/model"
	"escalated/store"
)

// NewGuestToken makes a link that opens one ticket for one person on its
// customer's side, in the transaction that queues the mail for it. Every mail
// carries a fresh one.
func (d *Desk) NewGuestToken(ctx context.Context, by model.Actor, tx *store.Tx, ticket model.TicketID, person model.PersonID) (model.TokenID, string, error) {
	if by.Kind != model.KindMachine {
		return 0, "", model.ErrDenied
	}
	return d.newGuestToken(ctx, tx, ticket, person)
}

func (d *Desk) newGuestToken(ctx context.Context, tx *store.Tx, ticket model.TicketID, person model.PersonID) (model.TokenID, string, error) {
	return d.newToken(ctx, tx, model.Token{Purpose: model.TokenGuest, PersonID: person, TicketID: ticket, ExpiresAt: model.Never})
}

// GuestActor is whoever holds a guest link: a guest in that one ticket. It
// works until 90 days after the ticket's last message, and only while the
// person belongs to the ticket. Anything else is ErrNotFound, and *Throttled
// for a network that has tried too many.
func (d *Desk) GuestActor(ctx context.Context, by model.Actor, secret string) (model.Actor, error) {
	from, now := network(by.Address), d.db.Now()
	if err := d.guesses.open(from, now); err != nil {
		return model.Nobody(), err
	}
	a, err := d.guest(ctx, by, secret)
	if errors.Is(err, model.ErrNotFound) {
		d.guesses.missed(from, secret, now)
	}
	return a, err
}

func (d *Desk) guest(ctx context.Context, by model.Actor, secret string) (model.Actor, error) {
	secret = strings.ToLower(secret)
	if len(secret) != tokenText.EncodedLen(20) {
		return model.Nobody(), model.ErrNotFound
	}
	g, err := d.db.Read().GuestTokenByHash(ctx, tokenHash(secret))
	if err != nil {
		return model.Nobody(), err
	}
	if d.db.Now().Sub(g.LastAt) >= guestLasts {
		return model.Nobody(), model.ErrNotFound
	}
	made := store.TokenRow{Token: model.Token{Purpose: model.TokenGuest, PersonID: g.PersonID, TicketID: g.TicketID}, Nonce: g.Nonce}
	if !hmac.Equal([]byte(d.tokenSecret(made, 0)), []byte(secret)) { // made with a key that was replaced since
		return model.Nobody(), model.ErrNotFound
	}
	return model.Actor{Kind: model.KindGuest, ID: g.PersonID, Name: g.Name, Ticket: g.TicketID, Via: model.Web, Address: by.Address}, nil
}

// RequestGuestLink asks for a mail with a fresh link to a ticket. The answer
// and the work are the same whether address and number belong together or not.
func (d *Desk) RequestGuestLink(ctx context.Context, by model.Actor, email, reference string) error {
	email, reference = model.FoldAddress(email), model.Clean(reference)
	var p model.Invalid
	if email == "" {
		p.Add("email", "email_required")
	} else if !model.ValidAddress(email) {
		p.Add("email", "email_invalid")
	}
	if reference == "" {
		p.Add("reference", "reference_required")
	}
	if err := p.Err(); err != nil {
		return err
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	id := ticketNumber(reference, s.TicketReferencePrefix)
	return d.db.Write(ctx, func(tx *store.Tx) error {
		if _, err := d.take(tx.Ctx, tx, d.linkLimits(by, email)); err != nil {
			return err
		}
		who, err := tx.TakesPart(tx.Ctx, email, id)
		if errors.Is(err, model.ErrNotFound) {
			id = 0
		} else if err != nil {
			return err
		}
		e := model.GuestLinkRequested{Ticket: id, Person: who} // zero: nobody gets a mail
		if id == 0 {
			_, err = tx.RecordAbout(tx.Ctx, by, "ticket", 0, e)
		} else {
			_, err = tx.Record(tx.Ctx, by, id, e)
		}
		if err != nil {
			return fmt.Errorf("ask for guest link: %w", err)
		}
		return nil
	})
}

// ticketNumber reads "ESC-1042", "#1042" or "1042"; anything else is no ticket's.
func ticketNumber(s, prefix string) model.TicketID {
	s = strings.TrimPrefix(strings.ToUpper(s), "#")
	s = strings.TrimPrefix(s, strings.ToUpper(prefix)+"-")
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 {
		return -1
	}
	return model.TicketID(n)
}
