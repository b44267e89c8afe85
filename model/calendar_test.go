package model

import (
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"
)

// nineToFive is Monday to Friday, 09:00 to 17:00.
func nineToFive(zone string) Calendar {
	c := Calendar{Zone: zone}
	for day := range 5 {
		c.Hours[day] = []Interval{{9 * 60, 17 * 60}}
	}
	return c
}

// at reads a local time of a zone.
func at(t testing.TB, zone, s string) Time {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	when, err := time.ParseInLocation("2006-01-02 15:04", s, loc)
	if err != nil {
		t.Fatal(err)
	}
	return TimeOf(when)
}

func TestCalendarExamples(t *testing.T) {
	for _, x := range []struct{ from, length, due string }{ // 23 November 2026 is a Monday
		{"2026-11-23 15:00", "4h", "2026-11-24 11:00"},
		{"2026-11-27 15:00", "4h", "2026-11-30 11:00"},
		{"2026-11-23 06:00", "1h", "2026-11-23 10:00"},
		{"2026-11-23 09:00", "8h", "2026-11-23 17:00"},
		{"2026-11-27 16:30", "0.5h", "2026-11-27 17:00"},
		{"2026-11-28 12:00", "1h", "2026-11-30 10:00"},
		{"2026-11-23 09:00", "2d", "2026-11-24 17:00"},
	} {
		for _, zone := range []string{"UTC", "Europe/Berlin", "America/New_York"} {
			c := nineToFive(zone)
			l, err := ParseLength(x.length)
			if err != nil {
				t.Fatal(err)
			}
			due, trace := c.Add(at(t, zone, x.from), l.In(c))
			if want := at(t, zone, x.due); due != want {
				t.Errorf("%s: %s + %s = %s, want %s", zone, x.from, x.length, due, want)
			}
			if took := sum(trace); took != l.In(c) {
				t.Errorf("%s: %s + %s: the trace has %s", zone, x.from, x.length, took)
			}
		}
	}
}

func TestCalendarHolidays(t *testing.T) {
	c := nineToFive("UTC")
	c.Holidays = []Holiday{{Date: "2025-12-25", Yearly: true}, {Date: "2026-01-01"}}
	for when, open := range map[string]bool{
		"2025-12-25 10:00": false, "2026-12-25 10:00": false, "2026-12-24 10:00": true,
		"2026-01-01 10:00": false, "2027-01-01 10:00": true,
	} {
		if c.IsOpen(at(t, "UTC", when)) != open {
			t.Errorf("%s: open is not %t", when, open)
		}
	}
	c.Hours[3] = []Interval{{22 * 60, 6 * 60}} // Thursdays over night: 24 and 31 December 2026
	c.Holidays = []Holiday{{Date: "2026-12-25"}}
	for when, open := range map[string]bool{
		"2026-12-24 23:00": true, "2026-12-25 01:00": false, "2026-12-31 23:00": true, "2027-01-01 01:00": true, "2027-01-01 06:00": false,
	} {
		if c.IsOpen(at(t, "UTC", when)) != open {
			t.Errorf("over night, %s: open is not %t", when, open)
		}
	}
	c.Holidays = []Holiday{{Date: "2026-12-31"}}
	if c.IsOpen(at(t, "UTC", "2027-01-01 01:00")) {
		t.Error("the night of a holiday takes place")
	}
}

func TestCalendarZone(t *testing.T) {
	c := nineToFive("America/New_York")
	if !c.IsOpen(at(t, "UTC", "2026-03-02 14:00")) || c.IsOpen(at(t, "UTC", "2026-03-02 13:00")) {
		t.Error("New York opens at 14:00 UTC on 2 March 2026")
	}
}

