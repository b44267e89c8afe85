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

// Active reports whether the status is still offered.
func (s StatusDef) Active() bool { return s.ArchivedAt == 0 }

// Name is what an admin called the status, for a reader of a language; empty
// is the built-in word of its state. A core status keeps its built-in word in
// languages it was given no other.
func (s StatusDef) Name(lang string) string { return s.named(s.Label, lang) }

// CustomerName is what customers read instead; empty is their word of the
// state.
func (s StatusDef) CustomerName(lang string) string { return s.named(s.CustomerLabel, lang) }

func (s StatusDef) named(l Localized, lang string) string {
	if s.Core() && l[lang] == "" {
		return l[""]
	}
	return l.In(lang)
}

// StatusByID finds a status in a list; what is not there is the core status
// of the state.
func StatusByID(list []StatusDef, id StatusID, state Status) StatusDef {
	for _, s := range list {
		if s.ID == id {
			return s
		}
	}
	return CoreStatus(state)
}

// StatusByKey finds a status in a list by its key.
func StatusByKey(list []StatusDef, key string) (StatusDef, bool) {
	for _, s := range list {
		if s.Key == key {
			return s, true
		}
	}
	return StatusDef{}, false
}

// StatusMove is an entry of the table of moves that an admin narrowed.
type StatusMove struct {
	From StatusID `db:"from_id"`
	To   StatusID `db:"to_id"`
}

// StatusRow is a status with how many tickets have it, at most 1,000.
type StatusRow struct {
	StatusDef
	Tickets int `db:"tickets"`
}

// The facts about statuses.
type (
	// StatusSaved tells what became of a status: created, changed, moved, archived or restored.
	StatusSaved struct {
		Status StatusID `json:"status"`
		Key    string   `json:"key"`
		What   string   `json:"what"`
	}
	// StatusMovesSaved is another table of the moves that are allowed.
	StatusMovesSaved struct {
		Moves []StatusMove `json:"moves"`
	}
)

// Kind is status.saved.
func (StatusSaved) Kind() string { return "status.saved" }

// Public is false.
func (StatusSaved) Public() bool { return false }

// Kind is status.moves_saved.
func (StatusMovesSaved) Kind() string { return "status.moves_saved" }

// Public is false.
func (StatusMovesSaved) Public() bool { return false }

func init() {
	register[StatusSaved]()
	register[StatusMovesSaved]()
}

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

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
