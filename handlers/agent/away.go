package agent

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
	"escalated/text"
	view "escalated/views/agent"
)

func awayRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Page("agent/profile/away/", web.Agents, h.ShowAway),
		web.Post("agent/profile/away/", web.Agents, h.GoAway),
		web.Post("agent/profile/away/end/", web.Agents, h.ComeBack),
		web.Post("agent/profile/away/hand-over/", web.Agents, h.HandOver).Needing(model.PermTicketAssign),
	}
}

// ShowAway answers with whether the agent is away, to change.
func (h *handler) ShowAway(c *fiber.Ctx) error {
	p, err := h.awayPage(c)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.AwayPage(p))
}

func (h *handler) awayPage(c *fiber.Ctx) (p view.Away, err error) {
	ctx, by := c.UserContext(), web.By(c)
	p.Me = by.ID
	if p.Absence, err = h.desk.Absence(ctx, by); err != nil {
		return p, err
	}
	p.To = p.Absence.AwayTo
	if p.Absence.AwayUntil != 0 {
		p.Until = p.Absence.AwayUntil.Std().In(text.Zone(ctx)).Format(localTime)
	}
	if p.Open, err = h.desk.OpenTicketsOfMine(ctx, by); err != nil {
		return p, err
	}
	all, err := h.desk.Choices(ctx)
	if err != nil {
		return p, err
	}
	p.Agents = all.Agents
	p.Side, err = h.side(c, "")
	return p, err
}

// GoAway says that the agent takes no new work.
func (h *handler) GoAway(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	a, until := model.Absence{}, f.Text("away_until")
	if w := f.Text("away_to"); w != "" {
		if a.AwayTo, _ = web.ParseID[model.PersonID](w); a.AwayTo == 0 {
			a.AwayTo = -1 // nobody's: refused by name
		}
	}
	if until != "" {
		at, err := time.ParseInLocation(localTime, until, text.Zone(c.UserContext()))
		if err != nil {
			return h.awayRefused(c, a.AwayTo, until, model.Problems(model.Refuse("away_until", "time_invalid")))
		}
		a.AwayUntil = model.TimeOf(at)
	}
	err = h.desk.SetAway(c.UserContext(), web.By(c), a)
	if problems := model.Problems(err); len(problems) > 0 {
		return h.awayRefused(c, a.AwayTo, until, problems)
	}
	if err != nil {
		return err
	}
	web.Say(c, "ok", "routing.said_away")
	return web.Done(c, "agent/profile/away/")
}

func (h *handler) awayRefused(c *fiber.Ctx, to model.PersonID, until string, problems model.Invalid) error {
	p, err := h.awayPage(c)
	if err != nil {
		return err
	}
	p.To, p.Until, p.Problems = to, until, problems
	return web.Render(c, fiber.StatusUnprocessableEntity, view.AwayPage(p))
}

// ComeBack says that the agent takes new work again.
func (h *handler) ComeBack(c *fiber.Ctx) error {
	if _, err := web.ReadForm(c, nil); err != nil {
		return err
	}
	if err := h.desk.ComeBack(c.UserContext(), web.By(c)); err != nil {
		return err
	}
	web.Say(c, "ok", "routing.said_back")
	return web.Done(c, "agent/profile/away/")
}

// HandOver gives the agent's open tickets to somebody else, or back.
func (h *handler) HandOver(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	var to model.PersonID
	if w := f.Text("hand_to"); w != "" {
		if to, _ = web.ParseID[model.PersonID](w); to == 0 {
			to = -1
		}
	}
	ctx, set := desk.Undoing(c.UserContext())
	n, err := h.desk.HandOver(ctx, web.By(c), to)
	if problems := model.Problems(err); len(problems) > 0 {
		p, err := h.awayPage(c)
		if err != nil {
			return err
		}
		p.HandTo, p.Refused = f.Text("hand_to"), problems
		return web.Render(c, fiber.StatusUnprocessableEntity, view.AwayPage(p))
	}
	if err != nil {
		return err
	}
	sayDone(c, *set, "routing.handed_over", "Count", n)
	return web.Done(c, "agent/profile/away/")
}
