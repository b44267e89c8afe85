package browser

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"
)

// patience is how long an action waits until it is possible.
const patience = 10 * time.Second

// Options say how the reader of a page sees it. The zero value is a desktop of
// 1280×800, light, in English, in UTC, with JavaScript.
type Options struct {
	Base          string // put before paths given to Goto
	Width, Height int
	Mobile        bool   // 390×844 at double density with touch, unless sizes are given
	Theme         string // "light" or "dark"
	Language      string // "de", "ar": Accept-Language and navigator.language
	Zone          string // IANA name
	NoJS          bool
	Motion        bool // allow animations; otherwise prefers-reduced-motion
	ForcedColors  bool
	Refuse        bool // answer confirm() with Cancel
}

// Page is a tab. Its methods end the test on failure, so call them from the
// goroutine of the test.
type Page struct {
	t   testing.TB
	opt Options
	ctx context.Context
	log *watch
}

// Open opens a tab with cookies and storage of its own; it closes with the test.
func Open(t testing.TB, opt Options) *Page {
	t.Helper()
	return open(t, start(t), opt, chromedp.WithNewBrowserContext())
}

// Tab opens a further tab of the same reader: cookies and options are shared.
func (p *Page) Tab() *Page {
	p.t.Helper()
	id := chromedp.FromContext(p.ctx).BrowserContextID
	return open(p.t, running.ctx, p.opt, chromedp.WithExistingBrowserContext(id))
}

func open(t testing.TB, parent context.Context, opt Options, kind chromedp.ContextOption) *Page {
	t.Helper()
	p := &Page{t: t, opt: opt, log: &watch{}}
	ctx, cancel := chromedp.NewContext(parent, kind, chromedp.WithListener(p.log.hear))
	p.ctx, p.log.answer = ctx, p.answerDialog
	t.Cleanup(func() {
		p.finish()
		cancel()
	})
	// The first call must not carry a deadline: the tab would end with it.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	p.do("set the tab up", chromedp.Func(p.dress))
	return p
}

// dress applies the options to a new tab.
func (p *Page) dress(ctx context.Context, _ *chromedp.Target) error {
	o := &p.opt
	size := []chromedp.EmulateViewportOption{chromedp.EmulateScale(1)}
	if o.Mobile {
		if o.Width == 0 {
			o.Width, o.Height = 390, 844
		}
		size = []chromedp.EmulateViewportOption{chromedp.EmulateScale(2), chromedp.EmulateMobile, chromedp.EmulateTouch}
	}
	if o.Width == 0 {
		o.Width = 1280
	}
	if o.Height == 0 {
		o.Height = 800
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(int64(o.Width), int64(o.Height), size...)); err != nil {
		return err
	}
	if err := p.media(ctx); err != nil {
		return err
	}
	zone, lang := o.Zone, o.Language
	if zone == "" {
		zone = "UTC"
	}
	if lang == "" {
		lang = "en"
	}
	agent := emulation.SetUserAgentOverrideParams{UserAgent: running.agent, AcceptLanguage: lang}
	if _, err := chromedp.Call(ctx, emulation.SetUserAgentOverride, agent); err != nil {
		return err
	}
	if _, err := chromedp.Call(ctx, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: zone}); err != nil {
		return err
	}
	_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: o.NoJS})
	return err
}

func (p *Page) media(ctx context.Context) error {
	feature := func(name, value string) *emulation.MediaFeature {
		return &emulation.MediaFeature{Name: name, Value: value}
	}
	theme, motion, colors := "light", "reduce", "none"
	if p.opt.Theme != "" {
		theme = p.opt.Theme
	}
	if p.opt.Motion {
		motion = "no-preference"
	}
	if p.opt.ForcedColors {
		colors = "active"
	}
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{
			feature("prefers-color-scheme", theme),
			feature("prefers-reduced-motion", motion),
			feature("forced-colors", colors),
		},
	})
	return err
}

// Resize changes the viewport, in CSS pixels.
func (p *Page) Resize(width, height int) {
	p.t.Helper()
	p.do("resize", chromedp.EmulateViewport(int64(width), int64(height)))
}

// Theme switches between "light" and "dark".
func (p *Page) Theme(theme string) {
	p.t.Helper()
	p.opt.Theme = theme
	p.do("set the theme", chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error { return p.media(ctx) }))
}

// Offline cuts the tab off the network, or joins it again.
func (p *Page) Offline(off bool) {
	p.t.Helper()
	p.do("change the network", chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		rule := network.OverrideNetworkStateParams{Offline: off, DownloadThroughput: -1, UploadThroughput: -1}
		if _, err := chromedp.Call(ctx, network.OverrideNetworkState, rule); err != nil {
			return err
		}
		cond := network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{{Offline: off, DownloadThroughput: -1, UploadThroughput: -1}},
		}
		_, err := chromedp.Call(ctx, network.EmulateNetworkConditionsByRule, cond)
		return err
	}))
}

// Cookie sets a cookie for the host of Base or of the page shown.
func (p *Page) Cookie(name, value string) {
	p.t.Helper()
	at := p.opt.Base
	if at == "" {
		at = p.URL()
	}
	p.do("set a cookie", chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.CallBrowser(ctx, storage.SetCookies, storage.SetCookiesParams{
			BrowserContextID: chromedp.FromContext(p.ctx).BrowserContextID,
			Cookies:          []*network.CookieParam{{Name: name, Value: value, URL: at, Path: "/"}},
		})
		return err
	}))
}

// Goto loads a URL, or a path below Base, and returns the status of the answer
// after redirects, once the page has loaded.
func (p *Page) Goto(to string) int {
	p.t.Helper()
	if u, err := url.Parse(to); err == nil && u.Scheme == "" {
		to = strings.TrimSuffix(p.opt.Base, "/") + "/" + strings.TrimPrefix(to, "/")
	}
	p.Load(func() {
		p.t.Helper()
		p.do("go to "+to, chromedp.Navigate(to))
	})
	return p.Status()
}

// Reload loads the page again.
func (p *Page) Reload() int {
	p.t.Helper()
	p.Load(func() { p.do("reload", chromedp.Reload()) })
	return p.Status()
}

// Back goes one step back in the history.
func (p *Page) Back() {
	p.t.Helper()
	p.do("go back", chromedp.NavigateBack())
}

// Load runs an action that leads to another page, and returns when that page
// has loaded.
func (p *Page) Load(action func()) {
	p.t.Helper()
	before := p.log.loads()
	action()
	p.wait("the next page to load", func() (bool, string) { return p.log.loads() > before, "" })
}

// Status is the HTTP status of the page shown.
func (p *Page) Status() int { return p.log.pageStatus() }

// do runs steps of chromedp under the deadline.
func (p *Page) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 3*patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

// wait polls until ready; why describes the last refusal.
func (p *Page) wait(what string, ready func() (ok bool, why string)) {
	p.t.Helper()
	deadline := time.Now().Add(patience)
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		ok, why := ready()
		if ok {
			return
		}
		if time.Now().After(deadline) {
			if why != "" {
				why = ": " + why
			}
			p.t.Fatalf("waited %s for %s%s (at %s)", patience, what, why, p.log.at())
		}
		time.Sleep(pause)
	}
}
