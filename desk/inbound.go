package desk

import (
	"context"
	"fmt"
	"io"

	"escalated/model"
	"escalated/store"
)

// Inbound lists received mail, newest first, with what became of it.
func (d *Desk) Inbound(ctx context.Context, by model.Actor, f model.InboundFilter) (page model.InboundPage, err error) {
	if !by.Can(model.PermMail) {
		return page, model.ErrDenied
	}
	r := d.db.Read()
	if page.Mails, page.Total, err = r.LedgerPage(ctx, f); err != nil {
		return page, fmt.Errorf("list received mail: %w", err)
	}
	page.Waiting = map[model.Outcome]int{}
	for _, o := range []model.Outcome{model.MailHeld, model.MailQuarantined} {
		if page.Waiting[o], err = r.LedgerWaiting(ctx, o); err != nil {
			return page, fmt.Errorf("count received mail: %w", err)
		}
	}
	return page, nil
}

// InboundRaw opens the exact bytes of a received mail; the caller closes them.
func (d *Desk) InboundRaw(ctx context.Context, by model.Actor, id model.LedgerID) (model.InboundMail, io.ReadCloser, error) {
	if !by.Can(model.PermMail) {
		return model.InboundMail{}, nil, model.ErrDenied
	}
	row, err := d.db.Read().Ledger(ctx, id)
	if err != nil {
		return row, nil, err
	}
	f, err := d.openRaw(ctx, row)
	return row, f, err
}

// RawOfMessage opens the original mail of a message, for staff who see it.
func (d *Desk) RawOfMessage(ctx context.Context, by model.Actor, id model.MessageID) (model.InboundMail, io.ReadCloser, error) {
	if !by.Staff() {
		return model.InboundMail{}, nil, model.ErrNotFound
	}
	item, err := d.db.Read().Message(ctx, by, id)
	if err != nil {
		return model.InboundMail{}, nil, err
	}
	if item.LedgerID == 0 {
		return model.InboundMail{}, nil, model.ErrNotFound
	}
	row, err := d.db.Read().Ledger(ctx, item.LedgerID)
	if err != nil {
		return row, nil, err
	}
	f, err := d.openRaw(ctx, row)
	return row, f, err
}

// ReleaseMail lets a mail through: a held message becomes visible, which
// whoever may reply in its ticket may decide too; a quarantined mail becomes a
// new ticket, if it can be read.
func (d *Desk) ReleaseMail(ctx context.Context, by model.Actor, id model.LedgerID) (model.Receipt, error) {
	row, err := d.db.Read().Ledger(ctx, id)
	if err != nil {
		return model.Receipt{}, err
	}
	switch {
	case row.Outcome == model.MailHeld && (by.Can(model.PermMail) || by.Can(model.PermTicketReply)):
		return d.releaseHeld(ctx, by, row)
	case !by.Can(model.PermMail):
		return model.Receipt{}, model.ErrDenied
	case row.Outcome == model.MailQuarantined:
		return d.handleAgain(ctx, handling{by: by, what: "released", force: true}, row)
	}
	return receiptOf(row), model.ErrConflict
}

func (d *Desk) releaseHeld(ctx context.Context, by model.Actor, row model.InboundMail) (model.Receipt, error) {
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		if row.MessageID == 0 {
			if err := d.releaseHeldMail(tx.Ctx, tx, by, row); err != nil {
				return err
			}
		} else if _, err := d.release(tx.Ctx, tx, by, row.MessageID); err != nil {
			return err
		}
		_, err := tx.RecordAbout(tx.Ctx, by, "mail", int64(row.ID), model.InboundDecided{Ledger: row.ID, What: "released"})
		return err
	})
	if model.Problems(err) != nil { // released meanwhile
		err = model.ErrConflict
	}
	row.Outcome = model.MailToReply
	return receiptOf(row), err
}

// NewTicketFromMail makes a ticket of a mail that was held, ignored or put
// into quarantine. A held message leaves the ticket it waited in.
func (d *Desk) NewTicketFromMail(ctx context.Context, by model.Actor, id model.LedgerID) (model.Receipt, error) {
	row, err := d.decidable(ctx, by, id, model.MailHeld, model.MailIgnored, model.MailQuarantined)
	if err != nil {
		return model.Receipt{}, err
	}
	return d.handleAgain(ctx, handling{by: by, what: "new_ticket", force: true}, row)
}

// ReadAgain reads an ignored or quarantined mail anew, by the rules of now.
func (d *Desk) ReadAgain(ctx context.Context, by model.Actor, id model.LedgerID) (model.Receipt, error) {
	row, err := d.decidable(ctx, by, id, model.MailIgnored, model.MailQuarantined, model.MailReceived)
	if err != nil {
		return model.Receipt{}, err
	}
	return d.handleAgain(ctx, handling{by: by, what: "read_again"}, row)
}

// DropMail ends the waiting of a held or quarantined mail: nothing comes of
// it. The original stays in the ledger.
func (d *Desk) DropMail(ctx context.Context, by model.Actor, id model.LedgerID) error {
	row, err := d.decidable(ctx, by, id, model.MailHeld, model.MailQuarantined)
	if err != nil {
		return err
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		now, err := tx.Ledger(tx.Ctx, id)
		if err != nil {
			return err
		}
		if now.Outcome != row.Outcome {
			return model.ErrConflict
		}
		if now.Outcome == model.MailHeld {
			if err := d.takeBack(tx.Ctx, tx, now); err != nil {
				return err
			}
			now.MessageID = 0
		}
		now.Outcome, now.DoneAt = model.MailDropped, tx.Now
		if _, err := tx.RecordAbout(tx.Ctx, by, "mail", int64(id), model.InboundDecided{Ledger: id, What: "dropped"}); err != nil {
			return err
		}
		return tx.LedgerDone(tx.Ctx, now)
	})
}

// decidable loads a mail that is in one of the states; in another, somebody
// was faster.
func (d *Desk) decidable(ctx context.Context, by model.Actor, id model.LedgerID, in ...model.Outcome) (model.InboundMail, error) {
	if !by.Can(model.PermMail) {
		return model.InboundMail{}, model.ErrDenied
	}
	row, err := d.db.Read().Ledger(ctx, id)
	if err != nil {
		return row, err
	}
	for _, o := range in {
		if row.Outcome == o {
			return row, nil
		}
	}
	return row, model.ErrConflict
}

func (d *Desk) handleAgain(ctx context.Context, h handling, row model.InboundMail) (r model.Receipt, err error) {
	defer recovered(&err)
	raw, err := d.rawMail(ctx, row)
	if err != nil {
		return r, fmt.Errorf("open mail %d: %w", row.ID, err)
	}
	row, err = d.settleMail(ctx, row, raw, h)
	return receiptOf(row), err
}
