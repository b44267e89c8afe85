package agent

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	"escalated/text"
	view "escalated/views/agent"
	"escalated/views/ui"
)

func paletteRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Page("agent/palette/", web.Staff, h.ShowPalette),
		web.Get("agent/palette/options/", web.Staff, h.ListPalette),
	}
}

// How much of each kind the palette shows.
const (
	paletteActions = 8
	paletteTickets = 6
	palettePeople  = 5
	palettePlaces  = 5
)

// ShowPalette answers with the palette: everything that can be done or reached
// from here, found by words. Without scripts it is a search page.
func (h *handler) ShowPalette(c *fiber.Ctx) error {
	p, err := h.palette(c)
	if err != nil {
		return err
	}
	if p.Side, err = h.side(c, ""); err != nil {
		return err
	}
	return web.PageOr(c, fiber.StatusOK, view.PalettePage(p), "dialog")
}

// ListPalette answers with what was found alone.
func (h *handler) ListPalette(c *fiber.Ctx) error {
	p, err := h.palette(c)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.PaletteList(p))
}

func (h *handler) palette(c *fiber.Ctx) (view.Palette, error) {
	ctx, by := c.UserContext(), web.By(c)
	p := view.Palette{Query: web.Query(c, "q")}
	words, only := p.Query, ""
	for prefix, kind := range map[string]string{">": "actions", "#": "tickets", "@": "people", "?": "help"} {
		if rest, ok := strings.CutPrefix(words, prefix); ok {
			words, only = strings.TrimSpace(rest), kind
			break
		}
	}
	words = strings.TrimSpace(words)
	shows := func(kind string) bool { return only == "" || only == kind }
	if id, ok := web.ParseID[model.TicketID](web.Query(c, "ticket")); ok {
		t, err := h.desk.Ticket(ctx, by, id)
		if err != nil {
			return p, err
		}
		p.Ticket = t
		if shows("actions") {
			list, err := h.paletteActions(ctx, by, t)
			if err != nil {
				return p, err
			}
			p.Actions = firstMatching(list, words, paletteActions)
		}
	}
	if shows("tickets") || shows("people") {
		if err := h.paletteSearch(ctx, by, words, only, &p); err != nil {
			return p, err
		}
	}
	if only == "" || only == "help" {
		p.Places = firstMatching(palettePages(ctx, by), words, palettePlaces)
	}
	return p, nil
}

// paletteSearch finds tickets and people; without words, the person's own
// tickets.
func (h *handler) paletteSearch(ctx context.Context, by model.Actor, words, only string, p *view.Palette) error {
	if words == "" {
		if only == "people" {
			return nil
		}
		rows, err := h.desk.TicketRows(ctx, by, model.TicketFilter{Assignee: by.ID}, paletteTickets)
		p.Tickets = rows
		return err
	}
	page, err := h.desk.Tickets(ctx, by, model.TicketFilter{Query: words, Any: true, Page: 1, PerPage: model.PerPages()[0]})
	if err != nil {
		return err
	}
	if page.Jump != 0 {
		t, err := h.desk.Ticket(ctx, by, page.Jump)
		if err != nil {
			return err
		}
		page.Rows = slices.Insert(slices.DeleteFunc(page.Rows, func(r model.TicketRow) bool { return r.ID == t.ID }), 0,
			model.TicketRow{ID: t.ID, Reference: t.Reference, Subject: t.Subject, Status: t.Status, StatusID: t.StatusID})
	}
	if only != "people" {
		p.Tickets = page.Rows[:min(len(page.Rows), paletteTickets)]
	}
	if only != "tickets" {
		p.People = page.People[:min(len(page.People), palettePeople)]
	}
	return nil
}

