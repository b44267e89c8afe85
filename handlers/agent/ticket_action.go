package agent

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	"escalated/text"
	view "escalated/views/agent"
)

func actionRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Page("agent/tickets/:id/actions/:key/", web.Staff, h.AskAction).Needing(model.PermTicketEdit),
		web.Post("agent/tickets/:id/actions/:key/", web.Staff, h.TriggerAction).Needing(model.PermTicketEdit),
	}
}

// AskAction answers with the question before a custom action.
func (h *handler) AskAction(c *fiber.Ctx) error {
	id, err := web.ID[model.TicketID](c, "id")
	if err != nil {
		return err
	}
	t, a, err := h.desk.ActionOf(c.UserContext(), web.By(c), id, web.Param(c, "key"))
	if err != nil {
		return err
	}
	return web.PageOr(c, fiber.StatusOK, view.ActionPage(view.ActionAsk{Ticket: t, Action: a}), "dialog")
}

// TriggerAction triggers a custom action, with the other fields of the form or
// of a body in JSON as its payload.
func (h *handler) TriggerAction(c *fiber.Ctx) error {
	ctx, by, key := c.UserContext(), web.By(c), web.Param(c, "key")
	payload := map[string]string{}
	var id model.TicketID
	var err error
	asJSON := web.SendsJSON(c)
	if asJSON {
		if id, err = web.ID[model.TicketID](c, "id"); err != nil {
			return err
		}
		var body struct {
			Payload map[string]string `json:"payload"`
		}
		if err := web.ReadJSON(c, &body); err != nil {
			return err
		}
		payload = body.Payload
	} else {
		var f *web.Form
		if id, f, err = h.toolForm(c); err != nil {
			return err
		}
		for name := range f.Values() {
			if name != "op" && name != "version" {
				payload[name] = f.Text(name)
			}
		}
	}
	_, a, err := h.desk.ActionOf(ctx, by, id, key)
	if err != nil {
		return err
	}
	err = h.desk.TriggerAction(ctx, by, id, key, payload)
	if problems := model.Problems(err); len(problems) > 0 && !asJSON {
		return h.toolRefused(c, id, problems, nil)
	}
	if err != nil {
		return err
	}
	if asJSON {
		return web.JSON(c, fiber.StatusOK, map[string]any{"key": key, "triggered": true})
	}
	web.Say(c, "ok", "actions.done", "Label", a.Label.In(text.Lang(ctx)))
	err = h.toolDone(c, id)
	if errors.Is(err, model.ErrNotFound) { // what was done moved it out of sight
		return web.Done(c, "agent/tickets/")
	}
	return err
}
