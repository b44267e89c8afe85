package admin

import (
	"context"
	"strings"
	"time"

	"escalated/model"
	"escalated/text"
	"escalated/views/ui"
)

// SLAForm is the form of a policy.
type SLAForm struct {
	model.SLAPolicyRow
	Editor       ConditionsForm
	Typed        map[string]string // lengths and warning as they were typed, by field
	Calendars    []model.CalendarRow
	Statuses     []model.StatusDef
	Others       []model.SLAPolicyRow // what could take its place
	AlsoOpen     bool
	Effect       int  // open tickets its conditions hold for, at most 1,000
	BusinessOnly bool // without a calendar the desk's default counts
	Preview      SLAPreview
	Problems     model.Invalid
	Stale        bool
}

// SLAPreview is a made-up ticket and when it would be due.
type SLAPreview struct {
	Priority model.Priority
	At       model.Time
	Typed    string // the time as browsers write it
	List     []model.SLAForecast
}

// SLAList is the list of policies.
type SLAList struct {
	List         []model.SLAPolicyRow
	Calendars    []model.CalendarRow
	Names        model.Names
	Enabled      bool
	BusinessOnly bool
}

func (p SLAForm) action(ctx context.Context) string {
	if p.ID != 0 {
		return ui.Path(ctx, "admin/sla-policies/"+num(p.ID)+"/update/")
	}
	return ui.Path(ctx, "admin/sla-policies/store/")
}

// typed is what stands in a field: what was typed, else what is so.
func (p SLAForm) typed(field, value string) string {
	if s, ok := p.Typed[field]; ok {
		return s
	}
	return value
}

func noCalendar(ctx context.Context, businessOnly bool) string {
	if businessOnly {
		return text.T(ctx, "sla.desk_hours")
	}
	return text.T(ctx, "sla.around_the_clock")
}

func calendarName(ctx context.Context, list []model.CalendarRow, id model.CalendarID, businessOnly bool) string {
	for _, c := range list {
		if c.ID == id {
			return c.Name
		}
	}
	return noCalendar(ctx, businessOnly)
}

func (p SLAForm) calendarOptions(ctx context.Context) []ui.Option {
	out := []ui.Option{{Value: "", Label: noCalendar(ctx, p.BusinessOnly)}}
	for _, c := range p.Calendars {
		if c.Active() || c.ID == p.CalendarID {
			out = append(out, ui.Option{Value: num(c.ID), Label: c.Name + " · " + c.Zone})
		}
	}
	return out
}

// pauseOptions are the statuses in which a ticket is not done.
func (p SLAForm) pauseOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, s := range p.Statuses {
		if open := s.State != model.Resolved && s.State != model.Closed; open && s.Active() || p.Pauses.Has(s.Key) {
			out = append(out, ui.Option{Value: s.Key, Label: ui.StatusName(ctx, s)})
		}
	}
	return append(out, ui.Option{Value: model.PauseSnoozed, Label: text.T(ctx, "sla.pause_snoozed")})
}

func (p SLAForm) replacements(ctx context.Context) []ui.Option {
	out := []ui.Option{{Value: "", Label: text.T(ctx, "sla.choose_anew")}}
	for _, o := range p.Others {
		if o.Active() {
			out = append(out, ui.Option{Value: num(o.ID), Label: o.Name})
		}
	}
	return out
}

// policySentence says for which tickets a policy holds.
func policySentence(ctx context.Context, p model.SLAPolicy, n model.Names) string {
	switch s := ui.ConditionsSentence(ctx, p.Conditions, n); {
	case p.IsDefault:
		return text.T(ctx, "sla.when_default")
	case s == "":
		return text.T(ctx, "sla.when_any")
	default:
		return text.T(ctx, "sla.when", "Sentence", s)
	}
}

// promiseRange is the shortest and the longest of a target: "30m – 24h".
func promiseRange(p model.SLAPolicy, t model.SLATarget) string {
	var short, long model.Length
	for _, prio := range model.Priorities() {
		l := p.Targets[prio][t]
		if l.IsZero() {
			continue
		}
		n := l.In(model.Calendar{})
		if short.IsZero() || n < short.In(model.Calendar{}) {
			short = l
		}
		if n > long.In(model.Calendar{}) {
			long = l
		}
	}
	switch {
	case short.IsZero():
		return ""
	case short == long:
		return short.String()
	}
	return short.String() + " – " + long.String()
}

// dayAndTime is "Mon 23 Nov 2026 10:00" in the reader's zone.
func dayAndTime(ctx context.Context, at model.Time) string {
	w := text.From(ctx)
	return w.Weekday(at.Std()) + " " + w.DateTime(at.Std())
}

// stretches says the first few stretches that were counted.
func stretches(ctx context.Context, list []model.Counted) string {
	w := text.From(ctx)
	var out []string
	for i, c := range list {
		if i == 4 {
			out = append(out, "…")
			break
		}
		end := w.Clock(c.To.Std())
		if c.To.Std().In(w.Zone()).Format(time.DateOnly) != c.From.Std().In(w.Zone()).Format(time.DateOnly) {
			end = dayAndTime(ctx, c.To)
		}
		out = append(out, dayAndTime(ctx, c.From)+"–"+end)
	}
	return strings.Join(out, text.T(ctx, "cond.comma"))
}

func (p SLAForm) preview(ctx context.Context, f model.SLAForecast) string {
	target := text.T(ctx, "sla.target_"+f.Target.String())
	if f.Due == model.Never {
		return text.T(ctx, "sla.preview_never", "Target", target)
	}
	return text.T(ctx, "sla.preview_line", "Priority", text.T(ctx, "priority."+p.Preview.Priority.String()), "From", dayAndTime(ctx, p.Preview.At), "Due", dayAndTime(ctx, f.Due), "Target", target)
}

func (p SLAForm) effect(ctx context.Context) string {
	if p.Effect >= 1000 {
		return text.T(ctx, "sla.effect_many")
	}
	return text.N(ctx, "sla.effect", p.Effect)
}

func priorities(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, q := range model.Priorities() {
		out = append(out, ui.Option{Value: q.String(), Label: text.T(ctx, "priority."+q.String())})
	}
	return out
}
