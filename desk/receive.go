package desk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"time"

	"escalated/model"
	"escalated/store"
)

// RawMail keeps received mails as they came. The local directory is the one
// implementation.
type RawMail interface {
	// Put stores what r gives until EOF and tells hash and size. More than max
	// bytes is model.ErrTooLarge. When Put returns, the bytes are on disk.
	Put(ctx context.Context, r io.Reader, max int64) (sum [32]byte, size int64, err error)
	// Open gives the bytes back; damaged ones end in an error instead of
	// io.EOF. The caller closes it.
	Open(ctx context.Context, sum [32]byte) (io.ReadCloser, error)
}

// ReadMail reads a raw message that came at a time, and checks the desk's own
// signatures in it. *model.Unreadable is a message for quarantine.
type ReadMail func(ctx context.Context, raw []byte, received model.Time) (model.ReceivedMail, error)

// What a mail may weigh: more than maxReadMail is kept and not read, more than
// maxKeptMail is not even kept.
const (
	maxReadMail = 35 << 20
	maxKeptMail = 1 << 30
)

// maxMailTries is how often reading a mail may end the process before the mail
// goes into quarantine unread.
const maxMailTries = 3

// Arrival says how a mail came.
type Arrival struct {
	Door string // pipe or import
	Live bool   // people are told; otherwise it is of an archive and keeps its date
}

// ReceiveMail takes in one raw message: it is kept on disk and noted before
// anybody reads it, then read, and in one transaction becomes a ticket, joins
// one, or is put aside for a reason. The same bytes again are a duplicate,
// unless nothing was decided about them yet: that is done now. The bytes come
// from a reader, because a message that is too long to be read is kept all the
// same. With an error the message is not taken in and may be brought again.
func (d *Desk) ReceiveMail(ctx context.Context, by model.Actor, message io.Reader, how Arrival) (receipt model.Receipt, err error) {
	if by.Kind != model.KindMachine {
		return receipt, model.ErrDenied
	}
	if d.raw == nil || d.readMail == nil {
		return receipt, fmt.Errorf("receive mail: %w", model.ErrUnavailable)
	}
	defer recovered(&err)
	raw, err := io.ReadAll(io.LimitReader(message, maxReadMail+1))
	if err != nil {
		return receipt, fmt.Errorf("receive mail: %w", err)
	}
	sum, size, err := d.raw.Put(ctx, io.MultiReader(bytes.NewReader(raw), message), maxKeptMail)
	if err != nil {
		return receipt, fmt.Errorf("receive mail: %w", err)
	}
	row, err := d.enterMail(ctx, sum, size, how)
	if err != nil {
		return receipt, fmt.Errorf("note mail: %w", err)
	}
	if row.Outcome == model.MailReceived {
		if row, err = d.settleMail(ctx, row, raw, handling{}); err != nil {
			return receipt, fmt.Errorf("decide about mail %d: %w", row.ID, err)
		}
	}
	return receiptOf(row), nil
}

// recovered turns a panic into an error: no mail may end the process.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
	}
}

func receiptOf(row model.InboundMail) model.Receipt {
	r := model.Receipt{Outcome: row.Outcome, Reason: row.Reason, Ticket: row.TicketID, Reference: row.Reference, Message: row.MessageID, Ledger: row.ID, MessageID: row.HeaderID}
	copy(r.SHA256[:], row.SHA256)
	return r
}

// enterMail writes the ledger's row of a mail on disk: a new one, one that is
// a copy, or the one of an earlier try that ended in between.
func (d *Desk) enterMail(ctx context.Context, sum [32]byte, size int64, how Arrival) (row model.InboundMail, err error) {
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		first, err := tx.LedgerBySHA(tx.Ctx, sum)
		switch {
		case errors.Is(err, model.ErrNotFound):
			row = model.InboundMail{Door: how.Door, SHA256: sum[:], Size: size, Outcome: model.MailReceived, Live: how.Live, Attempts: 1, ReceivedAt: tx.Now}
		case err != nil:
			return err
		case first.Outcome == model.MailReceived:
			row = first
			row.Attempts++
			return tx.LedgerTried(tx.Ctx, row.ID)
		default:
			row = first
			row.Door, row.Live, row.Outcome, row.Reason, row.MessageID, row.Attempts, row.ReceivedAt, row.DoneAt = how.Door, how.Live, model.MailDuplicate, "same_bytes", 0, 1, tx.Now, tx.Now
		}
		row.ID, err = tx.InsertLedger(tx.Ctx, row)
		return err
	})
	return row, err
}

// FinishMail decides about mails that were kept and then left by a process
// that ended. It tells how many there were.
func (d *Desk) FinishMail(ctx context.Context, by model.Actor) (int, error) {
	if by.Kind != model.KindMachine {
		return 0, model.ErrDenied
	}
	left, err := d.db.Read().LeftMail(ctx, d.db.Now().Add(-5*time.Minute), 100)
	if err != nil {
		return 0, fmt.Errorf("look for mail left behind: %w", err)
	}
	var problems []error
	for i, row := range left {
		if err := d.finishMail(ctx, row); err != nil {
			problems = append(problems, fmt.Errorf("finish mail %d: %w", row.ID, err))
		}
		if ctx.Err() != nil {
			return i, ctx.Err()
		}
	}
	return len(left), errors.Join(problems...)
}

func (d *Desk) finishMail(ctx context.Context, row model.InboundMail) (err error) {
	defer recovered(&err)
	if err := d.db.Write(ctx, func(tx *store.Tx) error { return tx.LedgerTried(tx.Ctx, row.ID) }); err != nil {
		return err
	}
	row.Attempts++
	raw, err := d.rawMail(ctx, row)
	if err != nil {
		return err
	}
	_, err = d.settleMail(ctx, row, raw, handling{})
	return err
}

// rawMail reads a stored mail, as much of it as would be read at all.
func (d *Desk) rawMail(ctx context.Context, row model.InboundMail) ([]byte, error) {
	f, err := d.openRaw(ctx, row)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxReadMail+1))
}

func (d *Desk) openRaw(ctx context.Context, row model.InboundMail) (io.ReadCloser, error) {
	if d.raw == nil {
		return nil, model.ErrUnavailable
	}
	var sum [32]byte
	copy(sum[:], row.SHA256)
	return d.raw.Open(ctx, sum)
}
