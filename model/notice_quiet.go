package model

import (
	"slices"
	"time"
)

// Quiet are the hours in which somebody is left alone: mail waits and the
// browser says nothing. From and To are minutes of the day on the person's own
// clock; To before From is the next day.
type Quiet struct {
	From     int      `json:"from"`
	To       int      `json:"to"`
	Workdays bool     `json:"workdays,omitempty"` // only nights that begin on Monday to Friday
	Weekend  bool     `json:"weekend,omitempty"`  // and all of Saturday and Sunday
	Through  []Notice `json:"through,omitempty"`  // topics that are told all the same
}

// QuietThrough are the topics that may be let through.
func QuietThrough() []Notice { return []Notice{NoticeBreach, NoticeMention, NoticeEscalated} }

// Lets reports whether a topic is told in quiet hours all the same.
func (q *Quiet) Lets(n Notice) bool { return q == nil || slices.Contains(q.Through, n) }

// Until is when the quiet that holds at a time ends, in the zone of the
// person; the time itself when it is not quiet. The hours are those of the
// clock on the wall: a night with a change of the clocks is longer or shorter.
func (q *Quiet) Until(now time.Time, zone *time.Location) time.Time {
	if q == nil {
		return now
	}
	t := now.In(zone)
	for range 20 { // nights and weekends that follow one another
		end := q.end(t)
		if !end.After(t) {
			break
		}
		t = end
	}
	if !t.After(now) {
		return now
	}
	return t
}

// end is the end of one stretch of quiet around a time, or the time itself.
func (q *Quiet) end(t time.Time) time.Time {
	y, m, d := t.Date()
	at := func(day, minute int) time.Time {
		return time.Date(y, m, d+day, minute/60, minute%60, 0, 0, t.Location())
	}
	if q.Weekend {
		switch t.Weekday() {
		case time.Saturday:
			return at(2, 0)
		case time.Sunday:
			return at(1, 0)
		}
	}
	if q.From == q.To {
		return t
	}
	for _, day := range []int{-1, 0} {
		start, end := at(day, q.From), at(day, q.To)
		if q.To < q.From {
			end = at(day+1, q.To)
		}
		begins := at(day, 12*60).Weekday()
		if q.Workdays && (begins == time.Saturday || begins == time.Sunday) {
			continue
		}
		if !t.Before(start) && t.Before(end) {
			return end
		}
	}
	return t
}

// Digested reports whether mail about a topic comes gathered, with that of
// other tickets. What calls somebody never does.
func (p Prefs) Digested(n Notice) bool {
	return (p.Digest == "hourly" || p.Digest == "daily") && slices.Contains([]Notice{NoticeNew, NoticeReply, NoticeColleague, NoticeStatus}, n)
}

// digestMinute is when a daily digest comes to those who chose no time.
const digestMinute = 8 * 60

// DigestMinute is the minute of the day of a daily digest.
func (p Prefs) DigestMinute() int {
	if p.DigestAt <= 0 {
		return digestMinute
	}
	return p.DigestAt % dayMins
}

// NextDigest is when the next digest comes, not in quiet hours.
func (p Prefs) NextDigest(now time.Time, zone *time.Location) time.Time {
	t := now.In(zone)
	y, m, d := t.Date()
	next := t.Truncate(time.Hour).Add(time.Hour)
	if p.Digest == "daily" {
		minute := p.DigestMinute()
		if next = time.Date(y, m, d, minute/60, minute%60, 0, 0, zone); !next.After(now) {
			next = time.Date(y, m, d+1, minute/60, minute%60, 0, 0, zone)
		}
	}
	return p.Quiet.Until(next, zone)
}
