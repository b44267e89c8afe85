package auth

import (
	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	"escalated/text"
	"escalated/views/auth"
)

// ShowSetup shows the page of the first admin, while there is none.
func (h *handler) ShowSetup(c *fiber.Ctx) error {
	if err := waiting(c); err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, auth.SetupPage(auth.Setup{Token: web.Query(c, "token")}))
}

// waiting is ErrNotFound unless the desk waits for its first admin.
func waiting(c *fiber.Ctx) error {
	needed, err := web.SetupNeeded(c)
	if err == nil && !needed {
		err = model.ErrNotFound
	}
	return err
}

// SetUp makes the first admin and signs them in.
func (h *handler) SetUp(c *fiber.Ctx) error {
	if err := waiting(c); err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	e, err := h.desk.Setup(c.UserContext(), web.By(c), f.Text("token"), f.Text("name"), f.Text("email"), f.Raw("password"), visit(c, f))
	if problems := model.Problems(err); len(problems) > 0 {
		return web.Render(c, f.Status(), auth.SetupPage(auth.Setup{Token: f.Text("token"), Name: f.Text("name"), Email: f.Text("email"), Problems: problems}))
	}
	if err != nil {
		return err
	}
	return come(c, e, "")
}

// NewGuestLink asks for address and number of a ticket whose link is lost.
func (h *handler) NewGuestLink(c *fiber.Ctx) error {
	return web.Render(c, fiber.StatusOK, auth.AskGuestLinkPage(auth.Ask{Reference: web.Query(c, "reference")}))
}

// RequestGuestLink asks for a mail with a fresh link.
func (h *handler) RequestGuestLink(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	err = h.desk.RequestGuestLink(c.UserContext(), web.By(c), f.Text("email"), f.Text("reference"))
	if problems, status, ok := refused(c, err, "email"); ok {
		return web.Render(c, status, auth.AskGuestLinkPage(auth.Ask{Email: f.Text("email"), Reference: f.Text("reference"), Problems: problems}))
	}
	if err != nil {
		return err
	}
	return web.Done(c, "guest/link/sent/")
}

// ShowGuestLinkSent says to look into the mailbox, whether the two belonged
// together or not.
func (h *handler) ShowGuestLinkSent(c *fiber.Ctx) error {
	return web.Render(c, fiber.StatusOK, auth.SentPage(text.T(c.UserContext(), "auth.sent_guest"), "guest/link/"))
}
