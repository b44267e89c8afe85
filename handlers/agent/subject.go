package agent

import (
	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/agent"
)

func subjectRoutes(h *handler) []web.Route {
	drop := web.Post("agent/tickets/:id/subjects/:link/", web.Staff, h.DropSubject).Needing(model.PermTicketEdit)
	drop.Method = fiber.MethodDelete
	return []web.Route{
		web.Page("agent/tickets/:id/subjects/", web.Staff, h.AskSubject).Needing(model.PermTicketEdit),
		web.Post("agent/tickets/:id/subjects/", web.Staff, h.AddSubject).Needing(model.PermTicketEdit),
		web.Post("agent/tickets/:id/subjects/:link/delete/", web.Staff, h.DropSubject).Needing(model.PermTicketEdit),
		drop,
	}
}

// AskSubject answers with the form for what a ticket is about.
func (h *handler) AskSubject(c *fiber.Ctx) error {
	t, ok, err := h.toolTicket(c)
	if !ok {
		return err
	}
	return web.PageOr(c, fiber.StatusOK, view.SubjectPage(view.SubjectForm{Ticket: t, Types: h.desk.SubjectTypes()}), "dialog")
}

// AddSubject says what a ticket is about, by a form or in JSON.
func (h *handler) AddSubject(c *fiber.Ctx) error {
	if web.SendsJSON(c) {
		return h.addSubjectJSON(c)
	}
	id, f, err := h.toolForm(c)
	if err != nil {
		return err
	}
	ref := model.SubjectRef{Type: f.Text("type"), ID: f.Text("id"), Role: f.Text("role")}
	ctx, set := desk.Undoing(c.UserContext())
	_, err = h.desk.AttachSubject(ctx, web.By(c), id, ref)
	if problems := model.Problems(err); len(problems) > 0 {
		return h.toolRefused(c, id, problems, func(t model.Ticket) error {
			return web.Render(c, fiber.StatusUnprocessableEntity, view.SubjectPage(view.SubjectForm{Ticket: t, Types: h.desk.SubjectTypes(), Type: ref.Type, ID: ref.ID, Role: ref.Role, Problems: problems}))
		})
	}
	if err != nil {
		return err
	}
	sayDone(c, *set, "actions.subject_added")
	return h.toolDone(c, id)
}

func (h *handler) addSubjectJSON(c *fiber.Ctx) error {
	id, err := web.ID[model.TicketID](c, "id")
	if err != nil {
		return err
	}
	var in struct {
		Type string `json:"type"`
		ID   string `json:"id"`
		Role string `json:"role"`
	}
	if err := web.ReadJSON(c, &in); err != nil {
		return err
	}
	link, err := h.desk.AttachSubject(c.UserContext(), web.By(c), id, model.SubjectRef{Type: in.Type, ID: in.ID, Role: in.Role})
	if problems := model.Problems(err); len(problems) > 0 {
		errs := map[string]string{}
		for _, p := range problems {
			errs[p.Field] = web.Sentence(c, model.Invalid{p})
		}
		return web.JSON(c, fiber.StatusUnprocessableEntity, map[string]any{"errors": errs})
	}
	if err != nil {
		return err
	}
	return web.JSON(c, fiber.StatusOK, map[string]any{"id": link, "message": "attached"})
}

// DropSubject takes an object off a ticket.
func (h *handler) DropSubject(c *fiber.Ctx) error {
	id, err := web.ID[model.TicketID](c, "id")
	if err != nil {
		return err
	}
	link, err := web.ID[model.SubjectID](c, "link")
	if err != nil {
		return err
	}
	ctx, set := desk.Undoing(c.UserContext())
	if err := h.desk.DetachSubject(ctx, web.By(c), id, link); err != nil {
		return err
	}
	sayDone(c, *set, "actions.subject_removed")
	if c.Method() == fiber.MethodDelete && !web.IsHTMX(c) {
		return web.Nothing(c)
	}
	return h.toolDone(c, id)
}
