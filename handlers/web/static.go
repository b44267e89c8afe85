package web

import (
	"github.com/gofiber/fiber/v2"

	"escalated/model"
	"escalated/static"
)

// Static sends a stylesheet, script or icon. Names carry a hash of the bytes,
// so browsers keep them for good; nothing of a person is in them.
func (s *Site) Static(c *fiber.Ctx) error { return sendStatic(c, clone(c.Params("name"))) }

// RootFile sends a file that browsers ask for at the root of a host.
func (s *Site) RootFile(name string) fiber.Handler {
	return func(c *fiber.Ctx) error { return sendStatic(c, name) }
}

func sendStatic(c *fiber.Ctx, name string) error {
	body, kind, etag, encoding, immutable, ok := static.Lookup(name, c.Get(fiber.HeaderAcceptEncoding))
	if !ok {
		return model.ErrNotFound
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=3600")
	if immutable {
		c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	}
	c.Set(fiber.HeaderETag, etag)
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	if matchesTag(c.Get(fiber.HeaderIfNoneMatch), trimQuotes(etag)) {
		c.Status(fiber.StatusNotModified)
		return nil
	}
	c.Set(fiber.HeaderContentType, kind)
	if encoding != "" {
		c.Set(fiber.HeaderContentEncoding, encoding)
	}
	c.Response().SetBodyRaw(body)
	return nil
}

func trimQuotes(s string) string {
	if len(s) > 1 && s[0] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}
