package shape

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

type rule struct {
	find *regexp.Regexp
	why  string
}

// The content security policy of our pages allows no inline code and no inline
// style. Mails are another world: their styles must be inline.
var templRules = []rule{
	{regexp.MustCompile(`(?i)<style\b`), "a style element: put it in static/"},
	{regexp.MustCompile(`(?i)\sstyle\s*=`), "a style attribute: use a class, or an SVG attribute"},
	{regexp.MustCompile(`(?i)\son[a-z]+\s*=\s*["'{]`), "an inline handler: use a data- attribute and a script in static/"},
	{regexp.MustCompile(`(?i)\bhx-on\b`), "an inline handler: use a data- attribute and a script in static/"},
	{regexp.MustCompile(`(?i)["']javascript:`), "a javascript: address"},
}

var scriptTag = regexp.MustCompile(`(?is)<script\b([^>]*)>`)

func TestTemplatesHoldNoInlineCode(t *testing.T) {
	for _, path := range files(t, ".", ".templ") {
		if strings.HasPrefix(path, "views/emails/") {
			continue
		}
		content := read(t, path)
		check(t, path, content, templRules)
		for _, tag := range scriptTag.FindAllStringSubmatchIndex(content, -1) {
			attributes := content[tag[2]:tag[3]]
			if !regexp.MustCompile(`\bsrc\s*=`).MatchString(attributes) && !strings.Contains(attributes, "application/json") {
				t.Errorf("%s:%d: an inline script: put it in static/", path, line(content, tag[0]))
			}
		}
	}
}

// Pages run from right to left too, so sides are called start and end. What is
// truly physical says so in the same line: /* physical */.
var cssRules = []rule{
	{regexp.MustCompile(`(?i)(margin|padding|border|scroll-margin|scroll-padding)-(left|right)\b`), "a physical side: use -inline-start and -inline-end"},
	{regexp.MustCompile(`(?i)border-(top|bottom)-(left|right)-radius`), "a physical corner: use border-start-start-radius and its like"},
	{regexp.MustCompile(`(?i)(^|[;{\s])(left|right)\s*:`), "a physical side: use inset-inline-start and -end"},
	{regexp.MustCompile(`(?i)(text-align|float|clear)\s*:\s*(left|right)\b`), "a physical side: use start, end, inline-start, inline-end"},
}

func TestStylesHaveNoLeftAndRight(t *testing.T) {
	for _, dir := range []string{"static", "widget"} {
		for _, path := range files(t, dir, ".css") {
			check(t, path, read(t, path), cssRules)
		}
	}
}

func check(t *testing.T, path, content string, rules []rule) {
	t.Helper()
	for i, text := range strings.Split(content, "\n") {
		trimmed := strings.TrimSpace(text)
		if strings.Contains(text, "/* physical */") || strings.HasPrefix(trimmed, "//") || strings.HasPrefix(trimmed, "*") {
			continue
		}
		for _, r := range rules {
			if r.find.MatchString(text) {
				t.Errorf("%s:%d: %s: %s", path, i+1, r.why, strings.TrimSpace(text))
			}
		}
	}
}

func line(content string, offset int) int { return 1 + strings.Count(content[:offset], "\n") }

// A host builds without the templ command, so its output is committed.
func TestTemplatesAreGenerated(t *testing.T) {
	for _, path := range files(t, ".", ".templ") {
		generated := strings.TrimSuffix(path, ".templ") + "_templ.go"
		if _, err := os.Stat(filepath.Join(root, generated)); err != nil {
			t.Errorf("%s is missing: run make generate", generated)
		}
	}
	for _, path := range files(t, ".", "_templ.go") {
		source := strings.TrimSuffix(path, "_templ.go") + ".templ"
		if _, err := os.Stat(filepath.Join(root, source)); err != nil {
			t.Errorf("%s is left over: its template is gone", path)
		}
	}
}

func TestRules(t *testing.T) {
	bad := map[string][]rule{
		`<p style="color:red">`: templRules, `<a onclick="x()">`: templRules, `<a onclick={ x }>`: templRules, `<style>`: templRules,
		`margin-left: 1px`: cssRules, `  left: 0;`: cssRules, `a{right:0}`: cssRules, `float: right`: cssRules, `border-top-left-radius: 1px`: cssRules,
	}
	good := map[string][]rule{
		`<p data-on="x" class="style">`: templRules, `<link rel="stylesheet">`: templRules, `if condition == "x" {`: templRules,
		`margin-inline-start: 1px`: cssRules, `/* the left: side */ .x-left {`: cssRules[:2], `transform-origin: left`: cssRules,
	}
	hit := func(text string, rules []rule) bool {
		for _, r := range rules {
			if r.find.MatchString(text) {
				return true
			}
		}
		return false
	}
	for text, rules := range bad {
		if !hit(text, rules) {
			t.Errorf("%s passes", text)
		}
	}
	for text, rules := range good {
		if hit(text, rules) {
			t.Errorf("%s does not pass", text)
		}
	}
}
