package shape

import (
	"go/ast"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// actorless are the reads that show nobody's data and mean the same to everyone.
var actorless = map[string]string{
	"Health":     "asked by whoever watches the process",
	"Notify":     "an outlet of the record: it tells people of what others did",
	"QueueRules": "an outlet of the record: it finds what others' facts set off",
	"SLAInForce": "whether the desk promises anything, for columns and orders",
	"Settings":   "how the desk is set up, for pages and senders alike",
	"Limits":     "printed on every form with files",
	"Choices":    "what the pickers of the staff offer; their pages check who looks",
}

// Verbs name who acts: func (d *Desk) Verb(ctx context.Context, by model.Actor, …).
// A method without a context touches nothing and is no verb.
func TestVerbsTakeTheActorSecond(t *testing.T) {
	verbs := 0
	for _, f := range goFiles(t, "desk") {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || !fn.Name.IsExported() || receiver(fn) != "Desk" {
				continue
			}
			params := paramTypes(fn)
			if len(params) == 0 || params[0] != "context.Context" {
				continue
			}
			verbs++
			if actorless[fn.Name.Name] != "" {
				continue
			}
			if len(params) < 2 || params[1] != "model.Actor" {
				t.Errorf("%s: the second argument of Desk.%s is not a model.Actor", at(fn), fn.Name.Name)
			}
		}
	}
	if verbs == 0 {
		t.Error("no verb found on desk.Desk")
	}
}

func receiver(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) != 1 {
		return ""
	}
	typ := fn.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	if id, ok := typ.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

func paramTypes(fn *ast.FuncDecl) []string {
	var types []string
	for _, field := range fn.Type.Params.List {
		name := ""
		switch typ := field.Type.(type) {
		case *ast.Ident:
			name = typ.Name
		case *ast.SelectorExpr:
			if x, ok := typ.X.(*ast.Ident); ok {
				name = x.Name + "." + typ.Sel.Name
			}
		}
		for range max(1, len(field.Names)) {
			types = append(types, name)
		}
	}
	return types
}

// The clock is injected, so that a test decides what time it is.
func TestNoClockInTheCore(t *testing.T) {
	for _, dir := range []string{"model", "store", "desk"} {
		for _, f := range goFiles(t, dir) {
			for _, use := range uses(f, "time", "Now", "Since", "Until", "Sleep", "After", "Tick", "NewTimer", "NewTicker") {
				t.Errorf("%s: %s looks at the clock; take tx.Now or db.Now()", at(use), dir)
			}
		}
	}
}

// unguarded are the files that may talk HTTP by themselves, and why.
var unguarded = map[string]string{
	"command/bench_cases.go": "measures the desk of its own process, on its loopback address",
}

// Requests to the outside go through the guarded client of package safe, which
// refuses private addresses.
func TestNoUnguardedHTTP(t *testing.T) {
	for path, f := range goFiles(t, ".") {
		if strings.HasPrefix(path, "safe/") || strings.HasPrefix(path, "e2e/") ||
			strings.HasPrefix(path, "helpdesk/helpdesktest/") || strings.HasPrefix(path, "tools/") || unguarded[path] != "" {
			continue
		}
		for _, use := range uses(f, "net/http", "DefaultClient", "DefaultTransport", "Get", "Head", "Post", "PostForm") {
			t.Errorf("%s: HTTP without the guard; use safe.Client", at(use))
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.CompositeLit); ok {
				if s, ok := lit.Type.(*ast.SelectorExpr); ok && s.Sel.Name == "Client" {
					if x, ok := s.X.(*ast.Ident); ok && x.Name == "http" {
						t.Errorf("%s: an HTTP client without the guard; use safe.Client", at(lit))
					}
				}
			}
			return true
		})
	}
}

// modernc.org/sqlite is tested with one version of its C library and breaks
// with others in ways no compiler sees.
func TestLibcIsTheOneSQLiteWants(t *testing.T) {
	cmd := exec.Command("go", "list", "-m", "-f", "{{.GoMod}}", "modernc.org/sqlite")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list -m: %v", err)
	}
	theirs, err := os.ReadFile(strings.TrimSpace(string(out)))
	if err != nil {
		t.Fatal(err)
	}
	libc := regexp.MustCompile(`(?m)^\s*(?:require )?modernc\.org/libc (v\S+)`)
	want, have := libc.FindStringSubmatch(string(theirs)), libc.FindStringSubmatch(read(t, "go.mod"))
	if want == nil || have == nil || want[1] != have[1] {
		t.Errorf("go.mod has modernc.org/libc %v, modernc.org/sqlite wants %v", have, want)
	}
}

// The schema is written at the top and copied for go:embed, which cannot reach up.
func TestSchemaCopyIsCurrent(t *testing.T) {
	if read(t, "schema.sql") != read(t, "store/schema.sql") {
		t.Error("store/schema.sql differs from schema.sql: run make generate")
	}
}
