package model

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// StatusDef is a status as a desk has it: one of the eight core ones, or one
// that an admin added, which means one core state to everything that reasons
// about tickets.
type StatusDef struct {
	ID            StatusID  `db:"id"`
	Key           string    `db:"key"` // in URLs and the API
	State         Status    `db:"state"`
	Position      int       `db:"position"`
	Label         Localized `db:"label"`          // empty: the word of the state
	CustomerLabel Localized `db:"customer_label"` // empty: the customer's word of the state
	Hue           string    `db:"hue"`            // empty: that of the state
	ArchivedAt    Time      `db:"archived_at"`
	Version       int64     `db:"version"`
}

// Core reports whether the status is one of the eight.
func (s StatusDef) Core() bool { return s.ID >= StatusID(Open) && s.ID <= StatusID(Closed) }

// CoreStatus is the built-in status of a state.
func CoreStatus(s Status) StatusDef {
	return StatusDef{ID: StatusID(s), Key: s.String(), State: s, Position: int(s), Version: 1}
}

// Localized is a text by language code; "" is for every other language.
type Localized map[string]string

// In is the text in a language, else the one for all, else English, else any.
func (l Localized) In(lang string) string {
	for _, code := range []string{lang, "", "en"} {
		if l[code] != "" {
			return l[code]
		}
	}
	best := ""
	for _, code := range sortedKeys(l) {
		if best == "" {
			best = l[code]
		}
	}
	return best
}

// Value stores JSON.
func (l Localized) Value() (driver.Value, error) {
	if len(l) == 0 {
		return "{}", nil
	}
	b, err := json.Marshal(map[string]string(l))
	return string(b), err
}

// Scan reads JSON.
func (l *Localized) Scan(v any) error {
	var b []byte
	switch x := v.(type) {
	case nil:
		return nil
	case string:
		b = []byte(x)
	case []byte:
		b = x
	default:
		return fmt.Errorf("read texts: unexpected %T", v)
	}
	*l = nil
	return json.Unmarshal(b, (*map[string]string)(l))
}

func sortedKeys(m map[string]string) []string {
	return slices.Sorted(maps.Keys(m))
}
