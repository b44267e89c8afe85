package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"escalated/model"
	"escalated/store"
)

// handling is what an admin asked for when a mail is looked at again.
type handling struct {
	by    model.Actor
	what  string // of model.InboundDecided; empty when nobody asked
	force bool   // make a new ticket of it, whatever it looks like
}

// incoming is a mail on its way through the rules.
type incoming struct {
	model.ReceivedMail
	row       model.InboundMail
	settings  model.Settings
	handling  handling
	automatic bool
	content   mailContent
}

// settleMail reads a kept mail and decides about it. What was decided by
// somebody else meanwhile stands, and this is a duplicate.
func (d *Desk) settleMail(ctx context.Context, row model.InboundMail, raw []byte, h handling) (model.InboundMail, error) {
	m := incoming{row: row, handling: h}
	m.row.DoneAt, m.row.Reason, m.row.Detail = d.db.Now(), "", ""
	var err error
	if m.settings, err = d.Settings(ctx); err != nil {
		return row, err
	}
	decided := false
	if row.Attempts > maxMailTries && h.what == "" {
		decided = m.put(model.MailQuarantined, "crashed", "")
	} else if decided, err = d.look(ctx, &m, raw); err != nil {
		return row, err
	}
	if decided && h.force {
		return row, model.Refuse("mail", "inbound_unusable")
	}
	if !decided {
		if err := d.unpack(ctx, &m); err != nil {
			return row, err
		}
	}
	var out model.InboundMail
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		try := m // the transaction may run twice
		err := d.conclude(tx.Ctx, tx, &try, row.Outcome, decided)
		out = try.row
		return err
	})
	return out, err
}

// put notes what becomes of the mail.
func (m *incoming) put(o model.Outcome, reason, detail string) bool {
	m.row.Outcome, m.row.Reason, m.row.Detail = o, reason, detail
	return true
}

// look reads the mail and puts aside what nobody has to answer or can be
// answered: our own, reports, mails without a sender.
func (d *Desk) look(ctx context.Context, m *incoming, raw []byte) (decided bool, err error) {
	in, err := d.readMail(ctx, raw, m.row.ReceivedAt)
	m.ReceivedMail = in
	m.row.HeaderID, m.row.FromAddress, m.row.FromName = in.MessageID, in.From.Address, model.Clean(in.From.Name)
	m.row.Subject = model.Excerpt(in.Subject, model.MaxSubject)
	var bad *model.Unreadable
	if errors.As(err, &bad) {
		return m.put(model.MailQuarantined, bad.Reason, bad.Detail), nil
	}
	if err != nil {
		return false, fmt.Errorf("read mail: %w", err)
	}
	detail, automatic := in.Automatic()
	if !automatic && in.Absent() {
		detail, automatic = "absent", true
	}
	m.automatic, m.row.Automatic = automatic, automatic
	m.row.Detail = detail
	if !m.handling.force {
		if own(m.settings, in.From.Address) || own(m.settings, in.From.ASCII) {
			return m.put(model.MailIgnored, "own_address", ""), nil
		}
		if reason, report := in.Report(); report {
			return m.put(model.MailIgnored, reason, ""), nil
		}
	}
	if !model.ValidAddress(m.sender()) {
		return m.put(model.MailQuarantined, "no_sender", ""), nil
	}
	return false, nil
}

// sender is the address under which a new person is kept: with an ASCII
// domain, so that look-alikes of other scripts can be told apart and mail can
// be sent to it.
func (m *incoming) sender() string {
	if m.From.ASCII != "" {
		return model.FoldAddress(m.From.ASCII)
	}
	return model.FoldAddress(m.From.Address)
}

// conclude writes what becomes of the mail, all of it in one transaction.
func (d *Desk) conclude(ctx context.Context, tx *store.Tx, m *incoming, was model.Outcome, decided bool) error {
	now, err := tx.Ledger(ctx, m.row.ID)
	if err != nil {
		return err
	}
	if now.Outcome != was { // another process was faster
		if m.handling.what != "" {
			return model.ErrConflict
		}
		m.row = now
		m.row.Outcome, m.row.Reason = model.MailDuplicate, "same_bytes"
		return nil
	}
	m.row.TicketID, m.row.MessageID, m.row.Reference = 0, 0, ""
	if decided && m.row.Outcome == model.MailIgnored {
		if err := d.linkReport(ctx, tx, m); err != nil {
			return err
		}
	}
	if was == model.MailHeld { // the message goes elsewhere
		if err := d.takeBack(ctx, tx, now); err != nil {
			return err
		}
	}
	real := tx.Now
	if !decided {
		if err := d.place(ctx, tx, m); err != nil {
			return err
		}
	}
	tx.At(real) // an import wrote under the mail's date
	if m.handling.what != "" {
		if _, err := tx.RecordAbout(ctx, m.handling.by, "mail", int64(m.row.ID), model.InboundDecided{Ledger: m.row.ID, What: m.handling.what}); err != nil {
			return err
		}
	}
	return tx.LedgerDone(ctx, m.row)
}

// linkReport notes which ticket's mail a report is about, when it names one of
// our ids or came to one of our addresses, signatures checked.
func (d *Desk) linkReport(ctx context.Context, tx *store.Tx, m *incoming) error {
	ids := []model.TicketID{m.SignedTicket}
	for _, ref := range m.OwnRefs {
		ids = append(ids, ref.Ticket)
	}
	for _, id := range ids {
		t, err := tx.Ticket(ctx, model.System("mail"), id)
		if err == nil {
			m.row.TicketID, m.row.Reference = t.ID, t.Reference
			return nil
		}
		if !errors.Is(err, model.ErrNotFound) {
			return err
		}
	}
	return nil
}

// takeBack removes the held message that was made of a mail.
func (d *Desk) takeBack(ctx context.Context, tx *store.Tx, row model.InboundMail) error {
	if row.MessageID == 0 { // it waits as a draft
		dr, err := heldMail(ctx, tx.Reader, row)
		if errors.Is(err, model.ErrNotFound) {
			return nil
		}
		return errors.Join(err, tx.DropDraft(ctx, dr.ID))
	}
	item, err := tx.Message(ctx, model.System("mail"), row.MessageID)
	if errors.Is(err, model.ErrNotFound) {
		return nil // its ticket was erased
	}
	if err != nil {
		return err
	}
	return tx.DropMessage(ctx, item.Message)
}

// maxMailsAnHour is how many live mails of one address are taken in; what
// comes above it waits in quarantine.
const maxMailsAnHour = 60

// flooded counts a live mail of its sender. A mail that proves to come from
// the person it went to is not counted: nobody can fill somebody else's hour
// with it.
func (d *Desk) flooded(ctx context.Context, tx *store.Tx, m *incoming, proved bool) (bool, error) {
	if !m.row.Live || m.handling.what != "" || proved {
		return false, nil
	}
	n, err := tx.MailArrived(ctx, d.throttleKey("mail-in", m.sender()), time.Hour)
	return n > maxMailsAnHour, err
}
