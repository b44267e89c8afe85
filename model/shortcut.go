package model

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Shortcut is an action of the workspace that a key does.
type Shortcut struct {
	Action string // member of the text family key
	Key    string // one character, or "g" and one character
	Where  string // all, list or ticket: member of the text family keys_where
	Fixed  bool   // cannot be changed
}

// shortcuts is the table. Keys are what KeyboardEvent.key says; Shift with a
// letter is the capital.
var shortcuts = []Shortcut{
	{"help", "?", "all", false},
	{"search", "/", "all", false},
	{"palette", "Ctrl K", "all", true},
	{"new", "c", "all", false},
	{"undo", "z", "all", false},
	{"side", "[", "all", false},
	{"panel", "]", "all", false},
	{"go_home", "g d", "all", false},
	{"go_tickets", "g t", "all", false},
	{"go_unassigned", "g u", "all", false},
	{"go_mine", "g m", "all", false},
	{"go_next", "g n", "all", false},
	{"go_notices", "g i", "all", false},
	{"down", "j", "list", false},
	{"up", "k", "list", false},
	{"select", "x", "list", false},
	{"range", "X", "list", false},
	{"open", "o", "list", false},
	{"peek", "Space", "list", true},
	{"fresh", ".", "list", false},
	{"next_message", "j", "ticket", false},
	{"previous_message", "k", "ticket", false},
	{"next_ticket", "J", "ticket", false},
	{"previous_ticket", "K", "ticket", false},
	{"back", "u", "ticket", false},
	{"reply", "r", "ticket", false},
	{"note", "n", "ticket", false},
	{"macro", "m", "both", false},
	{"follow", "f", "both", false},
	{"assign", "a", "both", false},
	{"status", "s", "both", false},
	{"priority", "p", "both", false},
	{"tags", "t", "both", false},
	{"snooze", "b", "both", false},
	{"merge", "M", "ticket", false},
	{"resolve", "e", "both", false},
	{"send", "Ctrl ↵", "ticket", true},
	{"close", "Esc", "all", true},
}

// Shortcuts lists the keys as a person has them.
func Shortcuts(p Prefs) []Shortcut {
	out := slices.Clone(shortcuts)
	for i := range out {
		if k, ok := p.Keys[out[i].Action]; ok && !out[i].Fixed {
			out[i].Key = k
		}
	}
	return out
}

// KeysInConflict lists the actions that share their key with another one in
// the same place.
func KeysInConflict(list []Shortcut) []string {
	var out []string
	for i, a := range list {
		for k, b := range list {
			if i != k && a.Key != "" && a.Key == b.Key && sameReach(a.Where, b.Where) {
				out = append(out, a.Action)
				break
			}
		}
	}
	return out
}

func sameReach(a, b string) bool {
	if a == "all" || b == "all" {
		return true
	}
	return a == b || a == "both" || b == "both"
}

// ParseKey reads a key as typed into the form: one visible character, or g
// and one. Empty switches the action's key off.
func ParseKey(s string) (string, bool) {
	s = strings.Join(strings.Fields(s), " ")
	last := s
	if rest, ok := strings.CutPrefix(s, "g "); ok {
		last = rest
	}
	if s == "" {
		return "", true
	}
	r, n := utf8.DecodeRuneInString(last)
	return s, n == len(last) && unicode.IsGraphic(r) && !unicode.IsSpace(r) && last != "g"
}

// SetKeys changes keys of a person, by action; a key that is the table's own
// is not kept. It refuses keys that cannot be and conflicts.
func (p *Prefs) SetKeys(keys map[string]string) error {
	var bad Invalid
	kept := map[string]string{}
	for _, s := range shortcuts {
		typed, ok := keys[s.Action]
		if !ok || s.Fixed {
			continue
		}
		key, ok := ParseKey(typed)
		if !ok {
			bad.Add("key_"+s.Action, "key_invalid")
			continue
		}
		if key != s.Key {
			kept[s.Action] = key
		}
	}
	if len(bad) == 0 {
		for _, action := range KeysInConflict(Shortcuts(Prefs{Keys: kept})) {
			bad.Add("key_"+action, "key_taken")
		}
	}
	if err := bad.Err(); err != nil {
		return err
	}
	p.Keys = kept
	return nil
}
