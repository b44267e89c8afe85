package ui

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"escalated/model"
	"escalated/text"
)

// ConditionsSentence says conditions as people would: "priority is Urgent or
// Critical and department is Support". None is empty.
func ConditionsSentence(ctx context.Context, list model.Conditions, n model.Names) string {
	out := make([]string, 0, len(list))
	for _, c := range list {
		if !c.Group() {
			out = append(out, ConditionWords(ctx, c, n))
			continue
		}
		rows := make([]string, len(c.Any))
		for i, r := range c.Any {
			rows[i] = ConditionWords(ctx, r, n)
		}
		if len(rows) > 0 {
			out = append(out, text.T(ctx, "cond.any", "Rows", strings.Join(rows, text.T(ctx, "cond.or"))))
		}
	}
	return strings.Join(out, text.T(ctx, "cond.and"))
}

// ConditionWords says one row.
func ConditionWords(ctx context.Context, c model.Condition, n model.Names) string {
	f, ok := fieldOfCondition(c.Field, n)
	if !ok {
		return text.T(ctx, "cond.gone", "Name", c.Field)
	}
	words := make([]string, len(c.Words))
	if len(words) == 0 { // a row somebody is still writing
		words = []string{"…"}
	}
	for i, w := range c.Words {
		words[i] = ConditionWord(ctx, f, w, n)
	}
	return text.T(ctx, "cond.says_"+c.Op, "Field", fieldInSentence(ctx, f), "Words", AnyOf(ctx, words))
}

// AnyOf joins words of which any will do: "A, B or C".
func AnyOf(ctx context.Context, words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], text.T(ctx, "cond.comma")) + text.T(ctx, "cond.or") + words[last]
}

// fieldOfCondition finds a field, of those an admin added archived ones too.
func fieldOfCondition(name string, n model.Names) (model.ConditionField, bool) {
	fields := slices.Clone(n.Fields)
	for i := range fields {
		fields[i].ArchivedAt = 0
	}
	for _, f := range model.ConditionFields(model.ForEvents, fields) {
		if f.Name == name {
			return f, true
		}
	}
	return model.ConditionField{}, false
}

// ConditionFieldName is what a field of conditions is called.
func ConditionFieldName(ctx context.Context, f model.ConditionField) string {
	if f.Custom != nil {
		return f.Custom.Title(text.Lang(ctx))
	}
	return text.T(ctx, "cond.field_"+f.Name)
}

func fieldInSentence(ctx context.Context, f model.ConditionField) string {
	if f.Custom != nil {
		return f.Custom.Title(text.Lang(ctx))
	}
	return text.T(ctx, "cond.of_"+f.Name)
}

// ConditionWord is a word of a condition as people read it.
func ConditionWord(ctx context.Context, f model.ConditionField, w string, n model.Names) string {
	if w == "none" && slices.Contains(f.Words, w) {
		return noneOfCondition(ctx, f)
	}
	switch f.Kind {
	case model.ConditionStatus:
		return StatusKeyed(ctx, w)
	case model.ConditionChoice:
		return choiceOfCondition(ctx, f.Name, w)
	case model.ConditionYesNo:
		if w == "yes" {
			return text.T(ctx, "ui.yes")
		}
		return text.T(ctx, "ui.no")
	case model.ConditionText:
		return text.T(ctx, "cond.quoted", "Text", w)
	case model.ConditionPerson:
		return nameByID(w, n.Staff, func(p model.PersonRef) (int64, string) { return int64(p.ID), p.Display() })
	case model.ConditionDepartment:
		return nameByID(w, n.Departments, func(d model.Department) (int64, string) { return int64(d.ID), d.Name })
	case model.ConditionTag:
		return nameByID(w, n.Tags, func(t model.Tag) (int64, string) { return int64(t.ID), t.Name })
	case model.ConditionRequester:
		return nameByID(w, nil, func(t model.Tag) (int64, string) { return 0, "" })
	case model.ConditionOption, model.ConditionDate:
		return FieldText(ctx, *f.Custom, []string{w})
	}
	return w
}

func noneOfCondition(ctx context.Context, f model.ConditionField) string {
	switch {
	case f.Kind == model.ConditionPerson:
		return text.T(ctx, "cond.nobody")
	case f.Name == "sla":
		return text.T(ctx, "queue.sla_none")
	case f.Custom != nil:
		return text.T(ctx, "cond.empty")
	}
	return text.T(ctx, "cond.none")
}

func choiceOfCondition(ctx context.Context, field, w string) string {
	switch field {
	case "priority":
		return text.T(ctx, "priority."+w)
	case "type":
		return text.T(ctx, "type."+w)
	case "channel":
		return text.T(ctx, "channel."+w)
	case "sla":
		return text.T(ctx, "queue.sla_"+w)
	case "hours":
		return text.T(ctx, "cond.hours_"+w)
	}
	return w
}

// nameByID is the name of what an id stands for; of what is gone, or is not
// listed, the id, and any other word is itself.
func nameByID[T any](w string, list []T, of func(T) (int64, string)) string {
	id, err := strconv.ParseInt(w, 10, 64)
	if err != nil {
		return w
	}
	for _, x := range list {
		if n, name := of(x); n == id {
			return name
		}
	}
	return "#" + w
}
