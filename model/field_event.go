package model

// The facts about custom fields.
type (
	// FieldChanged is another value of a field of a ticket. It carries what it
	// takes to read it later: the definition may change.
	FieldChanged struct {
		Field  FieldID              `json:"field"`
		Key    string               `json:"key"`
		Label  Localized            `json:"label,omitempty"`
		As     CustomKind           `json:"as"`
		From   []string             `json:"from,omitempty"`
		To     []string             `json:"to,omitempty"`
		Names  map[string]Localized `json:"names,omitempty"`  // of the options among them
		Shared bool                 `json:"shared,omitempty"` // customers may see the field
	}
	// FieldSaved tells what became of a field: created, changed, moved, archived or restored.
	FieldSaved struct {
		Field FieldID `json:"field"`
		Key   string  `json:"key"`
		What  string  `json:"what"`
	}
)

// NewFieldChanged is the fact of a change.
func NewFieldChanged(f FieldDef, from, to []string) FieldChanged {
	e := FieldChanged{Field: f.ID, Key: f.Key, Label: f.Label, As: f.Kind, From: from, To: to, Shared: f.Public()}
	for _, v := range append(append([]string(nil), from...), to...) {
		if o, ok := f.Option(v); ok && len(o.Label) > 0 {
			if e.Names == nil {
				e.Names = map[string]Localized{}
			}
			e.Names[v] = o.Label
		}
	}
	return e
}

// Kind is ticket.field_changed.
func (FieldChanged) Kind() string { return "ticket.field_changed" }

// Public reports whether customers may see the field.
func (e FieldChanged) Public() bool { return e.Shared }

// Kind is field.saved.
func (FieldSaved) Kind() string { return "field.saved" }

// Public is false.
func (FieldSaved) Public() bool { return false }

func init() {
	register[FieldChanged]()
	register[FieldSaved]()
}
