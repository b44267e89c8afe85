// Package static holds what browsers load beside pages: styles, scripts, icons
// and the vendored libraries. At start-up the sources are joined into one file
// per surface whose name carries a hash of its bytes, so that browsers may
// keep it forever; there is no build step.
package static

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"path"
	"strings"
	"sync"
)

//go:embed css js icons vendor
var files embed.FS

// bundle is a file made of sources, in order.
type bundle struct {
	name    string
	kind    string // content type
	sources []string
	plain   bool   // served under its own name and not forever
	over    string // styles loaded on top of a sheet that begins with this source, whose names they use
}

const (
	cssType  = "text/css; charset=utf-8"
	jsType   = "text/javascript; charset=utf-8"
	svgType  = "image/svg+xml"
	pngType  = "image/png"
	icoType  = "image/x-icon"
	textType = "text/plain; charset=utf-8"
)

// The surfaces: app is agents and admins, portal is customers, guests and the
// doors (sign-in, setup, errors). Idiomorph is for lists and panels that are
// replaced while somebody is in them, which portal pages have none of. The
// portal's scripts are one file: its first view is one request less, and few
// people come often enough to gain from two.
var bundles = []bundle{
	{name: "app.css", kind: cssType, sources: []string{"css/tokens.css", "css/base.css", "css/forms.css", "css/parts.css", "css/thread.css", "css/work.css", "css/desk.css", "css/app.css", "css/print.css"}},
	{name: "portal.css", kind: cssType, sources: []string{"css/tokens.css", "css/base.css", "css/forms.css", "css/parts.css", "css/rooms.css", "css/thread.css", "css/portal.css", "css/print.css"}},
	// What only dialogs, editors and settings need is loaded with them.
	{name: "tools.css", kind: cssType, over: "css/tokens.css", sources: []string{"css/rooms.css", "css/tools.css"}},
	{name: "tools.js", kind: jsType, sources: []string{"js/tools.js"}},
	{name: "fields.js", kind: jsType, sources: []string{"js/fields.js"}},
	{name: "vendor.js", kind: jsType, sources: []string{"vendor/htmx.min.js", "vendor/sse.min.js", "vendor/idiomorph-ext.min.js"}},
	{name: "app.js", kind: jsType, sources: []string{"js/core.js", "js/live.js", "js/together.js", "js/list.js", "js/due.js", "js/keys.js"}},
	// For pages with something to write in; a list fetches it with its first dialog.
	{name: "editor.js", kind: jsType, sources: []string{"js/composer.js", "js/draft.js", "js/combo.js"}},
	{name: "portal.js", kind: jsType, sources: []string{"vendor/htmx.min.js", "vendor/sse.min.js", "js/core.js", "js/live.js", "js/composer.js"}},
	{name: "icons.svg", kind: svgType, sources: []string{"icons/icons.svg"}},
	{name: "favicon.svg", kind: svgType, sources: []string{"icons/favicon.svg"}},
	{name: "apple-touch-icon.png", kind: pngType, sources: []string{"icons/apple-touch-icon.png"}},
	{name: "favicon.ico", kind: icoType, sources: []string{"icons/favicon.ico"}, plain: true},
	{name: "robots.txt", kind: textType, sources: []string{"icons/robots.txt"}, plain: true},
}

// Asset is one file as it is served.
type Asset struct {
	Name      string // as pages name it: "app.css"
	Path      string // as it is served, below the prefix: "static/app.1a2b3c4d5e.css"
	Type      string // content type
	ETag      string // strong, quoted
	Immutable bool   // may be kept forever
	Body      []byte

	packed [2]sync.Once
	small  [2][]byte
}

type assets struct {
	list           []*Asset
	byName, byPath map[string]*Asset
}

var all = sync.OnceValue(func() *assets {
	a := &assets{byName: map[string]*Asset{}, byPath: map[string]*Asset{}}
	for _, b := range bundles {
		x, err := b.join()
		if err != nil {
			panic(err) // an embedded file is missing: a fault of the build, seen by every test
		}
		a.list = append(a.list, x)
		a.byName[x.Name], a.byPath[x.Path] = x, x
	}
	return a
})

// Assets lists everything that is served.
func Assets() []*Asset { return all().list }

// URL is the path below the prefix of a file: URL("app.css") is
// "static/app.1a2b3c4d5e.css". An unknown name is a fault of ours and panics.
func URL(name string) string {
	a, ok := all().byName[name]
	if !ok {
		panic("static: no file " + name)
	}
	return a.Path
}

// Lookup finds the file of a request path, with or without "static/", in the
// best encoding of an Accept-Encoding header ("br", "gzip" or "" for as it
// is). The body must not be changed.
func Lookup(name, acceptEncoding string) (body []byte, contentType, etag, encoding string, immutable, ok bool) {
	name = strings.TrimPrefix(name, "/")
	if !strings.HasPrefix(name, "static/") {
		name = "static/" + name
	}
	a, ok := all().byPath[name]
	if !ok {
		return nil, "", "", "", false, false
	}
	body, encoding = a.Encoded(acceptEncoding)
	etag = a.ETag
	if encoding != "" { // another representation, another strong validator
		etag = strings.TrimSuffix(etag, `"`) + "-" + encoding + `"`
	}
	return body, a.Type, etag, encoding, a.Immutable, true
}

// base is the source the styles are loaded on top of, squeezed.
func (b bundle) base() ([]byte, error) {
	if b.over == "" {
		return nil, nil
	}
	src, err := files.ReadFile(b.over)
	if err != nil {
		return nil, fmt.Errorf("static: %w", err)
	}
	return squeezeCSS(src), nil
}

func (b bundle) join() (*Asset, error) {
	var out bytes.Buffer
	for _, name := range b.sources {
		src, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("static: %w", err)
		}
		switch {
		case strings.HasPrefix(name, "vendor/"), b.kind == pngType, b.kind == icoType, b.plain:
		case b.kind == cssType:
			src = squeezeCSS(src)
		case b.kind == jsType:
			if src, err = squeezeJS(src); err != nil {
				return nil, fmt.Errorf("static: %s: %w", name, err)
			}
		}
		out.Write(src)
		if b.kind == jsType {
			out.WriteString("\n;") // a file that ends without a semicolon must not call the next
		}
	}
	body := out.Bytes()
	if b.kind == cssType {
		base, err := b.base()
		if err != nil {
			return nil, err
		}
		body = shortNames(inlineSteps(append(base, body...)))[len(shortNames(inlineSteps(base))):]
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:5])
	served := b.name
	if !b.plain {
		ext := path.Ext(b.name)
		served = strings.TrimSuffix(b.name, ext) + "." + hash + ext
	}
	return &Asset{Name: b.name, Path: "static/" + served, Type: b.kind, ETag: `"` + hash + `"`, Immutable: !b.plain, Body: body}, nil
}
