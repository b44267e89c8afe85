package desk

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"slices"
	"strings"

	"escalated/model"
	"escalated/store"
)

// fewerMAC is the length of the signature in the links by which customers stop
// mails: 128 bits.
const fewerMAC = 16

var fewerText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

func (d *Desk) fewerSum(payload []byte) []byte {
	h := hmac.New(sha256.New, d.Key("fewer mails"))
	h.Write(payload) // a hash never fails
	return h.Sum(nil)[:fewerMAC]
}

// FewerToken is what the link in a mail says by which its reader wants no more
// of the kind. It opens nothing else and does not end: mail is kept for long.
func (d *Desk) FewerToken(who model.PersonID) string {
	payload := binary.AppendUvarint(nil, uint64(who))
	return fewerText.EncodeToString(append(payload, d.fewerSum(payload)...))
}

// fewerPerson reads a link that this desk signed.
func (d *Desk) fewerPerson(token string) (model.PersonID, bool) {
	raw, err := fewerText.DecodeString(strings.ToLower(token))
	if err != nil || len(raw) <= fewerMAC || len(raw) > fewerMAC+binary.MaxVarintLen64 {
		return 0, false
	}
	payload := raw[:len(raw)-fewerMAC]
	id, n := binary.Uvarint(payload)
	if n != len(payload) || !hmac.Equal(raw[len(payload):], d.fewerSum(payload)) {
		return 0, false
	}
	return model.PersonID(id), true
}

// CanStopMails reports whether a link to stop mails is one of ours, as an error.
func (d *Desk) CanStopMails(ctx context.Context, _ model.Actor, token string) error {
	who, ok := d.fewerPerson(token)
	if !ok {
		return model.ErrNotFound
	}
	p, err := d.db.Read().Person(ctx, who)
	if err == nil && p.Kind != model.KindCustomer {
		err = model.ErrNotFound
	}
	return err
}

// StopStatusMails ends mails about changes of status to whom a link was sent.
// Whoever holds the link may do it; it takes nothing else away.
func (d *Desk) StopStatusMails(ctx context.Context, by model.Actor, token string) error {
	if err := d.CanStopMails(ctx, by, token); err != nil {
		return err
	}
	who, _ := d.fewerPerson(token)
	return d.db.Write(ctx, func(tx *store.Tx) error {
		prefs, err := tx.NoticePrefs(tx.Ctx, who)
		if err != nil && !errors.Is(err, model.ErrNotFound) {
			return err
		}
		prefs = slices.DeleteFunc(prefs, func(c model.NoticeChoice) bool {
			return c.Topic == model.NoticeStatus && c.Channel == model.ByMail
		})
		return tx.SetNoticePrefs(tx.Ctx, who, append(prefs, model.NoticeChoice{Topic: model.NoticeStatus, Channel: model.ByMail}))
	})
}
