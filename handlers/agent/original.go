package agent

import (
	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/agent"
)

// ShowOriginal answers with the mail a message came from: its headers, its
// text, and its HTML in a frame of its own.
func (h *handler) ShowOriginal(c *fiber.Ctx) error {
	id, err := web.ID[model.MessageID](c, "id")
	if err != nil {
		return err
	}
	ctx, by := c.UserContext(), web.By(c)
	item, err := h.desk.ViewMessage(ctx, by, id)
	if err != nil {
		return err
	}
	_, mail, err := h.desk.Original(ctx, by, id)
	if err != nil {
		return err
	}
	side, err := h.side(c, "")
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.OriginalPage(view.Original{Side: side, Item: item, Mail: mail}))
}

// ShowOriginalHTML answers with the raw HTML of a mail, for the frame: a
// document that may not run scripts, load anything, send forms or navigate,
// and that belongs to no origin.
func (h *handler) ShowOriginalHTML(c *fiber.Ctx) error {
	id, err := web.ID[model.MessageID](c, "id")
	if err != nil {
		return err
	}
	_, mail, err := h.desk.Original(c.UserContext(), web.By(c), id)
	if err != nil {
		return err
	}
	if mail.HTML == "" {
		return model.ErrNotFound
	}
	c.Set("Content-Security-Policy", "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'")
	c.Set("X-Frame-Options", "SAMEORIGIN")
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	c.Type("html", "utf-8")
	return c.SendString(mail.HTML)
}

// SendOriginal answers with the exact bytes of a mail.
func (h *handler) SendOriginal(c *fiber.Ctx) error {
	id, err := web.ID[model.MessageID](c, "id")
	if err != nil {
		return err
	}
	row, body, err := h.desk.RawOfMessage(c.UserContext(), web.By(c), id)
	if err != nil {
		return err
	}
	return web.SendRawFrom(c, "message-"+web.Param(c, "id")+".eml", row.Size, body)
}
