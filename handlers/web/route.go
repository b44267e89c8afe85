package web

import (
	"context"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"escalated/model"
)

// Route is one line of the URL map: which request, who may make it, what
// answers. It is the coarse gate; the verb behind it stays the authority.
type Route struct {
	Method string
	Path   string // below the prefix, without a leading slash: "tickets/:id/"
	Handle fiber.Handler
	Allow  []model.Kind     // who may; with KindGuest everybody, because the token in the path decides
	Need   model.Permission // and what they must be allowed to do, or ""
	Page   bool             // a page for people: the signed out are sent to the sign-in page
	Files  bool             // takes files: a long deadline
	Live   bool             // an endless stream: no deadline
}

// Who routes are for.
var (
	Anyone    = []model.Kind{model.KindNobody, model.KindGuest, model.KindCustomer, model.KindLight, model.KindAgent, model.KindAdmin}
	SignedIn  = []model.Kind{model.KindCustomer, model.KindLight, model.KindAgent, model.KindAdmin}
	Customers = []model.Kind{model.KindCustomer}
	Staff     = []model.Kind{model.KindLight, model.KindAgent, model.KindAdmin}
	Agents    = []model.Kind{model.KindAgent, model.KindAdmin}
	Admins    = []model.Kind{model.KindAdmin}
)

// Page is a GET route that people open in their browser.
func Page(path string, allow []model.Kind, h fiber.Handler) Route {
	return Route{Method: fiber.MethodGet, Path: path, Allow: allow, Handle: h, Page: true}
}

// Get is a GET route that is no page: fragments, files, streams.
func Get(path string, allow []model.Kind, h fiber.Handler) Route {
	return Route{Method: fiber.MethodGet, Path: path, Allow: allow, Handle: h}
}

// Post is a POST route.
func Post(path string, allow []model.Kind, h fiber.Handler) Route {
	return Route{Method: fiber.MethodPost, Path: path, Allow: allow, Handle: h}
}

// Needing is the route for those who hold the permission.
func (r Route) Needing(p model.Permission) Route { r.Need = p; return r }

// WithFiles is the route with time for uploads.
func (r Route) WithFiles() Route { r.Files = true; return r }

// Streaming is the route without an end.
func (r Route) Streaming() Route { r.Live = true; return r }

// Mount puts the routes under the site's prefix, each behind its gate.
func (s *Site) Mount(app fiber.Router, routes []Route) {
	for i := range routes {
		r := &routes[i]
		app.Add(r.Method, s.Prefix+"/"+r.Path, s.gate(r))
		if r.Method == fiber.MethodGet { // the same without the body (RFC 9110 §9.3.2)
			app.Add(fiber.MethodHead, s.Prefix+"/"+r.Path, s.gate(r))
		}
	}
	app.Use(s.Prefix, s.lost(routes))
}

// gate asks who, before the handler does anything.
func (s *Site) gate(r *Route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		v := at(c)
		v.route = r
		if strings.HasSuffix(r.Path, "/") && !strings.HasSuffix(c.Path(), "/") { // Fiber lets ":id/" match without the slash
			return withSlash(c)
		}
		if err := r.admits(v.visitor.Actor); err != nil {
			return err
		}
		if !r.Live {
			limit := deadline
			if r.Files {
				limit = uploadDeadline
			}
			ctx, cancel := context.WithTimeout(c.UserContext(), limit)
			defer cancel()
			c.SetUserContext(ctx)
		}
		return r.Handle(c)
	}
}

// admits tells nobody to sign in, hides what is not for the actor's kind and
// refuses what they lack the permission for.
func (r *Route) admits(a model.Actor) error {
	switch {
	case slices.Contains(r.Allow, model.KindGuest) && r.Need == "":
		return nil
	case !slices.Contains(r.Allow, a.Kind) && a.Kind == model.KindNobody:
		return model.ErrSignIn
	case !slices.Contains(r.Allow, a.Kind):
		if r.Need != "" && a.Staff() && r.staffOnly() {
			return model.ErrDenied
		}
		return model.ErrNotFound
	case r.Need != "" && !a.Can(r.Need):
		return model.ErrDenied
	}
	return nil
}

func (r *Route) staffOnly() bool {
	return !slices.Contains(r.Allow, model.KindCustomer) && !slices.Contains(r.Allow, model.KindNobody)
}
