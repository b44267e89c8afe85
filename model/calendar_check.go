package model

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Bounds of a calendar.
const (
	MaxHolidays  = 1000
	MaxIntervals = 12 // a day
)

// IntervalField and HolidayField name the rows of a calendar in problems and
// forms.
func IntervalField(weekday, row int) string { return fmt.Sprintf("hours-%d-%d", weekday, row) }

// HolidayField names the row of a holiday.
func HolidayField(row int) string { return fmt.Sprintf("holiday-%d", row) }

// Check says what is wrong with the zone, the hours and the holidays.
func (c Calendar) Check() Invalid {
	var p Invalid
	if _, ok := zone(c.Zone); !ok {
		p.Add("zone", "zone_invalid")
	}
	c.checkHours(&p)
	c.checkHolidays(&p)
	return p
}

// span is an interval on the line of the week's minutes.
type span struct{ from, to, weekday, row int }

func (c Calendar) checkHours(p *Invalid) {
	var line []span
	broken := false
	for day, list := range c.Hours {
		if len(list) > MaxIntervals {
			p.Add(IntervalField(day, MaxIntervals), "too_many", "Max", MaxIntervals)
			return
		}
		for row, v := range list {
			if v.From < 0 || v.From >= dayMins || v.To < 0 || v.To > dayMins {
				p.Add(IntervalField(day, row), "interval_times")
				broken = true
				continue
			}
			line = append(line, span{day*dayMins + v.From, day*dayMins + v.From + v.Minutes(), day, row})
		}
	}
	switch {
	case broken:
	case len(line) == 0:
		p.Add("hours", "calendar_closed")
	default:
		checkOverlap(p, line)
	}
}

// checkOverlap names the intervals that begin before the one before is over,
// the last of the week being before the first.
func checkOverlap(p *Invalid, line []span) {
	slices.SortStableFunc(line, func(a, b span) int { return a.from - b.from })
	end := 0
	for _, s := range line { // what reaches over the week's end into its beginning
		end = max(end, s.to-7*dayMins)
	}
	for _, s := range line {
		if s.from < end {
			p.Add(IntervalField(s.weekday, s.row), "interval_overlaps")
		}
		end = max(end, s.to)
	}
}

func (c Calendar) checkHolidays(p *Invalid) {
	if len(c.Holidays) > MaxHolidays {
		p.Add("holidays", "too_many", "Max", MaxHolidays)
		return
	}
	seen := make(map[string]bool, len(c.Holidays))
	for i, h := range c.Holidays {
		y, _, _, ok := parseDay(h.Date)
		switch {
		case h.Date == "":
			p.Add(HolidayField(i), "required")
		case !ok, y < 1970, y > 9000:
			p.Add(HolidayField(i), "date")
		case seen[h.Date]:
			p.Add(HolidayField(i), "holiday_twice")
		case utf8.RuneCountInString(h.Name) > 120:
			p.Add(HolidayField(i), "too_long", "Max", 120)
		}
		seen[h.Date] = true
	}
	if len(*p) == 0 {
		if _, ok := c.NextOpen(TimeOf(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))); !ok {
			p.Add("holidays", "calendar_closed")
		}
	}
}

// Minutes is how long the interval is by the clock.
func (v Interval) Minutes() int {
	if v.To > v.From {
		return v.To - v.From
	}
	return dayMins - v.From + v.To
}

// String is the interval as people write it: 09:00–17:00.
func (v Interval) String() string { return ClockOf(v.From) + "–" + ClockOf(v.To) }

// ClockOf writes minutes after midnight as a clock shows them, up to 24:00.
func ClockOf(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// ParseClock reads 09:00 or 24:00 as minutes after midnight.
func ParseClock(s string) (int, bool) {
	h, m, ok := strings.Cut(strings.TrimSpace(s), ":")
	if !ok || len(h) < 1 || len(h) > 2 || len(m) != 2 {
		return 0, false
	}
	n := 0
	for _, part := range []string{h, m} {
		v := 0
		for _, r := range part {
			if r < '0' || r > '9' {
				return 0, false
			}
			v = v*10 + int(r-'0')
		}
		n = n*60 + v
	}
	return n, m < "60" && n <= dayMins
}

// WorkingDay is how long a day is where a promise is made in days: the length
// that most working days of the week have, the longer one of two.
func (c Calendar) WorkingDay() time.Duration {
	var sums [7]int
	for day, list := range c.Hours {
		for _, v := range list {
			sums[day] += v.Minutes()
		}
	}
	best, most := dayMins, 0
	for _, sum := range sums {
		n := 0
		for _, other := range sums {
			if other == sum {
				n++
			}
		}
		if sum > 0 && (n > most || n == most && sum > best) {
			best, most = sum, n
		}
	}
	return time.Duration(min(best, dayMins)) * time.Minute
}

// Upcoming are the next holidays from an instant on, each on the date it falls
// on next, at most n.
func (c Calendar) Upcoming(from Time, n int) []Holiday {
	_, offset := steady(c.Location(), from)
	today := floorDiv(int64(from)+offset, dayMs)
	year, _, _ := civil(today)
	var list []Holiday
	for _, h := range c.Holidays {
		y, m, d, ok := parseDay(h.Date)
		if !ok {
			continue
		}
		if h.Yearly { // the next year in which the date exists
			for y = year; y < year+9; y++ {
				if y2, m2, _ := civil(dayNumber(y, m, d)); y2 == y && m2 == m && dayNumber(y, m, d) >= today {
					break
				}
			}
		}
		if dayNumber(y, m, d) >= today {
			h.Date = fmt.Sprintf("%04d-%02d-%02d", y, m, d)
			list = append(list, h)
		}
	}
	slices.SortStableFunc(list, func(a, b Holiday) int { return strings.Compare(a.Date, b.Date) })
	return list[:min(n, len(list))]
}

// On is the holiday that the calendar has on a date.
func (c Calendar) On(date string) (name string, ok bool) {
	for _, h := range c.Holidays {
		if h.Date == date || h.Yearly && len(date) == 10 && len(h.Date) == 10 && h.Date[4:] == date[4:] {
			return h.Name, true
		}
	}
	return "", false
}
