// Package htmlq reads pages and submits their forms in tests, without a
// browser: what is on the page is found by what a person sees, and a form can
// only be sent the way its controls allow.
//
// Selectors are the simple part of CSS (tag, #id, .class, [attr], [attr=v],
// [attr^=v], [attr*=v], [attr$=v], descendants, lists with commas) and the
// spellings of package browser: "text=Saved", "button=Send", "link=Tickets",
// "field=Subject", "heading=…".
package htmlq

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Page is an answer, read.
type Page struct {
	Node
	Status int
	Header http.Header
	Body   string

	t testing.TB
}

// Read reads and closes an answer.
func Read(t testing.TB, r *http.Response) *Page {
	t.Helper()
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatalf("read the answer: %v", err)
	}
	return Parse(t, r.StatusCode, r.Header, string(body))
}

// Parse makes a page of its parts. A fragment is read as the body of a page.
func Parse(t testing.TB, status int, header http.Header, body string) *Page {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatalf("parse the answer: %v", err)
	}
	return &Page{Node: Node{doc}, Status: status, Header: header, Body: body, t: t}
}

// Must is Find that ends the test when nothing matches.
func (p *Page) Must(selector string) Node {
	p.t.Helper()
	n := p.Find(selector)
	if !n.Exists() {
		p.t.Fatalf("no %s on the page (status %d):\n%s", selector, p.Status, clip(p.Text(), 1500))
	}
	return n
}

// Title is the title of the page.
func (p *Page) Title() string { return p.Find("title").Text() }

// Location is where the answer sends the reader, by HTTP or by HTMX.
func (p *Page) Location() string {
	for _, name := range []string{"Location", "HX-Redirect", "HX-Location"} {
		if to := p.Header.Get(name); to != "" {
			return to
		}
	}
	return ""
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
