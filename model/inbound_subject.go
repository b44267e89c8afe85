package model

import (
	"strings"
	"unicode/utf8"
)

// subjectMarks are the words that mail programs put before a colon when they
// answer or forward, in lower case.
var subjectMarks = []string{
	"re", "fw", "fwd", "aw", "antw", "antwort", "wg", "tr", "sv", "vs", "vb", "rv", "res", "enc",
	"odp", "pd", "rif", "ynt", "ilt", "رد", "إعادة توجيه", "回复", "答复", "转发", "返信", "転送",
}

// maxSubject bounds the work on one subject, in bytes.
const maxSubject = 4000

// StripSubject takes the marks of answers and forwards (RE:, Fwd:, AW:, WG:,
// TR:, SV:, VS:, رد: and relatives, also counted like Re[2]:) and every
// reference of the desk ([ESC-1042] for the prefix ESC) off a subject.
func StripSubject(subject, prefix string) string {
	s := strings.TrimSpace(cutBytes(subject, maxSubject))
	s = strings.TrimSpace(dropReferences(s, prefix))
	for {
		rest, ok := dropMark(s)
		if !ok {
			return s
		}
		s = rest
	}
}

// dropMark removes one leading mark.
func dropMark(s string) (string, bool) {
	for _, mark := range subjectMarks {
		if len(s) < len(mark) || !strings.EqualFold(s[:len(mark)], mark) {
			continue
		}
		rest := s[len(mark):]
		if n := counter(rest); n > 0 {
			rest = rest[n:]
		}
		rest = strings.TrimLeft(rest, " \t\u00a0")
		switch {
		case strings.HasPrefix(rest, ":"):
			return strings.TrimSpace(rest[1:]), true
		case strings.HasPrefix(rest, "："):
			return strings.TrimSpace(rest[len("："):]), true
		}
	}
	return s, false
}

// counter is the length of the [2] or (2) or ^2 of Re[2]:.
func counter(s string) int {
	if s == "" || !strings.ContainsRune("[(^", rune(s[0])) {
		return 0
	}
	i := 1
	for i < len(s) && i < 6 && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	switch {
	case i == 1:
		return 0
	case s[0] == '^':
		return i
	case i < len(s) && (s[i] == ']' || s[i] == ')'):
		return i + 1
	}
	return 0
}

// SubjectReference finds the first reference of the desk in a subject:
// [ESC-1042] for the prefix ESC, in any case; ESC-00042 is 42. Further ones are
// not looked at.
func SubjectReference(subject, prefix string) (number int64, ok bool) {
	_, _, number, ok = findReference(cutBytes(subject, maxSubject), prefix)
	return number, ok
}

// dropReferences removes every reference.
func dropReferences(s, prefix string) string {
	var b strings.Builder
	for {
		from, to, _, ok := findReference(s, prefix)
		if !ok {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(strings.TrimRight(s[:from], " \t"))
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		s = strings.TrimLeft(s[to:], " \t")
	}
}

// findReference returns where the first reference stands, brackets included.
func findReference(s, prefix string) (from, to int, number int64, ok bool) {
	for at := 0; prefix != ""; {
		i := strings.IndexByte(s[at:], '[')
		if i < 0 {
			break
		}
		from = at + i
		at = from + 1
		p := at
		for p < len(s) && s[p] == ' ' {
			p++
		}
		if len(s)-p <= len(prefix) || !strings.EqualFold(s[p:p+len(prefix)], prefix) || s[p+len(prefix)] != '-' {
			at = max(at, p)
			continue
		}
		p += len(prefix) + 1
		digits := p
		number = 0
		for p < len(s) && p-digits < 18 && s[p] >= '0' && s[p] <= '9' {
			number = number*10 + int64(s[p]-'0')
			p++
		}
		if p > digits && number > 0 {
			for p < len(s) && s[p] == ' ' {
				p++
			}
			if p < len(s) && s[p] == ']' {
				return from, p + 1, number, true
			}
		}
	}
	return 0, 0, 0, false
}

// cutBytes shortens s to at most n bytes without splitting a character.
func cutBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
