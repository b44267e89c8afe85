package model

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// CustomKind says what a custom field holds.
type CustomKind string

// The kinds.
const (
	CustomText     CustomKind = "text"
	CustomTextarea CustomKind = "textarea"
	CustomSelect   CustomKind = "select"
	CustomMulti    CustomKind = "multi_select"
	CustomCheckbox CustomKind = "checkbox"
	CustomDate     CustomKind = "date"
	CustomNumber   CustomKind = "number"
)

// CustomKinds lists the kinds as forms show them.
func CustomKinds() []CustomKind {
	return []CustomKind{CustomText, CustomTextarea, CustomSelect, CustomMulti, CustomCheckbox, CustomDate, CustomNumber}
}

// Choice reports whether values are taken from options.
func (k CustomKind) Choice() bool { return k == CustomSelect || k == CustomMulti }

// What fields belong to, when they must be filled in, and what customers have
// to do with them.
const (
	FieldOfTicket = "ticket"
	FieldOfPerson = "person"

	RequiredNever     = ""
	RequiredOnCreate  = "create"
	RequiredOnResolve = "resolve"

	AudienceStaff = "staff" // customers never learn of it
	AudienceShown = "shown" // customers read it
	AudienceAsked = "asked" // customers are asked for it
)

// FieldDef is a field that an admin added to tickets or people.
type FieldDef struct {
	ID         FieldID         `db:"id"`
	Entity     string          `db:"entity"`
	Key        string          `db:"key"`
	Kind       CustomKind      `db:"kind"`
	Label      Localized       `db:"label"`
	Help       Localized       `db:"help"`
	Options    FieldOptions    `db:"options"`
	RequiredOn string          `db:"required_on"`
	Audience   string          `db:"audience"`
	Conditions FieldConditions `db:"conditions"`
	Position   int             `db:"position"`
	ArchivedAt Time            `db:"archived_at"`
	Version    int64           `db:"version"`
}

// Active reports whether the field is in use.
func (f FieldDef) Active() bool { return f.ArchivedAt == 0 }

// Name is what the field is called in forms and problems:
// "field.order_number", of people "person_field.plan".
func (f FieldDef) Name() string {
	if f.Entity == FieldOfPerson {
		return "person_field." + f.Key
	}
	return "field." + f.Key
}

// Public reports whether customers may see values of the field.
func (f FieldDef) Public() bool { return f.Audience == AudienceShown || f.Audience == AudienceAsked }

// Title is the field's label, or its key while it has none.
func (f FieldDef) Title(lang string) string {
	if s := f.Label.In(lang); s != "" {
		return s
	}
	return f.Key
}

// Option finds one of the choices.
func (f FieldDef) Option(key string) (FieldOption, bool) {
	i := slices.IndexFunc(f.Options, func(o FieldOption) bool { return o.Key == key })
	if i < 0 {
		return FieldOption{}, false
	}
	return f.Options[i], true
}

// FieldOption is a choice of a select.
type FieldOption struct {
	Key      string    `json:"key"`
	Label    Localized `json:"label,omitempty"`
	Archived bool      `json:"archived,omitempty"`
}

// Title is the option's label, or its key while it has none.
func (o FieldOption) Title(lang string) string {
	if s := o.Label.In(lang); s != "" {
		return s
	}
	return o.Key
}

// FieldOptions are stored as one JSON text.
type FieldOptions []FieldOption

// Value stores JSON.
func (l FieldOptions) Value() (driver.Value, error) { return jsonValue(l, len(l)) }

// Scan reads JSON.
func (l *FieldOptions) Scan(v any) error { return jsonScan(v, l) }

// FieldConditions are stored as one JSON text.
type FieldConditions []FieldCondition

// Value stores JSON.
func (l FieldConditions) Value() (driver.Value, error) { return jsonValue(l, len(l)) }

// Scan reads JSON.
func (l *FieldConditions) Scan(v any) error { return jsonScan(v, l) }

func jsonValue(v any, n int) (driver.Value, error) {
	if n == 0 {
		return "[]", nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}

func jsonScan(v, into any) error {
	switch x := v.(type) {
	case nil:
		return nil
	case string:
		return json.Unmarshal([]byte(x), into)
	case []byte:
		return json.Unmarshal(x, into)
	}
	return fmt.Errorf("read JSON: unexpected %T", v)
}

// FieldCondition is a rule about another field, or about type, department or
// priority: a field shows only while all of its rules hold.
type FieldCondition struct {
	Field    string `json:"field"` // a key, or type, department, priority
	Operator string `json:"operator"`
	Value    string `json:"value,omitempty"`
}

// ConditionProperties are what conditions may look at beside fields.
func ConditionProperties() []string { return []string{"type", "department", "priority"} }

// ConditionOperators lists what conditions may ask.
func ConditionOperators() []string {
	return []string{"equals", "not_equals", "contains", "is_empty", "is_not_empty"}
}

// Holds reports whether the condition holds for the values of its field.
func (c FieldCondition) Holds(values []string) bool {
	empty := emptyValue(values)
	same := slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(v, c.Value) })
	switch c.Operator {
	case "equals":
		return same
	case "not_equals":
		return !same
	case "contains":
		return slices.ContainsFunc(values, func(v string) bool { return strings.Contains(strings.ToLower(v), strings.ToLower(c.Value)) })
	case "is_empty":
		return empty
	case "is_not_empty":
		return !empty
	}
	return false
}

