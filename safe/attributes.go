package safe

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// attributes holds, of one tag, the attributes that decide anything. Of a
// repeated one the first counts, as in a browser.
type attributes struct {
	first map[string]string
}

var read = map[string]bool{
	"href": true, "src": true, "srcset": true, "imagesrcset": true, "poster": true,
	"background": true, "data": true, "lowsrc": true, "dynsrc": true, "xlink:href": true,
	"style": true, "alt": true, "width": true, "height": true, "colspan": true,
	"rowspan": true, "start": true, "align": true, "dir": true, "type": true,
}

func readAttributes(list []html.Attribute) attributes {
	a := attributes{first: map[string]string{}}
	for _, attr := range list {
		key := attr.Key
		if attr.Namespace != "" {
			key = attr.Namespace + ":" + key
		}
		if _, seen := a.first[key]; !seen && read[key] {
			a.first[key] = attr.Val
		}
	}
	return a
}

// write prints the attributes that element may carry, in a fixed order.
func (a attributes) write(out *strings.Builder, element string) {
	put := func(key, value string) {
		out.WriteString(" " + key + `="` + html.EscapeString(value) + `"`)
	}
	if element == "a" {
		put("href", a.first["href"])
		put("rel", linkRel)
		put("target", linkTarget)
	}
	if element == "td" || element == "th" {
		for _, key := range []string{"colspan", "rowspan"} {
			if n, ok := count(a.first[key], 1000); ok && n > 1 {
				put(key, strconv.Itoa(n))
			}
		}
	}
	if element == "ol" {
		if n, ok := count(a.first["start"], 9999); ok {
			put("start", strconv.Itoa(n))
		}
	}
	if v := strings.ToLower(a.first["align"]); alignment.MatchString(v) && slices.Contains(alignable, element) {
		put("align", v)
	}
	if v := strings.ToLower(a.first["dir"]); direction.MatchString(v) && slices.Contains(directed, element) {
		put("dir", v)
	}
}

// count reads a positive number as old mail programs write it, "120" or
// "120px".
func count(s string, most int) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(s), "px"))
	return n, err == nil && n > 0 && n <= most
}

// loads reports whether a browser would fetch something for this tag from
// another place.
func (a attributes) loads(element string) bool {
	for _, key := range []string{"src", "srcset", "imagesrcset", "poster", "background", "data", "lowsrc", "dynsrc", "xlink:href"} {
		if isRemote(a.first[key]) || strings.Contains(key, "srcset") && strings.Contains(a.first[key], "//") {
			return true
		}
	}
	switch element {
	case "link", "use", "image", "feimage":
		if isRemote(a.first["href"]) {
			return true
		}
	}
	return cssLoads(a.first["style"])
}

// isRemote reports whether the address names a host: with a scheme that
// fetches, or with two slashes of either kind.
func isRemote(address string) bool {
	s := squeeze(address)
	if len(s) > 8 {
		s = s[:8]
	}
	s = strings.ToLower(s)
	if len(s) >= 2 && strings.ContainsRune(`/\`, rune(s[0])) && strings.ContainsRune(`/\`, rune(s[1])) {
		return true
	}
	return strings.HasPrefix(s, "http:") || strings.HasPrefix(s, "https:") || strings.HasPrefix(s, "ftp:")
}

// cssLoads reports whether a style fetches from a host.
func cssLoads(css string) bool {
	if !strings.Contains(css, "//") && !strings.Contains(css, `\`) {
		return false
	}
	css = strings.ToLower(css)
	for _, fetch := range []string{"url(", "image-set(", "image(", "src(", "@import"} {
		if strings.Contains(css, fetch) {
			return true
		}
	}
	return false
}

// squeeze removes what a browser ignores in an address: tabs and line ends
// anywhere, controls and spaces around it.
func squeeze(address string) string {
	if strings.ContainsAny(address, "\t\r\n") {
		address = strings.NewReplacer("\t", "", "\r", "", "\n", "").Replace(address)
	}
	return strings.TrimFunc(address, func(r rune) bool { return r <= ' ' })
}
