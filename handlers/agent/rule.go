package agent

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
)

func ruleRoutes(h *handler) []web.Route {
	return []web.Route{web.Post("agent/tickets/:id/runs/:run/cancel/", web.Staff, h.CancelRun)}
}

// CancelRun has a rule not do what it still waits to do on a ticket.
func (h *handler) CancelRun(c *fiber.Ctx) error {
	id, err := web.ID[model.TicketID](c, "id")
	if err != nil {
		return err
	}
	run, err := web.ID[model.RunID](c, "run")
	if err != nil {
		return err
	}
	if _, err := web.ReadForm(c, nil); err != nil {
		return err
	}
	err = h.desk.CancelRun(c.UserContext(), web.By(c), id, run)
	switch {
	case len(model.Problems(err)) > 0:
		web.Say(c, "warn", "rulepages.cancel_late")
	case err != nil:
		return err
	default:
		web.Say(c, "ok", "rulepages.cancelled")
	}
	return web.Done(c, "agent/tickets/"+strconv.FormatInt(int64(id), 10)+"/")
}
