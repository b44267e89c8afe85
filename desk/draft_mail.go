package desk

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"escalated/model"
	"escalated/store"
)

// ledgerOf is the received mail a draft was made of, zero for none.
func ledgerOf(dr model.Draft) model.LedgerID {
	n, err := strconv.ParseInt(dr.Fields["ledger"], 10, 64)
	if err != nil {
		return 0
	}
	return model.LedgerID(n)
}

// answered is the newest public message that somebody knew who answers a mail
// of ours: by the mail they answer, else by the newest they got. Zero when the
// desk never sent them one.
func answered(ctx context.Context, r store.Reader, m *incoming, ticket model.TicketID, who model.PersonID) (model.MessageID, error) {
	ids := []string{m.InReplyTo}
	for i := len(m.References) - 1; i >= 0; i-- {
		ids = append(ids, m.References[i])
	}
	for _, ref := range ids {
		if ref == "" {
			continue
		}
		seen, err := r.AnsweredMessage(ctx, ticket, ref)
		if err != nil || seen != 0 {
			return seen, err
		}
	}
	return r.ToldMessage(ctx, ticket, who)
}

// holdMail keeps the answer of somebody of the staff who did not know the
// newest message: as a held draft of theirs. The mail stays as it came.
func (d *Desk) holdMail(ctx context.Context, tx *store.Tx, m *incoming, by model.Actor, t model.Ticket, in model.NewReply, stale *model.Stale) error {
	dr, err := tx.InsertDraft(ctx, model.Draft{
		PersonID: by.ID, TicketID: t.ID, Tab: model.ReplyTab, Body: in.Body, Slot: in.Slot, Seen: in.Seen, Op: m.slot(),
		Fields: model.DraftFields{"ledger": strconv.FormatInt(int64(m.row.ID), 10), "plain": "1"},
	})
	if err != nil {
		return fmt.Errorf("hold mail: %w", err)
	}
	m.row.Outcome, m.row.Reason, m.row.TicketID, m.row.Reference = model.MailHeld, model.HeldNewer, t.ID, t.Reference
	if err := d.holdDraft(ctx, tx, dr, model.HeldNewer, stale.Seen); err != nil {
		return err
	}
	m.content.pictures = nil // they stay in the raw message
	return d.finishMessage(ctx, tx, m, by.ID)
}

// heldMail is the draft that was made of a held mail.
func heldMail(ctx context.Context, r store.Reader, row model.InboundMail) (model.Draft, error) {
	return r.DraftOfMail(ctx, row.TicketID, (&incoming{row: row}).slot())
}

// mailDecided ends the waiting of the mail a draft was made of.
func (d *Desk) mailDecided(ctx context.Context, tx *store.Tx, dr model.Draft, o model.Outcome, message model.MessageID) error {
	id := ledgerOf(dr)
	if id == 0 {
		return nil
	}
	row, err := tx.Ledger(ctx, id)
	if errors.Is(err, model.ErrNotFound) || err == nil && row.Outcome != model.MailHeld {
		return nil
	}
	if err != nil {
		return err
	}
	row.Outcome, row.MessageID, row.DoneAt = o, message, tx.Now
	return tx.LedgerDone(ctx, row)
}

// releaseHeldMail says the draft of a held mail in the name of its writer, by
// whoever looks after the mail.
func (d *Desk) releaseHeldMail(ctx context.Context, tx *store.Tx, by model.Actor, row model.InboundMail) error {
	dr, err := heldMail(ctx, tx.Reader, row)
	if err != nil {
		return err
	}
	t, err := tx.Ticket(ctx, by, dr.TicketID)
	if err != nil {
		return err
	}
	if !by.Can(model.PermTicketReply) {
		return model.ErrDenied
	}
	dr.Seen = t.LastPublicID
	_, err = d.sayDraft(ctx, tx, dr)
	return err
}
