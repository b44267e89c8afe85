package desk

import (
	"context"
	"fmt"

	"escalated/model"
	"escalated/store"
)

// CompletesMail tells the desk who fills in what queued mails leave out until
// they leave: the secret of a link, the content of files. It is told once,
// before the first request.
func (d *Desk) CompletesMail(fn func(context.Context, model.OutgoingMail) ([]byte, error)) {
	d.complete = fn
}

// OutgoingMail lists the queue of outgoing mail, newest first.
func (d *Desk) OutgoingMail(ctx context.Context, by model.Actor, f model.OutgoingFilter) (model.OutgoingPage, error) {
	var p model.OutgoingPage
	if !by.Can(model.PermMail) {
		return p, model.ErrDenied
	}
	f.Page = max(f.Page, 1)
	if f.Size < 1 || f.Size > 200 {
		f.Size = 50
	}
	r := d.db.Read()
	var err error
	p.Page, p.Size, p.Counts = f.Page, f.Size, map[model.MailState]int{}
	if p.Items, err = r.OutgoingMails(ctx, f); err != nil {
		return p, fmt.Errorf("list outgoing mail: %w", err)
	}
	for _, state := range []model.MailState{model.MailQueued, model.MailSent, model.MailFailed, model.MailKept} {
		if p.Counts[state], err = r.CountMails(ctx, model.OutgoingFilter{State: state, Ticket: f.Ticket}); err != nil {
			return p, fmt.Errorf("count outgoing mail: %w", err)
		}
		if f.State == state || f.State == "" {
			p.Total = min(p.Total+p.Counts[state], model.OutgoingCap)
		}
	}
	return p, nil
}

// OutgoingRaw is a mail of the queue and its exact bytes as they leave, the
// link included: whoever may see it may act as its recipient.
func (d *Desk) OutgoingRaw(ctx context.Context, by model.Actor, id model.MailID) (model.OutgoingMail, []byte, error) {
	if !by.Can(model.PermMail) {
		return model.OutgoingMail{}, nil, model.ErrDenied
	}
	m, err := d.db.Read().Mail(ctx, id)
	if err != nil {
		return m, nil, err
	}
	if d.complete == nil {
		return m, nil, model.ErrUnavailable
	}
	raw, err := d.complete(ctx, m)
	if err != nil {
		return m, nil, fmt.Errorf("show mail %d: %w", id, err)
	}
	return m, raw, nil
}

// Retry sends a failed or kept mail again, or a waiting one now. A mail that
// was sent already, or is just being sent, is refused.
func (d *Desk) Retry(ctx context.Context, by model.Actor, id model.MailID) error {
	if !by.Can(model.PermMail) {
		return model.ErrDenied
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	if s.SMTPURL == "" {
		return model.Refuse("mail", "mail_unset")
	}
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		m, err := tx.Mail(tx.Ctx, id)
		if err != nil {
			return err
		}
		ok, err := tx.RetryMail(tx.Ctx, id)
		if err == nil && !ok {
			err = model.ErrConflict
		}
		if err != nil {
			return err
		}
		if e := (model.MailRetried{Mail: id, Address: m.Address}); m.TicketID != 0 {
			_, err = tx.Record(tx.Ctx, by, m.TicketID, e)
		} else {
			_, err = tx.RecordAbout(tx.Ctx, by, "mail", int64(id), e)
		}
		return err
	})
	if err == nil {
		d.db.Wake()
	}
	return err
}

// SendTest writes a mail to an address that shows whether mail arrives.
func (d *Desk) SendTest(ctx context.Context, by model.Actor, address string) error {
	if !by.Can(model.PermMail) {
		return model.ErrDenied
	}
	address = model.FoldAddress(address)
	if address == "" {
		return model.Refuse("address", "email_required")
	}
	if !model.ValidAddress(address) {
		return model.Refuse("address", "email_invalid")
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	if own(s, address) {
		return model.Refuse("address", "email_own")
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.RecordAbout(tx.Ctx, by, "mail", 0, model.TestMailRequested{Address: address})
		return err
	})
}

// MailLink makes a guest link inside of a transaction of the mail's, which
// carries it.
func (d *Desk) MailLink(ctx context.Context, by model.Actor, tx *store.Tx, ticket model.TicketID, person model.PersonID) (model.TokenID, error) {
	if by.Kind != model.KindMachine {
		return 0, model.ErrDenied
	}
	id, _, err := d.newGuestToken(ctx, tx, ticket, person)
	return id, err
}
