// Package auth is the desk's doors: the first setup, signing in with a
// password or a link from a mail, invitations, lost guest links, and people's
// own profile.
package auth

import (
	"errors"
	"math"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
	"escalated/text"
)

type handler struct{ desk *desk.Desk }

// Routes are the doors. They come before those of the guests' pages, whose
// token would match "link".
func Routes(d *desk.Desk) []web.Route {
	h := &handler{desk: d}
	return []web.Route{
		web.Page("login/", web.Anyone, h.ShowSignIn),
		web.Post("login/", web.Anyone, h.SignIn),
		web.Post("logout/", web.Anyone, h.SignOut),
		web.Page("login/link/", web.Anyone, h.NewLink),
		web.Post("login/link/", web.Anyone, h.RequestLink),
		web.Page("login/link/sent/", web.Anyone, h.ShowLinkSent),
		web.Page("login/link/:token/", web.Anyone, h.ShowLink),
		web.Post("login/link/:token/", web.Anyone, h.UseLink),
		web.Page("login/reset/", web.Anyone, h.NewReset),
		web.Post("login/reset/", web.Anyone, h.RequestReset),
		web.Page("login/reset/sent/", web.Anyone, h.ShowResetSent),
		web.Page("login/reset/:token/", web.Anyone, h.ShowReset),
		web.Post("login/reset/:token/", web.Anyone, h.Reset),
		web.Page("invite/:token/", web.Anyone, h.ShowInvite),
		web.Post("invite/:token/", web.Anyone, h.AcceptInvite),
		web.Page("setup/", web.Anyone, h.ShowSetup),
		web.Post("setup/", web.Anyone, h.SetUp),
		web.Page("guest/link/", web.Anyone, h.NewGuestLink),
		web.Post("guest/link/", web.Anyone, h.RequestGuestLink),
		web.Page("guest/link/sent/", web.Anyone, h.ShowGuestLinkSent),
		web.Post("preferences/", web.Anyone, h.Prefer),

		web.Page("profile/", web.SignedIn, h.ShowProfile),
		web.Page("agent/profile/", web.Staff, h.ShowProfile),
		web.Post("profile/", web.SignedIn, h.UpdateProfile),
		web.Post("profile/password/", web.SignedIn, h.ChangePassword),
		web.Post("profile/sessions/end/", web.SignedIn, h.EndOtherSessions),
		web.Post("profile/sessions/:session/end/", web.SignedIn, h.EndSession),
	}
}

// come signs the browser in and sends it where it wanted to go, or home.
func come(c *fiber.Ctx, e desk.Entry, next string) error {
	web.SetSession(c, e.Secret, e.Keep)
	return web.Done(c, landing(c, e.Actor.Kind, next))
}

// landing is a page of the desk that somebody wanted, or the start of their kind.
func landing(c *fiber.Ctx, kind model.Kind, next string) string {
	if to := web.Next(c, next); to != "" {
		return to
	}
	switch {
	case kind.Staff():
		return "agent/"
	case kind == model.KindCustomer:
		return "tickets/"
	}
	return web.Path(c, "")
}

func visit(c *fiber.Ctx, f *web.Form) desk.Visit {
	return desk.Visit{Keep: f.Bool("remember"), Browser: web.Knocking(c).Browser}
}

// refused is what a form says about an error that its reader can do something
// about: problems with 422, or a throttle with 429 and the wait in words.
// Other errors are not for the form.
func refused(c *fiber.Ctx, err error, field string) (problems model.Invalid, status int, ok bool) {
	var t *model.Throttled
	if errors.As(err, &t) {
		wait := t.Until.Sub(web.Now(c))
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(max(1, int(math.Ceil(wait.Seconds())))))
		problems.Add(field, "throttled", "Wait", text.Duration(c.UserContext(), wait))
		return problems, fiber.StatusTooManyRequests, true
	}
	if problems = model.Problems(err); len(problems) > 0 {
		return problems, fiber.StatusUnprocessableEntity, true
	}
	return nil, 0, false
}

// dead reports whether an error says that a link does not work.
func dead(err error) bool {
	for _, p := range model.Problems(err) {
		if p.Key == "link_invalid" {
			return true
		}
	}
	return false
}
