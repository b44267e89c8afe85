package e2e

import (
	"strings"
	"testing"

	"escalated/e2e/browser"
)

func init() {
	sights = append(
		sights,
		sight{"admin/branding/", "branding", "admin", "admin/branding/"},
		sight{"admin/mail-texts/", "mail-texts", "admin", "admin/mail-texts/"},
		sight{"admin/mail-texts/:id/", "mail-text", "admin", "admin/mail-texts/reply.en/"},
	)
}

// An admin chooses a colour that nobody could read, sees what is made of it,
// saves it, and gets a mail that looks so; then writes the German sign-in mail
// anew, sees it, and takes it back.
func TestBrandingAndTexts(t *testing.T) {
	h := newHouse(t)
	boss := h.Admin("root")
	p := h.open(boss, browser.Options{})
	p.Goto("admin/branding/")
	p.Fill("#f-email_accent_color", "#ffcc00")
	p.WaitText("\u2066#ffcc00\u2069 on white is 1.5:1")
	p.WaitTrue(`document.querySelector("iframe.mail-frame").src.includes("admin/mail-preview/")`)
	p.ClickLoad("#branding-form button.primary")
	p.WaitText("\u2066#ffcc00\u2069 on white is 1.5:1")
	p.ClickLoad(`#branding-shown button[formaction$="/test/"]`)
	m := h.MailTo(boss.Email)
	if !strings.Contains(m.HTML, "border-top:4px solid #8c6e00") {
		t.Errorf("the mail has another colour:\n%s", m.HTML)
	}

	p.Goto("admin/mail-texts/")
	p.ClickLoad(`a[href$="admin/mail-texts/sign_in.en/"]`)
	p.ClickLoad(`.tabs a[href$="sign_in.de/"]`)
	p.Fill("#f-subject", "Herein, {{recipient.first_name|bitte}}")
	p.Fill("#f-body", "Schön, dass Sie da sind.\n\n{{button}} und mehr")
	p.WaitText("{{button}} needs a line of its own.")
	p.Fill("#f-body", "Schön, dass Sie da sind.\n\n{{button|Herein}}")
	p.WaitText("Herein, Sarah")
	p.ClickLoad("#mail-text-form button.primary")
	p.WaitText("Back to the built-in text")
	p.ClickLoad(`form[action$="/reset/"] button`)
	p.WaitText("This is the built-in text.")
}
