package portal

import (
	"errors"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/portal"
)

func rateRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Page("tickets/:id/rate/", web.Customers, h.ShowRate),
		web.Post("tickets/:id/rate/", web.Customers, h.Rate),
		web.Page("guest/:token/rate/", web.Anyone, h.guest(h.ShowRate)),
		web.Post("guest/:token/rate/", web.Anyone, h.guest(h.Rate)),
		web.Page("rate/:token/", web.Anyone, h.rater(h.ShowRate)),
		web.Post("rate/:token/", web.Anyone, h.rater(h.Rate)),
	}
}

type byMailKey struct{}

// rater runs a handler as whoever holds the link of a request for a rating.
// The link opens this page and no other.
func (h *handler) rater(next fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Set("X-Robots-Tag", "noindex, nofollow")
		c.Set(fiber.HeaderCacheControl, "no-store")
		by, err := h.desk.Rater(c.UserContext(), web.By(c), web.Param(c, "token"))
		if errors.Is(err, model.ErrNotFound) && c.Method() == fiber.MethodGet && !web.IsHTMX(c) {
			return web.Render(c, fiber.StatusNotFound, view.LinkGonePage())
		}
		if err != nil {
			return err
		}
		c.Locals(byMailKey{}, true)
		web.Become(c, by)
		return next(c)
	}
}

// ratePage is where the request's rating is, below the prefix.
func ratePage(c *fiber.Ctx, id model.TicketID) string {
	if on, _ := c.Locals(byMailKey{}).(bool); on {
		return "rate/" + web.Param(c, "token") + "/"
	}
	return place(c, id) + "rate/"
}

// ShowRate answers with the page on which a ticket is rated. A score in the
// address is chosen already; nothing is saved by looking.
func (h *handler) ShowRate(c *fiber.Ctx) error {
	p, err := h.rating(c)
	if err != nil {
		return err
	}
	if n, err := strconv.Atoi(web.Query(c, "score")); err == nil && n >= 1 && n <= model.MaxScore {
		p.Score, p.Picked = n, true
	}
	return web.Render(c, fiber.StatusOK, view.RatePage(p))
}

// rating loads the page as the ticket stands.
func (h *handler) rating(c *fiber.Ctx) (p view.Rate, err error) {
	id, err := ticketID(c)
	if err != nil {
		return p, err
	}
	var was *model.TicketRating
	if p.Ticket, was, err = h.desk.ToRate(c.UserContext(), web.By(c), id); err != nil {
		return p, err
	}
	p.Path, p.Now = ratePage(c, id), web.Now(c)
	if on, _ := c.Locals(byMailKey{}).(bool); !on {
		p.Back = place(c, id)
	}
	if was != nil {
		p.Given, p.Score, p.Comment = was, was.Score, was.Comment
	}
	return p, nil
}

// Rate takes a rating. One that came by a button alone leads to the page that
// offers to say more.
func (h *handler) Rate(c *fiber.Ctx) error {
	id, err := ticketID(c)
	if err != nil {
		return err
	}
	ctx, by := c.UserContext(), web.By(c)
	if _, err := h.desk.Ticket(ctx, by, id); err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	score, comment := int(f.Int("rating")), f.Text("comment")
	if !f.Has("comment") { // a button: what was said before stays
		if _, was, err := h.desk.ToRate(ctx, by, id); err != nil {
			return err
		} else if was != nil {
			comment = was.Comment
		}
	}
	err = h.desk.Rate(ctx, by, id, score, comment)
	if problems := model.Problems(err); len(problems) > 0 {
		p, err := h.rating(c)
		if err != nil {
			return err
		}
		p.Score, p.Comment, p.Problems = score, comment, problems
		return web.Render(c, fiber.StatusUnprocessableEntity, view.RatePage(p))
	}
	if err != nil {
		return err
	}
	web.Say(c, "ok", "rating.thanks")
	if on, _ := c.Locals(byMailKey{}).(bool); !f.Has("comment") || on {
		return web.Done(c, ratePage(c, id))
	}
	return web.Done(c, place(c, id))
}
