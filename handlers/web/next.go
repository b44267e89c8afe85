package web

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// Next is where to go after signing in: the given path if it is one of the
// desk's pages, else "". Nothing that a browser could read as another site
// passes, and nothing that leads back to a sign-in page.
func Next(c *fiber.Ctx, raw string) string { return at(c).site.next(raw) }

func (s *Site) next(raw string) string {
	if !strings.HasPrefix(raw, s.Prefix+"/") || len(raw) > 2000 {
		return ""
	}
	for _, r := range raw {
		if r <= ' ' || r == '\\' || r == 0x7f {
			return ""
		}
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil {
		return ""
	}
	if strings.Contains(u.Path, "//") || strings.Contains(u.Path, "/../") || strings.Contains(u.Path, "\\") {
		return ""
	}
	below := strings.TrimPrefix(u.Path, s.Prefix+"/")
	for _, door := range []string{"login/", "logout/", "setup/"} {
		if strings.HasPrefix(below, door) {
			return ""
		}
	}
	return raw
}

// SignInPath is the sign-in page that leads back to this request's page.
func SignInPath(c *fiber.Ctx) string {
	to := Path(c, "login/")
	if c.Method() == fiber.MethodGet {
		if next := Next(c, clone(c.OriginalURL())); next != "" && next != Path(c, "") {
			to += "?next=" + url.QueryEscape(next)
		}
	}
	return to
}

// Back is the page the request was sent from, when it is one of the desk's,
// else the given path below the prefix.
func Back(c *fiber.Ctx, below string) string {
	from := clone(c.Get("HX-Current-URL"))
	if from == "" {
		from = clone(c.Get(fiber.HeaderReferer))
	}
	if u, err := url.Parse(from); err == nil && from != "" {
		if p := Next(c, u.RequestURI()); p != "" {
			return p
		}
	}
	return Path(c, below)
}
