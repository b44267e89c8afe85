package helpdesktest

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"strings"

	"escalated/helpdesk/helpdesktest/htmlq"
	"escalated/model"
	"escalated/store"
)

// Browser asks for pages as one person would, keeping cookies. It knows no
// scripts.
type Browser struct {
	desk    *Desk
	cookies map[string]string
	header  http.Header
}

// Nobody is a browser in which nobody is signed in.
func (d *Desk) Nobody() *Browser {
	return &Browser{desk: d, cookies: map[string]string{}, header: http.Header{}}
}

// As is a browser in which the person is signed in.
func (d *Desk) As(p *Person) *Browser {
	d.T.Helper()
	token, err := d.Verbs().OpenSession(context.Background(), model.System("test"), p.ID, false)
	d.must(err)
	b := d.Nobody()
	b.cookies["escalated_session"] = token
	return b
}

// With is the same browser with one more request header.
func (b *Browser) With(name, value string) *Browser {
	c := *b
	c.header = b.header.Clone()
	c.header.Set(name, value)
	return &c
}

// HTMX is the same browser asking as htmx does, for the element of that id.
func (b *Browser) HTMX(target string) *Browser {
	return b.With("HX-Request", "true").With("HX-Target", target)
}

// Cookie is the value of a cookie, or "".
func (b *Browser) Cookie(name string) string { return b.cookies[name] }

// SetCookie puts a cookie into the browser.
func (b *Browser) SetCookie(name, value string) { b.cookies[name] = value }

// Answer is what a browser got, with what it cost.
type Answer struct {
	*Page
	Wire    int   // bytes of the body as sent
	Queries int64 // queries made for it

	browser *Browser
	path    string
}

// Form are the fields of a form.
type Form = url.Values

// F makes a form of names and values in turn.
func F(pairs ...string) Form {
	f := Form{}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Add(pairs[i], pairs[i+1])
	}
	return f
}

// File is a file of a form.
type File struct {
	Field   string // attachments[] if empty
	Name    string
	Type    string
	Content string
}

// Get asks for a path below the prefix, or from the root with a leading slash.
func (b *Browser) Get(path string) *Answer {
	b.desk.T.Helper()
	return b.Do(http.MethodGet, path, "", nil)
}

// Post sends a form as a browser would from a page of the desk: urlencoded, or
// multipart if there are files.
func (b *Browser) Post(path string, form Form, files ...File) *Answer {
	b.desk.T.Helper()
	if len(files) == 0 {
		return b.Do(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range form {
		for _, v := range values {
			b.desk.must(w.WriteField(name, v))
		}
	}
	for _, f := range files {
		if f.Field == "" {
			f.Field = "attachments[]"
		}
		if f.Type == "" {
			f.Type = "application/octet-stream"
		}
		part, err := w.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {`form-data; name="` + f.Field + `"; filename="` + f.Name + `"`},
			"Content-Type":        {f.Type},
		})
		b.desk.must(err)
		_, err = io.WriteString(part, f.Content)
		b.desk.must(err)
	}
	b.desk.must(w.Close())
	return b.Do(http.MethodPost, path, w.FormDataContentType(), &body)
}

// Do sends any request.
func (b *Browser) Do(method, path, kind string, body io.Reader) *Answer {
	b.desk.T.Helper()
	if !strings.HasPrefix(path, "/") {
		path = b.desk.prefix + "/" + path
	}
	r := httptest.NewRequest(method, "http://localhost"+path, body)
	maps.Copy(r.Header, b.header)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if method != http.MethodGet && r.Header.Get("Sec-Fetch-Site") == "" {
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	return b.Send(r)
}

// Submit sends a form of a page, filled in: b.Submit(page, page.Form("#new").Set("subject", "Help")).
func (b *Browser) Submit(on *Answer, f *htmlq.Form) *Answer {
	b.desk.T.Helper()
	r := f.Request("http://localhost" + on.path)
	maps.Copy(r.Header, b.header)
	return b.Send(r)
}

// Send sends a request made elsewhere, with the browser's cookies.
func (b *Browser) Send(r *http.Request) *Answer {
	b.desk.T.Helper()
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	r.RequestURI = r.URL.RequestURI()
	if r.Host == "" {
		r.Host = "localhost"
	}
	ctx, queries := store.Counting(r.Context())
	rec := httptest.NewRecorder()
	b.desk.handler.ServeHTTP(rec, r.WithContext(ctx))
	a := &Answer{Wire: rec.Body.Len(), Queries: queries.Load(), browser: b, path: r.RequestURI}
	for _, c := range rec.Result().Cookies() {
		if c.MaxAge < 0 || c.Value == "" {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	body := rec.Body.Bytes()
	if rec.Header().Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(bytes.NewReader(body))
		b.desk.must(err)
		body, err = io.ReadAll(z)
		b.desk.must(err)
	}
	a.Page = htmlq.Parse(b.desk.T, rec.Code, rec.Header(), string(body))
	return a
}

// Follow asks for the page that the answer sends the browser to.
func (a *Answer) Follow() *Answer {
	a.browser.desk.T.Helper()
	if a.Location() == "" {
		a.browser.desk.T.Fatalf("status %d sends the browser nowhere:\n%s", a.Status, a.Text())
	}
	to, _, _ := strings.Cut(a.Location(), "#") // browsers keep the fragment to themselves
	return a.browser.Get(to)
}

// Is fails the test unless the answer has the status.
func (a *Answer) Is(status int) *Answer {
	a.browser.desk.T.Helper()
	if a.Status != status {
		a.browser.desk.T.Fatalf("status %d, not %d:\n%s\n%s", a.Status, status, a.Text(), a.browser.desk.Log)
	}
	return a
}

// AtMost fails the test if the page needed more queries.
func (a *Answer) AtMost(queries int64) *Answer {
	a.browser.desk.T.Helper()
	if a.Queries > queries {
		a.browser.desk.T.Errorf("the page made %d queries, at most %d are allowed", a.Queries, queries)
	}
	return a
}
