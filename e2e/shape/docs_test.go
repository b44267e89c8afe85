package shape

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"escalated/helpdesk"
)

// pages are the texts people read: the top of the tree and docs/.
func pages(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, name := range append(files(t, "docs", ".md"), "README.md", "CONTRIBUTING.md") {
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = string(b)
	}
	return out
}

var (
	fences   = regexp.MustCompile("(?ms)^```.*?^```")
	links    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	headings = regexp.MustCompile(`(?m)^#+ +(.+)$`)
	spans    = regexp.MustCompile("`(GET|POST) ([^` ]+)`")
)

// anchors are the names under which a page's headings can be linked to.
func anchors(page string) (out []string) {
	for _, h := range headings.FindAllStringSubmatch(fences.ReplaceAllString(page, ""), -1) {
		out = append(out, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, h[1]))
	}
	return out
}

func TestLinksOfTheDocumentationLeadSomewhere(t *testing.T) {
	all := pages(t)
	for name, page := range all {
		for _, m := range links.FindAllStringSubmatch(fences.ReplaceAllString(page, ""), -1) {
			to, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(to, ":") {
				continue // another site
			}
			target := name
			if to != "" {
				target = path.Join(path.Dir(name), to)
			}
			if _, err := os.Stat(filepath.Join(root, target)); err != nil {
				t.Errorf("%s links to %s, which is not there", name, m[1])
			} else if anchor != "" && !slices.Contains(anchors(all[target]), anchor) {
				t.Errorf("%s links to %s, which has no such heading", name, m[1])
			}
		}
	}
}

func TestEveryPageOfTheDocumentationIsInTheIndex(t *testing.T) {
	all := pages(t)
	for name := range all {
		if base := path.Base(name); path.Dir(name) == "docs" && base != "index.md" && !strings.Contains(all["docs/index.md"], "]("+base+")") {
			t.Errorf("docs/index.md does not name %s", base)
		}
	}
}

func TestDocumentedAddressesAreRoutes(t *testing.T) {
	known := map[string]bool{}
	for _, r := range helpdesk.Routes() {
		known[r.Method+" "+r.Path] = true
	}
	found := spans.FindAllStringSubmatch(pages(t)["docs/http.md"], -1)
	if len(found) < 40 {
		t.Fatalf("only %d addresses found in docs/http.md", len(found))
	}
	for _, m := range found {
		if !known[m[1]+" "+m[2]] {
			t.Errorf("docs/http.md names %s %s, which is no route", m[1], m[2])
		}
	}
}
