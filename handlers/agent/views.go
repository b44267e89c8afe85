package agent

import (
	"errors"
	"slices"

	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
	"escalated/text"
	view "escalated/views/agent"
)

func viewRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Page("agent/views/", web.Staff, h.ListViews),
		web.Page("agent/views/create/", web.Staff, h.NewView),
		web.Post("agent/views/store/", web.Staff, h.StoreView),
		web.Page("agent/views/:id/", web.Staff, h.EditView),
		web.Post("agent/views/:id/update/", web.Staff, h.UpdateView),
		web.Post("agent/views/:id/duplicate/", web.Staff, h.DuplicateView),
		web.Post("agent/views/:id/delete/", web.Staff, h.DeleteView),
		web.Post("agent/views/:id/place/", web.Staff, h.PlaceView),
	}
}

// viewID is the view of the path; the desk's own have negative ids.
func viewID(c *fiber.Ctx) (model.ViewID, error) {
	raw := web.Param(c, "id")
	if len(raw) > 1 && raw[0] == '-' {
		id, ok := web.ParseID[model.ViewID](raw[1:])
		if !ok {
			return 0, model.ErrNotFound
		}
		return -id, nil
	}
	return web.ID[model.ViewID](c, "id")
}

// ListViews answers with all views, those the reader hides too.
func (h *handler) ListViews(c *fiber.Ctx) error {
	p := view.Views{}
	var err error
	if p.Side, err = h.side(c, ""); err != nil {
		return err
	}
	if p.List, err = h.desk.Views(c.UserContext(), web.By(c)); err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.ViewsPage(p))
}

// NewView answers with the form for a view of the list in front.
func (h *handler) NewView(c *fiber.Ctx) error {
	return h.viewForm(c, fiber.StatusOK, model.View{Query: web.Query(c, "query"), Scope: model.ScopeMine, Icon: "list", Hue: "blue"}, nil, false)
}

// EditView answers with the form of a view that is there.
func (h *handler) EditView(c *fiber.Ctx) error {
	id, err := viewID(c)
	if err != nil {
		return err
	}
	v, err := h.desk.View(c.UserContext(), web.By(c), id)
	if err != nil {
		return err
	}
	if !v.CanEdit {
		return model.ErrDenied
	}
	return h.viewForm(c, fiber.StatusOK, v, nil, false)
}

// viewForm shows a view as it is edited, with what is wrong.
func (h *handler) viewForm(c *fiber.Ctx, status int, v model.View, problems model.Invalid, stale bool) error {
	ctx, by := c.UserContext(), web.By(c)
	if web.IsHTMX(c) && status != fiber.StatusOK {
		c.Set("HX-Retarget", "#dialog-msg")
		c.Set("HX-Reswap", "innerHTML")
		return web.Render(c, status, view.ViewRefused(problems, stale))
	}
	p := view.ViewForm{View: v, Problems: problems, Stale: stale, Share: by.Can(model.PermSettings)}
	var err error
	if p.Side, err = h.side(c, ""); err != nil {
		return err
	}
	if p.Choices, err = h.choices(ctx); err != nil {
		return err
	}
	p.Queue = view.Queue{Filter: model.FilterReader{Me: by.ID}.ReadQuery(v.Query), Choices: p.Choices, Me: by.ID}
	return web.PageOr(c, status, view.ViewFormPage(p), "dialog")
}

// StoreView keeps a list under a name.
func (h *handler) StoreView(c *fiber.Ctx) error { return h.saveView(c, model.View{}) }

// UpdateView changes a view: all of it, or its list alone.
func (h *handler) UpdateView(c *fiber.Ctx) error {
	id, err := viewID(c)
	if err != nil {
		return err
	}
	v, err := h.desk.View(c.UserContext(), web.By(c), id)
	if err != nil {
		return err
	}
	return h.saveView(c, v)
}

