package web

import (
	"bytes"
	"fmt"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"
)

// Render answers with a page.
func Render(c *fiber.Ctx, status int, page templ.Component) error {
	flash(c)
	var b bytes.Buffer
	if err := page.Render(c.UserContext(), &b); err != nil {
		return fmt.Errorf("render page: %w", err)
	}
	return sendHTML(c, status, b.Bytes())
}

// Fragment answers with the named fragments of a page (templ.Fragment), in the
// order of the page; with none, with the whole component.
func Fragment(c *fiber.Ctx, status int, page templ.Component, ids ...any) error {
	if len(ids) == 0 {
		return Render(c, status, page)
	}
	var b bytes.Buffer
	if err := templ.RenderFragments(c.UserContext(), &b, page, ids...); err != nil {
		return fmt.Errorf("render fragment: %w", err)
	}
	return sendHTML(c, status, b.Bytes())
}

// PageOr answers with the page, or with one of its fragments when HTMX asks
// for the element of that id.
func PageOr(c *fiber.Ctx, status int, page templ.Component, fragments ...string) error {
	if IsHTMX(c) {
		for _, id := range fragments {
			if Target(c) == id {
				return Fragment(c, status, page, id)
			}
		}
	}
	return Render(c, status, page)
}

func sendHTML(c *fiber.Ctx, status int, html []byte) error {
	c.Append(fiber.HeaderVary, "HX-Request", "HX-Target")
	if IsHTMX(c) {
		sendToasts(c)
	}
	c.Status(status).Type("html", "utf-8")
	c.Response().SetBodyRaw(html)
	return nil
}

// JSON answers with a value as JSON.
func JSON(c *fiber.Ctx, status int, v any) error { return c.Status(status).JSON(v) }

// Nothing answers that it is done and nothing changes on the page.
func Nothing(c *fiber.Ctx) error {
	c.Append(fiber.HeaderVary, "HX-Request")
	sendToasts(c)
	c.Status(fiber.StatusNoContent)
	return nil
}

// Done ends a successful form: the browser goes to the path, with what was
// said (Say) shown there. The path is below the prefix, or one from Next.
func Done(c *fiber.Ctx, path string) error {
	if len(path) == 0 || path[0] != '/' {
		path = Path(c, path)
	}
	keepSaid(c)
	if IsHTMX(c) {
		c.Set("HX-Redirect", path)
		c.Append(fiber.HeaderVary, "HX-Request")
		c.Status(fiber.StatusNoContent)
		return nil
	}
	return redirect(c, path, fiber.StatusSeeOther)
}

// redirect sends the browser to a path of this host. Paths only: the Location
// needs no host, and a host made from the request could be forged.
func redirect(c *fiber.Ctx, path string, status int) error {
	c.Response().Header.Set(fiber.HeaderLocation, path)
	c.Status(status)
	return nil
}

// Go sends the browser to another page of the desk, by a path below the prefix.
func Go(c *fiber.Ctx, below string) error {
	return redirect(c, Path(c, below), fiber.StatusFound)
}
