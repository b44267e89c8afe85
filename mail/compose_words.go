package mail

import (
	"fmt"
	"strings"

	"escalated/model"
	"escalated/text"
	"escalated/views/emails"
)

// tell writes subject and words of a mail about a ticket. To somebody shy, of
// whom nobody knows whether they ever wrote to us, mail by itself repeats
// nothing that came in under their name.
func (r *router) tell(l *letter, n *news, a addressee, shy bool, url string) {
	w, t := l.words, n.ticket
	l.subject = fmt.Sprintf("[%s] %s", t.Reference, t.Subject)
	if shy && countsAsAutomatic(a.kind) {
		l.subject = fmt.Sprintf("[%s] %s", t.Reference, w.T("mail.subject_plain", "Desk", l.desk))
	}
	l.page.Desk = l.desk
	staff := a.person.Kind.Staff()
	l.page.Action = emails.Action{Label: w.T("mail.view_request"), URL: url}
	if staff {
		l.page.Action.Label = w.T("mail.open_ticket")
	}
	if r.tellAlarm(l, n, a, staff) {
		r.sign(l, n, staff, shy)
		return
	}
	switch a.kind {
	case model.MailTicketReceived:
		r.tellReceipt(l, n, shy)
	case model.MailTicketOpened:
		l.via = n.actor.Name
		l.page.Heading = w.T("mail.opened_heading", "Name", nameIn(w, n.actor), "Reference", t.Reference)
		l.page.Said = saidBy(n)
	case model.MailTicketNew:
		l.page.Heading = w.T("mail.new_heading", "Name", nameIn(w, n.requester))
		l.page.Rows = append(subjectRow(w, t), r.propertyRows(w, n)...)
		l.page.Said = saidBy(n)
	case model.MailReply:
		r.tellReply(l, n)
	case model.MailCustomerReply:
		l.page.Heading = w.T("mail.customer_reply_heading", "Name", l.saidName(w, n), "Reference", t.Reference)
		l.page.Said = saidBy(n)
		l.page.Rows = r.propertyRows(w, n)
		if n.said.HeldAt != 0 {
			l.page.Lead = append(l.page.Lead, w.T("mail.held"))
		}
	case model.MailStaffReply:
		l.page.Heading = w.T("mail.staff_reply_heading", "Name", l.saidName(w, n), "Reference", t.Reference)
		l.page.Said = saidBy(n)
		l.page.Rows = r.statusRow(w, n)
	case model.MailAssigned:
		l.page.Heading = w.T("mail.assigned_heading", "Name", nameIn(w, n.actor), "Reference", t.Reference)
		l.page.Rows = append(subjectRow(w, t), r.propertyRows(w, n)...)
		if n.said != nil {
			l.page.Said = &emails.Said{By: l.saidName(w, n), When: w.DateTime(n.said.CreatedAt.Std()), Text: model.Excerpt(n.said.Plain(), 400)}
		}
	case model.MailDraftHeld:
		l.page.Heading = w.T("mail.draft_held_heading", "Reference", t.Reference)
		l.page.Lead = []string{w.T("mail.draft_held_lead", "Name", l.saidName(w, n))}
		if l.page.Said = saidBy(n); n.said != nil {
			l.page.Said.By, l.page.Said.When = l.saidName(w, n), w.DateTime(n.said.CreatedAt.Std())
		}
	case model.MailStatus:
		r.tellStatus(l, n, staff, shy)
	}
	r.sign(l, n, staff, shy)
}

// sign ends a mail about a ticket.
func (r *router) sign(l *letter, n *news, staff, shy bool) {
	l.page.Foot = footOf(l, n.ticket, automatic(l.kind) != "")
	l.shy = shy && countsAsAutomatic(l.kind)
	l.vars = r.ticketVars(l, n, staff)
}

// tellReceipt confirms a request to whoever made it.
func (r *router) tellReceipt(l *letter, n *news, shy bool) {
	w := l.words
	l.page.Heading = w.T("mail.received_heading")
	l.page.Lead = []string{w.T("mail.received_lead", "Reference", n.ticket.Reference)}
	if !shy {
		l.page.Rows = subjectRow(w, n.ticket)
		if n.said != nil {
			l.page.Said = saidBy(n)
		}
	} else {
		l.page.After = append(l.page.After, w.T("mail.received_not_you"))
	}
	if shy && r.s.GuestPolicyMode == "prompt_signup" {
		l.page.Also = emails.Action{Label: w.T("mail.received_sign_up"), URL: r.signUpURL(l)}
	}
}

