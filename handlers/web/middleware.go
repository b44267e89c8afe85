package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"escalated/model"
	"escalated/text"
)

// Begin is the outermost of the desk's middleware: it knows the request, keeps
// panics from spreading, sets the security headers and turns errors into
// answers.
func (s *Site) Begin(c *fiber.Ctx) (err error) {
	v := &visit{site: s, id: newID(), visitor: Visitor{Actor: model.Nobody()}}
	v.address, v.host, v.https = s.Proxies.see(c)
	v.visitor.Actor.Address = v.address
	c.Locals(visitKey{}, v)
	if host, ok := c.Context().UserValue(HostContext{}).(context.Context); ok {
		c.SetUserContext(host)
	}
	s.headers(c)
	defer func() {
		if p := recover(); p != nil {
			s.Log.Error("panic", "request", v.id, "path", logPath(c.Path()), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = s.fail(c, errPanic)
		}
		s.compress(c)
	}()
	if err := c.Next(); err != nil {
		return s.fail(c, err)
	}
	return nil
}

// HostCheck refuses requests for a name that is not ours, so that links made
// from it and pages of other sites cannot be mixed with ours (RFC 9110
// §15.5.20). Health checks come from machines that know no name.
func (s *Site) HostCheck(c *fiber.Ctx) error {
	if s.Own && !s.ours(at(c).host) {
		return fiber.NewError(fiber.StatusMisdirectedRequest)
	}
	return c.Next()
}

// SameOrigin refuses unsafe requests that a browser sends for another site.
// Clients that send neither Origin nor Sec-Fetch-Site are no browsers.
func (s *Site) SameOrigin() fiber.Handler {
	cop := http.NewCrossOriginProtection()
	if s.BaseURL != "" {
		if err := cop.AddTrustedOrigin(s.BaseURL); err != nil {
			s.Log.Error("base_url is no origin", "error", err)
		}
	}
	return func(c *fiber.Ctx) error {
		v := at(c)
		r := &http.Request{Method: clone(c.Method()), Host: v.host, URL: &url.URL{Path: clone(c.Path())}, Header: http.Header{}}
		for _, name := range []string{"Sec-Fetch-Site", "Origin"} {
			if value := c.Get(name); value != "" {
				r.Header.Set(name, clone(value))
			}
		}
		if err := cop.Check(r); err != nil {
			s.Log.Warn("cross-origin request refused", "request", v.id, "path", logPath(r.URL.Path), "origin", r.Header.Get("Origin"))
			return model.ErrDenied
		}
		return c.Next()
	}
}

// Recognise finds out who is asking and which language they read.
func (s *Site) Recognise(c *fiber.Ctx) error {
	v := at(c)
	ctx := c.UserContext()
	settings := s.Settings(ctx)
	who, err := s.Identify(ctx, knock(c, v))
	if err != nil {
		return fmt.Errorf("identify: %w", err)
	}
	if who.Actor.Kind == "" {
		who.Actor = model.Nobody()
	}
	who.Actor.Address = v.address
	v.visitor, v.framed = who, true
	c.SetUserContext(s.frame(c, s.speak(c, who, settings), settings))
	return c.Next()
}

// lost answers paths that no route has: with a slash at its end it may be one.
func (s *Site) lost(routes []Route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		path := clone(c.Path())
		if path != s.Prefix && !strings.HasPrefix(path, s.Prefix+"/") {
			return c.Next() // "/supportive"
		}
		if path == s.Prefix {
			return redirect(c, s.Prefix+"/", fiber.StatusPermanentRedirect)
		}
		below := strings.TrimPrefix(path, s.Prefix+"/")
		if !strings.HasSuffix(path, "/") && known(routes, c.Method(), below+"/") {
			return withSlash(c)
		}
		return c.Next()
	}
}

// withSlash sends the browser to the same path with a slash at its end. The
// status keeps method and form.
func withSlash(c *fiber.Ctx) error {
	to := clone(c.Path()) + "/"
	if q := string(c.Request().URI().QueryString()); q != "" {
		to += "?" + q
	}
	return redirect(c, to, fiber.StatusPermanentRedirect)
}

// known reports whether a path below the prefix is one of the routes'.
func known(routes []Route, method, below string) bool {
	if strings.HasPrefix(below, "/") || strings.Contains(below, "//") {
		return false
	}
	if method == fiber.MethodHead {
		method = fiber.MethodGet
	}
	parts := strings.Split(below, "/")
	for _, r := range routes {
		if r.Method == method && matches(strings.Split(r.Path, "/"), parts) {
			return true
		}
	}
	return false
}

func matches(pattern, parts []string) bool {
	if len(pattern) != len(parts) {
		return false
	}
	for i, p := range pattern {
		if p != parts[i] && (!strings.HasPrefix(p, ":") || parts[i] == "") {
			return false
		}
	}
	return true
}

// zones keeps loaded time zones: loading one reads a file.
var zones sync.Map

// zone is the first of the names that is a time zone; UTC when none is.
func zone(names ...string) *time.Location {
	for _, name := range names {
		if name == "" {
			continue
		}
		if z, ok := zones.Load(name); ok {
			return z.(*time.Location)
		}
		if z, err := time.LoadLocation(name); err == nil {
			zones.Store(name, z)
			return z
		}
	}
	return time.UTC
}

// language chooses: person, cookie, browser, desk.
func language(c *fiber.Ctx, who Visitor, settings model.Settings) string {
	for _, l := range []string{who.Locale, clone(c.Cookies(LanguageCookie))} {
		for _, known := range text.Languages() {
			if l != "" && known.Code == l {
				return l
			}
		}
	}
	if accept := clone(c.Get(fiber.HeaderAcceptLanguage)); accept != "" {
		if l := text.Match(accept); l != "" {
			return l
		}
	}
	return settings.DefaultLanguage
}

func newID() string {
	var b [8]byte
	rand.Read(b[:]) // never fails since Go 1.24
	return hex.EncodeToString(b[:])
}
