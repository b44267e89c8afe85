package web

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"escalated/model"
)

// clone frees a string from the request's buffer, which is used again for the
// next request.
func clone(s string) string { return strings.Clone(s) }

// Param is a part of the path, decoded; "" when it is not decodable.
func Param(c *fiber.Ctx, name string) string {
	s, err := url.PathUnescape(c.Params(name))
	if err != nil {
		return ""
	}
	return clone(s)
}

// Query is a parameter of the URL, or "".
func Query(c *fiber.Ctx, name string) string { return clone(c.Query(name)) }

// QueryList is a parameter that may come several times: "t=a&t=b".
func QueryList(c *fiber.Ctx, name string) []string {
	var out []string
	for _, v := range c.Context().QueryArgs().PeekMulti(name) {
		out = append(out, string(v))
	}
	return out
}

// QueryInt is a parameter as a whole number, or 0.
func QueryInt(c *fiber.Ctx, name string) int {
	n, err := strconv.Atoi(c.Query(name))
	if err != nil {
		return 0
	}
	return n
}

// ID is a part of the path as an id. What is none is not found.
func ID[T ~int64](c *fiber.Ctx, name string) (T, error) {
	n, err := parseID(c.Params(name))
	return T(n), err
}

// parseID takes plain decimal digits only, so that an id has one spelling.
func parseID(s string) (int64, error) {
	if s == "" || len(s) > 18 || s[0] == '0' {
		return 0, model.ErrNotFound
	}
	for _, r := range s {
		if r < '0' || r > '9' {
			return 0, model.ErrNotFound
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, model.ErrNotFound
	}
	return n, nil
}

// TicketID is the ticket of the path. A reference in the number's place
// (ESC-1042, in any case) makes ok false: the answer is a redirect to the
// number, already written; return err. Others than GET are not found then.
func TicketID(c *fiber.Ctx, name string) (id model.TicketID, ok bool, err error) {
	raw := Param(c, name)
	if n, err := parseID(raw); err == nil {
		return model.TicketID(n), true, nil
	}
	if c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead {
		return 0, false, model.ErrNotFound
	}
	id, found := model.ParseReference(Settings(c).TicketReferencePrefix, raw, false)
	if !found {
		return 0, false, model.ErrNotFound
	}
	to := strings.Replace(clone(c.Path()), "/"+c.Params(name)+"/", "/"+strconv.FormatInt(int64(id), 10)+"/", 1)
	if q := string(c.Request().URI().QueryString()); q != "" {
		to += "?" + q
	}
	return 0, false, redirect(c, to, fiber.StatusFound)
}

// IsHTMX reports whether the request asks for a fragment rather than a page.
// Going back in history always needs the page.
func IsHTMX(c *fiber.Ctx) bool {
	return c.Get("HX-Request") == "true" && c.Get("HX-History-Restore-Request") != "true"
}

// Target is the id of the element that an HTMX request will replace, or "".
func Target(c *fiber.Ctx) string { return clone(c.Get("HX-Target")) }

// ParseID reads a form's or query's value as an id; false for what is none.
func ParseID[T ~int64](s string) (T, bool) {
	n, err := parseID(s)
	return T(n), err == nil
}
