package model

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
)

// Macro is several changes to a ticket under one name.
type Macro struct {
	ID MacroID `db:"id"`
	Shared
	Name        string  `db:"name"`
	Description string  `db:"description"`
	Actions     Actions `db:"actions"`
	Sends       bool    `db:"sends"` // replies are sent at once instead of put into the composer
	Position    int     `db:"position"`
	Uses        int     `db:"uses"`
	Version     int64   `db:"version"`
}

// The most of a macro.
const (
	MaxMacroName        = 255
	MaxMacroDescription = 500
	MaxMacroActions     = 20
)

// MacroActionTypes are the actions a macro may have, in the order its form
// shows them.
func MacroActionTypes() []ActionType {
	return []ActionType{ActReply, ActCanned, ActNote, ActStatus, ActPriority, ActType, ActDepartment, ActAssign, ActAddTags, ActRemoveTags, ActSnooze, ActFollow, ActUnfollow, ActDelete}
}

// Composes reports whether running the macro puts text into the composer.
func (m Macro) Composes() bool {
	for _, a := range m.Actions {
		if a.Type == ActCanned || a.Type == ActReply && !m.Sends {
			return true
		}
	}
	return false
}

// Actions is an ordered list of actions.
type Actions []Action

// Value stores JSON.
func (a Actions) Value() (driver.Value, error) {
	if len(a) == 0 {
		return "[]", nil
	}
	b, err := json.Marshal([]Action(a))
	return string(b), err
}

// Scan reads JSON.
func (a *Actions) Scan(v any) error {
	*a = nil
	switch x := v.(type) {
	case nil:
		return nil
	case string:
		return json.Unmarshal([]byte(x), (*[]Action)(a))
	case []byte:
		return json.Unmarshal(x, (*[]Action)(a))
	}
	return fmt.Errorf("read actions: unexpected %T", v)
}

// MacroStep is an action as people read it.
type MacroStep struct {
	Action
	Names   []string // of what its value names by id
	Problem string   // key of what is wrong with it now, or ""
}

// MacroView is a macro with its steps in words.
type MacroView struct {
	Macro
	Steps []MacroStep
}

// Broken reports whether a step cannot be done any more.
func (m MacroView) Broken() bool {
	for _, s := range m.Steps {
		if s.Problem != "" {
			return true
		}
	}
	return false
}

// MacroRun is what a macro leaves to its user: the text for the composer and
// the files that go with it.
type MacroRun struct {
	Macro  Macro
	Text   string
	Files  []Attachment
	Status string // word of the status the macro chose, for the reply to keep
}

type (
	// MacroApplied is recorded when somebody used a macro on a ticket.
	MacroApplied struct {
		Macro MacroID `json:"macro"`
		Name  string  `json:"name"`
	}
	// MacroSaved is recorded when a macro was made, changed or deleted.
	MacroSaved struct {
		Macro MacroID `json:"macro"`
		Name  string  `json:"name"`
		What  string  `json:"what"` // created, changed, deleted
	}
)

// Kind is macro.applied.
func (MacroApplied) Kind() string { return "macro.applied" }

// Public is false: customers see the result, not the means.
func (MacroApplied) Public() bool { return false }

// Kind is macro.saved.
func (MacroSaved) Kind() string { return "macro.saved" }

// Public is false: it is the desk's own business.
func (MacroSaved) Public() bool { return false }

func init() {
	register[MacroApplied]()
	register[MacroSaved]()
}
