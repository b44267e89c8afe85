package e2e

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"escalated/e2e/browser"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

// serveAt runs the program at an address until it is killed.
func (y *yard) serveAt(addr string) *exec.Cmd {
	y.t.Helper()
	c := y.command(context.Background(), "serve", "--addr", addr)
	var log bytes.Buffer
	c.Stderr = &log
	out, err := c.StdoutPipe()
	if err != nil {
		y.t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		y.t.Fatal(err)
	}
	y.t.Cleanup(func() { _ = c.Process.Kill() })
	in := bufio.NewScanner(out)
	for in.Scan() {
		if at, ok := strings.CutPrefix(in.Text(), "listening on "); ok {
			y.base.Store(&at)
			go func() {
				for in.Scan() {
				}
			}()
			return c
		}
	}
	y.t.Fatalf("the server does not start: %s", log.String())
	return nil
}

// signIn fills in the form that the page shows.
func signIn(p *browser.Page) {
	p.Fill("[name=email]", "agent@desk.test")
	p.Fill("[name=password]", crashPassword)
	p.Load(func() { p.Press("Enter") })
}

// TestTextSurvives kills the server while an agent types. What was typed before
// is on the server, what was typed since on the device; after a restart and a
// new sign-in both are there.
func TestTextSurvives(t *testing.T) {
	if browser.Path() == "" && os.Getenv("ESCALATED_E2E") != "require" {
		t.Skip("no chromium found")
	}
	y := newYard(t)
	mail := y.command(t.Context(), "receive")
	mail.Stdin = strings.NewReader(rawMail("It burns.", "From: Gus <gus@guests.test>", "To: help@desk.test", "Subject: Fire", "Message-ID: <fire@guests.test>", "Date: Mon, 16 Nov 2026 10:00:00 +0000"))
	if out, err := mail.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	server := y.serveAt("127.0.0.1:0")
	p := browser.Open(t, browser.Options{Base: *y.base.Load()})
	p.Allow("[object Event]", "Failed to load resource", "ERR_CONNECTION", "ERR_INCOMPLETE", "net::", "htmx:sendError", "Response Status Error Code 401", "EventSource", "401")
	p.Goto("agent/tickets/1/")
	signIn(p)
	p.WaitFor("heading=Fire")
	p.Type("#composer-body", "Please leave the building")
	p.WaitText("Draft saved")

	const all = "Please leave the building and call us."
	if err := server.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = server.Wait()
	p.Fill("#composer-body", all)
	p.WaitText("Offline: kept on this device")
	at, err := url.Parse(*y.base.Load())
	if err != nil {
		t.Fatal(err)
	}
	y.serveAt(at.Host)

	browser.Eval[int](p, `(() => { const x = new XMLHttpRequest(); x.open("POST", "../../../logout/", false); x.send(); return x.status; })()`) // in another tab
	p.Goto("agent/tickets/1/")
	signIn(p)
	p.WaitFor("heading=Fire")
	if got := p.Value("#composer-body"); got != all {
		t.Errorf("after the restart the composer holds %q", got)
	}
	p.WaitText("Draft saved")
	p.WaitTrue("!Object.keys(localStorage).some(k => k.startsWith('draft:'))")

	// On a device that has kept nothing it is there, too.
	other := browser.Open(t, browser.Options{Base: *y.base.Load()})
	other.Goto("agent/tickets/1/")
	signIn(other)
	other.WaitFor("heading=Fire")
	if got := other.Value("#composer-body"); got != all {
		t.Errorf("another device finds %q", got)
	}
}

// TestUndoSending sends and takes it back, by mouse and by key alone.
func TestUndoSending(t *testing.T) {
	h := newHouse(t, helpdesktest.Settings("undo_send_seconds", "10"))
	o := &office{house: h}
	o.alan, o.bea, o.carol = h.Agent("alan"), h.Agent("bea"), h.Customer("carol")
	o.ticket = o.carol.Opens("The printer is on fire")
	p := o.open(o.alan, browser.Options{})
	p.Goto(o.at())
	stay(p)
	p.Fill("#composer-body", "Too **fast**")
	p.Click("#composer >> button=Send")
	p.WaitFor("[data-waiting] >> text=fast")
	p.WaitTrue("document.querySelector('#composer-body').value === ''")
	p.WaitFor("#toasts >> text=sends in 10 s")
	stayed(t, p)
	p.ClickLoad("[data-waiting] >> button=Undo")
	if got := p.Value("#composer-body"); got != "Too **fast**" {
		t.Errorf("back came %q", got)
	}
	if f := p.Focused(); !strings.HasPrefix(f, "textarea#composer-body") {
		t.Errorf("the focus is on %q", f)
	}
	p.WaitGone("[data-waiting]")

	// By key: Ctrl+Enter sends, F6 leads to the message about it, Tab to Undo.
	p.Press("Control+Enter")
	p.WaitFor("[data-waiting]")
	p.WaitFor("#toasts >> button=Undo")
	p.Press("F6")
	walk(t, p, "Undo")
	p.Load(func() { p.Press("Enter") })
	if got := p.Value("#composer-body"); got != "Too **fast**" {
		t.Errorf("back by key came %q", got)
	}

	// Left alone it is said, and the open page shows it.
	p.Press("Control+Enter")
	p.WaitFor("[data-waiting]")
	o.Later(11 * time.Second)
	o.DB().Wake()
	p.WaitGone("[data-waiting]")
	p.WaitFor("#thread [data-kind=reply] >> text=fast")

	// Later, from the menu; held when the customer writes first.
	p.Fill("#composer-body", "Tomorrow then")
	p.Click("button=More ways to send")
	p.Click("#composer >> button=Tomorrow")
	p.WaitFor("[data-waiting] >> text=Tomorrow then")
	if _, err := o.Verbs().Reply(context.Background(), o.carol.Actor(), o.ticket.ID, said("It is out")); err != nil {
		t.Fatal(err)
	}
	p.WaitFor("[data-waiting] .banner >> text=It is out")
	p.Click("[data-waiting] >> button=Send anyway")
	p.WaitFor("#thread [data-kind=reply] >> text=Tomorrow then")
	p.WaitGone("[data-waiting]")
}

