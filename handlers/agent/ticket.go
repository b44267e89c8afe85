package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"

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
	if err := h.settle(c, &p); err != nil {
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
	p.Composer = view.Composer{Op: ui.NewOp(ctx), Slot: slot(id), Seen: p.View.LastPublicID}
	if p.Composer.Files, err = h.desk.Staged(ctx, by, "", p.Composer.Slot); err != nil {
		return p, err
	}
	if err := h.restore(c, &p); err != nil {
		return p, err
	}
	for _, load := range loads {
		if err := load(h, ctx, by, &p); err != nil {
			return p, err
		}
	}
	return p, nil
}

// load loads what the page shows of the ticket itself.
func (h *handler) load(ctx context.Context, by model.Actor, id model.TicketID, all bool) (view.Ticket, error) {
	p := view.Ticket{All: all, Me: by.ID, CanRetry: by.Can(model.PermMail), Now: h.desk.Now(), Prefs: ui.From(ctx).Prefs}
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
	t, err := h.desk.Ticket(ctx, by, id)
	if err == nil && t.MergedInto != 0 { // merged while it was written
		t, err = h.desk.MergedTarget(ctx, by, t)
	}
	if err != nil {
		return err
	}
	moved := t.ID != id
	id = t.ID
	f, err := web.ReadForm(c, h.stage(c, ""))
	if err != nil {
		return err
	}
	if f.Text("preview") == "1" { // without scripts, the page shows it
		return h.preview(c, id, note, f)
	}
	in, problems, err := h.reply(c, id, f)
	if err != nil {
		return err
	}
	at := sendTime(c, f, h.desk.Now(), &problems)
	var sent model.Sent
	if len(problems) == 0 {
		if note {
			in.Draft = draftTab(f, model.NoteTab)
			sent.Message, err = h.desk.Note(ctx, by, id, in)
		} else {
			fields := fieldsOf(f, keptFields)
			if at != 0 {
				fields["later"] = "1"
			}
			sent, err = h.desk.Send(ctx, by, id, in, fields, at)
		}
		problems = model.Problems(err)
	}
	var stale *model.Stale
	if len(problems) > 0 || errors.As(err, &stale) {
		return h.sayAgain(c, id, note, f, in, problems, stale)
	}
	if err != nil {
		return err
	}
	if moved {
		web.Say(c, "ok", "tools.merged_said", "Reference", t.Reference)
		return web.Done(c, ticketPath(id))
	}
	return h.sent(c, id, note, f, sent)
}

// reply reads a form of the composer.
func (h *handler) reply(c *fiber.Ctx, id model.TicketID, f *web.Form) (model.NewReply, model.Invalid, error) {
	in := model.NewReply{
		Body: f.Text("body"), Markdown: true, Op: f.Text("op"), Slot: f.Slot, Files: fileIDs(f), Seen: model.MessageID(f.Int("seen")),
		StatusKey: f.Text("status"), Draft: draftTab(f, model.ReplyTab),
	}
	if f.Has("anyway") { // told of the newer message, and sent all the same
		in.Seen = model.MessageID(f.Int("anyway"))
	} else if in.Seen == 0 { // whoever does not say knows what they have read
		var err error
		if in.Seen, err = h.desk.SeenMessage(c.UserContext(), web.By(c), id); err != nil {
			return in, nil, err
		}
	}
	return in, f.Problems, nil
}

// draftTab is the tab a text was written in: a reply that is kept as a note
// ends the draft of the reply.
func draftTab(f *web.Form, tab string) string {
	switch t := f.Text("tab"); t {
	case model.ReplyTab, model.NoteTab:
		return t
	}
	return tab
}

// preview shows the page with the text as it will look.
func (h *handler) preview(c *fiber.Ctx, id model.TicketID, note bool, f *web.Form) error {
	p, err := h.ticket(c, id)
	if err != nil {
		return err
	}
	if err := h.typed(c, &p, note, f); err != nil {
		return err
	}
	p.Composer.Preview = true
	return web.Render(c, fiber.StatusOK, view.TicketPage(p))
}

// sent tells what became of a message and goes where its writer wants to be.
func (h *handler) sent(c *fiber.Ctx, id model.TicketID, note bool, f *web.Form, sent model.Sent) error {
	ctx, by := c.UserContext(), web.By(c)
	then := f.Text("then")
	if slices.Contains([]string{"stay", "next", "back"}, then) && then != web.Who(c).Prefs.AfterSend {
		if err := h.desk.ChangePrefs(ctx, by, func(p *model.Prefs) { p.AfterSend = then }); err != nil && !errors.Is(err, model.ErrNotFound) {
			return err
		}
	}
	to, err := h.afterSend(c, id, then)
	if err != nil {
		return err
	}
	switch {
	case sent.Draft.ID != 0:
		t, err := h.desk.Ticket(ctx, by, id)
		if err != nil {
			return err
		}
		sayWaiting(c, t.Reference, sent.Draft, h.desk.Now(), to != "")
	case note:
		web.Say(c, "ok", "agent.note_added")
	default:
		web.Say(c, "ok", "agent.reply_sent")
	}
	if to != "" {
		return web.Done(c, to)
	}
	return h.said(c, id)
}

// said shows the thread with the new message and an empty composer.
func (h *handler) said(c *fiber.Ctx, id model.TicketID) error {
	if !web.IsHTMX(c) {
		return web.Done(c, here(c, id)+"#latest")
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
	if err := h.typed(c, &p, note, f); err != nil {
		return err
	}
	p.Composer.Problems, p.Composer.Stale, p.Composer.Seen = problems, stale, in.Seen
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

// typed puts what was sent back into the composer.
func (h *handler) typed(c *fiber.Ctx, p *view.Ticket, note bool, f *web.Form) (err error) {
	k := &p.Composer
	k.Note, k.Body, k.Status = note, f.Text("body"), f.Text("status")
	k.Cc, k.Bcc, k.Copied = f.Text("cc"), f.Text("bcc"), f.Has("cc")
	if op := f.Text("op"); op != "" {
		k.Op = op
	}
	if f.Slot != "" && f.Slot != k.Slot {
		k.Slot = f.Slot
		k.Files, err = h.desk.Staged(c.UserContext(), web.By(c), "", f.Slot)
	}
	return err
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
