package admin

import (
	"errors"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	"escalated/text"
	view "escalated/views/admin"
)

func statusRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Page("admin/statuses/", web.Staff, h.ListStatuses).Needing(model.PermSettings),
		web.Page("admin/statuses/create/", web.Staff, h.NewStatus).Needing(model.PermSettings),
		web.Post("admin/statuses/store/", web.Staff, h.CreateStatus).Needing(model.PermSettings),
		web.Page("admin/statuses/moves/", web.Staff, h.ShowStatusMoves).Needing(model.PermSettings),
		web.Post("admin/statuses/moves/update/", web.Staff, h.UpdateStatusMoves).Needing(model.PermSettings),
		web.Page("admin/statuses/:id/", web.Staff, h.EditStatus).Needing(model.PermSettings),
		web.Post("admin/statuses/:id/update/", web.Staff, h.UpdateStatus).Needing(model.PermSettings),
		web.Post("admin/statuses/:id/move/", web.Staff, h.MoveStatus).Needing(model.PermSettings),
		web.Post("admin/statuses/:id/archive/", web.Staff, h.ArchiveStatus).Needing(model.PermSettings),
	}
}

// localized reads a text by language: the plain field is for every language.
func localized(f *web.Form, name string) model.Localized {
	out := model.Localized{"": f.Text(name)}
	for _, l := range text.Languages() {
		out[l.Code] = f.Text(name + "_" + l.Code)
	}
	for lang, s := range out {
		if s == "" {
			delete(out, lang)
		}
	}
	return out
}

// ListStatuses answers with all statuses in their order.
func (h *handler) ListStatuses(c *fiber.Ctx) error {
	list, err := h.desk.StatusDefs(c.UserContext(), web.By(c))
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.StatusesPage(list))
}

// NewStatus answers with an empty form.
func (h *handler) NewStatus(c *fiber.Ctx) error {
	return web.Render(c, fiber.StatusOK, view.StatusPage(view.StatusForm{StatusRow: model.StatusRow{StatusDef: model.StatusDef{State: model.InProgress}}}))
}

// EditStatus answers with the form of one status.
func (h *handler) EditStatus(c *fiber.Ctx) error {
	id, err := web.ID[model.StatusID](c, "id")
	if err != nil {
		return err
	}
	p, err := h.statusForm(c, id)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.StatusPage(p))
}

// statusForm is the form of a status as it is, with what could replace it.
func (h *handler) statusForm(c *fiber.Ctx, id model.StatusID) (p view.StatusForm, err error) {
	if p.StatusRow, err = h.desk.StatusDef(c.UserContext(), web.By(c), id); err != nil {
		return p, err
	}
	all, err := h.desk.Choices(c.UserContext())
	if err != nil {
		return p, err
	}
	for _, s := range all.Statuses {
		if s.Active() && s.ID != id && s.State == p.State {
			p.Replacements = append(p.Replacements, s)
		}
	}
	return p, nil
}

// CreateStatus makes a status.
func (h *handler) CreateStatus(c *fiber.Ctx) error { return h.saveStatus(c, 0) }

// UpdateStatus changes a status.
func (h *handler) UpdateStatus(c *fiber.Ctx) error {
	id, err := web.ID[model.StatusID](c, "id")
	if err != nil {
		return err
	}
	return h.saveStatus(c, id)
}

func (h *handler) saveStatus(c *fiber.Ctx, id model.StatusID) error {
	ctx, by := c.UserContext(), web.By(c)
	var p view.StatusForm
	var err error
	if id != 0 {
		if p, err = h.statusForm(c, id); err != nil {
			return err
		}
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	version := p.Version
	p.Label, p.CustomerLabel, p.Hue, p.Version = localized(f, "label"), localized(f, "customer_label"), f.Text("hue"), f.Int("version")
	if id == 0 {
		p.Key = f.Text("key")
	}
	if w := f.Text("state"); w != "" || id == 0 {
		p.State, err = model.ParseStatus(w)
		if err != nil {
			p.State = 0
		}
	}
	_, err = h.desk.SaveStatus(ctx, by, p.StatusDef)
	p.Problems, p.Stale = model.Problems(err), errors.Is(err, model.ErrConflict)
	if len(p.Problems) == 0 && !p.Stale {
		if err != nil {
			return err
		}
		web.Say(c, "ok", "admin.saved")
		return web.Done(c, "admin/statuses/")
	}
	status := fiber.StatusUnprocessableEntity
	if p.Stale {
		status, p.Version = fiber.StatusConflict, version
	}
	return web.Render(c, status, view.StatusPage(p))
}

// MoveStatus moves a status up or down the list.
func (h *handler) MoveStatus(c *fiber.Ctx) error {
	id, err := web.ID[model.StatusID](c, "id")
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	if err := h.desk.MoveStatus(c.UserContext(), web.By(c), id, f.Text("to") == "up"); err != nil {
		return err
	}
	return web.Done(c, "admin/statuses/")
}

// ArchiveStatus takes a status out of use and gives its tickets another, or
// brings it back.
func (h *handler) ArchiveStatus(c *fiber.Ctx) error {
	id, err := web.ID[model.StatusID](c, "id")
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	if f.Bool("on") {
		to, _ := web.ParseID[model.StatusID](f.Text("replacement")) // without one the core status
		err = h.desk.ArchiveStatus(c.UserContext(), web.By(c), id, to)
	} else {
		err = h.desk.RestoreStatus(c.UserContext(), web.By(c), id)
	}
	if problems := model.Problems(err); len(problems) > 0 {
		p, err := h.statusForm(c, id)
		if err != nil {
			return err
		}
		p.Problems = problems
		return web.Render(c, fiber.StatusUnprocessableEntity, view.StatusPage(p))
	}
	if err != nil {
		return err
	}
	web.Say(c, "ok", "admin.saved")
	return web.Done(c, "admin/statuses/")
}

// ShowStatusMoves answers with the table of moves.
func (h *handler) ShowStatusMoves(c *fiber.Ctx) error {
	return h.statusMoves(c, fiber.StatusOK, nil)
}

func (h *handler) statusMoves(c *fiber.Ctx, status int, problems model.Invalid) error {
	all, err := h.desk.Choices(c.UserContext())
	if err != nil {
		return err
	}
	p := view.StatusMoves{Moves: all.Moves, Core: web.Settings(c).Moves(), Problems: problems}
	for _, s := range all.Statuses {
		if s.Active() {
			p.Statuses = append(p.Statuses, s)
		}
	}
	return web.Render(c, status, view.StatusMovesPage(p))
}

// UpdateStatusMoves saves the table of moves: ticked boxes are named FROM:TO.
func (h *handler) UpdateStatusMoves(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	var moves []model.StatusMove
	for _, v := range f.List("moves[]") {
		from, to, _ := strings.Cut(v, ":")
		a, err1 := strconv.ParseInt(from, 10, 64)
		b, err2 := strconv.ParseInt(to, 10, 64)
		if err1 != nil || err2 != nil {
			return h.statusMoves(c, fiber.StatusUnprocessableEntity, model.Invalid{{Field: "moves", Key: "choice_invalid"}})
		}
		moves = append(moves, model.StatusMove{From: model.StatusID(a), To: model.StatusID(b)})
	}
	err = h.desk.SaveStatusMoves(c.UserContext(), web.By(c), moves)
	if problems := model.Problems(err); len(problems) > 0 {
		return h.statusMoves(c, fiber.StatusUnprocessableEntity, problems)
	}
	if err != nil {
		return err
	}
	web.Say(c, "ok", "admin.saved")
	return web.Done(c, "admin/statuses/moves/")
}