// TestWriting uses the toolbar, the preview and the clipboard.
func TestWriting(t *testing.T) {
	o := newOffice(t)
	p := o.open(o.alan, browser.Options{})
	p.Goto(o.at())
	stay(p)
	p.Type("#composer-body", "Hello world")
	browser.Eval[int](p, "document.querySelector('#composer-body').setSelectionRange(6, 11), 0")
	p.Click("button=Bold")
	if got := p.Value("#composer-body"); got != "Hello **world**" {
		t.Errorf("bold makes %q", got)
	}
	p.Press("Control+z")
	if got := p.Value("#composer-body"); got != "Hello world" {
		t.Errorf("taken back it is %q", got)
	}
	p.Fill("#composer-body", "one\ntwo")
	browser.Eval[int](p, "document.querySelector('#composer-body').setSelectionRange(0, 7), 0")
	p.Click("button=Numbered list")
	if got := p.Value("#composer-body"); got != "1. one\n2. two" {
		t.Errorf("a list is %q", got)
	}
	p.Click("#composer >> button=Preview")
	p.WaitCount("#composer-preview ol li", 2)
	p.Type("#composer-body", "!")
	p.WaitGone("#composer-preview li")

	paste := func(html string) string {
		p.Fill("#composer-body", "")
		return browser.Eval[string](p, fmt.Sprintf(`(() => {
			const a = document.querySelector("#composer-body"), d = new DataTransfer();
			d.setData("text/html", %q); d.setData("text/plain", "plain");
			a.focus(); a.dispatchEvent(new ClipboardEvent("paste", { clipboardData: d, bubbles: true, cancelable: true }));
			return a.value;
		})()`, html))
	}
	for html, want := range map[string]string{
		`<p>See <a href="https://help.test/x">the <b>manual</b></a></p><ul><li>one</li><li>two</li></ul>`: "See [the **manual**](https://help.test/x)\n\n- one\n- two",
		`<a href="javascript:alert(1)">bad</a> <i>x </i>y`:                                                "bad _x_ y",
		`<script>alert(1)</script><b>only</b>`:                                                            "**only**",
	} {
		if got := paste(html); got != want {
			t.Errorf("%s became %q", html, got)
		}
	}

	// Two tabs of one person: neither text is lost.
	p.Fill("#composer-body", "From the first tab")
	p.WaitTrue("document.querySelector('#composer').saved.reply === 'From the first tab'")
	q := p.Tab()
	q.Goto(o.at())
	if got := q.Value("#composer-body"); got != "From the first tab" {
		t.Errorf("the second tab begins with %q", got)
	}
	q.Fill("#composer-body", "From the second tab")
	q.WaitTrue("document.querySelector('#composer').saved.reply === 'From the second tab'")
	p.Allow("409")
	p.Fill("#composer-body", "From the first tab, more")
	p.WaitText("There is a newer draft from another tab.")
	p.Click("button=Use that text")
	if got := p.Value("#composer-body"); got != "From the second tab" {
		t.Errorf("chosen was %q", got)
	}
	p.WaitGone("text=There is a newer draft")
	stayed(t, p)

	// Signing out leaves nothing on the device.
	p.Offline(true)
	p.Allow("ERR_INTERNET_DISCONNECTED", "Failed to load")
	p.Type("#composer-body", " offline")
	p.WaitText("Offline: kept on this device")
	p.WaitTrue("Object.keys(localStorage).some(k => k.startsWith('draft:'))")
	p.Offline(false)
	p.WaitTrue("document.querySelector('#composer').saved.reply.endsWith('offline')")
	browser.Eval[int](p, "localStorage.setItem('draft:1:99:reply', '{}'), 0") // of a ticket that is not open
	p.Load(func() {
		browser.Eval[int](p, "document.querySelector('form[action$=\"logout/\"]').requestSubmit(), 0")
	})
	p.WaitTrue("!Object.keys(localStorage).some(k => k.startsWith('draft:'))")
}

// said is a reply of these words.
func said(words string) model.NewReply { return model.NewReply{Body: words} }
