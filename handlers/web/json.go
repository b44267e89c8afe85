package web

import (
	"encoding/json"
	"io"
	"mime"
	"strings"

	"github.com/gofiber/fiber/v2"

	"escalated/model"
)

// maxJSON bounds a body in JSON.
const maxJSON = 1 << 20

// SendsJSON reports whether the body of the request is JSON.
func SendsJSON(c *fiber.Ctx) bool {
	kind, _, err := mime.ParseMediaType(clone(c.Get(fiber.HeaderContentType)))
	return err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json"))
}

// ReadJSON reads the body of a request into a value. Errors of the request are
// answered as JSON from then on.
func ReadJSON(c *fiber.Ctx, into any) error {
	c.Request().Header.Set(fiber.HeaderAccept, fiber.MIMEApplicationJSON)
	b, err := io.ReadAll(io.LimitReader(body(c), maxJSON+1))
	if err != nil {
		return fiber.ErrBadRequest
	}
	if len(b) > maxJSON {
		return model.ErrTooLarge
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fiber.ErrBadRequest
	}
	return nil
}
