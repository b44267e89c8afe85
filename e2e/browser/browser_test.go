package browser_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"escalated/e2e/browser"
)

func TestMain(m *testing.M) { os.Exit(browser.Main(m)) }

const good = `<!doctype html><html lang="en"><head><title>Good</title><link rel="icon" href="data:,">
<style>a { display: inline-block; padding: 6px } @media (prefers-color-scheme: dark) { body { background: #000; color: #fff } }</style></head>
<body><main><h1>Good page</h1>
<p id="lang">%s</p><p hidden>Secret words</p>
<form method="post" action="/post" enctype="multipart/form-data">
<label for="s">Subject</label> <input id="s" name="subject" value="old">
<label>Body <textarea name="body"></textarea></label>
<label>Priority <select name="priority"><option value="low">Low</option><option value="high">High one</option></select></label>
<label><input type="checkbox" name="urgent"> Urgent</label>
<label>Files <input type="file" name="file" multiple></label>
<label>Due <input type="date" name="due"></label>
<button>Send</button><button disabled>Send later</button></form>
<p><a href="/other?x=1">Another page</a></p><p><a href="/refused">Refused page</a></p>
<section id="late"></section>
<button type="button" id="ask">Ask</button>
</main><script src="/app.js"></script></body></html>`

const script = `
document.getElementById('lang').dataset.nav = navigator.language;
setTimeout(() => { document.getElementById('late').innerHTML = '<p>It came late</p><button type="button">Deep</button>'; }, 30);
document.getElementById('ask').addEventListener('click', () => {
	document.getElementById('late').textContent = confirm('Really?') ? 'yes' : 'no';
});
document.addEventListener('keydown', (e) => { document.title = (e.ctrlKey ? 'C-' : '') + e.key; });
`

const bad = `<html><head><title></title></head><body><img src="/none.png"><input name="x">
<script>console.log("inline")</script><script src="/broken.js"></script></body></html>`

