package portal

import (
	"fmt"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/portal"
	"escalated/views/ui"
)

// NewTicket answers with the form for a new ticket. Staff have their own.
func (h *handler) NewTicket(c *fiber.Ctx) error {
	if web.By(c).Staff() {
		return web.Go(c, "agent/tickets/create/")
	}
	n, err := h.newTicket(c, false)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.NewTicketPage(n))
}

// newTicket is the empty form, with what the address asks for.
func (h *handler) newTicket(c *fiber.Ctx, guest bool) (view.NewTicket, error) {
	ctx, s := c.UserContext(), web.Settings(c)
	n := view.NewTicket{
		Guest: guest, Op: ui.NewOp(ctx), Priorities: s.ShowPriorityToCustomers, Priority: s.DefaultPriority.String(),
		Subject: web.Query(c, "subject"), Department: web.Query(c, "topic"), Limits: s.Limits(),
	}
	n.Slot = n.Op
	choices, err := h.desk.Choices(ctx)
	if err != nil {
		return n, err
	}
	n.Topics = choices.Departments
	return n, h.askFields(c, &n, nil)
}

// CreateTicket opens a ticket for a customer.
func (h *handler) CreateTicket(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, h.stage(c))
	if err != nil {
		return err
	}
	in, problems := h.read(c, f)
	if f.Has("refresh") {
		return h.newTicketAs(c, f, nil, false, fiber.StatusOK)
	}
	var t model.Ticket
	if len(problems) == 0 {
		t, err = h.desk.OpenTicket(c.UserContext(), web.By(c), in)
		problems = model.Problems(err)
	}
	if len(problems) > 0 {
		return h.newTicketAgain(c, f, problems, false)
	}
	if err != nil {
		return err
	}
	web.Say(c, "ok", "portal.ticket_opened", "Reference", t.Reference)
	return web.Done(c, fmt.Sprintf("tickets/%d/", t.ID))
}

// read is the ticket of a form: what customers may say about one, and no more.
func (h *handler) read(c *fiber.Ctx, f *web.Form) (model.NewTicket, model.Invalid) {
	in := model.NewTicket{Subject: f.Text("subject"), Body: f.Text("description"), Op: f.Text("op"), Slot: f.Slot, Files: fileIDs(f), Fields: f.Fields("field."), Channel: model.Web}
	problems := f.Problems
	if w := f.Text("priority"); w != "" && web.Settings(c).ShowPriorityToCustomers {
		var err error
		if in.Priority, err = model.ParsePriority(w); err != nil {
			problems.Add("priority", "choice_invalid")
		}
	}
	if w := f.Text("department_id"); w != "" {
		var ok bool
		if in.Department, ok = web.ParseID[model.DepartmentID](w); !ok {
			problems.Add("department_id", "choice_invalid")
		}
	}
	return in, problems
}

// newTicketAgain brings the form back with what was typed and what is wrong.
func (h *handler) newTicketAgain(c *fiber.Ctx, f *web.Form, problems model.Invalid, guest bool) error {
	return h.newTicketAs(c, f, problems, guest, f.Status())
}

func (h *handler) newTicketAs(c *fiber.Ctx, f *web.Form, problems model.Invalid, guest bool, status int) error {
	n, err := h.newTicket(c, guest)
	if err != nil {
		return err
	}
	n.Problems, n.Name, n.Email = plainly(problems), f.Text("name"), f.Text("email")
	n.Subject, n.Body, n.Department = f.Text("subject"), f.Text("description"), f.Text("department_id")
	if w := f.Text("priority"); w != "" {
		n.Priority = w
	}
	if op := f.Text("op"); op != "" && (!guest || len(op) >= minOp) {
		n.Op, n.Slot = op, op
	}
	if f.Slot != "" {
		n.Slot = f.Slot
	}
	if n.Kept, err = h.kept(c, f); err != nil {
		return err
	}
	if err := h.askFields(c, &n, f.Fields("field.")); err != nil {
		return err
	}
	return web.PageOr(c, status, view.NewTicketPage(n), "new-ticket-form")
}
