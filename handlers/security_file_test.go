package handlers_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"escalated/desk"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

const script = "<script>alert(document.cookie)</script>"

// active are files that would act if a browser showed them on our origin.
var active = map[string]string{
	"a.html": "<!doctype html>" + script, "b.htm": "<html><body onload=alert(1)>", "c.svg": `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, "d.xml": `<?xml version="1.0"?><?xml-stylesheet href="x.xsl"?><a/>`,
	"e.xhtml": `<html xmlns="http://www.w3.org/1999/xhtml">` + script + "</html>", "f.pdf": "%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj", "g.swf": "FWS\x09\x00\x00\x00\x00",
	"h.mht": "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n" + script, "i.png": script, "j.gif": "GIF89a/*" + script + "*/=1;alert(1)",
	"k.jpg": "\xff\xd8\xff\xe0\x00\x10JFIF" + script, "l.css": "body{background:url(//evil.test)}", "m.json": `{"a":"` + script + `"}`, "n.txt": "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
	"o.wasm": "\x00asm\x01\x00\x00\x00", "p.vtt": "WEBVTT\n\n" + script, "q.svgz": "\x1f\x8b\x08\x00\x00\x00\x00\x00", "r.xsl": `<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"/>`, "s": script, "t.webp": "RIFF\x00\x00\x00\x00WEBPVP8 " + script,
}

// inert fails unless the answer is a file that cannot act.
func inert(t *testing.T, what string, got *helpdesktest.Answer) {
	t.Helper()
	h := got.Header
	kind, params, err := mime.ParseMediaType(h.Get("Content-Disposition"))
	if err != nil || len(h.Values("Content-Disposition")) != 1 {
		t.Errorf("%s: disposition %q: %v", what, h.Values("Content-Disposition"), err)
	}
	picture := slices.Contains([]string{"image/png", "image/jpeg", "image/gif", "image/webp"}, h.Get("Content-Type"))
	if kind != "attachment" && (kind != "inline" || !picture) {
		t.Errorf("%s: %s as %s", what, kind, h.Get("Content-Type"))
	}
	if !picture && h.Get("Content-Type") != "application/octet-stream" && h.Get("Content-Type") != "application/pdf" {
		t.Errorf("%s: type %s", what, h.Get("Content-Type"))
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'", "Cross-Origin-Resource-Policy": "same-origin", "X-Frame-Options": "DENY"} {
		if h.Get(name) != want {
			t.Errorf("%s: %s is %q", what, name, h.Get(name))
		}
	}
	if n := params["filename"]; n == "" || strings.ContainsAny(n, "/\\\"\r\n\x00") || strings.HasPrefix(n, ".") {
		t.Errorf("%s: saved as %q", what, n)
	}
	for _, values := range h {
		for _, v := range values {
			if strings.ContainsAny(v, "\r\n") {
				t.Errorf("%s: a header is split: %q", what, v)
			}
		}
	}
}

