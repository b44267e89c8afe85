package shape

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// root is the top of the repository, seen from this package.
const root = "../.."

// files lists the files below a directory of the repository with a suffix, as
// paths from its top. Hidden directories, testdata and vendored files are not ours to judge.
func files(t *testing.T, dir, suffix string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && (name == "testdata" || name == "vendor" || strings.HasPrefix(name, ".") && len(name) > 2) {
			return fs.SkipDir
		}
		if !d.IsDir() && strings.HasSuffix(name, suffix) {
			rel, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			found = append(found, filepath.ToSlash(rel))
		}
		return nil
	})
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// goFiles parses the Go files below a directory, without tests.
func goFiles(t *testing.T, dir string) map[string]*ast.File {
	t.Helper()
	parsed := map[string]*ast.File{}
	for _, path := range files(t, dir, ".go") {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(positions, filepath.Join(root, path), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		parsed[path] = f
	}
	return parsed
}

var positions = token.NewFileSet()

func at(n ast.Node) string {
	p := positions.Position(n.Pos())
	rel, err := filepath.Rel(root, p.Filename)
	if err != nil {
		rel = p.Filename
	}
	p.Filename = filepath.ToSlash(rel)
	return p.String()
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// uses finds the mentions of pkg.Name for the names given, whatever the
// package is called in the file.
func uses(f *ast.File, pkg string, names ...string) []ast.Node {
	local := ""
	for _, i := range f.Imports {
		if strings.Trim(i.Path.Value, `"`) != pkg {
			continue
		}
		local = pkg[strings.LastIndex(pkg, "/")+1:]
		if i.Name != nil {
			local = i.Name.Name
		}
	}
	var found []ast.Node
	if local == "" {
		return nil
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && slices.Contains(names, s.Sel.Name) {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == local {
				found = append(found, s)
			}
		}
		return true
	})
	return found
}
