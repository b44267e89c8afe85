package model

import (
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // zones are known on machines without a database of them
)

// dayNumber counts the days from 1 January 1970 to a date of the Gregorian
// calendar. Years begin in March here, so that the leap day is their last.
func dayNumber(y, m, d int64) int64 {
	if m <= 2 {
		y--
	}
	era := floorDiv(y, 400)
	ofEra := y - era*400
	ofYear := (153*((m+9)%12)+2)/5 + d - 1
	return era*146097 + ofEra*365 + ofEra/4 - ofEra/100 + ofYear - 719468
}

// civil is the date of a day counted from 1 January 1970.
func civil(day int64) (y, m, d int64) {
	day += 719468
	era := floorDiv(day, 146097)
	ofEra := day - era*146097
	year := (ofEra - ofEra/1460 + ofEra/36524 - ofEra/146096) / 365
	ofYear := ofEra - (365*year + year/4 - year/100)
	month := (5*ofYear + 2) / 153
	d = ofYear - (153*month+2)/5 + 1
	m = (month+2)%12 + 1
	y = year + era*400
	if m <= 2 {
		y++
	}
	return y, m, d
}

// parseDay reads 2026-12-25 and nothing that is no date.
func parseDay(s string) (y, m, d int64, ok bool) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return 0, 0, 0, false
	}
	digits := func(s string) (n int64) {
		for i := range len(s) {
			if s[i] < '0' || s[i] > '9' {
				return -1
			}
			n = n*10 + int64(s[i]-'0')
		}
		return n
	}
	y, m, d = digits(s[:4]), digits(s[5:7]), digits(s[8:])
	if y < 1 || m < 1 || m > 12 || d < 1 || d > 31 {
		return 0, 0, 0, false
	}
	y2, m2, d2 := civil(dayNumber(y, m, d))
	return y, m, d, y2 == y && m2 == m && d2 == d
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func floorMod(a, b int64) int64 { return a - floorDiv(a, b)*b }

// maxZones bounds the zones kept in memory; the database has some 600.
const maxZones = 1000

var zones = struct {
	sync.RWMutex
	byName map[string]*time.Location
}{byName: map[string]*time.Location{}}

// zone finds a zone of the IANA database by its name. Zones are kept, since
// reading one takes longer than counting with it.
func zone(name string) (*time.Location, bool) {
	zones.RLock()
	loc, ok := zones.byName[name]
	zones.RUnlock()
	if ok {
		return loc, true
	}
	if name == "" || name == "Local" || strings.Contains(name, "//") || strings.ContainsAny(name, ".\\") {
		return nil, false
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, false
	}
	zones.Lock()
	defer zones.Unlock()
	if len(zones.byName) < maxZones {
		zones.byName[name] = loc
	}
	return loc, true
}

// Location is the calendar's zone, UTC where it names none that is known.
func (c Calendar) Location() *time.Location {
	if loc, ok := zone(c.Zone); ok {
		return loc
	}
	return time.UTC
}
