// Package agent answers for the agent workspace: dashboard, queue, ticket and
// everything an agent does to it.
package agent

import (
	"context"
	"io"

	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
	"escalated/outbox/live"
	view "escalated/views/agent"
)

type handler struct {
	desk *desk.Desk
	hub  *live.Hub
}

// Routes are the paths of the agent workspace.
func Routes(d *desk.Desk, hub *live.Hub) []web.Route {
	h := &handler{desk: d, hub: hub}
	routes := []web.Route{
		web.Page("agent/", web.Staff, h.ShowDashboard),
		web.Page("agent/tickets/", web.Staff, h.ListTickets),
		web.Page("agent/tickets/create/", web.Staff, h.NewTicket).Needing(model.PermTicketOpen),
		web.Get("agent/people/", web.Staff, h.FindPeople).Needing(model.PermTicketOpen),
		web.Post("agent/tickets/store/", web.Staff, h.CreateTicket).Needing(model.PermTicketOpen).WithFiles(),
		web.Page("agent/messages/:id/original/", web.Staff, h.ShowOriginal),
		web.Get("agent/messages/:id/html/", web.Staff, h.ShowOriginalHTML),
		web.Get("agent/messages/:id/raw.eml", web.Staff, h.SendOriginal),
		web.Page("agent/tickets/:id/", web.Staff, h.ShowTicket),
		web.Post("agent/tickets/:id/update/", web.Staff, h.UpdateSubject).Needing(model.PermTicketEdit),
		web.Post("agent/tickets/:id/reply/", web.Staff, h.CreateReply).Needing(model.PermTicketReply).WithFiles(),
		web.Post("agent/tickets/:id/note/", web.Staff, h.CreateNote).Needing(model.PermTicketNote).WithFiles(),
		web.Post("agent/tickets/:id/assign/", web.Staff, h.UpdateAssignee).Needing(model.PermTicketAssign),
		web.Post("agent/tickets/:id/status/", web.Staff, h.UpdateStatus).Needing(model.PermTicketEdit),
		web.Post("agent/tickets/:id/priority/", web.Staff, h.UpdatePriority).Needing(model.PermTicketEdit),
		web.Post("agent/tickets/:id/type/", web.Staff, h.UpdateType).Needing(model.PermTicketEdit),
		web.Post("agent/tickets/:id/department/", web.Staff, h.UpdateDepartment).Needing(model.PermTicketEdit),
		web.Post("agent/tickets/:id/tags/", web.Staff, h.UpdateTags).Needing(model.PermTicketTag),
		web.Post("agent/tickets/:id/follow/", web.Staff, h.UpdateFollow).Needing(model.PermTicketFollow),
		web.Post("agent/tickets/:id/seen/", web.Staff, h.UpdateSeen),
		web.Post("agent/tickets/:id/delete/", web.Staff, h.DeleteTicket).Needing(model.PermTicketDelete),
		web.Post("agent/tickets/:id/restore/", web.Staff, h.RestoreTicket).Needing(model.PermTicketDelete),
		web.Post("agent/tickets/:id/release/:message/", web.Staff, h.ReleaseMessage).Needing(model.PermTicketReply),
	}
	for _, more := range features {
		routes = append(more(h), routes...)
	}
	return routes
}

// side loads what the side bar shows. current is the key of a view of the
// desk's own that is shown, or the page beside the lists.
func (h *handler) side(c *fiber.Ctx, current string) (view.Side, error) {
	s, err := h.sideFor(c.UserContext(), web.By(c))
	s.Current = current
	for _, v := range s.Views {
		if v.Key == current && v.System() {
			s.View = v.ID
		}
	}
	return s, err
}

// sideAt is side for a page of a view, which may be somebody's own.
func (h *handler) sideAt(c *fiber.Ctx, v model.View) (view.Side, error) {
	s, err := h.sideFor(c.UserContext(), web.By(c))
	s.View, s.Current = v.ID, v.Key
	return s, err
}

func (h *handler) sideFor(ctx context.Context, by model.Actor) (view.Side, error) {
	s, err := h.desk.Side(ctx, by)
	out := view.Side{Side: s, Bin: by.Can(model.PermTicketDelete)}
	return out, err
}

func (h *handler) choices(ctx context.Context) (view.Choices, error) {
	c, err := h.desk.Choices(ctx)
	if err != nil {
		return view.Choices{}, err
	}
	return view.Choices{Departments: c.Departments, Agents: c.Agents, Staff: c.Staff, Handles: c.Handles, Tags: c.Tags, Statuses: c.Statuses, Fields: c.Fields, Subjects: h.desk.SubjectTypes()}, nil
}

// stage keeps uploaded files of the actor's forms.
func (h *handler) stage(c *fiber.Ctx, owner string) web.Stage {
	by := web.By(c)
	return func(ctx context.Context, slot, name string, r io.Reader) (model.AttachmentID, error) {
		a, err := h.desk.Stage(ctx, by, owner, slot, name, r)
		return a.ID, err
	}
}

// fileIDs are the uploads a form names, beside the files it carries itself.
func fileIDs(f *web.Form) []model.AttachmentID {
	ids := f.Files
	for _, v := range f.List("files[]") {
		if id, ok := web.ParseID[model.AttachmentID](v); ok {
			ids = append(ids, id)
		}
	}
	return ids
}
