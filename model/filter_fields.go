package model

import (
	"cmp"
	"slices"
	"strconv"
)

// Rating is how content a customer was: 1 to 5, zero for none given.
type Rating int64

// String is the number, or none.
func (r Rating) String() string {
	if r == 0 {
		return "none"
	}
	return strconv.FormatInt(int64(r), 10)
}

// ParseRating reads 1 to 5 or none.
func ParseRating(w string) (Rating, error) {
	if n := parseID(w); n >= 1 && n <= 5 {
		return Rating(n), nil
	}
	if w == "none" {
		return 0, nil
	}
	return 0, Refuse("rating", "choice_invalid")
}

// SLALevel is how a ticket stands to its deadlines.
type SLALevel int64

// The levels.
const (
	SLANone SLALevel = iota
	SLARunning
	SLAAtRisk
	SLAOverdue
	SLAPaused
)

var slaWords = []string{"none", "running", "at_risk", "overdue", "paused"}

// SLALevels lists all levels.
func SLALevels() []SLALevel { return []SLALevel{SLANone, SLARunning, SLAAtRisk, SLAOverdue, SLAPaused} }

// String is the word used outside.
func (l SLALevel) String() string { return word(slaWords, int64(l)) }

// ParseSLALevel reads a level.
func ParseSLALevel(w string) (SLALevel, error) {
	if i := slices.Index(slaWords, w); i >= 0 {
		return SLALevel(i), nil
	}
	return 0, Refuse("sla", "choice_invalid")
}

// Snoozed says whether a list has sleeping tickets.
type Snoozed string

// The answers. Without one, lists of open tickets leave them out and lists of
// any status have them.
const (
	SnoozedYes Snoozed = "yes" // only those
	SnoozedNo  Snoozed = "no"
	SnoozedAny Snoozed = "any"
)

// Channels lists all channels.
func Channels() []Channel { return []Channel{Web, Email, API, Widget, Chat, Machine, Command} }

// Whoever stands for "me" in the query of a view: whoever looks at it.
const Whoever PersonID = -1

// filterFields are the fields in the order of a filter's text.
var filterFields = []filterField{
	{FilterField{"status", FilterChoice, opsChoice, joinedWords(Statuses())}, statusWordsOf, readStatus},
	enum("priority", opsChoice, Priorities(), ParsePriority, func(f *TicketFilter, not bool) *[]Priority {
		return either(not, &f.Priorities, &f.Not.Priorities)
	}),
	{FilterField{"assignee", FilterPerson, opsMaybe, nil}, assigneeWords, readAssignee},
	{FilterField{"department", FilterDepartment, opsMaybe, nil}, departmentWords, readDepartment},
	{FilterField{"tag", FilterTag, opsMaybe, nil}, tagWords, readTag},
	enum("type", opsChoice, TicketTypes(), ParseTicketType, func(f *TicketFilter, not bool) *[]TicketType {
		return either(not, &f.Types, &f.Not.Types)
	}),
	enum("channel", opsChoice, Channels(), ParseChannel, func(f *TicketFilter, not bool) *[]Channel {
		return either(not, &f.Channels, &f.Not.Channels)
	}),
	{FilterField{"requester", FilterPerson, opsChoice, nil}, requesterWords, readRequester},
	person("following", func(f *TicketFilter, not bool) *PersonID { return either(not, &f.Following, &f.Not.Following) }),
	person("mentioned", func(f *TicketFilter, not bool) *PersonID { return either(not, &f.Mentioned, &f.Not.Mentioned) }),
	enum("sla", opsMaybe, SLALevels(), ParseSLALevel, func(f *TicketFilter, not bool) *[]SLALevel { return either(not, &f.SLA, &f.Not.SLA) }),
	enum("rating", opsMaybe, []Rating{1, 2, 3, 4, 5, 0}, ParseRating, func(f *TicketFilter, not bool) *[]Rating {
		return either(not, &f.Ratings, &f.Not.Ratings)
	}),
	{
		FilterField{"has", FilterYesNo, opsIs, []string{"attachment"}},
		func(f *TicketFilter, not bool) []string {
			return when(*either(not, &f.Files, &f.Not.Files), "attachment")
		},
		func(f *TicketFilter, not bool, words []string) {
			*either(not, &f.Files, &f.Not.Files) = slices.Contains(words, "attachment") || slices.Contains(words, "attachments")
		},
	},
	{FilterField{"snoozed", FilterYesNo, []FilterOp{OpIs}, []string{"yes", "no", "any"}}, snoozedWords, readSnoozed},
	date("created", func(f *TicketFilter) *Span { return &f.Created }),
	date("updated", func(f *TicketFilter) *Span { return &f.Updated }),
	date("resolved", func(f *TicketFilter) *Span { return &f.Resolved }),
	date("waiting", func(f *TicketFilter) *Span { return &f.Waiting }),
}

