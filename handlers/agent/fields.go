package agent

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
)

func fieldRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Post("agent/tickets/:id/fields/", web.Staff, h.UpdateFields).Needing(model.PermTicketEdit),
		web.Post("agent/tickets/:id/requester/fields/", web.Staff, h.UpdateRequesterFields).Needing(model.PermTicketEdit),
	}
}

// UpdateFields fills in custom fields of the ticket.
func (h *handler) UpdateFields(c *fiber.Ctx) error {
	return h.change(c, func(ctx context.Context, by model.Actor, id model.TicketID, f *web.Form, seen desk.Change) error {
		return h.desk.SetFields(ctx, by, id, f.Fields("field."), seen)
	})
}

// UpdateRequesterFields fills in custom fields of whoever asks.
func (h *handler) UpdateRequesterFields(c *fiber.Ctx) error {
	return h.change(c, func(ctx context.Context, by model.Actor, id model.TicketID, f *web.Form, _ desk.Change) error {
		return h.desk.SetRequesterFields(ctx, by, id, f.Fields("person_field."))
	})
}
