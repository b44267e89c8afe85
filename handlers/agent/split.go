package agent

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/agent"
)

func init() { features = append(features, splitRoutes) }

func splitRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Page("agent/tickets/:id/split/", web.Staff, h.ShowSplit).Needing(model.PermTicketEdit),
		web.Post("agent/tickets/:id/split/", web.Staff, h.CreateSplit).Needing(model.PermTicketEdit),
	}
}

// ShowSplit answers with the messages to choose from. Beginning at one, it and
// all after it are chosen.
func (h *handler) ShowSplit(c *fiber.Ctx) error {
	id, ok, err := web.TicketID(c, "id")
	if !ok {
		return err
	}
	s, err := h.split(c, id)
	if err != nil {
		return err
	}
	if from := model.MessageID(web.QueryInt(c, "message")); from != 0 {
		for _, it := range s.Items {
			if it.ID >= from {
				s.Chosen = append(s.Chosen, it.ID)
			}
		}
	}
	return web.PageOr(c, fiber.StatusOK, view.SplitPage(s), "dialog")
}

func (h *handler) split(c *fiber.Ctx, id model.TicketID) (view.Split, error) {
	t, items, err := h.desk.SplitChoices(c.UserContext(), web.By(c), id)
	return view.Split{Ticket: t, Items: items, Subject: t.Subject}, err
}

// CreateSplit makes the new ticket and goes there.
func (h *handler) CreateSplit(c *fiber.Ctx) error {
	id, f, err := h.toolForm(c)
	if err != nil {
		return err
	}
	in := model.NewSplit{Subject: f.Text("subject")}
	for _, v := range slices.Concat(f.List("message[]"), f.List("messages[]"), f.List("message")) {
		if m, ok := web.ParseID[model.MessageID](v); ok {
			in.Messages = append(in.Messages, m)
		}
	}
	ctx, set := desk.Undoing(c.UserContext())
	made, err := h.desk.Split(ctx, web.By(c), id, in)
	if problems := model.Problems(err); len(problems) > 0 {
		return h.toolRefused(c, id, problems, func(model.Ticket) error {
			s, err := h.split(c, id)
			if err != nil {
				return err
			}
			s.Subject, s.Chosen, s.Problems = f.Text("subject"), in.Messages, problems
			return web.Render(c, fiber.StatusUnprocessableEntity, view.SplitPage(s))
		})
	}
	if err != nil {
		return err
	}
	sayDone(c, *set, "tools.split_done", "Reference", made.Reference)
	return web.Done(c, ticketPath(made.ID))
}
