package agent

import (
	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	"escalated/text"
	view "escalated/views/agent"
)

func undoPageRoutes(h *handler) []web.Route {
	return []web.Route{web.Page("agent/undo/:id/", web.Staff, h.ShowChange)}
}

// ShowChange answers with what one action changed, and whether it can be taken
// back.
func (h *handler) ShowChange(c *fiber.Ctx) error {
	id, err := web.ID[model.ChangeSetID](c, "id")
	if err != nil {
		return err
	}
	v, err := h.desk.ViewChange(c.UserContext(), web.By(c), id)
	if err != nil {
		return err
	}
	side, err := h.side(c, "")
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.ChangePage(view.Change{Side: side, View: v}))
}

// sayUndone tells what taking back a change did, and leads to what it left alone.
func sayUndone(c *fiber.Ctx, id model.ChangeSetID, done model.Undone) {
	ctx, more := c.UserContext(), text.T(c.UserContext(), "undo_page.details")
	switch {
	case done.Rows == 0 && len(done.Conflicts) > 0:
		web.SayMore(c, "warn", text.T(ctx, "errors.undo_none"), "", undoPath(id), more)
	case len(done.Conflicts) > 0:
		web.SayMore(c, "warn", text.N(ctx, "undo_page.conflicts", len(done.Conflicts)), "", undoPath(id), more)
	default:
		web.Say(c, "ok", "agent.undone")
	}
}
