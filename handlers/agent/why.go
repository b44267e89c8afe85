package agent

import (
	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/agent"
)

func whyRoutes(h *handler) []web.Route {
	return []web.Route{web.Page("agent/tickets/:id/why/", web.Staff, h.ShowWhy)}
}

// ShowWhy explains what a ticket shows.
func (h *handler) ShowWhy(c *fiber.Ctx) error {
	id, err := web.ID[model.TicketID](c, "id")
	if err != nil {
		return err
	}
	why, err := h.desk.Why(c.UserContext(), web.By(c), id)
	if err != nil {
		return err
	}
	rules, err := h.desk.RulesOn(c.UserContext(), web.By(c), id)
	if err != nil {
		return err
	}
	side, err := h.side(c, "")
	if err != nil {
		return err
	}
	return web.PageOr(c, fiber.StatusOK, view.WhyPage(view.Explanation{Side: side, Why: why, Rules: rules, LogLinks: web.By(c).Can(model.PermRules), Cancels: web.By(c).Can(model.PermTicketEdit)}), "dialog")
}
