package admin

import (
	"errors"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/admin"
)

func fieldRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Page("admin/fields/", web.Staff, h.ListFields).Needing(model.PermSettings),
		web.Page("admin/fields/create/", web.Staff, h.NewField).Needing(model.PermSettings),
		web.Post("admin/fields/store/", web.Staff, h.CreateField).Needing(model.PermSettings),
		web.Page("admin/fields/:id/", web.Staff, h.EditField).Needing(model.PermSettings),
		web.Post("admin/fields/:id/update/", web.Staff, h.UpdateField).Needing(model.PermSettings),
		web.Post("admin/fields/:id/move/", web.Staff, h.MoveField).Needing(model.PermSettings),
		web.Post("admin/fields/:id/archive/", web.Staff, h.ArchiveField).Needing(model.PermSettings),
		web.Post("admin/people/:id/fields/", web.Staff, h.UpdatePersonFields).Needing(model.PermPeople),
	}
}

// ListFields answers with all custom fields in their order.
func (h *handler) ListFields(c *fiber.Ctx) error {
	list, err := h.desk.FieldDefs(c.UserContext(), web.By(c))
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.FieldsPage(list))
}

// NewField answers with an empty form.
func (h *handler) NewField(c *fiber.Ctx) error {
	p := view.FieldForm{FieldDef: model.FieldDef{Entity: model.FieldOfTicket, Kind: model.CustomText, Audience: model.AudienceStaff}}
	if web.Query(c, "entity") == model.FieldOfPerson {
		p.Entity = model.FieldOfPerson
	}
	if k := model.CustomKind(web.Query(c, "kind")); slices.Contains(model.CustomKinds(), k) {
		p.Kind = k
	}
	if err := h.fieldForm(c, &p); err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.FieldPage(p))
}

// fieldForm loads what the form offers for conditions.
func (h *handler) fieldForm(c *fiber.Ctx, p *view.FieldForm) error {
	all, err := h.desk.Choices(c.UserContext())
	if err != nil {
		return err
	}
	p.Departments = all.Departments
	for _, f := range all.Fields {
		if f.ID != p.ID && f.Active() {
			p.Others = append(p.Others, f)
		}
	}
	return nil
}

// EditField answers with the form of one field.
func (h *handler) EditField(c *fiber.Ctx) error {
	id, err := web.ID[model.FieldID](c, "id")
	if err != nil {
		return err
	}
	var p view.FieldForm
	if p.FieldDef, err = h.desk.FieldDef(c.UserContext(), web.By(c), id); err != nil {
		return err
	}
	if err := h.fieldForm(c, &p); err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.FieldPage(p))
}

// CreateField makes a field.
func (h *handler) CreateField(c *fiber.Ctx) error { return h.saveField(c, 0) }

// UpdateField changes a field.
func (h *handler) UpdateField(c *fiber.Ctx) error {
	id, err := web.ID[model.FieldID](c, "id")
	if err != nil {
		return err
	}
	return h.saveField(c, id)
}

func (h *handler) saveField(c *fiber.Ctx, id model.FieldID) error {
	ctx, by := c.UserContext(), web.By(c)
	var was model.FieldDef
	var err error
	if id != 0 {
		if was, err = h.desk.FieldDef(ctx, by, id); err != nil {
			return err
		}
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	p := view.FieldForm{FieldDef: readField(f, was)}
	more := f.Has("more") // another line for options or conditions
	if !more {
		_, err = h.desk.SaveField(ctx, by, p.FieldDef)
		p.Problems, p.Stale = model.Problems(err), errors.Is(err, model.ErrConflict)
		if len(p.Problems) == 0 && !p.Stale {
			if err != nil {
				return err
			}
			web.Say(c, "ok", "admin.saved")
			return web.Done(c, "admin/fields/")
		}
	}
	status := fiber.StatusUnprocessableEntity
	switch {
	case more:
		status = fiber.StatusOK
	case p.Stale:
		status, p.Version = fiber.StatusConflict, was.Version
	}
	if err := h.fieldForm(c, &p); err != nil {
		return err
	}
	return web.Render(c, status, view.FieldPage(p))
}

// readField is the field of a form; what is fixed stays as it was.
func readField(f *web.Form, was model.FieldDef) model.FieldDef {
	in := was
	if was.ID == 0 {
		in.Entity, in.Kind, in.Key = f.Text("entity"), model.CustomKind(f.Text("kind")), f.Text("key")
	}
	in.Label, in.Help, in.RequiredOn, in.Audience, in.Version = localized(f, "label"), localized(f, "help"), f.Text("required_on"), f.Text("audience"), f.Int("version")
	in.Options, in.Conditions = readOptions(f), nil
	for i := 0; f.Has("condition." + strconv.Itoa(i) + ".field"); i++ {
		at := "condition." + strconv.Itoa(i) + "."
		if field := f.Text(at + "field"); field != "" {
			in.Conditions = append(in.Conditions, model.FieldCondition{Field: field, Operator: f.Text(at + "operator"), Value: f.Text(at + "value")})
		}
	}
	return in
}

// readOptions are the lines of options that are filled in, in the order of
// their numbers.
func readOptions(f *web.Form) model.FieldOptions {
	type placed struct {
		model.FieldOption
		at int64
	}
	var list []placed
	for i := 0; f.Has("option." + strconv.Itoa(i) + ".label"); i++ {
		at := "option." + strconv.Itoa(i) + "."
		o := model.FieldOption{Key: f.Text(at + "key"), Label: localized(f, at+"label"), Archived: f.Bool(at + "archived")}
		if o.Key != "" || len(o.Label) > 0 {
			list = append(list, placed{o, f.Int(at + "place")})
		}
	}
	slices.SortStableFunc(list, func(a, b placed) int { return int(a.at - b.at) })
	var out model.FieldOptions
	for _, o := range list {
		out = append(out, o.FieldOption)
	}
	return out
}

// MoveField moves a field up or down.
func (h *handler) MoveField(c *fiber.Ctx) error {
	id, err := web.ID[model.FieldID](c, "id")
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	if err := h.desk.MoveField(c.UserContext(), web.By(c), id, f.Text("to") == "up"); err != nil {
		return err
	}
	return web.Done(c, "admin/fields/")
}

// ArchiveField takes a field out of use, or back.
func (h *handler) ArchiveField(c *fiber.Ctx) error {
	id, err := web.ID[model.FieldID](c, "id")
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	if err := h.desk.ArchiveField(c.UserContext(), web.By(c), id, f.Bool("on")); err != nil {
		return err
	}
	web.Say(c, "ok", "admin.saved")
	return web.Done(c, "admin/fields/")
}

// UpdatePersonFields fills in custom fields of a person.
func (h *handler) UpdatePersonFields(c *fiber.Ctx) error {
	id, err := web.ID[model.PersonID](c, "id")
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	typed := f.Fields("person_field.")
	err = h.desk.SetPersonFields(c.UserContext(), web.By(c), id, typed)
	if problems := model.Problems(err); len(problems) > 0 {
		p, err := h.person(c)
		if err != nil {
			return err
		}
		p.Problems, p.Typed = problems, typed
		return web.Render(c, fiber.StatusUnprocessableEntity, view.PersonPage(p))
	}
	if err != nil {
		return err
	}
	web.Say(c, "ok", "admin.saved")
	return web.Done(c, "admin/people/"+strconv.FormatInt(int64(id), 10)+"/")
}
