package portal

import (
	"errors"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	"escalated/text"
	view "escalated/views/portal"
)

const (
	// minOp is the shortest mark of a form that cannot be guessed.
	minOp = 16
	// typing is the least time in which a person fills in the form.
	typing = 3 * time.Second
)

type visitorKey struct{}

// guest runs a handler as the guest whose link the path carries. What the
// handler answers is for them alone.
func (h *handler) guest(next fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Set("X-Robots-Tag", "noindex, nofollow")
		c.Set(fiber.HeaderCacheControl, "no-store")
		by := web.By(c)
		g, err := h.desk.GuestActor(c.UserContext(), by, web.Param(c, "token"))
		if errors.Is(err, model.ErrNotFound) && c.Method() == fiber.MethodGet && c.Params("id") == "" && !web.IsHTMX(c) {
			return web.Render(c, fiber.StatusNotFound, view.LinkGonePage())
		}
		if err != nil {
			return err
		}
		c.Locals(visitorKey{}, by)
		web.Become(c, g)
		return next(c)
	}
}

// signedIn reports whether whoever uses a guest's link has an account.
func signedIn(c *fiber.Ctx) bool {
	by, _ := c.Locals(visitorKey{}).(model.Actor)
	return by.ID != 0
}

// ShowGuest answers with the ticket of a guest's link. Those who may see the
// ticket as themselves are sent there, so that nobody writes as another.
func (h *handler) ShowGuest(c *fiber.Ctx) error {
	id := web.By(c).Ticket
	if by, _ := c.Locals(visitorKey{}).(model.Actor); by.ID != 0 {
		_, err := h.desk.Ticket(c.UserContext(), by, id)
		switch {
		case err == nil && by.Staff():
			return web.Go(c, fmt.Sprintf("agent/tickets/%d/", id))
		case err == nil:
			return web.Go(c, fmt.Sprintf("tickets/%d/", id))
		case !errors.Is(err, model.ErrNotFound):
			return err
		}
	}
	t, err := h.thread(c, id)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.TicketPage(t))
}

// MailLink asks for a fresh link by mail.
func (h *handler) MailLink(c *fiber.Ctx) error {
	by := web.By(c)
	if err := h.desk.MailGuestLink(c.UserContext(), by); err != nil {
		return err
	}
	web.Say(c, "ok", "portal.link_mailed")
	return web.Done(c, place(c, by.Ticket))
}

// NewGuestTicket answers with the form for visitors without an account.
func (h *handler) NewGuestTicket(c *fiber.Ctx) error {
	switch by := web.By(c); {
	case by.Staff():
		return web.Go(c, "agent/tickets/create/")
	case by.Kind == model.KindCustomer:
		return web.Go(c, "tickets/create/")
	}
	if !web.Settings(c).GuestTicketsEnabled {
		return model.ErrNotFound
	}
	n, err := h.newTicket(c, true)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.NewTicketPage(n))
}

// CreateGuestTicket opens a ticket for a visitor and leads to their private
// link. Customers who are signed in open their own.
func (h *handler) CreateGuestTicket(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), web.By(c)
	switch {
	case by.Kind == model.KindCustomer:
		return h.CreateTicket(c)
	case by.ID != 0:
		return model.ErrDenied // staff have a form of their own
	}
	if err := h.desk.MayAsk(ctx, by); err != nil { // before any bytes are taken in
		return err
	}
	f, err := web.ReadForm(c, h.stage(c))
	if err != nil {
		return err
	}
	in, problems := h.read(c, f)
	in.RequesterName, in.RequesterEmail = f.Text("name"), f.Text("email")
	in.Locale = text.Lang(ctx)
	if len(in.Files) > 0 { // the files are whose slot it is; the form's own is its op
		in.Op = in.Slot
	}
	if f.Text("subject_2") != "" {
		problems.Add("", "spam")
	}
	if f.Has("refresh") {
		return h.newTicketAs(c, f, nil, true, fiber.StatusOK)
	}
	var t model.Ticket
	var link string
	if len(problems) == 0 {
		t, link, err = h.desk.OpenGuestTicket(ctx, by, in, hasty(f.Text("op"), web.Now(c)))
		problems = model.Problems(err)
	}
	if len(problems) > 0 {
		return h.newTicketAgain(c, f, problems, true)
	}
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	web.Say(c, "ok", "portal.guest_opened", "Reference", t.Reference)
	return web.Done(c, "guest/"+link+"/")
}

// hasty reports whether a form came back faster than people type. Its op tells
// when it was made; without one nobody has seen the form.
func hasty(op string, now model.Time) bool {
	made, ok := opTime(op)
	return !ok || now.Sub(made) < typing
}

// opTime reads the time in a ULID: its first ten characters are 48 bits of
// milliseconds in Crockford's base 32.
func opTime(op string) (model.Time, bool) {
	if len(op) != 26 {
		return 0, false
	}
	var ms int64
	for i := range 10 {
		n := int64(-1)
		for j, r := range "0123456789ABCDEFGHJKMNPQRSTVWXYZ" {
			if byte(r) == op[i] {
				n = int64(j)
			}
		}
		if n < 0 {
			return 0, false
		}
		ms = ms<<5 | n
	}
	return model.Time(ms), true
}
