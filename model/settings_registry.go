package model

import (
	"encoding"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// SettingKind says how the text of a setting is read.
type SettingKind string

// The kinds. A list is written with commas, a map as JSON.
const (
	BoolSetting SettingKind = "bool"
	IntSetting  SettingKind = "int"
	TextSetting SettingKind = "string"
	EnumSetting SettingKind = "enum"
	ListSetting SettingKind = "list"
	MapSetting  SettingKind = "map"
)

// Setting describes one key of Settings.
type Setting struct {
	Key      string
	Kind     SettingKind
	Default  string   // as Value writes it
	Choices  []string // of an enum, or of a list's items
	Min, Max int      // of an int
	Label    string   // text key; its explanation is at Label + "_hint"
	Section  string   // groups keys in documentation and admin panel
	Admin    bool     // may be changed in the admin panel
	Secret   bool     // never shown, logged or exported
	Later    bool     // its feature does not exist yet: only the default is accepted

	check func(string) *settingProblem
	field int
}

// SettingError is a value that a setting refuses, or a key that is none. It
// reads as Invalid too (errors.As, Problems), with the key as the field.
type SettingError struct {
	Key     string
	Problem string // key of the sentence, without the prefix "errors."
	Args    []any  // its placeholders as name, value
}

// Error names key and problem, never the value: it may be a secret.
func (e *SettingError) Error() string { return "setting " + e.Key + ": " + e.Problem }

// As lets errors.As read the error as Invalid.
func (e *SettingError) As(target any) bool {
	p, ok := target.(*Invalid)
	if ok {
		*p = Invalid{{Field: e.Key, Key: e.Problem, Args: e.Args}}
	}
	return ok
}

var (
	settingList  = readSettings()
	settingIndex = indexSettings()
)

// AllSettings lists every setting in the order of the documentation.
func AllSettings() []Setting { return slices.Clone(settingList) }

// SettingKeys lists every key in the order of the documentation.
func SettingKeys() []string {
	keys := make([]string, len(settingList))
	for i, s := range settingList {
		keys[i] = s.Key
	}
	return keys
}

// SettingOf finds a setting by its key.
func SettingOf(key string) (Setting, bool) {
	i, ok := settingIndex[key]
	if !ok {
		return Setting{}, false
	}
	return settingList[i], true
}

// DefaultSettings are the settings of a desk that nobody has configured.
func DefaultSettings() Settings {
	var s Settings
	for _, d := range settingList {
		if p := d.store(&s, d.Default); p != nil {
			panic("default of setting " + d.Key + ": " + p.key)
		}
	}
	return s
}

// Set reads the value of one key. A refused value is a *SettingError and
// changes nothing.
func (s *Settings) Set(key, value string) error {
	d, ok := SettingOf(key)
	if !ok {
		return &SettingError{key, "setting_unknown", []any{"Nearest", NearestSetting(key)}}
	}
	value = strings.TrimSpace(value)
	next := *s
	p := d.store(&next, value)
	switch {
	case d.Later && (p != nil || next.Value(key) != d.Default):
		return &SettingError{key, "setting_later", []any{"Default", strconv.Quote(d.Default)}}
	case p != nil:
		return &SettingError{key, p.key, p.args}
	}
	*s = next
	return nil
}

// Value writes the value of a key in the form that Set reads; "" for a key
// that is none.
func (s Settings) Value(key string) string {
	d, ok := SettingOf(key)
	if !ok {
		return ""
	}
	switch v := reflect.ValueOf(s).Field(d.field).Interface().(type) {
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case []string:
		return strings.Join(v, ",")
	case encoding.TextMarshaler:
		text, _ := v.MarshalText() // the words of our enums always marshal
		return string(text)
	case string:
		return v
	}
	panic("setting " + key + " is of an unknown type")
}

// NearestSetting is the key that was probably meant by an unknown one.
func NearestSetting(unknown string) string {
	w := strings.ReplaceAll(strings.ToLower(unknown), "-", "_")
	best, least := "", len(w)+64
	for _, s := range settingList {
		if n := EditDistance(w, s.Key); n < least {
			best, least = s.Key, n
		}
	}
	return best
}

// EditDistance is the number of letters to insert, delete, replace or swap
// with their neighbour to turn a into b (optimal string alignment).
func EditDistance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := range x {
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}

// store checks a value and puts it into the field.
func (d Setting) store(s *Settings, value string) *settingProblem {
	f := reflect.ValueOf(s).Elem().Field(d.field)
	switch d.Kind {
	case BoolSetting:
		b, ok := parseBool(value)
		if !ok {
			return badSetting("setting_bool")
		}
		f.SetBool(b)
	case IntSetting:
		n, err := strconv.Atoi(value)
		if err != nil || n < d.Min || n > d.Max {
			return badSetting("number_range", "Min", d.Min, "Max", d.Max)
		}
		f.SetInt(int64(n))
	case EnumSetting:
		if !slices.Contains(d.Choices, value) {
			return badSetting("setting_choice", "Choices", strings.Join(d.Choices, ", "))
		}
		if u, ok := f.Addr().Interface().(encoding.TextUnmarshaler); ok {
			if err := u.UnmarshalText([]byte(value)); err != nil {
				return badSetting("setting_choice", "Choices", strings.Join(d.Choices, ", "))
			}
			return nil
		}
		f.SetString(value)
	case ListSetting:
		items, p := d.items(value)
		if p != nil {
			return p
		}
		f.Set(reflect.ValueOf(items))
	default:
		if p := d.accepts(value); p != nil {
			return p
		}
		f.SetString(tidySetting(d.Key, value))
	}
	return nil
}

// items reads a list and checks each of its parts.
func (d Setting) items(value string) ([]string, *settingProblem) {
	var out []string
	for part := range strings.SplitSeq(value, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		if len(d.Choices) > 0 && !slices.Contains(d.Choices, part) {
			return nil, badSetting("setting_choice", "Choices", strings.Join(d.Choices, ", "))
		}
		if p := d.accepts(part); p != nil {
			return nil, p
		}
		out = append(out, part)
	}
	return out, nil
}

// accepts applies the check of the setting; the general one keeps line breaks
// out of headers and pages.
func (d Setting) accepts(value string) *settingProblem {
	if p := checkLine(value); p != nil && d.Kind != MapSetting {
		return p
	}
	if d.check == nil || d.Later {
		return nil
	}
	return d.check(value)
}

// readSettings builds the registry from the tags of Settings.
func readSettings() []Setting {
	t := reflect.TypeFor[Settings]()
	out := make([]Setting, t.NumField())
	for i := range out {
		f := t.Field(i)
		is := strings.Split(f.Tag.Get("is"), ",")
		d := Setting{
			Key: f.Tag.Get("key"), Kind: kindOf(f), Default: f.Tag.Get("default"), Section: f.Tag.Get("in"),
			Label: "setting." + f.Tag.Get("key"), field: i,
			Admin: slices.Contains(is, "admin"), Secret: slices.Contains(is, "secret"), Later: slices.Contains(is, "later"),
		}
		if w := f.Tag.Get("oneof"); w != "" {
			d.Choices = strings.Split(w, ",")
		}
		if d.Kind == IntSetting {
			d.Min, d.Max = bound(f.Tag.Get("min")), bound(f.Tag.Get("max"))
		}
		if name := f.Tag.Get("check"); name != "" {
			if d.check = settingChecks[name]; d.check == nil {
				panic("setting " + d.Key + " has an unknown check")
			}
		}
		out[i] = d
	}
	return out
}

func indexSettings() map[string]int {
	m := make(map[string]int, len(settingList))
	for i, s := range settingList {
		m[s.Key] = i
	}
	return m
}

func kindOf(f reflect.StructField) SettingKind {
	switch {
	case f.Tag.Get("kind") != "":
		return SettingKind(f.Tag.Get("kind"))
	case f.Type.Kind() == reflect.Slice:
		return ListSetting
	case f.Tag.Get("oneof") != "":
		return EnumSetting
	case f.Type.Kind() == reflect.Bool:
		return BoolSetting
	case f.Type.Kind() == reflect.Int:
		return IntSetting
	}
	return TextSetting
}

func bound(w string) int {
	n, err := strconv.Atoi(w)
	if err != nil {
		panic("a bound of a setting is not a number: " + w)
	}
	return n
}
