package model

import (
	"regexp"
	"strings"
)

var (
	markdownLink  = regexp.MustCompile(`!?\[([^\[\]]*)\]\([^()\s]*(?:\s"[^"]*")?\)`)
	markdownLine  = regexp.MustCompile(`(?m)^[ \t]*(?:(?:>[ \t]?)+|#{1,6}[ \t]+|[-+*][ \t]+(?:\[[ xX]\][ \t]+)?|\x60{3,}.*$|~{3,}.*$|(?:[-*_][ \t]*){3,}$)`)
	markdownStars = regexp.MustCompile(`(\*{1,3}|~~|\x60+)([^\s*~\x60](?:[^*~\x60\n]*[^\s*~\x60])?)(\*{1,3}|~~|\x60+)`)
	markdownLow   = regexp.MustCompile(`(^|[\s(])(_{1,3})([^\s_](?:[^_\n]*[^\s_])?)_{1,3}($|[\s.,;:!?)])`)
)

// maxPlain bounds what is made plain: it is for lists and the index of words.
const maxPlain = 64 << 10

// PlainMarkdown is the text without the marks, roughly: for lists and searches.
func PlainMarkdown(s string) string {
	if len(s) > maxPlain || !strings.ContainsAny(s, "*_`~[#>-+") {
		return s
	}
	s = markdownLine.ReplaceAllString(s, "")
	s = markdownLink.ReplaceAllString(s, "$1")
	s = markdownStars.ReplaceAllString(s, "$2")
	return markdownLow.ReplaceAllString(s, "$1$3$4")
}

// Plain is what the message says, without marks.
func (m Message) Plain() string {
	if m.Markdown {
		return PlainMarkdown(m.Body)
	}
	return m.Body
}
