// Package e2e plays whole stories on the assembled program.
package e2e

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "modernc.org/sqlite" // to look into the database as it lies there
)

// kept is something the desk has acknowledged: it must be there afterwards,
// whole and once.
type kept struct {
	kind   string // ticket, reply, note, mail
	marker string // unique, in subject or body
	file   string // SHA-256 of its file, or ""
}

// journal is what was acknowledged, written down after the answer came.
type journal struct {
	mu   sync.Mutex
	kept []kept
}

func (j *journal) add(k kept) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.kept = append(j.kept, k)
}

func (j *journal) all() []kept {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]kept(nil), j.kept...)
}

// yard is a data directory with the program that works on it.
type yard struct {
	t       *testing.T
	program string
	data    string
	journal journal
	base    atomic.Pointer[string] // where the running server is
	serial  atomic.Int64
}

const (
	crashPassword = "correct horse battery"
	crashSenders  = 4
)

// removeProgram removes what builtProgram built, at the end of all tests.
var removeProgram = func() {}

// builtProgram is the program, built once for all tests.
var builtProgram = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "escalated-crash-*")
	if err != nil {
		return "", err
	}
	removeProgram = func() { _ = os.RemoveAll(dir) }
	name := filepath.Join(dir, "escalated")
	out, err := exec.Command("go", "build", "-o", name, "..").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return name, nil
})

func newYard(t *testing.T) *yard {
	t.Helper()
	program, err := builtProgram()
	if err != nil {
		t.Fatal(err)
	}
	y := &yard{t: t, program: program, data: filepath.Join(t.TempDir(), "data")}
	for i := range crashSenders {
		y.person(fmt.Sprintf("c%d@writers.test", i), "customer")
	}
	y.person("agent@desk.test", "agent")
	y.person("admin@desk.test", "admin")
	return y
}

func (y *yard) person(email, kind string) {
	y.t.Helper()
	c := y.command(y.t.Context(), "user", "add", "--email", email, "--name", "Writer", "--kind", kind, "--password-stdin")
	c.Stdin = strings.NewReader(crashPassword + "\n")
	if out, err := c.CombinedOutput(); err != nil {
		y.t.Fatalf("add %s: %v\n%s", email, err, out)
	}
}

func (y *yard) command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, y.program, append(args, "--data", y.data)...)
	c.Dir = filepath.Dir(y.data) // no escalated.toml of anybody
	c.Env = append(os.Environ(), "ESCALATED_MAIL_FROM=Desk <help@desk.test>", "ESCALATED_UNDO_SEND_SECONDS=0")
	return c
}

// start runs the server and returns when it listens.
func (y *yard) start() *exec.Cmd {
	y.t.Helper()
	c := y.command(context.Background(), "serve", "--addr", "127.0.0.1:0")
	var log bytes.Buffer
	c.Stderr = &log
	out, err := c.StdoutPipe()
	if err != nil {
		y.t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		y.t.Fatal(err)
	}
	y.t.Cleanup(func() { _ = c.Process.Kill() }) // gone already in most cases
	said := make(chan string, 1)
	go func() {
		for in := bufio.NewScanner(out); in.Scan(); {
			if at, ok := strings.CutPrefix(in.Text(), "listening on "); ok {
				said <- at
			}
		}
		close(said)
	}()
	select {
	case at, ok := <-said:
		if !ok {
			_ = c.Wait()
			y.t.Fatalf("the server does not start: %s", log.String())
		}
		y.base.Store(&at)
	case <-time.After(time.Minute):
		y.t.Fatal("the server does not say where it listens")
	}
	return c
}

// writer is one person at a browser.
type writer struct {
	*yard
	email  string
	client *http.Client
	cookie string
	ticket string // path of the newest own ticket below the prefix
}

// session signs in once; sessions outlive the server.
func (w *writer) session(ctx context.Context) error {
	if w.cookie != "" {
		return nil
	}
	form := url.Values{"email": {w.email}, "password": {crashPassword}}
	resp, err := w.send(ctx, "login/", "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	for _, c := range resp.Cookies() {
		if c.Name == "escalated_session" {
			w.cookie = c.Value
		}
	}
	if w.cookie == "" {
		return fmt.Errorf("%s cannot sign in: %d", w.email, resp.StatusCode)
	}
	return nil
}

