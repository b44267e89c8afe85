package shape

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

// table says what a package may import of ours. The first row that matches
// counts; * stands for one path element, ** for any number. Every package may
// import model but model itself, and all but model and store may import the
// free ones: they know nothing of the desk.
var table = []struct {
	pkg string
	may []string
}{
	{"model", nil},
	{"store", nil},
	{"text", nil},
	{"safe", nil},
	{"static", nil},
	{"widget", nil},
	{"desk", []string{"store"}},
	{"outbox", []string{"store"}},
	{"outbox/live", nil},
	{"outbox/webhooks", []string{"store", "outbox"}},
	{"mail", []string{"store", "outbox", "views/emails"}},
	{"plugins", []string{"store", "outbox", "desk"}},
	{"cloud", []string{"store", "outbox", "desk"}},
	{"jobs", []string{"desk", "mail"}},
	{"views", nil},
	{"views/*", []string{"views/ui", "views/layout"}},
	{"handlers", []string{"handlers/*", "desk", "outbox/live"}},
	{"handlers/web", []string{"views/ui", "views/layout"}},
	{"handlers/inbound", []string{"desk", "handlers/web", "mail"}},
	{"handlers/*", []string{"desk", "handlers/web", "views/SAME", "views/ui", "views/layout", "outbox/live"}},
	{"helpdesk/helpdesktest/*", nil},
	{"helpdesk/helpdesktest", []string{"helpdesk", "helpdesk/helpdesktest/*", "BELOW"}},
	{"helpdesk", []string{"BELOW"}},
	{"command", []string{"helpdesk", "desk", "store", "mail"}},
	{"e2e/browser", nil},
	{"e2e/shape", nil},
	{"e2e/**", []string{"command", "helpdesk", "helpdesk/helpdesktest", "helpdesk/helpdesktest/*", "e2e/*", "desk"}},
	{"", []string{"command", "helpdesk"}},
}

var (
	free  = []string{"text", "safe", "static", "widget"}
	below = []string{"desk", "store", "outbox", "outbox/*", "mail", "plugins", "cloud", "jobs", "handlers", "handlers/*", "views", "views/*"}
)

func matches(pattern, pkg string) bool {
	if rest, ok := strings.CutSuffix(pattern, "/**"); ok {
		return pkg == rest || strings.HasPrefix(pkg, rest+"/")
	}
	ok, err := path.Match(pattern, pkg)
	return err == nil && ok
}

func mayImport(pkg, imported string) (ok, known bool) {
	for _, row := range table {
		if !matches(row.pkg, pkg) {
			continue
		}
		leaf := slices.Contains(free, pkg) || pkg == "model"
		may := slices.Clone(row.may)
		if !leaf {
			may = append(may, "model")
		}
		if !leaf && pkg != "store" {
			may = append(may, free...)
		}
		if slices.Contains(may, "BELOW") {
			may = append(may, below...)
		}
		return slices.ContainsFunc(may, func(m string) bool {
			m = strings.Replace(m, "SAME", path.Base(pkg), 1)
			return matches(m, imported)
		}), true
	}
	return false, false
}

func TestImports(t *testing.T) {
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Imports", "./...")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for dec := json.NewDecoder(bytes.NewReader(out)); dec.More(); {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		pkg := ours(p.ImportPath)
		if _, known := mayImport(pkg, ""); !known {
			t.Errorf("package %s has no row in the import table: say what it may import", pkg)
		}
		for _, i := range p.Imports {
			if i != "escalated" && !strings.HasPrefix(i, "escalated/") {
				continue
			}
			if ok, known := mayImport(pkg, ours(i)); known && !ok {
				t.Errorf("%s imports %s, which the import table does not allow", name(pkg), ours(i))
			}
		}
	}
}

func ours(importPath string) string {
	return strings.TrimPrefix(strings.TrimPrefix(importPath, "escalated"), "/")
}

func name(pkg string) string {
	if pkg == "" {
		return "main"
	}
	return pkg
}
