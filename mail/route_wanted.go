package mail

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"escalated/model"
	"escalated/store"
)

// notice is what a mail tells of; the desk says whom it is told, and people
// choose within that. Mails that are not here always go.
var notice = map[model.MailKind]model.Notice{
	model.MailTicketReceived: model.NoticeNew,
	model.MailTicketNew:      model.NoticeNew,
	model.MailAssigned:       model.NoticeAssigned,
	model.MailCustomerReply:  model.NoticeReply,
	model.MailStaffReply:     model.NoticeColleague,
	model.MailStatus:         model.NoticeStatus,
	model.MailMention:        model.NoticeMention,
	model.MailSLAWarning:     model.NoticeWarning,
	model.MailSLABreach:      model.NoticeBreach,
	model.MailEscalated:      model.NoticeEscalated,
	model.MailRuleNotice:     model.NoticeRule,
	model.MailRate:           model.NoticeRating,
}

// wanted leaves out people who do not want a mail of its kind, and remembers
// how the others want theirs.
func (r *router) wanted(ctx context.Context, list []addressee) ([]addressee, error) {
	var staff, customers []model.PersonID
	for _, a := range list {
		switch {
		case notice[a.kind] == "":
		case a.person.Kind.Staff():
			staff = append(staff, a.person.ID)
		default:
			customers = append(customers, a.person.ID)
		}
	}
	people, err := r.tx.NoticePeople(ctx, staff)
	if err != nil {
		return nil, fmt.Errorf("who wants mail: %w", err)
	}
	prefs, err := r.tx.NoticeChoices(ctx, customers)
	if err != nil {
		return nil, fmt.Errorf("who wants mail: %w", err)
	}
	if r.how == nil {
		r.how = map[model.PersonID]store.NoticePerson{}
	}
	for _, p := range people {
		if prefs[p.ID], err = p.Prefs(); err != nil {
			return nil, fmt.Errorf("who wants mail: %w", err)
		}
		r.how[p.ID] = p
	}
	return slices.DeleteFunc(list, func(a addressee) bool {
		topic := notice[a.kind]
		return topic != "" && !wants(a.person, topic, prefs[a.person.ID])
	}), nil
}

func wants(p model.Person, topic model.Notice, prefs model.NoticePrefs) bool {
	if p.Kind.Staff() {
		return prefs.Wants(topic, model.ByMail)
	}
	return !slices.Contains(model.CustomerNotices(), topic) || prefs.WantsAsCustomer(topic)
}

// due is when a mail is to be written, and whether it goes into a digest.
// Colleagues get what comes close together in one mail, and none in their
// hours of quiet; a customer's answer goes at once, unless one just went.
func (r *router) due(ctx context.Context, n *news, a addressee) (at model.Time, digest bool, err error) {
	now, window := r.tx.Now, time.Duration(r.s.MailBurstSeconds)*time.Second
	topic := notice[a.kind]
	switch {
	case a.kind == model.MailReply && window > 0:
		last, err := r.tx.LastMailTo(ctx, a.person.ID, n.ticket.ID, a.kind)
		if err != nil || last == 0 {
			return now, false, err
		}
		return max(now, last.Add(window)), false, nil
	case a.kind == model.MailStatus && !a.person.Kind.Staff():
		return now.Add(window), false, nil
	case topic == "" || !a.person.Kind.Staff():
		return now, false, nil
	}
	how := r.how[a.person.ID]
	zone := zoneOf(how.Zone, r.s.TimeZone)
	if how.How.Digested(topic) {
		return model.TimeOf(how.How.NextDigest(now.Std(), zone)), true, nil
	}
	at = now.Add(window)
	if !how.How.Quiet.Lets(topic) {
		at = model.TimeOf(how.How.Quiet.Until(at.Std(), zone))
	}
	return at, false, nil
}

// unwanted says why a mail that waited in the queue is not sent after all: its
// reader left, lost sight of the ticket, or switched such mail off. Empty: it
// goes.
func (p *Post) unwanted(ctx context.Context, m model.OutgoingMail) (string, error) {
	if m.PersonID == 0 || m.TicketID == 0 {
		return "", nil
	}
	rd := p.DB.Read()
	who, err := rd.Person(ctx, m.PersonID)
	if errors.Is(err, model.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if !who.Active() {
		return "the person has left", nil
	}
	topic := notice[m.Kind]
	if topic == "" {
		return "", nil
	}
	prefs, err := rd.NoticeChoices(ctx, []model.PersonID{who.ID})
	if err != nil {
		return "", err
	}
	if !wants(who, topic, prefs[who.ID]) {
		return "the person does not want such mail any more", nil
	}
	if !who.Kind.Staff() {
		return "", nil
	}
	if ok, err := sees(ctx, rd, m.TicketID, who); err != nil || !ok {
		return "the person does not see the ticket any more", err
	}
	return "", nil
}
