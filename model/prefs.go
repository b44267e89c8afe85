package model

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
)

// Prefs are how a member of the staff works. The zero value is how the desk
// does it for everybody.
type Prefs struct {
	Density      string            `json:"density,omitempty"`       // comfortable (default) or compact
	Columns      []string          `json:"columns,omitempty"`       // of lists, in order; empty: the desk's
	NewestFirst  bool              `json:"newest_first,omitempty"`  // order of the conversation
	Panels       []string          `json:"panels,omitempty"`        // order of the panel's sections
	PanelsClosed []string          `json:"panels_closed,omitempty"` // sections that start folded
	HideSide     bool              `json:"hide_side,omitempty"`
	HidePanel    bool              `json:"hide_panel,omitempty"`
	AfterSend    string            `json:"after_send,omitempty"`   // stay (default), next or back
	UndoSeconds  *int              `json:"undo_seconds,omitempty"` // 0 to 60; nil: DefaultUndoSeconds
	KeysOff      bool              `json:"keys_off,omitempty"`     // single-key shortcuts
	Keys         map[string]string `json:"keys,omitempty"`         // action → key, where it differs
	Dashboard    []string          `json:"dashboard,omitempty"`    // panels in order; empty: all
	Notices      bool              `json:"notices,omitempty"`      // notifications of the browser
	Sound        bool              `json:"sound,omitempty"`
	Quiet        *Quiet            `json:"quiet,omitempty"`     // hours in which mail and browser wait
	Digest       string            `json:"digest,omitempty"`    // mail that can wait: each (default), hourly or daily
	DigestAt     int               `json:"digest_at,omitempty"` // minute of the day of a daily one, midnight is its end; 0: eight in the morning
}

// DefaultUndoSeconds is how long a reply waits before it is sent.
const DefaultUndoSeconds = 10

// UndoWindow is how many seconds a reply waits in which sending can be undone.
func (p Prefs) UndoWindow() int {
	if p.UndoSeconds == nil {
		return DefaultUndoSeconds
	}
	return max(0, min(60, *p.UndoSeconds))
}

// UndoWindowOr is UndoWindow at a desk that has a window of its own.
func (p Prefs) UndoWindowOr(seconds int) int {
	if p.UndoSeconds == nil {
		return max(0, min(60, seconds))
	}
	return p.UndoWindow()
}

// Compact reports whether lists have one line a row.
func (p Prefs) Compact() bool { return p.Density == "compact" }

// Value stores JSON.
func (p Prefs) Value() (driver.Value, error) {
	b, err := json.Marshal(p)
	return string(b), err
}

// Scan reads JSON; nothing is the zero value.
func (p *Prefs) Scan(v any) error {
	*p = Prefs{}
	switch x := v.(type) {
	case nil:
		return nil
	case string:
		return json.Unmarshal([]byte(x), p)
	case []byte:
		return json.Unmarshal(x, p)
	}
	return fmt.Errorf("read preferences: unexpected %T", v)
}
