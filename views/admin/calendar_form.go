package admin

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"escalated/model"
	"escalated/text"
)

// LocalTime is how a browser writes a day and time of day.
const LocalTime = "2006-01-02T15:04"

// CalendarForm is the form of business hours, as typed.
type CalendarForm struct {
	model.CalendarRow
	Rows          [7][]HoursRow
	AllDay        [7]bool
	Copy          [7]bool // days that Monday is to be copied to
	Days          []model.Holiday
	Others        []model.CalendarRow // what may take its place
	Start, Length string              // of the count
	Count         *HoursCount
	Focus         string // the field that gets the cursor
	Problems      model.Invalid
	Stale         bool
	Now           model.Time
}

// HoursRow is an interval as typed.
type HoursRow struct{ From, To string }

// HoursCount is a deadline with how it came about.
type HoursCount struct {
	From, Due model.Time
	Took      time.Duration
	Trace     []model.Counted
}

// HolidayImport is a file of holidays and what was found in it.
type HolidayImport struct {
	Calendar model.CalendarRow
	Source   string
	Found    []model.FoundHoliday
	Problems model.Invalid
}

// NewCalendarForm is the form of a calendar as it is.
func NewCalendarForm(c model.CalendarRow) CalendarForm {
	p := CalendarForm{CalendarRow: c, Days: c.Holidays}
	for day, list := range c.Hours {
		for _, v := range list {
			if v.From == 0 && v.To == 24*60 && len(list) == 1 {
				p.AllDay[day] = true
				break
			}
			p.Rows[day] = append(p.Rows[day], HoursRow{model.ClockOf(v.From), model.ClockOf(v.To % (24 * 60))})
		}
	}
	return p
}

// Blank reports whether nothing was typed.
func (r HoursRow) Blank() bool { return r.From+r.To == "" }

// DropBlank takes rows away in which nothing was typed, so that problems find
// theirs by its number.
func (p *CalendarForm) DropBlank() {
	for day := range p.Rows {
		p.Rows[day] = slices.DeleteFunc(p.Rows[day], HoursRow.Blank)
	}
	p.Days = slices.DeleteFunc(p.Days, func(h model.Holiday) bool { return h.Date+h.Name == "" })
}

// Interval is the row as a calendar has it: midnight as an end is the end of
// the day. What cannot be read is out of bounds.
func (r HoursRow) Interval() model.Interval {
	from, ok1 := model.ParseClock(r.From)
	to, ok2 := model.ParseClock(r.To)
	if !ok1 || !ok2 {
		return model.Interval{From: -1, To: -1}
	}
	if to == 0 {
		to = 24 * 60
	}
	return model.Interval{From: from, To: to}
}

// dayName is the name of a weekday, Monday being 0.
func dayName(ctx context.Context, day int) string {
	return text.Weekday(ctx, time.Date(2024, 1, 1+day, 12, 0, 0, 0, text.Zone(ctx)))
}

// hoursOf is a day's hours in words.
func hoursOf(ctx context.Context, list []model.Interval) string {
	if len(list) == 0 {
		return text.T(ctx, "hours.closed")
	}
	parts := make([]string, len(list))
	for i, v := range list {
		if parts[i] = v.String(); v.From == 0 && v.To == 24*60 {
			parts[i] = text.T(ctx, "hours.all_day")
		}
	}
	return strings.Join(parts, text.T(ctx, "hours.and"))
}

// dayRange is days that follow each other with the same hours.
type dayRange struct{ Days, Hours string }

// weekSummary says a week in as few lines as it takes.
func weekSummary(ctx context.Context, c model.Calendar) (out []dayRange) {
	for day := 0; day < 7; {
		end := day
		hours := hoursOf(ctx, c.Hours[day])
		for end < 6 && hoursOf(ctx, c.Hours[end+1]) == hours {
			end++
		}
		days := dayName(ctx, day)
		if end > day {
			days = text.T(ctx, "hours.days", "From", days, "To", dayName(ctx, end))
		}
		out = append(out, dayRange{days, hours})
		day = end + 1
	}
	return out
}

// bar is a stretch of a day in minutes, for drawing.
type bar struct{ From, Width int }

// bars are a day's stretches, with what comes over from the day before.
func bars(c model.Calendar, day int) (out []bar) {
	for _, v := range c.Hours[(day+6)%7] {
		if v.To <= v.From && v.To > 0 {
			out = append(out, bar{0, v.To})
		}
	}
	for _, v := range c.Hours[day] {
		if v.From >= 0 && v.To >= 0 {
			out = append(out, bar{v.From, min(v.From+v.Minutes(), 24*60) - v.From})
		}
	}
	return out
}

// valid reports whether the week can be drawn.
func valid(c model.Calendar) bool {
	for _, p := range c.Check() {
		if p.Field != "name" && p.Key != "holiday_twice" {
			return false
		}
	}
	return true
}

// where names the row a problem is about, or nothing.
func where(ctx context.Context, field string) string {
	for day := range 7 {
		for row := range model.MaxIntervals + 1 {
			if field == model.IntervalField(day, row) {
				return text.T(ctx, "hours.at_row", "Day", dayName(ctx, day), "N", row+1)
			}
		}
	}
	digits, ok := strings.CutPrefix(field, "holiday-")
	if n, err := strconv.Atoi(digits); ok && err == nil {
		return text.T(ctx, "hours.at_holiday", "N", n+1)
	}
	return ""
}

// dateOf writes a holiday's date.
func dateOf(ctx context.Context, date string) string {
	t, err := time.ParseInLocation(time.DateOnly, date, text.Zone(ctx))
	if err != nil {
		return date
	}
	return text.LongDate(ctx, t.Add(12*time.Hour))
}

// inZone is an instant on the clock of the calendar.
func inZone(ctx context.Context, c model.Calendar, t model.Time) string {
	there := text.WithZone(ctx, c.Location())
	return text.Weekday(there, t.Std()) + " " + text.DateTime(there, t.Std())
}

// clockIn is weekday and time of day on the clock of the calendar.
func clockIn(ctx context.Context, c model.Calendar, t model.Time) string {
	there := text.WithZone(ctx, c.Location())
	return text.Weekday(there, t.Std()) + " " + text.Clock(there, t.Std())
}

func lengthOf(d time.Duration) string {
	if d == 0 {
		return "0m"
	}
	return model.Length{Rest: d}.String()
}
