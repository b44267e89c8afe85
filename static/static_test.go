package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

// The vendored libraries are those of the manifest, to the byte, each with its
// licence beside it.
func TestVendorIsTheManifest(t *testing.T) {
	raw, err := files.ReadFile("vendor/manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []struct{ Package, Version, File, SHA256 string }
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{"manifest.json": true, "update.sh": true}
	for _, v := range list {
		body, err := files.ReadFile("vendor/" + v.File)
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != v.SHA256 {
			t.Errorf("%s is not what the manifest says", v.File)
		}
		licence := strings.TrimSuffix(v.File, ".min.js") + ".LICENSE"
		known[v.File], known[licence] = true, true
		if _, err := files.ReadFile("vendor/" + licence); err != nil {
			t.Error(err)
		}
		if v.Package == "htmx.org" && !bytes.Contains(body, []byte(`version:"`+v.Version+`"`)) {
			t.Errorf("htmx does not say that it is %s", v.Version)
		}
	}
	entries, err := files.ReadDir("vendor")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !known[e.Name()] {
			t.Errorf("vendor/%s is not in the manifest", e.Name())
		}
	}
}

func zipped(t *testing.T, names ...string) int {
	t.Helper()
	n := 0
	for _, name := range names {
		body, enc := all().byName[name].Encoded("gzip")
		if enc != "gzip" {
			t.Fatalf("%s does not get smaller", name)
		}
		n += len(body)
	}
	return n
}

// What a first view may cost, in gzipped bytes.
func TestBudgets(t *testing.T) {
	for _, b := range []struct {
		what  string
		bytes int
		names []string
	}{
		{"styles of the workspace", 9 << 10, []string{"app.css"}},
		{"styles of the portal", 7 << 10, []string{"portal.css"}},
		{"scripts of the workspace", 35 << 10, []string{"vendor.js", "app.js", "editor.js"}},
		{"scripts of the portal", 25 << 10, []string{"portal.js"}},
		{"icons", 4 << 10, []string{"icons.svg"}},
	} {
		if n := zipped(t, b.names...); n > b.bytes {
			t.Errorf("%s: %d bytes, may be %d", b.what, n, b.bytes)
		} else {
			t.Logf("%s: %d of %d bytes", b.what, n, b.bytes)
		}
	}
	for _, s := range []struct {
		bytes int
		names []string
	}{{3 << 10, []string{"js/core.js"}}, {1 << 10, []string{"js/live.js"}}, {1500, []string{"js/together.js"}}, {4 << 10, []string{"js/composer.js"}}, {3500, []string{"js/draft.js"}}} {
		var src []byte
		for _, name := range s.names {
			raw, err := files.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			small, err := squeezeJS(raw)
			if err != nil {
				t.Fatal(err)
			}
			src = append(src, small...)
		}
		if n := len(pack("gzip", src)); n > s.bytes {
			t.Errorf("%v: %d bytes, may be %d", s.names, n, s.bytes)
		} else {
			t.Logf("%v: %d of %d bytes", s.names, n, s.bytes)
		}
	}
}

func TestLookup(t *testing.T) {
	url := URL("app.css")
	if !regexp.MustCompile(`^static/app\.[0-9a-f]{10}\.css$`).MatchString(url) {
		t.Errorf("URL is %s", url)
	}
	plain, kind, tag, enc, forever, ok := Lookup(url, "")
	if !ok || kind != cssType || enc != "" || !forever || tag == "" {
		t.Fatalf("Lookup = %q %q %q %v %v", kind, tag, enc, forever, ok)
	}
	small, _, tagBr, enc, _, _ := Lookup("/"+url, "gzip, deflate, br;q=0.9")
	back, err := io.ReadAll(brotli.NewReader(bytes.NewReader(small)))
	if err != nil || enc != "br" || !bytes.Equal(back, plain) || tagBr == tag {
		t.Errorf("brotli: %v, %q, tag %s", err, enc, tagBr)
	}
	small, _, _, enc, _, _ = Lookup(url, "br;q=0, gzip")
	r, err := gzip.NewReader(bytes.NewReader(small))
	if err != nil || enc != "gzip" {
		t.Fatalf("gzip: %v, %q", err, enc)
	}
	if back, _ := io.ReadAll(r); !bytes.Equal(back, plain) {
		t.Error("gzip gives other bytes")
	}
	for _, name := range []string{"static/app.css", "static/../static.go", "", "static/", "static/vendor/update.sh"} {
		if _, _, _, _, _, ok := Lookup(name, ""); ok {
			t.Errorf("Lookup finds %q", name)
		}
	}
	if _, _, _, _, forever, ok := Lookup("static/robots.txt", ""); !ok || forever {
		t.Errorf("robots.txt: found %v, kept forever %v", ok, forever)
	}
}

// Right-to-left pages mirror because styles speak of start and end.
func TestStylesAreLogical(t *testing.T) {
	physical := regexp.MustCompile(`(?:^|[{;\s])(?:(?:margin|padding|border|inset)-(?:left|right)(?:-[a-z]+)?|left|right|float|text-align):\s*(left|right|[0-9a-z.-]+)`)
	entries, err := files.ReadDir("css")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		src, err := files.ReadFile("css/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range physical.FindAllSubmatch(src, -1) {
			word := string(m[0])
			if (strings.Contains(word, "float") || strings.Contains(word, "text-align")) && !bytes.Equal(m[1], []byte("left")) && !bytes.Equal(m[1], []byte("right")) {
				continue
			}
			t.Errorf("css/%s: %q", e.Name(), strings.TrimSpace(word))
		}
		if bytes.Count(src, []byte("{")) != bytes.Count(src, []byte("}")) {
			t.Errorf("css/%s: braces do not match", e.Name())
		}
	}
}

// Pages choose looks by class: a property they named themselves would not be
// there, for the joined styles carry shorter names.
func TestTemplatesNameNoProperties(t *testing.T) {
	err := filepath.WalkDir("../views", func(name string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".templ" {
			return err
		}
		src, err := os.ReadFile(name)
		if err == nil && bytes.Contains(src, []byte("var(--")) {
			t.Errorf("%s uses var(--…): give it a class", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Every property that is used is defined, in each surface.
func TestPropertiesAreDefined(t *testing.T) {
	for _, name := range []string{"app.css", "portal.css"} {
		body := all().byName[name].Body
		defined := map[string]bool{}
		for _, m := range cssDefined.FindAllSubmatch(body, -1) {
			defined[string(m[1])] = true
		}
		for _, m := range regexp.MustCompile(`var\((--[a-z0-9-]+)`).FindAllSubmatch(body, -1) {
			if !defined[string(m[1])] {
				t.Errorf("%s: %s is not defined", name, m[1])
			}
		}
		if bytes.Contains(body, []byte("/*")) {
			t.Errorf("%s: a comment is left", name)
		}
	}
}
