package mail

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"escalated/model"
	"escalated/store"
	"escalated/text"
	"escalated/views/emails"
)

// An action on several tickets tells each person in one mail: forty tickets
// given to Lisa are one letter that lists them. What each is told is noted
// when the events are routed; the letters are written afterwards, a few at a
// time, and of a change that runs in parts only when it is over.

// several says what an event has to do with others of its action.
type several int

const (
	justOne several = iota
	nowAll          // all tickets of the action are here
	inParts         // more may come
)

const (
	severalShown = 50 // tickets listed in a letter
	severalAtOne = 20 // letters written in one transaction
)

// tellsSeveral reports whether a mail of the kind has nothing to say that
// needs a letter for each ticket. Answers to customers do: they begin or go on
// conversations.
func tellsSeveral(k model.MailKind) bool {
	switch k {
	case model.MailAssigned, model.MailStatus, model.MailStaffReply, model.MailSLAWarning, model.MailSLABreach, model.MailEscalated:
		return true
	}
	return false
}

// several looks up what an action is.
func (r *router) several(ctx context.Context, action string, touched map[string]int) (several, error) {
	if s, ok := r.jobs[action]; ok {
		return s, nil
	}
	size, err := r.tx.BulkSize(ctx, action)
	if err != nil {
		return justOne, err
	}
	s := justOne
	switch {
	case size > 1:
		s = inParts
	case touched[action] > 1:
		s = nowAll
	}
	if r.jobs == nil {
		r.jobs = map[string]several{}
	}
	r.jobs[action] = s
	return s, nil
}

// noteSeveral keeps what somebody is told, for the one letter.
func (r *router) noteSeveral(ctx context.Context, n *news, a addressee) error {
	word := ""
	if a.kind == model.MailStatus {
		word = fmt.Sprintf("%d %s", n.status.ToID, n.status.To)
	}
	return r.tx.NoteSeveral(ctx, n.first.ActionID, a.person.ID, a.kind, word, n.ticket.ID, n.main.ID, n.happening.several == nowAll)
}

func (r *router) severalReady(ctx context.Context) error {
	for _, job := range r.ended {
		if err := r.tx.SeveralReady(ctx, job); err != nil {
			return err
		}
	}
	return nil
}

// tellOfSeveral writes the letters that are ready.
func (p *Post) tellOfSeveral(ctx context.Context) (did bool, err error) {
	for {
		due, err := p.DB.Read().SeveralDue(ctx, severalAtOne)
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
			for _, m := range due {
				if err := r.severalMail(tx.Ctx, m); err != nil {
					return fmt.Errorf("mail of action %s: %w", m.ActionID, err)
				}
				if err := tx.ForgetSeveral(tx.Ctx, m); err != nil {
					return err
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

// severalMail writes one letter.
func (r *router) severalMail(ctx context.Context, m store.Several) error {
	to, err := r.tx.Person(ctx, m.PersonID)
	if errors.Is(err, model.ErrNotFound) || err == nil && (m.Count == 0 || !r.reachable(to)) {
		return nil
	}
	if err != nil {
		return err
	}
	if still, err := r.wanted(ctx, []addressee{{to, m.Kind}}); err != nil || len(still) == 0 {
		return err
	}
	by, err := r.tx.Person(ctx, m.ActorID)
	if err != nil {
		return err
	}
	list, err := r.tx.SeveralTickets(ctx, m, severalShown)
	if err != nil {
		return err
	}
	staff := to.Kind.Staff()
	shy := !staff && !proven(to)
	if shy {
		if tooMany, err := r.capped(ctx, to.Email); err != nil || tooMany {
			return err
		}
	}
	l := &letter{kind: m.Kind, to: to, date: r.tx.Now, words: r.wordsFor(to, ""), desk: r.s.DeskName, from: senderOf(r.s)}
	l.id = r.MessageID(Ref{Person: to.ID, Event: m.Event, Kind: m.Kind}, mailDomain(r.s))
	l.page = emails.Mail{Desk: l.desk, Foot: []string{l.words.T("mail.foot_automatic", "Desk", l.desk)}}
	r.severalWords(l.words, l, m, by, staff)
	l.subject = l.page.Heading
	for _, t := range list {
		row := emails.Row{Label: t.Reference, Value: t.Subject}
		if shy {
			row.Value = ""
		}
		if staff {
			row.URL = fmt.Sprintf("%s/agent/tickets/%d/", r.site, t.ID)
		}
		l.page.Rows = append(l.page.Rows, row)
	}
	if more := m.Count - len(list); more > 0 {
		l.page.After = append(l.page.After, l.words.N("mail.several_more", more))
	}
	return r.queue(ctx, model.OutgoingMail{EventID: m.Event, PersonID: to.ID, Address: to.Email, Kind: m.Kind}, l)
}

// severalWords says what happened to the tickets, and where they are.
func (r *router) severalWords(w text.Words, l *letter, m store.Several, by model.Person, staff bool) {
	name := nameIn(w, by)
	l.page.Action = emails.Action{Label: w.T("mail.open_tickets"), URL: r.site + "/agent/tickets/"}
	switch {
	case m.Kind == model.MailAssigned:
		l.page.Heading = w.N("mail.several_assigned", m.Count, "Name", name)
		l.page.Action.URL += "?assignee=me"
	case m.Kind == model.MailStaffReply:
		l.page.Heading = w.N("mail.several_answered", m.Count, "Name", name)
	case m.Kind == model.MailSLAWarning, m.Kind == model.MailSLABreach, m.Kind == model.MailEscalated:
		l.page.Heading = w.N("notice.several_"+string(m.Kind), m.Count)
	case staff:
		id, state := statusIn(m.Word)
		l.page.Heading = w.N("mail.several_status", m.Count, "Name", name, "To", r.statusWord(w, id, state))
	default:
		id, state := statusIn(m.Word)
		l.page.Heading = w.N("mail.several_customer_status", m.Count, "Status", r.customerStatusWord(w, id, state))
		l.page.Lead = []string{w.T("customer_status_text." + state.Customer())}
		l.page.Action = emails.Action{Label: w.T("mail.view_requests"), URL: r.site + "/tickets/"}
	}
}

// statusIn is the status in the word of a mail.
func statusIn(word string) (id model.StatusID, state model.Status) {
	number, name, _ := strings.Cut(word, " ")
	n, _ := strconv.ParseInt(number, 10, 64)
	state, _ = model.ParseStatus(name) // written by us
	return model.StatusID(n), state
}
