package admin

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/admin"
)

func deliveryRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Page("admin/deliveries/", web.Staff, h.ListDeliveries).Needing(model.PermSettings),
		web.Page("admin/deliveries/:id/", web.Staff, h.ShowDelivery).Needing(model.PermSettings),
		web.Post("admin/deliveries/:id/retry/", web.Staff, h.RetryDelivery).Needing(model.PermSettings),
	}
}

// ListDeliveries answers with the requests to other people's servers.
func (h *handler) ListDeliveries(c *fiber.Ctx) error {
	f := model.DeliveryFilter{State: model.DeliveryState(web.Query(c, "state")), Page: web.QueryInt(c, "page")}
	if !slices.Contains(model.DeliveryStates(), f.State) {
		f.State = ""
	}
	p, err := h.desk.Deliveries(c.UserContext(), web.By(c), f)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.DeliveriesPage(view.Deliveries{DeliveryPage: p, State: f.State, Address: web.Settings(c).WebhookURL != ""}))
}

// ShowDelivery answers with one: what was sent, and what came back.
func (h *handler) ShowDelivery(c *fiber.Ctx) error {
	id, err := web.ID[model.DeliveryID](c, "id")
	if err != nil {
		return err
	}
	d, err := h.desk.Delivery(c.UserContext(), web.By(c), id)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.DeliveryShowPage(d))
}

// RetryDelivery sends one again.
func (h *handler) RetryDelivery(c *fiber.Ctx) error {
	id, err := web.ID[model.DeliveryID](c, "id")
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	if err := h.desk.RetryDelivery(c.UserContext(), web.By(c), id); err != nil {
		return err
	}
	web.Say(c, "ok", "deliveries.retried")
	if next := web.Next(c, f.Text("next")); next != "" {
		return web.Done(c, next)
	}
	return web.Done(c, "admin/deliveries/")
}
