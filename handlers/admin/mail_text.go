package admin

import (
	"crypto/rand"
	"errors"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	"escalated/text"
	view "escalated/views/admin"
)

// previews keeps the last mails that were looked at, for the frames that show
// them: a frame is a request of its own, and what it shows need not be saved.
type previews struct {
	mu    sync.Mutex
	pages map[string]preview
	order []string
}

type preview struct {
	page string
	who  model.PersonID
}

// maxPreviews is how many mails are kept for frames, of at most about 100 kB.
const maxPreviews = 100

func (p *previews) keep(who model.PersonID, page string) (key string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pages == nil {
		p.pages = map[string]preview{}
	}
	key = rand.Text()
	p.pages[key] = preview{page, who}
	if p.order = append(p.order, key); len(p.order) > maxPreviews {
		delete(p.pages, p.order[0])
		p.order = p.order[1:]
	}
	return key
}

func (p *previews) page(who model.PersonID, key string) (string, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	found, ok := p.pages[key]
	return found.page, ok && found.who == who
}

// shownAs reads how a form wants its preview.
func shownAs(f *web.Form, locale string) view.Shown {
	s := view.Shown{As: f.Text("shown_as"), Locale: f.Text("shown_locale")}
	if !view.KnownShape(s.As) {
		s.As = view.AsDesktop
	}
	for _, l := range text.Languages() {
		if l.Code == s.Locale {
			return s
		}
	}
	s.Locale = locale
	return s
}

// shows completes a preview with a mail.
func (m *mailLook) shows(c *fiber.Ctx, out model.MailShown, wrong model.Invalid, s view.Shown) view.Shown {
	s.From, s.Subject, s.Plain, s.RTL, s.Problems = out.From, out.Subject, out.Plain, out.RTL, wrong
	if s.As != view.AsPlain {
		s.Key = m.shown.keep(web.By(c).ID, out.HTML)
	}
	return s
}

// SendPreview answers with a mail for its frame: a document of no origin that
// may run nothing and loads nothing but the pictures of the mail.
func (m *mailLook) SendPreview(c *fiber.Ctx) error {
	page, ok := m.shown.page(web.By(c).ID, web.Param(c, "key"))
	if !ok {
		return model.ErrNotFound
	}
	c.Set("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'")
	c.Set("X-Frame-Options", "SAMEORIGIN")
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	c.Type("html", "utf-8")
	return c.SendString(page)
}

// ListMailTexts answers with all kinds of mail.
func (m *mailLook) ListMailTexts(c *fiber.Ctx) error {
	rows, err := m.desk.MailTexts(c.UserContext(), web.By(c))
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.MailTextsPage(rows))
}

// anyLocale stands for "all other languages" in addresses.
const anyLocale = "any"

// mailTextOf reads KIND.LANGUAGE. Without a language it is that of nobody.
func mailTextOf(c *fiber.Ctx) (model.MailKind, string) {
	kind, locale, _ := strings.Cut(web.Param(c, "id"), ".")
	switch locale {
	case anyLocale:
		locale = ""
	case "":
		locale = "none"
	}
	return model.MailKind(kind), locale
}

func mailTextPath(kind model.MailKind, locale string) string {
	if locale == "" {
		locale = anyLocale
	}
	return "admin/mail-texts/" + string(kind) + "." + locale + "/"
}

// EditMailText answers with the text of a kind in a language.
func (m *mailLook) EditMailText(c *fiber.Ctx) error {
	p, err := m.mailText(c, nil)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.MailTextPage(p))
}

