// Package handlers is the desk on HTTP: the URL map, the order of middleware,
// health checks and the event stream. What the pages do is in the packages
// below, one an audience; what they share is in web.
package handlers

import (
	"context"
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/outbox/live"
)

// Options of New.
type Options struct {
	Site *web.Site
	Desk *desk.Desk
	Hub  *live.Hub
	// Topics are what open pages may follow; those of the audiences if nil.
	Topics web.Topics
	// Ready fails while the desk starts or stops.
	Ready func() error
}

// New assembles the application. Its routes carry the site's prefix; on the
// desk's own server it answers the root paths too.
func New(o Options) *fiber.App {
	app := fiber.New(fiber.Config{
		AppName:           "escalated",
		StrictRouting:     true, // one spelling a page: no doubled slashes, no other case
		CaseSensitive:     true,
		StreamRequestBody: true, // files go to disk while they arrive; web.ReadForm holds the limits

		DisablePreParseMultipartForm: true, // it would read whole files before the handler runs
		DisableStartupMessage:        true,
		ReadTimeout:                  30 * time.Second,
		IdleTimeout:                  2 * time.Minute,
		ReadBufferSize:               16 << 10,
		ErrorHandler:                 bareError,
	})
	app.Server().HeaderReceived = patience
	app.Server().NoDefaultServerHeader = true
	s := o.Site
	if s.Own {
		app.Get("/healthz", health(o.Desk.Health))
		app.Get("/readyz", health(func(ctx context.Context) error {
			return errors.Join(o.Ready(), o.Desk.Health(ctx))
		}))
	}
	app.Use(s.Begin, s.HostCheck)
	if s.Own {
		root(app, s)
	}
	app.Get(s.Prefix+"/static/:name", s.Static)
	app.Use(s.Prefix, s.SameOrigin(), s.Recognise)
	routes := Routes(o)
	s.Mount(app, routes)
	return app
}

// patience gives uploads the time that a slow line needs; all other requests
// have to arrive within the read timeout.
func patience(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
	var cfg fasthttp.RequestConfig
	if h.IsPost() && len(h.MultipartFormBoundary()) > 0 {
		cfg.ReadTimeout = 10 * time.Minute
	}
	return cfg
}

// bareError answers what went wrong before the desk's middleware ran: broken
// requests, and errors of health checks.
func bareError(c *fiber.Ctx, err error) error {
	c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
	return c.SendStatus(web.Status(err))
}

func health(check func(context.Context) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx, cancel := context.WithTimeout(c.UserContext(), 2*time.Second)
		defer cancel()
		c.Set(fiber.HeaderCacheControl, "no-store")
		if err := check(ctx); err != nil {
			return c.SendStatus(fiber.StatusServiceUnavailable)
		}
		return c.SendStatus(fiber.StatusOK)
	}
}

// root answers the paths above the prefix on a server of our own.
func root(app *fiber.App, s *web.Site) {
	app.Get("/", func(c *fiber.Ctx) error { return c.Redirect(s.Prefix+"/", fiber.StatusFound) })
	app.Get("/robots.txt", s.RootFile("robots.txt"))
	app.Get("/favicon.ico", s.RootFile("favicon.ico"))
}
