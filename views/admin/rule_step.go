package admin

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"escalated/model"
	"escalated/text"
	"escalated/views/ui"
)

// typed is the rule as it is in the form.
func (p RuleForm) typed() model.Rule {
	x := p.Rule
	x.Conditions, x.Actions = x.Conditions.Canonical(), x.Actions.Canonical()
	return x
}

// triggerAttrs bring what depends on the trigger when another is chosen.
func (p RuleForm) triggerAttrs(ctx context.Context) templ.Attributes {
	a := p.again(ctx, "#rule-if")
	a["hx-trigger"], a["hx-vals"] = "change", `{"do":"actions:refresh"}`
	return a
}

// changes bring the field that goes with another type of action.
func (r actionRow) changes(ctx context.Context) templ.Attributes {
	a := r.again(ctx, "#f-actions", "#rule-reads")
	a["hx-trigger"], a["hx-vals"] = "change", `{"do":"actions:refresh"}`
	return a
}

func sized(in ui.In, rows int, hint string, optional bool) ui.In {
	in.Rows, in.Hint, in.Optional, in.User = rows, hint, optional, true
	return in
}

func (r actionRow) snoozes(ctx context.Context) []ui.Option {
	return append([]ui.Option{{Value: r.snoozeLength(), Label: text.T(ctx, "rulepages.snooze_for")}}, r.offered(ctx)...)
}

// tagWords are the ids of tags by their ids or names; what is no tag any more
// stays as it is.
func (r actionRow) tagWords() (out []string) {
	for w := range strings.SplitSeq(r.Value, ",") {
		if w = strings.TrimSpace(w); w == "" {
			continue
		}
		i := slices.IndexFunc(r.Names.Tags, func(t model.Tag) bool { return t.Slug == model.Slug(w) })
		if _, err := strconv.ParseInt(w, 10, 64); err != nil && i >= 0 {
			w = num(r.Names.Tags[i].ID)
		}
		out = append(out, w)
	}
	return out
}

func (r actionRow) tagOptions() (out []ui.Option) {
	for _, t := range r.Names.Tags {
		out = append(out, ui.Option{Value: num(t.ID), Label: t.Name})
	}
	for _, w := range r.tagWords() {
		if !slices.ContainsFunc(out, func(o ui.Option) bool { return o.Value == w }) {
			out = append(out, ui.Option{Value: w, Label: "#" + w})
		}
	}
	return out
}

func (r actionRow) roleOptions(ctx context.Context) (out []ui.Option) {
	for _, w := range model.NotifyRoles() {
		out = append(out, ui.Option{Value: w, Label: text.T(ctx, "rulepages.to_"+w)})
	}
	return out
}

func (r actionRow) staffOptions() (out []ui.Option) {
	for _, p := range r.Names.Staff {
		out = append(out, ui.Option{Value: num(p.ID), Label: p.Display()})
	}
	for _, w := range r.To { // who is gone stays in view until taken away
		if !strings.Contains(w, "@") && !slices.Contains(model.NotifyRoles(), w) && !slices.ContainsFunc(out, func(o ui.Option) bool { return o.Value == w }) {
			out = append(out, ui.Option{Value: w, Label: "#" + w})
		}
	}
	return out
}

func (r actionRow) namesPeople() bool {
	return slices.ContainsFunc(r.To, func(w string) bool { return !slices.Contains(model.NotifyRoles(), w) })
}

func (r actionRow) channelOptions(ctx context.Context) (out []ui.Option) {
	for _, w := range model.NotifyChannels() {
		out = append(out, ui.Option{Value: w, Label: text.T(ctx, "rulepages.channel_"+w)})
	}
	return out
}