func (w *writer) send(ctx context.Context, path, kind string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, *w.base.Load()+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", kind)
	if w.cookie != "" {
		req.AddCookie(&http.Cookie{Name: "escalated_session", Value: w.cookie})
	}
	resp, err := w.client.Do(req)
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	return resp, err
}

// errRefused is an answer that is neither yes nor a lost connection.
var errRefused = errors.New("refused")

// post sends a form with a file and returns where the answer points.
func (w *writer) post(ctx context.Context, path, marker string, fields map[string]string, content []byte) (string, error) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	fields["op"] = marker
	for k, v := range fields {
		if err := m.WriteField(k, v); err != nil {
			return "", err
		}
	}
	if content != nil {
		f, err := m.CreateFormFile("attachments[]", marker+".txt")
		if err != nil {
			return "", err
		}
		if _, err := f.Write(content); err != nil {
			return "", err
		}
	}
	if err := m.Close(); err != nil {
		return "", err
	}
	resp, err := w.send(ctx, path, m.FormDataContentType(), &b)
	if err != nil {
		return "", err
	}
	if resp.StatusCode >= 500 { // not acknowledged
		return "", fmt.Errorf("%s: %d", path, resp.StatusCode)
	}
	if resp.StatusCode != http.StatusSeeOther {
		return "", fmt.Errorf("%s: %d: %w", path, resp.StatusCode, errRefused)
	}
	return resp.Header.Get("Location"), nil
}

