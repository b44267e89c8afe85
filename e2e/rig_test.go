package e2e

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"escalated/desk"
	"escalated/e2e/browser"
	"escalated/helpdesk/helpdesktest"
	"escalated/helpdesk/helpdesktest/fakesmtp"
	"escalated/model"
)

func TestMain(m *testing.M) {
	code := browser.Main(m)
	removeProgram()
	os.Exit(code)
}

// slow reports whether the long way round was asked for.
func slow() bool { return os.Getenv("ESCALATED_SLOW") != "" }

// program is the real program at work on a data directory of its own.
type program struct {
	t     *testing.T
	path  string
	data  string
	env   []string
	base  string            // where it listens, with prefix and slash
	setup string            // address of the setup page
	demo  map[string]string // password by address
	stop  func() error      // asks the server to end and waits; once
}

// startProgram serves until the test ends. Settings are keys and values.
func startProgram(t *testing.T, args []string, settings ...string) *program {
	t.Helper()
	if browser.Path() == "" && os.Getenv("ESCALATED_E2E") != "require" {
		t.Skip("no chromium found")
	}
	path, err := builtProgram()
	if err != nil {
		t.Fatal(err)
	}
	p := &program{t: t, path: path, data: filepath.Join(t.TempDir(), "data"), demo: map[string]string{}, env: []string{"ESCALATED_UNDO_SEND_SECONDS=0"}}
	for i := 0; i+1 < len(settings); i += 2 {
		p.env = append(p.env, "ESCALATED_"+strings.ToUpper(settings[i])+"="+settings[i+1])
	}
	c := p.command(context.Background(), append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)
	var log bytes.Buffer
	c.Stderr = &log
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	p.stop = sync.OnceValue(func() error {
		if err := c.Process.Signal(syscall.SIGTERM); err != nil {
			return err
		}
		return c.Wait()
	})
	t.Cleanup(func() {
		if err := p.stop(); err != nil || t.Failed() {
			t.Logf("the server ended: %v\n%s", err, log.String())
		}
	})
	// The announcement ends with the setup address or the last demo account.
	in := bufio.NewReader(out)
	last := "setup: "
	if len(args) > 0 {
		last = "demo: customer tanaka@"
	}
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			t.Fatalf("the server does not start: %v\n%s", err, log.String())
		}
		line = strings.TrimSpace(line)
		if at, ok := strings.CutPrefix(line, "listening on "); ok {
			p.base = at
		} else if at, ok := strings.CutPrefix(line, "setup: "); ok {
			p.setup = at
		} else if who := strings.Fields(line); len(who) == 4 && who[0] == "demo:" {
			p.demo[who[2]] = who[3]
		}
		if strings.HasPrefix(line, last) {
			break
		}
	}
	go io.Copy(io.Discard, in)
	return p
}

func (p *program) command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, p.path, append(args, "--data", p.data)...)
	c.Dir = filepath.Dir(p.data) // no escalated.toml of anybody
	c.Env = append(os.Environ(), p.env...)
	return c
}

// receive brings a mail as a mail server does, on standard input.
func (p *program) receive(raw string) {
	p.t.Helper()
	c := p.command(p.t.Context(), "receive")
	c.Stdin = strings.NewReader(raw)
	if out, err := c.CombinedOutput(); err != nil {
		p.t.Fatalf("receive: %v\n%s", err, out)
	}
}

// rawMail is a plain mail with the given header lines.
func rawMail(body string, header ...string) string {
	return strings.Join(header, "\r\n") + "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + strings.ReplaceAll(body, "\n", "\r\n") + "\r\n"
}

// mailTo waits for the n-th mail to an address.
func mailTo(t *testing.T, s *fakesmtp.Server, address string, n int) fakesmtp.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for seen := 1; ; seen++ {
		if to := s.To(address); len(to) >= n {
			return to[n-1]
		}
		if _, err := s.Wait(ctx, seen); err != nil {
			t.Fatalf("mail %d to %s: %v", n, address, err)
		}
	}
}

// link is the first address in the text that contains the words.
func link(t *testing.T, text, words string) string {
	t.Helper()
	for _, f := range strings.Fields(text) {
		if f = strings.Trim(f, "<>()"); strings.HasPrefix(f, "http") && strings.Contains(f, words) {
			return f
		}
	}
	t.Fatalf("no link with %s in\n%s", words, text)
	return ""
}

// house is a test desk behind a real server.
type house struct {
	*helpdesktest.Desk
	t    *testing.T
	base string
}

func newHouse(t *testing.T, opts ...helpdesktest.Option) *house {
	t.Helper()
	if browser.Path() == "" && os.Getenv("ESCALATED_E2E") != "require" {
		t.Skip("no chromium found")
	}
	d := helpdesktest.New(t, opts...)
	return &house{Desk: d, t: t, base: d.Serve()}
}

// open opens a tab, signed in as the person unless nil.
func (h *house) open(p *helpdesktest.Person, opt browser.Options) *browser.Page {
	h.t.Helper()
	if p == nil {
		return h.openAs(0, opt)
	}
	return h.openAs(p.ID, opt)
}

// openAs opens a tab, signed in unless the id is zero.
func (h *house) openAs(id model.PersonID, opt browser.Options) *browser.Page {
	h.t.Helper()
	opt.Base = h.base
	page := browser.Open(h.t, opt)
	if id != 0 {
		page.Cookie("escalated_session", h.session(id))
	}
	return page
}

// session signs the person in and returns the cookie.
func (h *house) session(id model.PersonID) string {
	h.t.Helper()
	token, err := h.Verbs().OpenSession(context.Background(), model.System("test"), id, false)
	if err != nil {
		h.t.Fatal(err)
	}
	return token
}

// receive takes a raw mail in and returns what became of it.
func (h *house) receive(raw string) model.Receipt {
	h.t.Helper()
	r, err := h.Verbs().ReceiveMail(context.Background(), model.System("mail"), strings.NewReader(raw), desk.Arrival{Door: "pipe", Live: true})
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}
