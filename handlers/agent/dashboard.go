package agent

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	"escalated/text"
	view "escalated/views/agent"
	"escalated/views/ui"
)

func dashboardRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Page("agent/day/", web.Staff, h.ShowDay),
		web.Post("agent/dashboard/", web.Staff, h.ArrangeDashboard),
	}
}

// ShowDashboard answers with the first page of the staff.
func (h *handler) ShowDashboard(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), web.By(c)
	since, err := h.desk.LastEvent(ctx, model.System("live"))
	if err != nil {
		return err
	}
	d := view.Dashboard{Since: since, Name: by.Name}
	if d.Side, err = h.side(c, "home"); err != nil {
		return err
	}
	if d.Overview, err = h.desk.Overview(ctx, by, text.Zone(ctx)); err != nil {
		return err
	}
	d.Stats = view.DashboardStats(ctx, d)
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

// ArrangeDashboard keeps which panels a person sees and in which order.
func (h *handler) ArrangeDashboard(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	order := slices.DeleteFunc(f.List("order[]"), func(name string) bool { return !slices.Contains(view.DashboardNames(), name) })
	if where, name, ok := strings.Cut(f.Text("move"), ":"); ok {
		order = moved(order, name, where)
	}
	order = slices.DeleteFunc(order, func(name string) bool { return !f.Bool("show_" + name) })
	if err := h.desk.ChangePrefs(c.UserContext(), web.By(c), func(p *model.Prefs) { p.Dashboard = order }); err != nil {
		return err
	}
	return web.Done(c, "agent/")
}

// ShowDay answers with what the person answered today.
func (h *handler) ShowDay(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), web.By(c)
	side, err := h.side(c, "")
	if err != nil {
		return err
	}
	list, err := h.desk.MyAnswers(ctx, by, h.desk.Midnight(text.Zone(ctx)))
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.DayPage(view.Day{Side: side, Answers: list}))
}
