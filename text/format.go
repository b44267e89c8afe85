package text

import (
	"strconv"
	"strings"
	"time"
)

// style is how a language writes days and numbers, taken from its format.json.
type style struct {
	months, monthsLong, weekdays []string
	group, decimal               string
	groupFrom                    int64 // smallest number that is grouped
}

func (l *locale) readStyle() style {
	list := func(key string) []string { return strings.Split(l.plain(key), "|") }
	from, _ := strconv.ParseInt(l.plain("format.group_from"), 10, 64)
	return style{
		months: list("format.months"), monthsLong: list("format.months_long"),
		weekdays: list("format.weekdays"),
		group:    l.plain("format.group"), decimal: l.plain("format.decimal"),
		groupFrom: max(from, 1000),
	}
}

func (l *locale) plain(key string) string {
	if m := l.words[key]; m != nil {
		return m.forms[other].plain
	}
	return ""
}

// nth guards against a list that is too short in one language.
func nth(list []string, i int) string {
	if i < 0 || i >= len(list) {
		return ""
	}
	return list[i]
}

// Date writes the day; see the function Date.
func (w Words) Date(t time.Time) string {
	t = t.In(w.zone)
	return w.day("format.date", t, nth(w.lang.style.months, int(t.Month())-1))
}

// LongDate writes the day in full; see the function LongDate.
func (w Words) LongDate(t time.Time) string {
	t = t.In(w.zone)
	return w.day("format.date_long", t, nth(w.lang.style.monthsLong, int(t.Month())-1))
}

func (w Words) day(key string, t time.Time, month string) string {
	return w.T(key,
		"Weekday", ready(nth(w.lang.style.weekdays, int(t.Weekday()))),
		"Day", ready(strconv.Itoa(t.Day())), "Month", ready(month), "Year", ready(strconv.Itoa(t.Year())))
}

// Weekday names the day; see the function Weekday.
func (w Words) Weekday(t time.Time) string {
	return nth(w.lang.style.weekdays, int(t.In(w.zone).Weekday()))
}

// Clock writes the time of day; see the function Clock.
func (w Words) Clock(t time.Time) string { return t.In(w.zone).Format("15:04") }

// DateTime writes day and time of day; see the function DateTime.
func (w Words) DateTime(t time.Time) string {
	return w.T("format.datetime", "Date", ready(w.Date(t)), "Clock", ready(w.Clock(t)))
}

// Number writes a whole number; see the function Number.
func (w Words) Number(n int) string { return w.group(int64(n)) }

func (w Words) group(n int64) string {
	s := strconv.FormatInt(n, 10)
	st := &w.lang.style
	if n > -st.groupFrom && n < st.groupFrom {
		return s
	}
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	var b strings.Builder
	b.Grow(len(s) + len(s)/3*len(st.group) + 1)
	b.WriteString(sign)
	for i, digit := range []byte(s) {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteString(st.group)
		}
		b.WriteByte(digit)
	}
	return b.String()
}

// Bytes writes a size; see the function Bytes.
func (w Words) Bytes(n int64) string {
	units := [...]string{"format.bytes.b", "format.bytes.kb", "format.bytes.mb", "format.bytes.gb", "format.bytes.tb"}
	size, unit := float64(n), 0
	// 1023.95 kB would be written as 1,024 kB: it is 1 MB.
	for size >= 1023.95 && unit < len(units)-1 {
		size /= 1024
		unit++
	}
	return w.T(units[unit], "Size", ready(w.decimal(size, unit > 0)))
}

// decimal writes one digit behind the point where it says something: 1.5, 12.4,
// but 10 and 480.
func (w Words) decimal(f float64, fraction bool) string {
	if !fraction || f >= 100 {
		return w.group(int64(f + 0.5))
	}
	whole, tenth, _ := strings.Cut(strconv.FormatFloat(f, 'f', 1, 64), ".")
	if tenth == "0" {
		return whole
	}
	return whole + w.lang.style.decimal + tenth
}
