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

// ParseTicketFilter reads a list's URL: get gives a query parameter or "".
// Unknown and malformed values are ignored, so that an old bookmark shows a
// list and never an error. me stands behind the word "me".
func ParseTicketFilter(get func(name string) string, me PersonID) TicketFilter {
	var f TicketFilter
	switch w := strings.TrimSpace(get("status")); w {
	case "any", "all":
		f.Any = true
	case "deleted":
		f.Bin = true
	default:
		f.Statuses = parseWords(w, ParseStatus)
	}
	f.Priorities = parseWords(get("priority"), ParsePriority)
	f.Types = parseWords(get("type"), ParseTicketType)
	f.Channels = parseWords(get("channel"), ParseChannel)
	if w := get("assignee"); w == "none" {
		f.Unassigned = true
	} else {
		f.Assignee = parsePerson(w, me)
	}
	if w := get("department"); w == "none" {
		f.NoDepartment = true
	} else {
		f.Department = DepartmentID(parseID(w))
	}
	f.Tag = TagID(parseID(get("tag")))
	f.Requester = parsePerson(get("requester"), me)
	f.Following = parsePerson(get("following"), me)
	f.Query = Clean(get("q"))
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
	id := func(n int64, none bool) string {
		switch {
		case none:
			return "none"
		case n != 0:
			return strconv.FormatInt(n, 10)
		}
		return ""
	}
	switch {
	case f.Bin:
		put("status", "deleted")
	case f.Any:
		put("status", "any")
	default:
		put("status", joinWords(f.Statuses))
	}
	put("priority", joinWords(f.Priorities))
	put("assignee", id(int64(f.Assignee), f.Unassigned))
	put("department", id(int64(f.Department), f.NoDepartment))
	put("tag", id(int64(f.Tag), false))
	put("type", joinWords(f.Types))
	put("channel", joinWords(f.Channels))
	put("requester", id(int64(f.Requester), false))
	put("following", id(int64(f.Following), false))
	put("q", f.Query)
	if s := f.Sort; s.Key != "" && s != DefaultTicketSort {
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

// DefaultTicketSort is what the zero TicketSort means: newest customer activity first.
var DefaultTicketSort = TicketSort{Key: SortActivity, Desc: true}

// OrDefault replaces the zero value by what it means.
func (s TicketSort) OrDefault() TicketSort {
	if s.Key == "" {
		return DefaultTicketSort
	}
	return s
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

// Filtered reports whether anything narrows the list beyond the statuses.
func (f TicketFilter) Filtered() bool {
	return len(f.Priorities)+len(f.Types)+len(f.Channels) > 0 || f.Assignee != 0 || f.Unassigned || f.Department != 0 || f.NoDepartment ||
		f.Tag != 0 || f.Requester != 0 || f.Following != 0
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

// parseWords reads a list separated by commas; unknown words are left out and
// each counts once.
func parseWords[T comparable](list string, parse func(string) (T, error)) (out []T) {
	for w := range strings.SplitSeq(list, ",") {
		if v, err := parse(strings.TrimSpace(w)); err == nil && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

func joinWords[T interface{ String() string }](list []T) string {
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = v.String()
	}
	return strings.Join(words, ",")
}