func (h *handler) saveView(c *fiber.Ctx, v model.View) error {
	web.Slot(c, "dialog-msg")
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	if f.Has("query") || v.ID == 0 {
		v.Query = f.Text("query")
	}
	if f.Text("only") != "query" {
		readView(f, &v)
	}
	ctx, set := desk.Undoing(c.UserContext())
	id, err := h.desk.SaveView(ctx, web.By(c), v)
	problems := model.Problems(err)
	var stale *model.Stale
	switch {
	case len(problems) > 0:
		return h.viewForm(c, fiber.StatusUnprocessableEntity, v, problems, false)
	case errors.As(err, &stale), errors.Is(err, model.ErrConflict):
		return h.viewForm(c, fiber.StatusConflict, v, nil, true)
	case err != nil:
		return err
	}
	sayDone(c, *set, "queue.view_saved", "Name", v.Name)
	return web.Done(c, model.View{ID: id}.Path())
}

// readView takes over what the form says.
func readView(f *web.Form, v *model.View) {
	v.Name, v.Icon, v.Hue = f.Text("name"), f.Text("icon"), f.Text("hue")
	v.Scope = model.ViewScope(f.Text("scope"))
	if v.Scope == "" {
		v.Scope = model.ScopeMine
	}
	v.DepartmentID, _ = web.ParseID[model.DepartmentID](f.Text("department_id"))
	if v.Scope != model.ScopeDepartment {
		v.DepartmentID = 0
	}
	v.People = nil
	for _, p := range f.List("people[]") {
		if id, ok := web.ParseID[model.PersonID](p); ok && v.Scope == model.ScopePeople {
			v.People = append(v.People, id)
		}
	}
	if f.Has("version") && v.ID != 0 {
		v.Version = f.Int("version")
	}
}

// DuplicateView makes a copy of the reader's own and opens its form.
func (h *handler) DuplicateView(c *fiber.Ctx) error {
	id, err := viewID(c)
	if err != nil {
		return err
	}
	ctx, set := desk.Undoing(c.UserContext())
	v, err := h.desk.View(ctx, web.By(c), id)
	if err != nil {
		return err
	}
	copied, err := h.desk.DuplicateView(ctx, web.By(c), id, text.T(ctx, "queue.copy_of", "Name", view.ViewTitle(ctx, v)))
	if err != nil {
		return err
	}
	sayDone(c, *set, "queue.view_copied")
	return web.Done(c, model.View{ID: copied}.Path())
}

// DeleteView takes a view away; it can be taken back.
func (h *handler) DeleteView(c *fiber.Ctx) error {
	id, err := viewID(c)
	if err != nil {
		return err
	}
	ctx, set := desk.Undoing(c.UserContext())
	if err := h.desk.DeleteView(ctx, web.By(c), id); err != nil {
		return err
	}
	sayDone(c, *set, "queue.view_deleted")
	return web.Done(c, "agent/views/")
}

// PlaceView moves a view up or down, hides or shows it, or makes it the one
// the reader begins with.
func (h *handler) PlaceView(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), web.By(c)
	id, err := viewID(c)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	list, err := h.desk.Views(ctx, by)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(list, func(v model.View) bool { return v.ID == id })
	if at < 0 {
		return model.ErrNotFound
	}
	places := make([]model.ViewPlace, len(list))
	for i, v := range list {
		places[i] = model.ViewPlace{View: v.ID, Hidden: v.Hidden, Default: v.Default}
	}
	if f.Has("hidden") {
		places[at].Hidden = f.Bool("hidden")
		places[at].Default = places[at].Default && !places[at].Hidden
	}
	if f.Has("default") {
		for i := range places {
			places[i].Default = i == at && f.Bool("default")
		}
		places[at].Hidden = places[at].Hidden && !places[at].Default
	}
	if to := at + map[string]int{"up": -1, "down": 1}[f.Text("move")]; to >= 0 && to < len(places) {
		places[at], places[to] = places[to], places[at]
	}
	if err := h.desk.PlaceViews(ctx, by, places); err != nil {
		return err
	}
	web.Say(c, "ok", "queue.views_placed")
	return web.Done(c, web.Back(c, "agent/views/"))
}
