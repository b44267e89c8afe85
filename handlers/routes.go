package handlers

import (
	"maps"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/admin"
	"escalated/handlers/agent"
	"escalated/handlers/auth"
	"escalated/handlers/portal"
	"escalated/handlers/web"
	"escalated/model"
)

// Routes is the URL map: every route of the desk, audience by audience. It
// mounts the application, is what `escalated routes` prints, and is checked
// line by line by the access test.
func Routes(o Options) []web.Route {
	l := &stream{desk: o.Desk, hub: o.Hub, site: o.Site, topics: Topics(o)}
	routes := []web.Route{
		web.Page("", web.Anyone, home),
		web.Get("stream", web.Anyone, l.Open).Streaming(),
		web.Get("changes", web.Anyone, l.Poll),
	}
	routes = append(routes, auth.Routes(o.Desk)...) // before the guests', whose tokens match "link"
	routes = append(routes, portal.Routes(o.Desk)...)
	routes = append(routes, agent.Routes(o.Desk, o.Hub)...)
	routes = append(routes, admin.Routes(o.Desk)...)
	return routes
}

// Topics are what open pages may follow.
func Topics(o Options) web.Topics {
	if o.Topics != nil {
		return o.Topics
	}
	topics := web.Topics{}
	maps.Copy(topics, portal.Topics(o.Desk))
	maps.Copy(topics, agent.Topics(o.Desk, o.Hub))
	return topics
}

// home sends everybody to where their work is.
func home(c *fiber.Ctx) error {
	to := "login/"
	switch kind := web.By(c).Kind; {
	case kind == model.KindCustomer:
		to = "tickets/"
	case kind.Staff():
		to = "agent/"
	default:
		if waiting, err := web.SetupNeeded(c); err != nil {
			return err
		} else if waiting {
			to = "setup/"
		}
	}
	return web.Go(c, to)
}
