package mail

import (
	"bytes"
	"context"
	"html"
	"slices"
	"strings"

	"escalated/model"
)

// spoken is what a part of the tree says to a reader.
type spoken struct {
	text, html string
	htmlOnly   bool // some of html is not in text
}

func (s spoken) empty() bool { return blank(s.text) && blank(s.html) }

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// bodyReader collects text and files from a tree.
type bodyReader struct {
	ctx   context.Context
	walk  *mimeWalker
	files []model.InboundFile
	found bool // some text was already found
}

// readBody fills text, HTML and files.
func readBody(ctx context.Context, m *model.InboundEmail, root *mimePart, w *mimeWalker) error {
	r := &bodyReader{ctx: ctx, walk: w}
	var s spoken
	if root.multipart() {
		s = r.part(root, false)
	} else {
		s = r.root(root)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	m.Text = r.cut(strings.TrimRight(strings.TrimLeft(s.text, "\n"), " \t\n"))
	m.HTML = r.cut(s.html)
	if blank(m.HTML) {
		m.HTML = ""
	}
	m.HTMLOnly = m.HTML != "" && (s.htmlOnly || m.Text == "")
	shown := shownContentIDs(m.HTML)
	for i := range r.files {
		f := &r.files[i]
		f.Inline = f.ContentID != "" && shown[f.ContentID]
		f.Size = int64(len(f.Content))
	}
	m.Files = r.files
	if m.Text == "" && m.HTML == "" && len(r.files) == 0 && (slices.Contains(w.warnings, "boundary_missing") || slices.Contains(w.warnings, "boundary_unclosed")) {
		m.Text = r.cut(strings.TrimSpace(bodyText(toUTF8(root.body[:min(len(root.body), w.limits.BodyBytes)], "", false))))
	}
	return nil
}

// cut bounds a body; the raw message keeps all of it.
func (r *bodyReader) cut(s string) string {
	if len(s) > r.walk.limits.BodyBytes {
		r.walk.warn("body_cut")
		return cutText(s, r.walk.limits.BodyBytes)
	}
	return s
}

// root reads a message that is no multipart. Texts of all kinds and the text
// kinds of message are its body, whatever they are called.
func (r *bodyReader) root(p *mimePart) spoken {
	kind := p.media.value
	major, _, _ := strings.Cut(kind, "/")
	switch {
	case r.disposition(p) == "attachment" && r.name(p) != "", kind == "text/calendar", kind == "message/rfc822", kind == "message/global",
		major != "text" && major != "message":
		r.file(p)
		return spoken{}
	}
	return r.text(p)
}

// part reads a node. alternative tells that its parent offers choices.
func (r *bodyReader) part(p *mimePart, alternative bool) spoken {
	if r.ctx.Err() != nil {
		return spoken{}
	}
	if !p.multipart() {
		return r.leaf(p, alternative)
	}
	switch p.media.value {
	case "multipart/alternative":
		return r.alternative(p)
	case "multipart/related":
		return r.first(p, relatedRoot(p))
	case "multipart/signed", "multipart/report":
		return r.first(p, 0)
	case "multipart/encrypted", "multipart/digest", "multipart/appledouble":
		return r.first(p, -1)
	}
	var all []spoken
	for _, child := range p.children {
		if s := r.part(child, alternative); !s.empty() {
			all = append(all, s)
		}
	}
	return join(all)
}

// first reads the child at index main as text and the others as files.
func (r *bodyReader) first(p *mimePart, main int) spoken {
	var s spoken
	for i, child := range p.children {
		if i == main {
			s = r.part(child, false)
			continue
		}
		r.allFiles(child)
	}
	return s
}

// relatedRoot finds the part that the others of a multipart/related serve:
// the one it names, else the first that is text.
func relatedRoot(p *mimePart) int {
	if start := strings.Trim(p.media.params["start"], "<> "); start != "" {
		for i, child := range p.children {
			if contentID(child) == start {
				return i
			}
		}
	}
	for i, child := range p.children {
		if v := child.media.value; v == "text/html" || v == "text/plain" || child.multipart() {
			return i
		}
	}
	return 0
}

// alternative takes the first plain text and the last HTML of the choices.
func (r *bodyReader) alternative(p *mimePart) spoken {
	var out spoken
	for _, child := range p.children {
		s := r.part(child, true)
		if blank(out.text) {
			out.text = s.text
		}
		if !blank(s.html) {
			out.html = s.html
		}
	}
	out.htmlOnly = blank(out.text) && !blank(out.html)
	return out
}

// join puts what follows each other in a multipart/mixed together.
func join(all []spoken) spoken {
	if len(all) == 1 {
		return all[0]
	}
	var out spoken
	var texts, htmls []string
	hasHTML := false
	for _, s := range all {
		out.htmlOnly = out.htmlOnly || s.htmlOnly
		hasHTML = hasHTML || !blank(s.html)
		if !blank(s.text) {
			texts = append(texts, strings.Trim(s.text, "\n"))
		}
	}
	out.text = strings.Join(texts, "\n\n")
	if !hasHTML {
		return out
	}
	for _, s := range all {
		if blank(s.html) {
			s.html = "<p>" + strings.ReplaceAll(html.EscapeString(strings.Trim(s.text, "\n")), "\n", "<br>\n") + "</p>"
		}
		htmls = append(htmls, s.html)
	}
	out.html = strings.Join(htmls, "\n")
	return out
}

// leaf decides whether a part is said or attached.
func (r *bodyReader) leaf(p *mimePart, alternative bool) spoken {
	kind, disposition := p.media.value, r.disposition(p)
	switch {
	case alternative && (kind == "text/enriched" || kind == "text/richtext" || kind == "text/x-amp-html" || kind == "text/watch-html"):
		return spoken{} // another form of what is already there
	case kind != "text/plain" && kind != "text/html", disposition == "attachment":
	case r.name(p) == "", !r.found, alternative:
		return r.text(p)
	}
	r.file(p)
	return spoken{}
}

// text decodes a part as text or HTML.
func (r *bodyReader) text(p *mimePart) spoken {
	body := p.body
	if limit := 4 * r.walk.limits.BodyBytes; len(body) > limit {
		body = body[:limit]
		r.walk.warn("body_cut")
	}
	data, odd := decodeTransfer(body, p.encoding(), true)
	if odd {
		r.walk.warn("encoding_broken")
	}
	charset := p.media.params["charset"]
	if binary(data) && !strings.HasPrefix(charsetName(charset), "utf-") {
		r.walk.warn("text_is_data")
		r.file(p)
		return spoken{}
	}
	if name := charsetName(charset); name != "" && name != "us-ascii" && name != "utf-8" && !knownCharset(name) {
		r.walk.warn("charset_unknown")
	}
	s := spoken{}
	if p.media.value == "text/html" {
		s.html = bodyText(toUTF8(data, charset, true))
		s.htmlOnly = true
	} else {
		s.text = bodyText(toUTF8(data, charset, false))
		if strings.EqualFold(p.media.params["format"], "flowed") {
			s.text = unflow(s.text, strings.EqualFold(p.media.params["delsp"], "yes"))
		}
	}
	if s.empty() {
		return spoken{}
	}
	r.found = true
	return s
}

// unflow joins the lines of format=flowed (RFC 3676): one that ends in a blank
// goes on in the next of the same quotation depth.
func unflow(s string, delsp bool) string {
	s = strings.TrimLeft(s, "\n")
	var b strings.Builder
	b.Grow(len(s))
	open := -1 // depth of the paragraph that goes on, or -1
	for line := range strings.SplitSeq(s, "\n") {
		rest := strings.TrimLeft(line, ">")
		depth := len(line) - len(rest)
		rest = strings.TrimPrefix(rest, " ")
		signature := rest == "-- "
		if open != depth || signature {
			if b.Len() > 0 {
				b.WriteByte('\n')
			}
			if depth > 0 {
				b.WriteString(line[:depth])
				b.WriteByte(' ')
			}
		}
		flows := strings.HasSuffix(rest, " ") && !signature
		if flows && delsp {
			rest = rest[:len(rest)-1]
		}
		b.WriteString(rest)
		open = -1
		if flows {
			open = depth
		}
	}
	return b.String()
}

// readAsText takes a message without a header for what it is: text, and the
// whole of it attached.
func readAsText(m *model.InboundEmail, raw []byte, limits *Limits) {
	m.Warnings = append(m.Warnings, "no_header")
	m.ContentType = "text/plain"
	if !binary(raw) {
		text := raw[:min(len(raw), limits.BodyBytes)]
		m.Text = strings.TrimSpace(bodyText(toUTF8(text, "", false)))
	}
	m.Files = []model.InboundFile{{Filename: "message.eml", ContentType: "message/rfc822", Content: raw, Size: int64(len(raw))}}
}

// binary tells data from text by the controls at its start.
func binary(b []byte) bool {
	head := b[:min(len(b), 8<<10)]
	controls := 0
	for _, c := range head {
		if c < ' ' && !bytes.ContainsRune([]byte("\t\n\f\r\x1b"), rune(c)) {
			controls++
		}
	}
	return controls > 3 && controls*20 > len(head)
}
