package web

import (
	"context"
	"io"
	"net/url"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"escalated/model"
	"escalated/text"
	"escalated/views/layout"
	"escalated/views/ui"
)

// speak puts language and time zone into the request's context.
func (s *Site) speak(c *fiber.Ctx, who Visitor, settings model.Settings) context.Context {
	ctx := text.With(c.UserContext(), language(c, who, settings))
	return text.WithZone(ctx, zone(who.Zone, settings.TimeZone))
}

// frame puts into the context what every page shows around its content.
func (s *Site) frame(c *fiber.Ctx, ctx context.Context, settings model.Settings) context.Context {
	who := Who(c)
	f := &ui.Frame{
		Base:      s.Prefix + "/",
		DeskName:  settings.DeskName,
		Kind:      string(who.Actor.Kind),
		Theme:     Theme(c),
		Now:       s.Now().Std(),
		Path:      clone(c.OriginalURL()),
		PoweredBy: settings.ShowPoweredBy,
		Demo:      s.Demo,
		NoAsking:  !mayAsk(who.Actor, settings),
		Prefs:     who.Prefs,
		Unread:    who.Unread,
		Newest:    int64(who.Newest),
		Statuses:  s.statuses(ctx),
	}
	if who.SignedIn() {
		f.PersonName, f.PersonEmail = who.Actor.Name, who.Email
	}
	return ui.With(ctx, f)
}

// statuses are those of the desk; without them pages show the core ones.
func (s *Site) statuses(ctx context.Context) []model.StatusDef {
	if s.Statuses == nil {
		return nil
	}
	return s.Statuses(ctx)
}

// mayAsk reports whether the visitor is offered to open tickets.
func mayAsk(by model.Actor, settings model.Settings) bool {
	switch {
	case by.Kind.Staff():
		return by.Can(model.PermTicketOpen)
	case by.Kind == model.KindCustomer:
		return true
	}
	return settings.GuestTicketsEnabled
}

// flash shows on a page what was said by the request before. Only pages take
// it, so that a fragment loaded in between does not swallow it.
func flash(c *fiber.Ctx) {
	v := at(c)
	if v == nil || v.route == nil || !v.route.Page {
		return
	}
	if words, ok := takeSaid(c); ok {
		ui.From(c.UserContext()).Flash = ui.Flash{Kind: words.Kind, Text: words.Text, Undo: words.Undo, Show: words.Show, More: words.More}
	}
}

// errorNote is an error in a place of the page.
func errorNote(words string) templ.Component { return ui.Banner("error", words) }

func (s *Site) errorPage(c *fiber.Ctx, status int, words string) templ.Component {
	return layout.ErrorPage(status, text.T(c.UserContext(), pageKey(status)+".title"), words, at(c).id)
}

// signInNote asks somebody whose session has ended to sign in again, without
// leaving the page and what was typed on it.
func (s *Site) signInNote(c *fiber.Ctx) templ.Component {
	ctx := c.UserContext()
	to := s.Prefix + "/login/"
	if u, err := url.Parse(clone(c.Get("HX-Current-URL"))); err == nil {
		if next := s.next(u.RequestURI()); next != "" {
			to += "?next=" + url.QueryEscape(next)
		}
	}
	link := ui.LinkButton(to, ui.Btn{Text: text.T(ctx, "ui.sign_in"), Look: ui.Primary, Attrs: templ.Attributes{"target": "_blank"}})
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return ui.Banner("warn", text.T(ctx, "errors.page.401.text")).Render(templ.WithChildren(ctx, link), w)
	})
}
