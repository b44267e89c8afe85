package portal

import (
	"fmt"

	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/portal"
	"escalated/views/ui"
)

// ShowTicket answers with a customer's ticket; staff are sent to theirs.
func (h *handler) ShowTicket(c *fiber.Ctx) error {
	id, ok, err := web.TicketID(c, "id")
	if !ok {
		return err
	}
	if web.By(c).Staff() {
		return web.Go(c, fmt.Sprintf("agent/tickets/%d/", id))
	}
	t, err := h.thread(c, id)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.TicketPage(t))
}

// ticketID is the ticket of the request: a guest's link opens one, a
// customer's path names it.
func ticketID(c *fiber.Ctx) (model.TicketID, error) {
	if by := web.By(c); by.Kind == model.KindGuest {
		return by.Ticket, nil
	}
	return web.ID[model.TicketID](c, "id")
}

// place is where the pages of the request's ticket are, below the prefix.
func place(c *fiber.Ctx, id model.TicketID) string {
	by := web.By(c)
	switch {
	case by.Kind == model.KindGuest:
		return "guest/" + web.Param(c, "token") + "/"
	case by.Staff():
		return fmt.Sprintf("agent/tickets/%d/", id)
	}
	return fmt.Sprintf("tickets/%d/", id)
}

// thread loads the page with an empty reply form.
func (h *handler) thread(c *fiber.Ctx, id model.TicketID) (view.Thread, error) {
	ctx, by := c.UserContext(), web.By(c)
	look := desk.Look{All: web.Query(c, "show") == "all"}
	v, err := h.desk.ViewTicket(ctx, by, id, look)
	if err != nil {
		return view.Thread{}, err
	}
	s, op := web.Settings(c), ui.NewOp(ctx)
	t := view.Thread{View: v, Me: by.ID, Base: place(c, id), All: look.All, Priority: s.ShowPriorityToCustomers, Limits: s.Limits(), Composer: view.Composer{Op: op, Slot: op}}
	t.Uploads = "uploads/"
	topic := fmt.Sprintf("portal:%d", id)
	if by.Kind == model.KindGuest {
		token := web.Param(c, "token")
		t.Files, t.Uploads = t.Base, t.Base+"uploads/"
		topic = fmt.Sprintf("guest:%d:%s", id, token)
		t.Guest = &view.Guest{Link: web.Base(c) + web.Path(c, t.Base), SignUp: s.AllowSignup, SignIn: !signedIn(c), Mailing: true}
	}
	t.Topic = topic
	if look.All {
		t.Topic += ":all"
	}
	return t, nil
}

// CreateReply takes the answer of a customer or a guest.
func (h *handler) CreateReply(c *fiber.Ctx) error {
	id, err := ticketID(c)
	if err != nil {
		return err
	}
	web.Slot(c, "composer-msg")
	ctx, by := c.UserContext(), web.By(c)
	before, err := h.desk.Ticket(ctx, by, id) // before any bytes are taken in
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, h.stage(c))
	if err != nil {
		return err
	}
	problems := f.Problems
	var m model.Message
	if len(problems) == 0 {
		m, err = h.desk.Reply(ctx, by, id, model.NewReply{Body: f.Text("body"), Op: f.Text("op"), Slot: f.Slot, Files: fileIDs(f)})
		problems = model.Problems(err)
	}
	switch {
	case len(problems) > 0:
		return h.replyAgain(c, id, f, problems)
	case err != nil:
		return err
	case m.TicketID != id:
		return h.goOn(c, before, m)
	}
	web.Say(c, "ok", "portal.reply_sent")
	if !web.IsHTMX(c) {
		return web.Done(c, fmt.Sprintf("%s#m%d", place(c, id), m.ID))
	}
	t, err := h.thread(c, id)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.AfterReply(t))
}

