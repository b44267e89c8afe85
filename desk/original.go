package desk

import (
	"context"
	"fmt"
	"io"

	"escalated/model"
)

// maxOriginal is how many bytes of a mail are read to show it, as much as is
// taken in at all.
const maxOriginal = 36 << 20

// Original reads the mail a message came from again, for staff who see the
// message. The HTML in it is raw: it may only be shown in a frame of its own
// in which nothing can act.
func (d *Desk) Original(ctx context.Context, by model.Actor, id model.MessageID) (model.InboundMail, model.InboundEmail, error) {
	var mail model.InboundEmail
	row, body, err := d.RawOfMessage(ctx, by, id)
	if err != nil {
		return row, mail, err
	}
	defer body.Close()
	raw, err := io.ReadAll(io.LimitReader(body, maxOriginal))
	if err != nil {
		return row, mail, fmt.Errorf("read original mail: %w", err)
	}
	if d.readMail == nil {
		return row, mail, model.ErrUnavailable
	}
	read, err := d.readMail(ctx, raw, row.ReceivedAt)
	if err != nil {
		return row, mail, fmt.Errorf("read original mail: %w", err)
	}
	return row, read.InboundEmail, nil
}
