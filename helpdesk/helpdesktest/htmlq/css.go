package htmlq

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// compound is one selector without combinators: tag#id.class[attr=value].
type compound struct {
	tag   string
	tests []attrTest
}

type attrTest struct{ name, op, value string }

var (
	tagPart  = regexp.MustCompile(`^(\*|[a-zA-Z][\w-]*)`)
	namePart = regexp.MustCompile(`^([#.])([\w-]+)`)
	attrPart = regexp.MustCompile(`^\[\s*([\w:-]+)\s*(?:([\^*$~]?=)\s*(?:"([^"]*)"|'([^']*)'|([^\]"']*)))?\s*\]`)
)

// css finds the matches of a list of selectors below a node. What it cannot
// read is a mistake in the test, and panics.
func (n Node) css(list string) []Node {
	var chains [][]compound
	for _, selector := range split(list, ',') {
		var chain []compound
		for _, part := range split(selector, ' ') {
			chain = append(chain, parse(part, list))
		}
		chains = append(chains, chain)
	}
	var found []Node
	n.walk(func(m Node) {
		if slices.ContainsFunc(chains, func(c []compound) bool { return fits(m.N, n.N, c) }) {
			found = append(found, m)
		}
	})
	return found
}

// split cuts at a byte outside of brackets and quotes, and drops empty parts.
func split(s string, at byte) []string {
	var parts []string
	var quote byte
	from, depth := 0, 0
	for i := range len(s) {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case depth > 0 && (c == '"' || c == '\''):
			quote = c
		case c == '[':
			depth++
		case c == ']':
			depth--
		case c == at && depth == 0:
			parts, from = append(parts, s[from:i]), i+1
		}
	}
	parts = append(parts, s[from:])
	return slices.DeleteFunc(parts, func(p string) bool { return strings.TrimSpace(p) == "" })
}

func parse(part, whole string) compound {
	var c compound
	rest := strings.TrimSpace(part)
	if m := tagPart.FindString(rest); m != "" {
		rest = rest[len(m):]
		if m != "*" {
			c.tag = strings.ToLower(m)
		}
	}
	for rest != "" {
		if m := namePart.FindStringSubmatch(rest); m != nil {
			if m[1] == "#" {
				c.tests = append(c.tests, attrTest{"id", "=", m[2]})
			} else {
				c.tests = append(c.tests, attrTest{"class", "~=", m[2]})
			}
			rest = rest[len(m[0]):]
			continue
		}
		m := attrPart.FindStringSubmatch(rest)
		if m == nil {
			panic(fmt.Sprintf("htmlq: cannot read %q in the selector %q", rest, whole))
		}
		c.tests = append(c.tests, attrTest{m[1], m[2], m[3] + m[4] + m[5]})
		rest = rest[len(m[0]):]
	}
	return c
}

// fits tells whether a chain of descendants ends at n and lies below top.
func fits(n, top *html.Node, chain []compound) bool {
	last := len(chain) - 1
	if last < 0 || !chain[last].fits(n) {
		return false
	}
	if last == 0 {
		return true
	}
	for p := n.Parent; p != nil && p != top.Parent; p = p.Parent {
		if p.Type == html.ElementNode && fits(p, top, chain[:last]) {
			return true
		}
	}
	return false
}

func (c compound) fits(n *html.Node) bool {
	if c.tag != "" && n.Data != c.tag {
		return false
	}
	for _, t := range c.tests {
		v, ok := (Node{n}).attr(t.name)
		if !ok || !t.holds(v) {
			return false
		}
	}
	return true
}

func (t attrTest) holds(v string) bool {
	switch t.op {
	case "=":
		return v == t.value
	case "^=":
		return strings.HasPrefix(v, t.value)
	case "$=":
		return strings.HasSuffix(v, t.value)
	case "*=":
		return strings.Contains(v, t.value)
	case "~=":
		return slices.Contains(strings.Fields(v), t.value)
	}
	return true
}
