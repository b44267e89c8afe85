package agent

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
)

func pinRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Post("agent/tickets/:id/pin/:message/", web.Staff, h.UpdatePin).Needing(model.PermTicketNote),
		web.Post("agent/tickets/:id/:message/pin/", web.Staff, h.UpdatePin).Needing(model.PermTicketNote), // the order some clients know
	}
}

// UpdatePin puts a note on top of its ticket, or takes it down.
func (h *handler) UpdatePin(c *fiber.Ctx) error {
	message, err := web.ID[model.MessageID](c, "message")
	if err != nil {
		return err
	}
	return h.change(c, func(ctx context.Context, by model.Actor, id model.TicketID, _ *web.Form, _ desk.Change) error {
		ctx, set := desk.Undoing(ctx)
		pinned, err := h.desk.Pin(ctx, by, id, message)
		if err != nil {
			return err
		}
		if pinned {
			sayDone(c, *set, "together.pinned")
		} else {
			sayDone(c, *set, "together.unpinned")
		}
		return nil
	})
}