// signUpURL is where a guest is invited to sign up: the place the desk was
// told, with the guest's link for a token, or our own door.
func (r *router) signUpURL(l *letter) string {
	if t := r.s.GuestPolicySignupURLTemplate; t != "" {
		return strings.ReplaceAll(t, "{token}", r.linkBlank(l.id))
	}
	return r.site + "/login/link/"
}

// tellReply is an answer as its reader expects one: the words first.
func (r *router) tellReply(l *letter, n *news) {
	w := l.words
	l.via = l.saidName(w, n)
	l.page.Heading = w.T("mail.reply_heading", "Name", l.via)
	l.page.Said = saidBy(n)
	if n.status != nil && n.status.To == model.Resolved {
		l.page.After = append(l.page.After, w.T("mail.reply_solved"))
	} else if n.status != nil && n.status.To == model.Closed {
		l.page.After = append(l.page.After, w.T("mail.reply_closed"))
	}
}

func (r *router) tellStatus(l *letter, n *news, staff, shy bool) {
	w := l.words
	if staff {
		l.page.Heading = w.T("mail.status_heading", "Name", nameIn(w, n.actor), "Reference", n.ticket.Reference, "To", r.statusWord(w, n.status.ToID, n.status.To))
		l.page.Rows = append(subjectRow(w, n.ticket), r.statusRow(w, n)...)
		return
	}
	l.page.Heading = w.T("mail.customer_status_heading", "Status", r.customerStatusWord(w, n.status.ToID, n.status.To))
	l.page.Lead = []string{w.T("customer_status_text." + n.status.To.Customer())}
	if !shy {
		l.page.Rows = subjectRow(w, n.ticket)
	}
	if n.status.To == model.Resolved {
		l.page.After = append(l.page.After, w.T("mail.reply_solved"))
	}
}

// nameIn is how a mail names somebody: customers without a name by their
// address only to staff, machines as the desk.
func nameIn(w text.Words, p model.Person) string {
	switch {
	case p.Name != "":
		return p.Name
	case p.Kind == model.KindMachine:
		return w.T("kind.machine")
	}
	return p.Email
}

// saidName is who wrote what a mail is about. What a rule says, the desk says:
// the names of rules are the staff's.
func (l *letter) saidName(w text.Words, n *news) string {
	if n.said == nil {
		return nameIn(w, n.actor)
	}
	if n.said.Author.Kind == model.KindMachine && l.desk != "" {
		return l.desk
	}
	if n.said.Author.Name != "" {
		return n.said.Author.Name
	}
	return w.T("kind." + string(n.said.Author.Kind))
}

func saidBy(n *news) *emails.Said {
	if n.said == nil {
		return nil
	}
	return &emails.Said{Text: n.said.Body, Markdown: n.said.Markdown} // the heading says whose words they are
}

func subjectRow(w text.Words, t model.Ticket) []emails.Row {
	return []emails.Row{{Label: w.T("mail.subject"), Value: t.Subject}}
}

// statusRow is the move of the status, in the words of staff.
func (r *router) statusRow(w text.Words, n *news) []emails.Row {
	if n.status == nil {
		return nil
	}
	return []emails.Row{{Label: w.T("mail.status"), Value: w.T("mail.status_move", "From", r.statusWord(w, n.status.FromID, n.status.From), "To", r.statusWord(w, n.status.ToID, n.status.To))}}
}

// propertyRows are what staff want to know of a ticket at a glance.
func (r *router) propertyRows(w text.Words, n *news) []emails.Row {
	from := n.requester.Display()
	if n.requester.Name != "" && n.requester.Email != "" {
		from = n.requester.Name + " <" + n.requester.Email + ">"
	}
	rows := []emails.Row{
		{Label: w.T("mail.requester"), Value: from},
		{Label: w.T("mail.status"), Value: r.statusWord(w, n.ticket.StatusID, n.ticket.Status)},
		{Label: w.T("mail.priority"), Value: w.T("priority." + n.ticket.Priority.String())},
	}
	if n.department != "" {
		rows = append(rows, emails.Row{Label: w.T("mail.department"), Value: n.department})
	}
	return rows
}

// footOf says how to answer, and that a machine wrote.
func footOf(l *letter, t model.Ticket, auto bool) []string {
	foot := []string{l.words.T("mail.foot_answer", "Reference", t.Reference)}
	if auto {
		foot = append(foot, l.words.T("mail.foot_automatic", "Desk", l.desk))
	}
	return foot
}
