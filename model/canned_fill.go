package model

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A text to be filled has variables, {{requester.name}} or with words in
// reserve {{requester.first_name|there}}, and blanks, {{?order number}}, that
// only the writer can fill. A blank left open stands in the text between
// brackets nobody types, so that it is found again before the text is sent.
const (
	blankOpen  = '⟦'
	blankClose = '⟧'
)

// Vars are the values of variables by name. A name that is not there is
// unknown; one without a value is known and empty.
type Vars map[string]string

// Variables are the names every ticket has a value for, in the order menus
// show them. Beside them there is ticket.field.KEY for the desk's own fields.
func Variables() []string {
	return []string{
		"requester.name", "requester.first_name", "requester.email", "ticket.reference", "ticket.subject", "ticket.status", "ticket.priority",
		"agent.name", "agent.first_name", "department.name", "desk.name",
	}
}

// Fill puts values in the place of variables, as text that Markdown leaves
// alone. Variables nobody knows stay as they are; blanks, and known ones that
// have neither a value nor words in reserve, become open blanks.
func Fill(body string, vars Vars) string {
	return fillEach(body, func(inside string) string { return fillOne(inside, vars) })
}

// fillEach replaces what stands between double braces.
func fillEach(body string, fill func(inside string) string) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(body, "{{")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		inside, after, closed := strings.Cut(rest, "}}")
		if !closed || strings.ContainsAny(inside, "{\n") || len(inside) > 200 {
			out.WriteString("{{")
			body = rest
			continue
		}
		out.WriteString(fill(inside))
		body = after
	}
}

// FillWith is Fill for a text nobody looks over before it goes out: what has
// neither a value nor words in reserve is left out. Values are written by
// escape; nil leaves them as they are.
func FillWith(body string, vars Vars, escape func(string) string) string {
	return fillEach(body, func(inside string) string {
		name, reserve, _ := strings.Cut(inside, "|")
		value, known := vars[strings.TrimSpace(name)]
		switch {
		case !known:
			return "{{" + inside + "}}"
		case strings.TrimSpace(value) == "":
			return strings.TrimSpace(reserve)
		case escape == nil:
			return value
		}
		return escape(value)
	})
}

func fillOne(inside string, vars Vars) string {
	name, reserve, has := strings.Cut(inside, "|")
	name = strings.TrimSpace(name)
	if label, ok := strings.CutPrefix(name, "?"); ok {
		return blank(label)
	}
	value, known := vars[name]
	switch {
	case !known:
		return "{{" + inside + "}}"
	case strings.TrimSpace(value) != "":
		return EscapeMarkdown(value)
	case has:
		return strings.TrimSpace(reserve)
	}
	return blank(strings.NewReplacer(".", " ", "_", " ").Replace(name))
}

func blank(label string) string {
	label = strings.Map(func(r rune) rune {
		if r == blankOpen || r == blankClose {
			return -1
		}
		return r
	}, Clean(label))
	if label == "" {
		label = "…"
	}
	return string(blankOpen) + label + string(blankClose)
}

// UnknownVariables are the names in a text that mean nothing here. Those of
// the desk's own fields are known by their keys.
func UnknownVariables(body string, fields []string) []string {
	known := Vars{}
	for _, v := range Variables() {
		known[v] = "x"
	}
	for _, f := range fields {
		known["ticket.field."+f] = "x"
	}
	var out []string
	rest := Fill(body, known)
	for {
		_, after, found := strings.Cut(rest, "{{")
		if !found {
			return out
		}
		inside, _, closed := strings.Cut(after, "}}")
		if closed && !strings.ContainsAny(inside, "{\n") && len(inside) <= 200 {
			out = append(out, "{{"+inside+"}}")
		}
		rest = after
	}
}

// OpenBlank is the name of the first blank of a text that nobody filled, or
// "".
func OpenBlank(body string) string {
	for {
		_, rest, found := strings.Cut(body, string(blankOpen))
		if !found {
			return ""
		}
		label, _, closed := strings.Cut(rest, string(blankClose))
		if closed && label != "" && !strings.ContainsAny(label, "\n"+string(blankOpen)) && len(label) <= 250 {
			return label
		}
		body = rest
	}
}

// EscapeMarkdown makes words mean themselves in Markdown, on one line.
func EscapeMarkdown(s string) string {
	s = Clean(strings.NewReplacer(string(blankOpen), "[", string(blankClose), "]").Replace(s))
	var out strings.Builder
	previous := rune(' ')
	for i, r := range s {
		next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
		if escapes(s, i, previous, r, next) {
			out.WriteByte('\\')
		}
		out.WriteRune(r)
		previous = r
	}
	return out.String()
}

// escapes reports whether a character would mean something where it stands.
func escapes(s string, at int, previous, r, next rune) bool {
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	switch r {
	case '\\', '*', '`', '[', ']', '<', '>', '~', '|', '{', '}':
		return true
	case '_':
		return !word(previous) || !word(next)
	case '&':
		return next == '#' || word(next)
	case '#', '+', '-', '=', ':':
		return at == 0
	case '.', ')':
		return at > 0 && strings.Trim(s[:at], "0123456789") == ""
	case '@':
		return unicode.IsSpace(previous)
	}
	return false
}

// FirstName is what a person is called by: the first word of the name.
func FirstName(name string) string {
	name = Clean(name)
	if last, first, ok := strings.Cut(name, ", "); ok && first != "" && !strings.Contains(last, " ") {
		name = first // Miller, Sarah
	}
	first, _, _ := strings.Cut(name, " ")
	if strings.ContainsRune(first, '@') {
		return ""
	}
	return first
}
