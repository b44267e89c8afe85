package model

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Span is a stretch of time as filters say it: days, either end open
// (2026-01-01..2026-01-31, 2026-01-01.., 2026-01-01), the day it is (today),
// or an age, younger or older, in hours, days or weeks (<12h, <7d, >2w). Empty
// is no condition.
type Span string

// The spans about waiting: nobody waits, somebody does.
const (
	SpanNone  Span = "none"
	SpanAny   Span = "any"
	SpanToday Span = "today"
)

var ageForm = regexp.MustCompile(`^[<>][1-9][0-9]{0,3}[hdw]$`)

// ParseSpan reads a span; false when it is none.
func ParseSpan(w string) (Span, bool) {
	w = strings.ReplaceAll(strings.TrimSpace(w), " ", "")
	switch s := Span(w); {
	case s == SpanNone, s == SpanAny, s == SpanToday, ageForm.MatchString(w):
		return s, true
	}
	from, to, ranged := strings.Cut(w, "..")
	if !ranged {
		to = from
	}
	for _, day := range []string{from, to} {
		if day == "" {
			continue
		}
		if t, err := time.Parse(time.DateOnly, day); err != nil || t.Year() < 1971 || t.Year() > 9000 {
			return "", false
		}
	}
	switch {
	case from == "" && to == "" || from != "" && to != "" && from > to:
		return "", false
	case from == to:
		return Span(from), true
	}
	return Span(from + ".." + to), true
}

// Clock reports whether what is in the span changes as time passes.
func (s Span) Clock() bool {
	return s == SpanToday || strings.HasPrefix(string(s), "<") || strings.HasPrefix(string(s), ">")
}

// Stretch is a half-open stretch of time; the zero value is no condition.
type Stretch struct {
	From, To Time // To is not in it
	Set      bool
}

// Has reports whether an instant is in it.
func (r Stretch) Has(t Time) bool { return !r.Set || t >= r.From && t < r.To }

const endless Time = math.MaxInt64

// Stretch turns the span into instants, as of now and for days of a zone.
func (s Span) Stretch(now Time, zone string) Stretch {
	if s == "" {
		return Stretch{}
	}
	out := Stretch{Set: true, To: endless}
	switch {
	case s == SpanNone:
		out.From = Never
		return out
	case s == SpanAny:
		out.To = Never
		return out
	case ageForm.MatchString(string(s)):
		n, _ := strconv.Atoi(string(s[1 : len(s)-1]))
		age := map[byte]time.Duration{'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}[s[len(s)-1]]
		if at := now.Add(-time.Duration(n) * age); s[0] == '<' {
			out.From = at
		} else {
			out.To = at
		}
		return out
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		loc = time.UTC
	}
	from, to, ranged := strings.Cut(string(s), "..")
	if s == SpanToday {
		from = now.Std().In(loc).Format(time.DateOnly)
	}
	if !ranged {
		to = from
	}
	if t, err := time.ParseInLocation(time.DateOnly, from, loc); err == nil {
		out.From = TimeOf(t)
	}
	if t, err := time.ParseInLocation(time.DateOnly, to, loc); err == nil {
		out.To = TimeOf(t.AddDate(0, 0, 1))
	}
	return out
}