func site(t *testing.T) string {
	mux := http.NewServeMux()
	html := func(format string, args ...any) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; style-src 'unsafe-inline'")
			if r.URL.Path == "/refused" {
				w.WriteHeader(http.StatusUnprocessableEntity)
			}
			text := strings.ReplaceAll(format, "%s", r.Header.Get("Accept-Language"))
			fmt.Fprint(w, text)
		}
	}
	js := func(code string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/javascript")
			io.WriteString(w, code)
		}
	}
	mux.Handle("/good", html(good))
	mux.Handle("/bad", html(bad))
	mux.Handle("/other", html(`<!doctype html><html lang=en><title>Other</title><link rel="icon" href="data:,"><h1>Other</h1>`))
	mux.Handle("/refused", html(`<!doctype html><html lang=en><title>Refused</title><link rel="icon" href="data:,"><h1>Refused</h1>`))
	mux.HandleFunc("/away", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, `<!doctype html><title>Away</title><img src="http://elsewhere.test/pixel.png">`)
	})
	mux.Handle("/app.js", js(script))
	mux.Handle("/broken.js", js(`console.error("planted", 7); null.boom`))
	mux.HandleFunc("/post", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!doctype html><html lang=en><title>Posted</title><link rel="icon" href="data:,"><ul>`)
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			t.Error(err)
		}
		for _, name := range []string{"subject", "body", "priority", "urgent", "due"} {
			fmt.Fprintf(w, "<li>%s=%s", name, r.FormValue(name))
		}
		for _, f := range r.MultipartForm.File["file"] {
			fmt.Fprintf(w, "<li>file=%s:%d", f.Filename, f.Size)
		}
		if c, err := r.Cookie("who"); err == nil {
			fmt.Fprintf(w, "<li>cookie=%s", c.Value)
		}
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

func fillIn(t *testing.T, p *browser.Page) {
	t.Helper()
	p.Cookie("who", "ada")
	if status := p.Goto("/good"); status != 200 {
		t.Errorf("status %d", status)
	}
	p.Fill("field=Subject", "Printer – on fire")
	p.Type("[name=body]", "line 1\nline 2")
	p.Fill("field=Priority", "High one")
	p.Check("field=Urgent", true)
	p.Fill("field=Due", "2026-11-23")
	p.Upload("field=Files", browser.File{Name: "a.txt", Content: []byte("abc")}, browser.File{Name: "b.png", Content: []byte("defgh")})
	if status := p.ClickLoad("button=Send"); status != 200 {
		t.Errorf("status %d", status)
	}
	got := strings.Join(p.Texts("li"), " ")
	want := "subject=Printer – on fire body=line 1 line 2 priority=high urgent=on due=2026-11-23 file=a.txt:3 file=b.png:5 cookie=ada"
	if got != want {
		t.Errorf("posted\n%s, want\n%s", got, want)
	}
}

func TestForm(t *testing.T) {
	p := browser.Open(t, browser.Options{Base: site(t)})
	fillIn(t, p)
	p.Back()
	p.WaitURL("/good")
}

func TestWithoutJavaScript(t *testing.T) {
	p := browser.Open(t, browser.Options{Base: site(t), NoJS: true})
	fillIn(t, p)
	p.Goto("/good")
	if p.Attr("#lang", "data-nav") != "" {
		t.Error("scripts ran")
	}
}

func TestReading(t *testing.T) {
	p := browser.Open(t, browser.Options{Base: site(t), Language: "de", Theme: "dark"})
	p.Goto("good")
	if lang, nav := p.Text("#lang"), p.Attr("#lang", "data-nav"); !strings.HasPrefix(lang, "de") || nav != "de" {
		t.Errorf("Accept-Language %q, navigator %q", lang, nav)
	}
	if bg := browser.Eval[string](p, "getComputedStyle(document.body).backgroundColor"); bg != "rgb(0, 0, 0)" {
		t.Errorf("dark page is %s", bg)
	}
	p.Theme("light")
	p.WaitTrue("getComputedStyle(document.body).color === 'rgb(0, 0, 0)'")
	p.WaitText("It came late")
	p.WaitFor("#late >> button=Deep")
	if p.HasText("Secret words") || p.Visible("text=Secret words") || p.Count("button") != 4 {
		t.Errorf("hidden things count: %d buttons", p.Count("button"))
	}
	p.Press("Control+k")
	if p.Title() != "C-k" {
		t.Errorf("title %q", p.Title())
	}
	p.Press("Escape", "Tab")
	if f := p.Focused(); f != "input#s Subject" {
		t.Errorf("focus on %q", f)
	}
	p.Click("button=Ask")
	p.WaitText("yes")
	if d := p.Dialogs(); len(d) != 1 || d[0] != "Really?" {
		t.Errorf("dialogs %q", d)
	}
	p.Screenshot("harness/good-dark")
	p.CheckAxe()
	p.Forget()
	if status := p.ClickLoad("link=Refused page"); status != 422 {
		t.Errorf("status %d", status)
	}
	if r := p.Requests(); len(r) != 1 || r[0].Status != 422 || r[0].Type != "Document" || r[0].Bytes == 0 {
		t.Errorf("requests %+v", r)
	}
}

func TestProblemsAreHeard(t *testing.T) {
	p := browser.Open(t, browser.Options{Base: site(t)})
	p.Goto("/bad")
	p.WaitTrue("document.readyState === 'complete'")
	all := strings.Join(p.Problems(), "\n")
	for _, want := range []string{"console: planted 7", "TypeError", "Content Security Policy", "404 for Image"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is missing in\n%s", want, all)
		}
	}
	p.Goto("/away")
	if all := strings.Join(p.Problems(), "\n"); !strings.Contains(all, "asks another machine: GET http://elsewhere.test/") {
		t.Errorf("a request to another machine went unnoticed: %s", all)
	}
	p.Goto("/bad")
	ids := map[string]bool{}
	for _, v := range p.Axe("document-title") {
		ids[v.ID] = true
	}
	if !ids["image-alt"] || !ids["label"] || !ids["html-has-lang"] || ids["document-title"] {
		t.Errorf("axe found %v", ids)
	}
	p.Allow("at ") // all of them: the page is bad on purpose
}

func TestTabsAndReaders(t *testing.T) {
	base := site(t)
	p := browser.Open(t, browser.Options{Base: base, Mobile: true})
	p.Goto("/good")
	if w := browser.Eval[int](p, "innerWidth"); w != 980 && w != 390 {
		t.Errorf("a phone is %d wide", w)
	}
	browser.Eval[string](p, "document.cookie = 'a=1'")
	tab := p.Tab()
	tab.Goto("/other")
	if c := browser.Eval[string](tab, "document.cookie"); c != "a=1" {
		t.Errorf("the second tab has the cookies %q", c)
	}
	other := browser.Open(t, browser.Options{Base: base})
	other.Goto("/other")
	if c := browser.Eval[string](other, "document.cookie"); c != "" {
		t.Errorf("another reader has the cookies %q", c)
	}
	tab.Offline(true)
	online := browser.Eval[bool](tab, "fetch('/other').then(() => true, () => false)")
	tab.Offline(false)
	if online || !browser.Eval[bool](tab, "fetch('/other').then(() => true, () => false)") {
		t.Error("the network was not cut, or not joined again")
	}
	tab.Allow("ERR_INTERNET_DISCONNECTED")
}
