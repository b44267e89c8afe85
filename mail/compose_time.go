package mail

import (
	"fmt"

	"escalated/model"
	"escalated/text"
	"escalated/views/emails"
)

// tellAlarm writes the words of mails that call somebody; false for other kinds.
func (r *router) tellAlarm(l *letter, n *news, a addressee, staff bool) bool {
	w, t := l.words, n.ticket
	switch a.kind {
	case model.MailMention:
		l.page.Heading = w.T("notice.mail_mention", "Name", nameIn(w, n.actor), "Reference", t.Reference)
		if l.page.Said = saidBy(n); n.said == nil {
			l.page.Lead = []string{w.T("notice.mail_mention_note")}
		}
		l.page.Rows = append(subjectRow(w, t), r.propertyRows(w, n)...)
	case model.MailSLAWarning:
		r.tellClock(l, n, "warning", n.warned.Target, n.warned.Due)
	case model.MailSLABreach:
		r.tellClock(l, n, "breach", n.breached.Target, n.breached.Due)
	case model.MailEscalated:
		l.subject = fmt.Sprintf("[%s] %s", w.T("notice.mail_escalated_mark"), l.subject)
		l.page.Heading = w.T("notice.mail_escalated", "Name", nameIn(w, n.actor), "Reference", t.Reference)
		if n.escalated.Reason != "" {
			l.page.Lead = []string{n.escalated.Reason}
		}
		l.page.Rows = append(subjectRow(w, t), r.propertyRows(w, n)...)
	case model.MailRuleNotice:
		r.tellRule(l, n, a, staff)
	default:
		return false
	}
	return true
}

// tellClock says that time is running out, or has.
func (r *router) tellClock(l *letter, n *news, what string, target model.SLATarget, due model.Time) {
	w, t := l.words, n.ticket
	word := w.T("sla.target_" + target.String())
	l.subject = fmt.Sprintf("[%s] [%s] %s: %s", w.T("notice.mail_"+what+"_mark"), t.Reference, word, t.Subject)
	l.page.Heading = w.T("notice.mail_"+what, "Target", word, "Reference", t.Reference)
	l.page.Rows = append(subjectRow(w, t), emails.Row{Label: w.T("notice.mail_due"), Value: w.DateTime(due.Std())})
	l.page.Rows = append(l.page.Rows, r.propertyRows(w, n)...)
}

// tellRule says what a rule says: with the ticket's properties to staff, alone
// to others.
func (r *router) tellRule(l *letter, n *news, a addressee, staff bool) {
	e := ruleFor(n, a.person)
	if !staff {
		tellRuleToOthers(l, n.ticket, e)
		return
	}
	l.page.Heading = l.words.T("notice.mail_rule", "Name", e.Name, "Reference", n.ticket.Reference)
	if e.Text != "" {
		l.page.Said = &emails.Said{Text: e.Text, Markdown: true}
	}
	l.page.Rows = append(subjectRow(l.words, n.ticket), r.propertyRows(l.words, n)...)
}

// ruleFor is the fact by which a rule names somebody.
func ruleFor(n *news, p model.Person) model.RuleNotified {
	for _, e := range n.rules {
		for _, id := range e.To {
			if id == p.ID {
				return e
			}
		}
		for _, address := range e.Addresses {
			if model.FoldAddress(address) == p.Email {
				return e
			}
		}
	}
	return model.RuleNotified{}
}

// together puts letters about one ticket into one: each is a piece, in order.
// What frames them, the way to the ticket and the small print, is the last
// one's.
func together(w text.Words, l *letter, parts []*letter, heading string, when []string) {
	last := parts[len(parts)-1]
	l.page = emails.Mail{Desk: l.desk, Heading: heading, Action: last.page.Action, Also: last.page.Also, After: last.page.After, Foot: last.page.Foot}
	l.subject, l.vars = last.subject, nil
	for i, x := range parts {
		piece := emails.Piece{Heading: x.page.Heading, When: when[i], Lead: x.page.Lead, Said: x.page.Said, Rows: x.page.Rows, Files: x.page.Files, FilesHere: x.page.FilesHere}
		if i < len(parts)-1 && x.kind != model.MailStatus {
			piece.Rows = nil // as they are now stands at the last
		}
		l.page.Pieces = append(l.page.Pieces, piece)
	}
}
