package browser

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/chromedp/chromedp"
)

//go:embed testdata/axe.min.js
var axeJS string

// Violation is a rule of axe-core that a page breaks.
type Violation struct {
	ID     string `json:"id"`
	Impact string `json:"impact"` // minor, moderate, serious, critical
	Help   string `json:"help"`
	Nodes  []struct {
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

func (v Violation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s): %s", v.ID, v.Impact, v.Help)
	for _, n := range v.Nodes {
		fmt.Fprintf(&b, "\n\t%s\n\t\t%s", clip(n.HTML, 200), strings.ReplaceAll(n.Summary, "\n", " "))
	}
	return b.String()
}

// Axe checks the page against WCAG 2.2 A and AA and axe's best practices, but
// for the rules named, and returns what it breaks. It needs JavaScript, and
// runs under any content security policy.
func (p *Page) Axe(except ...string) []Violation {
	p.t.Helper()
	if p.opt.NoJS {
		p.t.Fatal("axe needs JavaScript: check the same page in a tab that has it")
	}
	rules := map[string]map[string]bool{}
	for _, id := range except {
		rules[id] = map[string]bool{"enabled": false}
	}
	options, err := json.Marshal(map[string]any{
		"runOnly":     []string{"wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"},
		"resultTypes": []string{"violations"},
		"rules":       rules,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.eval("window.axe || (() => {"+axeJS+"\n})(); 0", nil); err != nil {
		p.t.Fatalf("load axe: %v", err)
	}
	var found []Violation
	js := fmt.Sprintf("axe.run(document, %s).then(r => r.violations)", options)
	if err := p.eval(js, &found, chromedp.EvalAwaitPromise); err != nil {
		p.t.Fatalf("run axe: %v", err)
	}
	return found
}

// CheckAxe fails the test, without ending it, for every violation.
func (p *Page) CheckAxe(except ...string) {
	p.t.Helper()
	for _, v := range p.Axe(except...) {
		p.t.Errorf("%s breaks %s", p.log.at(), v)
	}
}
