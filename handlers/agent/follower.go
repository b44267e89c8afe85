package agent

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
)

func followerRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Post("agent/tickets/:id/followers/", web.Staff, h.AddFollower).Needing(model.PermTicketFollow),
		web.Post("agent/tickets/:id/followers/delete/", web.Staff, h.RemoveFollower).Needing(model.PermTicketFollow),
	}
}

// AddFollower makes a colleague a follower.
func (h *handler) AddFollower(c *fiber.Ctx) error { return h.setFollower(c, true) }

// RemoveFollower ends it.
func (h *handler) RemoveFollower(c *fiber.Ctx) error { return h.setFollower(c, false) }

func (h *handler) setFollower(c *fiber.Ctx, on bool) error {
	return h.change(c, func(ctx context.Context, by model.Actor, id model.TicketID, f *web.Form, _ desk.Change) error {
		who, ok := web.ParseID[model.PersonID](f.Text("person_id"))
		if !ok {
			return model.Refuse("person_id", "choice_invalid")
		}
		ctx, set := desk.Undoing(ctx)
		if err := h.desk.SetFollower(ctx, by, id, who, on); err != nil {
			return err
		}
		if on {
			sayDone(c, *set, "together.follower_added")
		} else {
			sayDone(c, *set, "together.follower_removed")
		}
		return nil
	})
}
