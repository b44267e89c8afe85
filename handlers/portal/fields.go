package portal

import (
	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/portal"
	"escalated/views/ui"
)

// askFields puts the custom fields that customers are asked for into the form,
// as it is filled in.
func (h *handler) askFields(c *fiber.Ctx, n *view.NewTicket, typed map[string][]string) error {
	defs, err := h.desk.AskedFields(c.UserContext(), web.By(c))
	if err != nil {
		return err
	}
	props, live := map[string]string{"type": model.Question.String(), "priority": n.Priority, "department": n.Department}, []string{"department"}
	if n.Priorities {
		live = append(live, "priority")
	}
	n.Fields = ui.AskedFields(defs, props, live, typed, n.Problems)
	return nil
}
