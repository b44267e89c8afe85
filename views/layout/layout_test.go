package layout_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"escalated/text"
	"escalated/views/layout"
	"escalated/views/ui"
)

func html(t *testing.T, kind, lang string, page templ.Component) string {
	t.Helper()
	ctx := ui.With(text.With(context.Background(), lang), &ui.Frame{
		Base: "/help/", DeskName: "Acme", Kind: kind,
		PersonName: "Mike Agent", Now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), Theme: "dark", Path: "/help/x",
	})
	var b strings.Builder
	content := templ.Raw("<p>content</p>")
	if err := page.Render(templ.WithChildren(ctx, content), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var inline = regexp.MustCompile(`<style|\sstyle=|\son[a-z]+=|<script(?:>| [^>]*>[^<])|javascript:`)

// What every shell owes: one heading, a skip link that leads somewhere, the
// language and direction, a title, and nothing the security policy refuses.
func TestShells(t *testing.T) {
	page := layout.Page{
		Title: "Needs me", Section: "Tickets", Count: 8, Side: templ.Raw("<p>side</p>"), SideLabel: "Views",
		Panel: templ.Raw("<p>panel</p>"), PanelLabel: "Details", Back: &ui.Btn{Text: "Back", Value: "/help/"},
		Live: ui.Live{Topics: []string{"ticket:1042"}, Since: 981},
	}
	shells := map[string]string{
		"app":    html(t, "agent", "ar", layout.App(page)),
		"admin":  html(t, "admin", "ar", layout.Admin(layout.Page{Title: "Needs me", Section: "Tickets", Count: 8, Item: "tags"})),
		"portal": html(t, "customer", "ar", layout.Portal(page)),
		"guest":  html(t, "guest", "ar", layout.Portal(page)),
		"plain":  html(t, "nobody", "ar", layout.Plain(page, templ.Raw("<a href=x>x</a>"))),
		"error":  html(t, "nobody", "ar", layout.ErrorPage(404, "Needs me", "Sorry", "8f2c")),
		"no frame": func() string {
			var b strings.Builder
			_ = layout.ErrorPage(500, "Needs me", "Sorry", "").Render(context.Background(), &b)
			return b.String()
		}(),
	}
	for name, got := range shells {
		if n := strings.Count(got, "<h1"); n != 1 {
			t.Errorf("%s: %d headings", name, n)
		}
		if m := inline.FindString(got); m != "" {
			t.Errorf("%s: inline code %q", name, m)
		}
		for _, part := range []string{`href="#main"`, `id="main"`, "Needs me ·"} {
			if !strings.Contains(got, part) {
				t.Errorf("%s: no %s", name, part)
			}
		}
		if name != "no frame" && !strings.Contains(got, `<html lang="ar" dir="rtl" data-theme="dark">`) {
			t.Errorf("%s: language, direction or theme is missing", name)
		}
	}
	if !strings.Contains(shells["app"], "<title>(8) Needs me · Tickets · Acme</title>") {
		t.Error("title is not (count) thing · section · desk")
	}
	if !strings.Contains(shells["app"], `sse-connect="/help/stream?since=981&amp;t=ticket%3A1042&amp;t=me"`) {
		t.Error("the stream's address is not the topics and the last event")
	}
	if strings.Contains(shells["error"], "<script") || strings.Contains(shells["plain"], "idiomorph") {
		t.Error("an error page has scripts")
	}
}

// Who sees which way on.
func TestNavigation(t *testing.T) {
	for _, c := range []struct {
		kind, shows, hides string
		page               templ.Component
	}{
		{"agent", "/help/agent/tickets/", "/help/admin/", layout.App(layout.Page{Title: "x"})},
		{"admin", "/help/admin/", "", layout.App(layout.Page{Title: "x"})},
		{"customer", "/help/tickets/create/", "/help/agent/", layout.Portal(layout.Page{Title: "x"})},
		{"nobody", "/help/login/", "/help/logout/", layout.Portal(layout.Page{Title: "x"})},
		{"guest", "/help/guest/create/", `href="/help/tickets/"`, layout.Portal(layout.Page{Title: "x"})},
	} {
		got := html(t, c.kind, "en", c.page)
		if !strings.Contains(got, c.shows) {
			t.Errorf("%s misses %s", c.kind, c.shows)
		}
		if c.hides != "" && strings.Contains(got, c.hides) {
			t.Errorf("%s sees %s", c.kind, c.hides)
		}
	}
}
