package command

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// served is a running serve.
type served struct {
	t     *testing.T
	lines chan string
	code  chan int
	stop  context.CancelFunc
	err   lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func serves(t *testing.T, args ...string) *served {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, w := io.Pipe()
	s := &served{t: t, lines: make(chan string, 100), code: make(chan int, 1), stop: cancel}
	go func() {
		for in := bufio.NewScanner(r); in.Scan(); {
			s.lines <- in.Text()
		}
		close(s.lines)
	}()
	a := &app{in: strings.NewReader(""), out: w, err: &s.err, dir: t.TempDir()}
	go func() {
		s.code <- a.run(ctx, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...))
		w.Close()
	}()
	t.Cleanup(func() { s.end() })
	return s
}

// line is the next line that begins so.
func (s *served) line(prefix string) string {
	s.t.Helper()
	for {
		select {
		case l, ok := <-s.lines:
			if !ok {
				s.t.Fatalf("serve ended before it said %q: %s", prefix, s.err.String())
			}
			if rest, ok := strings.CutPrefix(l, prefix); ok {
				return rest
			}
		case <-time.After(time.Minute):
			s.t.Fatalf("serve does not say %q", prefix)
		}
	}
}

// end asks serve to stop and gives its exit code.
func (s *served) end() int {
	s.stop()
	select {
	case code := <-s.code:
		s.code <- code
		return code
	case <-time.After(15 * time.Second):
		s.t.Error("serve does not stop")
		return -1
	}
}

func TestServe(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s := serves(t, "--data", dir)
	at := s.line("listening on ")
	if !strings.HasPrefix(at, "http://127.0.0.1:") || !strings.HasSuffix(at, "/support/") {
		t.Errorf("listening on %q", at)
	}
	if setup := s.line("setup: "); !strings.HasPrefix(setup, at+"setup/?token=") {
		t.Errorf("setup: %q", setup)
	}
	resp, err := http.Get(strings.TrimSuffix(at, "support/") + "readyz")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("readyz: %d", resp.StatusCode)
	}
	second := newProgram(t).run("serve", "--addr", "127.0.0.1:0", "--data", dir)
	if second.code != Failed || !strings.Contains(second.err, dir) || second.out != "" {
		t.Errorf("a second server: %d %q %q", second.code, second.err, second.out)
	}
	beside := newProgram(t).run("check", "--json", "--data", dir)
	var h struct{ OK bool }
	if err := json.Unmarshal([]byte(beside.out), &h); err != nil || beside.code != Done || !h.OK {
		t.Errorf("check beside a server: %d %s %s", beside.code, beside.out, beside.err)
	}
	if code := s.end(); code != Done {
		t.Errorf("stopped with %d: %s", code, s.err.String())
	}
	again := serves(t, "--data", dir)
	again.line("setup: ")
	if code := again.end(); code != Done {
		t.Errorf("stopped with %d", code)
	}
}

func TestServeTakenAddress(t *testing.T) {
	s := serves(t, "--data", filepath.Join(t.TempDir(), "a"))
	at := strings.TrimSuffix(strings.TrimPrefix(s.line("listening on "), "http://"), "/support/")
	if p := newProgram(t).run("serve", "--addr", at, "--data", filepath.Join(t.TempDir(), "b")); p.code != Failed || !strings.Contains(p.err, at) {
		t.Errorf("%d %q", p.code, p.err)
	}
}

func TestDataCommandsWithoutDesk(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	for _, args := range []string{"check", "backup " + filepath.Join(t.TempDir(), "x.zip")} {
		p := newProgram(t).run(append(strings.Fields(args), "--data", dir)...)
		if p.code != Failed || !strings.Contains(p.err, dir) {
			t.Errorf("%s: %d %q", args, p.code, p.err)
		}
	}
	if p := newProgram(t).run("restore", filepath.Join(t.TempDir(), "no.zip"), "--data", dir); p.code != Failed {
		t.Errorf("restore of nothing: %d %q", p.code, p.err)
	}
	if p := newProgram(t).run("backup"); p.code != Misused {
		t.Errorf("backup without a file: %d", p.code)
	}
}

func TestRoutes(t *testing.T) {
	p := newProgram(t).run("routes", "--json")
	var lines []routeLine
	if err := json.Unmarshal([]byte(p.out), &lines); err != nil || len(lines) == 0 {
		t.Fatalf("%v %s", err, p.err)
	}
	for _, l := range lines {
		if l.Method == "" || !strings.HasPrefix(l.Path, "/support/") || len(l.Kinds) == 0 {
			t.Errorf("%+v", l)
		}
	}
	if p := newProgram(t).run("routes"); p.code != Done || !strings.Contains(p.out, "/support/") {
		t.Errorf("%d %s", p.code, p.out)
	}
}