// emptyValue reports whether nothing is filled in; a box without a tick is
// empty.
func emptyValue(values []string) bool {
	return !slices.ContainsFunc(values, func(v string) bool { return v != "" && v != "0" })
}

// Filled reports whether values are something.
func Filled(values []string) bool { return !emptyValue(values) }

// FieldFacts are what conditions look at: the properties by name and the
// values of fields by key.
type FieldFacts map[string][]string

// ShownFields are the fields in use that show for the facts, in order. A field
// that does not show counts as empty for those after it.
func ShownFields(defs []FieldDef, entity string, facts FieldFacts) []FieldDef {
	now := FieldFacts{}
	for k, v := range facts {
		now[k] = v
	}
	var out []FieldDef
	for _, f := range defs {
		if f.Entity != entity || !f.Active() {
			continue
		}
		if f.Shows(now) {
			out = append(out, f)
		} else {
			delete(now, f.Key)
		}
	}
	return out
}

// Shows reports whether all conditions of the field hold.
func (f FieldDef) Shows(facts FieldFacts) bool {
	for _, c := range f.Conditions {
		if !c.Holds(facts[c.Field]) {
			return false
		}
	}
	return true
}

// FieldValues are values by field: one text each, several of several choices.
// Dates are written 2026-11-23, numbers with a point, a ticked box is 1.
type FieldValues map[FieldID][]string

// Facts are the values by key, with the properties of a ticket.
func (v FieldValues) Facts(defs []FieldDef, entity string, t Ticket) FieldFacts {
	facts := FieldFacts{}
	for _, f := range defs {
		if f.Entity == entity && len(v[f.ID]) > 0 {
			facts[f.Key] = v[f.ID]
		}
	}
	if entity == FieldOfTicket {
		facts["type"], facts["priority"] = []string{t.Type.String()}, []string{t.Priority.String()}
		facts["department"] = []string{""}
		if t.DepartmentID != 0 {
			facts["department"] = []string{strconv.FormatInt(int64(t.DepartmentID), 10)}
		}
	}
	return facts
}

// The longest values, in characters.
const (
	maxFieldText = 500
	maxFieldArea = 10000
)

// Read checks what was filled in and writes it the one way it is kept. The
// problem's key is "" when there is none; was are the values until now, of
// which choices stay even when they are not offered any more.
func (f FieldDef) Read(in, was []string) (out []string, problem string, args []any) {
	var kept []string
	for _, v := range in {
		if f.Kind == CustomTextarea {
			v = CleanBody(v)
		} else {
			v = Clean(v)
		}
		if v != "" {
			kept = append(kept, v)
		}
	}
	if f.Kind == CustomCheckbox {
		return readBox(kept), "", nil
	}
	if len(kept) == 0 {
		return nil, "", nil
	}
	if f.Kind.Choice() {
		return f.readChoice(kept, was)
	}
	v := kept[len(kept)-1]
	switch f.Kind {
	case CustomNumber:
		n, err := strconv.ParseFloat(v, 64)
		if err != nil || math.IsNaN(n) || math.Abs(n) > 1e15 {
			return nil, "number", nil
		}
		return []string{strconv.FormatFloat(n, 'f', -1, 64)}, "", nil
	case CustomDate:
		d, err := time.Parse(time.DateOnly, v)
		if err != nil || d.Year() < 1 {
			return nil, "date", nil
		}
		return []string{d.Format(time.DateOnly)}, "", nil
	}
	longest := maxFieldText
	if f.Kind == CustomTextarea {
		longest = maxFieldArea
	}
	if utf8.RuneCountInString(v) > longest {
		return nil, "too_long", []any{"Max", longest}
	}
	return []string{v}, "", nil
}

func readBox(in []string) []string {
	if len(in) == 0 {
		return []string{"0"}
	}
	switch in[len(in)-1] {
	case "1", "on", "true", "yes":
		return []string{"1"}
	}
	return []string{"0"}
}

func (f FieldDef) readChoice(in, was []string) (out []string, problem string, args []any) {
	for _, v := range in {
		o, ok := f.Option(v)
		if !ok || o.Archived && !slices.Contains(was, v) {
			return nil, "choice_invalid", nil
		}
	}
	if f.Kind == CustomSelect {
		return in[len(in)-1:], "", nil
	}
	for _, o := range f.Options { // once each, in the order of the options
		if slices.Contains(in, o.Key) {
			out = append(out, o.Key)
		}
	}
	return out, "", nil
}

// SameValues reports whether two values are the same; an empty box is none.
func SameValues(a, b []string) bool {
	return emptyValue(a) && emptyValue(b) || slices.Equal(a, b)
}

// FieldView is a field with its values, as a page shows it.
type FieldView struct {
	Def    FieldDef
	Values []string
}
