package mail

import (
	"context"
	"errors"
	"fmt"
	"time"

	"escalated/model"
	"escalated/text"
	"escalated/views/emails"
)

// account writes the mails that people ask for: links and tests. Notification
// channels do not matter to them.
func (r *router) account(ctx context.Context, rec model.Record, e model.Event) error {
	switch e := e.(type) {
	case model.LinkRequested:
		return r.linkMail(ctx, rec, e.Token)
	case model.PersonInvited:
		return r.linkMail(ctx, rec, e.Token)
	case model.GuestLinkRequested:
		return r.guestLinkMail(ctx, rec, e)
	case model.RatingAsked:
		return r.rateMail(ctx, rec, e)
	case model.TestMailRequested:
		return r.testMail(ctx, rec, e)
	case model.BulkMoved:
		if e.State == model.BulkDone || e.State == model.BulkFailed {
			r.ended = append(r.ended, e.Job)
		}
	}
	return nil
}

// linkMail carries the link of a token to its address. A token written revoked
// is for nobody: the desk did the work of a mail so as not to tell who it knows.
func (r *router) linkMail(ctx context.Context, rec model.Record, id model.TokenID) error {
	t, err := r.tx.Token(ctx, id)
	if errors.Is(err, model.ErrNotFound) || err == nil && (t.RevokedAt != 0 || t.UsedAt != 0) {
		return nil
	}
	if err != nil {
		return err
	}
	p := model.Person{Kind: model.KindCustomer, Email: t.Address, Locale: t.Locale}
	if t.PersonID != 0 {
		if p, err = r.tx.Person(ctx, t.PersonID); err != nil {
			return err
		}
		if t.Address != "" {
			p.Email = t.Address
		}
	}
	if !r.reachable(p) {
		return nil
	}
	kind, path := linkKind(t.Token)
	if countsAsAutomatic(kind) && !proven(p) {
		if tooMany, err := r.capped(ctx, p.Email); err != nil || tooMany {
			return err
		}
	}
	l := r.accountLetter(rec, kind, p, t.Locale)
	l.page.Action.URL = r.site + "/" + path + r.linkBlank(l.id) + "/"
	by, err := r.tx.Person(ctx, rec.ActorID)
	if err != nil {
		return err
	}
	lasts := t.ExpiresAt.Sub(t.CreatedAt)
	r.tellLink(l, by, lasts)
	return r.queue(ctx, model.OutgoingMail{EventID: rec.ID, PersonID: p.ID, TokenID: id, Address: p.Email, Kind: kind}, l)
}

// linkKind is the mail for a token, and the path its link opens.
func linkKind(t model.Token) (model.MailKind, string) {
	switch {
	case t.Purpose == model.TokenReset:
		return model.MailReset, "login/reset/"
	case t.Purpose == model.TokenInvite:
		return model.MailInvite, "invite/"
	case t.PersonID == 0:
		return model.MailSignUp, "login/link/"
	}
	return model.MailSignIn, "login/link/"
}

func (r *router) tellLink(l *letter, by model.Person, lasts time.Duration) {
	w := l.words
	valid := w.T("mail.link_valid", "Time", lasts)
	switch l.kind {
	case model.MailSignIn:
		l.subject = w.T("mail.sign_in_subject", "Desk", l.desk)
		l.page.Lead = []string{w.T("mail.sign_in_lead", "Desk", l.desk)}
		l.page.Action.Label = w.T("mail.sign_in_action")
		l.page.After = []string{valid, w.T("mail.link_ignore")}
	case model.MailSignUp:
		l.subject = w.T("mail.sign_up_subject", "Desk", l.desk)
		l.page.Lead = []string{w.T("mail.sign_up_lead", "Desk", l.desk)}
		l.page.Action.Label = w.T("mail.sign_up_action")
		l.page.After = []string{valid, w.T("mail.link_ignore")}
	case model.MailReset:
		l.subject = w.T("mail.reset_subject", "Desk", l.desk)
		l.page.Lead = []string{w.T("mail.reset_lead", "Desk", l.desk)}
		l.page.Action.Label = w.T("mail.reset_action")
		l.page.After = []string{valid, w.T("mail.reset_ignore")}
	case model.MailInvite:
		l.subject = w.T("mail.invite_subject", "Desk", l.desk)
		l.page.Lead = []string{w.T("mail.invite_lead", "Name", nameIn(w, by), "Desk", l.desk)}
		l.page.Action.Label = w.T("mail.invite_action")
		l.page.After = []string{valid}
	}
	l.page.Heading = l.subject
	l.vars = accountVars(l, by, lasts)
}