// paletteActions are what may be done to the ticket now.
func (h *handler) paletteActions(ctx context.Context, by model.Actor, t model.Ticket) ([]view.PaletteItem, error) {
	choices, err := h.desk.Choices(ctx)
	if err != nil {
		return nil, err
	}
	next, err := h.desk.NextStatuses(ctx, by, t)
	if err != nil {
		return nil, err
	}
	var out []view.PaletteItem
	post := func(label, key, below string, fields ...string) {
		out = append(out, view.PaletteItem{Text: label, Key: key, Post: ticketPath(t.ID) + below, Fields: fields})
	}
	if by.Can(model.PermTicketAssign) {
		for _, a := range choices.Agents {
			if a.ID == t.AssigneeID {
				continue
			}
			name := ui.WithAway(ctx, a)
			if a.ID == by.ID {
				name = text.T(ctx, "agent.me")
			}
			post(text.T(ctx, "palette.assign", "Name", name), "assign", "assign/", "agent_id", strconv.FormatInt(int64(a.ID), 10))
		}
		if t.AssigneeID != 0 {
			post(text.T(ctx, "palette.unassign"), "assign", "assign/", "agent_id", "")
		}
	}
	if by.Can(model.PermTicketEdit) {
		for _, to := range next {
			post(text.T(ctx, "palette.status", "Status", ui.StatusName(ctx, to)), "status", "status/", "status", to.Key)
		}
		for _, to := range model.Priorities() {
			if to != t.Priority {
				post(text.T(ctx, "palette.priority", "Priority", text.T(ctx, "priority."+to.String())), "priority", "priority/", "priority", to.String())
			}
		}
		for _, name := range []string{"1h", "4h", "tomorrow", "next_week", "until_reply"} {
			post(text.T(ctx, "palette.snooze", "When", text.T(ctx, "palette.when_"+name)), "snooze", "snooze/", "until", name)
		}
		out = append(out, view.PaletteItem{Text: text.T(ctx, "palette.merge"), Path: ticketPath(t.ID) + "merge/"},
			view.PaletteItem{Text: text.T(ctx, "palette.split"), Path: ticketPath(t.ID) + "split/"})
	}
	if by.Can(model.PermTicketFollow) {
		post(text.T(ctx, "palette.follow"), "follow", "follow/")
	}
	if by.Can(model.PermTicketTag) {
		for _, g := range choices.Tags {
			post(text.T(ctx, "palette.tag", "Name", g.Name), "tags", "tags/", "add_tags[]", strconv.FormatInt(int64(g.ID), 10))
		}
	}
	return out, nil
}

// palettePages are the pages the person may open.
func palettePages(ctx context.Context, by model.Actor) []view.PaletteItem {
	out := []view.PaletteItem{
		{Text: text.T(ctx, "ui.home"), Path: "agent/", Key: "go_home"},
		{Text: text.T(ctx, "ui.tickets"), Path: "agent/tickets/", Key: "go_tickets"},
		{Text: text.T(ctx, "keys.title"), Path: "agent/shortcuts/", Key: "help"},
		{Text: text.T(ctx, "keys.workspace"), Path: "agent/profile/workspace/"},
		{Text: text.T(ctx, "ui.profile"), Path: "agent/profile/"},
	}
	if by.Can(model.PermTicketOpen) {
		out = append(out, view.PaletteItem{Text: text.T(ctx, "ui.new_ticket"), Path: "agent/tickets/create/", Key: "new"})
	}
	for _, a := range []struct {
		may       model.Permission
		name, key string
	}{
		{model.PermPeople, "admin/people/", "ui.people"},
		{model.PermDepartments, "admin/departments/", "ui.departments"},
		{model.PermTags, "admin/tags/", "ui.tags"},
		{model.PermMail, "admin/mail/", "kit.mail_out"},
		{model.PermMail, "admin/inbound/", "kit.mail_in"},
		{model.PermSettings, "admin/settings/", "ui.settings"},
	} {
		if by.Can(a.may) {
			out = append(out, view.PaletteItem{Text: text.T(ctx, a.key), Path: a.name})
		}
	}
	return out
}

// firstMatching keeps the first n items that have all the words.
func firstMatching(list []view.PaletteItem, words string, n int) []view.PaletteItem {
	var out []view.PaletteItem
	want := strings.Fields(model.SortKey(words))
	for _, item := range list {
		have := strings.Fields(model.SortKey(item.Text))
		if len(out) < n && !slices.ContainsFunc(want, func(w string) bool {
			return !slices.ContainsFunc(have, func(h string) bool { return strings.HasPrefix(h, w) })
		}) {
			out = append(out, item)
		}
	}
	return out
}
