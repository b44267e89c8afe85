package admin

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/admin"
)

// ListPeople answers with people, staff first; the URL says which.
func (h *handler) ListPeople(c *fiber.Ctx) error {
	f := desk.PeopleFilter{Query: web.Query(c, "q"), Page: web.QueryInt(c, "page"), PerPage: 50}
	which := web.Query(c, "kind")
	switch which {
	case "customer":
		f.Kinds = []model.Kind{model.KindCustomer}
	case "inactive":
		f.Deactivated = true
	case "all":
	default:
		which, f.Kinds = "staff", []model.Kind{model.KindAdmin, model.KindAgent, model.KindLight}
	}
	list, err := h.desk.People(c.UserContext(), web.By(c), f)
	if err != nil {
		return err
	}
	ch, err := h.desk.Choices(c.UserContext())
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.PeoplePage(view.People{
		People: list.People, Memberships: list.Departments, Departments: ch.Departments,
		Total: list.Total, More: list.More, Page: list.Page, PerPage: f.PerPage, Query: f.Query, Which: which,
	}))
}

// NewPerson answers with the form of an invitation.
func (h *handler) NewPerson(c *fiber.Ctx) error {
	ch, err := h.desk.Choices(c.UserContext())
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.PersonPage(view.Person{Departments: ch.Departments, Kind: string(model.KindAgent), Loose: true}))
}

// personForm reads what the form of a person says.
func personForm(f *web.Form) (p view.Person, ids []model.DepartmentID) {
	p.ID = 0
	p.Name, p.Email, p.Kind = f.Text("name"), f.Text("email"), f.Text("kind")
	p.Narrow, p.Loose, p.Version = f.Bool("narrow"), f.Bool("loose"), f.Int("version")
	for _, v := range f.List("department_ids[]") {
		if id, ok := web.ParseID[model.DepartmentID](v); ok {
			ids = append(ids, id)
		}
	}
	p.In = ids
	return p, ids
}

// InvitePerson makes a person and sends the invitation.
func (h *handler) InvitePerson(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), web.By(c)
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	p, ids := personForm(f)
	kind, err := model.ParseKind(p.Kind)
	if err == nil {
		_, err = h.desk.Invite(ctx, by, model.NewPerson{Kind: kind, Name: p.Name, Email: p.Email, Departments: ids, Narrow: p.Narrow, Loose: p.Loose})
	}
	if p.Problems = model.Problems(err); len(p.Problems) == 0 {
		if err != nil {
			return err
		}
		web.Say(c, "ok", "admin.invited", "Address", p.Email)
		return web.Done(c, "admin/people/")
	}
	ch, err := h.desk.Choices(ctx)
	if err != nil {
		return err
	}
	p.Departments = ch.Departments
	return web.Render(c, fiber.StatusUnprocessableEntity, view.PersonPage(p))
}

// EditPerson answers with the form of one person.
func (h *handler) EditPerson(c *fiber.Ctx) error {
	p, err := h.person(c)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.PersonPage(p))
}

func (h *handler) person(c *fiber.Ctx) (p view.Person, err error) {
	id, err := web.ID[model.PersonID](c, "id")
	if err != nil {
		return p, err
	}
	d, err := h.desk.Person(c.UserContext(), web.By(c), id)
	if err != nil {
		return p, err
	}
	ch, err := h.desk.Choices(c.UserContext())
	if err != nil {
		return p, err
	}
	fields, err := h.desk.PersonFields(c.UserContext(), web.By(c), id)
	if err != nil {
		return p, err
	}
	working, err := h.desk.WorkingOf(c.UserContext(), web.By(c), id)
	if err != nil {
		return p, err
	}
	return view.Person{
		Working: working, Limit: view.LimitWord(working.Own), AwayTo: working.AwayTo,
		Fields: fields, ID: id, Name: d.Name, Email: d.Email, Kind: string(d.Kind), Narrow: d.Narrow, Loose: d.Loose, Version: d.Version, In: d.Departments, Departments: ch.Departments,
		Agents: ch.Agents, Active: d.Active(), Invited: d.Invited, OpenTickets: d.OpenTickets, SeenAt: d.SeenAt, CreatedAt: d.CreatedAt, Me: id == web.By(c).ID, WasKind: d.Kind,
	}, nil
}

// UpdatePerson changes name, address, departments and what they narrow.
func (h *handler) UpdatePerson(c *fiber.Ctx) error {
	was, err := h.person(c)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	p, ids := personForm(f)
	err = h.desk.UpdatePerson(c.UserContext(), web.By(c), was.ID, desk.PersonChange{Name: &p.Name, Email: &p.Email, Narrow: &p.Narrow, Loose: &p.Loose, Departments: &ids, Version: p.Version})
	return h.personSaved(c, was, p, err)
}

// personSaved goes back to the list, or shows the form again with what was typed.
func (h *handler) personSaved(c *fiber.Ctx, was, typed view.Person, err error) error {
	problems, stale := model.Problems(err), errors.Is(err, model.ErrConflict)
	if len(problems) == 0 && !stale {
		if err != nil {
			return err
		}
		web.Say(c, "ok", "admin.saved")
		return web.Done(c, "admin/people/"+idOf(was.ID)+"/")
	}
	was.Name, was.Email, was.Narrow, was.Loose, was.In = typed.Name, typed.Email, typed.Narrow, typed.Loose, typed.In
	was.Problems, was.Stale = problems, stale
	status := fiber.StatusUnprocessableEntity
	if stale {
		status = fiber.StatusConflict
	}
	return web.Render(c, status, view.PersonPage(was))
}

// personAct runs one verb about a person and comes back to them.
func (h *handler) personAct(c *fiber.Ctx, verb func(p view.Person, f *web.Form) error) error {
	was, err := h.person(c)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	return h.personSaved(c, was, was, verb(was, f))
}

// UpdateKind changes what a person is to the desk.
func (h *handler) UpdateKind(c *fiber.Ctx) error {
	return h.personAct(c, func(p view.Person, f *web.Form) error {
		kind, err := model.ParseKind(f.Text("kind"))
		if err != nil {
			return err
		}
		return h.desk.SetKind(c.UserContext(), web.By(c), p.ID, kind, handTo(f))
	})
}

// DeactivatePerson ends a person's access and hands their tickets on.
func (h *handler) DeactivatePerson(c *fiber.Ctx) error {
	return h.personAct(c, func(p view.Person, f *web.Form) error {
		return h.desk.Deactivate(c.UserContext(), web.By(c), p.ID, handTo(f))
	})
}

// ActivatePerson lets a person in again.
func (h *handler) ActivatePerson(c *fiber.Ctx) error {
	return h.personAct(c, func(p view.Person, _ *web.Form) error {
		return h.desk.Activate(c.UserContext(), web.By(c), p.ID)
	})
}

// InviteAgain sends a fresh invitation.
func (h *handler) InviteAgain(c *fiber.Ctx) error {
	return h.personAct(c, func(p view.Person, _ *web.Form) error {
		return h.desk.InviteAgain(c.UserContext(), web.By(c), p.ID)
	})
}

// SignOutPerson ends all sessions of a person.
func (h *handler) SignOutPerson(c *fiber.Ctx) error {
	return h.personAct(c, func(p view.Person, _ *web.Form) error {
		return h.desk.RevokeAllSessions(c.UserContext(), web.By(c), p.ID)
	})
}

// handTo is who gets the open tickets of somebody who may not have any more.
func handTo(f *web.Form) model.PersonID {
	id, _ := web.ParseID[model.PersonID](f.Text("hand_to")) // none is nobody
	return id
}