func either[T any](not bool, is, isNot *T) *T {
	if not {
		return isNot
	}
	return is
}

func when(ok bool, words ...string) []string {
	if ok {
		return words
	}
	return nil
}

func joinedWords[T interface{ String() string }](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = v.String()
	}
	return out
}

type worded interface {
	~int64
	String() string
}

// enum is a field with words of its own.
func enum[T worded](name string, ops []FilterOp, all []T, parse func(string) (T, error), at func(f *TicketFilter, not bool) *[]T) filterField {
	return filterField{
		FilterField{name, FilterChoice, ops, joinedWords(all)},
		func(f *TicketFilter, not bool) []string { return joinedWords(*at(f, not)) },
		func(f *TicketFilter, not bool, words []string) { *at(f, not) = parsed(words, parse) },
	}
}

// parsed are the words that mean something, in order, each once.
func parsed[T cmp.Ordered](words []string, parse func(string) (T, error)) (out []T) {
	for _, w := range words {
		if v, err := parse(w); err == nil {
			out = append(out, v)
		}
	}
	return distinct(out)
}

// distinct puts values in order and keeps each once; nothing is nil.
func distinct[T cmp.Ordered](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

// person is a field about one person.
func person(name string, at func(f *TicketFilter, not bool) *PersonID) filterField {
	return filterField{
		FilterField{name, FilterPerson, opsIs, nil},
		func(f *TicketFilter, not bool) []string {
			id := *at(f, not)
			return when(id != 0, idName(f, int64(id), true))
		},
		func(f *TicketFilter, not bool, words []string) {
			*at(f, not) = 0
			for _, w := range words[:min(1, len(words))] {
				*at(f, not) = parsePerson(w, f.Me)
			}
		},
	}
}

func date(name string, at func(f *TicketFilter) *Span) filterField {
	ops := opsDate
	if name == "waiting" {
		ops = append(slices.Clone(opsDate), OpEmpty)
	}
	return filterField{
		FilterField{name, FilterDate, ops, nil},
		func(f *TicketFilter, not bool) []string { return when(!not && *at(f) != "", string(*at(f))) },
		func(f *TicketFilter, not bool, words []string) {
			if not {
				return
			}
			*at(f) = ""
			for _, w := range words[:min(1, len(words))] {
				if s, ok := ParseSpan(w); ok && (name == "waiting" || s != SpanNone && s != SpanAny) {
					*at(f) = s
				}
			}
		},
	}
}

func snoozedWords(f *TicketFilter, not bool) []string {
	return when(!not && f.Snoozed != "", string(f.Snoozed))
}

func readSnoozed(f *TicketFilter, not bool, words []string) {
	if not && len(words) == 0 {
		return
	}
	f.Snoozed = ""
	for _, w := range words[:min(1, len(words))] {
		switch s := Snoozed(w); s {
		case SnoozedYes, SnoozedNo, SnoozedAny:
			f.Snoozed = s
			if not && s != SnoozedAny {
				f.Snoozed = map[Snoozed]Snoozed{SnoozedYes: SnoozedNo, SnoozedNo: SnoozedYes}[s]
			}
		}
	}
}

func statusWordsOf(f *TicketFilter, not bool) []string {
	list, defs := f.Statuses, f.StatusDefs
	if not {
		list, defs = f.Not.Statuses, f.Not.StatusDefs
	} else if f.Bin {
		return []string{"deleted"}
	} else if f.Any {
		return []string{"any"}
	}
	out := joinedWords(list)
	for _, d := range defs {
		out = append(out, d.Key)
	}
	return append(out, f.named("status", not)...)
}

func readStatus(f *TicketFilter, not bool, words []string) {
	if !not {
		f.Any, f.Bin = false, false
		if len(words) == 1 {
			switch words[0] {
			case "any", "all":
				f.Any, words = true, nil
			case "deleted":
				f.Bin, words = true, nil
			}
		}
	}
	*either(not, &f.Statuses, &f.Not.Statuses) = parsed(words, ParseStatus)
	*either(not, &f.StatusDefs, &f.Not.StatusDefs) = nil
	for _, w := range words {
		if _, err := ParseStatus(w); err != nil && w != "any" && w != "all" && w != "deleted" && fieldKey(w) {
			f.addName("status", not, w)
		}
	}
}
