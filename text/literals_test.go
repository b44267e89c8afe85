package text

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"html"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	nethtml "golang.org/x/net/html"
)

// What may stand in a template as it is: names and abbreviations that are the
// same in every language.
var sameEverywhere = []string{
	"Escalated", "Markdown", "HTML", "CSV", "JSON", "SMTP", "IMAP", "API", "URL", "ID",
	"SPF", "DKIM", "DMARC", "UTC", "Cc", "Bcc", "OK", "Ctrl", "Esc",
}

// TestTemplatesHoldNoWords holds that everything a reader sees, or hears from
// a screen reader, comes through a key. It reads what templ made of each
// template: the HTML is there in pieces, in order.
func TestTemplatesHoldNoWords(t *testing.T) {
	sources(t, ".templ", func(name string) {
		generated := strings.TrimSuffix(name, ".templ") + "_templ.go"
		src, err := os.ReadFile(generated)
		if err != nil {
			t.Logf("%s is not generated yet", name)
			return
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, generated, src, parser.SkipObjectResolution)
		if err != nil {
			return // the compiler tells
		}
		for _, p := range literalWords(file) {
			t.Errorf("%s: %s", name, p)
		}
	})
}

// literalWords lists the literal texts of a generated file, by template.
func literalWords(file *ast.File) (found []string) {
	for _, d := range file.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		var page strings.Builder
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			switch callName(call) {
			case "WriteString":
				if s, ok := literal(call.Args[len(call.Args)-1]); ok {
					page.WriteString(s)
				}
			case "JoinStringErrs":
				page.WriteString(html.EscapeString(shown(call.Args)))
			case "Render":
				found = append(found, labels(fn.Name.Name, call)...)
			}
			return true
		})
		for _, s := range visibleText(page.String()) {
			found = append(found, fmt.Sprintf("%s: literal text %q", fn.Name.Name, s))
		}
	}
	return found
}

func callName(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// shown is what an expression writes literally: { "Save" }, { n + " files" },
// { fmt.Sprintf("%d files", n) }.
func shown(args []ast.Expr) string {
	var b strings.Builder
	var walk func(e ast.Expr)
	walk = func(e ast.Expr) {
		switch e := e.(type) {
		case *ast.BasicLit:
			s, _ := literal(e)
			b.WriteString(verbs.ReplaceAllString(s, ""))
		case *ast.ParenExpr:
			walk(e.X)
		case *ast.BinaryExpr:
			walk(e.X)
			walk(e.Y)
		case *ast.CallExpr:
			if strings.HasPrefix(callName(e), "Sprint") {
				for _, a := range e.Args {
					walk(a)
				}
			}
		}
	}
	for _, a := range args {
		walk(a)
	}
	return b.String()
}

var (
	verbs   = regexp.MustCompile(`%[-+# 0-9.\[\]]*[a-zA-Z]`)
	caption = regexp.MustCompile(`^\p{Lu}\p{Ll}+([ ,.:!?…]|$)`)
)

// labels finds captions handed to a component: @ui.Button("Save").
func labels(in string, render *ast.CallExpr) (found []string) {
	sel, ok := render.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	component, ok := sel.X.(*ast.CallExpr)
	if !ok {
		return nil
	}
	for _, a := range component.Args {
		ast.Inspect(a, func(n ast.Node) bool {
			if c, ok := n.(*ast.CallExpr); ok && (callName(c) == "T" || callName(c) == "N") {
				return false // a key and the names of its placeholders
			}
			lit, ok := n.(*ast.BasicLit)
			if !ok {
				return true
			}
			if s, ok := literal(lit); ok && caption.MatchString(s) && hasWords(s) {
				found = append(found, fmt.Sprintf("%s: literal text %q for %s", in, s, callName(component)))
			}
			return true
		})
	}
	return found
}

// hasWords says whether letters remain when the names of all languages are gone.
func hasWords(s string) bool {
	for _, f := range strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if !slices.Contains(sameEverywhere, f) {
			return true
		}
	}
	return false
}

