package desk

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/teambition/rrule-go"

	"escalated/model"
	"escalated/store"
)

// Bounds of an imported file: those of public holidays have some 20 kB.
const (
	maxICal      = 1 << 20
	maxICalDepth = 4  // calendar, zone, its parts; alarms of events
	maxICalRules = 25 // that need working out, since each may ask for years of it
	maxICalDays  = 31 // of one event
	icalYears    = 5  // in which rules are worked out
)

// PreviewHolidays reads an iCal file and shows what importing it would add to
// a calendar: whole days from this year on, what repeats yearly as such. Days
// that the calendar has already are marked.
func (d *Desk) PreviewHolidays(ctx context.Context, by model.Actor, id model.CalendarID, file io.Reader, source string) ([]model.FoundHoliday, error) {
	c, err := d.Calendar(ctx, by, id)
	if err != nil {
		return nil, err
	}
	found, err := readICal(file, c.Calendar, d.Now(), model.Clean(source))
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, model.Refuse("file", "ical_empty")
	}
	out := make([]model.FoundHoliday, len(found))
	for i, h := range found {
		out[i].Holiday = h
		out[i].Clash, out[i].There = c.On(h.Date)
	}
	return out, nil
}

// ImportHolidays adds the days of an iCal file that a calendar does not have,
// and tells how many there were.
func (d *Desk) ImportHolidays(ctx context.Context, by model.Actor, id model.CalendarID, file io.Reader, source string) (int, error) {
	found, err := d.PreviewHolidays(ctx, by, id, file, source)
	if err != nil {
		return 0, err
	}
	var days []model.Holiday
	for _, h := range found {
		if !h.There {
			days = append(days, h.Holiday)
		}
	}
	return d.AddHolidays(ctx, by, id, days)
}

// AddHolidays adds days to a calendar, but for those it has, and tells how
// many that were.
func (d *Desk) AddHolidays(ctx context.Context, by model.Actor, id model.CalendarID, days []model.Holiday) (added int, err error) {
	if !by.Can(model.PermSLA) {
		return 0, model.ErrDenied
	}
	defer d.calendars.change()()
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		list, err := tx.Calendars(tx.Ctx)
		if err != nil {
			return err
		}
		row, err := calendarIn(list, id)
		if err != nil {
			return err
		}
		c := row.Calendar
		c.Holidays = slices.Clone(c.Holidays)
		for _, h := range days {
			if _, there := c.On(h.Date); !there {
				c.Holidays = append(c.Holidays, h)
			}
		}
		added = len(c.Holidays) - len(row.Holidays)
		_, err = d.saveCalendar(tx.Ctx, tx, by, list, c)
		return err
	})
	if err != nil {
		return 0, err
	}
	return added, nil
}

// readICal gives the days of a file's events in their order. The file may come
// from anybody: it is bounded before it is parsed.
func readICal(file io.Reader, c model.Calendar, now model.Time, source string) ([]model.Holiday, error) {
	raw, err := io.ReadAll(io.LimitReader(file, maxICal+1))
	if err != nil {
		return nil, fmt.Errorf("read calendar file: %w", err)
	}
	if len(raw) > maxICal {
		return nil, model.ErrTooLarge
	}
	raw = bytes.TrimPrefix(raw, []byte("\uFEFF"))
	if !bytes.Contains(raw, []byte("BEGIN:VCALENDAR")) || !flat(raw) {
		return nil, model.Refuse("file", "ical_unreadable")
	}
	parsed, err := ics.ParseCalendar(bytes.NewReader(raw))
	if err != nil || parsed == nil {
		return nil, model.Refuse("file", "ical_unreadable")
	}
	zone := c.Location()
	today := now.Std().In(zone)
	in := &icalReader{zone: zone, from: time.Date(today.Year(), 1, 1, 0, 0, 0, 0, time.UTC), source: source, at: map[string]int{}}
	for _, e := range parsed.Events() {
		in.event(e)
	}
	if len(in.days) > model.MaxHolidays {
		return nil, model.Refuse("file", "too_many", "Max", model.MaxHolidays)
	}
	slices.SortStableFunc(in.days, func(a, b model.Holiday) int { return strings.Compare(a.Date, b.Date) })
	return in.days, nil
}

// flat refuses files whose parts are nested deeper than any calendar's.
func flat(raw []byte) bool {
	unfolded := strings.NewReplacer("\r\n ", "", "\n ", "", "\r\n\t", "", "\n\t", "").Replace(string(raw))
	depth := 0
	for line := range strings.SplitSeq(unfolded, "\n") {
		word, _, _ := strings.Cut(strings.ToUpper(line), ":")
		switch {
		case strings.HasPrefix(word, "BEGIN"):
			depth++
		case strings.HasPrefix(word, "END"):
			depth--
		}
		if depth > maxICalDepth {
			return false
		}
	}
	return true
}

type icalReader struct {
	zone   *time.Location
	from   time.Time // days before are over
	source string
	rules  int
	days   []model.Holiday
	at     map[string]int // by date and whether yearly
}

