package model

import (
	"hash/fnv"
	"strings"
	"unicode"
)

// Slug is a name as it stands in URLs: letters and digits in lower case,
// everything else one hyphen.
func Slug(name string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(strings.TrimSpace(name)) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(r)
			continue
		}
		gap = true
	}
	return b.String()
}

// HueFor picks a hue that is always the same for a word.
func HueFor(word string) string {
	h := fnv.New32a()
	h.Write([]byte(word)) // a hash never fails
	hues := Hues()
	return hues[int(h.Sum32())%len(hues)]
}
