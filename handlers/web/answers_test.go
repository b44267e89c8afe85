package web

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"escalated/model"
	"escalated/text"
)

func page(words string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, err := fmt.Fprintf(w, "<p lang=%s>%s</p>", text.Lang(ctx), words)
		return err
	})
}

func TestErrorsBecomeAnswers(t *testing.T) {
	var err error
	app := serve(site(t), Page("x/", Anyone, func(*fiber.Ctx) error { return err }))
	for _, c := range []struct {
		err    error
		status int
	}{
		{model.ErrNotFound, 404},
		{fmt.Errorf("load: %w", model.ErrDenied), 403},
		{model.ErrConflict, 409},
		{&model.Stale{Field: "status"}, 409},
		{&model.Throttled{Until: 1_000_000 + 90_000}, 429},
		{model.Refuse("subject", "subject_required"), 422},
		{model.ErrTooLarge, 413},
		{model.ErrUnavailable, 503},
		{context.DeadlineExceeded, 503},
		{io.ErrUnexpectedEOF, 500},
		{fiber.ErrBadRequest, 400},
	} {
		err = c.err
		a := ask(t, app, "GET", "/support/x/", nil).is(t, c.status)
		if strings.Contains(a.body, "unexpected EOF") {
			t.Error("the page shows an inner error")
		}
		if c.status == 429 && a.Header.Get("Retry-After") != "90" {
			t.Errorf("Retry-After %q", a.Header.Get("Retry-After"))
		}
		h := ask(t, app, "GET", "/support/x/", nil, "HX-Request", "true", "HX-Target", "panel-tags").is(t, c.status)
		if want := "#panel-msg"; c.status < 500 && h.Header.Get("HX-Retarget") != want {
			t.Errorf("%v goes to %q", c.err, h.Header.Get("HX-Retarget"))
		}
	}
}

func TestWhatWasSaidIsShownOnce(t *testing.T) {
	s := site(t)
	app := serve(s, Post("do/", Anyone, func(c *fiber.Ctx) error {
		SayText(c, "ok", "Grüße 😀")
		return Done(c, "show/")
	}), Page("show/", Anyone, func(c *fiber.Ctx) error {
		words, _ := takeSaid(c)
		return Render(c, 200, page(words.Text))
	}), Post("quick/", Anyone, func(c *fiber.Ctx) error {
		SayText(c, "ok", "Grüße 😀")
		return Fragment(c, 200, page("part"))
	}))
	a := ask(t, app, "POST", "/support/do/", strings.NewReader("")).is(t, 303)
	if a.Header.Get("Location") != "/support/show/" {
		t.Errorf("sent to %q", a.Header.Get("Location"))
	}
	cookie := a.Cookies()[0]
	if cookie.Path != "/support" || !cookie.HttpOnly || cookie.SameSite != 2 {
		t.Errorf("cookie %v", cookie)
	}
	b := ask(t, app, "GET", "/support/show/", nil, "Cookie", cookie.Name+"="+cookie.Value).is(t, 200)
	if !strings.Contains(b.body, "Grüße 😀") || len(b.Cookies()) != 1 || b.Cookies()[0].Value != "" {
		t.Errorf("%s, cookies %v", b.body, b.Cookies())
	}
	forged := ask(t, app, "GET", "/support/show/", nil, "Cookie", cookie.Name+"="+cookie.Value[:len(cookie.Value)-2]+"AA")
	if strings.Contains(forged.body, "Grüße") {
		t.Error("a forged message is shown")
	}
	h := ask(t, app, "POST", "/support/do/", strings.NewReader(""), "HX-Request", "true").is(t, 204)
	if h.Header.Get("HX-Redirect") != "/support/show/" || len(h.Cookies()) != 1 {
		t.Errorf("headers %v", h.Header)
	}
	q := ask(t, app, "POST", "/support/quick/", strings.NewReader(""), "HX-Request", "true").is(t, 200)
	if got := q.Header.Get("HX-Trigger"); got != `{"toast":{"kind":"ok","text":"Gr\u00fc\u00dfe \ud83d\ude00"}}` {
		t.Errorf("trigger %s", got)
	}
}

func TestNextLeadsNowhereElse(t *testing.T) {
	s := site(t)
	for raw, want := range map[string]bool{
		"/support/tickets/7/?a=b#m1": true, "/support/": true,
		"": false, "/": false, "/other/": false, "//evil.example/support/": false, "https://evil.example/support/": false, `/support/\evil.example`: false,
		"/support/\t/evil": false, "/support/../../evil": false, "/support//evil.example": false, "/support/login/": false, "/support/logout/": false, "/supportive/": false,
		"/support/%0d%0aSet-Cookie:x": true, // stays encoded in the header
	} {
		if got := s.next(raw); (got != "") != want || got != "" && got != raw {
			t.Errorf("%q gives %q", raw, got)
		}
	}
}

