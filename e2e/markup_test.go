package e2e

import (
	"slices"
	"strings"
	"testing"

	"escalated/e2e/browser"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

// mark is what somebody might call themselves, or a file, a tag, a subject.
const mark = `"'><img src=x onerror=alert(1)><b data-pwn></title><script>`

// marked are sights that must show the mark as it was written.
var marked = []string{
	"sign-in", "guest-ticket", "portal-list", "portal-ticket", "dashboard", "queue", "queue-search", "ticket", "ticket-light", "original",
	"departments", "department", "tags", "tag", "people", "person", "mail", "mail-one", "inbound", "inbound-held", "settings",
}

// TestMarkup gives every name that somebody can choose markup: persons,
// departments, tags, subjects, files, the desk. On every page it is text.
func TestMarkup(t *testing.T) {
	w := newWorld(t, mark)
	pages := map[string]*browser.Page{}
	for _, s := range sights {
		p := pages[s.who]
		if p == nil {
			p = w.viewer(s.who, browser.Options{})
			pages[s.who] = p
		}
		p.Goto(w.at(s))
		inert(t, p, s.name)
		shown := strings.Contains(browser.Eval[string](p, `document.body.innerText + [...document.querySelectorAll("input, textarea")].map(e => e.value).join("\n")`), "<img src=x onerror=alert(1)>")
		if slices.Contains(marked, s.name) && !shown {
			t.Errorf("%s does not show what was written", s.name)
		}
	}
	// What comes in while the page is open, and what is written back.
	p := pages["agent"]
	p.Goto("agent/tickets/" + w.fill["ticket"] + "/")
	p.Fill("#p-tags", "typed"+mark)
	p.Click("#panel >> button=Add a tag")
	p.WaitFor("#panel .tag-list >> text=typed")
	p.Upload("#composer [type=file]", browser.File{Name: "x<img src=x onerror=alert(3)>.txt", Content: []byte("x")})
	p.WaitTrue(`document.querySelector('#composer [name="files[]"]')`)
	p.Fill("#composer-body", "typed"+mark)
	p.Click("#composer >> button=Send")
	p.WaitFor("#thread >> text=typed")
	p.WaitTrue(`document.getElementById("composer-body").value === ""`) // leaving asks while something is typed
	inert(t, p, "after typing")
	p.Goto("agent/tickets/?q=" + "%3Cimg+src%3Dx+onerror%3Dalert(1)%3E" + "&status=any")
	inert(t, p, "search")
	p.Goto("agent/tickets/create/")
	p.Type("[name=requester_email]", "gus")
	p.WaitTrue(`document.querySelector("#people option")`)
	inert(t, p, "suggestions")
	for _, m := range w.Mail() {
		for _, bad := range []string{"<img src=x", "<script", "data-pwn>"} {
			if strings.Contains(m.HTML, bad) {
				t.Errorf("the mail %q holds %s in its HTML", m.Subject, bad)
			}
		}
	}
}

func inert(t *testing.T, p *browser.Page, at string) {
	t.Helper()
	if n := browser.Eval[int](p, `document.querySelectorAll('[data-pwn], img[src="x"], [onerror], script:not([src])').length`); n > 0 {
		t.Errorf("%s holds %d elements of the mark", at, n)
	}
	if said := p.Dialogs(); len(said) > 0 {
		t.Fatalf("%s opens dialogs: %q", at, said)
	}
}

// TestSettingsMarkup writes markup into every setting that takes text.
func TestSettingsMarkup(t *testing.T) {
	d := helpdesktest.New(t)
	b := d.As(d.Admin("ada"))
	tried := 0
	for _, k := range model.AllSettings() {
		if !k.Admin || k.Later || k.Secret || k.Kind == model.BoolSetting {
			continue
		}
		tried++
		name := k.Key
		answer := b.Post("admin/settings/update/", helpdesktest.F("section", k.Section, name, mark))
		if answer.Status == 303 {
			answer = answer.Follow()
		}
		for _, n := range answer.All("img, script, b") {
			if n.Attr("src") == "x" || n.HasAttr("data-pwn") || n.Tag() == "script" && n.Attr("src") == "" {
				t.Errorf("%s: %s", name, n.HTML())
			}
		}
	}
	if tried < 8 {
		t.Errorf("only %d settings take text", tried)
	}
}