var spoken = []string{"alt", "title", "placeholder", "aria-label", "aria-description", "aria-roledescription", "aria-valuetext", "label"}

func visibleText(page string) (found []string) {
	z := nethtml.NewTokenizer(strings.NewReader(page))
	silent := ""
	for {
		switch z.Next() {
		case nethtml.ErrorToken:
			return found
		case nethtml.TextToken:
			if s := strings.TrimSpace(string(z.Text())); silent == "" && hasWords(html.UnescapeString(s)) {
				found = append(found, html.UnescapeString(s))
			}
		case nethtml.StartTagToken, nethtml.SelfClosingTagToken:
			tok := z.Token()
			if silent == "" && slices.Contains([]string{"script", "style", "code", "kbd"}, tok.Data) && tok.Type == nethtml.StartTagToken {
				silent = tok.Data
			}
			found = append(found, spokenText(tok)...)
		case nethtml.EndTagToken:
			if name, _ := z.TagName(); string(name) == silent {
				silent = ""
			}
		}
	}
}

func spokenText(tok nethtml.Token) (found []string) {
	attr := map[string]string{}
	for _, a := range tok.Attr {
		attr[a.Key] = a.Val
	}
	for _, name := range spoken {
		v := attr[name]
		// An example address is the same everywhere.
		if hasWords(v) && !(strings.ContainsAny(v, "@/") && !strings.Contains(v, " ")) {
			found = append(found, name+"="+strconv.Quote(v))
		}
	}
	if tok.Data == "input" && slices.Contains([]string{"submit", "button", "reset"}, attr["type"]) && hasWords(attr["value"]) {
		found = append(found, "value="+strconv.Quote(attr["value"]))
	}
	if tok.Data == "meta" && attr["name"] == "description" && hasWords(attr["content"]) {
		found = append(found, "content="+strconv.Quote(attr["content"]))
	}
	return found
}

func TestWordCheckSeesFaults(t *testing.T) {
	// As templ writes it.
	const src = `package p
func Page() templ.Component {
	return templruntime.GeneratedTemplate(func(in templruntime.GeneratedComponentInput) (err error) {
		err = templruntime.WriteString(buf, 1, "<!doctype html><h1 class=\"big title\">Fault one</h1><script>var x = 'fine'</script><p>· — 12 &times; Escalated, CSV</p><kbd>Enter</kbd>")
		err = templruntime.WriteString(buf, 2, "<input type=\"submit\" value=\"Fault two\"><input type=\"hidden\" value=\"fine\"><input placeholder=\"name@example.com\"><img alt=\"Fault three\"><a id=\"")
		var v2 string
		v2, err = templ.JoinStringErrs("fine")
		_, err = buf.WriteString(templ.EscapeString(v2))
		err = templruntime.WriteString(buf, 3, "\">")
		v2, err = templ.JoinStringErrs(text.T(ctx, "ui.save"))
		v2, err = templ.JoinStringErrs(fmt.Sprintf("%d faults", 4))
		err = templruntime.WriteString(buf, 4, "</a><a title=\"")
		v2, err = templ.JoinStringErrs("Fault five " + name)
		err = templruntime.WriteString(buf, 5, "\"></a>")
		err = ui.Button(ui.Primary, "Fault six", "fine", "GET").Render(ctx, buf)
		return nil
	})
}`
	file, err := parser.ParseFile(token.NewFileSet(), "p_templ.go", src, 0)
	if err != nil {
		t.Fatal(err)
	}
	got := literalWords(file)
	all := strings.Join(got, "\n")
	for _, want := range []string{"Fault one", "Fault two", "Fault three", "faults", "Fault five", "Fault six"} {
		if !strings.Contains(all, want) {
			t.Errorf("%s is not seen in:\n%s", want, all)
		}
	}
	if len(got) != 6 || strings.Contains(all, "fine") {
		t.Errorf("%d faults, want 6:\n%s", len(got), all)
	}
}
