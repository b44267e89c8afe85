package safe

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// HTMLOptions says which images HTML keeps. Without any, none.
type HTMLOptions struct {
	// CID gives the address of the attachment with this Content-ID (RFC 2392,
	// without angle brackets). The address starts with a single slash or with
	// http:// or https://; others are dropped.
	CID func(cid string) (url string, ok bool)
	// Own reports that src is an address CID returned earlier, so that HTML
	// which was sanitised before keeps its images.
	Own func(src string) bool
}

// HTML returns in as markup that may stand inside a page: balanced, without
// script, style, form controls, class, id or name, links only to http, https,
// mailto and tel. Images stay when opt knows them; a remote image becomes a
// text mark with its alternative text. hadRemote reports that in would have
// loaded something from elsewhere, be it an image, a background or a style
// sheet. What is too large, too deep or cannot be parsed comes back as the
// text it holds. Sanitising the result again returns it unchanged.
func HTML(in string, opt HTMLOptions) (out string, hadRemote bool) {
	if len(in) > maxHTML {
		cut := in[:maxHTML]
		return fallback(cut), mentionsRemote(cut)
	}
	kept := map[string]bool{}
	first := opt
	first.Own = func(src string) bool { return kept[src] || opt.Own != nil && opt.Own(src) }
	if opt.CID != nil {
		first.CID = func(cid string) (string, bool) {
			url, ok := opt.CID(cid)
			if ok {
				kept[url] = true
			}
			return url, ok
		}
	}
	out, hadRemote, ok := pass(strings.ToValidUTF8(in, "\uFFFD"), first)
	// A browser parses the result once more. Only markup that survives a
	// second parse unchanged means there what it meant here.
	for range 4 {
		if !ok || len(out) > maxHTML {
			break
		}
		again, _, okAgain := pass(out, HTMLOptions{Own: first.Own, CID: opt.CID})
		if okAgain && again == out {
			return out, hadRemote
		}
		out, ok = again, okAgain
	}
	return fallback(in), hadRemote || mentionsRemote(in)
}

// pass tidies, applies the policy and lets a real parser have the last word
// on the structure.
func pass(in string, opt HTMLOptions) (out string, hadRemote, ok bool) {
	t := tidier{opt: opt, room: 2 * maxHTML}
	if !t.run(in) {
		return "", t.remote, false
	}
	out, ok = balance(policy.Sanitize(t.out.String()))
	return out, t.remote, ok
}

// balance parses a fragment the way a browser does inside a div and prints it.
func balance(in string) (string, bool) {
	box := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	nodes, err := html.ParseFragment(strings.NewReader(in), box)
	if err != nil {
		return "", false
	}
	var out strings.Builder
	out.Grow(len(in))
	for _, n := range nodes {
		if err := html.Render(&out, n); err != nil {
			return "", false
		}
	}
	return out.String(), true
}

// fallback shows the text of markup that cannot be shown as markup.
func fallback(in string) string {
	return paragraphs(PlainText(in), false)
}

// mentionsRemote guesses for markup that was not read tag by tag.
func mentionsRemote(in string) bool {
	for i := 0; i < len(in); {
		at := strings.IndexByte(in[i:], '=')
		if at < 0 {
			return false
		}
		i += at + 1
		end := min(len(in), i+12)
		value := strings.ToLower(strings.TrimLeft(in[i:end], " \t\r\n\"'"))
		if strings.HasPrefix(value, "http:") || strings.HasPrefix(value, "https:") || strings.HasPrefix(value, "//") {
			return true
		}
	}
	return false
}

// cleanText drops control characters, which no reader can see, and keeps
// line feeds and tabs.
func cleanText(s string) string {
	dirty := func(r rune) bool {
		return r < 0x20 && r != '\n' && r != '\t' || r >= 0x7f && r <= 0x9f
	}
	if strings.IndexFunc(s, dirty) < 0 && utf8.ValidString(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if dirty(r) {
			return -1
		}
		return r
	}, s)
}
