package admin

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	"escalated/text"
	view "escalated/views/admin"
	"escalated/views/ui"
)

// backtestRoutes have the time of uploads: a backtest reads much.
func backtestRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Post("admin/backtest/rules/", web.Staff, h.BacktestTypedRule).Needing(model.PermRules).WithFiles(),
		web.Page("admin/backtest/rules/:id/", web.Staff, h.BacktestRule).Needing(model.PermRules).WithFiles(),
		web.Post("admin/backtest/sla-policies/", web.Staff, h.BacktestPolicy).Needing(model.PermSLA).WithFiles(),
		web.Post("admin/backtest/sla-policies/:id/", web.Staff, h.BacktestPolicy).Needing(model.PermSLA).WithFiles(),
		web.Post("admin/backtest/hours/:id/", web.Staff, h.BacktestCalendar).Needing(model.PermSLA).WithFiles(),
	}
}

// backtested answers with a backtest, or with why there is none.
func (h *handler) backtested(c *fiber.Ctx, p view.Backtest, err error) (_ error) {
	status := fiber.StatusOK
	if p.Problems = append(p.Problems, model.Problems(err)...); len(p.Problems) > 0 {
		status = fiber.StatusUnprocessableEntity
	} else if err != nil {
		return err
	}
	if p.RuleWords, err = h.ruleWords(c); err != nil {
		return err
	}
	p.Back.Value = web.Path(c, p.Back.Value)
	return web.Render(c, status, view.BacktestPage(p))
}

// daysIn are the days a form asks for; a month when it does not say.
func daysIn(s string) int {
	if s == "" {
		return 30
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

// BacktestRule answers with what a saved rule would have done.
func (h *handler) BacktestRule(c *fiber.Ctx) error {
	id, err := web.ID[model.RuleID](c, "id")
	if err != nil {
		return err
	}
	ctx, by := c.UserContext(), web.By(c)
	x, err := h.desk.Rule(ctx, by, id)
	if err != nil {
		return err
	}
	p := view.Backtest{Item: "rules", Title: x.Name, Back: ui.Btn{Text: x.Name, Value: view.RulePath(id, "")}, Days: daysIn(web.Query(c, "days")), Action: "admin/backtest/rules/" + web.Param(c, "id") + "/"}
	b, err := h.desk.BacktestRule(ctx, by, x.Rule, p.Days)
	p.Rule = &b
	return h.backtested(c, p, err)
}

// BacktestTypedRule answers with what a rule would have done as it is typed.
func (h *handler) BacktestTypedRule(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	names, err := h.conditionNames(c)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	var x view.RuleForm
	readRule(f, &x, names)
	p := view.Backtest{
		Item: "rules", Title: x.Name, Back: ui.Btn{Text: text.T(ctx, "rulepages.title"), Value: "admin/escalation-rules/"}, Days: daysIn(f.Text("days")),
		Action: "admin/backtest/rules/", Typed: f.Values(),
	}
	if p.Title == "" {
		p.Title = text.T(ctx, "rulepages.new")
	}
	b, err := h.desk.BacktestRule(ctx, web.By(c), x.Rule, p.Days)
	p.Rule = &b
	return h.backtested(c, p, err)
}

// BacktestPolicy answers with what a policy as it is typed would have made of
// the past: of one that is saved in its place, else of a new one.
func (h *handler) BacktestPolicy(c *fiber.Ctx) error {
	var x view.SLAForm
	path := "admin/backtest/sla-policies/"
	if web.Param(c, "id") != "" {
		var err error
		if x, err = h.slaPolicy(c); err != nil {
			return err
		}
		path += web.Param(c, "id") + "/"
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	names, err := h.conditionNames(c)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	p := view.Backtest{
		Item: "sla", Back: ui.Btn{Text: text.T(ctx, "sla.title"), Value: "admin/sla-policies/"}, Days: daysIn(f.Text("days")), Action: path, Typed: f.Values(),
	}
	_, p.Problems = readPolicy(c, f, names, &x)
	if p.Title = x.Name; p.Title == "" {
		p.Title = text.T(ctx, "sla.new")
	}
	if len(p.Problems) > 0 {
		return h.backtested(c, p, nil)
	}
	b, err := h.desk.BacktestPolicy(ctx, web.By(c), x.SLAPolicy, p.Days)
	p.SLA = &b
	return h.backtested(c, p, err)
}

// BacktestCalendar answers with what a calendar as it is typed would have made
// of the promises that count by it.
func (h *handler) BacktestCalendar(c *fiber.Ctx) error {
	x, err := h.calendarForm(c)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	p := view.Backtest{
		Item: "hours", Title: x.Name, Back: ui.Btn{Text: text.T(ctx, "hours.title"), Value: "admin/hours/"}, Days: daysIn(f.Text("days")),
		Action: "admin/backtest/hours/" + web.Param(c, "id") + "/", Typed: f.Values(),
	}
	readCalendar(f, &x)
	x.DropBlank()
	x.Calendar = calendarOf(x)
	b, err := h.desk.BacktestCalendar(ctx, web.By(c), x.Calendar, p.Days)
	p.SLA = &b
	return h.backtested(c, p, err)
}
