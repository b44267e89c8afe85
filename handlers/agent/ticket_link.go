package agent

import (
	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/agent"
)

func init() { features = append(features, linkRoutes) }

func linkRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Page("agent/tickets/:id/links/", web.Staff, h.NewLink).Needing(model.PermTicketEdit),
		web.Post("agent/tickets/:id/links/", web.Staff, h.CreateLink).Needing(model.PermTicketEdit),
		web.Post("agent/tickets/:id/links/delete/", web.Staff, h.DeleteLink).Needing(model.PermTicketEdit),
		web.Page("agent/tickets/:id/incidents/", web.Staff, h.ShowIncidents).Needing(model.PermTicketReply),
		web.Post("agent/tickets/:id/incidents/", web.Staff, h.AnswerIncidents).Needing(model.PermTicketReply),
	}
}

// NewLink answers with the form that joins two tickets.
func (h *handler) NewLink(c *fiber.Ctx) error {
	t, ok, err := h.toolTicket(c)
	if !ok {
		return err
	}
	return web.PageOr(c, fiber.StatusOK, view.LinkPage(view.Linking{Ticket: t, Word: string(model.WordRelated), Target: web.Query(c, "target")}), "dialog")
}

// CreateLink joins two tickets.
func (h *handler) CreateLink(c *fiber.Ctx) error {
	id, f, err := h.toolForm(c)
	if err != nil {
		return err
	}
	refused := func(problems model.Invalid) error {
		return h.toolRefused(c, id, problems, func(t model.Ticket) error {
			return web.Render(c, fiber.StatusUnprocessableEntity, view.LinkPage(view.Linking{Ticket: t, Word: f.Text("kind"), Target: f.Text("target"), Problems: problems}))
		})
	}
	other, problems, err := h.otherTicket(c, f.Text("target"))
	if err != nil {
		return err
	}
	word, ok := model.ParseLink(f.Text("kind"), f.Text("direction"))
	if !ok {
		problems = append(problems, model.Problems(model.Refuse("kind", "choice_invalid"))...)
	}
	if len(problems) > 0 {
		return refused(problems)
	}
	ctx, set := desk.Undoing(c.UserContext())
	err = h.desk.LinkTicket(ctx, web.By(c), id, other.ID, word)
	if problems := model.Problems(err); len(problems) > 0 {
		return refused(problems)
	}
	if err != nil {
		return err
	}
	sayDone(c, *set, "tools.linked", "Reference", other.Reference)
	return h.toolDone(c, id)
}

// DeleteLink ends a link.
func (h *handler) DeleteLink(c *fiber.Ctx) error {
	id, f, err := h.toolForm(c)
	if err != nil {
		return err
	}
	other, ok := web.ParseID[model.TicketID](f.Text("target"))
	word, known := model.ParseLink(f.Text("kind"), f.Text("direction"))
	if !ok || !known {
		return h.toolRefused(c, id, model.Problems(model.Refuse("", "choice_invalid")), nil)
	}
	ctx, set := desk.Undoing(c.UserContext())
	err = h.desk.UnlinkTicket(ctx, web.By(c), id, other, word)
	if problems := model.Problems(err); len(problems) > 0 {
		return h.toolRefused(c, id, problems, nil)
	}
	if err != nil {
		return err
	}
	sayDone(c, *set, "tools.unlinked")
	return h.toolDone(c, id)
}

// ShowIncidents answers with the form for all open incidents of a problem.
func (h *handler) ShowIncidents(c *fiber.Ctx) error {
	id, ok, err := web.TicketID(c, "id")
	if !ok {
		return err
	}
	i, err := h.incidents(c, id)
	if err != nil {
		return err
	}
	return web.PageOr(c, fiber.StatusOK, view.IncidentsPage(i), "dialog")
}

func (h *handler) incidents(c *fiber.Ctx, id model.TicketID) (view.Incidents, error) {
	ctx := c.UserContext()
	t, rows, err := h.desk.Incidents(ctx, web.By(c), id)
	if err != nil {
		return view.Incidents{}, err
	}
	choices, err := h.desk.Choices(ctx)
	if err != nil {
		return view.Incidents{}, err
	}
	return view.Incidents{Ticket: t, Rows: rows, Statuses: choices.Statuses}, nil
}

// AnswerIncidents sends one text to all of them and says what came of each.
func (h *handler) AnswerIncidents(c *fiber.Ctx) error {
	id, f, err := h.toolForm(c)
	if err != nil {
		return err
	}
	ctx, set := desk.Undoing(c.UserContext())
	done, err := h.desk.AnswerIncidents(ctx, web.By(c), id, model.NewAnswerAll{Body: f.Text("body"), StatusKey: f.Text("status"), Op: f.Text("op")})
	if problems := model.Problems(err); len(problems) > 0 {
		return h.toolRefused(c, id, problems, func(model.Ticket) error {
			i, err := h.incidents(c, id)
			if err != nil {
				return err
			}
			i.Body, i.Status, i.Problems = f.Text("body"), f.Text("status"), problems
			return web.Render(c, fiber.StatusUnprocessableEntity, view.IncidentsPage(i))
		})
	}
	if err != nil {
		return err
	}
	t, err := h.desk.Ticket(c.UserContext(), web.By(c), id)
	if err != nil {
		return err
	}
	if *set != 0 {
		sayDone(c, *set, "tools.incidents_moved")
	}
	page := view.IncidentsPage(view.Incidents{Ticket: t, Done: done})
	if web.IsHTMX(c) {
		c.Set("HX-Retarget", "#dialog")
		c.Set("HX-Reswap", "innerHTML")
		return web.Fragment(c, fiber.StatusOK, page, "dialog")
	}
	return web.Render(c, fiber.StatusOK, page)
}
