package admin

import (
	"context"
	"io"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	"escalated/text"
	view "escalated/views/admin"
)

// mailLook answers for the look and the words of mails.
type mailLook struct {
	*handler
	shown *previews
}

func mailLookRoutes(h *handler) []web.Route {
	m := &mailLook{handler: h, shown: &previews{}}
	return []web.Route{
		web.Page("admin/branding/", web.Staff, m.ShowBranding).Needing(model.PermSettings),
		web.Post("admin/branding/update/", web.Staff, m.UpdateBranding).Needing(model.PermSettings),
		web.Post("admin/branding/preview/", web.Staff, m.PreviewBranding).Needing(model.PermSettings),
		web.Post("admin/branding/test/", web.Staff, m.TestBranding).Needing(model.PermSettings),
		web.Get("admin/branding/logo/:id/", web.Staff, m.SendLogo).Needing(model.PermSettings),
		web.Post("admin/branding/logo/:id/update/", web.Staff, m.SaveLogo).Needing(model.PermSettings).WithFiles(),
		web.Post("admin/branding/logo/:id/delete/", web.Staff, m.RemoveLogo).Needing(model.PermSettings),
		web.Page("admin/mail-texts/", web.Staff, m.ListMailTexts).Needing(model.PermSettings),
		web.Page("admin/mail-texts/:id/", web.Staff, m.EditMailText).Needing(model.PermSettings),
		web.Post("admin/mail-texts/:id/update/", web.Staff, m.SaveMailText).Needing(model.PermSettings),
		web.Post("admin/mail-texts/:id/preview/", web.Staff, m.PreviewMailText).Needing(model.PermSettings),
		web.Post("admin/mail-texts/:id/test/", web.Staff, m.TestMailText).Needing(model.PermSettings),
		web.Post("admin/mail-texts/:id/reset/", web.Staff, m.ResetMailText).Needing(model.PermSettings),
		web.Get("admin/mail-preview/:key/", web.Staff, m.SendPreview).Needing(model.PermSettings),
	}
}

// brandingKeys are the settings of the page.
var brandingKeys = []string{"email_accent_color", "email_footer_text", "email_logo_url"}

// ShowBranding answers with the form and a preview of what is saved.
func (m *mailLook) ShowBranding(c *fiber.Ctx) error {
	p, err := m.branding(c, nil, nil)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.BrandingPage(p))
}

// branding is the page: as saved, or with what was typed.
func (m *mailLook) branding(c *fiber.Ctx, f *web.Form, problems model.Invalid) (p view.Branding, err error) {
	ctx := c.UserContext()
	s, err := m.desk.Settings(ctx)
	if err != nil {
		return p, err
	}
	look, err := m.desk.MailLook(ctx, web.By(c))
	if err != nil {
		return p, err
	}
	p = view.Branding{Values: map[string]string{}, Logos: look.Logos, Problems: problems, Kind: model.MailReply, Shown: view.Shown{As: view.AsDesktop, Locale: text.Lang(ctx)}}
	for _, k := range brandingKeys {
		p.Values[k] = s.Value(k)
		if f != nil && f.Has(k) {
			p.Values[k] = f.Text(k)
		}
	}
	if f != nil {
		p.Kind = model.MailKind(f.Text("shown_kind"))
		p.Shown = shownAs(f, p.Shown.Locale)
	}
	if p.Kinds, err = m.kinds(c); err != nil {
		return p, err
	}
	if !contains(p.Kinds, p.Kind) {
		p.Kind = model.MailReply
	}
	accent, footer, logo := p.Values["email_accent_color"], p.Values["email_footer_text"], p.Values["email_logo_url"]
	out, wrong, err := m.desk.PreviewMail(ctx, web.By(c), model.MailDraft{Kind: p.Kind, Locale: p.Shown.Locale, Accent: &accent, Footer: &footer, Logo: &logo, Theme: p.Shown.Theme()})
	if err != nil {
		return p, err
	}
	given, ok := model.ParseColour(accent)
	if !ok {
		given, _ = model.ParseColour(s.EmailAccentColor)
	}
	p.Accents = model.AccentsOf(given)
	p.Shown = m.shows(c, out, wrong, p.Shown)
	return p, nil
}

