package admin

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/admin"
)

// ListDepartments answers with all departments.
func (h *handler) ListDepartments(c *fiber.Ctx) error {
	list, err := h.desk.Departments(c.UserContext(), web.By(c))
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.DepartmentsPage(list))
}

// NewDepartment answers with an empty form.
func (h *handler) NewDepartment(c *fiber.Ctx) error {
	p, err := h.desk.Department(c.UserContext(), web.By(c), 0)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.DepartmentPage(view.Department{Department: model.Department{Routing: model.RouteManual, PresentOnly: true}, Staff: p.Staff}))
}

// EditDepartment answers with the form of one department.
func (h *handler) EditDepartment(c *fiber.Ctx) error {
	id, err := web.ID[model.DepartmentID](c, "id")
	if err != nil {
		return err
	}
	p, err := h.desk.Department(c.UserContext(), web.By(c), id)
	if err != nil {
		return err
	}
	line, err := h.desk.NextInLine(c.UserContext(), web.By(c), id)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.DepartmentPage(view.Department{Department: p.Department, Staff: p.Staff, Members: memberIDs(p.Members), Line: line}))
}

func memberIDs(list []model.PersonRef) []model.PersonID {
	ids := make([]model.PersonID, len(list))
	for i, p := range list {
		ids[i] = p.ID
	}
	return ids
}

// CreateDepartment makes a department.
func (h *handler) CreateDepartment(c *fiber.Ctx) error { return h.saveDepartment(c, 0) }

// UpdateDepartment changes a department.
func (h *handler) UpdateDepartment(c *fiber.Ctx) error {
	id, err := web.ID[model.DepartmentID](c, "id")
	if err != nil {
		return err
	}
	return h.saveDepartment(c, id)
}

func (h *handler) saveDepartment(c *fiber.Ctx, id model.DepartmentID) error {
	ctx, by := c.UserContext(), web.By(c)
	was, err := h.desk.Department(ctx, by, id)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	in := model.Department{ID: id, Name: f.Text("name"), Slug: f.Text("slug"), Description: f.Text("description"), Version: f.Int("version"), ArchivedAt: was.ArchivedAt}
	in.Routing, in.PresentOnly = model.RoutingStrategy(f.Text("routing")), f.Bool("present_only")
	var members []model.PersonID
	for _, v := range f.List("agent_ids[]") {
		if p, ok := web.ParseID[model.PersonID](v); ok {
			members = append(members, p)
		}
	}
	_, err = h.desk.SaveDepartment(ctx, by, in, members)
	problems := model.Problems(err)
	stale := errors.Is(err, model.ErrConflict)
	if len(problems) == 0 && !stale {
		if err != nil {
			return err
		}
		web.Say(c, "ok", "admin.saved")
		return web.Done(c, "admin/departments/")
	}
	status := fiber.StatusUnprocessableEntity
	if stale {
		status = fiber.StatusConflict
		in.Version = was.Version
	}
	p := view.Department{Department: in, Staff: was.Staff, Members: members, Problems: problems, Stale: stale}
	if id != 0 {
		if p.Line, err = h.desk.NextInLine(ctx, by, id); err != nil {
			return err
		}
	}
	return web.Render(c, status, view.DepartmentPage(p))
}

// ArchiveDepartment takes a department out of the pickers, or back.
func (h *handler) ArchiveDepartment(c *fiber.Ctx) error {
	id, err := web.ID[model.DepartmentID](c, "id")
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	if err := h.desk.ArchiveDepartment(c.UserContext(), web.By(c), id, f.Bool("on")); err != nil {
		return err
	}
	web.Say(c, "ok", "admin.saved")
	return web.Done(c, "admin/departments/")
}
