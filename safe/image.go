package safe

import (
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// imageMark stands for a picture that is not shown. It is a sign and no word,
// so that it needs no language.
const imageMark = "🖼"

// embeds are the elements besides img that show something from elsewhere.
var embeds = map[string]bool{"video": true, "audio": true, "embed": true, "object": true, "input": true}

// image writes an image that the options know, a mark for a remote one and
// for one whose attachment is missing, and nothing for data: and the rest.
func (t *tidier) image(name string, a attributes) {
	src := a.first["src"]
	switch name {
	case "object":
		src = a.first["data"]
	case "input":
		if !strings.EqualFold(a.first["type"], "image") {
			return
		}
	}
	if name == "img" {
		if own, known := t.resolve(src); own != "" {
			t.writeImage(own, a)
			return
		} else if known {
			t.mark(a)
			return
		}
	}
	if (isRemote(src) || a.loads(name)) && !isPixel(a) {
		t.mark(a)
	}
}

// resolve returns the address to show for src; known reports a cid: address.
func (t *tidier) resolve(src string) (own string, known bool) {
	if t.opt.Own != nil && t.opt.Own(src) && imageAddress.MatchString(src) {
		return src, true
	}
	s := squeeze(src)
	if len(s) < 5 || len(s) > 1000 || !strings.EqualFold(s[:4], "cid:") {
		return "", false
	}
	id := s[4:]
	if plain, err := url.PathUnescape(id); err == nil {
		id = plain
	}
	id = strings.TrimSuffix(strings.TrimPrefix(id, "<"), ">")
	if t.opt.CID == nil {
		return "", true
	}
	if address, ok := t.opt.CID(id); ok && imageAddress.MatchString(address) {
		return address, true
	}
	return "", true
}

func (t *tidier) writeImage(src string, a attributes) {
	t.out.WriteString(`<img src="` + html.EscapeString(src) + `" alt="` + html.EscapeString(altText(a)) + `"`)
	for _, key := range []string{"width", "height"} {
		if n, ok := count(a.first[key], 4000); ok {
			t.out.WriteString(" " + key + `="` + strconv.Itoa(n) + `"`)
		}
	}
	t.out.WriteString("/>")
}

func (t *tidier) mark(a attributes) {
	label := imageMark
	if alt := altText(a); alt != "" {
		label += " " + alt
	}
	t.out.WriteString("[" + html.EscapeString(label) + "]")
}

// altText is the alternative text on one line, cut to what fits a line.
func altText(a attributes) string {
	alt := a.first["alt"]
	if len(alt) > 2000 {
		alt = strings.ToValidUTF8(alt[:2000], "")
	}
	alt = strings.Join(strings.Fields(cleanText(alt)), " ")
	if runes := []rune(alt); len(runes) > 200 {
		alt = strings.TrimSpace(string(runes[:199])) + "…"
	}
	return alt
}

// isPixel recognises counting images, which show nothing and so leave no mark.
func isPixel(a attributes) bool {
	for _, key := range []string{"width", "height"} {
		switch strings.TrimSuffix(strings.TrimSpace(a.first[key]), "px") {
		case "0", "1":
			return true
		}
	}
	return false
}
