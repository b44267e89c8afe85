package htmlq

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Node is an element, or nothing.
type Node struct{ N *html.Node }

// Exists tells whether it is something.
func (n Node) Exists() bool { return n.N != nil }

// Tag is the name of the element.
func (n Node) Tag() string {
	if n.N == nil {
		return ""
	}
	return n.N.Data
}

// Attr is the value of an attribute; "" without it.
func (n Node) Attr(name string) string {
	v, _ := n.attr(name)
	return v
}

// HasAttr tells whether an attribute is there, empty or not.
func (n Node) HasAttr(name string) bool {
	_, ok := n.attr(name)
	return ok
}

func (n Node) attr(name string) (string, bool) {
	if n.N == nil {
		return "", false
	}
	for _, a := range n.N.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// Text is what a person reads: white space squashed, hidden parts left out.
func (n Node) Text() string {
	var b strings.Builder
	if n.N != nil {
		write(&b, n.N, false)
	}
	return squash(b.String())
}

// Has tells whether the text contains another.
func (n Node) Has(text string) bool { return strings.Contains(n.Text(), squash(text)) }

// HTML is the element as source.
func (n Node) HTML() string {
	if n.N == nil {
		return ""
	}
	var b strings.Builder
	_ = html.Render(&b, n.N) // a builder takes everything
	return b.String()
}

// Find is the first match below, or nothing.
func (n Node) Find(selector string) Node {
	if all := n.All(selector); len(all) > 0 {
		return all[0]
	}
	return Node{}
}

// Count counts the matches below.
func (n Node) Count(selector string) int { return len(n.All(selector)) }

// Texts are the texts of the matches below.
func (n Node) Texts(selector string) []string {
	var texts []string
	for _, m := range n.All(selector) {
		texts = append(texts, m.Text())
	}
	return texts
}

// All are the matches below, in the order of the page.
func (n Node) All(selector string) []Node {
	scopes := []Node{n}
	for part := range strings.SplitSeq(selector, " >> ") {
		var next []Node
		for _, s := range scopes {
			for _, m := range s.step(strings.TrimSpace(part)) {
				if !slices.Contains(next, m) {
					next = append(next, m)
				}
			}
		}
		scopes = next
	}
	return scopes
}

var kinds = map[string]string{
	"button":  "button, summary, [role=button], [role=menuitem], [role=tab], input[type=submit], input[type=button]",
	"link":    "a[href], [role=link]",
	"field":   "input, select, textarea, [contenteditable], [role=combobox], [role=textbox]",
	"heading": "h1, h2, h3, h4, h5, h6, [role=heading]",
}

func (n Node) step(part string) []Node {
	kind, want, named := strings.Cut(part, "=")
	want = squash(want)
	if named && kind == "text" {
		return n.texts(want)
	}
	css, known := kinds[kind]
	if !named || !known {
		return n.css(part)
	}
	var exact, partly []Node
	for _, m := range n.css(css) {
		switch name := m.Name(); {
		case kind == "field" && slices.Contains([]string{"hidden", "submit", "button"}, m.Attr("type")):
		case name == want:
			exact = append(exact, m)
		case strings.Contains(name, want):
			partly = append(partly, m)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return partly
}

// texts are the innermost elements that hold the text.
func (n Node) texts(want string) []Node {
	var found []Node
	n.walk(func(m Node) {
		if !m.Has(want) {
			return
		}
		for c := m.N.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode && (Node{c}).Has(want) {
				return
			}
		}
		found = append(found, m)
	})
	return found
}

// Name is the accessible name, roughly: aria-label, labels, text, title.
func (n Node) Name() string {
	if by := n.Attr("aria-labelledby"); by != "" {
		var parts []string
		for id := range strings.FieldsSeq(by) {
			parts = append(parts, n.top().byID(id).Text())
		}
		return squash(strings.Join(parts, " "))
	}
	if label := n.Attr("aria-label"); label != "" {
		return squash(label)
	}
	if label := n.label(); label.Exists() {
		return label.Text()
	}
	if n.Tag() == "input" && (n.Attr("type") == "submit" || n.Attr("type") == "button") {
		return squash(n.Attr("value"))
	}
	if text := n.Text(); text != "" && n.Tag() != "select" && n.Tag() != "textarea" {
		return text
	}
	if img := n.Find("img[alt]"); img.Exists() {
		return squash(img.Attr("alt"))
	}
	return squash(n.Attr("title"))
}

func (n Node) label() Node {
	if !slices.Contains([]string{"input", "select", "textarea"}, n.Tag()) {
		return Node{}
	}
	if id := n.Attr("id"); id != "" {
		for _, l := range n.top().css("label[for]") {
			if l.Attr("for") == id {
				return l
			}
		}
	}
	for p := n.N.Parent; p != nil; p = p.Parent {
		if p.Data == "label" && p.Type == html.ElementNode {
			return Node{p}
		}
	}
	return Node{}
}

func (n Node) top() Node {
	top := n.N
	for top.Parent != nil {
		top = top.Parent
	}
	return Node{top}
}

func (n Node) byID(id string) (found Node) {
	n.walk(func(m Node) {
		if !found.Exists() && m.Attr("id") == id {
			found = m
		}
	})
	return found
}

// walk visits the elements below, in the order of the page.
func (n Node) walk(visit func(Node)) {
	if n.N == nil {
		return
	}
	for m := range n.N.Descendants() {
		if m.Type == html.ElementNode {
			visit(Node{m})
		}
	}
}

var (
	unread = []string{"script", "style", "template", "noscript", "select", "textarea"}
	inline = []string{
		"a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "em", "i", "ins", "kbd", "mark", "q", "s", "small", "span", "strong", "sub", "sup", "time", "u", "wbr",
	}
)

func write(b *strings.Builder, n *html.Node, inside bool) {
	switch n.Type {
	case html.TextNode:
		b.WriteString(n.Data)
		return
	case html.ElementNode:
		e := Node{n}
		if inside && (slices.Contains(unread, n.Data) || e.HasAttr("hidden")) {
			return
		}
		if !slices.Contains(inline, n.Data) {
			b.WriteByte(' ')
			defer b.WriteByte(' ')
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		write(b, c, true)
	}
}

func squash(s string) string { return strings.Join(strings.Fields(s), " ") }
