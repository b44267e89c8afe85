package helpdesk

import (
	"context"

	"escalated/mail"
	"escalated/model"
	"escalated/store"
)

// mailKey is the purpose of the key that signs Message-IDs and reply
// addresses, so that mail that comes back is known again.
const mailKey = "mail"

// postOffice writes and sends the desk's mail.
func (d *Desk) postOffice() *mail.Post {
	part := model.System("mail")
	return mail.NewPost(mail.PostOptions{
		DB: d.db, Key: d.desk.Key(mailKey), Settings: d.desk.Settings, Files: d.files,
		Keep: d.cfg.KeepMail, TLS: d.cfg.MailTLS, Log: d.cfg.Log,
		Token: func(ctx context.Context, tx *store.Tx, ticket model.TicketID, person model.PersonID) (model.TokenID, error) {
			return d.desk.MailLink(ctx, part, tx, ticket, person)
		},
		RateLink: func(ctx context.Context, tx *store.Tx, ticket model.TicketID, person model.PersonID) (model.TokenID, error) {
			return d.desk.NewRateToken(ctx, model.System("mail"), tx, ticket, person)
		},
		Fewer:    d.desk.FewerToken,
		Statuses: d.statuses, Look: func(ctx context.Context) (*model.MailLook, error) { return d.desk.MailLook(ctx, part) },
		Secret: func(ctx context.Context, id model.TokenID) (string, error) {
			return d.desk.TokenSecret(ctx, part, id)
		},
	})
}
