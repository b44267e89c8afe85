package safe

import (
	"regexp"

	"github.com/microcosm-cc/bluemonday"
)

const (
	linkRel    = "noopener noreferrer nofollow ugc"
	linkTarget = "_blank"
)

// policy repeats as a plain allow-list what the tidier lets through. It is
// the second lock: a mistake in one of the two opens nothing.
var policy = newPolicy()

func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	for name, k := range elements {
		if k != dropped {
			p.AllowElements(name)
			p.AllowNoAttrs().OnElements(name)
		}
	}
	p.AllowAttrs("href").Matching(regexp.MustCompile(`^(?:https?://|mailto:|tel:)[^\s<>"]+$`)).OnElements("a")
	p.AllowAttrs("rel").Matching(regexp.MustCompile("^" + linkRel + "$")).OnElements("a")
	p.AllowAttrs("target").Matching(regexp.MustCompile("^" + linkTarget + "$")).OnElements("a")
	p.AllowAttrs("src").Matching(imageAddress).OnElements("img")
	p.AllowAttrs("alt").OnElements("img")
	p.AllowAttrs("width", "height").Matching(smallNumber).OnElements("img")
	p.AllowAttrs("colspan", "rowspan").Matching(smallNumber).OnElements("td", "th")
	p.AllowAttrs("start").Matching(smallNumber).OnElements("ol")
	p.AllowAttrs("align").Matching(alignment).OnElements(alignable...)
	p.AllowAttrs("dir").Matching(direction).OnElements(directed...)
	return p
}

var (
	imageAddress = regexp.MustCompile(`^(?:/[^/\\\s<>"][^\s<>"]*|https?://[^\s<>"]+)$`)
	smallNumber  = regexp.MustCompile(`^[1-9][0-9]{0,3}$`)
	alignment    = regexp.MustCompile(`^(?:left|right|center|justify)$`)
	direction    = regexp.MustCompile(`^(?:ltr|rtl|auto)$`)

	alignable = []string{"p", "div", "td", "th", "tr", "h1", "h2", "h3", "h4", "h5", "h6"}
	// Formatting elements take no attribute: the parser re-opens each distinct
	// one in every following block, which turns kilobytes into gigabytes.
	directed = []string{
		"p", "div", "td", "th", "tr", "table", "ul", "ol", "li", "dl", "dt", "dd",
		"blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "bdo",
	}
)

// kind is how an element nests.
type kind int

const (
	unknown kind = iota // the tag goes, its content stays
	dropped             // the tag goes together with its content
	block
	inline
	void
	part // of a table
)

// elements lists every element HTML knows by its own name. Raw-text elements
// appear as dropped; everything absent is unwrapped.
var elements = map[string]kind{
	"p": block, "div": block, "blockquote": block, "pre": block,
	"ul": block, "ol": block, "li": block, "dl": block, "dt": block, "dd": block,
	"h1": block, "h2": block, "h3": block, "h4": block, "h5": block, "h6": block,
	"table": block, "caption": part, "thead": part, "tbody": part, "tfoot": part,
	"tr": part, "td": part, "th": part,
	"br": void, "wbr": void, "hr": void, "img": void,
	"a": inline, "b": inline, "strong": inline, "i": inline, "em": inline, "u": inline,
	"s": inline, "del": inline, "ins": inline, "small": inline, "sub": inline,
	"sup": inline, "code": inline, "kbd": inline, "samp": inline, "var": inline,
	"q": inline, "cite": inline, "abbr": inline, "mark": inline, "bdi": inline, "bdo": inline,
	"script": dropped, "style": dropped, "title": dropped, "noscript": dropped,
	"iframe": dropped, "noembed": dropped, "noframes": dropped,
}

// renamed gives old and sectioning elements a plain counterpart, so that a
// mail adds no landmark to the page around it.
var renamed = map[string]string{
	"center": "div", "section": "div", "article": "div", "header": "div", "footer": "div",
	"main": "div", "aside": "div", "nav": "div", "figure": "div", "figcaption": "div",
	"address": "div", "details": "div", "summary": "div", "form": "div", "fieldset": "div",
	"dialog": "div", "hgroup": "div", "search": "div",
	"dir": "ul", "menu": "ul", "listing": "pre", "xmp": "pre",
	"strike": "s", "tt": "code", "image": "img",
}