func (m *mailLook) kinds(c *fiber.Ctx) ([]model.MailKind, error) {
	rows, err := m.desk.MailTexts(c.UserContext(), web.By(c))
	var out []model.MailKind
	for _, r := range rows {
		out = append(out, r.Kind)
	}
	return out, err
}

func contains(list []model.MailKind, k model.MailKind) bool {
	for _, other := range list {
		if other == k {
			return true
		}
	}
	return false
}

// UpdateBranding saves colour, last line and address of the logo.
func (m *mailLook) UpdateBranding(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	values := map[string]string{}
	for _, k := range brandingKeys {
		if f.Has(k) {
			values[k] = f.Text(k)
		}
	}
	err = m.desk.SaveSettings(c.UserContext(), web.By(c), values)
	if problems := model.Problems(err); len(problems) > 0 {
		p, err := m.branding(c, f, problems)
		if err != nil {
			return err
		}
		return web.Render(c, fiber.StatusUnprocessableEntity, view.BrandingPage(p))
	}
	if err != nil {
		return err
	}
	web.Say(c, "ok", "admin.saved")
	return web.Done(c, "admin/branding/")
}

// PreviewBranding answers with the preview of what is typed.
func (m *mailLook) PreviewBranding(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	p, err := m.branding(c, f, nil)
	if err != nil {
		return err
	}
	return web.PageOr(c, fiber.StatusOK, view.BrandingPage(p), "mail-preview")
}

// TestBranding sends the mail that the preview shows, as it is saved, to
// whoever asks.
func (m *mailLook) TestBranding(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	draft := model.MailDraft{Kind: model.MailKind(f.Text("shown_kind")), Locale: f.Text("shown_locale")}
	if draft.Kind == "" {
		draft.Kind = model.MailReply
	}
	address, err := m.desk.SendSampleMail(c.UserContext(), web.By(c), draft)
	if err != nil {
		return err
	}
	web.Say(c, "ok", "branding.sent_test", "Address", address)
	return web.Done(c, "admin/branding/")
}

func logoTheme(c *fiber.Ctx) (model.LogoTheme, error) {
	theme := model.LogoTheme(web.Param(c, "id"))
	if theme != model.LogoLight && theme != model.LogoDark {
		return "", model.ErrNotFound
	}
	return theme, nil
}

// SaveLogo takes a logo in.
func (m *mailLook) SaveLogo(c *fiber.Ctx) error {
	theme, err := logoTheme(c)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, func(ctx context.Context, _, _ string, r io.Reader) (model.AttachmentID, error) {
		return 0, m.desk.SaveLogo(ctx, web.By(c), theme, r)
	})
	if err != nil {
		return err
	}
	problems := f.Problems
	if len(problems) == 0 && len(f.Files) == 0 {
		problems.Add("logo_"+string(theme), "logo_type")
	}
	if len(problems) > 0 {
		for i := range problems {
			problems[i].Field = "logo_" + string(theme)
		}
		p, err := m.branding(c, nil, problems)
		if err != nil {
			return err
		}
		return web.Render(c, f.Status(), view.BrandingPage(p))
	}
	web.Say(c, "ok", "branding.logo_saved")
	return web.Done(c, "admin/branding/")
}

// RemoveLogo takes a logo out of use.
func (m *mailLook) RemoveLogo(c *fiber.Ctx) error {
	theme, err := logoTheme(c)
	if err != nil {
		return err
	}
	if _, err := web.ReadForm(c, nil); err != nil {
		return err
	}
	if err := m.desk.RemoveLogo(c.UserContext(), web.By(c), theme); err != nil {
		return err
	}
	web.Say(c, "ok", "branding.logo_removed")
	return web.Done(c, "admin/branding/")
}

// SendLogo answers with a logo in use.
func (m *mailLook) SendLogo(c *fiber.Ctx) error {
	theme, err := logoTheme(c)
	if err != nil {
		return err
	}
	b, err := m.desk.OpenLogo(c.UserContext(), web.By(c), theme)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "image/png")
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	c.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	return c.Send(b)
}
