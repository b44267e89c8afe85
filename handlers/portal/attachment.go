package portal

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	"escalated/text"
)

// SendAttachment sends a file to whoever may see its message.
func (h *handler) SendAttachment(c *fiber.Ctx) error {
	id, err := web.ID[model.AttachmentID](c, "id")
	if err != nil {
		return err
	}
	a, body, err := h.desk.OpenAttachment(c.UserContext(), web.By(c), id)
	if err != nil {
		return err
	}
	return web.SendFile(c, web.File{Name: a.Filename, Mime: a.Mime, Size: a.Size, ETag: fmt.Sprintf("%d-%d", a.BlobID, a.ID), Body: body, Inline: web.Query(c, "download") == ""})
}

// CreateUpload takes in one file ahead of its form and answers with JSON:
// its id, name and size; or what is wrong, as a sentence.
func (h *handler) CreateUpload(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), web.By(c)
	if by.Kind == model.KindNobody {
		if err := h.desk.MayAsk(ctx, by); err != nil {
			return failed(c, err)
		}
	}
	f, err := web.ReadForm(c, h.stage(c))
	if err == nil {
		err = f.Err()
	}
	if err != nil {
		return failed(c, err)
	}
	staged, err := h.desk.Staged(ctx, by, f.Slot, f.Slot)
	if err != nil {
		return failed(c, err)
	}
	for _, a := range staged {
		if len(f.Files) > 0 && a.ID == f.Files[0] {
			return web.JSON(c, fiber.StatusOK, fiber.Map{"id": a.ID, "name": a.Filename, "size": a.Size, "slot": f.Slot, "shown_size": text.Bytes(ctx, a.Size)})
		}
	}
	return failed(c, model.Refuse("attachments", "required"))
}

// failed answers an upload with what is wrong, in words.
func failed(c *fiber.Ctx, err error) error {
	status := web.Status(err)
	if status >= 500 || status == fiber.StatusUnauthorized {
		return err
	}
	if problems := model.Problems(err); len(problems) > 0 && (problems[0].Key == "file_too_big" || problems[0].Key == "request_too_big") {
		status = fiber.StatusRequestEntityTooLarge
	}
	if strings.HasPrefix(c.Get(fiber.HeaderAccept), fiber.MIMEApplicationJSON) {
		return web.JSON(c, status, fiber.Map{"error": web.Sentence(c, err)})
	}
	c.Status(status).Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
	return c.SendString(web.Sentence(c, err))
}

// DeleteUpload takes a file back that no message has yet.
func (h *handler) DeleteUpload(c *fiber.Ctx) error {
	id, err := web.ID[model.AttachmentID](c, "id")
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	err = h.desk.Unstage(c.UserContext(), web.By(c), f.Slot, id)
	if err != nil && !errors.Is(err, model.ErrNotFound) {
		return err
	}
	if err != nil {
		return failed(c, err)
	}
	return web.Nothing(c)
}
