package model

import (
	"slices"
	"strings"
	"unicode"
)

// Sharing says who may use a canned response or a macro.
type Sharing string

// The circles, from the narrowest.
const (
	ShareMine       Sharing = "mine"
	ShareDepartment Sharing = "department"
	ShareAll        Sharing = "all"
)

// Sharings lists them.
func Sharings() []Sharing { return []Sharing{ShareMine, ShareDepartment, ShareAll} }

// Shared is who keeps something and for whom.
type Shared struct {
	OwnerID        PersonID     `db:"owner_id"`
	OwnerName      string       `db:"owner_name"`
	Scope          Sharing      `db:"scope"`
	DepartmentID   DepartmentID `db:"department_id"`
	DepartmentName string       `db:"department_name"`
}

// UsableBy reports whether the actor may use it: everybody's, that of their
// departments, their own.
func (s Shared) UsableBy(by Actor) bool {
	switch s.Scope {
	case ShareAll:
		return true
	case ShareDepartment:
		return slices.Contains(by.Departments, s.DepartmentID) || s.OwnerID == by.ID
	}
	return s.OwnerID == by.ID
}

// ManageableBy reports whether the actor may change it: their own, that of
// their departments, and with the right for it all that is shared. What people
// keep for themselves is nobody else's.
func (s Shared) ManageableBy(by Actor, all bool) bool {
	switch s.Scope {
	case ShareAll:
		return all
	case ShareDepartment:
		return all || slices.Contains(by.Departments, s.DepartmentID)
	}
	return s.OwnerID == by.ID
}

// Canned is a text for answers that come again and again.
type Canned struct {
	ID CannedID `db:"id"`
	Shared
	Title    string    `db:"title"`
	Category string    `db:"category"`
	Bodies   Localized `db:"bodies"` // Markdown by language; "" is for any
	Uses     int       `db:"uses"`
	UsedAt   Time      `db:"used_at"`
	Files    int       `db:"files"` // how many go along
	Version  int64     `db:"version"`
}

// Body is the text in the first of the languages it has, else the one for any,
// else whatever there is.
func (c Canned) Body(languages ...string) string {
	for _, l := range languages {
		for l != "" {
			if c.Bodies[l] != "" {
				return c.Bodies[l]
			}
			cut := strings.LastIndexByte(l, '-') // de-AT, de
			if cut < 0 {
				break
			}
			l = l[:cut]
		}
	}
	return c.Bodies.In("")
}

// Languages are those it has texts in, "" first.
func (c Canned) Languages() []string {
	return slices.DeleteFunc(sortedKeys(c.Bodies), func(l string) bool { return c.Bodies[l] == "" })
}

// The most of a canned response, in characters and bytes.
const (
	MaxCannedTitle    = 255
	MaxCannedCategory = 100
	MaxCannedBody     = 64 << 10
)

// CannedText is a canned response made ready for one ticket.
type CannedText struct {
	Canned
	Text string
}

// Fuzzy says how well words match a title, a group and a text: 0 is not at
// all. Every word must be found; letters of the title in order are enough.
func Fuzzy(words, title, group, body string) int {
	title, group = strings.ToLower(title), strings.ToLower(group)
	total := 1
	for w := range strings.FieldsSeq(strings.ToLower(words)) {
		n := 0
		switch at := strings.Index(title, w); {
		case at == 0:
			n = 100
		case at > 0 && !endsInWord(title[:at]):
			n = 80
		case at > 0:
			n = 50
		case strings.Contains(group, w):
			n = 30
		case strings.Contains(strings.ToLower(body), w):
			n = 20
		case inOrder(title, w):
			n = 10
		default:
			return 0
		}
		total += n
	}
	return total
}

// endsInWord reports whether s ends in a letter or a digit.
func endsInWord(s string) bool {
	last := []rune(s[max(0, len(s)-4):])
	r := last[len(last)-1]
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// inOrder reports whether the letters of w stand in s in order.
func inOrder(s, w string) bool {
	for _, r := range w {
		i := strings.IndexRune(s, r)
		if i < 0 {
			return false
		}
		s = s[i+len(string(r)):]
	}
	return true
}

// CannedSaved is recorded when a canned response was made, changed or deleted.
type CannedSaved struct {
	Canned CannedID `json:"canned"`
	Name   string   `json:"name"`
	What   string   `json:"what"` // created, changed, deleted
}

// Kind is canned.saved.
func (CannedSaved) Kind() string { return "canned.saved" }

// Public is false: it is the desk's own business.
func (CannedSaved) Public() bool { return false }

func init() { register[CannedSaved]() }
