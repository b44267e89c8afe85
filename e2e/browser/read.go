package browser

import (
	"strings"

	"github.com/chromedp/chromedp"
)

type element struct {
	Text       string            `json:"text"`
	Value      string            `json:"value"`
	Checked    bool              `json:"checked"`
	Visible    bool              `json:"visible"`
	Name       string            `json:"name"`
	Attributes map[string]string `json:"attributes"`
}

// read waits until the element exists.
func (p *Page) read(selector string) element {
	p.t.Helper()
	var e *element
	p.wait(selector+" to exist", func() (bool, string) {
		err := p.find("read", &e, selector)
		return err == nil && e != nil, reason(err)
	})
	return *e
}

func reason(err error) string {
	if err != nil {
		return err.Error()
	}
	return ""
}

// Text is the visible text of the first match, white space squashed.
func (p *Page) Text(selector string) string { p.t.Helper(); return p.read(selector).Text }

// Texts are the texts of all matches; none is no failure.
func (p *Page) Texts(selector string) []string {
	p.t.Helper()
	var all []string
	p.must("texts", &all, selector)
	return all
}

// Value is what a field holds.
func (p *Page) Value(selector string) string { p.t.Helper(); return p.read(selector).Value }

// Checked tells whether a checkbox or radio button is on.
func (p *Page) Checked(selector string) bool { p.t.Helper(); return p.read(selector).Checked }

// Name is what a control is called by a screen reader, roughly.
func (p *Page) Name(selector string) string { p.t.Helper(); return p.read(selector).Name }

// Attr is an attribute of the first match; "" when it has none.
func (p *Page) Attr(selector, name string) string {
	p.t.Helper()
	return p.read(selector).Attributes[name]
}

// Count counts the visible matches, now.
func (p *Page) Count(selector string) int {
	p.t.Helper()
	var n int
	p.must("count", &n, selector)
	return n
}

// Visible tells whether a match is visible, now.
func (p *Page) Visible(selector string) bool { p.t.Helper(); return p.Count(selector) > 0 }

// Focused describes what has the focus: "button#send Send", or "" for nothing.
func (p *Page) Focused() string {
	p.t.Helper()
	var s string
	p.must("focused", &s)
	return s
}

// must calls a function of find.js that is allowed to fail only while a page
// is being replaced.
func (p *Page) must(function string, into any, args ...string) {
	p.t.Helper()
	p.wait("the page to answer", func() (bool, string) {
		err := p.find(function, into, args...)
		return err == nil, reason(err)
	})
}

// URL is the address shown.
func (p *Page) URL() string {
	p.t.Helper()
	return Eval[string](p, "location.href")
}

// Title is the title of the page.
func (p *Page) Title() string {
	p.t.Helper()
	return Eval[string](p, "document.title")
}

// HTML is the document as it stands now.
func (p *Page) HTML() string {
	p.t.Helper()
	return Eval[string](p, "document.documentElement.outerHTML")
}

// Eval evaluates JavaScript in the page; a promise is awaited.
func Eval[T any](p *Page, js string) T {
	p.t.Helper()
	var v T
	opts := []chromedp.EvaluateOption{chromedp.EvalAwaitPromise}
	if p.opt.NoJS {
		opts = nil // a promise would never settle
	}
	p.wait("the value of "+clip(js, 80), func() (bool, string) {
		err := p.eval(js, &v, opts...)
		return err == nil, reason(err)
	})
	return v
}

// WaitFor waits until something that matches is visible.
func (p *Page) WaitFor(selector string) {
	p.t.Helper()
	p.waitCount(selector+" to be visible", selector, func(n int) bool { return n > 0 })
}

// WaitGone waits until nothing that matches is visible.
func (p *Page) WaitGone(selector string) {
	p.t.Helper()
	p.waitCount(selector+" to be gone", selector, func(n int) bool { return n == 0 })
}

// WaitCount waits until exactly n matches are visible.
func (p *Page) WaitCount(selector string, n int) {
	p.t.Helper()
	p.waitCount(selector+" to be there a given number of times", selector, func(got int) bool { return got == n })
}

func (p *Page) waitCount(what, selector string, ok func(int) bool) {
	p.t.Helper()
	p.wait(what, func() (bool, string) {
		var n int
		err := p.find("count", &n, selector)
		return err == nil && ok(n), reason(err)
	})
}

// WaitExists waits until something matches, visible or not.
func (p *Page) WaitExists(selector string) { p.t.Helper(); p.read(selector) }

// WaitText waits until the page shows a text.
func (p *Page) WaitText(text string) {
	p.t.Helper()
	p.wait("the text "+quote(text), func() (bool, string) {
		var seen bool
		err := p.find("seen", &seen, text)
		return err == nil && seen, reason(err)
	})
}

// HasText tells whether the page shows a text, now.
func (p *Page) HasText(text string) bool {
	p.t.Helper()
	var seen bool
	p.must("seen", &seen, text)
	return seen
}

// WaitURL waits until the address contains a part.
func (p *Page) WaitURL(part string) {
	p.t.Helper()
	p.wait("an address with "+part, func() (bool, string) {
		var at string
		err := p.eval("location.href", &at)
		return err == nil && strings.Contains(at, part), reason(err)
	})
}

// WaitTrue waits until a JavaScript expression is true.
func (p *Page) WaitTrue(js string) {
	p.t.Helper()
	p.wait(clip(js, 80), func() (bool, string) {
		var ok bool
		err := p.eval("!!("+js+")", &ok)
		return err == nil && ok, reason(err)
	})
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