// act does one thing until it is acknowledged or the round ends. What was cut
// off is sent again later with the same op: it must not happen twice.
func (w *writer) act(ctx context.Context, do func(ctx context.Context) error) error {
	for {
		err := do(ctx)
		if err == nil || errors.Is(err, errRefused) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// content is a file of its own, of up to 40 kB.
func (y *yard) content(marker string) (content []byte, sum string) {
	content = []byte(marker + "\n" + strings.Repeat("0123456789abcdef", rand.IntN(2500)))
	h := sha256.Sum256(content)
	return content, hex.EncodeToString(h[:])
}

func (y *yard) marker(kind string) string {
	return fmt.Sprintf("%s-%06d-%08x", kind, y.serial.Add(1), rand.Uint32())
}

// customer opens tickets and replies to them.
func (w *writer) customer(ctx context.Context) error {
	if err := w.act(ctx, w.session); err != nil {
		return err
	}
	for ctx.Err() == nil {
		k := kept{kind: "ticket", marker: w.marker("ticket")}
		var file []byte
		file, k.file = w.content(k.marker)
		err := w.act(ctx, func(ctx context.Context) error {
			to, err := w.post(ctx, "tickets/store/", k.marker, map[string]string{"subject": k.marker, "description": "It says " + k.marker}, file)
			_, w.ticket, _ = strings.Cut(to, "/support/")
			return err
		})
		if err != nil {
			return err
		}
		w.journal.add(k)
		k = kept{kind: "reply", marker: w.marker("reply")}
		file, k.file = w.content(k.marker)
		err = w.act(ctx, func(ctx context.Context) error {
			_, err := w.post(ctx, w.ticket+"reply/", k.marker, map[string]string{"body": k.marker}, file)
			return err
		})
		if err != nil {
			return err
		}
		w.journal.add(k)
	}
	return nil
}

// agent writes notes and replies into the first ticket, which others write in too.
func (w *writer) agent(ctx context.Context) error {
	if err := w.act(ctx, w.session); err != nil {
		return err
	}
	for ctx.Err() == nil {
		kind := []string{"note", "reply"}[rand.IntN(2)]
		k := kept{kind: kind, marker: w.marker(kind)}
		err := w.act(ctx, func(ctx context.Context) error {
			_, err := w.post(ctx, "agent/tickets/1/"+kind+"/", k.marker, map[string]string{"body": k.marker}, nil)
			if errors.Is(err, errRefused) && strings.Contains(err.Error(), "404") {
				return errors.New("no ticket yet")
			}
			return err
		})
		if err != nil {
			return err
		}
		w.journal.add(k)
	}
	return nil
}

// pipe brings mails on standard input, as a mail server does: the same bytes
// again until the program says that it has them. Some are killed on the way.
func (y *yard) pipe(ctx context.Context, n int) error {
	for ctx.Err() == nil {
		k := kept{kind: "mail", marker: y.marker("mail")}
		file, sum := y.content(k.marker)
		k.file = sum
		raw := fmt.Sprintf("From: Writer <m%d@mail.test>\r\nTo: help@desk.test\r\nSubject: %s\r\nMessage-ID: <%s@mail.test>\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"+
			"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n%s\r\n--b\r\nContent-Type: text/plain; name=f.txt\r\nContent-Disposition: attachment; filename=f.txt\r\n"+
			"Content-Transfer-Encoding: base64\r\n\r\n%s\r\n--b--\r\n", n, k.marker, k.marker, k.marker, encoded(file))
		for {
			killed, stop := context.WithCancel(ctx)
			if rand.IntN(3) == 0 {
				killed, stop = context.WithTimeout(ctx, time.Duration(rand.IntN(120))*time.Millisecond)
			}
			c := y.command(killed, "receive")
			c.Stdin = strings.NewReader(raw)
			out, err := c.CombinedOutput()
			stop()
			if err == nil {
				y.journal.add(k)
				break
			}
			var exit *exec.ExitError
			if killed.Err() == nil && (!errors.As(err, &exit) || exit.ExitCode() != 75) {
				return fmt.Errorf("receive: %w: %s", err, out)
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
	return nil
}

// encoded is base64 in lines.
func encoded(b []byte) string {
	var out strings.Builder
	for chunk := range slices.Chunk(b, 57) {
		out.WriteString(base64.StdEncoding.EncodeToString(chunk) + "\r\n")
	}
	return out.String()
}

// TestKilled writes through pages and the mail pipe while the server is
// killed, again and again: whatever was acknowledged is there afterwards,
// whole and once, and what was not is there whole or not at all.
func TestKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("kills the server again and again")
	}
	rounds := 3
	if os.Getenv("ESCALATED_SLOW") != "" {
		rounds = 20
	}
	y := newYard(t)
	writers := make([]*writer, crashSenders)
	for i := range writers {
		writers[i] = y.writer(fmt.Sprintf("c%d@writers.test", i))
	}
	agent := y.writer("agent@desk.test")
	for round := range rounds {
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		run := func(fn func(context.Context) error) {
			wg.Go(func() {
				if err := fn(ctx); err != nil && ctx.Err() == nil {
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		server := y.start()
		for _, w := range writers {
			run(w.customer)
		}
		run(agent.agent)
		for n := range 2 {
			run(func(ctx context.Context) error { return y.pipe(ctx, n) })
		}
		for range 2 { // the writers go on while the server dies and comes back
			y.more(ctx, 6)
			pause(ctx, time.Duration(rand.IntN(400))*time.Millisecond)
			if err := server.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = server.Wait()
			server = y.start()
		}
		y.more(ctx, 6)
		stop()
		_ = server.Process.Kill()
		_ = server.Wait()
		wg.Wait()
		if t.Failed() {
			return
		}
		y.verify(round, y.data, y.journal.all())
	}
	t.Logf("%d acknowledged in %d rounds", len(y.journal.all()), rounds)
}

func (y *yard) writer(email string) *writer {
	noRedirect := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &writer{yard: y, email: email, client: &http.Client{CheckRedirect: noRedirect, Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}}
}

// more waits until that many more things were acknowledged.
func (y *yard) more(ctx context.Context, n int) {
	y.t.Helper()
	want := len(y.journal.all()) + n
	for late := time.Now().Add(90 * time.Second); len(y.journal.all()) < want; pause(ctx, 5*time.Millisecond) {
		if time.Now().After(late) || y.t.Failed() {
			y.t.Fatal("nothing is acknowledged any more")
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// verify compares the desk with the journal.
func (y *yard) verify(round int, data string, journal []kept) {
	y.t.Helper()
	c := y.command(y.t.Context(), "check", "--json")
	c.Args[len(c.Args)-1] = data
	out, err := c.Output()
	var health struct {
		OK     bool
		Faults []string
	}
	if jerr := json.Unmarshal(out, &health); err != nil || jerr != nil || !health.OK {
		y.t.Fatalf("round %d: check: %v %v %v", round, err, jerr, health.Faults)
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(data, "escalated.db")+"?mode=ro")
	if err != nil {
		y.t.Fatal(err)
	}
	defer db.Close()
	for _, k := range journal {
		messages := `SELECT count(*) FROM messages m WHERE m.body = ?`
		switch k.kind {
		case "ticket":
			messages = `SELECT count(*) FROM tickets t JOIN messages m ON m.id = t.first_message_id WHERE t.subject = ?1 AND m.body = 'It says ' || ?1`
		case "mail":
			messages = `SELECT count(*) FROM tickets t JOIN messages m ON m.id = t.first_message_id WHERE t.subject = ?1 AND m.body LIKE '%' || ?1 || '%'`
		}
		if n := y.count(db, messages, k.marker); n != 1 {
			y.t.Errorf("round %d: %s %s is there %d times", round, k.kind, k.marker, n)
		}
		if k.file == "" {
			continue
		}
		sum, err := hex.DecodeString(k.file)
		if err != nil {
			y.t.Fatal(err)
		}
		if n := y.count(db, "SELECT count(*) FROM attachments a JOIN blobs b ON b.id = a.blob_id WHERE a.message_id IS NOT NULL AND b.sha256 = ?", sum); n != 1 {
			y.t.Errorf("round %d: the file of %s %s is there %d times", round, k.kind, k.marker, n)
		}
	}
	// The queue: told once, whatever died between the fact and the mail.
	if n := y.count(db, `SELECT count(*) FROM (SELECT 1 FROM outgoing_mail WHERE kind = 'ticket_received' GROUP BY ticket_id, address HAVING count(*) > 1)`); n != 0 {
		y.t.Errorf("round %d: %d people are told twice", round, n)
	}
	if n := y.count(db, `SELECT count(*) FROM tickets t JOIN events e ON e.ticket_id = t.id AND e.kind = 'ticket.opened' AND e.id <= (SELECT last_event_id FROM outlets WHERE name = 'mail')
		WHERE t.channel = 1 AND NOT EXISTS (SELECT 1 FROM outgoing_mail o WHERE o.ticket_id = t.id AND o.kind = 'ticket_received')`); n != 0 {
		y.t.Errorf("round %d: the receipts of %d tickets are lost", round, n)
	}
	if n := y.count(db, `SELECT count(*) FROM mail_ledger WHERE disposition NOT IN ('received', 'ticket', 'duplicate')`); n != 0 {
		y.t.Errorf("round %d: %d mails became something else than tickets", round, n)
	}
}

func (y *yard) count(db *sql.DB, query string, args ...any) (n int) {
	y.t.Helper()
	if err := db.QueryRowContext(y.t.Context(), query, args...).Scan(&n); err != nil {
		y.t.Fatalf("%s: %v", query, err)
	}
	return n
}

// TestBackupOfABusyDesk backs up while everybody writes: what was acknowledged
// before the backup began is in it, and it restores to a sound desk.
func TestBackupOfABusyDesk(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the program")
	}
	y := newYard(t)
	server := y.start()
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for i := range crashSenders {
		w := y.writer(fmt.Sprintf("c%d@writers.test", i))
		wg.Go(func() {
			if err := w.customer(ctx); err != nil && ctx.Err() == nil {
				t.Error(err)
			}
		})
	}
	wg.Go(func() {
		if err := y.pipe(ctx, 0); err != nil && ctx.Err() == nil {
			t.Error(err)
		}
	})
	for i := range 2 {
		y.more(ctx, 12)
		before := y.journal.all()
		file, into := filepath.Join(t.TempDir(), "desk.zip"), filepath.Join(t.TempDir(), "restored")
		if out, err := y.command(ctx, "backup", file).CombinedOutput(); err != nil {
			t.Fatalf("backup: %v\n%s", err, out)
		}
		restore := y.command(ctx, "restore", file)
		restore.Args[len(restore.Args)-1] = into
		if out, err := restore.CombinedOutput(); err != nil {
			t.Fatalf("restore: %v\n%s", err, out)
		}
		y.verify(i, into, before)
	}
	stop()
	wg.Wait()
	if err := server.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := server.Wait(); err != nil {
		t.Errorf("the server stops with %v", err)
	}
}