func TestCalendarDaylightSaving(t *testing.T) {
	night := func(zone string, from, to int) Calendar {
		c := Calendar{Zone: zone}
		for day := range 7 {
			c.Hours[day] = []Interval{{from, to}}
		}
		return c
	}
	for _, x := range []struct {
		c        Calendar
		from, to string
		open     time.Duration
	}{
		{night("Europe/Berlin", 0, 1440), "2026-03-29 00:00", "2026-03-30 00:00", 23 * time.Hour},
		{night("Europe/Berlin", 0, 1440), "2026-10-25 00:00", "2026-10-26 00:00", 25 * time.Hour},
		{night("Europe/Berlin", 120, 180), "2026-03-29 00:00", "2026-03-30 00:00", 0},
		{night("Europe/Berlin", 120, 180), "2026-10-25 00:00", "2026-10-26 00:00", 2 * time.Hour},
		{night("Australia/Lord_Howe", 0, 1440), "2026-10-04 00:00", "2026-10-05 00:00", 23*time.Hour + 30*time.Minute},
		{night("America/Sao_Paulo", 0, 1440), "2018-11-04 01:00", "2018-11-05 00:00", 23 * time.Hour}, // no midnight
		{night("Pacific/Apia", 0, 1440), "2011-12-29 00:00", "2012-01-01 00:00", 48 * time.Hour},      // no 30 December
	} {
		got, trace := x.c.Between(at(t, x.c.Zone, x.from), at(t, x.c.Zone, x.to))
		if got != x.open || sum(trace) != got || len(trace) > 2 {
			t.Errorf("%s, %v on %s: %s in %d stretches, want %s", x.c.Zone, x.c.Hours[0], x.from, got, len(trace), x.open)
		}
	}
}

func TestCalendarWithoutOpenTime(t *testing.T) {
	shut := Calendar{Zone: "UTC"}
	all := nineToFive("UTC")
	for day := dayNumber(2024, 1, 1); day < dayNumber(2025, 1, 1); day++ {
		y, m, d := civil(day)
		all.Holidays = append(all.Holidays, Holiday{Date: time.Date(int(y), time.Month(m), int(d), 0, 0, 0, 0, time.UTC).Format(time.DateOnly), Yearly: true})
	}
	for name, c := range map[string]Calendar{"no hours": shut, "a year of holidays": all} {
		if due, trace := c.Add(1000, time.Hour); due != Never || trace != nil {
			t.Errorf("%s: due %s", name, due)
		}
		if _, ok := c.NextOpen(1000); ok || len(c.Check()) == 0 {
			t.Errorf("%s: opens, or is accepted", name)
		}
	}
	leap := Calendar{Zone: "UTC"}
	leap.Hours[0] = []Interval{{540, 600}}
	for _, h := range all.Holidays {
		if h.Date != "2024-02-29" {
			leap.Holidays = append(leap.Holidays, h)
		}
	}
	if due := leap.Due(at(t, "UTC", "2020-01-01 00:00"), time.Hour); due != at(t, "UTC", "2044-02-29 10:00") {
		t.Errorf("Monday 29 February is found on %s", due)
	}
}

func TestCalendarRoundTheClock(t *testing.T) {
	var c Calendar
	if due, trace := c.Add(5000, 36*time.Hour); due != Time(5000).Add(36*time.Hour) || len(trace) != 1 {
		t.Errorf("around the clock: %s, %v", due, trace)
	}
	if c.Open(10, 5) != 0 || c.Open(5, 10) != 5*time.Millisecond || !c.IsOpen(7) || c.WorkingDay() != 24*time.Hour {
		t.Error("around the clock is not")
	}
	if c.Due(77, 0) != 77 || c.Due(77, -time.Hour) != 77 {
		t.Error("no time takes time")
	}
}

func TestCalendarCheck(t *testing.T) {
	for name, x := range map[string]struct {
		change func(*Calendar)
		field  string
	}{
		"good":             {func(*Calendar) {}, ""},
		"zone":             {func(c *Calendar) { c.Zone = "Mars/Base" }, "zone"},
		"local":            {func(c *Calendar) { c.Zone = "Local" }, "zone"},
		"path":             {func(c *Calendar) { c.Zone = "../etc/passwd" }, "zone"},
		"touching":         {func(c *Calendar) { c.Hours[0] = []Interval{{0, 540}, {540, 1440}} }, ""},
		"overlap":          {func(c *Calendar) { c.Hours[1] = []Interval{{540, 720}, {700, 900}} }, "hours-1-1"},
		"overlap at night": {func(c *Calendar) { c.Hours[1] = []Interval{{1200, 600}} }, "hours-2-0"},
		"week's end":       {func(c *Calendar) { c.Hours[6] = []Interval{{1200, 600}} }, "hours-0-0"},
		"too late":         {func(c *Calendar) { c.Hours[3] = []Interval{{540, 1441}} }, "hours-3-0"},
		"negative":         {func(c *Calendar) { c.Hours[3] = []Interval{{-1, 10}} }, "hours-3-0"},
		"closed":           {func(c *Calendar) { c.Hours = [7][]Interval{} }, "hours"},
		"no date":          {func(c *Calendar) { c.Holidays = []Holiday{{Date: "2026-02-30"}} }, "holiday-0"},
		"leap day":         {func(c *Calendar) { c.Holidays = []Holiday{{Date: "2024-02-29", Yearly: true}} }, ""},
		"twice":            {func(c *Calendar) { c.Holidays = []Holiday{{Date: "2026-02-03"}, {Date: "2026-02-03"}} }, "holiday-1"},
		"too many":         {func(c *Calendar) { c.Holidays = make([]Holiday, 1001) }, "holidays"},
	} {
		c := nineToFive("Europe/Berlin")
		x.change(&c)
		p := c.Check()
		if x.field == "" && len(p) > 0 || x.field != "" && (len(p) == 0 || p[0].Field != x.field) {
			t.Errorf("%s: %v, want %q", name, p, x.field)
		}
	}
}

