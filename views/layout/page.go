// Package layout holds the shells around every page: App for agents and
// admins, Portal for customers and guests, Plain for the doors and errors.
package layout

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"escalated/text"
	"escalated/views/ui"
)

// Page is what a page tells its shell.
type Page struct {
	Title   string // of the window, and the h1 unless NoTitle
	Section string // second part of the window's title, or ""
	Count   int    // leads the window's title: "(8) Needs me"
	NoTitle bool   // the page has its own h1
	Nav     string // the item of the main navigation it belongs to: home, tickets, new, admin, account
	Item    string // Admin: the item of its navigation: departments, tags, people, settings, mail, inbound
	Class   string // of main: "narrow" (40rem), "wide" (no limit), "" (64rem)

	Side       templ.Component // App: the second column, or nil
	SideLabel  string          // names it: "Views"
	Head       templ.Component // App: stands where the title would, with NoTitle
	Actions    templ.Component // App, Portal: beside the title
	Back       *ui.Btn         // App, Portal: link before the title; Value is where it leads
	Panel      templ.Component // App: the column beside the content, or nil
	PanelLabel string
	Live       ui.Live  // what the page follows; the frame's when empty
	NoIndex    bool     // keeps search engines away
	NoEditor   bool     // App: has nothing to write in, and fetches editor.js when a dialog needs it
	Lean       bool     // App: does without tools.css, for the queue and the ticket
	Styles     []string // more style sheets
	Scripts    []string // more scripts: tools.js
}

// htmxConfig lets no attribute evaluate code, swaps the answers that carry
// messages, and keeps no private page in the browser's storage.
const htmxConfig = `{"allowEval":false,"allowScriptTags":false,"includeIndicatorStyles":false,"selfRequestsOnly":true,"historyCacheSize":0,"refreshOnHistoryMiss":true,"responseHandling":[{"code":"204","swap":false},{"code":"[23]..","swap":true},{"code":"401|403|404|409|413|422|429","swap":true,"error":true},{"code":"[45]..","swap":false,"error":true}]}`

// windowTitle is "(8) Needs me · Tickets · Acme".
func windowTitle(ctx context.Context, p Page) string {
	var parts []string
	for _, s := range []string{p.Title, p.Section, ui.From(ctx).DeskName} {
		if s != "" && (len(parts) == 0 || parts[len(parts)-1] != s) {
			parts = append(parts, s)
		}
	}
	title := strings.Join(parts, " · ")
	if p.Count > 0 {
		title = "(" + strconv.Itoa(p.Count) + ") " + title
	}
	return title
}

func live(ctx context.Context, p Page) ui.Live {
	if len(p.Live.Topics) > 0 {
		return p.Live
	}
	return ui.From(ctx).Live
}

// withMe lets a page of the staff follow their notifications beside what it
// follows itself.
func withMe(ctx context.Context, p Page) Page {
	f := ui.From(ctx)
	if !f.Staff() {
		return p
	}
	p.Live = live(ctx, p)
	if len(p.Live.Topics) == 0 {
		p.Live.Since = f.Newest
	}
	p.Live.Topics = append(slices.Clone(p.Live.Topics), "me")
	return p
}

// liveQuery is "?t=ticket:1042&since=981".
func liveQuery(l ui.Live) string {
	q := url.Values{"t": l.Topics, "since": {strconv.FormatInt(l.Since, 10)}}
	return "?" + q.Encode()
}

// item is a link of a navigation.
type item struct{ id, path, icon, label string }

func railItems(ctx context.Context) []item {
	items := []item{
		{"home", "agent/", "home", text.T(ctx, "ui.home")},
		{"tickets", "agent/tickets/", "inbox", text.T(ctx, "ui.tickets")},
	}
	if !ui.From(ctx).NoAsking {
		items = append(items, item{"new", "agent/tickets/create/", "plus", text.T(ctx, "ui.new_ticket")})
	}
	if ui.From(ctx).Kind == "admin" {
		items = append(items, item{"admin", "admin/", "settings", text.T(ctx, "ui.admin_area")})
	}
	return items
}

// profilePath is where a person changes their own account.
func profilePath(ctx context.Context) string {
	if ui.From(ctx).Staff() {
		return ui.Path(ctx, "agent/profile/")
	}
	return ui.Path(ctx, "profile/")
}

// askPath is where the visitor asks for help.
func askPath(ctx context.Context) string {
	if ui.From(ctx).SignedIn() {
		return ui.Path(ctx, "tickets/create/")
	}
	return ui.Path(ctx, "guest/create/")
}

func startPath(ctx context.Context) string {
	f := ui.From(ctx)
	switch {
	case f.Staff():
		return ui.Path(ctx, "agent/")
	case f.SignedIn():
		return ui.Path(ctx, "tickets/")
	}
	return f.Base
}

// withTools adds the styles that only the leanest pages do without.
func withTools(p Page) Page {
	if !p.Lean && !slices.Contains(p.Styles, "tools.css") {
		p.Styles = append(slices.Clone(p.Styles), "tools.css")
	}
	if !p.NoEditor {
		p.Scripts = append([]string{"editor.js"}, p.Scripts...)
	}
	return p
}
