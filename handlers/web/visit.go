package web

import (
	"context"
	"net/http"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"escalated/model"
)

// visit is what is known about one request. It lives in the request's locals.
type visit struct {
	site    *Site
	id      string // request id, for logs and error pages
	address string // client
	host    string // as the client wrote it
	https   bool
	visitor Visitor
	route   *Route
	framed  bool // the context has language and frame
	says    []said
}

type visitKey struct{}

// HostContext is the key under which a bridge leaves the context.Context of
// the host's request in the fasthttp request.
type HostContext struct{}

// HostTLS is the key under which a bridge tells whether the host's request
// came encrypted.
type HostTLS struct{}

func at(c *fiber.Ctx) *visit {
	v, _ := c.Locals(visitKey{}).(*visit)
	return v
}

// By is the actor of the request: the second argument of every verb.
func By(c *fiber.Ctx) model.Actor {
	if v := at(c); v != nil {
		return v.visitor.Actor
	}
	return model.Nobody()
}

// Become makes the rest of the request act as somebody else: a guest whose
// token was recognised.
func Become(c *fiber.Ctx, a model.Actor) { at(c).visitor.Actor = a }

// Who is the visitor of the request.
func Who(c *fiber.Ctx) Visitor { return at(c).visitor }

// Knocking is what the request offers to tell who is asking.
func Knocking(c *fiber.Ctx) Knock { return knock(c, at(c)) }

// Prefix is the first part of every path: "/support".
func Prefix(c *fiber.Ctx) string { return at(c).site.Prefix }

// Path is a path of the desk from its parts below the prefix:
// Path(c, "tickets/1042/") is "/support/tickets/1042/".
func Path(c *fiber.Ctx, below string) string { return at(c).site.Prefix + "/" + below }

// Address is the network address of the client, for throttles and sessions.
func Address(c *fiber.Ctx) string { return at(c).address }

// Base is the public address of the desk without a path: the configured one,
// else the one this request came to.
func Base(c *fiber.Ctx) string {
	v := at(c)
	if v.site.BaseURL != "" {
		return v.site.BaseURL
	}
	u := url.URL{Scheme: "http", Host: v.host}
	if v.https {
		u.Scheme = "https"
	}
	return u.String()
}

// Settings are the settings in force.
func Settings(c *fiber.Ctx) model.Settings { return at(c).site.Settings(c.UserContext()) }

// Now is the desk's clock.
func Now(c *fiber.Ctx) model.Time { return at(c).site.Now() }

// RequestID names the request in logs and on error pages.
func RequestID(c *fiber.Ctx) string { return at(c).id }

// Context is the request's context: language, time zone, deadline. Give it to
// every verb.
func Context(c *fiber.Ctx) context.Context { return c.UserContext() }

func knock(c *fiber.Ctx, v *visit) Knock {
	host, _ := c.Context().UserValue(HostContext{}).(context.Context)
	return Knock{
		Session: clone(c.Cookies(SessionCookie)),
		Address: v.address,
		Browser: clone(c.Get(fiber.HeaderUserAgent)),
		Header:  func(name string) string { return clone(c.Get(name)) },
		Cookie:  func(name string) string { return clone(c.Cookies(name)) },
		Value: func(key any) any {
			if host != nil {
				if x := host.Value(key); x != nil {
					return x
				}
			}
			if x := c.Context().UserValue(key); x != nil {
				return x
			}
			return c.UserContext().Value(key)
		},
	}
}

// SetupNeeded reports whether the desk still waits for its first admin.
func SetupNeeded(c *fiber.Ctx) (bool, error) {
	if s := at(c).site; s.Setup != nil {
		return s.Setup(c.UserContext())
	}
	return false, nil
}

// Freeze is a Knock that outlives its request, for streams.
func Freeze(c *fiber.Ctx) Knock {
	k := knock(c, at(c))
	headers, cookies := map[string]string{}, map[string]string{}
	for name, value := range c.Request().Header.All() {
		headers[http.CanonicalHeaderKey(string(name))] = string(value)
	}
	for name, value := range c.Request().Header.Cookies() {
		cookies[string(name)] = string(value)
	}
	host, _ := c.Context().UserValue(HostContext{}).(context.Context)
	if host == nil {
		host = c.UserContext()
	}
	locals := map[any]any{}
	c.Context().VisitUserValuesAll(func(key, value any) {
		if s, ok := value.(string); ok {
			value = clone(s)
		}
		locals[key] = value
	})
	k.Header = func(name string) string { return headers[http.CanonicalHeaderKey(name)] }
	k.Cookie = func(name string) string { return cookies[name] }
	k.Value = func(key any) any {
		if x := host.Value(key); x != nil {
			return x
		}
		return locals[key]
	}
	k.Passive = true
	return k
}
