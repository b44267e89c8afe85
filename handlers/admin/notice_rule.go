package admin

import (
	"errors"
	"slices"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/admin"
)

func noticeRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Page("admin/notifications/", web.Staff, h.ShowNoticeRules).Needing(model.PermSettings),
		web.Post("admin/notifications/update/", web.Staff, h.UpdateNoticeRules).Needing(model.PermSettings),
		web.Post("admin/notifications/reset/", web.Staff, h.ResetNoticeRules).Needing(model.PermSettings),
	}
}

// ShowNoticeRules answers with the matrix of what the desk tells whom and how.
func (h *handler) ShowNoticeRules(c *fiber.Ctx) error {
	rules, err := h.desk.NoticeRules(c.UserContext(), web.By(c))
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.NoticeRulesPage(noticeRules(c, rules)))
}

func noticeRules(c *fiber.Ctx, rules model.NoticeRules) view.NoticeRules {
	s := web.Settings(c)
	return view.NoticeRules{
		Told:  func(x model.NoticeCell) bool { return rules.Told(x.Topic, x.Audience, x.Channel) },
		Print: rules.Print(), Changed: len(rules) > 0, Mail: s.Notifies("email"), Server: s.WebhookURL != "",
	}
}

// UpdateNoticeRules saves the matrix: ticked boxes are named by their keys.
func (h *handler) UpdateNoticeRules(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	ctx, by := c.UserContext(), web.By(c)
	ticked := f.List("told[]")
	told := func(x model.NoticeCell) bool { return slices.Contains(ticked, x.Key()) }
	err = h.desk.SetNoticeRules(ctx, by, f.Text("seen"), told)
	if errors.Is(err, model.ErrConflict) {
		rules, err := h.desk.NoticeRules(ctx, by)
		if err != nil {
			return err
		}
		p := noticeRules(c, rules)
		p.Told, p.Stale = told, true
		return web.Render(c, fiber.StatusConflict, view.NoticeRulesPage(p))
	}
	if err != nil {
		return err
	}
	web.Say(c, "ok", "admin.saved")
	return web.Done(c, "admin/notifications/")
}

// ResetNoticeRules makes the matrix as built in.
func (h *handler) ResetNoticeRules(c *fiber.Ctx) error {
	err := h.desk.SetNoticeRules(c.UserContext(), web.By(c), "", func(x model.NoticeCell) bool { return x.Wanted })
	if err != nil {
		return err
	}
	web.Say(c, "ok", "matrix.reset_done")
	return web.Done(c, "admin/notifications/")
}
