package model

import (
	"iter"
	"slices"
	"time"
)

const (
	minuteMs = int64(time.Minute / time.Millisecond)
	dayMs    = 24 * 60 * minuteMs
	dayMins  = 24 * 60

	quarterMs = 15 * minuteMs // clocks change at full quarters only
)

// longestIdle bounds a search: 29 February falls on the same weekday again
// after 40 years at most.
const longestIdle = Time(41 * 366 * dayMs)

// Add is the instant at which d of open time has passed since from, with the
// stretches that were counted. It may be a closing time: Monday 09:00 and
// eight hours are Monday 17:00. Where no time is open it is Never.
func (c Calendar) Add(from Time, d time.Duration) (Time, []Counted) {
	var trace []Counted
	due := c.add(from, d, func(a, b Time) { trace = join(trace, a, b) })
	if due == Never {
		return Never, nil
	}
	return due, trace
}

// Due is Add without the stretches.
func (c Calendar) Due(from Time, d time.Duration) Time {
	return c.add(from, d, func(Time, Time) {})
}

func (c Calendar) add(from Time, d time.Duration, counted func(a, b Time)) Time {
	left := Time(d.Milliseconds())
	if left <= 0 {
		return from
	}
	for a, b := range c.stretches(from, Never) {
		if end := a + left; end <= b {
			counted(a, end)
			return end
		}
		counted(a, b)
		left -= b - a
	}
	return Never
}

// Between is the open time from one instant to another, none when the second
// is not the later one, with the stretches that were counted.
func (c Calendar) Between(from, to Time) (time.Duration, []Counted) {
	var trace []Counted
	var sum Time
	for a, b := range c.stretches(from, to) {
		sum += b - a
		trace = join(trace, a, b)
	}
	return time.Duration(sum) * time.Millisecond, trace
}

// Open is Between without the stretches.
func (c Calendar) Open(from, to Time) time.Duration {
	var sum Time
	for a, b := range c.stretches(from, to) {
		sum += b - a
	}
	return time.Duration(sum) * time.Millisecond
}

// IsOpen reports whether an instant is open.
func (c Calendar) IsOpen(at Time) bool {
	for range c.stretches(at, at+1) {
		return true
	}
	return false
}

// NextOpen is the first open instant from one on, which may be itself; false
// where no time is open.
func (c Calendar) NextOpen(at Time) (Time, bool) {
	for a := range c.stretches(at, Never) {
		return a, true
	}
	return 0, false
}

// NextClosed is the first instant from one on that is not open, which may be
// itself; false when there is none within a year.
func (c Calendar) NextClosed(at Time) (Time, bool) {
	end := at
	for a, b := range c.stretches(at, at+Time(366*dayMs)) {
		if a > end {
			break
		}
		end = b
	}
	return end, end < at+Time(366*dayMs)
}

// join appends a stretch to a trace, to the last one when they touch.
func join(trace []Counted, a, b Time) []Counted {
	if n := len(trace); n > 0 && trace[n-1].To == a {
		trace[n-1].To = b
		return trace
	}
	return append(trace, Counted{a, b})
}

// stretches yields what is open from one instant to another, in order. It
// walks through the stretches in which the zone keeps its offset, and in each
// through the local days: what the clocks skip is in none of them, what they
// repeat in two.
func (c Calendar) stretches(from, to Time) iter.Seq2[Time, Time] {
	return func(yield func(Time, Time) bool) {
		if c.RoundTheClock() {
			if from < to {
				yield(from, to)
			}
			return
		}
		loc, week := c.Location(), c.week()
		worked := from
		for at := from; at < to && at-worked < longestIdle; {
			end, offset := steady(loc, at)
			end = min(end, to)
			for at < end && at-worked < longestIdle {
				day := floorDiv(int64(at)+offset, dayMs)
				midnight := Time(day*dayMs - offset)
				night := min(midnight+Time(dayMs), end)
				for _, p := range week.on(day) {
					a, b := max(at, midnight+p.from), min(night, midnight+p.to)
					if a >= b {
						continue
					}
					if !yield(a, b) {
						return
					}
					worked = b
				}
				at = night
			}
		}
	}
}

// steady is how long the zone keeps the offset it has at an instant, and that
// offset in milliseconds.
func steady(loc *time.Location, at Time) (end Time, offset int64) {
	t := time.UnixMilli(int64(at)).In(loc)
	_, seconds := t.Zone()
	_, until := t.ZoneBounds()
	end = Never
	if !until.IsZero() {
		end = Time(until.UnixMilli())
	}
	if end <= at { // the library ends leap years after the zone's table, 2040 and so on, a day early
		end = at - Time(floorMod(int64(at), quarterMs)) + Time(quarterMs)
	}
	return end, int64(seconds) * 1000
}

// piece is a part of a local day, in milliseconds after its midnight.
type piece struct{ from, to Time }

// week is a calendar made ready for counting.
type week struct {
	own    [7][]piece // what begins on the day itself
	all    [7][]piece // and what comes over from the day before
	dates  []int64    // holidays, as days since 1970, in order
	yearly [13]uint32 // holidays of each year: a bit a day
	any    bool       // whether there are holidays
}

// week reads the hours and the holidays.
func (c Calendar) week() *week {
	w := &week{}
	for i, list := range c.Hours {
		for _, v := range list {
			if v.To > v.From {
				w.own[i] = append(w.own[i], minutes(v.From, v.To))
				continue
			}
			w.own[i] = append(w.own[i], minutes(v.From, dayMins))
			if v.To > 0 {
				next := (i + 1) % 7
				w.all[next] = append(w.all[next], minutes(0, v.To))
			}
		}
	}
	for i := range w.own {
		w.own[i] = joined(w.own[i])
		if len(w.all[i]) == 0 {
			w.all[i] = w.own[i]
			continue
		}
		w.all[i] = joined(append(w.all[i], w.own[i]...))
	}
	for _, h := range c.Holidays {
		y, m, d, ok := parseDay(h.Date)
		switch {
		case !ok:
			continue
		case h.Yearly:
			w.yearly[m] |= 1 << d
		default:
			w.dates = append(w.dates, dayNumber(y, m, d))
		}
		w.any = true
	}
	slices.Sort(w.dates)
	return w
}

func minutes(from, to int) piece {
	return piece{Time(int64(max(from, 0)) * minuteMs), Time(int64(min(to, dayMins)) * minuteMs)}
}

// joined sorts pieces and joins what overlaps, so that nothing counts twice.
func joined(list []piece) []piece {
	if len(list) < 2 {
		return list
	}
	slices.SortFunc(list, func(a, b piece) int { return int(a.from - b.from) })
	out := list[:1]
	for _, p := range list[1:] {
		if last := &out[len(out)-1]; p.from <= last.to {
			last.to = max(last.to, p.to)
		} else {
			out = append(out, p)
		}
	}
	return out
}

// on is what is open on a local date, given as days since 1970.
func (w *week) on(day int64) []piece {
	weekday := floorMod(day+3, 7) // 1 January 1970 was a Thursday
	switch {
	case !w.any:
		return w.all[weekday]
	case w.holiday(day):
		return nil
	case len(w.all[weekday]) > 0 && w.holiday(day-1):
		return w.own[weekday]
	}
	return w.all[weekday]
}

func (w *week) holiday(day int64) bool {
	if _, found := slices.BinarySearch(w.dates, day); found {
		return true
	}
	_, m, d := civil(day)
	return w.yearly[m]&(1<<d) != 0
}
