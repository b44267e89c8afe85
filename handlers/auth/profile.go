package auth

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
	"escalated/text"
	"escalated/views/auth"
)

// ShowProfile shows what people set about themselves.
func (h *handler) ShowProfile(c *fiber.Ctx) error {
	p, err := h.profile(c)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, auth.ProfilePage(p))
}

func (h *handler) profile(c *fiber.Ctx) (auth.Profile, error) {
	by := web.By(c)
	me, err := h.desk.MyProfile(c.UserContext(), by)
	if err != nil {
		return auth.Profile{}, err
	}
	p := auth.Profile{Person: me, HasPass: me.HasPassword, Own: by.Session != 0, Current: by.Session, DeskZone: web.Settings(c).TimeZone}
	if p.Own {
		p.Sessions, err = h.desk.Sessions(c.UserContext(), by)
	}
	return p, err
}

// profilePath is the profile in the shell of the person's kind.
func profilePath(c *fiber.Ctx) string {
	if web.By(c).Kind.Staff() {
		return "agent/profile/"
	}
	return "profile/"
}

// UpdateProfile changes name, language, time zone and theme.
func (h *handler) UpdateProfile(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	err = h.desk.Profile(c.UserContext(), web.By(c), desk.ProfileChange{Name: given(f, "name"), Locale: given(f, "locale"), Zone: given(f, "zone"), Theme: given(f, "theme")})
	if problems := model.Problems(err); len(problems) > 0 {
		p, err := h.profile(c)
		if err != nil {
			return err
		}
		p.Problems = problems
		for name, dst := range map[string]*string{"name": &p.Person.Name, "locale": &p.Person.Locale, "zone": &p.Person.Zone, "theme": &p.Person.Theme} {
			if f.Has(name) {
				*dst = f.Text(name)
			}
		}
		return web.Render(c, f.Status(), auth.ProfilePage(p))
	}
	if err != nil {
		return err
	}
	if f.Has("theme") {
		web.SetTheme(c, f.Text("theme"))
	}
	web.Say(c, "ok", "auth.said_saved")
	return web.Done(c, profilePath(c))
}

// given is a field that the form has, else nil.
func given(f *web.Form, name string) *string {
	if !f.Has(name) {
		return nil
	}
	v := f.Text(name)
	return &v
}

// ChangePassword sets the person's own password.
func (h *handler) ChangePassword(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	err = h.desk.ChangePassword(c.UserContext(), web.By(c), f.Raw("current"), f.Raw("password"))
	if problems, status, ok := refused(c, err, "current"); ok {
		p, err := h.profile(c)
		if err != nil {
			return err
		}
		p.Password = problems
		return web.Render(c, status, auth.ProfilePage(p))
	}
	if err != nil {
		return err
	}
	web.Say(c, "ok", "auth.said_password")
	return web.Done(c, profilePath(c))
}

// EndSession signs one of the person's browsers out.
func (h *handler) EndSession(c *fiber.Ctx) error {
	id, err := web.ID[model.SessionID](c, "session")
	if err != nil {
		return err
	}
	by := web.By(c)
	if err := h.desk.RevokeSession(c.UserContext(), by, id); err != nil {
		return err
	}
	if id == by.Session {
		web.ClearSession(c)
		return web.Done(c, "login/")
	}
	web.Say(c, "ok", "auth.said_session")
	return web.Done(c, profilePath(c))
}

// EndOtherSessions signs all of the person's other browsers out.
func (h *handler) EndOtherSessions(c *fiber.Ctx) error {
	by := web.By(c)
	if err := h.desk.RevokeAllSessions(c.UserContext(), by, by.ID); err != nil {
		return err
	}
	web.Say(c, "ok", "auth.said_sessions")
	return web.Done(c, profilePath(c))
}

// Prefer sets language or theme from any page: for people in their profile,
// for visitors in a cookie.
func (h *handler) Prefer(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	var change desk.ProfileChange
	if l := f.Text("language"); slices.ContainsFunc(text.Languages(), func(k text.Language) bool { return k.Code == l }) {
		change.Locale = &l
		web.SetLanguage(c, l)
	}
	if t := f.Text("theme"); f.Has("theme") && slices.Contains([]string{"", "light", "dark"}, t) {
		change.Theme = &t
		web.SetTheme(c, t)
	}
	if web.Who(c).SignedIn() && (change.Locale != nil || change.Theme != nil) {
		if err := h.desk.Profile(c.UserContext(), web.By(c), change); err != nil {
			return err
		}
	}
	if web.IsHTMX(c) || c.Get("Sec-Fetch-Dest") == "empty" { // asked by a script, which shows it already
		return web.Nothing(c)
	}
	return web.Done(c, back(c, f.Text("next")))
}

// back is the page that a preference was set on, doors included: those that
// web.Next refuses as a goal after signing in.
func back(c *fiber.Ctx, raw string) string {
	if to := web.Next(c, raw); to != "" {
		return to
	}
	for _, door := range []string{"login/", "setup/"} {
		if rest, ok := strings.CutPrefix(raw, web.Path(c, door)); ok && web.Next(c, web.Path(c, "door/"+rest)) != "" {
			return raw
		}
	}
	return web.Path(c, "")
}
