package portal

import (
	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
)

func mergeRoutes(h *handler) []web.Route {
	return []web.Route{web.Post("guest/:token/merged/", web.Anyone, h.guest(h.GoMerged))}
}

// GoMerged leads a guest to the ticket that theirs was merged into, by a link
// of its own.
func (h *handler) GoMerged(c *fiber.Ctx) error {
	link, err := h.desk.GuestLinkMerged(c.UserContext(), web.By(c))
	if err != nil {
		return err
	}
	return web.Done(c, "guest/"+link+"/")
}
