package desk

import (
	"context"
	"errors"
	"fmt"

	"escalated/model"
	"escalated/store"
)

// sideOf is the side conversation a mail answers: by its signed address, or by
// one of its Message-IDs. Both are known only to those our mails went to.
func (d *Desk) sideOf(ctx context.Context, tx *store.Tx, m *incoming) (model.SideConversation, bool, error) {
	id := m.SignedSide
	if id == 0 && m.SignedTicket == 0 {
		for _, ref := range m.OwnRefs {
			if ref.Event == 0 {
				continue
			}
			found, err := tx.SideOfEvent(ctx, ref.Event)
			if err != nil && !errors.Is(err, model.ErrNotFound) {
				return model.SideConversation{}, false, err
			}
			if found != 0 {
				id = found
			}
			break // the newest id decides
		}
	}
	if id == 0 {
		return model.SideConversation{}, false, nil
	}
	s, err := tx.SideConversation(ctx, model.System("mail"), id)
	if errors.Is(err, model.ErrNotFound) {
		return s, false, nil
	}
	return s, err == nil, err
}

// placeSide puts a third party's mail into its side conversation. A colleague
// of theirs may answer: they have our mail. What a machine wrote is kept in
// the ledger and told to nobody.
func (d *Desk) placeSide(ctx context.Context, tx *store.Tx, m *incoming, s model.SideConversation, who model.Person) error {
	t, err := tx.Ticket(ctx, model.System("mail"), s.TicketID)
	if err != nil {
		return err
	}
	m.row.TicketID, m.row.Reference = t.ID, t.Reference
	if m.automatic {
		m.put(model.MailIgnored, "automatic", m.row.Detail)
		return nil
	}
	if reason := doubtful(m, who); reason != "" {
		m.put(model.MailQuarantined, reason, "")
		return nil
	}
	if who, err = d.known(ctx, tx, m, who); err != nil {
		return err
	}
	by := model.Actor{Kind: model.KindGuest, ID: who.ID, Name: who.Display(), Ticket: t.ID, Via: model.Email}
	ids, err := d.stageMail(ctx, tx, m, slotOwner(by, ""))
	if err != nil {
		return err
	}
	msg, err := tx.InsertMessage(ctx, model.Message{
		TicketID: t.ID, AuthorID: who.ID, Kind: model.SideKind, Via: model.Email, Body: m.content.body, HTML: m.content.html,
		HTMLPolicy: m.content.policy, LedgerID: m.row.ID, SideID: s.ID,
	})
	if err != nil {
		return fmt.Errorf("write to side conversation: %w", err)
	}
	if _, err := d.attach(ctx, tx, slotOwner(by, ""), m.slot(), ids, msg.ID); err != nil {
		return err
	}
	if err := tx.TouchSide(ctx, s.ID); err != nil {
		return err
	}
	if _, err := tx.Record(ctx, by, t.ID, model.SideSaid{Side: s.ID, Message: msg.ID, With: who.Display(), Subject: s.Subject, In: true}); err != nil {
		return err
	}
	m.row.Outcome, m.row.Reason, m.row.MessageID = model.MailToReply, "side", msg.ID
	return d.finishMessage(ctx, tx, m, who.ID)
}

// doubtful says why a mail to a side conversation waits for somebody to look:
// an address in From proves nothing, and nobody may seem to be of the staff by
// one.
func doubtful(m *incoming, who model.Person) string {
	switch {
	case m.FromCount > 1:
		return "many_senders"
	case who.Kind.Staff() && (m.SignedSide == 0 || m.SignedPerson != who.ID):
		return "staff_unproven"
	}
	return ""
}
