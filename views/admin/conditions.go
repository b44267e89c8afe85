package admin

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"escalated/model"
	"escalated/text"
	"escalated/views/ui"
)

// ConditionsForm is a list of conditions in a form. Fields of the form are
// called after it and the row: conditions.2.field, of groups conditions.2.0.op.
type ConditionsForm struct {
	Name     string // of the list in form and problems
	Title    string // default: Conditions
	Hint     string // default: that all must be so
	Rows     model.Conditions
	Use      model.ConditionUse
	Names    model.Names
	Problems model.Invalid
	Action   string // where the form posts to; buttons of the rows ask there for the form anew
}

// conditionRow is a row of the editor: its place, and what is in it.
type conditionRow struct {
	ConditionsForm
	model.Condition
	At    string // 2, or 2.0
	N     string // as people count
	First bool
	Last  bool
}

func (p ConditionsForm) row(c model.Condition, up string, i, n int) conditionRow {
	r := conditionRow{ConditionsForm: p, Condition: c, At: strconv.Itoa(i), N: strconv.Itoa(i + 1), First: i == 0, Last: i == n-1}
	if up != "" {
		at, _ := strconv.Atoi(up) // an index of ours
		r.At, r.N = up+"."+r.At, strconv.Itoa(at+1)+"."+r.N
	}
	return r
}

// field is the name of a field of the row.
func (r conditionRow) field(part string) string { return r.Name + "." + r.At + "." + part }

// is the row's field; unknown ones are the first that may be chosen.
func (r conditionRow) is() model.ConditionField {
	list := model.ConditionFields(r.Use, r.Names.Fields)
	for _, f := range list {
		if f.Name == r.Field {
			return f
		}
	}
	return list[0]
}

func (r conditionRow) fieldOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	known := false
	for _, f := range model.ConditionFields(r.Use, r.Names.Fields) {
		out = append(out, ui.Option{Value: f.Name, Label: ui.ConditionFieldName(ctx, f)})
		known = known || f.Name == r.Field
	}
	if !known && r.Field != "" {
		out = append(out, ui.Option{Value: r.Field, Label: text.T(ctx, "cond.gone", "Name", strings.TrimPrefix(r.Field, model.CustomField))})
	}
	return out
}

func (r conditionRow) opOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, op := range r.is().Ops {
		out = append(out, ui.Option{Value: op, Label: text.T(ctx, "cond.op_"+op)})
	}
	return out
}

// choices are what may be ticked: ids by name, words as people read them.
// Long lists begin with what is chosen.
func (r conditionRow) choices(ctx context.Context) []ui.Option {
	f := r.is()
	var words []string
	switch f.Kind {
	case model.ConditionStatus:
		for _, s := range r.Names.Statuses {
			if s.Active() || slices.Contains(r.Words, s.Key) {
				words = append(words, s.Key)
			}
		}
	case model.ConditionPerson:
		words = idsOf(r.Names.Staff, func(p model.PersonRef) int64 { return int64(p.ID) })
	case model.ConditionDepartment:
		words = idsOf(r.Names.Departments, func(d model.Department) int64 { return int64(d.ID) })
	case model.ConditionTag:
		words = idsOf(r.Names.Tags, func(t model.Tag) int64 { return int64(t.ID) })
	case model.ConditionOption:
		for _, o := range f.Custom.Options {
			if !o.Archived || slices.Contains(r.Words, o.Key) {
				words = append(words, o.Key)
			}
		}
	}
	words = append(words, f.Words...)
	if r.Field == f.Name {
		for _, w := range r.Words { // what is gone stays in view until it is taken away
			if !slices.Contains(words, w) {
				words = append(words, w)
			}
		}
	}
	if len(words) > 12 {
		slices.SortStableFunc(words, func(a, b string) int { return r.rank(a) - r.rank(b) })
	}
	out := make([]ui.Option, len(words))
	for i, w := range words {
		out[i] = ui.Option{Value: w, Label: ui.ConditionWord(ctx, f, w, r.Names)}
	}
	return out
}

func (r conditionRow) rank(w string) int {
	if slices.Contains(r.Words, w) {
		return 0
	}
	return 1
}

func idsOf[T any](list []T, id func(T) int64) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = num(id(x))
	}
	return out
}

// typed is what was written, a line a word; none is a box of its own.
func (r conditionRow) typed() string {
	return strings.Join(slices.DeleteFunc(slices.Clone(r.Words), func(w string) bool { return r.mayBeNone() && w == "none" }), "\n")
}

func (r conditionRow) mayBeNone() bool {
	f := r.is()
	return f.Custom != nil && f.Kind != model.ConditionYesNo && f.Kind != model.ConditionOption && slices.Contains(f.Words, "none")
}

func (p ConditionsForm) title(ctx context.Context) string {
	if p.Title != "" {
		return p.Title
	}
	return text.T(ctx, "cond.title")
}

func (p ConditionsForm) hint(ctx context.Context) string {
	if p.Hint != "" {
		return p.Hint
	}
	return text.T(ctx, "cond.hint")
}

func chosen(r conditionRow, in ui.In, options ...ui.Option) ui.In {
	in.Options = options
	if len(r.Words) > 0 {
		in.Value = r.Words[0]
	}
	return in
}

func written(r conditionRow, in ui.In, rows int, hint string) ui.In {
	in.Value, in.Rows, in.Hint, in.User = r.typed(), rows, hint, in.Type == ""
	if rows == 0 {
		in.Value, _, _ = strings.Cut(in.Value, "\n")
	}
	return in
}

func typed(in ui.In, kind string) ui.In {
	in.Type = kind
	return in
}

func with(in ui.In, name, value string) ui.In {
	in.Attrs = map[string]any{name: value}
	return in
}

func valueHint(ctx context.Context, f model.ConditionField) string {
	if f.Kind == model.ConditionRequester {
		return text.T(ctx, "cond.requester_hint")
	}
	return text.T(ctx, "cond.lines")
}
