package store

import (
	"slices"
	"strings"
	"unicode/utf8"

	"escalated/model"
)

// prefixFrom is the length from which the beginning of a word finds it; a
// shorter one would read half of the index.
const prefixFrom = 4

// term is one condition of a search: words in a row, the last of them perhaps
// only begun.
type term struct {
	words  []string
	prefix bool
	not    bool
}

// query is a search as it was typed: all terms must hold in one message.
type query struct{ terms []term }

// parseQuery reads what somebody typed: words, "phrases", -without, begun*.
// Nothing that can be typed is an error.
func parseQuery(s string) query {
	var q query
	for s = strings.TrimLeft(s, " "); s != ""; s = strings.TrimLeft(s, " ") {
		var t term
		if strings.HasPrefix(s, "-") {
			t.not, s = true, s[1:]
		}
		var text string
		if rest, ok := strings.CutPrefix(s, `"`); ok {
			text, s, _ = strings.Cut(rest, `"`)
		} else {
			text, s, _ = strings.Cut(s, " ")
			t.prefix = strings.HasSuffix(text, "*")
		}
		words(text, func(w token) bool {
			t.words = append(t.words, w.word)
			return len(t.words) < 16
		})
		if len(t.words) == 0 {
			continue
		}
		if last := t.words[len(t.words)-1]; utf8.RuneCountInString(last) < prefixFrom {
			t.prefix = false
		}
		if q.terms = append(q.terms, t); len(q.terms) == 16 {
			break
		}
	}
	return q
}

// empty reports whether there is nothing to look for.
func (q query) empty() bool {
	return !slices.ContainsFunc(q.terms, func(t term) bool { return !t.not })
}

// begun is the query with its last word taken as the beginning of one; false
// when it is that already or too short.
func (q query) begun() (query, bool) {
	n := len(q.terms) - 1
	if n < 0 {
		return q, false
	}
	last := q.terms[n]
	if last.not || last.prefix || utf8.RuneCountInString(last.words[len(last.words)-1]) < prefixFrom {
		return q, false
	}
	q.terms = slices.Clone(q.terms)
	q.terms[n].prefix = true
	return q, true
}

// match writes the FTS5 expression over the given columns. Every word is
// quoted, so that none can be an operator.
func (q query) match(columns string) string {
	var all, none []string
	for _, t := range q.terms {
		text := quote(strings.Join(t.words, " "))
		if t.prefix {
			text += "*"
		}
		if t.not {
			none = append(none, text)
		} else {
			all = append(all, text)
		}
	}
	expr := strings.Join(all, " AND ")
	if len(none) > 0 {
		expr = "(" + expr + ") NOT (" + strings.Join(none, " OR ") + ")"
	}
	return "{" + columns + "} : (" + expr + ")"
}

// span is a marked piece of a text, in bytes.
type span struct{ start, end int }

// spans finds where a term stands in the tokens of a text.
func (t term) spans(tokens []token) (out []span) {
	n := len(t.words)
	for i := 0; i+n <= len(tokens); i++ {
		hit := true
		for j, w := range t.words {
			got := tokens[i+j].word
			if hit = got == w || t.prefix && j == n-1 && strings.HasPrefix(got, w); !hit {
				break
			}
		}
		if hit {
			out = append(out, span{tokens[i].start, tokens[i+n-1].end})
		}
	}
	return out
}

// matches is the search in Go, for the few messages of those who see few: the
// terms may lie in different texts of one message.
func (q query) matches(texts ...string) bool {
	parts := make([][]token, 0, len(texts))
	for _, s := range texts {
		if s != "" {
			parts = append(parts, tokens(s, len(s)))
		}
	}
	for _, t := range q.terms {
		found := slices.ContainsFunc(parts, func(p []token) bool { return len(t.spans(p)) > 0 })
		if found == t.not {
			return false
		}
	}
	return true
}

// tokens are the words of the first n bytes of a text.
func tokens(s string, n int) []token {
	out := make([]token, 0, min(len(s), n)/6+1)
	words(s, func(t token) bool {
		if t.start >= n {
			return false
		}
		out = append(out, t)
		return true
	})
	return out
}

// Excerpts are so long, and begin so far before the first hit, in bytes.
const (
	excerptLength = 240
	excerptBefore = 60
	excerptWithin = 64 << 10 // a hit further in is not looked for at first
)

// excerpt cuts the piece around the first hit and marks all hits in it; false
// when there is none.
func (q query) excerpt(s string) ([]model.Excerpted, bool) {
	hits := q.hits(s, excerptWithin)
	if len(hits) == 0 && len(s) > excerptWithin {
		hits = q.hits(s, len(s))
	}
	if len(hits) == 0 {
		return nil, false
	}
	from := 0
	if hits[0].start > excerptBefore {
		from = hits[0].start - excerptBefore
		if i := strings.IndexAny(s[from:hits[0].start], " \n\t"); i >= 0 {
			from += i + 1
		}
		for !utf8.RuneStart(s[from]) {
			from++
		}
	}
	to := min(len(s), max(from+excerptLength, hits[0].end))
	if to < len(s) {
		if i := strings.LastIndexAny(s[hits[0].end:to], " \n\t"); i > 0 {
			to = hits[0].end + i
		}
		for !utf8.RuneStart(s[to]) {
			to--
		}
	}
	out := pieces(s, from, to, hits)
	if from > 0 {
		out[0].Text = "…" + out[0].Text
	}
	if to < len(s) {
		out = append(out, model.Excerpted{Text: "…"})
	}
	return out, true
}

// marked is a whole short text with its hits marked; nil when it has none.
func (q query) marked(s string) []model.Excerpted {
	hits := q.hits(s, len(s))
	if len(hits) == 0 {
		return nil
	}
	return pieces(s, 0, len(s), hits)
}

// hits are the places of all wanted terms, in order and without overlap.
func (q query) hits(s string, n int) []span {
	toks := tokens(s, n)
	var all []span
	for _, t := range q.terms {
		if !t.not {
			all = append(all, t.spans(toks)...)
		}
	}
	slices.SortFunc(all, func(a, b span) int { return a.start - b.start })
	out := all[:0]
	for _, h := range all {
		if n := len(out); n > 0 && h.start < out[n-1].end {
			out[n-1].end = max(out[n-1].end, h.end)
			continue
		}
		out = append(out, h)
	}
	return out
}

// pieces cuts s[from:to] at the hits; line ends become spaces.
func pieces(s string, from, to int, hits []span) (out []model.Excerpted) {
	add := func(a, b int, hit bool) {
		if a < b {
			out = append(out, model.Excerpted{Text: line(s[a:b]), Hit: hit})
		}
	}
	at := from
	for _, h := range hits {
		if h.start < at || h.end > to {
			continue
		}
		add(at, h.start, false)
		add(h.start, h.end, true)
		at = h.end
	}
	add(at, to, false)
	if len(out) == 0 {
		out = append(out, model.Excerpted{})
	}
	return out
}

// line folds white space to single spaces, also at the ends, where the next
// piece goes on.
func line(s string) string {
	var b strings.Builder
	space := false
	for _, r := range s {
		if r == ' ' || r == '\n' || r == '\t' || r == '\r' {
			if !space {
				b.WriteByte(' ')
			}
			space = true
			continue
		}
		space = false
		b.WriteRune(r)
	}
	return b.String()
}