// event takes over the days of one event.
func (r *icalReader) event(e *ics.VEvent) {
	if p := e.GetProperty(ics.ComponentPropertyStatus); p != nil && strings.EqualFold(p.Value, "CANCELLED") {
		return
	}
	start, _, ok := r.day(e.GetProperty(ics.ComponentPropertyDtStart))
	if !ok {
		return
	}
	name := ""
	if p := e.GetProperty(ics.ComponentPropertySummary); p != nil {
		name = model.Clean(p.Value)
	}
	length := r.length(e, start)
	rule := e.GetProperty(ics.ComponentPropertyRrule)
	if rule == nil {
		r.add(start, length, false, name)
		return
	}
	option, err := rrule.StrToROption(rule.Value)
	if err != nil || option.Interval < 0 || option.Interval > 1000 {
		r.add(start, length, false, name)
		return
	}
	if sameDayEachYear(option, start) {
		r.add(start, length, true, name)
		return
	}
	for _, day := range r.repeats(option, start, e) {
		r.add(day, length, false, name)
	}
}

// day reads DTSTART, DTEND or the like as a date: the one written there, or
// the calendar's own when it is an instant.
func (r *icalReader) day(p *ics.IANAProperty) (day time.Time, clock bool, ok bool) {
	if p == nil {
		return day, false, false
	}
	v := strings.TrimSpace(p.Value)
	if strings.HasSuffix(v, "Z") {
		t, err := time.Parse("20060102T150405Z", v)
		if err != nil {
			return day, false, false
		}
		t = t.In(r.zone)
		day, clock = time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC), t.Hour()+t.Minute() > 0
	} else {
		date, rest, _ := strings.Cut(v, "T")
		t, err := time.Parse("20060102", date)
		if err != nil {
			return day, false, false
		}
		day, clock = t, strings.Trim(rest, "0") != ""
	}
	return day, clock, day.Year() >= 1970 && day.Year() < 2200
}

// length is how many days an event is long. Its end is the day after the last,
// or a time on the last.
func (r *icalReader) length(e *ics.VEvent, start time.Time) int {
	n := 1
	if end, clock, ok := r.day(e.GetProperty(ics.ComponentPropertyDtEnd)); ok {
		n = int(end.Sub(start).Hours()) / 24
		if clock {
			n++
		}
	} else if p := e.GetProperty(ics.ComponentPropertyDuration); p != nil {
		n = icalDays(p.Value)
	}
	return max(1, min(n, maxICalDays))
}

// icalDays reads the days of a duration such as P2D or P1W.
func icalDays(s string) int {
	s, _, _ = strings.Cut(strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(s)), "P"), "T")
	for suffix, days := range map[string]int{"D": 1, "W": 7} {
		if digits, ok := strings.CutSuffix(s, suffix); ok {
			if n, err := strconv.Atoi(digits); err == nil && n < 1000 {
				return n * days
			}
		}
	}
	return 1
}

// sameDayEachYear reports whether a rule says no more than "yearly".
func sameDayEachYear(o *rrule.ROption, start time.Time) bool {
	same := func(list []int, n int) bool { return len(list) == 0 || len(list) == 1 && list[0] == n }
	return o.Freq == rrule.YEARLY && o.Interval <= 1 && o.Count == 0 && o.Until.IsZero() &&
		same(o.Bymonth, int(start.Month())) && same(o.Bymonthday, start.Day()) &&
		len(o.Byweekday)+len(o.Bysetpos)+len(o.Byyearday)+len(o.Byweekno)+len(o.Byeaster) == 0
}

// repeats works out the days of a rule for some years.
func (r *icalReader) repeats(o *rrule.ROption, start time.Time, e *ics.VEvent) []time.Time {
	r.rules++
	if r.rules > maxICalRules || o.Freq != rrule.YEARLY && o.Freq != rrule.MONTHLY && o.Freq != rrule.WEEKLY {
		return []time.Time{start}
	}
	o.Dtstart, o.Byhour, o.Byminute, o.Bysecond = start, nil, nil, nil
	rule, err := rrule.NewRRule(*o)
	if err != nil {
		return []time.Time{start}
	}
	except := map[string]bool{}
	for _, p := range e.GetProperties(ics.ComponentPropertyExdate) {
		for v := range strings.SplitSeq(p.Value, ",") {
			except[v[:min(len(v), 8)]] = true
		}
	}
	days := rule.Between(r.from, r.from.AddDate(icalYears, 0, 0), true)
	return slices.DeleteFunc(days, func(t time.Time) bool { return except[t.Format("20060102")] })
}

// add notes the days of an event, each date once.
func (r *icalReader) add(start time.Time, days int, yearly bool, name string) {
	for i := range days {
		day := start.AddDate(0, 0, i)
		if !yearly && day.Before(r.from) || len(r.days) > model.MaxHolidays {
			continue
		}
		date := day.Format(time.DateOnly)
		key := date
		if yearly {
			key = "yearly" + date[4:]
		}
		if at, there := r.at[key]; there {
			if h := &r.days[at]; name != "" && h.Name != "" && !strings.Contains(h.Name, name) && len(h.Name)+len(name) < 100 {
				h.Name += ", " + name
			}
			continue
		}
		r.at[key] = len(r.days)
		r.days = append(r.days, model.Holiday{Date: date, Yearly: yearly, Name: cut(name, 120), Source: cut(r.source, 120)})
	}
}
