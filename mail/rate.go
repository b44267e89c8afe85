package mail

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"escalated/model"
	"escalated/views/emails"
)

// rateMail asks a customer how the help was: a link a score, each of which
// opens the page on which it is sent.
func (r *router) rateMail(ctx context.Context, rec model.Record, e model.RatingAsked) error {
	t, err := r.tx.Ticket(ctx, model.System("mail"), rec.TicketID)
	if errors.Is(err, model.ErrNotFound) || err == nil && (t.Deleted() || t.HeldAt != 0 || t.Status.IsOpen() || t.Rating != 0) {
		return nil
	}
	if err != nil {
		return err
	}
	p, err := r.tx.Person(ctx, e.Person)
	if err != nil {
		return err
	}
	if !r.reachable(p) || r.RateLink == nil {
		return nil
	}
	shy := !proven(p)
	if shy {
		if tooMany, err := r.capped(ctx, p.Email); err != nil || tooMany {
			return err
		}
	}
	row := model.OutgoingMail{EventID: rec.ID, TicketID: t.ID, PersonID: p.ID, Address: p.Email, Kind: model.MailRate}
	if row.TokenID, err = r.RateLink(ctx, r.tx, t.ID, p.ID); err != nil {
		return fmt.Errorf("make link: %w", err)
	}
	l := &letter{kind: model.MailRate, to: p, from: senderOf(r.s), desk: r.s.DeskName, words: r.wordsFor(p, t.Locale), date: r.tx.Now}
	l.id = r.MessageID(Ref{Ticket: t.ID, Person: p.ID, Event: rec.ID, Kind: model.MailRate}, mailDomain(r.s))
	l.replyTo = r.ReplyAddress(t.ID, p.ID) + "@" + mailDomain(r.s)
	if err := r.thread(ctx, l, t.ID, p.ID); err != nil {
		return err
	}
	r.tellRating(l, t, shy)
	return r.queue(ctx, row, l)
}

// tellRating writes the words.
func (r *router) tellRating(l *letter, t model.Ticket, shy bool) {
	w := l.words
	l.subject = fmt.Sprintf("[%s] %s", t.Reference, w.T("mail.rate_subject"))
	link := r.site + "/rate/" + r.linkBlank(l.id) + "/"
	l.page = emails.Mail{
		Desk: l.desk, Heading: w.T("mail.rate_subject"), Lead: []string{w.T("mail.rate_lead", "Reference", t.Reference)},
		After: []string{w.T("mail.rate_after")}, Foot: footOf(l, t, true),
	}
	l.shy = shy
	l.vars = r.aboutVars(l, t, l.to, false)
	if !shy {
		l.page.Rows = subjectRow(w, t)
	}
	for n := model.MaxScore; n > 0; n-- {
		l.page.Choices = append(l.page.Choices, emails.Action{Label: w.T("rating.score_" + model.Score(n)), URL: link + "?score=" + strconv.Itoa(n)})
	}
}
