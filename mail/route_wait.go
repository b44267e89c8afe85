package mail

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"escalated/model"
	"escalated/store"
	"escalated/views/emails"
)

// What comes close together is told in one mail. A mail that can wait is not
// written yet: it is kept who is to be told of which action, and when. When it
// is due, everything is looked at anew: who wants what, who sees the ticket,
// what is still so. What waits stands in the database, so that nothing is lost
// when the desk stops in between.

// waitingAtOnce is how many waiting mails are written in one transaction.
const waitingAtOnce = 20

// give writes a mail, or lets it wait. What is told at once takes along what
// was waiting.
func (r *router) give(ctx context.Context, n *news, a addressee) error {
	due, digest, err := r.due(ctx, n, a)
	if err != nil {
		return err
	}
	if due <= r.tx.Now {
		waits, err := r.tx.MailWaits(ctx, a.person.ID, n.ticket.ID)
		if err != nil {
			return err
		}
		if !waits || !joins(a.kind) {
			return r.queueTicketMail(ctx, n, a)
		}
	}
	return r.tx.WaitMail(ctx, store.Waiting{PersonID: a.person.ID, TicketID: n.ticket.ID, First: n.first.ID, Last: n.last, ActionID: n.first.ActionID, Digest: digest, DueAt: due})
}

// joins reports whether a mail can tell other things too.
func joins(k model.MailKind) bool {
	return k != model.MailTicketReceived && k != model.MailTicketOpened && k != model.MailDraftHeld
}

// tellWaiting writes the mails that have waited long enough.
func (p *Post) tellWaiting(ctx context.Context) (did bool, err error) {
	for {
		now := model.TimeOf(p.DB.Now().Std())
		due, err := p.DB.Read().WaitingDue(ctx, now, waitingAtOnce)
		if err != nil || len(due) == 0 {
			return did, err
		}
		err = p.DB.Write(ctx, func(tx *store.Tx) error {
			s, err := p.Settings(tx.Ctx)
			if err != nil {
				return err
			}
			r, err := p.router(tx.Ctx, tx, s)
			if err != nil {
				return err
			}
			for _, w := range due {
				if err := r.waited(tx.Ctx, w, now); err != nil {
					return fmt.Errorf("mail to person %d about ticket %d: %w", w.PersonID, w.TicketID, err)
				}
			}
			return nil
		})
		if err != nil {
			return did, err
		}
		did = true
	}
}

// told is one thing that somebody is told.
type told struct {
	*news
	addressee
}

// waited writes one mail that was waiting, if there is still something to tell.
func (r *router) waited(ctx context.Context, w store.Waiting, now model.Time) error {
	rows, err := r.tx.WaitingOf(ctx, w, now)
	if err != nil {
		return err
	}
	var list []told
	for _, x := range rows {
		if err := r.tx.ForgetWaiting(ctx, x); err != nil {
			return err
		}
		t, err := r.still(ctx, x)
		if err != nil {
			return err
		}
		if t != nil {
			list = append(list, *t)
		}
	}
	list = settled(list)
	switch {
	case len(list) == 0:
		return nil
	case w.Digest:
		return r.queueDigest(ctx, list)
	case len(list) == 1:
		return r.queueTicketMail(ctx, list[0].news, list[0].addressee)
	}
	return r.queueTogether(ctx, list)
}

// still looks anew whether somebody is told of an action, and how; nil when not.
func (r *router) still(ctx context.Context, w store.Waiting) (*told, error) {
	recs, err := r.tx.RecordsBetween(ctx, w.TicketID, w.ActionID, w.First, w.Last)
	if err != nil || len(recs) == 0 {
		return nil, err
	}
	wants := r.Outlet().Kinds
	h := &happening{}
	for _, rec := range recs {
		if !slices.Contains(wants, rec.Kind) {
			continue
		}
		e, err := rec.Event()
		if err != nil {
			return nil, err
		}
		if h.first.ID == 0 {
			h.first = rec
		}
		h.add(rec, e)
	}
	n, list, err := r.whom(ctx, h)
	if err != nil || n == nil {
		return nil, err
	}
	for _, a := range list {
		if a.person.ID == w.PersonID {
			return &told{n, a}, nil
		}
	}
	return nil, nil
}

// settled leaves out moves of a status that customers need not hear of,
// because another one followed.
func settled(list []told) []told {
	var last, first *told
	for i := range list {
		if t := &list[i]; t.kind == model.MailStatus && !t.person.Kind.Staff() {
			if first == nil {
				first = t
			}
			last = t
		}
	}
	if first == last {
		return list
	}
	back := first.status.From.Customer() == last.status.To.Customer()
	return slices.DeleteFunc(list, func(t told) bool {
		return t.kind == model.MailStatus && !t.person.Kind.Staff() && (back || t.news != last.news)
	})
}

