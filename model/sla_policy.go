package model

import "time"

// MaxPolicies keeps the list of policies readable.
const MaxPolicies = 100

// SLAPolicyRow is a policy with what hangs on it.
type SLAPolicyRow struct {
	SLAPolicy
	Tickets int `db:"tickets"` // open ones it holds for, at most 1,000
}

// TargetField names a length of the table in forms and problems.
func TargetField(p Priority, t SLATarget) string { return "target_" + p.String() + "_" + t.String() }

// Check tells what of a policy is wrong by itself.
func (p SLAPolicy) Check(n Names) (out Invalid) {
	if p.Targets.Empty() {
		out.Add("targets", "sla_no_target")
	}
	for prio, row := range p.Targets {
		for t, l := range row {
			if !l.IsZero() && l.Days == 0 && l.Rest < time.Minute {
				out.Add(TargetField(prio, t), "length_invalid")
			}
		}
	}
	if before := p.Warn.Before; !before.IsZero() && !p.warnsBefore(before) {
		out.Add("warn", "sla_warn_too_early")
	}
	for _, w := range p.Pauses {
		if _, ok := StatusByKey(n.Statuses, w); !ok && w != PauseSnoozed {
			out.Add("pauses", "choice_invalid")
			break
		}
	}
	return append(out, p.Conditions.Check("conditions", ForPolicies, n)...)
}

// warnsBefore reports whether a warning so long before the end is possible for
// any of the targets.
func (p SLAPolicy) warnsBefore(before Length) bool {
	for _, row := range p.Targets {
		for _, l := range row {
			if l.In(Calendar{}) > before.In(Calendar{}) {
				return true
			}
		}
	}
	return p.Targets.Empty()
}

// SameHold reports whether two states of a policy hold for the same tickets
// and pause alike: then only its own tickets have to look at it again.
func (p SLAPolicy) SameHold(o SLAPolicy) bool {
	a, errA := p.Conditions.Value()
	b, errB := o.Conditions.Value()
	return errA == nil && errB == nil && a == b && p.IsDefault == o.IsDefault && p.Since == o.Since && p.DisabledAt == o.DisabledAt
}

// StandardTargets are the lengths of a desk that has not said any: answers
// within half an hour to a day, solutions within two hours to three days.
func StandardTargets() SLATable {
	hours := func(response, resolution float64) map[SLATarget]Length {
		r, s := Length{Rest: time.Duration(response * float64(time.Hour))}, Length{Rest: time.Duration(resolution * float64(time.Hour))}
		return map[SLATarget]Length{FirstResponse: r, NextResponse: r, Resolution: s}
	}
	return SLATable{Low: hours(24, 72), Medium: hours(8, 24), High: hours(4, 8), Urgent: hours(1, 4), Critical: hours(0.5, 2)}
}

// SLAForecast is when a promise would be due.
type SLAForecast struct {
	Target  SLATarget
	Length  Length
	Due     Time
	Warn    Time // zero: none
	Counted []Counted
}
