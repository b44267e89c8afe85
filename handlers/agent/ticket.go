package agent

import (
	"context"
	"errors"
	"fmt"

	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/agent"
	"escalated/views/ui"
)

// ShowTicket answers with the page of a ticket.
func (h *handler) ShowTicket(c *fiber.Ctx) error {
	id, ok, err := web.TicketID(c, "id")
	if !ok {
		return err
	}
	p, err := h.ticket(c, id)
	if err != nil {
		return err
	}
	return web.PageOr(c, fiber.StatusOK, view.TicketPage(p), "thread", "panel", "ticket-head")
}

// ticket loads the page with an empty composer.
func (h *handler) ticket(c *fiber.Ctx, id model.TicketID) (view.Ticket, error) {
	ctx, by := c.UserContext(), web.By(c)
	p, err := h.load(ctx, by, id, web.Query(c, "show") == "all")
	if err != nil {
		return p, err
	}
	if p.Limits, err = h.desk.Limits(ctx); err != nil {
		return p, err
	}
	if p.Side, err = h.side(c, ""); err != nil {
		return p, err
	}
	p.Composer = view.Composer{Op: ui.NewOp(ctx), Slot: slot(id), Seen: p.View.LastPublicID, Note: !p.View.Can.Reply}
	if p.Composer.Files, err = h.desk.Staged(ctx, by, "", p.Composer.Slot); err != nil {
		return p, err
	}
	p.Prefs = web.Who(c).Prefs
	for _, load := range loads {
		if err := load(h, ctx, by, &p); err != nil {
			return p, err
		}
	}
	return p, nil
}

// load loads what the page shows of the ticket itself.
func (h *handler) load(ctx context.Context, by model.Actor, id model.TicketID, all bool) (view.Ticket, error) {
	p := view.Ticket{All: all, Me: by.ID, CanRetry: by.Can(model.PermMail), Now: h.desk.Now()}
	var err error
	if p.View, err = h.desk.ViewTicket(ctx, by, id, desk.Look{All: all}); err != nil {
		return p, err
	}
	p.Choices, err = h.choices(ctx)
	return p, err
}

// slot is the draft slot of a ticket's composer.
func slot(id model.TicketID) string { return fmt.Sprintf("ticket:%d", id) }

func ticketPath(id model.TicketID) string { return fmt.Sprintf("agent/tickets/%d/", id) }

// CreateReply takes a public answer.
func (h *handler) CreateReply(c *fiber.Ctx) error { return h.say(c, false) }

// CreateNote takes an internal note.
func (h *handler) CreateNote(c *fiber.Ctx) error { return h.say(c, true) }

func (h *handler) say(c *fiber.Ctx, note bool) error {
	id, err := web.ID[model.TicketID](c, "id")
	if err != nil {
		return err
	}
	web.Slot(c, "composer-msg")
	ctx, by := c.UserContext(), web.By(c)
	if _, err := h.desk.Ticket(ctx, by, id); err != nil {
		return err
	}
	f, err := web.ReadForm(c, h.stage(c, ""))
	if err != nil {
		return err
	}
	in := model.NewReply{Body: f.Text("body"), Op: f.Text("op"), Slot: f.Slot, Files: fileIDs(f), Seen: model.MessageID(f.Int("seen"))}
	if f.Has("anyway") { // told of the newer message, and sent all the same
		in.Seen = model.MessageID(f.Int("anyway"))
	}
	problems := f.Problems
	if w := f.Text("status"); w != "" {
		if in.Status, err = model.ParseStatus(w); err != nil {
			problems.Add("status", "choice_invalid")
		}
	}
	verb, done := h.desk.Reply, "agent.reply_sent"
	if note {
		verb, done = h.desk.Note, "agent.note_added"
	}
	if len(problems) == 0 {
		_, err = verb(ctx, by, id, in)
		problems = model.Problems(err)
	}
	var stale *model.Stale
	if len(problems) == 0 && !errors.As(err, &stale) {
		if err != nil {
			return err
		}
		web.Say(c, "ok", done)
		return h.said(c, id)
	}
	return h.sayAgain(c, id, note, f, in, problems, stale)
}

// said shows the thread with the new message and an empty composer.
func (h *handler) said(c *fiber.Ctx, id model.TicketID) error {
	if !web.IsHTMX(c) {
		return web.Done(c, ticketPath(id)+"#latest")
	}
	p, err := h.ticket(c, id)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.AfterReply(p))
}

// sayAgain brings the composer back with what was typed and what is wrong.
func (h *handler) sayAgain(c *fiber.Ctx, id model.TicketID, note bool, f *web.Form, in model.NewReply, problems model.Invalid, stale *model.Stale) error {
	p, err := h.ticket(c, id)
	if err != nil {
		return err
	}
	p.Composer.Note, p.Composer.Body, p.Composer.Status, p.Composer.Problems, p.Composer.Stale = note, in.Body, in.Status, problems, stale
	p.Composer.Seen = in.Seen
	if in.Op != "" {
		p.Composer.Op = in.Op
	}
	if f.Slot != "" && f.Slot != p.Composer.Slot {
		p.Composer.Slot = f.Slot
		if p.Composer.Files, err = h.desk.Staged(c.UserContext(), web.By(c), "", f.Slot); err != nil {
			return err
		}
	}
	status := f.Status()
	if stale != nil {
		status = fiber.StatusConflict
	}
	if web.IsHTMX(c) {
		c.Set("HX-Retarget", "#composer-msg")
		c.Set("HX-Reswap", "innerHTML")
		return web.Render(c, status, view.ComposerMessages(p))
	}
	return web.Render(c, status, view.TicketPage(p))
}

// DeleteTicket moves a ticket into the bin.
func (h *handler) DeleteTicket(c *fiber.Ctx) error {
	id, err := web.ID[model.TicketID](c, "id")
	if err != nil {
		return err
	}
	if err := h.desk.DeleteTicket(c.UserContext(), web.By(c), id); err != nil {
		return err
	}
	web.SayUndo(c, ticketPath(id)+"restore/", "agent.ticket_deleted")
	return web.Done(c, "agent/tickets/")
}

// RestoreTicket takes a ticket out of the bin.
func (h *handler) RestoreTicket(c *fiber.Ctx) error {
	id, err := web.ID[model.TicketID](c, "id")
	if err != nil {
		return err
	}
	if err := h.desk.RestoreTicket(c.UserContext(), web.By(c), id); err != nil {
		return err
	}
	web.Say(c, "ok", "agent.ticket_restored")
	return web.Done(c, ticketPath(id))
}

// ReleaseMessage shows a held message to the customer's side.
func (h *handler) ReleaseMessage(c *fiber.Ctx) error {
	id, err := web.ID[model.TicketID](c, "id")
	if err != nil {
		return err
	}
	message, err := web.ID[model.MessageID](c, "message")
	if err != nil {
		return err
	}
	m, err := h.desk.ViewMessage(c.UserContext(), web.By(c), message)
	if err == nil && m.TicketID != id {
		err = model.ErrNotFound
	}
	if err != nil {
		return err
	}
	if _, err := h.desk.Release(c.UserContext(), web.By(c), message); err != nil {
		return err
	}
	web.Say(c, "ok", "agent.message_released")
	return h.said(c, id)
}
