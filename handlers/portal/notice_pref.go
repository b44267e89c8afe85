package portal

import (
	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/portal"
)

func noticeRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Page("profile/notifications/", web.Customers, h.ShowMailChoices),
		web.Post("profile/notifications/", web.Customers, h.UpdateMailChoices),
		web.Page("unsubscribe/:token/", web.Anyone, h.ShowUnsubscribe),
		web.Post("unsubscribe/:token/", web.Anyone, h.Unsubscribe),
	}
}

// ShowMailChoices answers with what a customer may choose about mail.
func (h *handler) ShowMailChoices(c *fiber.Ctx) error {
	prefs, err := h.desk.MailChoices(c.UserContext(), web.By(c))
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.MailChoicesPage(prefs))
}

// UpdateMailChoices sets about what a customer wants mail.
func (h *handler) UpdateMailChoices(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	if err := h.desk.SetMailChoices(c.UserContext(), web.By(c), func(n model.Notice) bool { return f.Bool(string(n)) }); err != nil {
		return err
	}
	web.Say(c, "ok", "notice.saved")
	return web.Done(c, "profile/notifications/")
}

// ShowUnsubscribe asks whether mails about changes of status are to stop.
// Nothing is changed by looking: mail scanners open links.
func (h *handler) ShowUnsubscribe(c *fiber.Ctx) error {
	c.Set("X-Robots-Tag", "noindex, nofollow")
	token := web.Param(c, "token")
	if err := h.desk.CanStopMails(c.UserContext(), web.By(c), token); err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.UnsubscribePage(token, false))
}

// Unsubscribe stops mails about changes of status. Mail programs post here by
// themselves when their user says so (RFC 8058).
func (h *handler) Unsubscribe(c *fiber.Ctx) error {
	token := web.Param(c, "token")
	if err := h.desk.StopStatusMails(c.UserContext(), web.By(c), token); err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.UnsubscribePage(token, true))
}
