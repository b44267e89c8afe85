package mail

import (
	"context"
	"fmt"
	"slices"

	"escalated/model"
)

// notice is what of the workspace a mail to the staff tells; people choose
// whether they want it by mail.
var notice = map[model.MailKind]model.Notice{
	model.MailTicketNew:     model.NoticeNew,
	model.MailAssigned:      model.NoticeAssigned,
	model.MailCustomerReply: model.NoticeReply,
	model.MailStaffReply:    model.NoticeColleague,
	model.MailStatus:        model.NoticeStatus,
}

// wanted leaves out colleagues who do not want a mail of its kind.
func (r *router) wanted(ctx context.Context, list []addressee) ([]addressee, error) {
	var ids []model.PersonID
	for _, a := range list {
		if a.person.Kind.Staff() && notice[a.kind] != "" {
			ids = append(ids, a.person.ID)
		}
	}
	people, err := r.tx.NoticePeople(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("who wants mail: %w", err)
	}
	prefs := map[model.PersonID]model.NoticePrefs{}
	for _, p := range people {
		if prefs[p.ID], err = p.Prefs(); err != nil {
			return nil, fmt.Errorf("who wants mail: %w", err)
		}
	}
	return slices.DeleteFunc(list, func(a addressee) bool {
		topic := notice[a.kind]
		return topic != "" && a.person.Kind.Staff() && !prefs[a.person.ID].Wants(topic, model.ByMail)
	}), nil
}