// weight says which of several kinds names the mail that tells them all.
func weight(k model.MailKind) int {
	return slices.Index([]model.MailKind{
		model.MailStatus, model.MailTicketNew, model.MailStaffReply, model.MailSLAWarning, model.MailRuleNotice, model.MailCustomerReply,
		model.MailAssigned, model.MailEscalated, model.MailSLABreach, model.MailMention, model.MailReply,
	}, k)
}

// queueTogether writes one mail that tells several things about one ticket.
func (r *router) queueTogether(ctx context.Context, list []told) error {
	top := list[0]
	for _, t := range list {
		if weight(t.kind) >= weight(top.kind) {
			top = t
		}
	}
	l, row, url, ok, err := r.begin(ctx, top.news, top.addressee)
	if err != nil || !ok {
		return err
	}
	var parts []*letter
	var when []string
	var others []model.MessageID
	var bytes int64
	subject := ""
	for _, t := range list {
		x := *l
		x.kind, x.files, x.page = t.kind, nil, emails.Mail{}
		if err := r.attach(ctx, &x, t.news, t.addressee, t.person.Kind.Staff()); err != nil {
			return err
		}
		for _, f := range x.files {
			bytes += f.Size
		}
		if bytes > maxAttached {
			x.files, x.page.FilesHere = nil, false
		}
		r.tell(&x, t.news, t.addressee, l.shy, url)
		if t.news == top.news {
			subject = x.subject
		}
		if t.kind == model.MailReply {
			l.via = x.via
		}
		if t.said != nil && t.kind != model.MailAssigned && t.said.ID != row.MessageID {
			others = append(others, t.said.ID)
		}
		l.files = append(l.files, x.files...)
		parts, when = append(parts, &x), append(when, l.words.DateTime(t.main.At.Std()))
	}
	together(l.words, l, parts, l.words.N("notice.mail_together", len(list), "Reference", top.ticket.Reference), when)
	l.subject = subject
	if err := r.queue(ctx, row, l); err != nil {
		return err
	}
	return r.tx.MailTells(ctx, row, others)
}

// queueDigest writes one mail about several tickets to a member of the staff.
func (r *router) queueDigest(ctx context.Context, list []told) error {
	to := list[0].person
	l := &letter{kind: model.MailDigest, to: to, date: r.tx.Now, words: r.wordsFor(to, ""), desk: r.s.DeskName, from: senderOf(r.s)}
	l.id = r.MessageID(Ref{Person: to.ID, Event: list[0].main.ID, Kind: model.MailDigest}, mailDomain(r.s))
	r.tellDigest(l, list)
	return r.queue(ctx, model.OutgoingMail{EventID: list[0].main.ID, PersonID: to.ID, Address: to.Email, Kind: model.MailDigest}, l)
}

// tellDigest writes the words.
func (r *router) tellDigest(l *letter, list []told) {
	w := l.words
	l.page = emails.Mail{
		Desk: l.desk, Heading: w.N("notice.mail_digest", len(list)), Foot: []string{w.T("notice.mail_digest_foot"), w.T("mail.foot_automatic", "Desk", l.desk)},
		Action: emails.Action{Label: w.T("mail.open_tickets"), URL: r.site + "/agent/notifications/"},
	}
	l.subject = l.page.Heading
	for i, t := range list {
		if i == severalShown {
			l.page.After = append(l.page.After, w.N("notice.mail_digest_more", len(list)-severalShown))
			break
		}
		x := *l
		x.kind, x.page = t.kind, emails.Mail{}
		r.tell(&x, t.news, t.addressee, false, "")
		url := fmt.Sprintf("%s/agent/tickets/%d/", r.site, t.ticket.ID)
		piece := emails.Piece{Heading: x.page.Heading, When: w.DateTime(t.main.At.Std()), Rows: []emails.Row{{Label: t.ticket.Reference, Value: t.ticket.Subject, URL: url}}}
		if said := x.page.Said; said != nil {
			piece.Said = &emails.Said{By: said.By, When: said.When, Text: model.Excerpt(t.said.Plain(), 300)}
		}
		l.page.Pieces = append(l.page.Pieces, piece)
	}
	l.vars = accountVars(l, model.Person{}, 0)
}

// writeWaiting writes all mails whose time has come: about several tickets, and
// those that waited for more.
func (p *Post) writeWaiting(ctx context.Context) (did bool, err error) {
	several, err := p.tellOfSeveral(ctx)
	waited, other := p.tellWaiting(ctx)
	return several || waited, errors.Join(err, other)
}
