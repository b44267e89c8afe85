package auth

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	"escalated/text"
	"escalated/views/auth"
)

// ShowSignIn shows the sign-in page; whoever is signed in goes on.
func (h *handler) ShowSignIn(c *fiber.Ctx) error {
	next := web.Next(c, web.Query(c, "next"))
	if who := web.Who(c); who.SignedIn() {
		return web.Done(c, landing(c, who.Actor.Kind, next))
	}
	return web.Render(c, fiber.StatusOK, auth.SignInPage(signInPage(c, next)))
}

func signInPage(c *fiber.Ctx, next string) auth.SignIn {
	s := web.Settings(c)
	return auth.SignIn{Next: next, Signup: s.AllowSignup, Guests: s.GuestTicketsEnabled}
}

// SignIn takes address and password.
func (h *handler) SignIn(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	next := web.Next(c, f.Text("next"))
	e, err := h.desk.SignIn(c.UserContext(), web.By(c), f.Text("email"), f.Raw("password"), visit(c, f))
	if problems, status, ok := refused(c, err, "password"); ok {
		p := signInPage(c, next)
		p.Email, p.Keep, p.Problems = f.Text("email"), f.Bool("remember"), problems
		return web.Render(c, status, auth.SignInPage(p))
	}
	if err != nil {
		return err
	}
	return come(c, e, next)
}

// SignOut ends the session. Doing it twice is fine.
func (h *handler) SignOut(c *fiber.Ctx) error {
	if err := h.desk.SignOut(c.UserContext(), web.By(c)); err != nil {
		return err
	}
	web.ClearSession(c)
	web.Say(c, "ok", "auth.said_out")
	return web.Done(c, "login/")
}

// NewLink asks for the address to send a sign-in link to.
func (h *handler) NewLink(c *fiber.Ctx) error {
	return web.Render(c, fiber.StatusOK, auth.AskLinkPage(auth.Ask{Next: web.Next(c, web.Query(c, "next")), Signup: web.Settings(c).AllowSignup}))
}

// RequestLink asks for a mail with a sign-in link.
func (h *handler) RequestLink(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	next := web.Next(c, f.Text("next"))
	err = h.desk.RequestLink(c.UserContext(), web.By(c), f.Text("email"), next, text.Lang(c.UserContext()))
	if problems, status, ok := refused(c, err, "email"); ok {
		return web.Render(c, status, auth.AskLinkPage(auth.Ask{Email: f.Text("email"), Next: next, Signup: web.Settings(c).AllowSignup, Problems: problems}))
	}
	if err != nil {
		return err
	}
	return web.Done(c, "login/link/sent/"+nextQuery(next))
}

func nextQuery(next string) string {
	if next == "" {
		return ""
	}
	return "?next=" + url.QueryEscape(next)
}

// ShowLinkSent says to look into the mailbox, whatever the address was.
func (h *handler) ShowLinkSent(c *fiber.Ctx) error {
	again := "login/link/" + nextQuery(web.Next(c, web.Query(c, "next")))
	return web.Render(c, fiber.StatusOK, auth.SentPage(text.T(c.UserContext(), "auth.sent_link"), again))
}

// ShowLink is where a sign-in link leads: a button, and for new people a name.
func (h *handler) ShowLink(c *fiber.Ctx) error {
	l, err := h.desk.Link(c.UserContext(), web.By(c), web.Param(c, "token"))
	if dead(err) {
		return deadLink(c)
	}
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, auth.LinkPage(auth.Link{Token: web.Param(c, "token"), Address: l.Address, Name: l.Name, New: l.New}))
}

// UseLink signs in with a link.
func (h *handler) UseLink(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	ctx, token := c.UserContext(), web.Param(c, "token")
	l, err := h.desk.Link(ctx, web.By(c), token)
	if dead(err) {
		return deadLink(c)
	}
	if err != nil {
		return err
	}
	e, err := h.desk.UseLink(ctx, web.By(c), token, f.Text("name"), visit(c, f))
	if dead(err) {
		return deadLink(c)
	}
	if problems := model.Problems(err); len(problems) > 0 {
		return web.Render(c, f.Status(), auth.LinkPage(auth.Link{Token: token, Address: l.Address, Name: f.Text("name"), New: l.New, Problems: problems}))
	}
	if err != nil {
		return err
	}
	if l.New {
		web.Say(c, "ok", "auth.said_welcome")
	}
	return come(c, e, e.Next)
}

func deadLink(c *fiber.Ctx) error {
	ctx := c.UserContext()
	return web.Render(c, fiber.StatusNotFound, auth.DeadLinkPage(text.T(ctx, "auth.dead_link"), "login/link/", text.T(ctx, "auth.new_link")))
}
