// Package admin answers for the admin panel: departments, tags, people,
// settings, and what became of mail in both directions.
package admin

import (
	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/admin"
)

type handler struct{ desk *desk.Desk }

// Routes are the paths of the admin panel.
func Routes(d *desk.Desk) []web.Route {
	h := &handler{desk: d}
	routes := []web.Route{
		web.Page("admin/", web.Staff, h.ShowIndex).Needing(model.PermSettings),
		web.Page("admin/departments/", web.Staff, h.ListDepartments).Needing(model.PermDepartments),
		web.Page("admin/departments/create/", web.Staff, h.NewDepartment).Needing(model.PermDepartments),
		web.Post("admin/departments/store/", web.Staff, h.CreateDepartment).Needing(model.PermDepartments),
		web.Page("admin/departments/:id/", web.Staff, h.EditDepartment).Needing(model.PermDepartments),
		web.Post("admin/departments/:id/update/", web.Staff, h.UpdateDepartment).Needing(model.PermDepartments),
		web.Post("admin/departments/:id/archive/", web.Staff, h.ArchiveDepartment).Needing(model.PermDepartments),
		web.Page("admin/tags/", web.Staff, h.ListTags).Needing(model.PermTags),
		web.Page("admin/tags/create/", web.Staff, h.NewTag).Needing(model.PermTags),
		web.Post("admin/tags/store/", web.Staff, h.CreateTag).Needing(model.PermTags),
		web.Page("admin/tags/:id/", web.Staff, h.EditTag).Needing(model.PermTags),
		web.Post("admin/tags/:id/update/", web.Staff, h.UpdateTag).Needing(model.PermTags),
		web.Post("admin/tags/:id/archive/", web.Staff, h.ArchiveTag).Needing(model.PermTags),
		web.Page("admin/people/", web.Staff, h.ListPeople).Needing(model.PermPeople),
		web.Page("admin/people/create/", web.Staff, h.NewPerson).Needing(model.PermPeople),
		web.Post("admin/people/store/", web.Staff, h.InvitePerson).Needing(model.PermPeople),
		web.Page("admin/people/:id/", web.Staff, h.EditPerson).Needing(model.PermPeople),
		web.Post("admin/people/:id/update/", web.Staff, h.UpdatePerson).Needing(model.PermPeople),
		web.Post("admin/people/:id/kind/", web.Staff, h.UpdateKind).Needing(model.PermPeople),
		web.Post("admin/people/:id/deactivate/", web.Staff, h.DeactivatePerson).Needing(model.PermPeople),
		web.Post("admin/people/:id/activate/", web.Staff, h.ActivatePerson).Needing(model.PermPeople),
		web.Post("admin/people/:id/invite/", web.Staff, h.InviteAgain).Needing(model.PermPeople),
		web.Post("admin/people/:id/sessions/delete/", web.Staff, h.SignOutPerson).Needing(model.PermPeople),
		web.Page("admin/mail/", web.Staff, h.ListMail).Needing(model.PermMail),
		web.Post("admin/mail/test/", web.Staff, h.SendTestMail).Needing(model.PermMail),
		web.Get("admin/mail/:id", web.Staff, h.ShowMail).Needing(model.PermMail), // ID.eml
		web.Page("admin/mail/:id/", web.Staff, h.ShowMail).Needing(model.PermMail),
		web.Post("admin/mail/:id/retry/", web.Staff, h.RetryMail).Needing(model.PermMail),
		web.Page("admin/inbound/", web.Staff, h.ListInbound).Needing(model.PermMail),
		web.Get("admin/inbound/:id", web.Staff, h.ShowInbound).Needing(model.PermMail), // ID.eml
		web.Page("admin/inbound/:id/", web.Staff, h.ShowInbound).Needing(model.PermMail),
		web.Post("admin/inbound/:id/release/", web.Staff, h.ReleaseInbound).Needing(model.PermMail),
		web.Post("admin/inbound/:id/ticket/", web.Staff, h.TicketFromInbound).Needing(model.PermMail),
		web.Post("admin/inbound/:id/read/", web.Staff, h.ReadInboundAgain).Needing(model.PermMail),
		web.Post("admin/inbound/:id/drop/", web.Staff, h.DropInbound).Needing(model.PermMail),
		web.Page("admin/settings/", web.Staff, h.ShowSettings).Needing(model.PermSettings),
		web.Post("admin/settings/update/", web.Staff, h.UpdateSettings).Needing(model.PermSettings),
	}
	for _, more := range features {
		routes = append(routes, more(h)...)
	}
	return routes
}

// features are the routes that features bring, each from a file of its own.
var features = []func(h *handler) []web.Route{
	ruleRoutes,
	backtestRoutes,
	routingRoutes,
	skillRoutes,
	statusRoutes,
	calendarRoutes,
	fieldRoutes,
	jobRoutes,
	deliveryRoutes,
	slaRoutes,
	noticeRoutes,
	mailLookRoutes,
}

// ShowIndex answers with the overview of the panel, or what of it words find.
func (h *handler) ShowIndex(c *fiber.Ctx) error {
	return web.Render(c, fiber.StatusOK, view.IndexPage(web.Query(c, "q")))
}
