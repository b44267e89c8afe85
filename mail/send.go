package mail

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"escalated/model"
	"escalated/store"
)

const (
	claimed   = 20                 // mails taken at once
	lease     = 15 * time.Minute   // for which they are ours
	expiry    = 5 * 24 * time.Hour // after which a mail is given up
	fewest    = 10                 // tries it gets in any case
	longPause = 5 * time.Minute    // between tries when the mail server is away
	interval  = 5 * time.Second    // between looks without being woken
)

// steps are the pauses after the first, second, … try.
var steps = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour}

// again is when to try next after a number of tries, spread a little so that
// what failed together does not come back together.
func again(now model.Time, tries int) model.Time {
	step := steps[min(max(tries, 1), len(steps))-1]
	return now.Add(step + rand.N(step/10))
}

// Run sends due mail until the context ends.
func (p *Post) Run(ctx context.Context) error {
	err := p.DB.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.ReleaseMails(tx.Ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("take over the mail queue: %w", err)
	}
	woken := p.DB.Woken() // an admin's "try again" wakes nobody else
	tick := time.NewTicker(interval)
	defer tick.Stop()
	told := ""
	for {
		_, err := p.SendDue(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil:
			told = ""
		case err.Error() != told: // once, not every few seconds for five days
			told = err.Error()
			p.Log.Error("send mail", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-p.wake:
		case <-woken:
		case <-tick.C:
		}
	}
}

// SendDue sends what is due and tells whether there was anything. Without a
// mail server nothing is due. Only one runs at a time.
func (p *Post) SendDue(ctx context.Context) (did bool, err error) {
	p.sending.Lock()
	defer p.sending.Unlock()
	if did, err = p.writeWaiting(ctx); err != nil {
		return did, fmt.Errorf("write mail that waited: %w", err)
	}
	s, err := p.Settings(ctx)
	if err != nil || p.Keep || s.SMTPURL == "" {
		return did, err
	}
	defer p.hangUp()
	for ctx.Err() == nil {
		due, err := p.claim(ctx)
		if err != nil || len(due) == 0 {
			return did, err
		}
		did = true
		if err := p.sendBatch(ctx, s, due); err != nil {
			return did, err
		}
	}
	return did, ctx.Err()
}

// claim takes due mails: attempt, lease and next time are committed before
// anything is sent.
func (p *Post) claim(ctx context.Context) (due []model.OutgoingMail, err error) {
	some, err := p.DB.Read().MailDue(ctx, p.DB.Now())
	if err != nil || !some {
		return nil, err
	}
	err = p.DB.Write(ctx, func(tx *store.Tx) error {
		due, err = tx.ClaimMails(tx.Ctx, claimed, lease, func(tries int) model.Time { return again(tx.Now, tries) })
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim mail: %w", err)
	}
	return due, nil
}

// sendBatch sends claimed mails in order over one connection. When that
// breaks, the mails not sent yet go back.
func (p *Post) sendBatch(ctx context.Context, s model.Settings, due []model.OutgoingMail) error {
	for i, m := range due {
		if ctx.Err() != nil {
			return p.giveBack(ctx, due[i:], nil)
		}
		err := p.sendOne(ctx, s, m)
		var gone *broken
		if errors.As(err, &gone) {
			p.hangUp()
			return errors.Join(err, p.giveBack(ctx, due[i:], err))
		}
		if err != nil {
			return err
		}
	}
	p.away = 0
	return nil
}

// sendOne sends a mail and writes what became of it. Only a broken connection
// and a database that cannot be written come back as errors.
func (p *Post) sendOne(ctx context.Context, s model.Settings, m model.OutgoingMail) error {
	why, err := p.unwanted(ctx, m)
	if err != nil {
		return p.later(ctx, m, err)
	}
	if why != "" {
		return p.mark(ctx, func(tx *store.Tx) error { return tx.MailUnwanted(tx.Ctx, m.ID, why) })
	}
	raw, err := p.Filled(ctx, m)
	switch {
	case errors.Is(err, model.ErrNotFound):
		return p.failed(ctx, m, "what this mail needs is gone, or its link has ended")
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return p.later(ctx, m, err)
	}
	if p.line.conn == nil {
		if err := p.dial(ctx, s); err != nil {
			return err
		}
	}
	err = p.deliver(envelopeFrom(s, m.Kind), m.Address, raw)
	var no *refusal
	if errors.As(err, &no) && no.permanent() && no.sender && envelopeFrom(s, m.Kind) == "" && p.line.conn != nil {
		// Some servers take no mail without a return path.
		err = p.deliver(senderOf(s).Address, m.Address, raw)
	}
	switch {
	case err == nil:
		return p.mark(ctx, func(tx *store.Tx) error { return tx.MailSent(tx.Ctx, m.ID) })
	case errors.As(err, &no) && no.permanent():
		return p.failed(ctx, m, no.Error())
	case errors.As(err, &no):
		return p.later(ctx, m, no)
	case errors.As(err, new(*broken)):
		return err
	}
	p.hangUp()
	return p.later(ctx, m, err) // it waits by itself, so that it cannot hold up the others
}

// envelopeFrom is where bounces go. A receipt has no return path: nothing may
// answer to it (RFC 3834, 3.3).
func envelopeFrom(s model.Settings, k model.MailKind) string {
	if k == model.MailTicketReceived {
		return ""
	}
	return senderOf(s).Address
}

// later leaves a mail for its next try, or gives it up when it is too old.
func (p *Post) later(ctx context.Context, m model.OutgoingMail, cause error) error {
	if p.expired(m) {
		return p.failed(ctx, m, cause.Error())
	}
	return p.mark(ctx, func(tx *store.Tx) error { return tx.MailLater(tx.Ctx, m.ID, m.NextAt, reason(cause.Error())) })
}

func (p *Post) expired(m model.OutgoingMail) bool {
	return p.DB.Now().Sub(m.CreatedAt) >= expiry && m.Attempts >= fewest
}

// giveBack returns mails that could not be tried because the mail server is
// away. It is asked again every few minutes, so that all go out soon after it
// is back.
func (p *Post) giveBack(ctx context.Context, due []model.OutgoingMail, cause error) error {
	why, pause := "", time.Duration(0)
	if cause != nil {
		p.away++
		why, pause = reason(cause.Error()), min(time.Duration(p.away)*time.Minute, longPause)
	}
	var old []model.OutgoingMail
	err := p.mark(ctx, func(tx *store.Tx) error {
		old = nil
		for _, m := range due {
			if cause != nil && p.expired(m) {
				old = append(old, m)
				continue
			}
			if err := tx.MailLater(tx.Ctx, m.ID, tx.Now.Add(pause), why); err != nil {
				return err
			}
		}
		return nil
	})
	for _, m := range old {
		err = errors.Join(err, p.failed(ctx, m, why))
	}
	return err
}

// failed gives a mail up and says so where it will be seen: in the history of
// its ticket, or among the desk's own events.
func (p *Post) failed(ctx context.Context, m model.OutgoingMail, why string) error {
	why = reason(why)
	return p.mark(ctx, func(tx *store.Tx) error {
		if err := tx.MailFailed(tx.Ctx, m.ID, why); err != nil {
			return err
		}
		e := model.MailFailedEvent{Mail: m.ID, Address: m.Address, Mailing: m.Kind, Reason: why}
		var err error
		if m.TicketID != 0 {
			_, err = tx.Record(tx.Ctx, model.System("mail"), m.TicketID, e)
		} else {
			_, err = tx.RecordAbout(tx.Ctx, model.System("mail"), "mail", int64(m.ID), e)
		}
		return err
	})
}

// mark writes a result. It is written even when the desk is just stopping: a
// mail that was taken must not go out twice for the sake of a second.
func (p *Post) mark(ctx context.Context, fn func(tx *store.Tx) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := p.DB.Write(ctx, fn); err != nil {
		return fmt.Errorf("note what became of a mail: %w", err)
	}
	return nil
}

func reason(s string) string { return model.Excerpt(s, 300) }