func TestWorkingDay(t *testing.T) {
	c := nineToFive("UTC")
	c.Hours[4] = []Interval{{540, 780}}
	c.Hours[5] = []Interval{{540, 600}}
	if c.WorkingDay() != 8*time.Hour {
		t.Errorf("a working day has %s", c.WorkingDay())
	}
	c = Calendar{Zone: "UTC"}
	c.Hours[0], c.Hours[1] = []Interval{{1320, 360}}, []Interval{{540, 720}}
	if c.WorkingDay() != 8*time.Hour {
		t.Errorf("of two the longer: %s", c.WorkingDay())
	}
}

func TestUpcoming(t *testing.T) {
	c := nineToFive("UTC")
	c.Holidays = []Holiday{{Date: "2020-12-25", Yearly: true, Name: "Christmas"}, {Date: "2026-11-30"}, {Date: "2026-11-01"}, {Date: "2024-02-29", Yearly: true}}
	var got []string
	for _, h := range c.Upcoming(at(t, "UTC", "2026-11-23 12:00"), 5) {
		got = append(got, h.Date)
	}
	if want := []string{"2026-11-30", "2026-12-25", "2028-02-29"}; !slices.Equal(got, want) {
		t.Errorf("upcoming %v, want %v", got, want)
	}
}

func TestDayNumbers(t *testing.T) {
	for day := int64(-200000); day < 200000; day += 7 {
		want := time.Unix(day*86400, 0).UTC()
		y, m, d := civil(day)
		if int(y) != want.Year() || int(m) != int(want.Month()) || int(d) != want.Day() || dayNumber(y, m, d) != day {
			t.Fatalf("day %d is %d-%d-%d, want %s", day, y, m, d, want)
		}
	}
}

// TestOffsetsOfZones holds that stretches of one offset follow each other
// without an end, far beyond the table of changes, as package time has them.
func TestOffsetsOfZones(t *testing.T) {
	for _, name := range oddZones {
		loc, _ := zone(name)
		for _, years := range [][2]int{{2010, 2014}, {2035, 2046}, {2095, 2105}} {
			now := TimeOf(time.Date(years[0], 1, 1, 0, 0, 0, 0, time.UTC))
			for end := TimeOf(time.Date(years[1], 1, 1, 0, 0, 0, 0, time.UTC)); now < end; {
				next, offset := steady(loc, now)
				if next <= now {
					t.Fatalf("%s: no way on from %s", name, now)
				}
				for at := now; at < min(next, end); at += Time(2 * quarterMs) {
					if _, seconds := at.Std().In(loc).Zone(); int64(seconds)*1000 != offset {
						t.Fatalf("%s at %s: %d, not %d", name, at, seconds, offset/1000)
					}
				}
				now = next
			}
		}
	}
}

func sum(trace []Counted) (d time.Duration) {
	for _, c := range trace {
		d += c.Took()
	}
	return d
}

// The zones that change their clocks in every way known, and two that do not.
var oddZones = []string{
	"Europe/Berlin", "America/New_York", "Australia/Sydney", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo",
	"Asia/Kathmandu", "Africa/Cairo", "Africa/Casablanca", "Europe/Dublin", "Asia/Tehran", "UTC",
}

// local is what the clock on the wall shows in a minute.
type local struct {
	date, before string
	weekday, min int
}

// window is 70 days of a zone, minute by minute as package time shows them.
type window struct {
	start   Time
	centre  Time // a change of the clocks, where the zone has one
	minutes []local
}

