package text

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var keyForm = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$`)

func isKey(s string) bool { return keyForm.MatchString(s) }

// sources calls fn with every file of the repository that ends in suffix,
// this package and other modules' files left out.
func sources(t *testing.T, suffix string, fn func(name string)) {
	t.Helper()
	err := filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // a file that vanished meanwhile is no source
		}
		base := d.Name()
		if d.IsDir() {
			if name == ".." {
				return nil
			}
			if strings.HasPrefix(base, ".") || base == "node_modules" || base == "testdata" || name == filepath.Join("..", "text") {
				return filepath.SkipDir
			}
			if _, err := os.Stat(filepath.Join(name, "go.mod")); err == nil {
				return filepath.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(base, suffix) {
			fn(name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestKeysInCodeExist holds that each key which Go code names, has words, that
// the placeholders of those words get values, and that composed keys belong to
// a family.
func TestKeysInCodeExist(t *testing.T) {
	sources(t, ".go", func(name string) {
		if strings.HasSuffix(name, "_test.go") {
			return
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return // somebody is at it; the compiler tells
		}
		for _, p := range checkKeys(set, file) {
			t.Error(p)
		}
	})
}

func checkKeys(set *token.FileSet, file *ast.File) (problems []string) {
	pkg := importName(file, "escalated/text")
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		problem := ""
		if key, args := keyOf(call, pkg); key != nil {
			// Has asks for a key without wanting its text.
			asks := call.Fun.(*ast.SelectorExpr).Sel.Name == "Has"
			problem = checkKey(key, "", args, asks || call.Ellipsis.IsValid())
		} else if key, args := problemOf(call); key != nil {
			problem = checkKey(key, "errors.", args, call.Ellipsis.IsValid())
		}
		if problem != "" {
			problems = append(problems, fmt.Sprintf("%s: %s", set.Position(call.Pos()), problem))
		}
		return true
	})
	return problems
}

func importName(file *ast.File, path string) string {
	for _, i := range file.Imports {
		if p, _ := strconv.Unquote(i.Path.Value); p == path {
			if i.Name != nil {
				return i.Name.Name
			}
			return filepath.Base(path)
		}
	}
	return ""
}

// keyOf finds the key in text.T(ctx, key, …), text.N(ctx, key, n, …),
// text.Has(key) and in the methods T and N of Words.
func keyOf(call *ast.CallExpr, pkg string) (key ast.Expr, args []ast.Expr) {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || pkg == "" {
		return nil, nil
	}
	x, plain := sel.X.(*ast.Ident)
	at := 0
	if plain && x.Name == pkg {
		at = 1
		if sel.Sel.Name == "Has" {
			at = 0
		}
	} else if sel.Sel.Name == "Has" {
		return nil, nil
	}
	rest := at + 1
	switch sel.Sel.Name {
	case "N":
		rest++
	case "T":
	case "Has":
		rest = len(call.Args)
	default:
		return nil, nil
	}
	if len(call.Args) <= at {
		return nil, nil
	}
	args = call.Args[min(rest, len(call.Args)):]
	if sel.Sel.Name == "N" { // Count comes by itself
		args = append(slices.Clone(args), &ast.BasicLit{Kind: token.STRING, Value: `"Count"`}, call.Args[at])
	}
	return call.Args[at], args
}

var problemWord = regexp.MustCompile(`^[a-z][a-z0-9_.]*$`)

// problemOf finds the problem key in model.Refuse(field, key, …),
// problems.Add(field, key, …) and badSetting(key, …).
func problemOf(call *ast.CallExpr) (key ast.Expr, args []ast.Expr) {
	name, at := "", 1
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
	}
	switch name {
	case "Refuse", "Add":
	case "badSetting":
		at = 0
	default:
		return nil, nil
	}
	if len(call.Args) <= at {
		return nil, nil
	}
	for _, a := range call.Args[:at+1] {
		if s, ok := literal(a); !ok || !problemWord.MatchString(s) {
			return nil, nil
		}
	}
	return call.Args[at], call.Args[at+1:]
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

func checkKey(e ast.Expr, prefix string, args []ast.Expr, spread bool) string {
	if s, ok := literal(e); ok {
		m := english().words[prefix+s]
		if m == nil {
			return "unknown key " + prefix + s
		}
		return checkArgs(prefix+s, m, args, spread)
	}
	if start, ok := leftmost(e); ok && !isFamily(prefix+start) {
		return fmt.Sprintf("key composed from %q: add this prefix to text.Families", prefix+start)
	}
	return ""
}

func isFamily(prefix string) bool {
	return slices.ContainsFunc(Families, func(f Family) bool { return f.Prefix == prefix })
}

// leftmost is the literal a composed key begins with.
func leftmost(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		return leftmost(e.X)
	case *ast.ParenExpr:
		return leftmost(e.X)
	case *ast.BasicLit:
		return literal(e)
	case *ast.CallExpr:
		if sel, ok := e.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Sprintf" && len(e.Args) > 0 {
			s, ok := literal(e.Args[0])
			s, _, _ = strings.Cut(s, "%")
			return s, ok
		}
	}
	return "", false
}

// checkArgs sees placeholders that get no value; names that are not literals
// are trusted.
func checkArgs(key string, m *message, args []ast.Expr, spread bool) string {
	if spread {
		return ""
	}
	given := map[string]bool{}
	for i := 0; i < len(args); i += 2 {
		s, ok := literal(args[i])
		if !ok {
			return ""
		}
		if i+1 == len(args) {
			return fmt.Sprintf("key %s: placeholder %s has no value", key, s)
		}
		given[s] = true
	}
	for name := range m.names() {
		if !given[name] {
			return fmt.Sprintf("key %s: no value for {{.%s}}", key, name)
		}
	}
	return ""
}

var templCall = regexp.MustCompile(`\btext\.(?:T|N)\(\s*[\w.]+(?:\([^()]*\))?\s*,\s*"([^"\n]*)"\s*([+,)])`)