func TestFilesNeverAct(t *testing.T) {
	d := helpdesktest.New(t)
	d.Admin("ada")
	carol := d.Customer("carol")
	customer := d.As(carol)
	ctx := context.Background()
	ticket := carol.Opens("Files")
	for name, content := range active {
		customer.Post(fmt.Sprintf("tickets/%d/reply/", ticket.ID), helpdesktest.F("body", name), helpdesktest.File{Name: name, Type: "text/html", Content: content}).Is(303)
	}
	db := lookInto(t, d.DB())
	for _, id := range db.words("SELECT id FROM attachments ORDER BY id") {
		for _, accept := range []string{"text/html", "image/svg+xml", "*/*"} {
			inert(t, "file "+id, customer.With("Accept", accept).Get("attachments/"+id+"/").Is(200))
		}
		inert(t, "file "+id, customer.Get("attachments/"+id+"/?download=1").Is(200))
	}
	// The same for files of mails, whatever their names.
	root := os.Getenv("ESCALATED_TESTDATA")
	if root == "" {
		root = "../../shared"
	}
	mails, err := filepath.Glob(filepath.Join(root, "mail/hostile/attach-*/*.eml"))
	if err != nil || len(mails) == 0 {
		t.Skip("no hostile mails: set ESCALATED_TESTDATA")
	}
	admin := d.As(d.Admin("anna"))
	for _, name := range mails {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(raw) > 5<<20 {
			continue
		}
		if _, err := d.Verbs().ReceiveMail(ctx, model.System("mail"), bytes.NewReader(raw), desk.Arrival{Door: "pipe"}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	ids := db.words("SELECT id FROM attachments WHERE id > ? ORDER BY id", len(active))
	if len(ids) < 10 {
		t.Fatalf("%d files of %d mails", len(ids), len(mails))
	}
	for _, id := range ids {
		inert(t, "file of mail "+id, admin.Get("attachments/"+id+"/").Is(200))
	}
}

// TestNamesOfFiles stages files under names that mean something elsewhere, and
// reads the header they come back with.
func TestNamesOfFiles(t *testing.T) {
	d := helpdesktest.New(t)
	d.Admin("ada")
	carol := d.Customer("carol")
	customer, by, ctx := d.As(carol), carol.Actor(), context.Background()
	names := []string{
		"../../../etc/passwd", `..\..\boot.ini`, `C:\x.txt`, "C:x.txt", `\\host\share\x.txt`, "a\r\nSet-Cookie: a=b", "a\nb.txt", "a\x00.txt", `a".txt`, `a\".txt`, "a;b=c.txt", "a%0d%0ab.txt", "a%2fb.txt", "filename*=UTF-8''x",
		"Größe.txt", "日本語.txt", "😀.txt", "a\u202etxt.exe.txt", "\u200b.htaccess", ".htaccess", "..", ".", "/", "", " ", "con", "nul.txt", "~root", "-rf", strings.Repeat("é", 3000) + ".txt", strings.Repeat("a", 5000), "=?utf-8?q?a?=", "<svg onload=alert(1)>.txt", "a\tb.txt", "'a'.txt",
	}
	for i, name := range names {
		slot := fmt.Sprintf("names-%d", i)
		a, err := d.Verbs().Stage(ctx, by, "", slot, name, strings.NewReader("x"))
		if err != nil {
			t.Fatalf("%.60q: %v", name, err)
		}
		got := customer.Get(fmt.Sprintf("attachments/%d/", a.ID)).Is(200)
		inert(t, fmt.Sprintf("%.60q", name), got)
		raw := got.Header.Get("Content-Disposition")
		if len(raw) > 1200 || strings.IndexFunc(raw, func(r rune) bool { return r < ' ' || r > '~' }) >= 0 {
			t.Errorf("%.60q: header of %d bytes: %.200q", name, len(raw), raw)
		}
	}
	outside := 0
	if err := filepath.WalkDir(filepath.Dir(d.DB().Path()), func(path string, e os.DirEntry, err error) error {
		if err == nil && (strings.Contains(e.Name(), "passwd") || strings.Contains(e.Name(), "htaccess") || strings.Contains(e.Name(), "boot")) {
			outside++
		}
		return err
	}); err != nil || outside > 0 {
		t.Errorf("%d files lie under names from outside: %v", outside, err)
	}
}

// TestAForbiddenFileAmongOthers refuses the whole form, keeps the text, and
// keeps nothing else.
func TestAForbiddenFileAmongOthers(t *testing.T) {
	d := helpdesktest.New(t)
	d.Admin("ada")
	customer := d.As(d.Customer("carol"))
	file := func(name string) helpdesktest.File { return helpdesktest.File{Name: name, Content: name} }
	for what, at := range map[string]func() *helpdesktest.Answer{
		"portal": func() *helpdesktest.Answer {
			return customer.Post("tickets/store/", helpdesktest.F("subject", "Three", "description", "kept words"), file("a.txt"), file("b.exe"), file("c.txt"))
		},
		"guest": func() *helpdesktest.Answer {
			return d.Nobody().Post("guest/store/", helpdesktest.F("subject", "Three", "description", "kept words", "name", "G", "email", "g@guests.test"), file("a.txt"), file("b.JS "), file("c.txt"))
		},
	} {
		got := at().Is(422)
		if !strings.Contains(got.Body, "kept words") || !strings.Contains(strings.ToLower(got.Body), "b.") {
			t.Errorf("%s: %s", what, got.Text())
		}
	}
	db := lookInto(t, d.DB())
	if n := db.words("SELECT (SELECT count(*) FROM tickets) || ' ' || (SELECT count(*) FROM messages) || ' ' || (SELECT count(*) FROM attachments WHERE message_id IS NOT NULL) || ' ' || (SELECT count(*) FROM attachments WHERE filename LIKE 'b.%')"); n[0] != "0 0 0 0" {
		t.Errorf("tickets, messages, files in them, forbidden files: %s", n[0])
	}
}

// zeros gives n bytes without holding them.
type zeros struct{ n int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.n <= 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), z.n)
	clear(p[:n])
	z.n -= n
	return int(n), nil
}

// TestUploadsStayOutOfMemory sends twenty files of ten megabytes at once to a
// real server.
func TestUploadsStayOutOfMemory(t *testing.T) {
	if _, err := os.Stat("/proc/self/statm"); err != nil {
		t.Skip("tells its memory by /proc only")
	}
	d := helpdesktest.New(t)
	d.Admin("ada")
	base := d.Serve()
	carol := d.Customer("carol")
	const many, size = 20, 10 << 20
	send := func(size int64) (int, error) {
		head := "--b\r\nContent-Disposition: form-data; name=\"attachments[]\"; filename=\"big.bin\"\r\n\r\n"
		tail := "\r\n--b--\r\n"
		r, err := http.NewRequest(http.MethodPost, base+"uploads/", io.MultiReader(strings.NewReader(head), &zeros{size}, strings.NewReader(tail)))
		if err != nil {
			return 0, err
		}
		r.ContentLength = int64(len(head)) + size + int64(len(tail))
		r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.AddCookie(&http.Cookie{Name: "escalated_session", Value: d.As(carol).Cookie("escalated_session")})
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			return 0, err
		}
		defer resp.Body.Close()
		_, err = io.Copy(io.Discard, resp.Body)
		return resp.StatusCode, err
	}
	if status, err := send(1 << 20); status != 200 {
		t.Fatalf("status %d, %v", status, err)
	}
	before, most, stop, watched := resident(t), int64(0), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		for {
			most = max(most, resident(t))
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	var all sync.WaitGroup
	for range many {
		all.Go(func() {
			if status, err := send(size); status != 200 {
				t.Errorf("status %d, %v", status, err)
			}
		})
	}
	all.Wait()
	close(stop)
	<-watched
	t.Logf("resident: %d MB before, %d MB at most", before>>20, most>>20)
	if grown := most - before; grown > 64<<20 {
		t.Errorf("%d MB more for %d uploads of %d MB", grown>>20, many, size>>20)
	}
	// Too much is refused by its announced size, with the numbers.
	if status, err := send(300 << 20); err == nil && status != 413 {
		t.Errorf("300 MB: status %d", status)
	}
}

func resident(t *testing.T) int64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Error(err)
		return 0
	}
	pages, err := strconv.ParseInt(strings.Fields(string(b))[1], 10, 64)
	if err != nil {
		t.Error(err)
	}
	return pages * int64(os.Getpagesize())
}
