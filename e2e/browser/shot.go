package browser

import (
	"context"
	"os"
	"path/filepath"
	"regexp"

	"github.com/chromedp/chromedp"
)

// Screenshot writes shots/NAME.png below the repository when SHOTS is set, and
// does nothing otherwise.
func (p *Page) Screenshot(name string) {
	p.t.Helper()
	if os.Getenv("SHOTS") != "" {
		p.shoot(name, chromedp.CaptureScreenshot())
	}
}

// ScreenshotFull is Screenshot of the whole height of the page.
func (p *Page) ScreenshotFull(name string) {
	p.t.Helper()
	if os.Getenv("SHOTS") != "" {
		p.shoot(name, chromedp.FullScreenshot(100))
	}
}

func (p *Page) shoot(name string, how chromedp.Action[[]byte]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, how)
	if err == nil {
		err = keep(name+".png", png)
	}
	if err != nil {
		p.t.Errorf("screenshot %s: %v", name, err)
	}
}

// Picture is the whole height of the page as a PNG. The window grows for it: a
// picture beyond the window is shifted on pages that read from the right.
func (p *Page) Picture() []byte {
	p.t.Helper()
	p.Resize(p.opt.Width, max(Eval[int](p, "document.documentElement.scrollHeight"), 200))
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatalf("take a picture: %v", err)
	}
	return png
}

// keep writes a file below shots/.
func keep(name string, content []byte) error {
	path := filepath.Join(Root(), "shots", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}

var odd = regexp.MustCompile(`[^\w.-]+`)

// finish fails the test for what went wrong unnoticed, and keeps the last sight
// of a page whose test failed.
func (p *Page) finish() {
	for _, problem := range p.Problems() {
		p.t.Error(problem)
	}
	if !p.t.Failed() {
		return
	}
	name := filepath.Join("failed", odd.ReplaceAllString(p.t.Name(), "_"))
	p.shoot(name, chromedp.CaptureScreenshot())
	var html string
	if err := p.eval("document.documentElement.outerHTML", &html); err == nil {
		if err := keep(name+".html", []byte(html)); err != nil {
			p.t.Log(err)
		}
	}
	p.log.mu.Lock()
	defer p.log.mu.Unlock()
	p.t.Logf("at %s; see shots/%s.png and .html", p.log.url, name)
	for _, line := range tail(p.log.console, 10) {
		p.t.Log("console", line)
	}
	for _, r := range tail(p.log.requests, 10) {
		p.t.Log("network", r.Method, r.URL, r.Status, r.Failed)
	}
}

func tail[T any](s []T, n int) []T { return s[max(0, len(s)-n):] }