// TestKeysInTemplatesExist reads the templates themselves, for what has not
// been generated yet.
func TestKeysInTemplatesExist(t *testing.T) {
	sources(t, ".templ", func(name string) {
		src, err := os.ReadFile(name)
		if err != nil {
			return
		}
		for _, p := range checkTemplate(string(src)) {
			t.Errorf("%s: %s", name, p)
		}
	})
}

func checkTemplate(src string) (problems []string) {
	for _, m := range templCall.FindAllStringSubmatchIndex(src, -1) {
		key, next := src[m[2]:m[3]], src[m[4]:m[5]]
		line := 1 + strings.Count(src[:m[2]], "\n")
		switch {
		case next == "+" && !isFamily(key):
			problems = append(problems, fmt.Sprintf("line %d: key composed from %q: add this prefix to text.Families", line, key))
		case next != "+" && !Has(key):
			problems = append(problems, fmt.Sprintf("line %d: unknown key %s", line, key))
		}
	}
	return problems
}

func TestKeyCheckSeesFaults(t *testing.T) {
	const src = `package p
import "escalated/text"
func f() {
	text.T(ctx, "ui.save")
	text.T(ctx, "ui.nonsense")
	text.T(ctx, "ui.by", "Name", n)
	text.T(ctx, "ui.by", "Nam", n)
	text.T(ctx, "ui.by", args...)
	text.T(ctx, "ui.by")
	text.N(ctx, "ui.count_tickets", 3)
	text.In(l).T("ui.nonsense")
	words.N("ui.count_files", n)
	text.T(ctx, "status."+s)
	text.T(ctx, "colour."+s)
	text.T(ctx, key)
	model.Refuse("subject", "required")
	p.Add("subject", "nonsense")
	p.Add("subject", "too_long", "Max", 5)
	header.Add("Vary", "Accept")
	text.Has("ui.by")
}`
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "p.go", src, 0)
	if err != nil {
		t.Fatal(err)
	}
	var lines []int
	for _, p := range checkKeys(set, file) {
		n, _ := strconv.Atoi(strings.Split(p, ":")[1])
		lines = append(lines, n)
	}
	if want := []int{5, 7, 9, 11, 14, 17}; !slices.Equal(lines, want) {
		t.Errorf("faults in lines %v, want %v", lines, want)
	}
	got := checkTemplate("{ text.T(ctx, \"ui.save\") }\n{ text.N(c.Context(), \"ui.x\", 3) }\n{ text.T(ctx, \"colour.\" + s) }{ text.T(ctx, \"status.\"+s) }")
	if len(got) != 2 {
		t.Errorf("template faults: %v", got)
	}
}
