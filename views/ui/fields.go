package ui

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"escalated/model"
	"escalated/text"
)

// FieldText is the value of a custom field as people read it; empty when
// nothing is filled in.
func FieldText(ctx context.Context, f model.FieldDef, values []string) string {
	return valueText(ctx, f.Kind, values, func(key string) string {
		if o, ok := f.Option(key); ok {
			return o.Title(text.Lang(ctx))
		}
		return key
	})
}

func valueText(ctx context.Context, kind model.CustomKind, values []string, option func(string) string) string {
	var out []string
	for _, v := range values {
		switch {
		case kind == model.CustomCheckbox && v == "1":
			v = text.T(ctx, "ui.yes")
		case kind == model.CustomCheckbox:
			v = text.T(ctx, "ui.no")
		case kind == model.CustomDate:
			if d, err := time.Parse(time.DateOnly, v); err == nil {
				v = text.From(ctx).Zoned(time.UTC).Date(d)
			}
		case kind.Choice():
			v = option(v)
		}
		out = append(out, v)
	}
	return strings.Join(out, ", ")
}

// fieldText says a change of a custom field.
func fieldText(ctx context.Context, who string, f model.FieldChanged) string {
	name := f.Label.In(text.Lang(ctx))
	if name == "" {
		name = f.Key
	}
	say := func(values []string) string {
		if !model.Filled(values) && f.As != model.CustomCheckbox {
			return ""
		}
		return valueText(ctx, f.As, values, func(key string) string {
			if s := f.Names[key].In(text.Lang(ctx)); s != "" {
				return s
			}
			return key
		})
	}
	from, to := say(f.From), say(f.To)
	switch {
	case to == "":
		return text.T(ctx, "event.ticket.field_cleared", "Actor", who, "Field", name, "From", model.Excerpt(from, 80))
	case from == "":
		return text.T(ctx, "event.ticket.field_set", "Actor", who, "Field", name, "To", model.Excerpt(to, 80))
	}
	return text.T(ctx, "event.ticket.field_changed", "Actor", who, "Field", name, "From", model.Excerpt(from, 80), "To", model.Excerpt(to, 80))
}

// inWords puts statuses and texts by language among a problem's placeholders
// into the reader's words.
func inWords(ctx context.Context, args []any) []any {
	out := slices.Clone(args)
	for i, a := range out {
		switch a := a.(type) {
		case model.Localized:
			out[i] = a.In(text.Lang(ctx))
		case model.Status:
			out[i] = StatusNamed(ctx, 0, a)
		case model.StatusDef:
			out[i] = StatusName(ctx, a)
		}
	}
	return out
}

// Asked is a custom field in a form.
type Asked struct {
	model.FieldDef
	Values   []string
	Problems model.Invalid
	Required bool
	Optional bool
	Hidden   bool // its conditions do not hold now; scripts show it when they do
	ID       string
}

func (a Asked) in(ctx context.Context) In {
	in := In{Name: a.Name(), ID: a.ID, Label: a.Title(text.Lang(ctx)), Hint: a.Help.In(text.Lang(ctx)), Required: a.Required, Optional: a.Optional, Problems: a.Problems}
	if len(a.Values) > 0 {
		in.Value = a.Values[len(a.Values)-1]
	}
	switch a.Kind {
	case model.CustomDate:
		in.Type = "date"
	case model.CustomNumber:
		in.Type, in.Attrs = "number", map[string]any{"step": "any", "inputmode": "decimal"}
	case model.CustomText:
		in.User, in.Max = true, 500
	case model.CustomTextarea:
		in.User, in.Rows = true, 3
	case model.CustomSelect:
		in.Options = append([]Option{{Value: "", Label: "–"}}, fieldOptions(ctx, a)...)
	case model.CustomMulti:
		in.Options = fieldOptions(ctx, a)
	}
	return in
}

// fieldOptions are the choices on offer, and those that are chosen already.
func fieldOptions(ctx context.Context, a Asked) []Option {
	var out []Option
	for _, o := range a.Options {
		if !o.Archived || slices.Contains(a.Values, o.Key) {
			out = append(out, Option{Value: o.Key, Label: o.Title(text.Lang(ctx))})
		}
	}
	return out
}

// when are the conditions of a field for scripts.
func (a Asked) when() string {
	b, err := json.Marshal(a.Conditions)
	if err != nil { // plain strings always marshal
		return "[]"
	}
	return string(b)
}

// AskedFields are the custom fields of a form for a new ticket. props are the
// properties it has, live those of them that have a control in the form, typed
// what was filled in by key. Fields whose conditions do not hold now, and may
// when the form changes, are there too, hidden.
func AskedFields(defs []model.FieldDef, props map[string]string, live []string, typed map[string][]string, problems model.Invalid) []Asked {
	facts, known := model.FieldFacts{}, map[string]bool{}
	for name, v := range props {
		facts[name] = []string{v}
	}
	for _, name := range live {
		known[name] = true
	}
	for _, f := range defs {
		if f.Entity == model.FieldOfTicket && f.Active() {
			known[f.Key] = true
			if v, _, _ := f.Read(typed[f.Key], nil); len(v) > 0 {
				facts[f.Key] = v
			}
		}
	}
	shown := model.ShownFields(defs, model.FieldOfTicket, facts)
	var out []Asked
	for _, f := range defs {
		if f.Entity != model.FieldOfTicket || !f.Active() {
			continue
		}
		a := Asked{FieldDef: f, Values: typed[f.Key], Problems: problems}
		a.Hidden = !slices.ContainsFunc(shown, func(s model.FieldDef) bool { return s.ID == f.ID })
		a.Required = f.RequiredOn == model.RequiredOnCreate
		a.Optional = !a.Required
		if a.settle(facts, known) {
			out = append(out, a)
		}
	}
	return out
}

// settle leaves to scripts the conditions that the form can change; false when
// another one says that the field never shows here.
func (a *Asked) settle(facts model.FieldFacts, known map[string]bool) bool {
	var open model.FieldConditions
	for _, c := range a.Conditions {
		if known[c.Field] {
			open = append(open, c)
		} else if !c.Holds(facts[c.Field]) {
			return false
		}
	}
	a.Conditions = open
	return true
}

// FieldScripts are the scripts of a form with such fields.
func FieldScripts(list []Asked) []string {
	if Conditional(list) {
		return []string{"fields.js"}
	}
	return nil
}

// Conditional reports whether any of the fields shows only sometimes.
func Conditional(list []Asked) bool {
	return slices.ContainsFunc(list, func(a Asked) bool { return len(a.Conditions) > 0 })
}