// replyAgain says what is wrong with an answer; under HTMX beside the form,
// which keeps what was typed, else with the form as it was.
func (h *handler) replyAgain(c *fiber.Ctx, id model.TicketID, f *web.Form, problems model.Invalid) error {
	t, err := h.thread(c, id)
	if err != nil {
		return err
	}
	t.Composer.Problems, t.Composer.Body = plainly(problems), f.Text("body")
	if op := f.Text("op"); op != "" {
		t.Composer.Op = op
	}
	if f.Slot != "" {
		t.Composer.Slot = f.Slot
	}
	if t.Composer.Kept, err = h.kept(c, f); err != nil {
		return err
	}
	if web.IsHTMX(c) {
		for _, carried := range f.Files { // the form still holds them and sends them again
			if err := h.desk.Unstage(c.UserContext(), web.By(c), f.Slot, carried); err != nil {
				return err
			}
		}
		c.Set("HX-Retarget", "#composer-msg")
		c.Set("HX-Reswap", "innerHTML")
		return web.Render(c, f.Status(), view.ReplyProblems(t))
	}
	return web.Render(c, f.Status(), view.TicketPage(t))
}

// goOn leads to the new ticket that an answer to a long closed one has opened,
// or to the one that a merged one went into.
func (h *handler) goOn(c *fiber.Ctx, before model.Ticket, m model.Message) error {
	merged := before.MergedInto != 0
	if merged && m.HeldAt != 0 { // no longer on that ticket: nothing there is for them
		web.Say(c, "info", "portal.merged_waits")
		return web.Done(c, place(c, before.ID))
	}
	to := fmt.Sprintf("tickets/%d/", m.TicketID)
	if by := web.By(c); by.Kind == model.KindGuest {
		link, err := h.desk.GuestLinkTo(c.UserContext(), by, m)
		if err != nil {
			return err
		}
		to = "guest/" + link + "/"
	}
	if merged {
		web.Say(c, "ok", "portal.merged_said", "Reference", model.Reference(web.Settings(c).TicketReferencePrefix, m.TicketID))
	} else {
		web.Say(c, "info", "portal.continued")
	}
	return web.Done(c, to)
}

// CloseTicket is "it's solved".
func (h *handler) CloseTicket(c *fiber.Ctx) error {
	id, err := ticketID(c)
	if err != nil {
		return err
	}
	if err := h.desk.CloseTicket(c.UserContext(), web.By(c), id); err != nil {
		return h.refused(c, id, err)
	}
	web.Say(c, "ok", "portal.closed_done")
	return web.Done(c, place(c, id))
}

// ReopenTicket brings a ticket back.
func (h *handler) ReopenTicket(c *fiber.Ctx) error {
	id, err := ticketID(c)
	if err != nil {
		return err
	}
	if err := h.desk.ReopenTicket(c.UserContext(), web.By(c), id); err != nil {
		return h.refused(c, id, err)
	}
	web.Say(c, "ok", "portal.reopened_done")
	return web.Done(c, place(c, id))
}

// refused shows the ticket with the reason why it stays as it is.
func (h *handler) refused(c *fiber.Ctx, id model.TicketID, err error) error {
	problems := model.Problems(err)
	if len(problems) == 0 || web.By(c).Staff() {
		return err
	}
	for i := range problems {
		problems[i].Field = ""
		if problems[i].Key == "transition" { // open already: their words for it
			problems[i].Key, problems[i].Args = "stale_page", nil
		}
	}
	t, err := h.thread(c, id)
	if err != nil {
		return err
	}
	t.Problems = problems
	return web.Render(c, fiber.StatusUnprocessableEntity, view.TicketPage(t))
}

// UpdateSeen notes what the customer has read.
func (h *handler) UpdateSeen(c *fiber.Ctx) error {
	id, err := ticketID(c)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	if err := h.desk.MarkSeen(c.UserContext(), web.By(c), id, model.MessageID(f.Int("message"))); err != nil {
		return err
	}
	if !web.IsHTMX(c) {
		return web.Done(c, place(c, id))
	}
	return web.Nothing(c)
}
