package agent

import (
	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/agent"
)

func slaRoutes(h *handler) []web.Route {
	return []web.Route{web.Page("agent/tickets/:id/sla/", web.Staff, h.ShowSLA)}
}

// ShowSLA explains the deadlines of a ticket.
func (h *handler) ShowSLA(c *fiber.Ctx) error {
	id, err := web.ID[model.TicketID](c, "id")
	if err != nil {
		return err
	}
	why, err := h.desk.SLAWhy(c.UserContext(), web.By(c), id)
	if err != nil {
		return err
	}
	side, err := h.side(c, "")
	if err != nil {
		return err
	}
	return web.PageOr(c, fiber.StatusOK, view.SLAWhyPage(view.SLAExplanation{Side: side, SLAWhy: why}), "dialog")
}
