package agent

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
	"escalated/text"
	view "escalated/views/agent"
)

func init() { features = append(features, snoozeRoutes) }

func snoozeRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Page("agent/tickets/:id/snooze/", web.Staff, h.ShowSnooze).Needing(model.PermTicketEdit),
		web.Post("agent/tickets/:id/snooze/", web.Staff, h.CreateSnooze).Needing(model.PermTicketEdit),
		web.Post("agent/tickets/:id/snooze/delete/", web.Staff, h.DeleteSnooze).Needing(model.PermTicketEdit),
	}
}

// localTime is how browsers write the value of a datetime-local field.
const localTime = "2006-01-02T15:04"

// ShowSnooze answers with the dialog for any time.
func (h *handler) ShowSnooze(c *fiber.Ctx) error {
	t, ok, err := h.toolTicket(c)
	if !ok {
		return err
	}
	ctx := c.UserContext()
	at, _ := model.SnoozeTime("tomorrow", h.desk.Now().Std().In(text.Zone(ctx)))
	s := view.Snooze{Ticket: t, Until: "tomorrow", Reason: t.SnoozeReason, At: at.Std().In(text.Zone(ctx)).Format(localTime)}
	if t.Snoozed() && t.SnoozedUntil < model.Never {
		s.Until, s.At = "at", t.SnoozedUntil.Std().In(text.Zone(ctx)).Format(localTime)
	}
	return web.PageOr(c, fiber.StatusOK, view.SnoozePage(s), "dialog")
}

// CreateSnooze puts the ticket to sleep.
func (h *handler) CreateSnooze(c *fiber.Ctx) error {
	id, f, err := h.toolForm(c)
	if err != nil {
		return err
	}
	until := f.Text("until")
	if until == "at" || until == "" && f.Has("at") {
		until = f.Text("at")
	}
	ctx, set := desk.Undoing(c.UserContext())
	at, err := h.desk.Snooze(ctx, web.By(c), id, until, f.Text("reason"))
	if problems := model.Problems(err); len(problems) > 0 {
		return h.toolRefused(c, id, problems, func(t model.Ticket) error {
			s := view.Snooze{Ticket: t, Until: f.Text("until"), At: f.Text("at"), Reason: f.Text("reason"), Problems: problems}
			return web.Render(c, fiber.StatusUnprocessableEntity, view.SnoozePage(s))
		})
	}
	if err != nil {
		return err
	}
	if at >= model.Never {
		sayDone(c, *set, "tools.snoozed_reply")
	} else {
		sayDone(c, *set, "tools.snoozed_until", "When", h.clock(c, at))
	}
	return h.toolDone(c, id)
}

// clock writes a time on the actor's clock in full.
func (h *handler) clock(c *fiber.Ctx, at model.Time) string {
	ctx := c.UserContext()
	if d := at.Sub(h.desk.Now()); d < 7*24*time.Hour {
		return text.T(ctx, "tools.weekday_at", "Weekday", text.Weekday(ctx, at.Std()), "Clock", text.Clock(ctx, at.Std()))
	}
	return text.DateTime(ctx, at.Std())
}

// DeleteSnooze wakes the ticket.
func (h *handler) DeleteSnooze(c *fiber.Ctx) error {
	id, _, err := h.toolForm(c)
	if err != nil {
		return err
	}
	ctx, set := desk.Undoing(c.UserContext())
	if err := h.desk.Wake(ctx, web.By(c), id); err != nil {
		if problems := model.Problems(err); len(problems) > 0 {
			return h.toolRefused(c, id, problems, nil)
		}
		return err
	}
	sayDone(c, *set, "tools.woken")
	return h.toolDone(c, id)
}

// toolTicket is the ticket of a dialog's path; not ok when the answer is given.
func (h *handler) toolTicket(c *fiber.Ctx) (model.Ticket, bool, error) {
	id, ok, err := web.TicketID(c, "id")
	if !ok {
		return model.Ticket{}, false, err
	}
	t, err := h.desk.Ticket(c.UserContext(), web.By(c), id)
	return t, err == nil, err
}

// toolForm reads the form of a tool. What is wrong with it is said in the
// dialog when it came from there, else beside the properties.
func (h *handler) toolForm(c *fiber.Ctx) (model.TicketID, *web.Form, error) {
	id, err := web.ID[model.TicketID](c, "id")
	if err != nil {
		return 0, nil, err
	}
	web.Slot(c, toolSlot(c))
	if _, err := h.desk.Ticket(c.UserContext(), web.By(c), id); err != nil { // before a word about the form
		return 0, nil, err
	}
	f, err := web.ReadForm(c, nil)
	return id, f, err
}

func toolSlot(c *fiber.Ctx) string {
	if web.Target(c) == "dialog-msg" {
		return "dialog-msg"
	}
	return "panel-msg"
}

// toolRefused says what is wrong: with scripts where the form is, which keeps
// what was typed, else by the page with the form as it was, or by the ticket's.
func (h *handler) toolRefused(c *fiber.Ctx, id model.TicketID, problems model.Invalid, page func(t model.Ticket) error) error {
	if web.IsHTMX(c) {
		c.Set("HX-Retarget", "#"+toolSlot(c))
		c.Set("HX-Reswap", "innerHTML")
		return web.Render(c, fiber.StatusUnprocessableEntity, view.DialogProblems(problems))
	}
	if page != nil {
		t, err := h.desk.Ticket(c.UserContext(), web.By(c), id)
		if err != nil {
			return err
		}
		return page(t)
	}
	p, err := h.ticket(c, id)
	if err != nil {
		return err
	}
	p.Problems = problems
	return web.Render(c, fiber.StatusUnprocessableEntity, view.TicketPage(p))
}

// toolDone shows the changed ticket and closes the dialog.
func (h *handler) toolDone(c *fiber.Ctx, id model.TicketID) error {
	if !web.IsHTMX(c) {
		return web.Done(c, ticketPath(id))
	}
	web.Trigger(c, "dialog:close", "")
	return h.changed(c, id)
}
