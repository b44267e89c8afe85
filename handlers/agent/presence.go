package agent

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	"escalated/outbox/live"
	view "escalated/views/agent"
)

func presenceRoutes(h *handler) []web.Route {
	return []web.Route{web.Post("agent/tickets/:id/presence/", web.Staff, h.UpdatePresence)}
}

// UpdatePresence notes that the actor looks at a ticket, writes a reply to it,
// or has left. It is asked again and again while a page is open, so it keeps
// nothing but the moment.
func (h *handler) UpdatePresence(c *fiber.Ctx) error {
	id, err := web.ID[model.TicketID](c, "id")
	if err != nil {
		return err
	}
	by := web.By(c)
	if _, err := h.desk.Ticket(c.UserContext(), by, id); err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	state := f.Text("state")
	switch state {
	case "":
		state = live.Viewing
	case live.Viewing, live.Replying, live.Gone:
	default:
		return model.Refuse("state", "choice_invalid")
	}
	h.hub.See(id, by.ID, by.Name, state, h.desk.Now())
	if !strings.Contains(c.Get(fiber.HeaderAccept), fiber.MIMEApplicationJSON) {
		return web.Nothing(c)
	}
	type viewer struct {
		ID    model.PersonID `json:"id"`
		Name  string         `json:"name"`
		State string         `json:"state"`
	}
	out := struct {
		Viewers []viewer `json:"viewers"`
	}{[]viewer{}}
	for _, v := range h.others(by, id) {
		out.Viewers = append(out.Viewers, viewer{v.ID, v.Name, v.State})
	}
	return web.JSON(c, fiber.StatusOK, out)
}

// others are who is at a ticket beside the actor.
func (h *handler) others(by model.Actor, id model.TicketID) []live.Viewer {
	return slices.DeleteFunc(h.hub.Viewers(id, h.desk.Now()), func(v live.Viewer) bool { return v.ID == by.ID })
}

// mayFollowPresence: of one ticket those who see it; without one the staff,
// who are told of the tickets they see.
func (h *handler) mayFollowPresence(ctx context.Context, by model.Actor, arg string) error {
	if arg == "" {
		return mayFollowQueue(ctx, by, arg)
	}
	if strings.HasSuffix(arg, "-all") {
		return model.ErrNotFound
	}
	return h.mayFollowTicket(ctx, by, arg)
}

func wantsPresence(by model.Actor, arg string, r model.Record) bool {
	if r.Kind != live.KindPresence || r.ActorID == by.ID {
		return false
	}
	return arg == "" || strconv.FormatInt(int64(r.TicketID), 10) == arg
}

func (h *handler) presenceNow(ctx context.Context, by model.Actor, arg string, _ model.EventID) (string, error) {
	return h.renderPresence(ctx, by, arg, nil)
}

func (h *handler) renderPresence(ctx context.Context, by model.Actor, arg string, _ []model.Record) (string, error) {
	var b strings.Builder
	if arg != "" {
		id, _ := ticketArg(arg)
		if err := view.PresenceNow(viewers(h.others(by, id))).Render(ctx, &b); err != nil {
			return "", fmt.Errorf("render presence: %w", err)
		}
		return b.String(), nil
	}
	at := h.hub.Watched(h.desk.Now())
	for id, list := range at {
		if list = slices.DeleteFunc(list, func(v live.Viewer) bool { return v.ID == by.ID }); len(list) == 0 {
			delete(at, id)
		} else {
			at[id] = list
		}
	}
	ids := slices.Sorted(maps.Keys(at))
	ids = ids[max(0, len(ids)-watchedMost):] // lists show the newest
	seen, err := h.desk.VisibleTickets(ctx, by, ids)
	if err != nil {
		return "", err
	}
	var rows []view.Watched
	for _, id := range seen {
		rows = append(rows, view.Watched{Ticket: id, Viewers: viewers(at[id])})
	}
	if err := view.QueuePresence(rows).Render(ctx, &b); err != nil {
		return "", fmt.Errorf("render presence: %w", err)
	}
	return b.String(), nil
}

// watchedMost is of how many tickets a list is told who is there.
const watchedMost = 200

func viewers(list []live.Viewer) []view.Viewer {
	out := make([]view.Viewer, len(list))
	for i, v := range list {
		out[i] = view.Viewer{Name: v.Name, Writing: v.State == live.Replying}
	}
	return out
}
