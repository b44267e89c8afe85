package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"escalated/model"
)

// site is a site without a desk behind it: whoever has the session "agent" is
// an agent, "customer" a customer.
func site(t *testing.T, change ...func(*Site)) *Site {
	t.Helper()
	s := &Site{
		Prefix: "/support", Own: true, Key: []byte("a key of this test, long enough "),
		Settings: func(context.Context) model.Settings { return model.DefaultSettings() },
		Identify: func(_ context.Context, k Knock) (Visitor, error) {
			a := model.Nobody()
			if k.Session != "" {
				a = model.Actor{Kind: model.Kind(k.Session), ID: 7, Permissions: model.PermissionsOf(model.Kind(k.Session))}
			}
			return Visitor{Actor: a}, nil
		},
		Now: func() model.Time { return 1_000_000 },
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	for _, c := range change {
		c(s)
	}
	return s
}

// serve puts routes under the site, in the order of the real application.
func serve(s *Site, routes ...Route) *fiber.App {
	app := fiber.New(fiber.Config{StrictRouting: true, CaseSensitive: true, StreamRequestBody: true, DisablePreParseMultipartForm: true, DisableStartupMessage: true})
	app.Use(s.Begin, s.HostCheck)
	app.Use(s.Prefix, s.SameOrigin(), s.Recognise)
	s.Mount(app, routes)
	return app
}

type answer struct {
	*http.Response
	body string
}

// ask sends a request; headers alternate name and value.
func ask(t *testing.T, app *fiber.App, method, target string, body io.Reader, headers ...string) answer {
	t.Helper()
	r := httptest.NewRequest(method, target, body)
	if !strings.Contains(target, "://") {
		r.Host = "localhost:8080"
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
		r.Header.Add(headers[i], headers[i+1])
	}
	resp, err := app.Test(r, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp, string(b)}
}

func (a answer) is(t *testing.T, status int) answer {
	t.Helper()
	if a.StatusCode != status {
		t.Fatalf("status %d, not %d: %s", a.StatusCode, status, a.body)
	}
	return a
}

func fine(c *fiber.Ctx) error { return c.SendString("fine") }

func signedIn(kind model.Kind) string { return SessionCookie + "=" + string(kind) }

func TestOneSpellingPerPage(t *testing.T) {
	app := serve(site(t), Page("tickets/", Anyone, fine), Page("tickets/:id/", Anyone, fine), Post("tickets/store/", Anyone, fine))
	for path, want := range map[string]int{
		"/support/tickets/":            200,
		"/support/tickets":             308,
		"/support/tickets?page=2":      308,
		"/support":                     308,
		"/support/tickets/7":           308,
		"/support/tickets/7/":          200,
		"/support//tickets/":           404,
		"/support/tickets//":           404,
		"//support/tickets/":           404,
		"/Support/tickets/":            404,
		"/support/Tickets/":            404,
		"/support/%74ickets/":          404,
		"/support/x/../tickets/":       404,
		"/support/x/%2e%2e/tickets/":   404,
		"/support/tickets/7/8":         404,
		"/support/nothing":             404,
		"/supportive":                  404,
		"/support/tickets/%2e%2e%2f7/": 200, // one segment, an id to the handler, which refuses it
	} {
		if got := ask(t, app, "GET", path, nil); got.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, got.StatusCode, want)
		}
	}
	if to := ask(t, app, "GET", "/support/tickets?page=2", nil).Header.Get("Location"); to != "/support/tickets/?page=2" {
		t.Errorf("sent to %q", to)
	}
	if a := ask(t, app, "POST", "/support/tickets/store", strings.NewReader("")); a.StatusCode != 308 {
		t.Errorf("a form without slash: %d", a.StatusCode)
	}
	if a := ask(t, app, "POST", "/support/tickets/", strings.NewReader("")); a.StatusCode != 405 {
		t.Errorf("the wrong method: %d", a.StatusCode)
	}
}

