package model

import "time"

// Calendar says when a desk works: by weekday, in a zone, without its
// holidays. The zero calendar is around the clock.
//
// An instant is open when its local time is within an interval of its local
// date, or within the part after midnight of an interval of the date before,
// and its date is no holiday; intervals that begin on a holiday do not take
// place. So a day on which the clocks change has the hours that really pass.
type Calendar struct {
	ID        CalendarID        `json:"-"`
	VersionID CalendarVersionID `json:"-"`
	Version   int64             `json:"-"` // guards against overwriting
	Name      string            `json:"-"`
	Zone      string            `json:"zone"`
	Hours     [7][]Interval     `json:"hours"` // Monday first
	Holidays  []Holiday         `json:"holidays,omitempty"`
}

// Interval is a stretch of a day in minutes after midnight, its end not in it.
// An end at or below the beginning is on the day after: 22:00 to 06:00. 24:00
// is 1440; 00:00 to 24:00 is the whole day.
type Interval struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// Holiday is a day without work, in the calendar's zone.
type Holiday struct {
	Date   string `json:"date"` // 2026-12-25
	Yearly bool   `json:"yearly,omitempty"`
	Name   string `json:"name,omitempty"`
	Source string `json:"source,omitempty"` // where it was imported from
}

// Counted is a stretch of time that a calendar counted, for showing how a
// deadline came about.
type Counted struct {
	From Time `json:"from"`
	To   Time `json:"to"`
}

// Took is how long the stretch is.
func (c Counted) Took() time.Duration { return c.To.Sub(c.From) }

// RoundTheClock reports whether every instant is open.
func (c Calendar) RoundTheClock() bool { return c.VersionID == 0 && c.Zone == "" }

// CalendarRow is a calendar as it is administered.
type CalendarRow struct {
	Calendar
	IsDefault  bool
	FromConfig bool // follows the settings until somebody edits it
	ArchivedAt Time
	Policies   int // how many promises count by it
}

// Active reports whether the calendar is still offered.
func (c CalendarRow) Active() bool { return c.ArchivedAt == 0 }

// FoundHoliday is a day read from a file, before anybody took it over.
type FoundHoliday struct {
	Holiday
	Clash string // the name of the holiday that the calendar has on that day already
	There bool   // whether it has one
}
