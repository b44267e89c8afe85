package model

import (
	"database/sql/driver"
	"slices"
	"strconv"
	"strings"
)

// Condition is one thing that must be so with a ticket: a field, how it is
// compared, and the words of which any will do. Or it is a group, of whose
// rows any will do; groups hold no groups.
type Condition struct {
	Field string      `json:"field,omitempty"`
	Op    string      `json:"op,omitempty"`
	Words []string    `json:"words,omitempty"`
	Any   []Condition `json:"any,omitempty"`
}

// Group reports whether the condition is a group of rows.
func (c Condition) Group() bool { return c.Field == "" && c.Any != nil }

// Conditions must all be so. None lets everything through. They are stored as
// one JSON text.
type Conditions []Condition

// Value stores JSON.
func (l Conditions) Value() (driver.Value, error) { return jsonValue(l, len(l)) }

// Scan reads JSON.
func (l *Conditions) Scan(v any) error { return jsonScan(v, l) }

// The operators of conditions.
const (
	CondIs         = "is"  // any of the words
	CondNot        = "not" // none of the words
	CondWas        = "was" // the event changed it, from one of the words
	CondContains   = "contains"
	CondContainsNo = "not_contains"
	CondStarts     = "starts_with"
	CondLonger     = "longer_than"
	CondShorter    = "shorter_than"
	CondAtLeast    = "at_least"
	CondAtMost     = "at_most"
)

// ConditionKind says how the words of a condition are asked for.
type ConditionKind string

// The kinds. A custom field has the kind of its value.
const (
	ConditionChoice     ConditionKind = "choice"     // one of Words
	ConditionStatus     ConditionKind = "status"     // a status key
	ConditionPerson     ConditionKind = "person"     // the id of somebody of the staff; none where Words has it
	ConditionRequester  ConditionKind = "requester"  // a person's id, an address, a domain
	ConditionDepartment ConditionKind = "department" // an id, or none
	ConditionTag        ConditionKind = "tag"        // an id, or none
	ConditionText       ConditionKind = "text"
	ConditionLength     ConditionKind = "length" // 45m, 1h30m, 2d; days have 24 hours
	ConditionNumber     ConditionKind = "number"
	ConditionDate       ConditionKind = "date"   // 2026-11-23
	ConditionOption     ConditionKind = "option" // an option's key, or none
	ConditionYesNo      ConditionKind = "yes_no"
)

// ConditionUse is what conditions are for: not all fields make sense everywhere.
type ConditionUse int

// The uses.
const (
	ForTickets  ConditionUse = iota // what a ticket is now: rules by the clock
	ForEvents                       // also what it was before
	ForPolicies                     // what it is about, not where it stands: a promise must not follow from how it is kept
)

// ConditionField is a field that conditions can look at.
type ConditionField struct {
	Name   string
	Kind   ConditionKind
	Ops    []string
	Words  []string  // of a choice, all there are; of others those beside ids and values, such as none
	Policy bool      // policies may look at it
	Custom *FieldDef // of a field an admin added
}

// OpsFor are the operators for a use.
func (f ConditionField) OpsFor(use ConditionUse) []string {
	if use == ForEvents {
		return f.Ops
	}
	return slices.DeleteFunc(slices.Clone(f.Ops), func(op string) bool { return op == CondWas })
}

var (
	condIs    = []string{CondIs, CondNot}
	condWas   = []string{CondIs, CondNot, CondWas}
	condText  = []string{CondContains, CondContainsNo, CondStarts, CondIs}
	condAge   = []string{CondLonger, CondShorter}
	condCount = []string{CondAtLeast, CondAtMost}
	condYesNo = []string{"yes", "no"}
)

// conditionFields are those every desk has, in the order of pickers.
var conditionFields = []ConditionField{
	{Name: "status", Kind: ConditionStatus, Ops: condWas},
	{Name: "priority", Kind: ConditionChoice, Ops: condWas, Words: joinedWords(Priorities()), Policy: true},
	{Name: "type", Kind: ConditionChoice, Ops: condWas, Words: joinedWords(TicketTypes()), Policy: true},
	{Name: "department", Kind: ConditionDepartment, Ops: condWas, Words: []string{"none"}, Policy: true},
	{Name: "assignee", Kind: ConditionPerson, Ops: condWas, Words: []string{"none"}},
	{Name: "tag", Kind: ConditionTag, Ops: condIs, Words: []string{"none"}, Policy: true},
	{Name: "requester", Kind: ConditionRequester, Ops: condIs, Policy: true},
	{Name: "channel", Kind: ConditionChoice, Ops: condIs, Words: joinedWords(Channels()), Policy: true},
	{Name: "subject", Kind: ConditionText, Ops: condText, Policy: true},
	{Name: "created_for", Kind: ConditionLength, Ops: condAge},
	{Name: "updated_for", Kind: ConditionLength, Ops: condAge},
	{Name: "assigned_for", Kind: ConditionLength, Ops: condAge},
	{Name: "waiting_for", Kind: ConditionLength, Ops: condAge},
	{Name: "unanswered_for", Kind: ConditionLength, Ops: condAge},
	{Name: "sla", Kind: ConditionChoice, Ops: condIs, Words: joinedWords(SLALevels())},
	{Name: "rating", Kind: ConditionChoice, Ops: condIs, Words: []string{"1", "2", "3", "4", "5", "none"}},
	{Name: "snoozed", Kind: ConditionYesNo, Ops: []string{CondIs}, Words: condYesNo},
	{Name: "attachment", Kind: ConditionYesNo, Ops: []string{CondIs}, Words: condYesNo},
	{Name: "following", Kind: ConditionPerson, Ops: condIs},
	{Name: "reopened", Kind: ConditionNumber, Ops: condCount},
	{Name: "hours", Kind: ConditionChoice, Ops: []string{CondIs}, Words: []string{"open", "closed"}}, // of the desk, when the rule is asked
}