// guestLinkMail carries a fresh link to a ticket; zero is a request for a
// ticket that is not theirs, of which nobody is told.
func (r *router) guestLinkMail(ctx context.Context, rec model.Record, e model.GuestLinkRequested) error {
	if e.Ticket == 0 || e.Person == 0 {
		return nil
	}
	t, err := r.tx.Ticket(ctx, model.System("mail"), e.Ticket)
	if errors.Is(err, model.ErrNotFound) || err == nil && (t.Deleted() || t.HeldAt != 0) {
		return nil
	}
	if err != nil {
		return err
	}
	p, err := r.tx.Person(ctx, e.Person)
	if err != nil {
		return err
	}
	if !r.reachable(p) {
		return nil
	}
	shy := !proven(p)
	if shy {
		if tooMany, err := r.capped(ctx, p.Email); err != nil || tooMany {
			return err
		}
	}
	kind := model.MailGuestLink
	row := model.OutgoingMail{EventID: rec.ID, TicketID: t.ID, PersonID: p.ID, Address: p.Email, Kind: kind}
	if row.TokenID, err = r.Token(ctx, r.tx, t.ID, p.ID); err != nil {
		return fmt.Errorf("make guest link: %w", err)
	}
	l := &letter{kind: kind, to: p, from: senderOf(r.s), desk: r.s.DeskName, words: r.wordsFor(p, t.Locale), date: r.tx.Now}
	l.id = r.MessageID(Ref{Ticket: t.ID, Person: p.ID, Event: rec.ID, Kind: kind}, mailDomain(r.s))
	l.replyTo = r.ReplyAddress(t.ID, p.ID) + "@" + mailDomain(r.s)
	if err := r.thread(ctx, l, t.ID, p.ID); err != nil {
		return err
	}
	r.tellGuestLink(l, t)
	l.shy = shy
	l.vars = r.aboutVars(l, t, p, false)
	return r.queue(ctx, row, l)
}

func (r *router) tellGuestLink(l *letter, t model.Ticket) {
	w := l.words
	l.subject = fmt.Sprintf("[%s] %s", t.Reference, w.T("mail.guest_link_subject"))
	l.page = emails.Mail{
		Desk: l.desk, Heading: w.T("mail.guest_link_subject"), Lead: []string{w.T("mail.guest_link_lead", "Reference", t.Reference)},
		Action: emails.Action{Label: w.T("mail.view_request"), URL: r.site + "/guest/" + r.linkBlank(l.id) + "/"},
		After:  []string{w.T("mail.guest_link_private"), w.T("mail.link_ignore")}, Foot: []string{w.T("mail.foot_automatic", "Desk", l.desk)},
	}
}

// testMail shows an admin that mail arrives.
func (r *router) testMail(ctx context.Context, rec model.Record, e model.TestMailRequested) error {
	address := e.Address
	if !model.ValidAddress(address) {
		return nil
	}
	by, err := r.tx.Person(ctx, rec.ActorID)
	if err != nil {
		return err
	}
	to := model.Person{ID: by.ID, Kind: model.KindAdmin, Name: by.Name, Email: address, Locale: by.Locale, Zone: by.Zone}
	var l *letter
	if e.Draft != nil {
		if l, err = r.sampleLetter(ctx, r.s, *e.Draft, to, r.MessageID(Ref{Event: rec.ID, Kind: model.MailTest}, mailDomain(r.s))); err != nil {
			return err
		}
	} else {
		l = r.accountLetter(rec, model.MailTest, model.Person{Kind: to.Kind, Email: address, Locale: to.Locale, Zone: to.Zone}, "")
		r.tellTest(l, l.date.Std())
	}
	return r.queue(ctx, model.OutgoingMail{EventID: rec.ID, Address: address, Kind: model.MailTest}, l)
}

// tellTest writes the words; when is a time, or the name of one.
func (r *router) tellTest(l *letter, when any) {
	w := l.words
	l.subject = w.T("mail.test_subject", "Desk", l.desk)
	l.page.Heading = l.subject
	l.page.Lead = []string{w.T("mail.test_lead", "Time", when)}
	l.vars = accountVars(l, model.Person{}, 0)
	l.vars["sent.at"] = w.DateTime(l.date.Std())
}

// accountLetter begins a letter that is not about a ticket.
func (r *router) accountLetter(rec model.Record, kind model.MailKind, p model.Person, locale string) *letter {
	l := &letter{kind: kind, to: p, from: senderOf(r.s), desk: r.s.DeskName, date: r.tx.Now, words: r.wordsFor(p, locale)}
	if p.Locale == "" && locale != "" {
		l.words = text.In(locale).Zoned(l.words.Zone())
	}
	l.id = r.MessageID(Ref{Person: p.ID, Event: rec.ID, Kind: kind}, mailDomain(r.s))
	l.page = emails.Mail{Desk: l.desk, Foot: []string{l.words.T("mail.foot_automatic", "Desk", l.desk)}}
	return l
}
