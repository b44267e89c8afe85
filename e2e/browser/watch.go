package browser

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Request is one line of the network log.
type Request struct {
	Method, URL string
	Type        string // Document, Stylesheet, Script, Image, Font, XHR, Fetch, EventSource…
	Status      int    // 0 until answered
	Failed      string // why it failed, if so
	Bytes       int    // received, headers included; 0 from the cache
	Cached      bool
	id          network.RequestID
}

// watch hears everything a tab says. Its listener runs inside the loop that
// reads the browser, so it only notes things down.
type watch struct {
	mu       sync.Mutex
	problems []string
	allowed  []string
	requests []Request
	dialogs  []string
	console  []string
	url      string
	status   int
	loaded   int
	answer   func()
}

func (w *watch) hear(ev any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch ev := ev.(type) {
	case *runtime.EventConsoleAPICalled:
		w.hearConsole(ev)
	case *runtime.EventExceptionThrown:
		w.problem("exception", (&chromedp.ExceptionError{ExceptionDetails: ev.ExceptionDetails}).Error())
	case *log.EventEntryAdded:
		// Failed requests are judged below, with more knowledge than the entry has.
		if ev.Entry.Level == log.EntryLevelError && ev.Entry.Source != log.EntrySourceNetwork {
			w.problem(string(ev.Entry.Source), ev.Entry.Text)
		}
	case *network.EventRequestWillBeSent:
		w.hearRequest(ev)
	case *network.EventResponseReceived:
		w.hearResponse(ev)
	case *network.EventLoadingFinished:
		if r := w.request(ev.RequestID); r != nil {
			r.Bytes = int(ev.EncodedDataLength)
		}
	case *network.EventLoadingFailed:
		w.hearFailure(ev)
	case *page.EventFrameNavigated:
		if ev.Frame.ParentID == "" {
			w.url = ev.Frame.URL
		}
	case *page.EventLoadEventFired:
		w.loaded++
	case *page.EventJavascriptDialogOpening:
		w.dialogs = append(w.dialogs, ev.Message)
		go w.answer() // a command from inside the listener would wait for itself
	}
}

func (w *watch) hearConsole(ev *runtime.EventConsoleAPICalled) {
	var parts []string
	for _, a := range ev.Args {
		if text := strings.Trim(string(a.Value), `"`); text != "" {
			parts = append(parts, text)
		} else {
			parts = append(parts, a.Description)
		}
	}
	text := strings.Join(parts, " ")
	w.console = append(w.console, string(ev.Type)+": "+text)
	if ev.Type == runtime.ConsoleAPICalledTypeError || ev.Type == runtime.ConsoleAPICalledTypeAssert {
		w.problem("console", text)
	}
}

func (w *watch) hearRequest(ev *network.EventRequestWillBeSent) {
	if ev.RedirectResponse != nil {
		if r := w.request(ev.RequestID); r != nil {
			r.Status, r.id = int(ev.RedirectResponse.Status), ""
		}
	}
	if strings.HasPrefix(ev.Request.URL, "data:") {
		return
	}
	w.requests = append(w.requests, Request{
		Method: ev.Request.Method, URL: ev.Request.URL, Type: string(ev.Type), id: ev.RequestID,
	})
	if u, err := url.Parse(ev.Request.URL); err == nil && strings.HasPrefix(u.Scheme, "http") && !local(u.Hostname()) {
		w.problem("network", "the page asks another machine: "+ev.Request.Method+" "+ev.Request.URL)
	}
}

// local tells a host on this machine; names below .localhost never leave it.
func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

func (w *watch) hearResponse(ev *network.EventResponseReceived) {
	status := int(ev.Response.Status)
	r := w.request(ev.RequestID)
	if r != nil {
		r.Status = status
		r.Cached = ev.Response.FromDiskCache
	}
	if ev.Type == network.ResourceTypeDocument && string(ev.RequestID) == string(ev.LoaderID) {
		w.status = status
	}
	part := slices.Contains([]network.ResourceType{
		network.ResourceTypeStylesheet, network.ResourceTypeScript, network.ResourceTypeImage,
		network.ResourceTypeFont, network.ResourceTypeMedia, network.ResourceTypeManifest,
	}, ev.Type)
	// Refusals of a page or a fragment are answers; a missing part never is.
	if status >= 500 || part && status >= 400 {
		w.problem("network", fmt.Sprintf("%d for %s %s", status, ev.Type, ev.Response.URL))
	}
}

func (w *watch) hearFailure(ev *network.EventLoadingFailed) {
	r := w.request(ev.RequestID)
	if r == nil {
		return
	}
	r.Failed = ev.ErrorText
	if ev.BlockedReason != "" {
		r.Failed = "blocked: " + string(ev.BlockedReason)
	}
	// Leaving a page aborts what it still loads, and a stream ends with its server.
	if ev.Canceled || ev.ErrorText == "net::ERR_ABORTED" || ev.Type == network.ResourceTypeEventSource {
		return
	}
	w.problem("network", fmt.Sprintf("%s: %s %s", r.Failed, ev.Type, r.URL))
}

// request finds the newest request of an id.
func (w *watch) request(id network.RequestID) *Request {
	for i := len(w.requests) - 1; i >= 0; i-- {
		if w.requests[i].id == id {
			return &w.requests[i]
		}
	}
	return nil
}

func (w *watch) problem(source, text string) {
	w.problems = append(w.problems, source+": "+text+" (at "+w.url+")")
}

func (w *watch) loads() int      { w.mu.Lock(); defer w.mu.Unlock(); return w.loaded }
func (w *watch) pageStatus() int { w.mu.Lock(); defer w.mu.Unlock(); return w.status }
func (w *watch) at() string      { w.mu.Lock(); defer w.mu.Unlock(); return w.url }

// Allow excuses problems that contain one of the texts, from now on and before.
func (p *Page) Allow(texts ...string) {
	p.log.mu.Lock()
	defer p.log.mu.Unlock()
	p.log.allowed = append(p.log.allowed, texts...)
}

// Problems returns and forgets what would fail the test at its end: console
// errors, exceptions, breaches of the content security policy, broken parts of
// a page, answers of 500 and above, requests to other machines.
func (p *Page) Problems() []string {
	p.log.mu.Lock()
	defer p.log.mu.Unlock()
	found := slices.DeleteFunc(p.log.problems, func(problem string) bool {
		return slices.ContainsFunc(p.log.allowed, func(a string) bool { return strings.Contains(problem, a) })
	})
	p.log.problems = nil
	return found
}

// Requests is the network log since the tab opened or since Forget.
func (p *Page) Requests() []Request {
	p.log.mu.Lock()
	defer p.log.mu.Unlock()
	return slices.Clone(p.log.requests)
}

// Forget empties the network log; requests under way are no longer followed.
func (p *Page) Forget() {
	p.log.mu.Lock()
	defer p.log.mu.Unlock()
	p.log.requests = nil
}

// Dialogs are the messages of alert, confirm and prompt so far. They are
// accepted, or with Options.Refuse dismissed.
func (p *Page) Dialogs() []string {
	p.log.mu.Lock()
	defer p.log.mu.Unlock()
	return slices.Clone(p.log.dialogs)
}

func (p *Page) answerDialog() {
	// It fails only when the tab is gone, and then there is nothing to answer.
	_, _ = chromedp.Call(p.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: !p.opt.Refuse})
}
