package store

import "escalated/model"

var participantsExtra = listExtra(peopleSQL, func(model.Actor, model.Ticket) []any { return []any{RoleParticipant} },
	func(v *model.TicketView, _ model.Actor, list []model.PersonRef) { v.Participants = list })

func init() { extras = append(extras, participantsExtra, pinnedExtra, unreadExtra) }
