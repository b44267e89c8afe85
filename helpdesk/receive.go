package helpdesk

import (
	"context"
	"time"

	"escalated/desk"
	"escalated/mail"
	"escalated/model"
	"escalated/store"
)

// rawName is where received mails lie as they came, inside the data directory.
const rawName = "mail"

// readMail reads received mails and knows the desk's own signatures.
func readMail(key []byte) desk.ReadMail { return mail.Signer{Key: key}.Receive }

// RawMail are the received mails as they came, for commands that work on them
// as a whole.
func (d *Desk) RawMail() *store.RawMail { return d.raw }

// finishMail decides from time to time about mails whose process ended between
// keeping and deciding.
func (d *Desk) finishMail(ctx context.Context) error {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		if _, err := d.desk.FinishMail(ctx, model.System("mail")); err != nil && ctx.Err() == nil {
			d.cfg.Log.Error("mail left behind", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
