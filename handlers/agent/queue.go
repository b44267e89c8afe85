package agent

import (
	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/agent"
	"escalated/views/ui"
)

// ShowDashboard answers with the first page of the staff.
func (h *handler) ShowDashboard(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), web.By(c)
	since, err := h.desk.LastEvent(ctx, model.System("live"))
	if err != nil {
		return err
	}
	counts, mine, waiting, err := h.desk.Dashboard(ctx, by)
	if err != nil {
		return err
	}
	d := view.Dashboard{
		Side: view.Side{Counts: counts, Current: "home", Bin: by.Can(model.PermTicketDelete)}, Since: since, Name: by.Name, Mine: mine, Waiting: waiting,
	}
	if by.Can(model.PermSettings) && !ui.From(ctx).Demo {
		if d.Setup, err = h.setupSteps(c); err != nil {
			return err
		}
		if web.Settings(c).GuestTicketsEnabled {
			d.FormURL = web.Base(c) + web.Path(c, "guest/create/")
		}
	}
	return web.Render(c, fiber.StatusOK, view.DashboardPage(d))
}

// setupSteps are what a new desk needs; nothing once all of it is there.
func (h *handler) setupSteps(c *fiber.Ctx) ([]view.SetupStep, error) {
	choices, err := h.desk.Choices(c.UserContext())
	if err != nil {
		return nil, err
	}
	steps := []view.SetupStep{
		{Name: "departments", Path: "admin/departments/create/", Done: len(choices.Departments) > 0},
		{Name: "team", Path: "admin/people/create/", Done: len(choices.Agents) > 1},
		{Name: "mail", Path: "admin/mail/", Done: web.Settings(c).SMTPURL != ""},
	}
	for _, s := range steps {
		if !s.Done {
			return steps, nil
		}
	}
	return nil, nil
}

// ListTickets answers with a list of tickets as the URL says it. An exact
// reference in the search goes straight to its ticket.
func (h *handler) ListTickets(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), web.By(c)
	f := model.ParseTicketFilter(func(name string) string { return web.Query(c, name) }, by.ID)
	since, err := h.desk.LastEvent(ctx, model.System("live"))
	if err != nil {
		return err
	}
	page, err := h.desk.Tickets(ctx, by, f)
	if err != nil {
		return err
	}
	if page.Jump != 0 {
		return web.Go(c, ticketPath(page.Jump))
	}
	side, err := h.side(c, currentList(f, by.ID))
	if err != nil {
		return err
	}
	choices, err := h.choices(ctx)
	if err != nil {
		return err
	}
	q := view.Queue{Side: side, Filter: f, Page: page, Choices: choices, Me: by.ID, CanOpen: by.Can(model.PermTicketOpen), Since: since}
	return web.PageOr(c, fiber.StatusOK, view.QueuePage(q), "list")
}

// currentList names the list of the side bar that a filter is.
func currentList(f model.TicketFilter, me model.PersonID) string {
	if f.Query != "" || len(f.Priorities)+len(f.Types)+len(f.Channels) > 0 || f.Department != 0 || f.NoDepartment || f.Tag != 0 || f.Requester != 0 {
		return ""
	}
	switch {
	case f.Bin:
		return "bin"
	case f.Following == me:
		return "following"
	case f.Assignee == me && len(f.Statuses) == 0 && !f.Any:
		return "mine"
	case f.Unassigned && len(f.Statuses) == 0 && !f.Any:
		return "unassigned"
	case f.Assignee != 0 || f.Unassigned:
		return ""
	case f.Any:
		return "all"
	case len(f.Statuses) == 1 && f.Statuses[0] == model.Resolved:
		return "resolved"
	case len(f.Statuses) == 1 && f.Statuses[0] == model.Closed:
		return "closed"
	case len(f.Statuses) == 0:
		return "open"
	}
	return ""
}
