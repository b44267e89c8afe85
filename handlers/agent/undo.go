package agent

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	"escalated/views/ui"
)

func undoRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Post("agent/undo/last/", web.Staff, h.UndoLast),
		web.Post("agent/undo/:id/", web.Staff, h.UndoChange),
	}
}

// undoPath is where a POST takes back a change set, below the prefix.
func undoPath(set model.ChangeSetID) string {
	return "agent/undo/" + strconv.FormatInt(int64(set), 10) + "/"
}

// sayDone tells what was done, with the way back when there is one.
func sayDone(c *fiber.Ctx, set model.ChangeSetID, key string, args ...any) {
	if set == 0 {
		web.Say(c, "ok", key, args...)
		return
	}
	web.SayUndo(c, undoPath(set), key, args...)
}

// UndoLast takes back the actor's newest change.
func (h *handler) UndoLast(c *fiber.Ctx) error {
	if done, err := h.undoSending(c); done || err != nil {
		return err
	}
	set, err := h.desk.LastUndoable(c.UserContext(), web.By(c))
	if err != nil {
		return err
	}
	return h.undo(c, set.ID)
}

// UndoChange takes back one change.
func (h *handler) UndoChange(c *fiber.Ctx) error {
	id, err := web.ID[model.ChangeSetID](c, "id")
	if err != nil {
		return err
	}
	return h.undo(c, id)
}

func (h *handler) undo(c *fiber.Ctx, id model.ChangeSetID) error {
	done, err := h.desk.Undo(c.UserContext(), web.By(c), id)
	if problems := model.Problems(err); len(problems) > 0 {
		web.SayText(c, "warn", ui.Sentence(c.UserContext(), problems[0]))
		return web.Done(c, web.Back(c, "agent/tickets/"))
	}
	if err != nil {
		return err
	}
	sayUndone(c, id, done)
	to := "agent/tickets/"
	if len(done.Tickets) == 1 {
		to = ticketPath(done.Tickets[0])
	}
	return web.Done(c, web.Back(c, to))
}
