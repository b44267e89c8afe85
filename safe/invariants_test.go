package safe

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// testdata returns a path inside the shared test data or skips the test.
func testdata(t testing.TB, parts ...string) string {
	t.Helper()
	root := os.Getenv("ESCALATED_TESTDATA")
	if root == "" {
		root = filepath.Join("..", "..", "shared")
	}
	path := filepath.Join(append([]string{root}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no test data at %s; set ESCALATED_TESTDATA", path)
	}
	return path
}

type payload struct{ ID, Input string }

func payloads(t testing.TB) []payload {
	t.Helper()
	file, err := os.Open(testdata(t, "html", "payloads.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var list []payload
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var p payload
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if len(list) < 100 {
		t.Fatalf("only %d payloads", len(list))
	}
	return list
}

// mailBodies returns what follows the header of each file of a folder.
func mailBodies(t testing.TB, folder string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(testdata(t, "mail", "hostile", folder), "*.eml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no mails in %s: %v", folder, err)
	}
	bodies := map[string]string{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(raw), "\r\n", "\n")
		_, body, _ := strings.Cut(text, "\n\n")
		bodies[filepath.Base(file)] = body
	}
	return bodies
}

var (
	allowedTags = strings.Fields(`p div blockquote pre ul ol li dl dt dd h1 h2 h3 h4 h5 h6 table caption
		thead tbody tfoot tr td th br wbr hr img a b strong i em u s del ins small sub sup code kbd
		samp var q cite abbr mark bdi bdo`)
	allowedKeys = strings.Fields("href rel target src alt width height colspan rowspan start align dir")
)

// violations parses out as a page would and names what must not be there.
func violations(out string) []string {
	var bad []string
	box := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	nodes, err := html.ParseFragment(strings.NewReader(out), box)
	if err != nil {
		return []string{"does not parse: " + err.Error()}
	}
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		switch n.Type {
		case html.CommentNode, html.DoctypeNode:
			bad = append(bad, "comment or doctype")
		case html.ElementNode:
			if n.Namespace != "" || !slices.Contains(allowedTags, n.Data) {
				bad = append(bad, "element "+n.Data)
			}
			for _, a := range n.Attr {
				bad = append(bad, badAttribute(n, a)...)
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	for _, n := range nodes {
		walk(n)
	}
	return bad
}

func badAttribute(n *html.Node, a html.Attribute) []string {
	value := strings.ToLower(a.Val)
	switch {
	case !slices.Contains(allowedKeys, a.Key):
		return []string{"attribute " + a.Key}
	case a.Key == "src":
		return []string{"image " + a.Val}
	case a.Key == "href":
		for _, scheme := range []string{"http://", "https://", "mailto:", "tel:"} {
			if strings.HasPrefix(value, scheme) {
				var rel, target string
				for _, other := range n.Attr {
					switch other.Key {
					case "rel":
						rel = other.Val
					case "target":
						target = other.Val
					}
				}
				if rel != linkRel || target != linkTarget {
					return []string{"link without rel or target"}
				}
				return nil
			}
		}
		return []string{"link " + a.Val}
	}
	return nil
}

// holds fails the test when out breaks an invariant or changes when it is
// sanitised again.
func holds(t testing.TB, id, in, out string) {
	t.Helper()
	if bad := violations(out); len(bad) > 0 {
		t.Errorf("%s: %v\n in: %.300q\nout: %.300q", id, bad, in, out)
	}
	if again, remote := HTML(out, HTMLOptions{}); again != out || remote {
		t.Errorf("%s: sanitising again changes the result (remote %v)\n in: %.300q\nout: %.300q\nnow: %.300q", id, remote, in, out, again)
	}
	if len(out) > maxHTML {
		t.Errorf("%s: result of %d bytes", id, len(out))
	}
}

func TestPayloadsAreHarmless(t *testing.T) {
	for _, p := range payloads(t) {
		out, _ := HTML(p.Input, HTMLOptions{})
		holds(t, p.ID, p.Input, out)
		holds(t, p.ID+" as text", p.Input, TextHTML(p.Input))
		holds(t, p.ID+" as Markdown", p.Input, Markdown(p.Input))
		for _, wrapped := range []string{
			"[x](" + p.Input + ")", "![x](" + p.Input + ")", "<" + p.Input + ">", "> " + p.Input,
			"[x]: " + p.Input + "\n\n[x]", "`" + p.Input + "`", "| a |\n|---|\n| " + p.Input + " |", "- [ ] " + p.Input,
		} {
			holds(t, p.ID+" in Markdown", wrapped, Markdown(wrapped))
		}
		for _, attribute := range []string{`<a href="`, `<img src="`, `<td background='`, `<div style="`} {
			wrapped := attribute + p.Input + `">x`
			out, _ := HTML(wrapped, HTMLOptions{})
			holds(t, p.ID+" in an attribute", wrapped, out)
		}
		PlainText(p.Input)
	}
}

func TestHostileMailsAreHarmless(t *testing.T) {
	for _, folder := range []string{"xss-body", "remote-content", "regex-dos"} {
		for name, body := range mailBodies(t, folder) {
			out, _ := HTML(body, HTMLOptions{})
			holds(t, name, body, out)
			holds(t, name+" as text", body, TextHTML(body))
			holds(t, name+" as Markdown", body, Markdown(body))
			if text := PlainText(body); len(text) > 20*len(body)+100 {
				t.Errorf("%s: %d bytes of text from %d", name, len(text), len(body))
			}
		}
	}
}

func TestRemoteContentIsReported(t *testing.T) {
	for name, body := range mailBodies(t, "remote-content") {
		_, remote := HTML(body, HTMLOptions{})
		if want := name != "rc11.eml"; remote != want { // rc11 is a ping, sent on click only
			t.Errorf("%s: remote %v, want %v: %s", name, remote, want, body)
		}
	}
}
