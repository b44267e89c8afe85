package auth

import (
	"context"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
	"escalated/text"
	"escalated/views/auth"
)

// NewReset asks for the address of the account whose password is lost.
func (h *handler) NewReset(c *fiber.Ctx) error {
	return web.Render(c, fiber.StatusOK, auth.AskResetPage(auth.Ask{}))
}

// RequestReset asks for a mail with a link to set a new password.
func (h *handler) RequestReset(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	err = h.desk.RequestReset(c.UserContext(), web.By(c), f.Text("email"), text.Lang(c.UserContext()))
	if problems, status, ok := refused(c, err, "email"); ok {
		return web.Render(c, status, auth.AskResetPage(auth.Ask{Email: f.Text("email"), Problems: problems}))
	}
	if err != nil {
		return err
	}
	return web.Done(c, "login/reset/sent/")
}

// ShowResetSent says to look into the mailbox, whatever the address was.
func (h *handler) ShowResetSent(c *fiber.Ctx) error {
	return web.Render(c, fiber.StatusOK, auth.SentPage(text.T(c.UserContext(), "auth.sent_reset"), "login/reset/"))
}

// ShowReset asks for the new password.
func (h *handler) ShowReset(c *fiber.Ctx) error {
	l, err := h.desk.ResetLink(c.UserContext(), web.By(c), web.Param(c, "token"))
	if dead(err) {
		return deadReset(c)
	}
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, auth.ResetPage(auth.Link{Token: web.Param(c, "token"), Address: l.Address}))
}

// Reset sets the new password and signs in with it.
func (h *handler) Reset(c *fiber.Ctx) error {
	return h.byLink(c, h.desk.ResetLink, func(ctx context.Context, f *web.Form, token string) (desk.Entry, error) {
		return h.desk.Reset(ctx, web.By(c), token, f.Raw("password"), visit(c, f))
	}, auth.ResetPage, deadReset)
}

func deadReset(c *fiber.Ctx) error {
	ctx := c.UserContext()
	return web.Render(c, fiber.StatusNotFound, auth.DeadLinkPage(text.T(ctx, "auth.dead_link"), "login/reset/", text.T(ctx, "auth.new_link")))
}

// ShowInvite greets somebody who was invited.
func (h *handler) ShowInvite(c *fiber.Ctx) error {
	l, err := h.desk.Invitation(c.UserContext(), web.By(c), web.Param(c, "token"))
	if dead(err) {
		return deadInvite(c)
	}
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, auth.InvitePage(auth.Link{Token: web.Param(c, "token"), Address: l.Address, Name: l.Name, Desk: web.Settings(c).DeskName}))
}

// AcceptInvite takes the password and signs in.
func (h *handler) AcceptInvite(c *fiber.Ctx) error {
	return h.byLink(c, h.desk.Invitation, func(ctx context.Context, f *web.Form, token string) (desk.Entry, error) {
		return h.desk.AcceptInvite(ctx, web.By(c), token, f.Raw("password"), f.Text("name"), visit(c, f))
	}, auth.InvitePage, deadInvite)
}

func deadInvite(c *fiber.Ctx) error {
	return web.Render(c, fiber.StatusNotFound, auth.DeadLinkPage(text.T(c.UserContext(), "auth.dead_invite"), "", ""))
}

// byLink is the form of a link that sets a password.
func (h *handler) byLink(c *fiber.Ctx, look func(context.Context, model.Actor, string) (desk.LinkFor, error),
	use func(context.Context, *web.Form, string) (desk.Entry, error), page func(auth.Link) templ.Component, gone fiber.Handler,
) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	ctx, token := c.UserContext(), web.Param(c, "token")
	e, err := use(ctx, f, token)
	if dead(err) {
		return gone(c)
	}
	if problems := model.Problems(err); len(problems) > 0 {
		l, err := look(ctx, web.By(c), token)
		if dead(err) {
			return gone(c)
		}
		if err != nil {
			return err
		}
		return web.Render(c, f.Status(), page(auth.Link{Token: token, Address: l.Address, Name: f.Text("name"), Desk: web.Settings(c).DeskName, Problems: problems}))
	}
	if err != nil {
		return err
	}
	return come(c, e, "")
}
