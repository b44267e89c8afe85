package agent

import (
	"errors"
	"slices"

	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/agent"
)

func init() { features = append(features, mergeRoutes) }

func mergeRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Page("agent/tickets/:id/merge/", web.Staff, h.ShowMerge).Needing(model.PermTicketEdit),
		web.Post("agent/tickets/:id/merge/", web.Staff, h.CreateMerge).Needing(model.PermTicketEdit),
	}
}

// ShowMerge answers with tickets this one could be merged with, and with what
// would happen to the chosen one; the likeliest is chosen at first.
func (h *handler) ShowMerge(c *fiber.Ctx) error {
	id, ok, err := web.TicketID(c, "id")
	if !ok {
		return err
	}
	with, _ := web.ParseID[model.TicketID](web.Query(c, "with"))
	m, err := h.merge(c, id, web.Query(c, "q"), with, web.Query(c, "direction") == "here")
	if err != nil {
		return err
	}
	m.Tags = true
	return web.PageOr(c, fiber.StatusOK, view.MergePage(m), "dialog")
}

func (h *handler) merge(c *fiber.Ctx, id model.TicketID, q string, with model.TicketID, here bool) (view.Merge, error) {
	ctx, by := c.UserContext(), web.By(c)
	m := view.Merge{Query: q, With: with, Here: here}
	var err error
	if m.Ticket, err = h.desk.Ticket(ctx, by, id); err != nil {
		return m, err
	}
	if m.Ticket.Deleted() {
		return m, model.ErrNotFound
	}
	if m.Candidates, err = h.desk.MergeCandidates(ctx, by, id, q); err != nil {
		return m, err
	}
	at := func(id model.TicketID) bool {
		return slices.ContainsFunc(m.Candidates, func(x model.MergeCandidate) bool { return x.ID == id })
	}
	switch {
	case with != 0 && !at(with) && q == "": // asked for by a link
		if other, err := h.desk.Ticket(ctx, by, with); err == nil {
			row := model.TicketRow{ID: other.ID, Reference: other.Reference, Subject: other.Subject, Status: other.Status, StatusID: other.StatusID, PublicAt: other.PublicAt}
			m.Candidates = append([]model.MergeCandidate{{TicketRow: row, Same: other.RequesterID == m.Ticket.RequesterID}}, m.Candidates...)
		} else if errors.Is(err, model.ErrNotFound) {
			m.With = 0
		} else {
			return m, err
		}
	case !at(with):
		m.With = 0
	}
	if m.With == 0 && len(m.Candidates) > 0 {
		m.With = m.Candidates[0].ID
	}
	if m.With == 0 {
		return m, nil
	}
	from, into := mergeEnds(m)
	p, err := h.desk.PreviewMerge(ctx, by, from, into)
	if m.Problems = model.Problems(err); len(m.Problems) > 0 {
		return m, nil
	}
	m.Preview = &p
	return m, err
}

func mergeEnds(m view.Merge) (from, into model.TicketID) {
	if m.Here {
		return m.With, m.Ticket.ID
	}
	return m.Ticket.ID, m.With
}

// CreateMerge merges and goes where the conversation goes on.
func (h *handler) CreateMerge(c *fiber.Ctx) error {
	id, f, err := h.toolForm(c)
	if err != nil {
		return err
	}
	ctx, by := c.UserContext(), web.By(c)
	here := f.Text("direction") == "here"
	refused := func(other model.TicketID, problems model.Invalid) error {
		return h.toolRefused(c, id, problems, func(model.Ticket) error {
			m, err := h.merge(c, id, "", other, here)
			if err != nil {
				return err
			}
			m.Tags, m.Notify, m.Problems = f.Bool("tags"), f.Bool("notify"), problems
			return web.Render(c, fiber.StatusUnprocessableEntity, view.MergePage(m))
		})
	}
	other, problems, err := h.otherTicket(c, f.Text("target"))
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return refused(0, problems)
	}
	from, into := id, other.ID
	if here {
		from, into = other.ID, id
	}
	ctx, set := desk.Undoing(ctx)
	target, err := h.desk.Merge(ctx, by, from, model.NewMerge{Into: into, Tags: f.Bool("tags"), Notify: f.Bool("notify")})
	if problems := model.Problems(err); len(problems) > 0 {
		return refused(other.ID, problems)
	}
	if err != nil {
		return err
	}
	gone, err := h.desk.Ticket(c.UserContext(), by, from)
	if err != nil {
		return err
	}
	sayDone(c, *set, "tools.merge_done", "From", gone.Reference, "Into", target.Reference)
	return web.Done(c, ticketPath(target.ID))
}

// otherTicket is the ticket somebody named by a reference or a number. One
// they may not see is as unknown as one that is not there.
func (h *handler) otherTicket(c *fiber.Ctx, typed string) (model.Ticket, model.Invalid, error) {
	if typed == "" {
		return model.Ticket{}, model.Problems(model.Refuse("target", "reference_required")), nil
	}
	t, err := h.desk.TicketByReference(c.UserContext(), web.By(c), typed)
	if errors.Is(err, model.ErrNotFound) {
		return t, model.Problems(model.Refuse("target", "ticket_unknown", "Reference", typed)), nil
	}
	return t, nil, err
}
