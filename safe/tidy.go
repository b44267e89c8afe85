package safe

import (
	"strings"

	"golang.org/x/net/html"
)

// tidier copies markup tag by tag, keeps what the element table knows and
// closes everything in order. The parser behind it then never has to re-open
// formatting elements by itself, which is where markup grows without bound.
type tidier struct {
	opt    HTMLOptions
	out    strings.Builder
	open   []string
	raw    string // the raw-text element whose text comes next
	remote bool
	deep   bool
	room   int // bytes of output after which to give up
}

// run reports whether in could be copied within the limits.
func (t *tidier) run(in string) bool {
	z := html.NewTokenizer(strings.NewReader(in))
	for !t.deep && t.out.Len() <= t.room {
		switch z.Next() {
		case html.ErrorToken:
			t.popTo(0)
			return true
		case html.TextToken:
			t.text(z.Token().Data)
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			t.raw = ""
			t.start(token)
		case html.EndTagToken:
			name, _ := z.TagName()
			t.raw = ""
			t.end(string(name))
		}
	}
	return false
}

func (t *tidier) text(s string) {
	if t.raw != "" && elements[t.raw] == dropped {
		if t.raw == "style" {
			t.remote = t.remote || cssLoads(s)
		}
		return
	}
	t.out.WriteString(html.EscapeString(cleanText(s)))
}

func (t *tidier) start(token html.Token) {
	a := readAttributes(token.Attr)
	t.remote = t.remote || a.loads(token.Data)
	name := token.Data
	switch name {
	case "script", "style", "title", "noscript", "iframe", "noembed", "noframes", "textarea", "plaintext", "xmp":
		t.raw = name
	case "body", "html":
		if direction.MatchString(strings.ToLower(a.first["dir"])) {
			name = "div"
		}
	}
	if other, ok := renamed[name]; ok {
		name = other
	}
	if name == "img" || embeds[name] {
		t.image(name, a)
		return
	}
	switch elements[name] {
	case void:
		if name == "hr" {
			t.closeParagraph()
		}
		t.out.WriteString("<" + name + "/>")
	case block:
		t.startBlock(name, a)
	case part:
		t.startPart(name, a)
	case inline:
		t.startInline(name, a)
	}
}

func (t *tidier) startBlock(name string, a attributes) {
	t.closeParagraph()
	switch name {
	case "li":
		t.closeItem("li", "li")
	case "dt", "dd":
		t.closeItem("dt", "dd")
	case "h1", "h2", "h3", "h4", "h5", "h6":
		if isHeading(t.top()) {
			t.popTo(len(t.open) - 1)
		}
	case "table":
		if rowContext[t.top()] {
			t.popTo(t.find("", "table"))
		}
	}
	t.push(name, a)
}

// startInline opens formatting. A link inside a link ends the outer one, as
// in a browser, unless a table cell stands between them.
func (t *tidier) startInline(name string, a attributes) {
	if name != "a" {
		t.push(name, a)
		return
	}
	href, ok := Link(a.first["href"])
	if !ok {
		return
	}
	for i := len(t.open) - 1; i >= 0; i-- {
		if t.open[i] == "a" {
			if t.find("a", scopeEnds...) < 0 {
				return
			}
			t.popTo(i)
			break
		}
	}
	a.first["href"] = href
	t.push(name, a)
}

// startPart opens a piece of a table and the rows and bodies it needs around
// it. Outside of a table the tag is worth nothing.
func (t *tidier) startPart(name string, a attributes) {
	table := t.find("table")
	if table < 0 {
		return
	}
	parents := map[string][]string{
		"caption": nil, "thead": nil, "tbody": nil, "tfoot": nil,
		"tr": {"tbody"}, "td": {"tbody", "tr"}, "th": {"tbody", "tr"},
	}[name]
	depth := table + 1
	for i, parent := range parents {
		if depth >= len(t.open) {
			break
		}
		got := t.open[depth]
		if got != parent && !(i == 0 && (got == "thead" || got == "tfoot")) {
			break
		}
		depth++
	}
	t.popTo(depth)
	for _, parent := range parents[depth-table-1:] {
		t.push(parent, attributes{})
	}
	t.push(name, a)
}

func (t *tidier) end(name string) {
	if other, ok := renamed[name]; ok {
		name = other
	}
	at := -1
	switch k := elements[name]; {
	case k == part || name == "table":
		at = t.find(name, "table")
		if at >= 0 && t.open[at] != name {
			at = -1
		}
	case name == "li":
		at = t.find(name, append([]string{"ul", "ol"}, scopeEnds...)...)
	case isHeading(name):
		at = t.headingInScope()
	case k == block || k == inline:
		at = t.find(name, scopeEnds...)
	}
	if at >= 0 && (t.open[at] == name || isHeading(name)) {
		t.popTo(at)
	}
}

var (
	scopeEnds  = []string{"table", "td", "th", "caption"}
	rowContext = map[string]bool{"table": true, "thead": true, "tbody": true, "tfoot": true, "tr": true}
	itemEnds   = map[string]bool{
		"ul": true, "ol": true, "dl": true, "blockquote": true, "pre": true,
		"table": true, "td": true, "th": true, "caption": true,
	}
)

func isHeading(name string) bool {
	return len(name) == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6'
}

// find returns the index of the innermost open name, or -1 when one of stops
// comes first. With an empty name it returns the first stop itself.
func (t *tidier) find(name string, stops ...string) int {
	for i := len(t.open) - 1; i >= 0; i-- {
		if t.open[i] == name {
			return i
		}
		for _, stop := range stops {
			if t.open[i] == stop {
				if name == "" {
					return i
				}
				return -1
			}
		}
	}
	return -1
}

func (t *tidier) headingInScope() int {
	for i := len(t.open) - 1; i >= 0; i-- {
		if isHeading(t.open[i]) {
			return i
		}
		if itemEnds[t.open[i]] {
			return -1
		}
	}
	return -1
}

func (t *tidier) closeParagraph() {
	if at := t.find("p", scopeEnds...); at >= 0 {
		t.popTo(at)
	}
}

// closeItem ends an open list item, looking through plain boxes only.
func (t *tidier) closeItem(names ...string) {
	for i := len(t.open) - 1; i >= 0; i-- {
		if t.open[i] == names[0] || t.open[i] == names[1] {
			t.popTo(i)
			return
		}
		if itemEnds[t.open[i]] || isHeading(t.open[i]) || t.open[i] == "li" || t.open[i] == "dt" || t.open[i] == "dd" {
			return
		}
	}
}

func (t *tidier) top() string {
	if len(t.open) == 0 {
		return ""
	}
	return t.open[len(t.open)-1]
}

func (t *tidier) push(name string, a attributes) {
	if len(t.open) >= maxDepth {
		t.deep = true
		return
	}
	t.open = append(t.open, name)
	t.out.WriteByte('<')
	t.out.WriteString(name)
	a.write(&t.out, name)
	t.out.WriteByte('>')
}

// popTo closes until n elements stay open.
func (t *tidier) popTo(n int) {
	for len(t.open) > max(n, 0) {
		t.out.WriteString("</" + t.top() + ">")
		t.open = t.open[:len(t.open)-1]
	}
}
