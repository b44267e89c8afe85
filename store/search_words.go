package store

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Words for the full-text index are made here and nowhere else: texts are cut
// and folded before they are given to FTS5, searched in Go with the same
// function, and marked by it, so that a hit and its mark never disagree.

// token is a word of a text: where it stands and its folded form.
type token struct {
	start, end int // bytes
	word       string
}

// words cuts a text into tokens: runs of letters and digits, lower case and
// without accents. Scripts that are written without spaces give one token a
// character. Reading stops when yield says so.
func words(s string, yield func(token) bool) {
	var buf []byte
	start := -1
	flush := func(end int) bool {
		if start < 0 {
			return true
		}
		t := token{start, end, string(buf)}
		start, buf = -1, buf[:0]
		return t.word == "" || yield(t)
	}
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			switch {
			case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			case c >= 'A' && c <= 'Z':
				c += 'a' - 'A'
			default:
				if !flush(i) {
					return
				}
				i++
				continue
			}
			if start < 0 {
				start = i
			}
			buf = append(buf, c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case alone(r):
			if !flush(i) || !yield(token{i, i + n, string(r)}) {
				return
			}
		case unicode.Is(unicode.Mn, r) && start >= 0: // an accent of its own
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			if start < 0 {
				start = i
			}
			buf = utf8.AppendRune(buf, fold(r))
		default:
			if !flush(i) {
				return
			}
		}
		i += n
	}
	flush(len(s))
}

// alone reports whether a character is a word by itself.
func alone(r rune) bool {
	return r >= 0x1100 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) && unicode.IsLetter(r)
}

// fold makes a letter lower case and takes its accents away.
func fold(r rune) rune {
	r = unicode.ToLower(r)
	var b [utf8.UTFMax]byte
	if d := norm.NFD.Properties(utf8.AppendRune(b[:0], r)).Decomposition(); len(d) > 0 {
		r, _ = utf8.DecodeRune(d)
	}
	return r
}

// folded is the text as the index gets it: its words with spaces between.
func folded(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	words(s, func(t token) bool {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t.word)
		return true
	})
	return b.String()
}
