package admin

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/admin"
)

func skillRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Page("admin/skills/", web.Staff, h.ListSkills).Needing(model.PermPeople),
		web.Page("admin/skills/create/", web.Staff, h.NewSkill).Needing(model.PermPeople),
		web.Post("admin/skills/store/", web.Staff, h.CreateSkill).Needing(model.PermPeople),
		web.Page("admin/skills/:id/", web.Staff, h.EditSkill).Needing(model.PermPeople),
		web.Post("admin/skills/:id/update/", web.Staff, h.UpdateSkill).Needing(model.PermPeople),
		web.Post("admin/skills/:id/archive/", web.Staff, h.ArchiveSkill).Needing(model.PermPeople),
	}
}

// ListSkills answers with all skills.
func (h *handler) ListSkills(c *fiber.Ctx) error {
	list, err := h.desk.Skills(c.UserContext(), web.By(c))
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.SkillsPage(list))
}

// NewSkill answers with an empty form.
func (h *handler) NewSkill(c *fiber.Ctx) error {
	p, err := h.skillForm(c, 0)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.SkillPage(p))
}

// EditSkill answers with the form of one skill.
func (h *handler) EditSkill(c *fiber.Ctx) error {
	id, err := web.ID[model.SkillID](c, "id")
	if err != nil {
		return err
	}
	p, err := h.skillForm(c, id)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.SkillPage(p))
}

// skillForm is the form of a skill as it is, with what can be chosen.
func (h *handler) skillForm(c *fiber.Ctx, id model.SkillID) (p view.Skill, err error) {
	if id != 0 {
		if p.SkillPage, err = h.desk.Skill(c.UserContext(), web.By(c), id); err != nil {
			return p, err
		}
	}
	all, err := h.desk.Choices(c.UserContext())
	if err != nil {
		return p, err
	}
	p.AllTags, p.AllDepartments, p.People = all.Tags, all.Departments, all.Agents
	return p, nil
}

// CreateSkill makes a skill.
func (h *handler) CreateSkill(c *fiber.Ctx) error { return h.saveSkill(c, 0) }

// UpdateSkill changes a skill.
func (h *handler) UpdateSkill(c *fiber.Ctx) error {
	id, err := web.ID[model.SkillID](c, "id")
	if err != nil {
		return err
	}
	return h.saveSkill(c, id)
}

func (h *handler) saveSkill(c *fiber.Ctx, id model.SkillID) error {
	p, err := h.skillForm(c, id)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	version := p.Version
	p.Name, p.Description, p.Version = f.Text("name"), f.Text("description"), f.Int("version")
	readSkill(&p, f)
	_, err = h.desk.SaveSkill(c.UserContext(), web.By(c), p.SkillPage)
	p.Problems, p.Stale = model.Problems(err), errors.Is(err, model.ErrConflict)
	if len(p.Problems) == 0 && !p.Stale {
		if err != nil {
			return err
		}
		web.Say(c, "ok", "admin.saved")
		return web.Done(c, "admin/skills/")
	}
	status := fiber.StatusUnprocessableEntity
	if p.Stale {
		status, p.Version = fiber.StatusConflict, version
	}
	return web.Render(c, status, view.SkillPage(p))
}

// readSkill puts what was chosen into the form. What it does not offer, such as archived
// tags and people who left, stays.
func readSkill(p *view.Skill, f *web.Form) {
	offered := func(id model.TagID) bool {
		return slices.ContainsFunc(p.AllTags, func(t model.Tag) bool { return t.ID == id })
	}
	p.Tags = slices.DeleteFunc(p.Tags, offered)
	for _, v := range f.List("tag_ids[]") {
		id, _ := web.ParseID[model.TagID](v)
		p.Tags = append(p.Tags, id)
	}
	p.Departments = slices.DeleteFunc(p.Departments, func(id model.DepartmentID) bool {
		return slices.ContainsFunc(p.AllDepartments, func(d model.Department) bool { return d.ID == id })
	})
	for _, v := range f.List("department_ids[]") {
		id, _ := web.ParseID[model.DepartmentID](v)
		p.Departments = append(p.Departments, id)
	}
	p.Holders = slices.DeleteFunc(p.Holders, func(x model.Holder) bool {
		return slices.ContainsFunc(p.People, func(a model.PersonRef) bool { return a.ID == x.Person })
	})
	for name, values := range f.Values() {
		id, ok := strings.CutPrefix(name, "holder_")
		if !ok || len(values) == 0 || values[0] == "0" || values[0] == "" {
			continue
		}
		who, _ := web.ParseID[model.PersonID](id)
		n, _ := strconv.Atoi(values[0]) // no number is none of the proficiencies
		p.Holders = append(p.Holders, model.Holder{Person: who, Proficiency: n})
	}
	slices.SortFunc(p.Holders, func(a, b model.Holder) int { return int(a.Person - b.Person) })
}

// ArchiveSkill takes a skill out of use, or back.
func (h *handler) ArchiveSkill(c *fiber.Ctx) error {
	id, err := web.ID[model.SkillID](c, "id")
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	if err := h.desk.ArchiveSkill(c.UserContext(), web.By(c), id, f.Bool("on")); err != nil {
		return err
	}
	web.Say(c, "ok", "admin.saved")
	return web.Done(c, "admin/skills/")
}
