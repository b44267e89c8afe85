package ui

import (
	"context"
	"encoding/json"

	"escalated/model"
)

// keyTable says for the page's scripts which key does what: action, key and
// where, as JSON.
func keyTable(ctx context.Context) string {
	var out [][3]string
	for _, s := range model.Shortcuts(From(ctx).Prefs) {
		if !s.Fixed || s.Key == "Space" {
			out = append(out, [3]string{s.Action, s.Key, s.Where})
		}
	}
	b, _ := json.Marshal(out) // strings only
	return string(b)
}
