package mail

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"escalated/model"
)

// oldestDate is before any mail this desk could import.
var oldestDate = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// mailDate decides the date of a mail: the Date field, else the time of the
// newest Received field; zero when neither is there or it lies before 1990 or
// more than a day after received.
func mailDate(h rawHeader, received time.Time) (model.Time, bool) {
	sane := func(t time.Time, ok bool) bool {
		return ok && !t.Before(oldestDate) && !t.After(received.Add(24*time.Hour))
	}
	v := h.first("date")
	t, ok := parseDate(v)
	if sane(t, ok) {
		return model.TimeOf(t), true
	}
	if hop := h.first("received"); hop != nil {
		if i := bytes.LastIndexByte(hop, ';'); i >= 0 {
			if t, ok := parseDate(hop[i+1:]); sane(t, ok) {
				return model.TimeOf(t), len(v) == 0
			}
		}
	}
	return 0, len(v) == 0
}

var months = map[string]time.Month{
	"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
	"jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}

// obsoleteZones are the named zones of RFC 5322, 4.3, and a few that are
// common, in minutes east of UTC. Other names are read as UTC.
var obsoleteZones = map[string]int{
	"est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
	"cet": 60, "cest": 120, "met": 60, "mest": 120, "mez": 60, "mesz": 120, "bst": 60, "eet": 120, "eest": 180,
	"msk": 180, "jst": 540, "kst": 540, "hst": -600, "akst": -540, "akdt": -480,
}

// parseDate reads the dates of RFC 5322 and 822, of asctime and ISO 8601, with
// the usual mistakes. It looks at the first 200 bytes only.
func parseDate(v []byte) (time.Time, bool) {
	words := strings.FieldsFunc(withoutComments(string(v[:min(len(v), 200)])), func(r rune) bool {
		return r == ' ' || r == '\t' || r == ',' || r == '\r' || r == '\n'
	})
	if len(words) > 0 {
		for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02"} {
			if t, err := time.Parse(layout, words[0]); err == nil {
				return withClock(t, words[1:])
			}
		}
	}
	day, year, month := 0, -1, time.Month(0)
	clock, zone, zoneSeen := "", 0, false
	for _, w := range words {
		lower := strings.ToLower(w)
		n, err := strconv.Atoi(w)
		switch {
		case strings.Contains(w, ":") && clock == "":
			clock = w
		case len(w) >= 4 && (w[0] == '+' || w[0] == '-') && !zoneSeen && clock != "":
			minutes, ok := numericZone(w)
			if !ok {
				return time.Time{}, false
			}
			zone, zoneSeen = minutes, true
		case err == nil && day == 0 && n >= 1 && n <= 31 && len(w) <= 2:
			day = n
		case err == nil && year < 0 && n >= 0:
			year = n
		case len(lower) >= 3 && month == 0 && months[lower[:3]] != 0:
			month = months[lower[:3]]
		case clock != "" && !zoneSeen:
			if minutes, ok := obsoleteZones[lower]; ok {
				zone, zoneSeen = minutes, true
			}
		case strings.Count(w, "-") == 2 && day == 0: // 21-Sep-2026
			p := strings.Split(lower, "-")
			day, _ = strconv.Atoi(p[0])
			year, _ = strconv.Atoi(p[2])
			if len(p[1]) >= 3 {
				month = months[p[1][:3]]
			}
		}
	}
	switch {
	case year >= 0 && year < 50:
		year += 2000
	case year >= 50 && year < 1000:
		year += 1900
	}
	if day < 1 || day > 31 || month == 0 || year < 1000 || year > 9999 {
		return time.Time{}, false
	}
	h, m, s, ok := parseClock(clock)
	if !ok {
		return time.Time{}, false
	}
	t := time.Date(year, month, day, h, m, s, 0, time.UTC)
	return t.Add(-time.Duration(zone) * time.Minute), t.Day() == day
}

// withClock adds a clock and zone that follow an ISO date after a blank.
func withClock(t time.Time, rest []string) (time.Time, bool) {
	if len(rest) == 0 {
		return t.UTC(), true
	}
	h, m, s, ok := parseClock(rest[0])
	if !ok {
		return t.UTC(), true
	}
	zone := 0
	if len(rest) > 1 {
		zone, _ = numericZone(rest[1])
	}
	return t.UTC().Add(time.Duration(h)*time.Hour + time.Duration(m-zone)*time.Minute + time.Duration(s)*time.Second), true
}

// parseClock reads 10:00, 10:00:00 and 10:00:00.123; nothing is midnight.
func parseClock(w string) (h, m, s int, ok bool) {
	if w == "" {
		return 0, 0, 0, true
	}
	w, _, _ = strings.Cut(w, ".")
	p := strings.Split(w, ":")
	if len(p) > 3 {
		return 0, 0, 0, false
	}
	var n [3]int
	for i, part := range p {
		v, err := strconv.Atoi(part)
		if err != nil || v < 0 {
			return 0, 0, 0, false
		}
		n[i] = v
	}
	return n[0], n[1], min(n[2], 59), n[0] < 24 && n[1] < 60 && n[2] <= 60
}

// numericZone reads +0200 and +02:00 as minutes; beyond 14 hours there is no
// such place.
func numericZone(w string) (int, bool) {
	if w == "" || w[0] != '+' && w[0] != '-' {
		return 0, false
	}
	digits := strings.ReplaceAll(w[1:], ":", "")
	if len(digits) == 3 {
		digits = "0" + digits
	}
	n, err := strconv.Atoi(digits)
	if err != nil || len(digits) != 4 || n%100 > 59 || n/100 > 14 {
		return 0, false
	}
	minutes := n/100*60 + n%100
	if w[0] == '-' {
		minutes = -minutes
	}
	return minutes, true
}

// withoutComments drops (comments), nested ones too.
func withoutComments(s string) string {
	var b strings.Builder
	depth := 0
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '(':
			depth++
			b.WriteByte(' ')
		case s[i] == ')':
			depth = max(depth-1, 0)
		case depth == 0:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