func TestGate(t *testing.T) {
	app := serve(site(t), Page("tickets/", Customers, fine), Post("tickets/store/", Customers, fine),
		Page("agent/", Staff, fine), Page("admin/tags/", Staff, fine).Needing(model.PermTags))
	for _, c := range []struct {
		path string
		kind model.Kind
		want int
	}{
		{"tickets/", "customer", 200},
		{"tickets/", "", 303},
		{"agent/", "", 303},
		{"agent/", "customer", 404},
		{"agent/", "light", 200},
		{"admin/tags/", "agent", 403},
		{"admin/tags/", "admin", 200},
		{"admin/tags/", "customer", 404},
		{"admin/tags/", "", 303},
	} {
		var headers []string
		if c.kind != "" {
			headers = []string{"Cookie", signedIn(c.kind)}
		}
		a := ask(t, app, "GET", "/support/"+c.path, nil, headers...)
		if a.StatusCode != c.want {
			t.Errorf("%s as %q: %d, want %d", c.path, c.kind, a.StatusCode, c.want)
		}
	}
	if to := ask(t, app, "GET", "/support/tickets/?status=open", nil).Header.Get("Location"); to != "/support/login/?next=%2Fsupport%2Ftickets%2F%3Fstatus%3Dopen" {
		t.Errorf("sign-in at %q", to)
	}
	ask(t, app, "POST", "/support/tickets/store/", strings.NewReader("")).is(t, 401)
	a := ask(t, app, "GET", "/support/tickets/", nil, "HX-Request", "true", "HX-Target", "list").is(t, 401)
	if a.Header.Get("HX-Retarget") != "#dialog" || a.Header.Get("HX-Reswap") != "innerHTML" {
		t.Errorf("headers %v", a.Header)
	}
}

func TestForeignHostsAndOrigins(t *testing.T) {
	app := serve(site(t, func(s *Site) { s.BaseURL = "https://help.example.com"; s.Secure = true }), Page("", Anyone, fine), Post("x/", Anyone, fine))
	ask(t, app, "GET", "/support/", nil, "Host", "help.example.com").is(t, 200)
	ask(t, app, "GET", "/support/", nil, "Host", "HELP.example.com:443").is(t, 200)
	ask(t, app, "GET", "/support/", nil, "Host", "evil.example").is(t, 421)
	ask(t, app, "GET", "/support/", nil, "Host", "localhost").is(t, 421)
	ask(t, app, "GET", "/support/", nil, "Host", "evil.example", "X-Forwarded-Host", "help.example.com").is(t, 421)
	for _, c := range []struct {
		want    int
		headers []string
	}{
		{200, nil},
		{200, []string{"Sec-Fetch-Site", "same-origin"}},
		{200, []string{"Origin", "https://help.example.com"}},
		{403, []string{"Sec-Fetch-Site", "cross-site"}},
		{403, []string{"Sec-Fetch-Site", "same-site"}},
		{403, []string{"Origin", "https://evil.example"}},
		{403, []string{"Origin", "null"}},
	} {
		a := ask(t, app, "POST", "/support/x/", strings.NewReader(""), append([]string{"Host", "help.example.com"}, c.headers...)...)
		if a.StatusCode != c.want {
			t.Errorf("%v: %d, want %d", c.headers, a.StatusCode, c.want)
		}
	}
	plain := serve(site(t), Page("", Anyone, fine))
	for host, want := range map[string]int{"localhost:8080": 200, "127.0.0.1": 200, "[::1]:80": 200, "192.168.1.7:8080": 200, "evil.example": 421} {
		if a := ask(t, plain, "GET", "/support/", nil, "Host", host); a.StatusCode != want {
			t.Errorf("host %q: %d, want %d", host, a.StatusCode, want)
		}
	}
}

func TestProxiesAreReadFromTheEnd(t *testing.T) {
	p, err := ParseProxies([]string{"10.0.0.0/8", "0.0.0.0"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseProxies([]string{"proxy.example"}); err == nil {
		t.Error("a name is no network")
	}
	var seen string
	var https bool
	app := serve(site(t, func(s *Site) { s.Proxies = p; s.BaseURL = "https://help.example.com" }), Page("", Anyone, func(c *fiber.Ctx) error {
		seen, https = Address(c), at(c).https
		return nil
	}))
	// app.Test comes from 0.0.0.0.
	ask(t, app, "GET", "/support/", nil, "Host", "desk:8080", "X-Forwarded-Host", "help.example.com", "X-Forwarded-Proto", "https",
		"X-Forwarded-For", "1.1.1.1, 203.0.113.9, 10.1.2.3").is(t, 200)
	if seen != "203.0.113.9" || !https {
		t.Errorf("client %q, https %v", seen, https)
	}
}

func TestSecurityHeadersAreOnEveryAnswer(t *testing.T) {
	app := serve(site(t), Page("", Anyone, fine), Page("panic/", Anyone, func(*fiber.Ctx) error { panic("a fault") }))
	for path, status := range map[string]int{"/support/": 200, "/support/nothing/": 404, "/support/panic/": 500} {
		a := ask(t, app, "GET", path, nil).is(t, status)
		for name, want := range map[string]string{
			"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY",
		} {
			if got := a.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
	}
	if a := ask(t, app, "GET", "/support/panic/", nil); strings.Contains(a.body, "a fault") {
		t.Error("the page tells what panicked")
	}
}
