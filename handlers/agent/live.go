package agent

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
	"escalated/outbox/live"
	view "escalated/views/agent"
)

// Topics are what the staff's open pages follow: one ticket, the queue, who is
// where, and their own notifications.
func Topics(d *desk.Desk, hub *live.Hub) web.Topics {
	h := &handler{desk: d, hub: hub}
	return web.Topics{
		"ticket":   {May: h.mayFollowTicket, Wants: wantsTicket, Render: h.renderTicket, Urgent: true},
		"queue":    {May: mayFollowQueue, Wants: wantsQueue, Render: h.renderQueue},
		"presence": {May: h.mayFollowPresence, Wants: wantsPresence, Render: h.renderPresence, Now: h.presenceNow},
		"me":       {May: mayFollowMe, Wants: wantsMe, Render: h.renderMe, Now: h.meNow},
		"side":     h.sideTopic(),
		"job":      {May: h.mayFollowBulk, Wants: wantsBulk, Render: h.renderBulk},
	}
}

// ticketArg reads "1042" or "1042-all".
func ticketArg(arg string) (id model.TicketID, all bool) {
	number, all := strings.CutSuffix(arg, "-all")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n <= 0 {
		return 0, false
	}
	return model.TicketID(n), all
}

func (h *handler) mayFollowTicket(ctx context.Context, by model.Actor, arg string) error {
	if !by.Kind.Staff() {
		return model.ErrNotFound
	}
	id, _ := ticketArg(arg)
	_, err := h.desk.Ticket(ctx, by, id)
	return err
}

func wantsTicket(_ model.Actor, arg string, r model.Record) bool {
	id, _ := ticketArg(arg)
	return r.TicketID == id && id != 0 && r.ID != 0
}

// renderTicket shows the ticket as it is now. It is the same for one change
// and for ten, so that a page may be told twice.
func (h *handler) renderTicket(ctx context.Context, by model.Actor, arg string, records []model.Record) (string, error) {
	id, all := ticketArg(arg)
	p, err := h.load(ctx, by, id, all)
	if err != nil {
		return "", err
	}
	part := view.LiveTicket(p)
	if onlySaid(records) {
		part = view.LiveThread(p)
	}
	var b strings.Builder
	b.Grow(32 << 10)
	if err := part.Render(ctx, &b); err != nil {
		return "", fmt.Errorf("render ticket: %w", err)
	}
	return b.String(), nil
}

// onlySaid reports whether records are but messages and their mails: then the
// properties beside the conversation stay as they are.
func onlySaid(records []model.Record) bool {
	for _, r := range records {
		switch r.Kind {
		case "reply.added", "note.added", "mail.sent", "mail.failed", "mail.retried":
		default:
			return false
		}
	}
	return len(records) > 0
}

// mayFollowQueue: the staff, of any list; its query is the argument.
func mayFollowQueue(_ context.Context, by model.Actor, arg string) error {
	if !by.Kind.Staff() || len(arg) > 4000 {
		return model.ErrNotFound
	}
	return nil
}

// wantsQueue leaves out what the reader did themselves and what no list shows.
func wantsQueue(by model.Actor, _ string, r model.Record) bool {
	if r.ID == 0 || r.TicketID == 0 || r.ActorID == by.ID {
		return false
	}
	switch r.Kind {
	case "ticket.followed", "ticket.unfollowed", "ticket.linked", "ticket.unlinked", "mail.sent", "mail.failed", "attachment.rejected", "mention.added", "note.pinned", "note.unpinned":
		return false
	}
	return true
}

// renderQueue says that tickets of the list are new or changed, or may have
// left it. Rows do not move under the reader's hand: the list is read again
// when they ask.
func (h *handler) renderQueue(ctx context.Context, by model.Actor, arg string, records []model.Record) (string, error) {
	ids := make([]model.TicketID, len(records))
	for i, r := range records {
		ids[i] = r.TicketID
	}
	f, err := h.desk.ReadFilter(ctx, by, arg)
	if err != nil {
		return "", err
	}
	in, seen, err := h.desk.TicketsInList(ctx, by, f, ids)
	if err != nil || len(seen) == 0 {
		return "", err
	}
	var b strings.Builder
	if err := view.QueueNews(seen, in).Render(ctx, &b); err != nil {
		return "", fmt.Errorf("render news: %w", err)
	}
	return b.String(), nil
}
