package mail

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"escalated/model"
	"escalated/views/emails"
)

// alarms are the facts of a happening that call somebody.
type alarms struct {
	warned    *model.SLAWarned
	breached  *model.SLABreached
	escalated *model.TicketEscalated
	rules     []model.RuleNotified
	mentions  []model.MentionAdded
}

// alarm takes in a fact that calls somebody, and tells how telling it is.
func (a *alarms) alarm(e model.Event) int {
	switch e := e.(type) {
	case model.SLAWarned:
		a.warned = &e
	case model.SLABreached:
		a.breached = &e
	case model.TicketEscalated:
		a.escalated = &e
	case model.RuleNotified:
		a.rules = append(a.rules, e)
	case model.MentionAdded:
		a.mentions = append(a.mentions, e)
	default:
		return 0
	}
	return 2
}

// toldOfAlarms: who was named, who has the ticket, and if nobody has it its
// department. A promise that was not kept concerns the department all the same.
func (r *router) toldOfAlarms(ctx context.Context, n *news, m *mailing) error {
	for _, e := range n.mentions {
		if err := r.person(ctx, m, model.MailMention, model.ToPerson, e.Person); err != nil {
			return err
		}
	}
	if n.breached != nil {
		if err := r.owner(ctx, n, m, model.MailSLABreach); err != nil {
			return err
		}
		if err := r.team(ctx, n, m, model.MailSLABreach); err != nil {
			return err
		}
		if err := r.admins(ctx, m, model.MailSLABreach); err != nil {
			return err
		}
	}
	if n.escalated != nil {
		if err := r.owner(ctx, n, m, model.MailEscalated); err != nil {
			return err
		}
		if err := r.team(ctx, n, m, model.MailEscalated); err != nil {
			return err
		}
		if err := r.admins(ctx, m, model.MailEscalated); err != nil {
			return err
		}
	}
	for _, e := range n.rules {
		if !mailsBy(e) {
			continue
		}
		for _, who := range e.To {
			if err := r.person(ctx, m, model.MailRuleNotice, model.ToPerson, who); err != nil {
				return err
			}
		}
	}
	if n.warned == nil {
		return nil
	}
	if n.ticket.AssigneeID != 0 {
		return r.owner(ctx, n, m, model.MailSLAWarning)
	}
	return r.team(ctx, n, m, model.MailSLAWarning)
}

// mailsBy reports whether a rule tells by mail.
func mailsBy(e model.RuleNotified) bool {
	return len(e.Channels) == 0 || slices.Contains(e.Channels, model.ByMail)
}

func (r *router) person(ctx context.Context, m *mailing, kind model.MailKind, to model.Audience, id model.PersonID) error {
	if id == 0 {
		return nil
	}
	p, err := r.tx.Person(ctx, id)
	if errors.Is(err, model.ErrNotFound) {
		return nil
	}
	m.add(kind, to, p)
	return err
}

func (r *router) owner(ctx context.Context, n *news, m *mailing, kind model.MailKind) error {
	return r.person(ctx, m, kind, model.ToAssignee, n.ticket.AssigneeID)
}

// team are the members of the ticket's department, or all agents where there
// is none or nobody in it.
func (r *router) team(ctx context.Context, n *news, m *mailing, kind model.MailKind) error {
	team, members, err := r.tx.MailTeam(ctx, n.ticket.DepartmentID)
	to := model.ToAgents
	if members {
		to = model.ToMembers
	}
	m.add(kind, to, team...)
	return err
}

func (r *router) admins(ctx context.Context, m *mailing, kind model.MailKind) error {
	if !m.rules.Told(notice[kind], model.ToAdmins, model.ByMail) {
		return nil
	}
	list, err := r.tx.MailAdmins(ctx)
	m.add(kind, model.ToAdmins, list...)
	return err
}

// outsider reports whether somebody is neither of the staff nor the ticket's
// requester.
func outsider(t model.Ticket, p model.Person) bool {
	return !p.Kind.Staff() && p.ID != t.RequesterID && p.ID != t.ContactID
}

// strangerLimit is how many mails rules may send to one address that is
// nobody's here, in an hour.
const strangerLimit = 60

// strangers writes to the addresses that a rule names and that are nobody's.
// They learn reference, subject and the rule's words, and nothing else.
func (r *router) strangers(ctx context.Context, n *news) error {
	for _, e := range n.rules {
		if !mailsBy(e) || !r.rules.Told(model.NoticeRule, model.ToPerson, model.ByMail) {
			continue
		}
		for _, address := range e.Addresses {
			address = model.FoldAddress(address)
			p, err := r.tx.PersonByEmail(ctx, address)
			switch {
			case err == nil:
				if err := r.known(ctx, n, e, p); err != nil {
					return err
				}
				continue
			case !errors.Is(err, model.ErrNotFound):
				return err
			}
			if !r.sendable(address) {
				continue
			}
			if ok, err := r.tx.MailAllowed(ctx, "rule:"+mailboxKey(address), strangerLimit, time.Hour); err != nil || !ok {
				return err
			}
			if err := r.toStranger(ctx, n, e, model.Person{Kind: model.KindCustomer, Email: address}); err != nil {
				return err
			}
		}
	}
	return nil
}

// known writes to somebody of the desk whom a rule names by their address.
func (r *router) known(ctx context.Context, n *news, e model.RuleNotified, p model.Person) error {
	if slices.Contains(e.To, p.ID) || p.ID == n.actor.ID {
		return nil
	}
	a := addressee{p, model.MailRuleNotice}
	if ok, err := r.mayHave(ctx, n, &a); err != nil || !ok {
		return err
	}
	list, err := r.wanted(ctx, []addressee{a})
	if err != nil || len(list) == 0 {
		return err
	}
	return r.queueTicketMail(ctx, n, a)
}

func (r *router) toStranger(ctx context.Context, n *news, e model.RuleNotified, p model.Person) error {
	l := &letter{kind: model.MailRuleNotice, to: p, date: r.tx.Now, words: r.wordsFor(p, ""), desk: r.s.DeskName, from: senderOf(r.s)}
	l.id = r.MessageID(Ref{Event: n.main.ID, Kind: model.MailRuleNotice}, mailDomain(r.s))
	sum := sha256.Sum256([]byte(p.Email))
	l.id = hex.EncodeToString(sum[:6]) + "." + l.id // each address has an id of its own
	l.page.Desk = l.desk
	tellRuleToOthers(l, n.ticket, e)
	l.page.Foot = []string{l.words.T("mail.foot_automatic", "Desk", l.desk)}
	// The row names no person and its Message-ID leads nowhere: whoever answers
	// writes to the desk like anybody.
	row := model.OutgoingMail{EventID: n.main.ID, TicketID: n.ticket.ID, Address: p.Email, Kind: model.MailRuleNotice}
	return r.queue(ctx, row, l)
}

// tellRuleToOthers is what a rule says to people who are not of the staff.
func tellRuleToOthers(l *letter, t model.Ticket, e model.RuleNotified) {
	l.subject = fmt.Sprintf("[%s] %s", t.Reference, t.Subject)
	l.page.Heading = l.words.T("notice.mail_rule_others", "Reference", t.Reference)
	l.page.Rows = subjectRow(l.words, t)
	if e.Text != "" {
		l.page.Said = &emails.Said{Text: e.Text, Markdown: true}
	}
}
