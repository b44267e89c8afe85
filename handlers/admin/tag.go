package admin

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/admin"
)

// ListTags answers with all tags.
func (h *handler) ListTags(c *fiber.Ctx) error {
	list, err := h.desk.Tags(c.UserContext(), web.By(c))
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.TagsPage(list))
}

// NewTag answers with an empty form.
func (h *handler) NewTag(c *fiber.Ctx) error {
	return web.Render(c, fiber.StatusOK, view.TagPage(view.Tag{Tag: model.Tag{Hue: "blue"}}))
}

// EditTag answers with the form of one tag.
func (h *handler) EditTag(c *fiber.Ctx) error {
	id, err := web.ID[model.TagID](c, "id")
	if err != nil {
		return err
	}
	t, err := h.desk.Tag(c.UserContext(), web.By(c), id)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.TagPage(view.Tag{Tag: t}))
}

// CreateTag makes a tag.
func (h *handler) CreateTag(c *fiber.Ctx) error { return h.saveTag(c, 0) }

// UpdateTag changes a tag.
func (h *handler) UpdateTag(c *fiber.Ctx) error {
	id, err := web.ID[model.TagID](c, "id")
	if err != nil {
		return err
	}
	return h.saveTag(c, id)
}

func (h *handler) saveTag(c *fiber.Ctx, id model.TagID) error {
	ctx, by := c.UserContext(), web.By(c)
	var was model.Tag
	var err error
	if id != 0 {
		if was, err = h.desk.Tag(ctx, by, id); err != nil {
			return err
		}
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	in := model.Tag{ID: id, Name: f.Text("name"), Hue: f.Text("hue"), Version: f.Int("version"), ArchivedAt: was.ArchivedAt}
	_, err = h.desk.SaveTag(ctx, by, in)
	problems := model.Problems(err)
	stale := errors.Is(err, model.ErrConflict)
	if len(problems) == 0 && !stale {
		if err != nil {
			return err
		}
		web.Say(c, "ok", "admin.saved")
		return web.Done(c, "admin/tags/")
	}
	status := fiber.StatusUnprocessableEntity
	if stale {
		status = fiber.StatusConflict
		in.Version = was.Version
	}
	return web.Render(c, status, view.TagPage(view.Tag{Tag: in, Problems: problems, Stale: stale}))
}

// ArchiveTag takes a tag out of the pickers, or back.
func (h *handler) ArchiveTag(c *fiber.Ctx) error {
	id, err := web.ID[model.TagID](c, "id")
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	if err := h.desk.ArchiveTag(c.UserContext(), web.By(c), id, f.Bool("on")); err != nil {
		return err
	}
	web.Say(c, "ok", "admin.saved")
	return web.Done(c, "admin/tags/")
}
