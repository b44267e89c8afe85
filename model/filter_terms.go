package model

import (
	"cmp"
	"slices"
	"strings"
)

// Term is one condition of a filter as people read and change it: a field, is
// or is not, and the words of which any will do.
type Term struct {
	Field string // as in the URL
	Not   bool
	Words []string
}

// FilterKind says how a field of a filter is asked for.
type FilterKind string

// The kinds.
const (
	FilterChoice     FilterKind = "choice"
	FilterPerson     FilterKind = "person"
	FilterDepartment FilterKind = "department"
	FilterTag        FilterKind = "tag"
	FilterDate       FilterKind = "date"
	FilterYesNo      FilterKind = "yesno"
	FilterNumber     FilterKind = "number"
	FilterCustom     FilterKind = "custom"
)

// FilterOp is how a field of a filter is compared.
type FilterOp string

// The operators. Empty is the word none: without an assignee, a tag, a rating.
const (
	OpIs      FilterOp = "is"
	OpNot     FilterOp = "not"     // is not, of several: none of
	OpAny     FilterOp = "any"     // is any of
	OpEmpty   FilterOp = "empty"   // the word none
	OpBetween FilterOp = "between" // days, 2026-01-01..2026-01-31
	OpYounger FilterOp = "younger" // an age, <7d
	OpOlder   FilterOp = "older"   // an age, >2d
)

// FilterField is a field that lists can be filtered by.
type FilterField struct {
	Field string
	Kind  FilterKind
	Ops   []FilterOp
	Words []string // of a choice, all there are; statuses of the desk's own come on top
}

// CustomField begins the name of a field an admin added.
const CustomField = "field."

// filterField is one with the way between its words and the filter.
type filterField struct {
	FilterField
	words func(f *TicketFilter, not bool) []string
	read  func(f *TicketFilter, not bool, words []string)
}

var (
	opsChoice = []FilterOp{OpIs, OpNot, OpAny}
	opsMaybe  = []FilterOp{OpIs, OpNot, OpAny, OpEmpty}
	opsDate   = []FilterOp{OpBetween, OpYounger, OpOlder}
	opsIs     = []FilterOp{OpIs, OpNot}
)

// FilterFields lists the fields in the order of a filter's text. Fields that
// an admin added are called CustomField and their key.
func FilterFields() []FilterField {
	out := make([]FilterField, len(filterFields))
	for i, x := range filterFields {
		out[i] = x.FilterField
	}
	return out
}

// fieldNamed finds a field; those an admin added are made as they are asked for.
func fieldNamed(name string) (filterField, bool) {
	for _, x := range filterFields {
		if x.Field == name {
			return x, true
		}
	}
	if key, ok := strings.CutPrefix(name, CustomField); ok && fieldKey(key) {
		return customField(key), true
	}
	return filterField{}, false
}

// Terms are the conditions in force, in the order of the filter's text. Words,
// order and page are not among them.
func (f TicketFilter) Terms() []Term {
	var out []Term
	add := func(x filterField) {
		for _, not := range []bool{false, true} {
			if words := x.words(&f, not); len(words) > 0 {
				out = append(out, Term{x.Field, not, words})
			}
		}
	}
	for _, x := range filterFields {
		add(x)
	}
	var keys []string
	for _, t := range f.Fields {
		keys = append(keys, t.Key)
	}
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		add(customField(key))
	}
	return out
}

// With is the filter with one condition in place of the one on the same field;
// without words it is Without. What the field does not know is left out. The
// list begins again on its first page.
func (f TicketFilter) With(field string, not bool, words ...string) TicketFilter {
	if x, ok := fieldNamed(field); ok {
		f.read(x, not, words)
		f.Page = 0
	}
	return f
}

// Without is the filter without a condition.
func (f TicketFilter) Without(field string, not bool) TicketFilter { return f.With(field, not) }

// Has are the words of one condition.
func (f TicketFilter) Has(field string, not bool) []string {
	if x, ok := fieldNamed(field); ok {
		return x.words(&f, not)
	}
	return nil
}

func (f *TicketFilter) read(x filterField, not bool, words []string) {
	f.Names = slices.DeleteFunc(slices.Clone(f.Names), func(n NameTerm) bool { return n.Field == x.Field && n.Not == not })
	x.read(f, not, words)
	slices.SortFunc(f.Names, func(a, b NameTerm) int {
		return cmp.Or(strings.Compare(a.Field, b.Field), flagInt(a.Not)-flagInt(b.Not), strings.Compare(a.Word, b.Word))
	})
	if len(f.Names) == 0 {
		f.Names = nil
	}
}

// NameTerm is a word of a filter that only the desk understands: part of a
// name, an address, a domain, the slug of a tag, the key of a status. IDs are
// what it found; a word that found nothing lets no ticket through.
type NameTerm struct {
	Field string
	Not   bool
	Word  string
	IDs   []int64
}

// named are the words of a field that are to be looked up.
func (f *TicketFilter) named(field string, not bool) (out []string) {
	for _, n := range f.Names {
		if n.Field == field && n.Not == not {
			out = append(out, n.Word)
		}
	}
	return out
}

// maxNames bounds what one URL can ask the desk to look up.
const maxNames = 20

func (f *TicketFilter) addName(field string, not bool, word string) {
	word = Clean(word)
	known := slices.ContainsFunc(f.Names, func(n NameTerm) bool { return n.Field == field && n.Not == not && n.Word == word })
	if word == "" || known || len(f.Names) >= maxNames || len([]rune(word)) > 100 {
		return
	}
	f.Names = append(f.Names, NameTerm{Field: field, Not: not, Word: word})
}

// FieldTerm is a condition on a field an admin added. ID and kind are found by
// the desk; a key it does not know lets everything through.
type FieldTerm struct {
	Key   string
	Not   bool
	Words []string // options or texts; numbers and days, also 3..7; yes or no; none
	ID    FieldID
	Kind  CustomKind
}

func fieldKey(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' && r != '-' {
			return false
		}
	}
	return true
}

func customField(key string) filterField {
	at := func(f *TicketFilter, not bool) int {
		return slices.IndexFunc(f.Fields, func(t FieldTerm) bool { return t.Key == key && t.Not == not })
	}
	return filterField{
		FilterField{Field: CustomField + key, Kind: FilterCustom, Ops: opsMaybe},
		func(f *TicketFilter, not bool) []string {
			if i := at(f, not); i >= 0 {
				return f.Fields[i].Words
			}
			return nil
		},
		func(f *TicketFilter, not bool, words []string) {
			f.Fields = slices.DeleteFunc(slices.Clone(f.Fields), func(t FieldTerm) bool { return t.Key == key && t.Not == not })
			var clean []string
			for _, w := range words {
				if w = Clean(w); w != "" && len([]rune(w)) <= 200 && !slices.Contains(clean, w) {
					clean = append(clean, w)
				}
			}
			slices.Sort(clean)
			if len(clean) > 0 && len(clean) <= 50 && len(f.Fields) < 20 {
				f.Fields = append(f.Fields, FieldTerm{Key: key, Not: not, Words: clean})
			}
			slices.SortStableFunc(f.Fields, func(a, b FieldTerm) int {
				if a.Key != b.Key {
					return strings.Compare(a.Key, b.Key)
				}
				return flagInt(a.Not) - flagInt(b.Not)
			})
			if len(f.Fields) == 0 {
				f.Fields = nil
			}
		},
	}
}

func flagInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
