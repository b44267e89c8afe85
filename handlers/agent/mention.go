package agent

import (
	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/agent"
)

func mentionRoutes(h *handler) []web.Route {
	return []web.Route{web.Get("agent/mentions/", web.Staff, h.FindMentions).Needing(model.PermTicketNote)}
}

// FindMentions answers with the people and departments that a note may name,
// as the options of a list.
func (h *handler) FindMentions(c *fiber.Ctx) error {
	var id model.TicketID
	if w := web.Query(c, "ticket"); w != "" {
		var ok bool
		if id, ok = web.ParseID[model.TicketID](w); !ok {
			return model.ErrNotFound
		}
	}
	found, err := h.desk.FindMentions(c.UserContext(), web.By(c), id, web.Query(c, "q"))
	if err != nil {
		return err
	}
	out := make([]view.Mention, len(found))
	for i, m := range found {
		out[i] = view.Mention{Word: m.Word, Name: m.Name, Team: m.Department != 0, Joins: m.Joins, Off: m.Off}
	}
	return web.Render(c, fiber.StatusOK, view.MentionOptions(out))
}
