package agent

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/agent"
	"escalated/views/ui"
)

// NewTicket answers with the form for a ticket on behalf of somebody.
func (h *handler) NewTicket(c *fiber.Ctx) error {
	p, err := h.newTicket(c)
	if err != nil {
		return err
	}
	p.Email, p.Name, p.Subject = web.Query(c, "email"), web.Query(c, "name"), web.Query(c, "subject")
	if err := h.restoreNew(c, &p); err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.NewTicketPage(p))
}

func (h *handler) newTicket(c *fiber.Ctx) (p view.NewTicket, err error) {
	ctx := c.UserContext()
	if p.Choices, err = h.choices(ctx); err != nil {
		return p, err
	}
	if p.Limits, err = h.desk.Limits(ctx); err != nil {
		return p, err
	}
	if p.Side, err = h.side(c, ""); err != nil {
		return p, err
	}
	s := web.Settings(c)
	p.Op, p.Priority, p.Type = ui.NewOp(ctx), s.DefaultPriority.String(), model.Question.String()
	p.Slot, p.Me = "new:"+p.Op, web.By(c).ID
	p.Fields = newFields(p, nil)
	return p, nil
}

// CreateTicket opens a ticket on behalf of somebody.
func (h *handler) CreateTicket(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), web.By(c)
	f, err := web.ReadForm(c, h.stage(c, ""))
	if err != nil {
		return err
	}
	problems := f.Problems
	in := model.NewTicket{
		Subject: f.Text("subject"), Body: f.Text("description"), RequesterEmail: f.Text("requester_email"), RequesterName: f.Text("requester_name"),
		Op: f.Text("op"), Slot: f.Slot, Files: fileIDs(f), Note: f.Bool("note"), Silent: f.Bool("silent"), Channel: model.Web, Markdown: true,
	}
	if w := f.Text("priority"); w != "" {
		if in.Priority, err = model.ParsePriority(w); err != nil {
			problems.Add("priority", "choice_invalid")
		}
	}
	if w := f.Text("ticket_type"); w != "" {
		if in.Type, err = model.ParseTicketType(w); err != nil {
			problems.Add("ticket_type", "choice_invalid")
		}
	}
	var ok bool
	if in.Department, ok = web.ParseID[model.DepartmentID](f.Text("department_id")); !ok && f.Text("department_id") != "" {
		problems.Add("department_id", "choice_invalid")
	}
	if in.Assignee, ok = web.ParseID[model.PersonID](f.Text("agent_id")); !ok && f.Text("agent_id") != "" {
		problems.Add("agent_id", "choice_invalid")
	}
	in.TagNames, in.Fields = splitNames(f.List("add_tags[]")), f.Fields("field.")
	if f.Has("refresh") { // show the fields that what was filled in asks for
		return h.newTicketAgain(c, f, in, nil, fiber.StatusOK)
	}
	var t model.Ticket
	if len(problems) == 0 {
		t, err = h.desk.OpenTicket(ctx, by, in)
		problems = model.Problems(err)
	}
	if len(problems) == 0 {
		if err != nil {
			return err
		}
		if err := h.desk.DropOpenDraft(ctx, by, 0, model.NewTab); err != nil {
			return err
		}
		web.Say(c, "ok", "agent.ticket_opened", "Reference", t.Reference)
		return web.Done(c, ticketPath(t.ID))
	}
	return h.newTicketAgain(c, f, in, problems, f.Status())
}

// newTicketAgain brings the form back with what was typed.
func (h *handler) newTicketAgain(c *fiber.Ctx, f *web.Form, in model.NewTicket, problems model.Invalid, status int) error {
	p, err := h.newTicket(c)
	if err != nil {
		return err
	}
	p.Problems, p.Email, p.Name, p.Subject, p.Body = problems, in.RequesterEmail, in.RequesterName, in.Subject, in.Body
	p.Priority, p.Type, p.Department, p.Assignee = f.Text("priority"), f.Text("ticket_type"), f.Text("department_id"), f.Text("agent_id")
	p.Tags, p.Note, p.Silent = strings.Join(f.List("add_tags[]"), ", "), in.Note, in.Silent
	if in.Op != "" {
		p.Op = in.Op
	}
	if p.Slot = f.Slot; p.Slot == "" {
		p.Slot = "new:" + p.Op
	}
	p.Fields = newFields(p, f.Fields("field."))
	if p.Files, err = h.desk.Staged(c.UserContext(), web.By(c), "", p.Slot); err != nil {
		return err
	}
	return web.PageOr(c, status, view.NewTicketPage(p), "new-ticket")
}

// newFields are the custom fields of the form as it is filled in.
func newFields(p view.NewTicket, typed map[string][]string) []ui.Asked {
	props := map[string]string{"type": p.Type, "priority": p.Priority, "department": p.Department}
	return ui.AskedFields(p.Choices.Fields, props, []string{"type", "priority", "department"}, typed, p.Problems)
}

// FindPeople answers with people whose name or address begins like the text.
func (h *handler) FindPeople(c *fiber.Ctx) error {
	q := web.Query(c, "requester_email")
	if q == "" {
		q = web.Query(c, "q")
	}
	found, err := h.desk.FindPeople(c.UserContext(), web.By(c), q)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.PeopleFound(found))
}

// splitNames reads names that were typed with commas between them.
func splitNames(in []string) []string {
	var out []string
	for _, v := range in {
		for _, n := range strings.Split(v, ",") {
			if n = strings.TrimSpace(n); n != "" {
				out = append(out, n)
			}
		}
	}
	return out
}
