package agent

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/agent"
)

// place is where in a list the ticket of the request was opened: as its own
// URL says, else, for a form on its page, that of the page.
func place(c *fiber.Ctx) (model.Place, bool) {
	if p, ok := model.ParsePlace(func(name string) string { return web.Query(c, name) }); ok {
		return p, true
	}
	if c.Method() == fiber.MethodGet && !web.IsHTMX(c) {
		return model.Place{}, false
	}
	u, err := url.Parse(web.Back(c, ""))
	if err != nil {
		return model.Place{}, false
	}
	return model.ParsePlace(u.Query().Get)
}

// samePlace is the page of a ticket, with its place in the list it was opened
// from.
func samePlace(c *fiber.Ctx, id model.TicketID) string {
	if at, ok := place(c); ok {
		return ticketPath(id) + "?" + at.Encode()
	}
	return ticketPath(id)
}

// listOf is the filter of the list a place is in.
func (h *handler) listOf(c *fiber.Ctx, p model.Place) (model.TicketFilter, error) {
	values, err := url.ParseQuery(p.Query())
	if err != nil {
		values = url.Values{}
	}
	f, _, _, err := h.desk.ListFor(c.UserContext(), web.By(c), values.Get)
	return f, err
}

// settle adds to the page of a ticket where in its list it is, and what is
// beside it there.
func (h *handler) settle(c *fiber.Ctx, p *view.Ticket) error {
	at, ok := place(c)
	if !ok {
		return nil
	}
	f, err := h.listOf(c, at)
	if err != nil {
		return nil //nolint:nilerr // a view that is gone leaves the ticket without neighbours
	}
	p.Place, err = h.desk.Neighbours(c.UserContext(), web.By(c), f, p.View.ID, at)
	return err
}

// nextPath is where to go on to after a ticket: the next one of the list it
// was opened from, with its place there, or that list when it was the last.
func (h *handler) nextPath(c *fiber.Ctx, id model.TicketID) (string, error) {
	at, ok := place(c)
	if !ok {
		return "agent/tickets/", nil
	}
	f, err := h.listOf(c, at)
	if err != nil {
		return "agent/tickets/", nil //nolint:nilerr // a view that is gone
	}
	at, err = h.desk.Neighbours(c.UserContext(), web.By(c), f, id, at)
	if err != nil || at.Next == 0 {
		return "agent/tickets/?" + at.Query(), err
	}
	return ticketPath(at.Next) + "?" + at.After().Encode(), nil
}

// listPath is the list a ticket was opened from.
func listPath(c *fiber.Ctx) string {
	if at, ok := place(c); ok {
		return "agent/tickets/?" + at.Query()
	}
	return "agent/tickets/"
}
