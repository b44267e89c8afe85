package admin_test

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"escalated/helpdesk/helpdesktest"
)

var previewFrame = regexp.MustCompile(`admin/mail-preview/[A-Z0-9]+/`)

func lacksNone(t *testing.T, where, body string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(body, want) {
			t.Errorf("%s lacks %q", where, want)
		}
	}
}

func TestBrandingPage(t *testing.T) {
	d := helpdesktest.New(t)
	boss := d.Admin("root")
	admin := d.As(boss)
	page := admin.Get("admin/branding/").Is(http.StatusOK).AtMost(12)
	lacksNone(t, "the page", page.Body, "#4f46e5", "6.2:1", "is used as it is")
	frame := admin.Get(previewFrame.FindString(page.Body)).Is(http.StatusOK)
	lacksNone(t, "the frame", frame.Body, "Sarah", "#4f46e5", "@media not all")
	if csp := frame.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "sandbox; default-src 'none'") || strings.Contains(csp, "script") {
		t.Errorf("the frame may do things: %s", csp)
	}
	d.As(d.Admin("other")).Get(previewFrame.FindString(page.Body)).Is(http.StatusNotFound)

	part := admin.HTMX("mail-preview").Post("admin/branding/preview/", helpdesktest.F("email_accent_color", "#ffcc00", "shown_as", "phone_dark", "shown_locale", "ar", "shown_kind", "sign_in")).Is(http.StatusOK)
	lacksNone(t, "the preview", part.Body, "\u2066#ffcc00\u2069 on white is 1.5:1", `class="mail-frame phone dark"`)
	frame = admin.Get(previewFrame.FindString(part.Body))
	lacksNone(t, "the dark frame", frame.Body, `dir="rtl"`, "@media all")
	part = admin.Post("admin/branding/preview/", helpdesktest.F("email_accent_color", "#ffcc00", "shown_as", "plain")).Is(http.StatusOK)
	lacksNone(t, "the preview without scripts", part.Body, "plain-mail", "View the request:", `value="#ffcc00"`)

	for _, bad := range [][2]string{{"email_accent_color", "red"}, {"email_accent_color", "#fff;}"}, {"email_logo_url", "http://x.test/l.png"}, {"email_logo_url", "javascript:alert(1)"}, {"email_footer_text", strings.Repeat("x", 501)}} {
		page := admin.Post("admin/branding/update/", helpdesktest.F(bad[0], bad[1])).Is(http.StatusUnprocessableEntity)
		lacksNone(t, bad[1], page.Body, `aria-invalid="true"`)
	}
	admin.Post("admin/branding/update/", helpdesktest.F("email_accent_color", "#FC0", "email_footer_text", "Acme Ltd", "email_logo_url", "https://cdn.test/l.png")).Is(http.StatusSeeOther)
	lacksNone(t, "the page after saving", admin.Get("admin/branding/").Body, `value="#ffcc00"`, "\u2066#ffcc00\u2069 on white is 1.5:1")
	admin.Post("admin/branding/test/", helpdesktest.F("shown_kind", "reply", "shown_locale", "en")).Is(http.StatusSeeOther)
	m := d.MailTo(boss.Email)
	lacksNone(t, "the test mail", m.HTML, "#8c6e00", "https://cdn.test/l.png", "Acme Ltd")
	lacksNone(t, "its subject", m.Subject, "Test: [ESC-1042]")
}

