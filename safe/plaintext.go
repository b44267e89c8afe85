package safe

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

// PlainText returns the readable text of markup: blocks on their own lines,
// lists with their marks, quotations with "> ", links as "text (address)".
// It takes any markup, sanitised or not, and never fails.
func PlainText(markup string) string {
	r := reader{}
	z := html.NewTokenizer(strings.NewReader(strings.ToValidUTF8(markup, "\uFFFD")))
	for {
		switch z.Next() {
		case html.ErrorToken:
			r.endLink()
			return strings.TrimRight(r.out.String(), " \n")
		case html.TextToken:
			r.text(z.Token().Data)
		case html.StartTagToken, html.SelfClosingTagToken:
			r.start(z.Token())
		case html.EndTagToken:
			name, _ := z.TagName()
			r.end(string(name))
		}
	}
}

// maxQuote bounds the "> " in front of a line, which multiplies its size.
const maxQuote = 6

// reader collects the text. Breaks and spaces are only noted and written
// before the next visible character, so that they never pile up.
type reader struct {
	out    strings.Builder
	skip   string // raw-text element whose text is not for reading
	breaks int    // line ends wanted before the next text
	space  bool
	quote  int
	quoted int // quote as it was for the last text
	pre    int
	lists  []int  // of each open list the last number, -1 without numbers
	href   string // of the open link
	anchor strings.Builder
}

func (r *reader) text(s string) {
	if r.skip != "" {
		return
	}
	s = cleanText(s)
	if r.pre > 0 {
		for i, line := range strings.Split(s, "\n") {
			if i > 0 {
				r.breaks = min(r.breaks+1, 2)
			}
			if line != "" {
				r.write(line)
			}
		}
		return
	}
	isSpace := func(c rune) bool { return c != '\u00a0' && unicode.IsSpace(c) }
	for s != "" {
		word := strings.TrimLeftFunc(s, isSpace)
		r.space = r.space || len(word) < len(s)
		end := strings.IndexFunc(word, isSpace)
		if end < 0 {
			end = len(word)
		}
		if end > 0 {
			r.write(strings.ReplaceAll(word[:end], "\u00a0", " "))
		}
		s = word[end:]
	}
}

// write puts s after the breaks or the space that were noted.
func (r *reader) write(s string) {
	switch {
	case r.out.Len() == 0:
		r.out.WriteString(strings.Repeat("> ", r.quote))
	case r.breaks > 0:
		// An empty line belongs to a quotation only when both sides do.
		between := strings.TrimSuffix(strings.Repeat("> ", min(r.quote, r.quoted)), " ")
		r.out.WriteString(strings.Repeat("\n"+between, r.breaks-1))
		r.out.WriteString("\n" + strings.Repeat("> ", r.quote))
	case r.space:
		r.out.WriteByte(' ')
	}
	if r.href != "" && r.anchor.Len() < maxLink {
		if r.space && r.anchor.Len() > 0 {
			r.anchor.WriteByte(' ')
		}
		r.anchor.WriteString(s)
	}
	r.breaks, r.space, r.quoted = 0, false, r.quote
	r.out.WriteString(s)
}

func (r *reader) need(breaks int) {
	r.breaks = max(r.breaks, breaks)
	r.space = false
}

func (r *reader) start(token html.Token) {
	r.skip = ""
	name := token.Data
	if other, ok := renamed[name]; ok {
		name = other
	}
	switch name {
	case "script", "style", "title", "noscript", "iframe", "noembed", "noframes":
		r.skip = name
	case "br":
		r.breaks++
		r.breaks, r.space = min(r.breaks, 2), false
	case "hr":
		r.need(1)
		r.write("----")
		r.need(1)
	case "p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "dl":
		r.need(2)
	case "pre":
		r.need(2)
		r.pre++
	case "blockquote":
		r.need(2)
		r.quote = min(r.quote+1, maxQuote)
	case "ul", "ol":
		r.need(2 - min(1, len(r.lists)))
		r.openList(name == "ol")
	case "li":
		r.item()
	case "td", "th":
		r.space = r.space || r.breaks == 0
	case "img":
		if alt := altText(readAttributes(token.Attr)); alt != "" {
			r.space = true
			r.write("[" + alt + "]")
			r.space = true
		}
	case "a":
		r.endLink()
		r.href, _ = Link(readAttributes(token.Attr).first["href"])
	case "div", "tr", "caption", "dt", "dd", "option", "body", "html", "textarea":
		r.need(1)
	}
}

func (r *reader) end(name string) {
	r.skip = ""
	if other, ok := renamed[name]; ok {
		name = other
	}
	switch name {
	case "p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "dl":
		r.need(2)
	case "pre":
		r.need(2)
		r.pre = max(r.pre-1, 0)
	case "blockquote":
		r.need(2)
		r.quote = max(r.quote-1, 0)
	case "ul", "ol":
		if len(r.lists) > 0 {
			r.lists = r.lists[:len(r.lists)-1]
		}
		r.need(2 - min(1, len(r.lists)))
	case "a":
		r.endLink()
	case "div", "tr", "caption", "dt", "dd", "li":
		r.need(1)
	}
}

func (r *reader) openList(numbered bool) {
	if len(r.lists) >= maxDepth {
		return
	}
	if numbered {
		r.lists = append(r.lists, 0)
	} else {
		r.lists = append(r.lists, -1)
	}
}

func (r *reader) item() {
	r.need(1)
	mark := "-"
	if n := len(r.lists); n > 0 {
		if r.lists[n-1] >= 0 {
			r.lists[n-1]++
			mark = strconv.Itoa(r.lists[n-1]) + "."
		}
		mark = strings.Repeat("  ", min(n, 5)-1) + mark
	}
	r.write(mark)
	r.space = true
}

// endLink adds the address behind the text, unless the text already is the
// address.
func (r *reader) endLink() {
	href, shown := r.href, strings.TrimSpace(r.anchor.String())
	r.href = ""
	r.anchor.Reset()
	if href == "" || shown == "" {
		return
	}
	bare := func(s string) string {
		s = strings.TrimPrefix(strings.TrimPrefix(s, "mailto:"), "tel:")
		return strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(s, "https://"), "http://"), "/")
	}
	if bare(shown) == bare(href) {
		return
	}
	r.space = true
	r.write("(" + href + ")")
}
