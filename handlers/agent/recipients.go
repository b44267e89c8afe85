package agent

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
)

func recipientRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Post("agent/tickets/:id/participants/", web.Staff, h.AddParticipant).Needing(model.PermTicketEdit),
		web.Post("agent/tickets/:id/participants/delete/", web.Staff, h.RemoveParticipant).Needing(model.PermTicketEdit),
	}
}

// AddParticipant puts somebody on copy of a ticket.
func (h *handler) AddParticipant(c *fiber.Ctx) error {
	return h.change(c, func(ctx context.Context, by model.Actor, id model.TicketID, f *web.Form, _ desk.Change) error {
		return h.desk.AddParticipant(ctx, by, id, f.Text("address"))
	})
}

// RemoveParticipant takes somebody off a ticket.
func (h *handler) RemoveParticipant(c *fiber.Ctx) error {
	return h.change(c, func(ctx context.Context, by model.Actor, id model.TicketID, f *web.Form, _ desk.Change) error {
		who, ok := web.ParseID[model.PersonID](f.Text("person_id"))
		if !ok {
			return model.Refuse("person_id", "choice_invalid")
		}
		return h.desk.RemoveParticipant(ctx, by, id, who)
	})
}