// ConditionFields lists the fields for a use, those of tickets that an admin
// added at the end: called CustomField and their key.
func ConditionFields(use ConditionUse, custom []FieldDef) []ConditionField {
	var out []ConditionField
	for _, f := range conditionFields {
		if use != ForPolicies || f.Policy {
			f.Ops = f.OpsFor(use)
			out = append(out, f)
		}
	}
	for _, d := range custom {
		if d.Entity == FieldOfTicket && d.Active() {
			out = append(out, customCondition(d))
		}
	}
	return out
}

// customCondition is how conditions look at a field an admin added.
func customCondition(d FieldDef) ConditionField {
	f := ConditionField{Name: CustomField + d.Key, Ops: condIs, Words: []string{"none"}, Policy: true, Custom: &d}
	switch d.Kind {
	case CustomSelect, CustomMulti:
		f.Kind = ConditionOption
	case CustomCheckbox:
		f.Kind, f.Ops, f.Words = ConditionYesNo, []string{CondIs}, condYesNo
	case CustomNumber:
		f.Kind, f.Ops = ConditionNumber, []string{CondIs, CondNot, CondAtLeast, CondAtMost}
	case CustomDate:
		f.Kind, f.Ops = ConditionDate, []string{CondIs, CondNot, CondAtLeast, CondAtMost}
	default:
		f.Kind, f.Ops = ConditionText, []string{CondIs, CondNot, CondContains, CondContainsNo}
	}
	return f
}

// conditionField finds a field by its name, those in use or not.
func conditionField(name string, custom []FieldDef) (ConditionField, bool) {
	for _, f := range conditionFields {
		if f.Name == name {
			return f, true
		}
	}
	if key, ok := strings.CutPrefix(name, CustomField); ok {
		for _, d := range custom {
			if d.Entity == FieldOfTicket && d.Key == key {
				return customCondition(d), true
			}
		}
	}
	return ConditionField{}, false
}

// Names are what conditions and actions name: they are checked against them
// and made ready with them.
type Names struct {
	Statuses    []StatusDef
	Fields      []FieldDef
	Departments []Department
	Tags        []Tag
	Agents      []PersonRef                   // who may be given tickets
	Staff       []PersonRef                   // everybody who works here
	Calendar    Calendar                      // the desk's business hours
	Person      func(PersonID) bool           // whether there is such a person; nil: taken as said
	Canned      func(CannedID) (all, ok bool) // whether there is such a text, and it is everybody's; nil: taken as said
}

// Canonical is the one way to write the conditions: without white space around
// words, empty rows, and groups that say nothing.
func (l Conditions) Canonical() Conditions {
	var out Conditions
	for _, c := range l {
		if !c.Group() {
			if c = c.canonical(); !c.blank() {
				out = append(out, c)
			}
			continue
		}
		var any []Condition
		for _, r := range c.Any {
			if r = r.canonical(); !r.blank() {
				any = append(any, r)
			}
		}
		switch len(any) {
		case 0:
		case 1:
			out = append(out, any[0])
		default:
			out = append(out, Condition{Any: any})
		}
	}
	return out
}

func (c Condition) blank() bool { return c.Field == "" && len(c.Any) == 0 }

func (c Condition) canonical() Condition {
	out := Condition{Field: strings.TrimSpace(c.Field), Op: strings.TrimSpace(c.Op), Any: c.Any}
	for _, w := range c.Words {
		if w = Clean(w); w != "" && !slices.Contains(out.Words, w) {
			out.Words = append(out.Words, w)
		}
	}
	return out
}

// rows calls fn for each row, those of groups too.
func (l Conditions) rows(fn func(c Condition)) {
	for _, c := range l {
		if c.Group() {
			Conditions(c.Any).rows(fn)
			continue
		}
		fn(c)
	}
}

// Needs is what has to be known of a ticket beside its facets.
type Needs struct {
	Fields    bool // values of fields an admin added
	Subject   bool
	Addresses bool // of the requester
	Reopened  bool
}

// And is what either needs.
func (n Needs) And(m Needs) Needs {
	return Needs{n.Fields || m.Fields, n.Subject || m.Subject, n.Addresses || m.Addresses, n.Reopened || m.Reopened}
}

// Needs tells what has to be known of a ticket to ask the conditions of it.
func (l Conditions) Needs() (n Needs) {
	l.rows(func(c Condition) {
		n.Fields = n.Fields || strings.HasPrefix(c.Field, CustomField)
		n.Subject = n.Subject || c.Field == "subject"
		n.Reopened = n.Reopened || c.Field == "reopened"
		if c.Field == "requester" {
			for _, w := range c.Words {
				if _, err := strconv.ParseInt(w, 10, 64); err != nil {
					n.Addresses = true
				}
			}
		}
	})
	return n
}

// NeedsFields reports whether fields an admin added are looked at.
func (l Conditions) NeedsFields() bool { return l.Needs().Fields }

// NeedsSubject reports whether the subject is looked at.
func (l Conditions) NeedsSubject() bool { return l.Needs().Subject }

// People are those that the conditions name as requesters.
func (l Conditions) People() (out []PersonID) {
	l.rows(func(c Condition) {
		if c.Field == "requester" {
			for _, w := range c.Words {
				if id := parseID(w); id != 0 {
					out = append(out, PersonID(id))
				}
			}
		}
	})
	return out
}

// AsksBefore is the field whose value before a change the conditions ask for;
// empty when they ask for none.
func (l Conditions) AsksBefore() (field string) {
	l.rows(func(c Condition) {
		if c.Op == CondWas {
			field = c.Field
		}
	})
	return field
}
