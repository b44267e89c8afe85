package admin

import (
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	"escalated/text"
	view "escalated/views/admin"
)

func routingRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Page("admin/capacity/", web.Staff, h.ListCapacity).Needing(model.PermPeople),
		web.Post("admin/capacity/update/", web.Staff, h.UpdateCapacity).Needing(model.PermPeople),
		web.Post("admin/people/:id/work/", web.Staff, h.UpdateWork).Needing(model.PermPeople),
		web.Post("admin/people/:id/away/", web.Staff, h.SendAway).Needing(model.PermPeople),
		web.Post("admin/people/:id/away/end/", web.Staff, h.BringBack).Needing(model.PermPeople),
	}
}

// ListCapacity answers with how much everybody has to do and can take.
func (h *handler) ListCapacity(c *fiber.Ctx) error {
	return h.capacity(c, fiber.StatusOK, view.Capacity{})
}

func (h *handler) capacity(c *fiber.Ctx, status int, p view.Capacity) (err error) {
	if p.People, err = h.desk.Workloads(c.UserContext(), web.By(c)); err != nil {
		return err
	}
	p.Desk = web.Settings(c).AgentCapacity
	return web.Render(c, status, view.CapacityPage(p))
}

// UpdateCapacity changes the limit of one person.
func (h *handler) UpdateCapacity(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	who, ok := web.ParseID[model.PersonID](f.Text("person"))
	if !ok {
		return model.ErrNotFound
	}
	n, err := limitOf(f)
	if err == nil {
		err = h.desk.SetCapacity(c.UserContext(), web.By(c), who, n)
	}
	if problems := model.Problems(err); len(problems) > 0 {
		return h.capacity(c, fiber.StatusUnprocessableEntity, view.Capacity{Wrong: who, Typed: f.Text("capacity"), Problems: problems})
	}
	if err != nil {
		return err
	}
	web.Say(c, "ok", "admin.saved")
	return web.Done(c, "admin/capacity/")
}

// limitOf reads a limit of active tickets: empty is the desk's.
func limitOf(f *web.Form) (int, error) {
	s := f.Text("capacity")
	if s == "" {
		return -1, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0, model.Refuse("capacity", "number_range", "Min", 0, "Max", 1000)
	}
	return n, nil
}

// UpdateWork changes the limit and the skills of a person.
func (h *handler) UpdateWork(c *fiber.Ctx) error {
	p, err := h.person(c)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	skills := map[model.SkillID]int{}
	for name, values := range f.Values() {
		if id, ok := strings.CutPrefix(name, "skill_"); ok && len(values) > 0 {
			n, err := strconv.Atoi(values[0])
			if err != nil {
				n = -1
			}
			id, _ := web.ParseID[model.SkillID](id)
			skills[id] = n
		}
	}
	n, err := limitOf(f)
	if err == nil {
		err = h.desk.SetPersonSkills(c.UserContext(), web.By(c), p.ID, skills)
	}
	if err == nil {
		err = h.desk.SetCapacity(c.UserContext(), web.By(c), p.ID, n)
	}
	if p.WorkProblems = model.Problems(err); len(p.WorkProblems) > 0 {
		p.Limit = f.Text("capacity")
		for i, s := range p.Working.Skills {
			p.Working.Skills[i].Proficiency = skills[s.Skill]
		}
		return web.Render(c, fiber.StatusUnprocessableEntity, view.PersonPage(p))
	}
	if err != nil {
		return err
	}
	web.Say(c, "ok", "admin.saved")
	return web.Done(c, "admin/people/"+idOf(p.ID)+"/")
}

// SendAway says that somebody takes no new work.
func (h *handler) SendAway(c *fiber.Ctx) error {
	p, err := h.person(c)
	if err == nil && !model.Kind(p.Kind).Staff() {
		err = model.ErrNotFound
	}
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	p.AwayUntil = f.Text("away_until")
	p.AwayTo, _ = web.ParseID[model.PersonID](f.Text("away_to"))
	a := model.Absence{AwayTo: p.AwayTo}
	if a.AwayUntil, err = awayUntil(c, p.AwayUntil); err == nil {
		err = h.desk.SetAwayFor(c.UserContext(), web.By(c), p.ID, a)
	}
	if p.AwayProblems = model.Problems(err); len(p.AwayProblems) > 0 {
		return web.Render(c, fiber.StatusUnprocessableEntity, view.PersonPage(p))
	}
	if err != nil {
		return err
	}
	web.Say(c, "ok", "admin.saved")
	return web.Done(c, "admin/people/"+idOf(p.ID)+"/")
}

// awayUntil reads a time on the reader's clock, zero when there is none.
func awayUntil(c *fiber.Ctx, s string) (model.Time, error) {
	if s == "" {
		return 0, nil
	}
	at, err := time.ParseInLocation("2006-01-02T15:04", s, text.Zone(c.UserContext()))
	if err != nil {
		return 0, model.Refuse("away_until", "time_invalid")
	}
	return model.TimeOf(at), nil
}

// BringBack says that somebody takes new work again.
func (h *handler) BringBack(c *fiber.Ctx) error {
	id, err := web.ID[model.PersonID](c, "id")
	if err != nil {
		return err
	}
	if err := h.desk.EndAwayFor(c.UserContext(), web.By(c), id); err != nil {
		return err
	}
	web.Say(c, "ok", "admin.saved")
	return web.Done(c, "admin/people/"+idOf(id)+"/")
}
