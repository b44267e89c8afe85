package model

import (
	"math"
	"slices"
	"strings"
)

// Known looks up what needs no question to the database: statuses by their
// keys, fields by theirs. Statuses there are not are left out.
func (f TicketFilter) Known(statuses []StatusDef, fields []FieldDef) TicketFilter {
	var names []NameTerm
	for _, n := range f.Names {
		if n.Field != "status" {
			names = append(names, n)
			continue
		}
		if d, ok := StatusByKey(statuses, n.Word); ok {
			list := either(n.Not, &f.StatusDefs, &f.Not.StatusDefs)
			*list = append(slices.Clone(*list), d)
		}
	}
	f.Names = names
	terms := slices.Clone(f.Fields)
	for i, t := range terms {
		for _, d := range fields {
			if d.Entity == FieldOfTicket && d.Key == t.Key {
				terms[i].ID, terms[i].Kind = d.ID, d.Kind
			}
		}
	}
	f.Fields = terms
	return f
}

// Look replaces words for people, departments and tags by what find finds for
// them. Words for requesters stay, because they may mean many people: those
// are looked up each time.
func (f TicketFilter) Look(find func(field, word string) ([]int64, error)) (TicketFilter, error) {
	var names []NameTerm
	for _, n := range f.Names {
		if n.IDs == nil { // not looked up yet
			ids, err := find(n.Field, n.Word)
			if err != nil {
				return f, err
			}
			if n.Field != "requester" && len(ids) > 0 {
				f.found(n, ids)
				continue
			}
			n.IDs = append([]int64{}, ids...)
		}
		names = append(names, n)
	}
	f.Names = names
	return f, nil
}

func (f *TicketFilter) found(n NameTerm, ids []int64) {
	switch n.Field {
	case "assignee":
		f.setAssignees(n.Not, merged(f.assignees(n.Not), ids))
	case "department":
		f.setDepartments(n.Not, merged(f.departments(n.Not), ids))
	case "tag":
		f.setTags(n.Not, merged(f.tags(n.Not), ids))
	}
}

func merged[T ~int64](have []T, more []int64) []T {
	have = slices.Clone(have)
	for _, id := range more {
		have = append(have, T(id))
	}
	return distinct(have)
}

// Clock reports whether what the filter lets through changes as time passes.
func (f TicketFilter) Clock() bool {
	return f.Created.Clock() || f.Resolved.Clock() || f.Updated.Clock() || f.Waiting.Clock()
}

// between reads 3, 3..7, 3.. and ..7.
func between(w string, read func(string) (float64, error)) ([2]float64, bool) {
	out := [2]float64{-math.MaxFloat64, math.MaxFloat64}
	from, to, ranged := strings.Cut(w, "..")
	if !ranged {
		to = from
	}
	for i, s := range []string{from, to} {
		if s == "" {
			continue
		}
		n, err := read(s)
		if err != nil {
			return out, false
		}
		out[i] = n
	}
	return out, w != "" && w != ".."
}