func newWindow(zone string, rnd *rand.Rand) window {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	when := time.Date(2009+rnd.IntN(40), time.Month(1+rnd.IntN(12)), 1+rnd.IntN(28), 0, 0, 0, 0, time.UTC)
	if zone == "Pacific/Apia" && rnd.IntN(2) == 0 {
		when = time.Date(2011, 12, 20, 0, 0, 0, 0, time.UTC)
	}
	if _, next := when.In(loc).ZoneBounds(); !next.IsZero() {
		when = next
	}
	w := window{centre: TimeOf(when), start: TimeOf(when.Add(-12 * 24 * time.Hour).Truncate(time.Minute))}
	var day local
	last := 0
	for i := range 70 * 24 * 60 {
		t := w.start.Add(time.Duration(i) * time.Minute).Std().In(loc)
		if t.YearDay() != last { // another date
			y, m, d := t.Date()
			noon := time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
			day, last = local{date: noon.Format(time.DateOnly), before: noon.AddDate(0, 0, -1).Format(time.DateOnly), weekday: (int(t.Weekday()) + 6) % 7}, t.YearDay()
		}
		day.min = t.Hour()*60 + t.Minute()
		w.minutes = append(w.minutes, day)
	}
	return w
}

// open is the definition, word by word.
func (l *local) open(c *Calendar, holiday map[string]bool) bool {
	if len(holiday) > 0 && (holiday[l.date] || holiday[l.date[4:]]) {
		return false
	}
	for _, v := range c.Hours[l.weekday] {
		if l.min >= v.From && (l.min < v.To || v.To <= v.From) {
			return true
		}
	}
	for _, v := range c.Hours[(l.weekday+6)%7] {
		if v.To <= v.From && l.min < v.To {
			return !holiday[l.before] && !holiday[l.before[4:]]
		}
	}
	return false
}

func randomCalendar(rnd *rand.Rand, zone string, w window) (Calendar, map[string]bool) {
	c := Calendar{Zone: zone}
	kind := rnd.IntN(6)
	for day := range 7 {
		switch {
		case kind == 0:
			c.Hours[day] = []Interval{{0, 1440}}
		case kind == 1 && day < 5:
			c.Hours[day] = []Interval{{540, 750}, {810, 1020}}
		case kind == 2:
			c.Hours[day] = []Interval{{1320, 360}}
		case kind > 2 && rnd.IntN(3) > 0:
			for range 1 + rnd.IntN(3) { // overlapping ones too
				c.Hours[day] = append(c.Hours[day], Interval{rnd.IntN(1440), rnd.IntN(1441)})
			}
		}
	}
	holiday := map[string]bool{}
	for range rnd.IntN(6) {
		h := Holiday{Date: w.minutes[rnd.IntN(40*1440)].date, Yearly: rnd.IntN(2) == 0}
		c.Holidays = append(c.Holidays, h)
		if h.Yearly {
			holiday[h.Date[4:]] = true
			c.Holidays[len(c.Holidays)-1].Date = "2004" + h.Date[4:]
		} else {
			holiday[h.Date] = true
		}
	}
	return c, holiday
}

