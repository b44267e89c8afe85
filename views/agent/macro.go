package agent

import (
	"context"
	"strconv"
	"strings"
	"time"

	"escalated/model"
	"escalated/text"
	"escalated/views/ui"
)

// MacroPick is what an agent may do to a ticket in one go.
type MacroPick struct {
	Side   Side
	Ticket model.Ticket
	List   []model.MacroView
	Query  string
}

// MacroList is the list of macros somebody keeps.
type MacroList struct {
	Keep
	List  []model.MacroView
	Query string
	Scope model.Sharing
}

// MacroForm is the form of one macro.
type MacroForm struct {
	Keep
	model.MacroView
	Choices     Choices
	Statuses    []model.StatusDef
	Canned      []model.Canned
	Departments []model.Department // it may be shared with
	CanAll      bool
	Problems    model.Invalid
	Stale       bool
}

// MacroSentence says what a macro does: "Reply + set Waiting on customer + add
// tag refund".
func MacroSentence(ctx context.Context, m model.MacroView) string {
	parts := make([]string, len(m.Steps))
	for i, s := range m.Steps {
		parts[i] = stepWords(ctx, s, m.Sends)
	}
	return strings.Join(parts, " + ")
}

func stepWords(ctx context.Context, s model.MacroStep, sends bool) string {
	names := text.T(ctx, "macros.gone")
	if len(s.Names) > 0 {
		names = strings.Join(s.Names, text.T(ctx, "macros.comma"))
	}
	switch s.Type {
	case model.ActReply:
		if sends {
			return text.T(ctx, "macros.step_send")
		}
		return text.T(ctx, "macros.step_reply")
	case model.ActCanned:
		return text.T(ctx, "macros.step_canned", "Name", names)
	case model.ActNote:
		return text.T(ctx, "macros.step_note")
	case model.ActStatus:
		return text.T(ctx, "macros.step_status", "Name", statusOfStep(ctx, s))
	case model.ActPriority:
		return text.T(ctx, "macros.step_priority", "Name", wordOf(ctx, "priority.", s.Value))
	case model.ActType:
		return text.T(ctx, "macros.step_type", "Name", wordOf(ctx, "type.", s.Value))
	case model.ActAddTags:
		return text.N(ctx, "macros.step_add_tags", len(s.Names), "Names", names)
	case model.ActRemoveTags:
		return text.N(ctx, "macros.step_remove_tags", len(s.Names), "Names", names)
	case model.ActSnooze:
		return text.T(ctx, "macros.step_snooze", "Time", snoozeWords(ctx, s.Value))
	case model.ActDelete:
		return text.T(ctx, "macros.step_delete")
	}
	return personStep(ctx, s, names)
}

// personStep words the steps that are about a person or a department.
func personStep(ctx context.Context, s model.MacroStep, name string) string {
	none, me := s.Value == "" || s.Value == "none", s.Value == "me"
	switch {
	case s.Type == model.ActDepartment && none:
		return text.T(ctx, "macros.step_no_department")
	case s.Type == model.ActDepartment:
		return text.T(ctx, "macros.step_department", "Name", name)
	case s.Type == model.ActAssign && none:
		return text.T(ctx, "macros.step_unassign")
	case s.Type == model.ActAssign && me:
		return text.T(ctx, "macros.step_take")
	case s.Type == model.ActAssign:
		return text.T(ctx, "macros.step_assign", "Name", name)
	case s.Type == model.ActFollow && (none || me):
		return text.T(ctx, "macros.step_follow")
	case s.Type == model.ActFollow:
		return text.T(ctx, "macros.step_follow_other", "Name", name)
	case s.Type == model.ActUnfollow && (none || me):
		return text.T(ctx, "macros.step_unfollow")
	case s.Type == model.ActUnfollow:
		return text.T(ctx, "macros.step_unfollow_other", "Name", name)
	}
	return string(s.Type)
}

func statusOfStep(ctx context.Context, s model.MacroStep) string {
	if len(s.Names) > 0 {
		return s.Names[0]
	}
	return wordOf(ctx, "status.", s.Value)
}

// wordOf is the text of a word, or the word itself when it means nothing.
func wordOf(ctx context.Context, family, word string) string {
	if text.Has(family + word) {
		return text.T(ctx, family+word)
	}
	return word
}

func snoozeWords(ctx context.Context, value string) string {
	if text.Has("macros.snooze_" + value) {
		return text.T(ctx, "macros.snooze_"+value)
	}
	if t, err := time.Parse(time.RFC3339, value); err == nil {
		return text.DateTime(ctx, t)
	}
	return value
}

// macroBroken says why a macro cannot be used.
func macroBroken(ctx context.Context, m model.MacroView) string {
	for i, s := range m.Steps {
		if s.Problem != "" {
			return text.T(ctx, "errors.macro_step", "N", i+1, "Step", text.T(ctx, "macros.act_"+string(s.Type)), "Reason", text.T(ctx, "errors."+s.Problem, "Max", model.MaxCannedBody))
		}
	}
	return ""
}

func stepField(i int, what string) string { return "a" + strconv.Itoa(i) + "_" + what }

// stepTypes are the actions a step may be.
func stepTypes(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, t := range model.MacroActionTypes() {
		out = append(out, ui.Option{Value: string(t), Label: text.T(ctx, "macros.act_"+string(t))})
	}
	return out
}

// stepOptions are the values to choose from for an action, nil when it takes
// words; a value that is gone stays in view.
func stepOptions(ctx context.Context, p MacroForm, a model.Action) []ui.Option {
	var out []ui.Option
	add := func(value, label string) { out = append(out, ui.Option{Value: value, Label: label}) }
	switch a.Type {
	case model.ActStatus:
		for _, s := range p.Statuses {
			if name := s.Name(text.Lang(ctx)); name != "" {
				add(s.Key, name)
			} else {
				add(s.Key, wordOf(ctx, "status.", s.State.String()))
			}
		}
	case model.ActPriority:
		for _, x := range model.Priorities() {
			add(x.String(), text.T(ctx, "priority."+x.String()))
		}
	case model.ActType:
		for _, x := range model.TicketTypes() {
			add(x.String(), text.T(ctx, "type."+x.String()))
		}
	case model.ActDepartment:
		add("none", text.T(ctx, "macros.no_department"))
		for _, d := range p.Choices.Departments {
			add(num(d.ID), d.Name)
		}
	case model.ActAssign, model.ActFollow, model.ActUnfollow:
		add("me", text.T(ctx, "macros.me"))
		if a.Type == model.ActAssign {
			add("none", text.T(ctx, "macros.nobody"))
		}
		for _, x := range p.Choices.Agents {
			add(num(x.ID), x.Display())
		}
	case model.ActCanned:
		for _, c := range p.Canned {
			add(num(c.ID), c.Title)
		}
	case model.ActSnooze:
		for _, x := range model.SnoozePresets() {
			add(x, text.T(ctx, "macros.snooze_"+x))
		}
	default:
		return nil
	}
	for _, o := range out {
		if o.Value == a.Value {
			return out
		}
	}
	if a.Value != "" {
		label := text.T(ctx, "macros.gone")
		if a.Type == model.ActSnooze {
			label = snoozeWords(ctx, a.Value)
		}
		add(a.Value, label)
	} else {
		out = append([]ui.Option{{Value: "", Label: text.T(ctx, "macros.choose")}}, out...)
	}
	return out
}

// tagWords writes the tags of a step by name.
func tagWords(s model.MacroStep) string {
	if len(s.Names) > 0 {
		return strings.Join(s.Names, ", ")
	}
	return s.Value
}
