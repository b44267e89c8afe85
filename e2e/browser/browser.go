// Package browser drives Chromium for the journeys of package e2e: one browser
// for a test binary, a fresh profile for every page, and a test that fails on
// any console error, any breach of the content security policy, any broken
// resource and any request that leaves the machine.
//
// Selectors are CSS, or say what a person would: "text=Saved", "button=Send",
// "link=Tickets", "field=Subject" (a control by its label) and "heading=…";
// an exact name wins over one that merely contains the words. " >> " looks
// inside: "#ticket-7 >> button=Close", also into an iframe of the same origin.
// Open shadow trees are searched too.
//
// Every action waits until it is possible, ten seconds at most, and ends the
// test with the reason when it is not.
package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

var running struct {
	once   sync.Once
	ctx    context.Context
	cancel func()
	agent  string // the browser's own User-Agent
	err    error
}

var errNone = errors.New("no chromium found: apt-get install chromium, or name one in CHROMIUM")

// Main runs the tests of a package and closes the browser after them:
//
//	func TestMain(m *testing.M) { os.Exit(browser.Main(m)) }
func Main(m *testing.M) int {
	code := m.Run()
	if running.cancel != nil {
		running.cancel()
	}
	return code
}

// Path returns the Chromium to use, or "" when there is none.
func Path() string {
	if path := os.Getenv("CHROMIUM"); path != "" {
		return path
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// start launches the browser once. Without Chromium the test is skipped, unless
// ESCALATED_E2E=require, which is how CI keeps a missing browser from passing.
func start(t testing.TB) context.Context {
	t.Helper()
	running.once.Do(launch)
	if errors.Is(running.err, errNone) && os.Getenv("ESCALATED_E2E") != "require" {
		t.Skip(running.err)
	}
	if running.err != nil {
		t.Fatal(running.err)
	}
	return running.ctx
}

func launch() {
	path := Path()
	if path == "" {
		running.err = errNone
		return
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.NoSandbox, // it may run as root, and loads our own pages only
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		// Nothing leaves this machine, whatever a page asks for.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE [::1]"),
		// A page taken from this cache fires no load event to wait for.
		chromedp.Flag("disable-back-forward-cache", true),
		chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("force-device-scale-factor", "1"),
		chromedp.Flag("lang", "en-US"),
	)
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, leave := chromedp.NewContext(alloc)
	running.ctx = ctx
	running.cancel = func() { leave(); stop() }
	// The first call must not carry a deadline: the browser would end with it.
	giveUp := time.AfterFunc(time.Minute, running.cancel)
	defer giveUp.Stop()
	if err := chromedp.Do(ctx); err != nil {
		running.err = fmt.Errorf("start %s: %w", path, err)
		return
	}
	version, err := chromedp.CallBrowser(ctx, browser.GetVersion, cdp.Empty{})
	if err != nil {
		running.err = fmt.Errorf("ask %s for its version: %w", path, err)
		return
	}
	running.agent = version.UserAgent
}

// Root is the directory of go.mod above the working directory.
func Root() string {
	dir, err := os.Getwd()
	if err != nil {
		return "."
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return "."
		}
	}
}
