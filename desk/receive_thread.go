package desk

import (
	"context"
	"errors"
	"time"

	"escalated/model"
	"escalated/store"
)

// thread is the ticket a mail belongs to, and how that is known.
type thread struct {
	ticket model.Ticket
	found  bool
	secret bool // by something only recipients of our mails know: reply address or Message-ID
	signed bool // by the signed reply address
}

// threadOf finds the ticket: by a signed reply address, by one of our
// Message-IDs, by an id of an earlier received mail, by the first reference in
// the subject. A ticket in the bin is none, and one that was merged is the one
// it went into.
func (d *Desk) threadOf(ctx context.Context, tx *store.Tx, m *incoming) (thread, error) {
	th := thread{signed: true, secret: true}
	id := m.SignedTicket
	if id == 0 {
		var err error
		if th, id, err = d.threadByID(ctx, tx, m); err != nil {
			return thread{}, err
		}
	}
	if id == 0 {
		n, _ := model.SubjectReference(m.Subject, m.settings.TicketReferencePrefix)
		id = model.TicketID(n)
	}
	if id == 0 {
		return thread{}, nil
	}
	now, err := d.splitOff(ctx, tx, m, id)
	if err != nil {
		return thread{}, err
	}
	t, err := tx.Ticket(ctx, model.System("mail"), now)
	if err == nil && t.MergedInto != 0 {
		t, err = d.mergedEnd(ctx, tx.Reader, t)
	}
	if errors.Is(err, model.ErrNotFound) || err == nil && t.Deleted() {
		return thread{}, nil
	}
	th.ticket, th.found = t, err == nil
	return th, err
}

// splitOff is the ticket into which the answered message of a ticket was split
// off, if it was: our addresses and ids name the ticket it was in when the
// mail left.
func (d *Desk) splitOff(ctx context.Context, tx *store.Tx, m *incoming, id model.TicketID) (model.TicketID, error) {
	ref := m.InReplyTo
	if n := len(m.References); ref == "" && n > 0 {
		ref = m.References[n-1]
	}
	if ref == "" {
		return id, nil
	}
	to, err := tx.RefMoved(ctx, ref, id)
	if errors.Is(err, model.ErrNotFound) {
		return id, nil
	}
	return to, err
}

// threadByID looks at In-Reply-To and then at References from the newest: ours
// first, because they cannot be guessed, then those of others.
func (d *Desk) threadByID(ctx context.Context, tx *store.Tx, m *incoming) (thread, model.TicketID, error) {
	if len(m.OwnRefs) > 0 {
		return thread{secret: true}, m.OwnRefs[0].Ticket, nil
	}
	ids := []string{m.InReplyTo}
	for i := len(m.References) - 1; i >= 0; i-- {
		ids = append(ids, m.References[i])
	}
	theirs := model.TicketID(0)
	for _, ref := range ids {
		if ref == "" {
			continue
		}
		known, err := tx.MailRef(ctx, ref)
		switch {
		case errors.Is(err, model.ErrNotFound):
		case err != nil:
			return thread{}, 0, err
		case known.Ours:
			return thread{secret: true}, known.TicketID, nil
		case theirs == 0:
			theirs = known.TicketID
		}
	}
	return thread{}, theirs, nil
}

// The ways a mail can stand to its ticket.
type standing int

const (
	opens  standing = iota // it is a new ticket
	joins                  // the sender is of the customer's side
	serves                 // the sender is of the staff, and proved
	waits                  // held until somebody has looked
	drops                  // a machine of the staff answered ours
)

// standingOf checks the sender against the ticket. An address in From proves
// nothing by itself: for customers it is enough to write in tickets they are
// on, for the staff it never is.
func (d *Desk) standingOf(ctx context.Context, tx *store.Tx, m *incoming, th thread, who model.Person) (standing, string, error) {
	if !th.found {
		if who.Kind.Staff() { // may be anybody: they get a ticket like anybody
			return opens, "staff_unproven", nil
		}
		return opens, "", nil
	}
	t := th.ticket
	on, err := tx.Participates(ctx, t, who.ID)
	if err != nil {
		return opens, "", err
	}
	proved := th.signed && who.ID != 0 && who.ID == m.SignedPerson && m.FromCount == 1 && who.Active()
	how, reason := opens, "possible_reply"
	switch {
	case who.Kind.Staff() && m.automatic:
		return drops, "automatic", nil
	case m.FromCount > 1:
		reason = "many_senders"
		if th.secret || on {
			how = waits
		}
	case who.Kind.Staff() && proved && (t.RequesterID == who.ID || t.ContactID == who.ID):
		how = joins // asks for themselves
	case who.Kind.Staff() && proved:
		how, reason, err = d.mayServe(ctx, tx, t, who)
		return how, reason, err
	case who.Kind.Staff():
		how, reason = waits, "staff_unproven"
	case on: // an old mail of ours lets nobody in: they may have been taken off, or had a blind copy
		how = joins
	case th.secret:
		how, reason = waits, "not_on_ticket"
	}
	// A message that waits must not continue a ticket closed long ago.
	if how == waits && t.Status == model.Closed && tx.Now.Sub(t.ClosedAt) > time.Duration(m.settings.ReopenClosedWithinDays)*24*time.Hour {
		how = opens
	}
	if how == joins {
		reason = ""
	}
	return how, reason, nil
}

// mayServe reports whether the person of the staff may write in the ticket.
func (d *Desk) mayServe(ctx context.Context, tx *store.Tx, t model.Ticket, who model.Person) (standing, string, error) {
	a, err := d.actorFor(ctx, tx.Reader, who)
	if err != nil {
		return waits, "", err
	}
	_, err = tx.Ticket(ctx, a, t.ID)
	switch {
	case errors.Is(err, model.ErrNotFound), err == nil && !a.Can(model.PermTicketReply) && !a.Can(model.PermTicketNote):
		return waits, "not_on_ticket", nil
	case err != nil:
		return waits, "", err
	case !a.Can(model.PermTicketReply):
		return serves, "note", nil
	}
	return serves, "", nil
}

// senderPerson is whoever has the address in From; nobody when it is unknown.
func (d *Desk) senderPerson(ctx context.Context, tx *store.Tx, m *incoming) (model.Person, error) {
	for _, address := range []string{m.From.Address, m.sender()} {
		p, err := tx.PersonByEmail(ctx, address)
		if err == nil || !errors.Is(err, model.ErrNotFound) {
			return p, err
		}
	}
	return model.Person{}, nil
}

// customerActor is a person of the customer's side as an actor: a customer
// with an account, or a guest of the one ticket.
func customerActor(p model.Person, t model.TicketID) model.Actor {
	a := model.Actor{Kind: model.KindGuest, ID: p.ID, Name: p.Display(), Ticket: t, Via: model.Email}
	if p.Kind == model.KindCustomer && p.Active() && (p.HasPassword || p.VerifiedAt != 0) {
		a.Kind, a.Ticket = model.KindCustomer, 0
	}
	return a
}
