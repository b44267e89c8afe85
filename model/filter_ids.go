package model

import (
	"strconv"
	"strings"
	"unicode"
)

// idName is the word of an id in a URL.
func idName(f *TicketFilter, id int64, isPerson bool) string {
	switch {
	case id == 0:
		return "none"
	case isPerson && (id == int64(Whoever) || id == int64(f.Me)):
		return "me"
	}
	return strconv.FormatInt(id, 10)
}

func idNames[T ~int64](f *TicketFilter, ids []T, isPerson bool) []string {
	var out []string
	for _, id := range ids {
		out = append(out, idName(f, int64(id), isPerson))
	}
	return out
}

// readIDs reads ids, none where there can be none, me where people are meant,
// and keeps what may be a name for the desk.
func readIDs[T ~int64](f *TicketFilter, field string, not bool, words []string, isPerson, none bool) []T {
	var out []T
	for _, w := range words {
		switch id := parseID(w); {
		case none && w == "none":
			out = append(out, 0)
		case isPerson && w == "me":
			if f.Me != 0 {
				out = append(out, T(f.Me))
			}
		case id != 0:
			out = append(out, T(id))
		case w != "none" && nameLike(w):
			f.addName(field, not, w)
		}
	}
	return distinct(out)
}

// nameLike tells a name from a number gone wrong.
func nameLike(w string) bool {
	return !strings.HasPrefix(w, "-") && strings.ContainsFunc(w, unicode.IsLetter)
}

// one puts a single positive id into the field for it, and several into the
// list beside it.
func one[T ~int64](ids []T, single *T, none *bool, several *[]T) {
	*single, *several = 0, nil
	if none != nil {
		*none = false
	}
	switch {
	case len(ids) == 1 && ids[0] == 0 && none != nil:
		*none = true
	case len(ids) == 1 && ids[0] != 0:
		*single = ids[0]
	case len(ids) > 0:
		*several = ids
	}
}

// all is the other way round: the ids of a condition, zero for none.
func all[T ~int64](single T, none bool, several []T) []T {
	switch {
	case none:
		return []T{0}
	case single != 0:
		return []T{single}
	}
	return several
}

// assignees, departments, tags and requesters are the ids of a condition.
func (f *TicketFilter) assignees(not bool) []PersonID {
	if not {
		return f.Not.Assignees
	}
	return all(f.Assignee, f.Unassigned, f.Assignees)
}

func (f *TicketFilter) departments(not bool) []DepartmentID {
	if not {
		return f.Not.Departments
	}
	return all(f.Department, f.NoDepartment, f.Departments)
}

func (f *TicketFilter) tags(not bool) []TagID {
	if not {
		return f.Not.Tags
	}
	return all(f.Tag, false, f.Tags)
}

func (f *TicketFilter) requesters(not bool) []PersonID {
	if not {
		return f.Not.Requesters
	}
	return all(f.Requester, false, f.Requesters)
}

func (f *TicketFilter) setAssignees(not bool, ids []PersonID) {
	if not {
		f.Not.Assignees = ids
		return
	}
	one(ids, &f.Assignee, &f.Unassigned, &f.Assignees)
}

func (f *TicketFilter) setDepartments(not bool, ids []DepartmentID) {
	if not {
		f.Not.Departments = ids
		return
	}
	one(ids, &f.Department, &f.NoDepartment, &f.Departments)
}

func (f *TicketFilter) setTags(not bool, ids []TagID) {
	if not {
		f.Not.Tags = ids
		return
	}
	one(ids, &f.Tag, nil, &f.Tags)
}

func assigneeWords(f *TicketFilter, not bool) []string {
	return append(idNames(f, f.assignees(not), true), f.named("assignee", not)...)
}

func readAssignee(f *TicketFilter, not bool, words []string) {
	f.setAssignees(not, readIDs[PersonID](f, "assignee", not, words, true, true))
}

func departmentWords(f *TicketFilter, not bool) []string {
	return append(idNames(f, f.departments(not), false), f.named("department", not)...)
}

func readDepartment(f *TicketFilter, not bool, words []string) {
	f.setDepartments(not, readIDs[DepartmentID](f, "department", not, words, false, true))
}

func tagWords(f *TicketFilter, not bool) []string {
	return append(idNames(f, f.tags(not), false), f.named("tag", not)...)
}

func readTag(f *TicketFilter, not bool, words []string) {
	f.setTags(not, readIDs[TagID](f, "tag", not, words, false, true))
}

func requesterWords(f *TicketFilter, not bool) []string {
	return append(idNames(f, f.requesters(not), true), f.named("requester", not)...)
}

func readRequester(f *TicketFilter, not bool, words []string) {
	ids := readIDs[PersonID](f, "requester", not, words, true, false)
	if not {
		f.Not.Requesters = ids
		return
	}
	one(ids, &f.Requester, nil, &f.Requesters)
}