func TestLanguageOfAPage(t *testing.T) {
	own := ""
	s := site(t)
	identify := s.Identify
	s.Identify = func(ctx context.Context, k Knock) (Visitor, error) {
		v, err := identify(ctx, k)
		v.Locale = own
		return v, err
	}
	app := serve(s, Page("", Anyone, func(c *fiber.Ctx) error { return Render(c, 200, page("")) }))
	for _, c := range []struct {
		own, want string
		headers   []string
	}{
		{"", "en", nil},
		{"", "de", []string{"Accept-Language", "de-AT,en;q=0.5"}},
		{"", "ar", []string{"Accept-Language", "de", "Cookie", LanguageCookie + "=ar"}},
		{"de", "de", []string{"Cookie", LanguageCookie + "=ar"}},
		{"", "en", []string{"Cookie", LanguageCookie + "=xx"}},
	} {
		own = c.own
		if a := ask(t, app, "GET", "/support/", nil, c.headers...); !strings.Contains(a.body, "lang="+c.want) {
			t.Errorf("%v: %s", c, a.body)
		}
	}
}

func TestLongPagesAreCompressed(t *testing.T) {
	app := serve(site(t), Page("", Anyone, func(c *fiber.Ctx) error { return Render(c, 200, page(strings.Repeat("word ", 2000))) }))
	a := ask(t, app, "GET", "/support/", nil, "Accept-Encoding", "br, gzip;q=0.8")
	if a.Header.Get("Content-Encoding") != "gzip" || len(a.body) > 1000 || !strings.Contains(a.Header.Get("Vary"), "Accept-Encoding") {
		t.Errorf("%d bytes, headers %v", len(a.body), a.Header)
	}
	if a := ask(t, app, "GET", "/support/", nil, "Accept-Encoding", "gzip;q=0"); a.Header.Get("Content-Encoding") != "" {
		t.Error("compressed although refused")
	}
}

func TestReferenceLeadsToTheNumber(t *testing.T) {
	app := serve(site(t), Page("tickets/:id/", Anyone, func(c *fiber.Ctx) error {
		id, ok, err := TicketID(c, "id")
		if !ok {
			return err
		}
		return c.SendString(fmt.Sprint(id))
	}))
	if a := ask(t, app, "GET", "/support/tickets/7/", nil).is(t, 200); a.body != "7" {
		t.Errorf("id %s", a.body)
	}
	if a := ask(t, app, "GET", "/support/tickets/esc-7/?x=1", nil).is(t, 302); a.Header.Get("Location") != "/support/tickets/7/?x=1" {
		t.Errorf("sent to %q", a.Header.Get("Location"))
	}
	for _, bad := range []string{"0", "007", "-1", "x", "XYZ-7", "ESC-", "99999999999999999999", "1e3", "%2e%2e"} {
		ask(t, app, "GET", "/support/tickets/"+bad+"/", nil).is(t, 404)
	}
}

func TestFilesCannotAct(t *testing.T) {
	content := "0123456789"
	name := t.TempDir() + "/f"
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	mime := "text/html"
	app := serve(site(t), Get("f/", Anyone, func(c *fiber.Ctx) error {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		return SendFile(c, File{Name: "a\r\nb\".html", Mime: mime, Size: 10, ETag: "abc", Body: f, Inline: true})
	}))
	a := ask(t, app, "GET", "/support/f/", nil).is(t, 200)
	for header, want := range map[string]string{
		"Content-Type": "application/octet-stream", "Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff",
		"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "private, no-store", "Content-Length": "10",
	} {
		if got := a.Header.Get(header); got != want {
			t.Errorf("%s is %q", header, got)
		}
	}
	if d := a.Header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment;") || a.body != content {
		t.Errorf("%s: %s", d, a.body)
	}
	mime = "image/png"
	if a := ask(t, app, "GET", "/support/f/", nil); !strings.HasPrefix(a.Header.Get("Content-Disposition"), "inline;") || a.Header.Get("Content-Type") != "image/png" {
		t.Errorf("picture: %v", a.Header)
	}
	for spec, want := range map[string]string{"bytes=2-4": "234", "bytes=7-": "789", "bytes=-3": "789", "bytes=0-99": content, "bytes=a-b": content, "bytes=1-2,4-5": content} {
		if a := ask(t, app, "GET", "/support/f/", nil, "Range", spec); a.body != want {
			t.Errorf("%s: %d %q", spec, a.StatusCode, a.body)
		}
	}
	ask(t, app, "GET", "/support/f/", nil, "Range", "bytes=10-").is(t, 416)
	ask(t, app, "GET", "/support/f/", nil, "If-None-Match", `"abc"`).is(t, 304)
}

func TestSessionCookie(t *testing.T) {
	app := serve(site(t, func(s *Site) { s.Secure, s.BaseURL = true, "https://localhost:8080" }), Post("in/", Anyone, func(c *fiber.Ctx) error {
		SetSession(c, "secret", 24*time.Hour)
		return nil
	}), Post("out/", Anyone, func(c *fiber.Ctx) error {
		ClearSession(c)
		return nil
	}))
	c := ask(t, app, "POST", "/support/in/", strings.NewReader("")).is(t, 200).Cookies()[0]
	if c.Name != "escalated_session" || c.Path != "/support" || !c.Secure || !c.HttpOnly || c.MaxAge != 86400 || c.Value != "secret" {
		t.Errorf("cookie %v", c)
	}
	if c := ask(t, app, "POST", "/support/out/", strings.NewReader("")).is(t, 200).Cookies()[0]; c.Value != "" || c.MaxAge >= 0 {
		t.Errorf("cookie %v", c)
	}
}
