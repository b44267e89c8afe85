package static

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/js"
)

var (
	cssComment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	cssSpace   = regexp.MustCompile(`\s+`)
	cssAround  = regexp.MustCompile(` ?([{};,]) ?`)
	cssWithin  = regexp.MustCompile(` ?([>~]) ?`)
	cssName    = regexp.MustCompile(`--[a-z][a-z0-9-]*`)
	cssDefined = regexp.MustCompile(`[{;](--[a-z][a-z0-9-]*):`)
	cssStep    = regexp.MustCompile(`(--(?:sp|r)-[a-z0-9]+):([^;}]+);`)
	cssColon   = regexp.MustCompile(`([{;][a-z-]+): `)
)

// squeezeCSS drops comments and needless spaces. Our styles keep no such
// characters in strings.
func squeezeCSS(src []byte) []byte {
	src = cssComment.ReplaceAll(src, nil)
	src = cssSpace.ReplaceAll(src, []byte(" "))
	src = cssAround.ReplaceAll(src, []byte("$1"))
	src = cssColon.ReplaceAll(src, []byte("$1:"))
	src = cssWithin.ReplaceAll(src, []byte("$1"))
	src = bytes.ReplaceAll(src, []byte(";}"), []byte("}"))
	return bytes.TrimSpace(src)
}

// inlineSteps writes the steps of space and radius, which no rule changes, in
// the place of their names.
func inlineSteps(src []byte) []byte {
	for _, m := range cssStep.FindAllSubmatch(src, -1) {
		src = bytes.ReplaceAll(src, m[0], nil)
		src = bytes.ReplaceAll(src, []byte("var("+string(m[1])+")"), m[2])
	}
	return src
}

// shortNames gives the custom properties of a style sheet names of a letter or
// two. The icons outside of it know the brand's by name.
func shortNames(src []byte) []byte {
	short := map[string][]byte{}
	for _, m := range cssDefined.FindAllSubmatch(src, -1) {
		name := string(m[1])
		if _, ok := short[name]; ok || strings.HasSuffix(name, "-brand") || name == "--brand" {
			continue
		}
		n := len(short)
		letters := []byte{'-', '-', byte('a' + n%26)}
		if n >= 26 {
			letters = append(letters, byte('a'+n/26-1))
		}
		short[name] = letters
	}
	return cssName.ReplaceAllFunc(src, func(name []byte) []byte {
		if s, ok := short[string(name)]; ok {
			return s
		}
		return name
	})
}

// squeezeJS makes a script small without changing what it does. Names at the
// top stay: scripts of one page share them.
func squeezeJS(src []byte) ([]byte, error) {
	var out bytes.Buffer
	m := js.Minifier{Version: 2022}
	if err := m.Minify(minify.New(), &out, bytes.NewReader(src), nil); err != nil {
		return nil, fmt.Errorf("minify: %w", err)
	}
	return out.Bytes(), nil
}
