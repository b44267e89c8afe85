package model

import (
	"net/url"
	"slices"
	"strings"
)

// typedNames are words before a colon that mean a field by another name.
var typedNames = map[string]string{
	"from": "requester", "assigned": "assignee", "tags": "tag", "dept": "department", "prio": "priority", "mentions": "mentioned", "followed": "following",
}

// typedIs are the words after is: and what they say.
var typedIs = map[string][2]string{
	"snoozed": {"snoozed", "yes"}, "asleep": {"snoozed", "yes"}, "unassigned": {"assignee", "none"}, "mine": {"assignee", "me"},
	"followed": {"following", "me"}, "overdue": {"sla", "overdue"}, "deleted": {"status", "deleted"}, "any": {"status", "any"},
}

// ParseTyped takes the conditions out of what somebody typed to look for:
// status:open from:acme.example tag:refund -priority:low created:>2d csv. They
// come back as the parameters of a URL, with the remaining words. What is no
// condition stays among the words; nothing that can be typed is an error.
func ParseTyped(text string) (url.Values, string) {
	values := url.Values{}
	var rest []string
	for _, piece := range typedPieces(text) {
		name, words, ok := typedTerm(piece)
		if !ok {
			rest = append(rest, piece)
			continue
		}
		value := JoinWords(words)
		if old := values.Get(name); old != "" {
			value = old + "," + value
		}
		values.Set(name, value)
	}
	return values, strings.Join(rest, " ")
}

// typedPieces cuts at spaces, but not inside quotation marks.
func typedPieces(text string) (out []string) {
	var b strings.Builder
	quoted := false
	for _, r := range text {
		switch {
		case r == '"':
			quoted = !quoted
			b.WriteRune(r)
		case r == ' ' && !quoted:
			if b.Len() > 0 {
				out = append(out, b.String())
				b.Reset()
			}
		default:
			b.WriteRune(r)
		}
	}
	if b.Len() > 0 {
		out = append(out, b.String())
	}
	return out
}

// typedTerm reads one condition: the name of its parameter and its words.
func typedTerm(piece string) (name string, words []string, ok bool) {
	body, not := strings.CutPrefix(piece, "-")
	name, value, ok := strings.Cut(body, ":")
	if !ok || value == "" || strings.HasPrefix(name, `"`) {
		return "", nil, false
	}
	name = strings.ToLower(name)
	words = splitWords(strings.ReplaceAll(value, `"`, ""))
	if len(words) == 0 {
		return "", nil, false
	}
	if name == "is" {
		is, known := typedIs[strings.ToLower(words[0])]
		if !known {
			is = [2]string{"status", strings.ToLower(words[0])}
			if _, err := ParseStatus(is[1]); err != nil {
				return "", nil, false
			}
		}
		name, words = is[0], []string{is[1]}
	}
	if other, known := typedNames[name]; known {
		name = other
	}
	x, known := fieldNamed(name)
	if !known {
		return "", nil, false
	}
	if x.Kind == FilterChoice || x.Kind == FilterYesNo {
		for i := range words {
			words[i] = strings.ToLower(words[i])
		}
	}
	// Only what the field understands is a condition.
	var probe TicketFilter
	probe.Me = Whoever
	probe.read(x, not, words)
	if len(probe.Terms()) == 0 {
		return "", nil, false
	}
	if not {
		name += "!"
	}
	return name, words, true
}

// quoteTyped keeps words to look for from being read as conditions when they
// come back from a URL. What was read once has none left, so this is for
// filters made in code.
func quoteTyped(text string) string {
	pieces := typedPieces(text)
	if !slices.ContainsFunc(pieces, func(p string) bool { _, _, ok := typedTerm(p); return ok }) {
		return text
	}
	for i, p := range pieces {
		if _, _, ok := typedTerm(p); ok {
			body, not := strings.CutPrefix(p, "-")
			pieces[i] = `"` + strings.ReplaceAll(body, `"`, "") + `"`
			if not {
				pieces[i] = "-" + pieces[i]
			}
		}
	}
	return strings.Join(pieces, " ")
}