func TestLogos(t *testing.T) {
	d := helpdesktest.New(t)
	admin := d.As(d.Admin("root"))
	var big bytes.Buffer
	if err := png.Encode(&big, image.NewNRGBA(image.Rect(0, 0, 1000, 100))); err != nil {
		t.Fatal(err)
	}
	up := func(content string) *helpdesktest.Answer {
		return admin.Post("admin/branding/logo/dark/update/", nil, helpdesktest.File{Field: "file", Name: "logo.png", Content: content})
	}
	for name, content := range map[string]string{
		"SVG": `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, "text": "no image", "broken": big.String()[:60],
		"huge": big.String()[:16] + "\x00\x01\x00\x00\x00\x01\x00\x00" + big.String()[24:], "large": strings.Repeat("x", 1<<20+1),
	} {
		if page := up(content).Is(http.StatusUnprocessableEntity); !strings.Contains(page.Body, "logo_dark") {
			t.Errorf("%s: the problem is not at the field", name)
		}
	}
	admin.Get("admin/branding/logo/dark/").Is(http.StatusNotFound)
	up(big.String()).Is(http.StatusSeeOther)
	got := admin.Get("admin/branding/logo/dark/").Is(http.StatusOK)
	size, err := png.DecodeConfig(strings.NewReader(got.Body))
	if err != nil || size.Width != 480 || size.Height != 48 {
		t.Errorf("kept as %dx%d: %v", size.Width, size.Height, err)
	}
	lacksNone(t, "the page", admin.Get("admin/branding/").Body, `admin/branding/logo/dark/?v=`, `width="240"`)
	admin.Post("admin/branding/logo/dark/delete/", helpdesktest.F()).Is(http.StatusSeeOther)
	admin.Get("admin/branding/logo/dark/").Is(http.StatusNotFound)
	admin.Get("admin/branding/logo/blue/").Is(http.StatusNotFound)
}

func TestMailTextPages(t *testing.T) {
	d := helpdesktest.New(t)
	boss := d.Admin("root")
	admin := d.As(boss)
	admin.Get("admin/mail-texts/").Is(http.StatusOK).AtMost(12)
	for _, gone := range []string{"admin/mail-texts/reply.xx/", "admin/mail-texts/nothing.en/", "admin/mail-texts/reply/"} {
		admin.Get(gone).Is(http.StatusNotFound)
	}
	page := admin.Get("admin/mail-texts/sign_in.de/").Is(http.StatusOK).AtMost(12)
	lacksNone(t, "the editor", page.Body, "Mit diesem Link", "{{button}}", "built-in text")
	path := "admin/mail-texts/sign_in.de/"
	for _, bad := range [][3]string{
		{"", "Kein Link", "{{button}} is missing"},
		{"", "{{button}} {{ticket.subject}}", "{{button}} needs a line"},
		{"", "{{button}}\n\n{{ticket.subject}}", "{{ticket.subject}} means nothing"},
		{"{{link}}", "{{button}}", "{{link}} means nothing"},
		{"", "{{button}}\n\n{{message}}", "{{message}} means nothing"},
		{"", "", "Write a subject or a text"},
		{strings.Repeat("x", 201), "{{button}}", "at most 200"},
		{"", "{{button}}\n" + strings.Repeat("x", 10001), "at most 10,000"},
	} {
		page := admin.Post(path+"update/", helpdesktest.F("subject", bad[0], "body", bad[1], "version", "0")).Is(http.StatusUnprocessableEntity)
		lacksNone(t, bad[0]+bad[1][:min(len(bad[1]), 40)], page.Body, bad[2])
	}
	own := helpdesktest.F("subject", "Ihr Link\r\nBcc: all@evil.test", "body", "Hallo {{recipient.first_name|du}}\n\n{{button|Hinein}}", "version", "0")
	admin.Post(path+"update/", own).Is(http.StatusSeeOther)
	admin.Post(path+"update/", own).Is(http.StatusConflict)
	lacksNone(t, "the list", admin.Get("admin/mail-texts/").Body, "Deutsch")
	page = admin.Get(path)
	lacksNone(t, "the editor", page.Body, "Hallo {{recipient.first_name|du}}", "Back to the built-in text")
	part := admin.HTMX("mail-preview").Post(path+"preview/", helpdesktest.F("subject", "", "body", "{{button}} x", "shown_as", "desktop")).Is(http.StatusOK)
	lacksNone(t, "a preview of what is wrong", part.Body, "needs a line", "mail-frame")

	admin.Post(path+"test/", helpdesktest.F("subject", "Neu", "body", "Ungespeichert\n\n{{link}}")).Is(http.StatusOK)
	m := d.MailTo(boss.Email)
	lacksNone(t, "the test mail", m.Text, "Ungespeichert", "/login/link/example/")
	admin.Post(path+"test/", helpdesktest.F("subject", "Neu", "body", "nichts")).Is(http.StatusUnprocessableEntity)

	admin.Post(path+"reset/", helpdesktest.F("version", "9")).Is(http.StatusConflict)
	admin.Post(path+"reset/", helpdesktest.F("version", "1")).Is(http.StatusSeeOther)
	lacksNone(t, "the editor", admin.Get(path).Body, "Mit diesem Link")
}