// mailText is the page: as saved, or with what was typed.
func (m *mailLook) mailText(c *fiber.Ctx, f *web.Form) (p view.MailText, err error) {
	ctx, by := c.UserContext(), web.By(c)
	kind, locale := mailTextOf(c)
	if p.MailText, err = m.desk.MailText(ctx, by, kind, locale); err != nil {
		return p, err
	}
	p.Saved = p.Version
	look := web.Settings(c).DefaultLanguage
	if locale != "" {
		look = locale
	}
	p.Shown = view.Shown{As: view.AsDesktop, Locale: look}
	rows, err := m.desk.MailTexts(ctx, by)
	if err != nil {
		return p, err
	}
	for _, r := range rows {
		if r.Kind == kind {
			p.Locales = r.Locales
		}
	}
	draft := model.MailDraft{Kind: kind, Locale: look, Theme: p.Shown.Theme()}
	if f != nil {
		p.Subject, p.Body, p.Version = f.Text("subject"), f.Text("body"), f.Int("version")
		p.Shown = shownAs(f, look)
		draft.Locale, draft.Theme = p.Shown.Locale, p.Shown.Theme()
		if locale != "" {
			draft.Locale, p.Shown.Locale = locale, locale
		}
		draft.Text = &model.MailText{Subject: p.Subject, Body: p.Body}
	} else if p.Saved > 0 {
		draft.Text = &p.MailText
	}
	out, wrong, err := m.desk.PreviewMail(ctx, by, draft)
	if err != nil {
		return p, err
	}
	p.Start = out.Start
	if f == nil && p.Saved == 0 {
		p.Subject, p.Body = out.Start.Subject, out.Start.Body
	}
	p.Shown = m.shows(c, out, wrong, p.Shown)
	return p, nil
}

// SaveMailText keeps the words.
func (m *mailLook) SaveMailText(c *fiber.Ctx) error {
	return m.withMailText(c, func(in model.MailText) error {
		if err := m.desk.SaveMailText(c.UserContext(), web.By(c), in); err != nil {
			return err
		}
		web.Say(c, "ok", "mailtexts.saved")
		return nil
	})
}

// TestMailText sends what is typed to whoever asks, saved or not.
func (m *mailLook) TestMailText(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	kind, locale := mailTextOf(c)
	draft := model.MailDraft{Kind: kind, Locale: locale, Text: &model.MailText{Subject: f.Text("subject"), Body: f.Text("body")}}
	if locale == "" {
		draft.Locale = f.Text("shown_locale")
	}
	address, err := m.desk.SendSampleMail(c.UserContext(), web.By(c), draft)
	problems := model.Problems(err)
	if err != nil && len(problems) == 0 {
		return err
	}
	p, err := m.mailText(c, f)
	if err != nil {
		return err
	}
	status := fiber.StatusOK
	if p.Problems = problems; len(problems) > 0 {
		status = fiber.StatusUnprocessableEntity
	} else {
		p.Sent = address
	}
	return web.Render(c, status, view.MailTextPage(p))
}

// withMailText does something with the text of the form and goes back to it.
func (m *mailLook) withMailText(c *fiber.Ctx, do func(model.MailText) error) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	kind, locale := mailTextOf(c)
	err = do(model.MailText{Kind: kind, Locale: locale, Subject: f.Text("subject"), Body: f.Text("body"), Version: f.Int("version")})
	problems, stale := model.Problems(err), errors.Is(err, model.ErrConflict)
	if len(problems) == 0 && !stale {
		if err != nil {
			return err
		}
		return web.Done(c, mailTextPath(kind, locale))
	}
	p, err := m.mailText(c, f)
	if err != nil {
		return err
	}
	p.Problems, p.Stale = problems, stale
	status := fiber.StatusUnprocessableEntity
	if stale {
		status, p.Version = fiber.StatusConflict, p.Saved
	}
	return web.Render(c, status, view.MailTextPage(p))
}

// PreviewMailText answers with the preview of what is typed.
func (m *mailLook) PreviewMailText(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	p, err := m.mailText(c, f)
	if err != nil {
		return err
	}
	if !web.IsHTMX(c) {
		p.Problems = p.Shown.Problems
	}
	return web.PageOr(c, fiber.StatusOK, view.MailTextPage(p), "mail-preview")
}

// ResetMailText goes back to the built-in words.
func (m *mailLook) ResetMailText(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	kind, locale := mailTextOf(c)
	if err := m.desk.ResetMailText(c.UserContext(), web.By(c), kind, locale, f.Int("version")); err != nil {
		return err
	}
	web.Say(c, "ok", "mailtexts.reset_done")
	return web.Done(c, mailTextPath(kind, locale))
}
