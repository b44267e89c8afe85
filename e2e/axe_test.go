package e2e

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"escalated/desk"
	"escalated/e2e/browser"
	"escalated/helpdesk"
)

var (
	seen   = desk.Change{} // changes whatever is there
	glance = desk.Look{}
)

// combination is one way to look at a page.
type combination struct {
	name string
	opt  browser.Options
}

func combinations() (all []combination) {
	for _, theme := range []string{"light", "dark"} {
		for _, width := range []int{1440, 390} {
			for _, lang := range []string{"en", "ar"} {
				opt := browser.Options{Theme: theme, Language: lang, Width: width, Height: 900, Mobile: width == 390}
				name := strings.Join([]string{theme, map[int]string{1440: "wide", 390: "narrow"}[width], lang}, "-")
				all = append(all, combination{name, opt})
			}
		}
	}
	return all
}

// sample are the pages that are looked at in every combination by default.
var sample = []string{"sign-in", "guest-ticket", "portal-list", "portal-ticket", "queue", "ticket", "people", "settings"}

// TestAccessible runs axe on every page of the routes table: one combination
// each and a sample in others, or all in all when ESCALATED_SLOW is set. Every
// page also fits its width, and says nothing on the console.
func TestAccessible(t *testing.T) {
	missing := map[string]bool{}
	for _, r := range helpdesk.Routes() {
		if r.Page {
			missing[r.Path] = true
		}
	}
	for _, s := range sights {
		delete(missing, s.route)
	}
	for route := range maps.Keys(missing) {
		t.Errorf("the page %q has no sight", route)
	}
	w := newWorld(t, "")
	for _, c := range combinations() {
		if !slow() && !slices.Contains([]string{"light-wide-en", "dark-narrow-ar", "light-narrow-en"}, c.name) {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			pages := map[string]*browser.Page{}
			for _, s := range sights {
				if !slow() && c.name != "light-wide-en" && !slices.Contains(sample, s.name) {
					continue
				}
				if pages[s.who] == nil {
					pages[s.who] = w.in(t).viewer(s.who, c.opt)
				}
				look(t, w, pages[s.who], s)
			}
		})
	}
}

// in is the same world for a part of the test.
func (w *world) in(t *testing.T) *world {
	part := *w
	h := *w.house
	h.t = t
	part.house = &h
	return &part
}

func look(t *testing.T, w *world, p *browser.Page, s sight) {
	t.Helper()
	status := p.Goto(w.at(s))
	if s.route != "" && status != 200 {
		t.Errorf("%s: status %d", s.name, status)
		return
	}
	for _, v := range p.Axe() {
		t.Errorf("%s breaks %s", s.name, v)
	}
	if over := browser.Eval[int](p, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 0 {
		wide := browser.Eval[string](p, `[...document.querySelectorAll("main *, .panel *, .bar *, .bottom *, .top *")].filter(e => {
			const r = e.getBoundingClientRect();
			return r.width && (r.right > innerWidth + 1 || r.left < -1);
		}).slice(0, 3).map(e => e.outerHTML.slice(0, 150)).join("\n")`)
		t.Errorf("%s is %d pixels too wide:\n%s", s.name, over, wide)
	}
}
