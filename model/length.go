package model

import (
	"strconv"
	"strings"
	"time"
)

// Length is a stretch of time as people type it for a promise: 45m, 1h30m,
// 1.5h, 2d, 1d 4h. A day is a working day of the calendar that counts it. The
// zero length is none.
type Length struct {
	Days int
	Rest time.Duration // hours, minutes and seconds
}

// maxLength bounds both parts: ten years.
const maxLength = 3650

// ParseLength reads a length; empty is none.
func ParseLength(s string) (Length, error) {
	l, ok := readLength(s)
	if !ok {
		return Length{}, Refuse("length", "length_invalid")
	}
	if l.Days > maxLength || l.Rest > maxLength*24*time.Hour {
		return Length{}, Refuse("length", "length_too_long")
	}
	return l, nil
}

func readLength(s string) (l Length, ok bool) {
	s = strings.ToLower(strings.Map(latinDigits, strings.TrimSpace(s)))
	if s == "" {
		return l, true
	}
	var seen [4]bool
	for s != "" {
		n := strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != '.' && r != ',' })
		if n <= 0 {
			return l, false
		}
		number := strings.Replace(s[:n], ",", ".", 1)
		s = strings.TrimLeft(s[n:], " \u00a0")
		end := strings.IndexFunc(s, func(r rune) bool { return r < 'a' || r > 'z' })
		if end < 0 {
			end = len(s)
		}
		unit, known := lengthUnits[s[:end]]
		if !known || seen[unit] || !l.plus(unit, number) {
			return l, false
		}
		seen[unit] = true
		s = strings.TrimLeft(s[end:], " \u00a0")
	}
	return l, true
}

const (
	lengthDays = iota
	lengthHours
	lengthMinutes
	lengthSeconds
)

var lengthUnits = map[string]int{
	"d": lengthDays, "day": lengthDays, "days": lengthDays, "t": lengthDays, "tag": lengthDays, "tage": lengthDays,
	"h": lengthHours, "hr": lengthHours, "hrs": lengthHours, "hour": lengthHours, "hours": lengthHours, "std": lengthHours,
	"m": lengthMinutes, "min": lengthMinutes, "mins": lengthMinutes, "minute": lengthMinutes, "minutes": lengthMinutes,
	"s": lengthSeconds, "sec": lengthSeconds,
}

// latinDigits turns the digits of Arabic and Persian keyboards into ours.
func latinDigits(r rune) rune {
	switch {
	case r >= '٠' && r <= '٩':
		return r - '٠' + '0'
	case r >= '۰' && r <= '۹':
		return r - '۰' + '0'
	}
	return r
}

// plus adds a number of a unit. Only whole days are days.
func (l *Length) plus(unit int, number string) bool {
	if unit == lengthDays {
		n, err := strconv.Atoi(number)
		l.Days = n
		return err == nil && n <= 1_000_000
	}
	f, err := strconv.ParseFloat(number, 64)
	if err != nil || f > 10_000_000 {
		return false
	}
	size := []time.Duration{0, time.Hour, time.Minute, time.Second}[unit]
	l.Rest += time.Duration(f * float64(size)).Round(time.Second)
	return true
}

// IsZero reports whether it is no length.
func (l Length) IsZero() bool { return l == Length{} }

// In is how much open time of a calendar the length is.
func (l Length) In(c Calendar) time.Duration {
	day := 24 * time.Hour
	if l.Days > 0 && !c.RoundTheClock() {
		day = c.WorkingDay()
	}
	return time.Duration(l.Days)*day + l.Rest
}

// String writes the length as ParseLength reads it: 1d 4h, 1h30m, 45m; none is
// empty.
func (l Length) String() string {
	var b strings.Builder
	if l.Days > 0 {
		b.WriteString(strconv.Itoa(l.Days) + "d")
	}
	if l.Days > 0 && l.Rest > 0 {
		b.WriteByte(' ')
	}
	for rest, i := l.Rest, 0; rest > 0 && i < 3; i++ {
		size := []time.Duration{time.Hour, time.Minute, time.Second}[i]
		if n := rest / size; n > 0 {
			b.WriteString(strconv.FormatInt(int64(n), 10) + "hms"[i:i+1])
			rest -= n * size
		}
	}
	return b.String()
}

// MarshalText writes the length as typed.
func (l Length) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads a length.
func (l *Length) UnmarshalText(b []byte) (err error) { *l, err = ParseLength(string(b)); return }
