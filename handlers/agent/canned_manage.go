package agent

import (
	"errors"
	"slices"

	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/agent"
	"escalated/views/ui"
)

// keeper answers for the pages on which texts and macros are kept: those of
// the administration, and everybody's own.
type keeper struct {
	*handler
	base  string
	admin bool
}

func (k keeper) keep(c *fiber.Ctx) (view.Keep, error) {
	out := view.Keep{Admin: k.admin, Base: k.base}
	if k.admin {
		return out, nil
	}
	var err error
	out.Side, err = k.side(c, "")
	return out, err
}

// shareable are the departments the actor may share with.
func (k keeper) shareable(c *fiber.Ctx, all bool) ([]model.Department, error) {
	choices, err := k.desk.Choices(c.UserContext())
	if err != nil || all {
		return choices.Departments, err
	}
	var out []model.Department
	for _, d := range choices.Departments {
		if slices.Contains(web.By(c).Departments, d.ID) {
			out = append(out, d)
		}
	}
	return out, nil
}

// readShared reads for whom something is to be.
func readShared(f *web.Form) model.Shared {
	id, _ := web.ParseID[model.DepartmentID](f.Text("department_id"))
	return model.Shared{Scope: model.Sharing(f.Text("scope")), DepartmentID: id}
}

// firstScope is what a new text or macro begins with.
func (k keeper) firstScope() model.Sharing {
	if k.admin {
		return model.ShareAll
	}
	return model.ShareMine
}

// ListCanned answers with the canned responses the actor keeps.
func (k keeper) ListCanned(c *fiber.Ctx) error {
	at, err := k.keep(c)
	if err != nil {
		return err
	}
	p := view.CannedList{Keep: at, Query: web.Query(c, "q"), Category: web.Query(c, "category"), Scope: model.Sharing(web.Query(c, "scope"))}
	p.List, p.Categories, err = k.desk.CannedList(c.UserContext(), web.By(c), desk.TextFilter{Query: p.Query, Category: p.Category, Scope: p.Scope})
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.CannedListPage(p))
}

// NewCanned answers with an empty form.
func (k keeper) NewCanned(c *fiber.Ctx) error {
	return k.cannedForm(c, fiber.StatusOK, view.CannedForm{Canned: model.Canned{Shared: model.Shared{Scope: k.firstScope()}}})
}

// EditCanned answers with the form of one canned response.
func (k keeper) EditCanned(c *fiber.Ctx) error {
	id, err := web.ID[model.CannedID](c, "id")
	if err != nil {
		return err
	}
	canned, files, err := k.desk.Canned(c.UserContext(), web.By(c), id)
	if err != nil {
		return err
	}
	return k.cannedForm(c, fiber.StatusOK, view.CannedForm{Canned: canned, Kept: files})
}

// cannedForm answers with the form and what it offers.
func (k keeper) cannedForm(c *fiber.Ctx, status int, p view.CannedForm) error {
	ctx, by := c.UserContext(), web.By(c)
	var err error
	if p.Keep, err = k.keep(c); err != nil {
		return err
	}
	p.CanAll = by.Can(model.PermCanned)
	if p.Departments, err = k.shareable(c, p.CanAll); err != nil {
		return err
	}
	if p.Limits, err = k.desk.Limits(ctx); err != nil {
		return err
	}
	if p.Fields, err = k.desk.FieldKeys(ctx, web.By(c)); err != nil {
		return err
	}
	if _, p.Categories, err = k.desk.CannedList(ctx, by, desk.TextFilter{}); err != nil {
		return err
	}
	if p.Preview, err = k.cannedPreviews(c, p.Bodies); err != nil {
		return err
	}
	if p.Op == "" {
		p.Op = ui.NewOp(ctx)
	}
	if p.Slot == "" {
		p.Slot = "canned:" + p.Op
	}
	if p.Staged, err = k.desk.Staged(ctx, by, "", p.Slot); err != nil {
		return err
	}
	return web.Render(c, status, view.CannedFormPage(p))
}

// CreateCanned makes a canned response.
func (k keeper) CreateCanned(c *fiber.Ctx) error { return k.saveCanned(c, model.Canned{}, nil) }

// UpdateCanned changes a canned response.
func (k keeper) UpdateCanned(c *fiber.Ctx) error {
	id, err := web.ID[model.CannedID](c, "id")
	if err != nil {
		return err
	}
	was, files, err := k.desk.Canned(c.UserContext(), web.By(c), id)
	if err != nil {
		return err
	}
	return k.saveCanned(c, was, files)
}

func (k keeper) saveCanned(c *fiber.Ctx, was model.Canned, kept []model.Attachment) error {
	ctx, by := c.UserContext(), web.By(c)
	f, err := web.ReadForm(c, k.stage(c, ""))
	if err != nil {
		return err
	}
	in := model.Canned{ID: was.ID, Shared: readShared(f), Title: f.Text("title"), Category: f.Text("category"), Bodies: cannedBodies(f), Version: f.Int("version")}
	p := view.CannedForm{Canned: in, Kept: kept, Slot: f.Slot, Op: f.Text("op"), Problems: f.Problems}
	if f.Text("do") == "preview" {
		return k.cannedForm(c, fiber.StatusOK, p)
	}
	if len(p.Problems) == 0 {
		_, err = k.desk.SaveCanned(ctx, by, in, desk.CannedFilesChange{Slot: f.Slot, Add: fileIDs(f), Drop: removedFiles(f)})
		p.Problems = model.Problems(err)
	}
	p.Stale = errors.Is(err, model.ErrConflict)
	if len(p.Problems) == 0 && !p.Stale {
		if err != nil {
			return err
		}
		web.Say(c, "ok", "canned.saved")
		return web.Done(c, k.base)
	}
	status := f.Status()
	if p.Stale {
		status, p.Version = fiber.StatusConflict, was.Version
	}
	return k.cannedForm(c, status, p)
}

// removedFiles are the files a form takes away.
func removedFiles(f *web.Form) (out []model.AttachmentID) {
	for _, v := range f.List("remove_files[]") {
		if id, ok := web.ParseID[model.AttachmentID](v); ok {
			out = append(out, id)
		}
	}
	return out
}

// DeleteCanned takes a canned response away.
func (k keeper) DeleteCanned(c *fiber.Ctx) error {
	id, err := web.ID[model.CannedID](c, "id")
	if err != nil {
		return err
	}
	ctx, set := desk.Undoing(c.UserContext())
	if err := k.desk.DeleteCanned(ctx, web.By(c), id); err != nil {
		return err
	}
	sayDone(c, *set, "canned.deleted")
	return web.Done(c, k.base)
}
