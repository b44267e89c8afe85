package portal

import (
	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/portal"
)

// ListTickets answers with somebody's own tickets.
func (h *handler) ListTickets(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), web.By(c)
	l := view.List{Tab: tab(web.Query(c, "status")), Query: model.Clean(web.Query(c, "q"))}
	f := model.TicketFilter{Query: l.Query, Page: max(1, web.QueryInt(c, "page")), Any: l.Tab == view.TabAll}
	if l.Tab == view.TabSolved {
		f.Statuses = []model.Status{model.Resolved, model.Closed}
	}
	var err error
	if l.Page, err = h.desk.MyTickets(ctx, by, f); err != nil {
		return err
	}
	if l.Open, l.Solved, err = h.desk.MyCounts(ctx, by); err != nil {
		return err
	}
	return web.PageOr(c, fiber.StatusOK, view.ListPage(l))
}

func tab(word string) string {
	switch word {
	case view.TabSolved, "resolved", "closed":
		return view.TabSolved
	case view.TabAll, "any":
		return view.TabAll
	}
	return view.TabOpen
}
