package admin

import (
	"context"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"escalated/model"
	"escalated/text"
	"escalated/views/ui"
)

// RuleWords are what rules name, for their sentences and forms.
type RuleWords struct {
	Names  model.Names
	Canned []model.Canned // those that are everybody's
}

func (w RuleWords) titles() map[string]string {
	out := make(map[string]string, len(w.Canned))
	for _, c := range w.Canned {
		out[num(c.ID)] = c.Title
	}
	return out
}

func (w RuleWords) sentence(ctx context.Context, x model.Rule) string {
	return ui.RuleSentence(ctx, x, w.Names, w.titles())
}

func (w RuleWords) action(ctx context.Context, a model.Action) string {
	return ui.ActionWords(ctx, a, w.Names, w.titles())
}

// RuleList is the list of rules.
type RuleList struct {
	RuleWords
	All   []model.RuleView // in their order
	Kind  string           // event, time, or empty for all
	Query string
}

// rulePlace is a rule with its place among all of them.
type rulePlace struct {
	model.RuleView
	N           int
	First, Last bool
}

// shown are the rules of the kind that words find, with their places.
func (p RuleList) shown(ctx context.Context) (out []rulePlace) {
	for i, x := range p.All {
		if p.Kind != "" && (p.Kind == "time") != (x.Trigger == model.TriggerTime) {
			continue
		}
		in := strings.ToLower(x.Name + " " + x.Description + " " + p.sentence(ctx, x.Rule))
		found := true
		for _, w := range strings.Fields(strings.ToLower(p.Query)) {
			found = found && strings.Contains(in, w)
		}
		if found {
			out = append(out, rulePlace{x, i + 1, i == 0, i == len(p.All)-1})
		}
	}
	return out
}

func (p RuleList) count(kind string) (n int) {
	for _, x := range p.All {
		if (kind == "time") == (x.Trigger == model.TriggerTime) {
			n++
		}
	}
	return n
}

// RuleForm is the form of a rule, with what its tests said.
type RuleForm struct {
	RuleWords
	model.Rule
	On         bool
	Figures    model.RuleFigures
	Conditions ConditionsForm
	Problems   model.Invalid
	Stale      bool
	Ticket     string // to test on, as typed
	TestWrong  model.Invalid
	Test       *model.RuleTest
	Match      *model.WouldMatch
}

func (p RuleForm) path() string {
	if p.ID == 0 {
		return "admin/escalation-rules/store/"
	}
	return RulePath(p.ID, "update/")
}

// RulePath is the path of a rule below the prefix, or of something about it.
func RulePath(id model.RuleID, more string) string {
	return "admin/escalation-rules/" + num(id) + "/" + more
}

// again are the attributes of a button that brings parts of the form anew.
func (p RuleForm) again(ctx context.Context, target string, also ...string) templ.Attributes {
	a := templ.Attributes{"hx-post": ui.Path(ctx, p.path()), "hx-target": target, "hx-select": target, "hx-swap": "outerHTML ignoreTitle:true", "hx-sync": "closest form:queue last"}
	if len(also) > 0 {
		a["hx-select-oob"] = strings.Join(also, ",")
	}
	return a
}

// triggerOptions are what can set a rule off, in groups.
func triggerOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, t := range model.Triggers() {
		group := "ticket"
		switch t {
		case model.TriggerTime:
			group = "clock"
		case model.TriggerReply, model.TriggerCustomer, model.TriggerAgent, model.TriggerNote, model.TriggerRated:
			group = "talk"
		case model.TriggerSLAWarning, model.TriggerSLABreached:
			group = "sla"
		}
		out = append(out, ui.Option{Value: string(t), Label: text.T(ctx, "rulepages.trigger_"+string(t)), Group: text.T(ctx, "rulepages.group_"+group)})
	}
	return grouped(out)
}

// grouped puts options of one group behind each other, groups in the order in
// which they begin.
func grouped(list []ui.Option) (out []ui.Option) {
	var order []string
	in := map[string][]ui.Option{}
	for _, o := range list {
		if in[o.Group] == nil {
			order = append(order, o.Group)
		}
		in[o.Group] = append(in[o.Group], o)
	}
	for _, g := range order {
		out = append(out, in[g]...)
	}
	return out
}

// actionRow is an action in the form, with its place.
type actionRow struct {
	RuleForm
	model.Action
	I    int
	Last bool
}

