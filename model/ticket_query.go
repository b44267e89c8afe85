package model

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The sizes of a list's page.
const (
	DefaultPerPage = 50
	PortalPerPage  = 15
	maxPage        = 1_000_000
)

// PerPages are the page sizes people may choose.
func PerPages() []int { return []int{25, 50, 100} }

// FilterReader knows what the words of a list's URL mean to whoever reads it.
type FilterReader struct {
	Me     PersonID // behind the word "me"
	Zone   string   // of days; empty: UTC
	Fields []string // keys of the fields an admin added
}

// ParseTicketFilter reads a list's URL: get gives a query parameter or "".
// Unknown and malformed values are ignored, so that an old bookmark shows a
// list and never an error. me stands behind the word "me".
func ParseTicketFilter(get func(name string) string, me PersonID) TicketFilter {
	return FilterReader{Me: me}.Read(get)
}

// ReadQuery reads the query of a URL, without the question mark.
func (r FilterReader) ReadQuery(query string) TicketFilter {
	v, err := url.ParseQuery(query)
	if err != nil {
		v = url.Values{}
	}
	for name := range v {
		if key, ok := strings.CutPrefix(strings.TrimSuffix(name, "!"), CustomField); ok {
			r.Fields = append(r.Fields, key)
		}
	}
	return r.Read(v.Get)
}

// Read reads a list's URL. Conditions typed among the words to look for
// (status:open csv) count like parameters, and win over them.
func (r FilterReader) Read(get func(name string) string) TicketFilter {
	f := TicketFilter{Me: r.Me, Zone: r.Zone}
	typed, rest := ParseTyped(get("q"))
	take := func(x filterField) {
		for _, not := range []bool{true, false} { // a turned-around yes-or-no must not win over a plain one
			name := x.Field
			if not {
				name += "!"
			}
			text := get(name)
			if w, ok := typed[name]; ok {
				text = w[0]
			}
			if text != "" {
				f.read(x, not, splitWords(text))
			}
		}
	}
	for _, x := range filterFields {
		take(x)
	}
	keys := slices.Clone(r.Fields)
	for name := range typed {
		if key, ok := strings.CutPrefix(strings.TrimSuffix(name, "!"), CustomField); ok {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		if fieldKey(key) {
			take(customField(key))
		}
	}
	f.Query = Clean(rest)
	if r := []rune(f.Query); len(r) > 200 {
		f.Query = string(r[:200])
	}
	f.Sort = ParseTicketSort(get("sort"))
	f.Page = max(1, int(min(parseID(get("page")), maxPage)))
	if n := int(parseID(get("per_page"))); slices.Contains(PerPages(), n) {
		f.PerPage = n
	}
	return f
}

// Encode writes the filter as the canonical query of its URL, without the
// question mark; ParseTicketFilter reads it back. Defaults are left out.
func (f TicketFilter) Encode() string {
	var b strings.Builder
	put := func(name, value string) {
		if value == "" {
			return
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(name + "=" + strings.ReplaceAll(url.QueryEscape(value), "%2C", ","))
	}
	for _, t := range f.Terms() {
		name := t.Field
		if t.Not {
			name += "!"
		}
		put(name, JoinWords(t.Words))
	}
	put("q", quoteTyped(f.Query))
	if s := f.Sort; s.Key != "" && s != (TicketFilter{DueFirst: f.DueFirst}).Order() {
		put("sort", s.String())
	}
	if f.Page > 1 {
		put("page", strconv.Itoa(f.Page))
	}
	if f.PerPage != 0 && f.PerPage != DefaultPerPage {
		put("per_page", strconv.Itoa(f.PerPage))
	}
	return b.String()
}

// Conditions is the filter alone: without order and page.
func (f TicketFilter) Conditions() string {
	f.Sort, f.Page, f.PerPage = TicketSort{}, 0, 0
	return f.Encode()
}

// JoinWords writes the words of a condition as one value of a URL: with commas
// between them, and a backslash before a comma or backslash of their own.
func JoinWords(list []string) string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = strings.NewReplacer(`\`, `\\`, `,`, `\,`).Replace(w)
	}
	return strings.Join(out, ",")
}

// splitWords is the way back; empty words are left out.
func splitWords(s string) (out []string) {
	var b strings.Builder
	add := func() {
		if w := strings.TrimSpace(b.String()); w != "" && len(out) < 200 {
			out = append(out, w)
		}
		b.Reset()
	}
	escaped := false
	for _, r := range s {
		switch {
		case escaped:
			b.WriteRune(r)
			escaped = false
		case r == '\\':
			escaped = true
		case r == ',':
			add()
		default:
			b.WriteRune(r)
		}
	}
	add()
	return out
}

// DefaultTicketSort is what the zero TicketSort means: newest customer activity first.
var DefaultTicketSort = TicketSort{Key: SortActivity, Desc: true}

// OrDefault replaces the zero value by what it means.
func (s TicketSort) OrDefault() TicketSort {
	if s.Key == "" {
		return DefaultTicketSort
	}
	return s
}

// Order is the sort, or what a list without one is ordered by.
func (f TicketFilter) Order() TicketSort {
	if f.Sort.Key == "" && f.DueFirst {
		return TicketSort{Key: SortDue}
	}
	return f.Sort.OrDefault()
}

// String is the word in URLs: the column, with a minus when descending.
func (s TicketSort) String() string {
	if s.Desc {
		return "-" + string(s.Key)
	}
	return string(s.Key)
}

// ParseTicketSort reads the word of a URL; what is unknown is the default order.
func ParseTicketSort(w string) TicketSort {
	key, desc := strings.CutPrefix(w, "-")
	if !slices.Contains(SortKeys(), SortKeyName(key)) {
		return TicketSort{}
	}
	return TicketSort{Key: SortKeyName(key), Desc: desc}
}

func parseID(w string) int64 {
	n, err := strconv.ParseInt(w, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func parsePerson(w string, me PersonID) PersonID {
	if w == "me" {
		return me
	}
	return PersonID(parseID(w))
}