// TestCalendarAgreesWithMinutes compares the calculator with counting minutes.
func TestCalendarAgreesWithMinutes(t *testing.T) {
	cases := 4000
	if os.Getenv("ESCALATED_SLOW") != "" {
		cases = 200_000
	}
	rnd := rand.New(rand.NewPCG(4, 2026))
	due := 0
	for n := 0; n < cases; {
		zone := oddZones[(n/250)%len(oddZones)]
		w := newWindow(zone, rnd)
		for range 250 {
			if agreesWithMinutes(t, rnd, zone, w) {
				due++
			}
			n++
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	if due < cases/2 {
		t.Errorf("only %d of %d cases came to an end", due, cases)
	}
	t.Logf("%d cases, %d with a deadline in the window", cases, due)
}

func agreesWithMinutes(t *testing.T, rnd *rand.Rand, zone string, w window) (ended bool) {
	c, holiday := randomCalendar(rnd, zone, w)
	first := 1440 + rnd.IntN(14*1440)
	if rnd.IntN(2) == 0 { // around the change
		first = int(w.centre-w.start)/60000 + rnd.IntN(240) - 120
	}
	want := 1 + rnd.IntN(60*[]int{1, 8, 40, 90}[rnd.IntN(4)])
	start := w.start.Add(time.Duration(first) * time.Minute)
	left, i := want, first
	for ; left > 0 && i < len(w.minutes); i++ {
		if w.minutes[i].open(&c, holiday) {
			left--
		}
	}
	d, end := time.Duration(want)*time.Minute, w.start.Add(time.Duration(i)*time.Minute)
	due, trace := c.Add(start, d)
	switch {
	case left > 0 && due <= end, left == 0 && due != end:
		t.Errorf("%s %v %v: %s + %s = %s, by minutes %s (%d left)", zone, c.Hours, c.Holidays, start, d, due, end, left)
		return false
	case c.Due(start, d) != due:
		t.Errorf("Due and Add differ: %s %v %v %s %s", zone, c.Hours, c.Holidays, start, d)
	}
	if left > 0 {
		end = w.start.Add(time.Duration(len(w.minutes)) * time.Minute)
	}
	counted := time.Duration(want-left) * time.Minute
	open, spans := c.Between(start, end)
	if open != counted || sum(spans) != open || c.Open(start, end) != open {
		t.Errorf("%s %v %v: %s until %s has %s, by minutes %s", zone, c.Hours, c.Holidays, start, end, open, counted)
	}
	if due != Never && (sum(trace) != d || trace[len(trace)-1].To != due || c.Open(start, due) != d) {
		t.Errorf("%s %v %v: the trace of %s + %s does not add up", zone, c.Hours, c.Holidays, start, d)
	}
	minute := w.minutes[first]
	if c.IsOpen(start) != minute.open(&c, holiday) {
		t.Errorf("%s %v %v: %s %v", zone, c.Hours, c.Holidays, start, minute)
	}
	if next, ok := c.NextOpen(start); ok && left == 0 && next != trace[0].From {
		t.Errorf("%s opens next at %s, but counts from %s", start, next, trace[0].From)
	}
	return left == 0
}

// FuzzCalendar holds the laws of counting for any hours and instants.
func FuzzCalendar(f *testing.F) {
	f.Add(uint8(0), int64(1774738800000), int64(3600000), int64(540), int64(1020), int64(1320), int64(360), "2026-03-29")
	f.Add(uint8(4), int64(1325152800000), int64(86400000), int64(0), int64(1440), int64(10), int64(5), "2011-12-30")
	f.Fuzz(func(t *testing.T, zone uint8, start, length, from, to, from2, to2 int64, date string) {
		bound := func(n, most int64) int { return int(floorMod(n, most)) }
		c := Calendar{Zone: oddZones[int(zone)%len(oddZones)], Holidays: []Holiday{{Date: date, Yearly: zone > 127}}}
		for day := range 7 {
			if (int(zone)+day)%3 > 0 {
				c.Hours[day] = []Interval{{bound(from, 1440), bound(to, 1441)}, {bound(from2, 1440), bound(to2, 1441)}}
			}
		}
		begin, d := Time(floorMod(start, int64(Never)/2)), time.Duration(floorMod(length, 40*dayMs))*time.Millisecond
		due, trace := c.Add(begin, d)
		if due == Never {
			return
		}
		if got := c.Open(begin, due); got != d || sum(trace) != d {
			t.Fatalf("%v %s + %s = %s, between them are %s", c, begin, d, due, got)
		}
		if again := c.Due(begin, d); again != due {
			t.Fatalf("%s and %s", due, again)
		}
		if middle := c.Due(begin, d/2); middle < begin || middle > due {
			t.Fatalf("half the time ends at %s, all of it at %s", middle, due)
		}
		for i, x := range trace {
			if x.From >= x.To || i > 0 && x.From <= trace[i-1].To || !c.IsOpen(x.From) || !c.IsOpen(x.To-1) {
				t.Fatalf("trace %v", trace)
			}
		}
	})
}

func thirtyHolidays() Calendar {
	c := nineToFive("Europe/Berlin")
	for i := range 30 {
		c.Holidays = append(c.Holidays, Holiday{Date: time.Date(2026, 1, 1+i*12, 0, 0, 0, 0, time.UTC).Format(time.DateOnly), Yearly: i%3 == 0})
	}
	return c
}

// A target of forty hours over a change of the clocks, with thirty holidays.
func BenchmarkCalendarDue(b *testing.B) {
	c, from := thirtyHolidays(), at(b, "Europe/Berlin", "2026-03-25 11:00")
	b.ReportAllocs()
	for b.Loop() {
		if c.Due(from, 40*time.Hour) == Never {
			b.Fatal("never due")
		}
	}
}

func BenchmarkCalendarAdd(b *testing.B) {
	c, from := thirtyHolidays(), at(b, "Europe/Berlin", "2026-03-25 11:00")
	b.ReportAllocs()
	for b.Loop() {
		c.Add(from, 40*time.Hour)
	}
}

func BenchmarkCalendarOpen(b *testing.B) {
	c, from := thirtyHolidays(), at(b, "Europe/Berlin", "2026-03-25 11:00")
	to := c.Due(from, 40*time.Hour)
	b.ReportAllocs()
	for b.Loop() {
		c.Open(from, to)
	}
}
