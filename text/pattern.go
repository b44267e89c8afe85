package text

import (
	"fmt"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// The plural categories of CLDR, as indexes into message.forms.
const (
	zero = iota
	one
	two
	few
	many
	other
)

var formNames = [...]string{"zero", "one", "two", "few", "many", "other"}

// message is one key in one language, parsed once.
type message struct {
	from  *locale // whose plural rules choose the form
	forms [len(formNames)]pattern
}

// pattern is a sentence; without placeholders only plain is used, so that the
// common case costs one map lookup and no allocation.
type pattern struct {
	set    bool
	source string
	plain  string
	parts  []part
	size   int
}

// part is literal text followed by a placeholder; the last may have none.
type part struct{ before, name string }

func newMessage(from *locale, m *i18n.Message) (*message, error) {
	out := &message{from: from}
	for i, s := range []string{m.Zero, m.One, m.Two, m.Few, m.Many, m.Other} {
		if s == "" {
			continue
		}
		p, err := parse(s)
		if err != nil {
			return nil, fmt.Errorf("key %s: %w", m.ID, err)
		}
		out.forms[i] = p
	}
	if !out.forms[other].set {
		return nil, fmt.Errorf("key %s: no form %q", m.ID, "other")
	}
	return out, nil
}

// parse splits a sentence at its placeholders. Only {{.Name}} is known: text is
// data, not a program.
func parse(s string) (pattern, error) {
	p := pattern{set: true, source: s}
	rest := s
	for {
		before, after, found := strings.Cut(rest, "{{")
		if !found {
			break
		}
		name, tail, closed := strings.Cut(after, "}}")
		name = strings.TrimSpace(name)
		if !closed || !isPlaceholder(name) {
			return pattern{}, fmt.Errorf("bad placeholder in %q", s)
		}
		p.parts = append(p.parts, part{before: before, name: name[1:]})
		p.size += len(before)
		rest = tail
	}
	if p.parts == nil {
		p.plain = s
		return p, nil
	}
	p.parts = append(p.parts, part{before: rest})
	p.size += len(rest)
	return p, nil
}

func isPlaceholder(s string) bool {
	if len(s) < 2 || s[0] != '.' {
		return false
	}
	for i := 1; i < len(s); i++ {
		if c := s[i]; !('a' <= c|0x20 && c|0x20 <= 'z') && (i == 1 || c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// names are the placeholders of all forms of a message.
func (m *message) names() map[string]bool {
	set := map[string]bool{}
	for _, p := range m.forms {
		for _, part := range p.parts {
			if part.name != "" {
				set[part.name] = true
			}
		}
	}
	return set
}
