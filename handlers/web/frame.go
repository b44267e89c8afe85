package web

import (
	"context"
	"io"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"escalated/model"
	"escalated/text"
)

// speak puts language and time zone into the request's context.
func (s *Site) speak(c *fiber.Ctx, who Visitor, settings model.Settings) context.Context {
	ctx := text.With(c.UserContext(), language(c, who, settings))
	return text.WithZone(ctx, zone(who.Zone, settings.TimeZone))
}

// frame puts what every page shows around its content into the context.
func (s *Site) frame(_ *fiber.Ctx, ctx context.Context, _ model.Settings) context.Context {
	return ctx
}

func (s *Site) send(c *fiber.Ctx, status int, cmp templ.Component) error {
	return Render(c, status, cmp)
}

func (s *Site) signInNote(c *fiber.Ctx) templ.Component {
	return errorNote(text.T(c.UserContext(), "errors.page.401.text"))
}

func errorNote(words string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, `<p role="alert">`+templ.EscapeString(words)+`</p>`)
		return err
	})
}

func (s *Site) errorPage(_ *fiber.Ctx, _ int, words string) templ.Component { return errorNote(words) }
