package static

import (
	"bytes"
	"regexp"
)

var (
	cssComment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	cssSpace   = regexp.MustCompile(`\s+`)
	cssAround  = regexp.MustCompile(` ?([{};,]) ?`)
	cssColon   = regexp.MustCompile(`([{;][a-z-]+): `)
)

// squeezeCSS drops comments and needless spaces. Our styles keep no such
// characters in strings.
func squeezeCSS(src []byte) []byte {
	src = cssComment.ReplaceAll(src, nil)
	src = cssSpace.ReplaceAll(src, []byte(" "))
	src = cssAround.ReplaceAll(src, []byte("$1"))
	src = cssColon.ReplaceAll(src, []byte("$1:"))
	src = bytes.ReplaceAll(src, []byte(";}"), []byte("}"))
	return bytes.TrimSpace(src)
}

// squeezeJS drops indentation and lines that are comments. Our scripts keep no
// text over several lines.
func squeezeJS(src []byte) []byte {
	var out bytes.Buffer
	for line := range bytes.Lines(src) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || bytes.HasPrefix(line, []byte("//")) {
			continue
		}
		out.Write(line)
		out.WriteByte('\n')
	}
	return out.Bytes()
}
