package agent

import (
	"context"
	"errors"

	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
	"escalated/text"
	view "escalated/views/agent"
)

// change reads a property form, runs one verb and answers with the panel and
// what follows from the change, or with what is wrong.
func (h *handler) change(c *fiber.Ctx, verb func(ctx context.Context, by model.Actor, id model.TicketID, f *web.Form, seen desk.Change) error) error {
	id, err := web.ID[model.TicketID](c, "id")
	if err != nil {
		return err
	}
	web.Slot(c, "panel-msg")
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	ctx, set := desk.Undoing(c.UserContext())
	err = verb(ctx, web.By(c), id, f, desk.Change{Version: f.Int("version")})
	problems := model.Problems(err)
	var stale *model.Stale
	if len(problems) == 0 && !errors.As(err, &stale) {
		if err != nil {
			return err
		}
		if err := h.sayChanged(c, *set); err != nil {
			return err
		}
		if !web.IsHTMX(c) {
			return web.Done(c, samePlace(c, id))
		}
		return h.changed(c, id)
	}
	p, err := h.ticket(c, id)
	if err != nil {
		return err
	}
	p.Problems, p.Stale, p.Editing, p.Typed = problems, stale, f.Text("subject"), f.CustomFields()
	status := fiber.StatusUnprocessableEntity
	if stale != nil {
		status = fiber.StatusConflict
	}
	if web.IsHTMX(c) {
		c.Set("HX-Retarget", "#panel-msg")
		c.Set("HX-Reswap", "innerHTML")
		return web.Render(c, status, view.PanelRefused(p))
	}
	return web.Render(c, status, view.TicketPage(p))
}

// sayChanged tells what was changed, with the way back.
func (h *handler) sayChanged(c *fiber.Ctx, set model.ChangeSetID) error {
	if set == 0 {
		return nil
	}
	last, err := h.desk.LastUndoable(c.UserContext(), web.By(c))
	if errors.Is(err, model.ErrNotFound) || err == nil && last.ID != set {
		return nil // changed again meanwhile, in another window
	}
	if err != nil {
		return err
	}
	web.SayUndo(c, undoPath(set), "agent.changed", "What", text.T(c.UserContext(), "undo."+last.What))
	return nil
}

// changed shows a changed ticket: panel, head and timeline.
func (h *handler) changed(c *fiber.Ctx, id model.TicketID) error {
	p, err := h.ticket(c, id)
	if errors.Is(err, model.ErrNotFound) { // moved out of the actor's sight
		web.Say(c, "ok", "agent.moved_away")
		return web.Done(c, "agent/tickets/")
	}
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.AfterChange(p))
}

// UpdateSubject renames the ticket.
func (h *handler) UpdateSubject(c *fiber.Ctx) error {
	return h.change(c, func(ctx context.Context, by model.Actor, id model.TicketID, f *web.Form, seen desk.Change) error {
		return h.desk.SetSubject(ctx, by, id, f.Text("subject"), seen)
	})
}

// UpdateAssignee assigns the ticket; an empty agent takes the assignee away.
func (h *handler) UpdateAssignee(c *fiber.Ctx) error {
	return h.change(c, func(ctx context.Context, by model.Actor, id model.TicketID, f *web.Form, seen desk.Change) error {
		to, ok := web.ParseID[model.PersonID](f.Text("agent_id"))
		if !ok && f.Text("agent_id") != "" {
			return model.Refuse("agent_id", "choice_invalid")
		}
		return h.desk.Assign(ctx, by, id, to, seen)
	})
}

// UpdateStatus moves the ticket along the transition table.
func (h *handler) UpdateStatus(c *fiber.Ctx) error {
	return h.change(c, func(ctx context.Context, by model.Actor, id model.TicketID, f *web.Form, seen desk.Change) error {
		return h.desk.SetStatusTo(ctx, by, id, f.Text("status"), seen)
	})
}

// UpdatePriority changes the priority.
func (h *handler) UpdatePriority(c *fiber.Ctx) error {
	return h.change(c, func(ctx context.Context, by model.Actor, id model.TicketID, f *web.Form, seen desk.Change) error {
		to, err := model.ParsePriority(f.Text("priority"))
		if err != nil {
			return model.Refuse("priority", "choice_invalid")
		}
		return h.desk.SetPriority(ctx, by, id, to, seen)
	})
}

// UpdateType changes the type.
func (h *handler) UpdateType(c *fiber.Ctx) error {
	return h.change(c, func(ctx context.Context, by model.Actor, id model.TicketID, f *web.Form, seen desk.Change) error {
		to, err := model.ParseTicketType(f.Text("ticket_type"))
		if err != nil {
			return model.Refuse("ticket_type", "choice_invalid")
		}
		return h.desk.SetType(ctx, by, id, to, seen)
	})
}

// UpdateDepartment moves the ticket to a department; empty is none.
func (h *handler) UpdateDepartment(c *fiber.Ctx) error {
	return h.change(c, func(ctx context.Context, by model.Actor, id model.TicketID, f *web.Form, seen desk.Change) error {
		to, ok := web.ParseID[model.DepartmentID](f.Text("department_id"))
		if !ok && f.Text("department_id") != "" {
			return model.Refuse("department_id", "choice_invalid")
		}
		return h.desk.SetDepartment(ctx, by, id, to, seen)
	})
}

// UpdateTags adds and removes tags. Names may be typed with commas.
func (h *handler) UpdateTags(c *fiber.Ctx) error {
	return h.change(c, func(ctx context.Context, by model.Actor, id model.TicketID, f *web.Form, _ desk.Change) error {
		var remove []model.TagID
		for _, v := range f.List("remove_tags[]") {
			if tag, ok := web.ParseID[model.TagID](v); ok {
				remove = append(remove, tag)
			}
		}
		return h.desk.ChangeTags(ctx, by, id, splitNames(f.List("add_tags[]")), remove)
	})
}

// UpdateFollow follows the ticket, or no longer; without a word it toggles.
func (h *handler) UpdateFollow(c *fiber.Ctx) error {
	return h.change(c, func(ctx context.Context, by model.Actor, id model.TicketID, f *web.Form, _ desk.Change) error {
		on := f.Bool("on")
		if !f.Has("on") {
			following, err := h.desk.Follows(ctx, by, id)
			if err != nil {
				return err
			}
			on = !following
		}
		return h.desk.Follow(ctx, by, id, on)
	})
}

// UpdateSeen notes how far the actor has read, and that they know what they
// were told of the ticket.
func (h *handler) UpdateSeen(c *fiber.Ctx) error {
	id, err := web.ID[model.TicketID](c, "id")
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	if err := h.desk.MarkSeen(c.UserContext(), web.By(c), id, model.MessageID(f.Int("seen"))); err != nil {
		return err
	}
	if err := h.desk.ReadNotificationsOf(c.UserContext(), web.By(c), id); err != nil {
		return err
	}
	return web.Nothing(c)
}
