package agent

import (
	"fmt"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	"escalated/text"
	view "escalated/views/agent"
	"escalated/views/ui"
)

func sideRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Page("agent/tickets/:id/sides/create/", web.Staff, h.NewSide).Needing(model.PermTicketReply),
		web.Post("agent/tickets/:id/sides/store/", web.Staff, h.CreateSide).Needing(model.PermTicketReply).WithFiles(),
		web.Page("agent/tickets/:id/sides/:side/", web.Staff, h.ShowSide),
		web.Post("agent/tickets/:id/sides/:side/reply/", web.Staff, h.ReplySide).Needing(model.PermTicketReply).WithFiles(),
		web.Post("agent/tickets/:id/sides/:side/close/", web.Staff, h.CloseSide).Needing(model.PermTicketReply),
	}
}

func sidePath(ticket model.TicketID, side model.SideID) string {
	return fmt.Sprintf("agent/tickets/%d/sides/%d/", ticket, side)
}

// NewSide answers with the form that asks a third party: empty, or with a
// message of the ticket to pass on.
func (h *handler) NewSide(c *fiber.Ctx) error {
	id, err := web.ID[model.TicketID](c, "id")
	if err != nil {
		return err
	}
	p, err := h.sideForm(c, id, web.Query(c, "forward"))
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.SideFormPage(p))
}

// sideForm is the form, filled with the message to pass on.
func (h *handler) sideForm(c *fiber.Ctx, id model.TicketID, forward string) (view.SideForm, error) {
	ctx, by := c.UserContext(), web.By(c)
	p := view.SideForm{Op: ui.NewOp(ctx), Slot: fmt.Sprintf("side:%d", id), Forward: forward}
	var err error
	if p.Ticket, err = h.desk.Ticket(ctx, by, id); err != nil {
		return p, err
	}
	if p.Side, err = h.side(c, ""); err != nil {
		return p, err
	}
	if p.Limits, err = h.desk.Limits(ctx); err != nil {
		return p, err
	}
	if p.Staged, err = h.desk.Staged(ctx, by, "", p.Slot); err != nil {
		return p, err
	}
	p.Subject = p.Ticket.Subject
	if n, ok := web.ParseID[model.MessageID](forward); ok {
		m, err := h.desk.ViewMessage(ctx, by, n)
		if err == nil && m.TicketID != id {
			err = model.ErrNotFound
		}
		if err != nil {
			return p, err
		}
		p.Carry = m.Files
		p.Subject = text.T(ctx, "side.forward_subject", "Subject", p.Ticket.Subject)
		p.Body = "\n\n" + text.T(ctx, "side.quote", "Name", m.Author.Display(), "When", text.DateTime(ctx, m.CreatedAt.Std())) + "\n\n" + model.Quoted(m.Message)
	}
	return p, nil
}

// CreateSide begins a side conversation.
func (h *handler) CreateSide(c *fiber.Ctx) error {
	id, err := web.ID[model.TicketID](c, "id")
	if err != nil {
		return err
	}
	if _, err := h.desk.Ticket(c.UserContext(), web.By(c), id); err != nil {
		return err
	}
	f, err := web.ReadForm(c, h.stage(c, ""))
	if err != nil {
		return err
	}
	in := sideWords(f)
	problems := f.Problems
	var s model.SideConversation
	if len(problems) == 0 {
		s, err = h.desk.StartSide(c.UserContext(), web.By(c), id, in)
		problems = model.Problems(err)
	}
	if len(problems) > 0 {
		p, err := h.sideForm(c, id, f.Text("forward"))
		if err != nil {
			return err
		}
		p.Address, p.Subject, p.Body, p.Problems, p.Chosen = in.Address, in.Subject, in.Body, problems, in.Carry
		if in.Op != "" {
			p.Op = in.Op
		}
		return web.Render(c, f.Status(), view.SideFormPage(p))
	}
	if err != nil {
		return err
	}
	web.Say(c, "ok", "side.sent", "Name", s.With())
	return web.Done(c, sidePath(id, s.ID))
}

func sideWords(f *web.Form) model.NewSide {
	in := model.NewSide{Address: f.Text("address"), Subject: f.Text("subject"), Body: f.Text("body"), Files: fileIDs(f), Slot: f.Slot, Op: f.Text("op")}
	for _, v := range f.List("carry[]") {
		if id, ok := web.ParseID[model.AttachmentID](v); ok {
			in.Carry = append(in.Carry, id)
		}
	}
	return in
}

// ShowSide answers with a side conversation.
func (h *handler) ShowSide(c *fiber.Ctx) error {
	p, err := h.sideTalk(c)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.SidePage(p))
}

// sideTalk loads the side conversation of the path.
func (h *handler) sideTalk(c *fiber.Ctx) (view.SideTalk, error) {
	ctx, by := c.UserContext(), web.By(c)
	p := view.SideTalk{Op: ui.NewOp(ctx), CanReply: by.Can(model.PermTicketReply)}
	ticket, err := web.ID[model.TicketID](c, "id")
	if err != nil {
		return p, err
	}
	id, err := web.ID[model.SideID](c, "side")
	if err != nil {
		return p, err
	}
	if p.Talk, err = h.desk.SideConversation(ctx, by, id); err != nil {
		return p, err
	}
	if p.Talk.TicketID != ticket {
		return p, model.ErrNotFound
	}
	if p.Ticket, err = h.desk.Ticket(ctx, by, ticket); err != nil {
		return p, err
	}
	if p.Side, err = h.side(c, ""); err != nil {
		return p, err
	}
	if p.Limits, err = h.desk.Limits(ctx); err != nil {
		return p, err
	}
	p.Slot = fmt.Sprintf("side:%d:%d", ticket, id)
	p.Staged, err = h.desk.Staged(ctx, by, "", p.Slot)
	return p, err
}

// ReplySide says more in a side conversation.
func (h *handler) ReplySide(c *fiber.Ctx) error {
	p, err := h.sideTalk(c)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, h.stage(c, ""))
	if err != nil {
		return err
	}
	problems := f.Problems
	if len(problems) == 0 {
		err = h.desk.SaySide(c.UserContext(), web.By(c), p.Talk.ID, sideWords(f))
		problems = model.Problems(err)
	}
	if len(problems) > 0 {
		p.Body, p.Problems = f.Text("body"), problems
		if op := f.Text("op"); op != "" {
			p.Op = op
		}
		return web.Render(c, f.Status(), view.SidePage(p))
	}
	if err != nil {
		return err
	}
	web.Say(c, "ok", "side.sent", "Name", p.Talk.With())
	return web.Done(c, sidePath(p.Ticket.ID, p.Talk.ID))
}

// CloseSide ends a side conversation, or takes it up again.
func (h *handler) CloseSide(c *fiber.Ctx) error {
	p, err := h.sideTalk(c)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	if err := h.desk.CloseSide(c.UserContext(), web.By(c), p.Talk.ID, f.Bool("open")); err != nil {
		return err
	}
	return web.Done(c, sidePath(p.Ticket.ID, p.Talk.ID))
}
