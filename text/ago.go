package text

import "time"

const (
	day  = 24 * time.Hour
	week = 7 * day
)

// Ago writes the distance to now in words; see the function Ago.
func (w Words) Ago(t, now time.Time) string {
	d := now.Sub(t)
	tense := "format.ago."
	if d < 0 {
		d, tense = -d, "format.in."
	}
	switch {
	case d < time.Minute:
		return w.T("format.now")
	case d < time.Hour:
		return w.N(tense+"minutes", int(d/time.Minute))
	case d < day:
		return w.N(tense+"hours", int(d/time.Hour))
	case d < 30*day:
		return w.N(tense+"days", int(d/day))
	}
	return w.Date(t)
}

// Short writes the distance to now briefly; see the function Short.
func (w Words) Short(t, now time.Time) string {
	d := now.Sub(t).Abs()
	switch {
	case d < time.Minute:
		return w.T("format.short.now")
	case d < time.Hour:
		return w.N("format.short.minutes", int(d/time.Minute))
	case d < day:
		return w.N("format.short.hours", int(d/time.Hour))
	case d < 2*week:
		return w.N("format.short.days", int(d/day))
	case d < 9*week:
		return w.N("format.short.weeks", int(d/week))
	case d < 365*day:
		return w.N("format.short.months", int(d/(30*day)))
	}
	return w.N("format.short.years", int(d/(365*day)))
}

// Duration writes a length of time; see the function Duration. It rounds up,
// for "try again in" must never promise too early a moment.
func (w Words) Duration(d time.Duration) string {
	up := func(unit time.Duration) int { return int((d + unit - 1) / unit) }
	switch {
	case d < time.Minute:
		return w.N("format.duration.seconds", up(time.Second))
	case d <= 90*time.Minute:
		return w.N("format.duration.minutes", up(time.Minute))
	case d <= 2*day:
		return w.N("format.duration.hours", up(time.Hour))
	}
	return w.N("format.duration.days", up(day))
}