func (r actionRow) field(part string) string { return "actions." + strconv.Itoa(r.I) + "." + part }
func (r actionRow) n() string                { return strconv.Itoa(r.I + 1) }

// wrong is what is wrong with the action; what names several parts stands
// under the row.
func (r actionRow) wrong(ctx context.Context) string {
	return ui.Wrong(ctx, r.Problems, "actions."+strconv.Itoa(r.I))
}

func actionTypes(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, t := range model.RuleActionTypes() {
		out = append(out, ui.Option{Value: string(t), Label: text.T(ctx, "rulepages.act_"+string(t))})
	}
	return out
}

// choices are what the value of an action can be; what is gone stays in view
// until something else is chosen.
func (r actionRow) choices(ctx context.Context) []ui.Option {
	out := r.offered(ctx)
	if r.Value == "" {
		return append([]ui.Option{{Label: text.T(ctx, "rulepages.choose")}}, out...)
	}
	for _, o := range out {
		if o.Value == r.Value {
			return out
		}
	}
	return append(out, ui.Option{Value: r.Value, Label: text.T(ctx, "rulepages.gone", "Value", r.Value)})
}

func (r actionRow) offered(ctx context.Context) (out []ui.Option) {
	n := r.Names
	switch r.Type {
	case model.ActStatus:
		for _, s := range n.Statuses {
			if s.Active() {
				out = append(out, ui.Option{Value: s.Key, Label: ui.StatusName(ctx, s)})
			}
		}
	case model.ActPriority:
		for _, x := range model.Priorities() {
			out = append(out, ui.Option{Value: x.String(), Label: text.T(ctx, "priority."+x.String())})
		}
	case model.ActType:
		for _, x := range model.TicketTypes() {
			out = append(out, ui.Option{Value: x.String(), Label: text.T(ctx, "type."+x.String())})
		}
	case model.ActDepartment:
		out = append(departmentOptions(n, ""), ui.Option{Value: "none", Label: text.T(ctx, "rulepages.no_department")})
	case model.ActAssign:
		return r.assignees(ctx)
	case model.ActSend:
		for _, c := range r.Canned {
			out = append(out, ui.Option{Value: num(c.ID), Label: c.Title})
		}
	case model.ActFollow, model.ActUnfollow:
		for _, p := range n.Staff {
			out = append(out, ui.Option{Value: num(p.ID), Label: p.Display()})
		}
	case model.ActSnooze:
		for _, s := range model.SnoozePresets() {
			out = append(out, ui.Option{Value: s, Label: text.T(ctx, "tools.snooze_"+s)})
		}
	}
	return out
}

// departmentOptions are the departments in use, their ids behind a prefix.
func departmentOptions(n model.Names, prefix string) (out []ui.Option) {
	for _, d := range n.Departments {
		if d.Active() {
			out = append(out, ui.Option{Value: prefix + num(d.ID), Label: d.Name})
		}
	}
	return out
}

func (r actionRow) assignees(ctx context.Context) (out []ui.Option) {
	for _, way := range []string{model.AssignLeastBusy, model.AssignRoundRobin} {
		group := text.T(ctx, "rulepages.assign_"+way)
		out = append(out, ui.Option{Value: way, Label: text.T(ctx, "rulepages.way", "Way", group, "Value", text.T(ctx, "rulepages.own_department")), Group: group})
		for _, o := range departmentOptions(r.Names, way+":") {
			o.Group, o.Label = group, text.T(ctx, "rulepages.way", "Way", group, "Value", o.Label)
			out = append(out, o)
		}
	}
	people := text.T(ctx, "rulepages.assign_person")
	for _, p := range r.Names.Agents {
		out = append(out, ui.Option{Value: num(p.ID), Label: p.Display(), Group: people})
	}
	return append(out, ui.Option{Value: model.AssignNone, Label: text.T(ctx, "cond.nobody"), Group: people})
}

// snoozeLength is the length of a snooze that is no time by name.
func (r actionRow) snoozeLength() string {
	for _, p := range model.SnoozePresets() {
		if p == r.Value {
			return ""
		}
	}
	return r.Value
}

// addresses are whom to notify that are no role and nobody here, one a line.
func (r actionRow) addresses() string {
	var out []string
	for _, w := range r.To {
		if strings.Contains(w, "@") {
			out = append(out, w)
		}
	}
	return strings.Join(out, "\n")
}

// UndoPath is where a POST takes back a change set, below the prefix.
func UndoPath(set model.ChangeSetID) string { return "agent/undo/" + num(set) + "/" }
