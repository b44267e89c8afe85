package desk

import (
	"fmt"
	"strings"
	"testing"

	"escalated/model"
)

// ical is a calendar file with events.
func ical(events ...string) string {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n")
	for _, e := range events {
		b.WriteString("BEGIN:VEVENT\r\nUID:1@test\r\n" + strings.ReplaceAll(e, "\n", "\r\n") + "\r\nEND:VEVENT\r\n")
	}
	b.WriteString("END:VCALENDAR\r\n")
	return b.String()
}

func TestReadICal(t *testing.T) {
	now := model.TimeOf(newRig(t).clock) // 23 November 2026
	for name, x := range map[string]struct {
		events []string
		want   string
	}{
		"a day":            {[]string{"DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261226\nSUMMARY:Christmas"}, "2026-12-25 Christmas"},
		"without an end":   {[]string{"DTSTART;VALUE=DATE:20261225\nSUMMARY:A\\, b\\; c"}, "2026-12-25 A, b; c"},
		"three days":       {[]string{"DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227\nSUMMARY:X"}, "2026-12-24 X|2026-12-25 X|2026-12-26 X"},
		"a duration":       {[]string{"DTSTART;VALUE=DATE:20261224\nDURATION:P2D\nSUMMARY:X"}, "2026-12-24 X|2026-12-25 X"},
		"far too long":     {[]string{"DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:21991224\nSUMMARY:X"}, "31 days"},
		"times":            {[]string{"DTSTART;TZID=Europe/Berlin:20261224T090000\nDTEND;TZID=Europe/Berlin:20261224T170000\nSUMMARY:X"}, "2026-12-24 X"},
		"over midnight":    {[]string{"DTSTART:20261224T200000\nDTEND:20261225T040000\nSUMMARY:X"}, "2026-12-24 X|2026-12-25 X"},
		"an instant":       {[]string{"DTSTART:20261224T230000Z\nDTEND:20261225T230000Z\nSUMMARY:X"}, "2026-12-25 X"},
		"yearly":           {[]string{"DTSTART;VALUE=DATE:20181225\nRRULE:FREQ=YEARLY\nSUMMARY:X"}, "2018-12-25 X yearly"},
		"yearly, in words": {[]string{"DTSTART;VALUE=DATE:20181225\nRRULE:FREQ=YEARLY;INTERVAL=1;BYMONTH=12;BYMONTHDAY=25\nSUMMARY:X"}, "2018-12-25 X yearly"},
		"Thanksgiving": {
			[]string{"DTSTART;VALUE=DATE:20201126\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH\nSUMMARY:X"},
			"2026-11-26 X|2027-11-25 X|2028-11-23 X|2029-11-22 X|2030-11-28 X",
		},
		"until":        {[]string{"DTSTART;VALUE=DATE:20201224\nRRULE:FREQ=YEARLY;UNTIL=20271231\nEXDATE;VALUE=DATE:20261224\nSUMMARY:X"}, "2027-12-24 X"},
		"past":         {[]string{"DTSTART;VALUE=DATE:20251225\nSUMMARY:X", "DTSTART;VALUE=DATE:20260101\nSUMMARY:Y"}, "2026-01-01 Y"},
		"cancelled":    {[]string{"DTSTART;VALUE=DATE:20261225\nSTATUS:CANCELLED\nSUMMARY:X"}, ""},
		"twice":        {[]string{"DTSTART;VALUE=DATE:20261225\nSUMMARY:X", "DTSTART;VALUE=DATE:20261225\nSUMMARY:Y", "DTSTART;VALUE=DATE:20261225\nSUMMARY:X"}, "2026-12-25 X, Y"},
		"no date":      {[]string{"SUMMARY:X", "DTSTART:tomorrow\nSUMMARY:Y", "DTSTART;VALUE=DATE:00000000\nSUMMARY:Z"}, ""},
		"a folded one": {[]string{"DTSTART;VALUE=DATE:20261225\nSUMMARY:Christ\n mas"}, "2026-12-25 Christmas"},
		"never":        {[]string{"DTSTART;VALUE=DATE:20201124\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\nSUMMARY:X"}, ""},
		"each second":  {[]string{"DTSTART;VALUE=DATE:20261224\nRRULE:FREQ=SECONDLY\nSUMMARY:X"}, "2026-12-24 X"},
	} {
		got, err := readICal(strings.NewReader(ical(x.events...)), office("Berlin"), now, "file.ics")
		must(t, err)
		var list []string
		for _, h := range got {
			s := h.Date + " " + h.Name
			if h.Yearly {
				s += " yearly"
			}
			list = append(list, s)
			if h.Source != "file.ics" {
				t.Errorf("%s: from %q", name, h.Source)
			}
		}
		if x.want == "31 days" {
			if len(got) != 31 {
				t.Errorf("%s: %d days", name, len(got))
			}
		} else if s := strings.Join(list, "|"); s != x.want {
			t.Errorf("%s: got %q, want %q", name, s, x.want)
		}
	}
}

func TestHostileICal(t *testing.T) {
	now := model.TimeOf(newRig(t).clock)
	for name, file := range map[string]string{
		"empty":      "",
		"text":       "Dear Sir or Madam",
		"page":       "<!doctype html><title>Sign in</title>",
		"nested":     "BEGIN:VCALENDAR\r\n" + strings.Repeat("BEGIN:VEVENT\r\n", 50_000),
		"folded":     "BEGIN:VCALENDAR\r\n" + strings.Repeat("BEG\r\n IN:VEVENT\r\n", 50_000),
		"two":        ical() + ical(),
		"zeros":      strings.Repeat("\x00", 1000),
		"unfinished": "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART",
	} {
		if _, err := readICal(strings.NewReader(file), office("Berlin"), now, ""); model.Problems(err) == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := readICal(strings.NewReader(strings.Repeat("x", maxICal+1)), office("Berlin"), now, ""); err != model.ErrTooLarge {
		t.Errorf("too large: %v", err)
	}
	var many []string
	for i := range 2000 {
		many = append(many, fmt.Sprintf("DTSTART;VALUE=DATE:20%02d%02d%02d\nRRULE:FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30\nSUMMARY:X", 27+i/300, 1+i/28%12, 1+i%28))
	}
	_, err := readICal(strings.NewReader(ical(many...)), office("Berlin"), now, "")
	refused(t, err, "file", "too_many")
}

func FuzzReadICal(f *testing.F) {
	f.Add(ical("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261226\nRRULE:FREQ=YEARLY;BYDAY=2MO\nSUMMARY:A"))
	f.Add(ical("DTSTART:20261225T000000Z\nDURATION:P1W\nEXDATE:2026,20261225"))
	f.Fuzz(func(t *testing.T, file string) {
		c := office("Berlin")
		days, err := readICal(strings.NewReader(file), c, 1795424400000, "x")
		if err != nil || len(days) == 0 {
			return
		}
		c.Holidays = days
		for _, p := range c.Check() {
			if p.Key != "calendar_closed" {
				t.Fatalf("%v in %v", p, days)
			}
		}
	})
}

func TestImportHolidays(t *testing.T) {
	r := newRig(t)
	admin := r.person(model.KindAdmin, "Ada")
	c, err := r.SaveCalendar(r.ctx, admin, office("Berlin"))
	must(t, err)
	file := ical("DTSTART;VALUE=DATE:20261225\nSUMMARY:Xmas", "DTSTART;VALUE=DATE:20261226\nSUMMARY:Boxing Day", "DTSTART;VALUE=DATE:20270101\nSUMMARY:New Year")
	found, err := r.PreviewHolidays(r.ctx, admin, c.ID, strings.NewReader(file), "berlin.ics")
	must(t, err)
	if len(found) != 3 || !found[0].There || found[0].Clash != "Christmas" || found[1].There {
		t.Fatalf("found %+v", found)
	}
	if again, err := r.Calendar(r.ctx, admin, c.ID); err != nil || len(again.Holidays) != 1 {
		t.Error("a preview added something")
	}
	n, err := r.ImportHolidays(r.ctx, admin, c.ID, strings.NewReader(file), "berlin.ics")
	must(t, err)
	again, err := r.Calendar(r.ctx, admin, c.ID)
	must(t, err)
	if n != 2 || len(again.Holidays) != 3 || again.Holidays[1].Source != "berlin.ics" || r.refreshes() != 1 {
		t.Errorf("%d added: %+v", n, again.Holidays)
	}
	if n, err := r.ImportHolidays(r.ctx, admin, c.ID, strings.NewReader(file), "berlin.ics"); err != nil || n != 0 {
		t.Errorf("the second time %d, %v", n, err)
	}
	_, err = r.PreviewHolidays(r.ctx, admin, c.ID, strings.NewReader(ical()), "")
	refused(t, err, "file", "ical_empty")
	_, err = r.ImportHolidays(r.ctx, r.person(model.KindAgent, "Alan"), c.ID, strings.NewReader(file), "")
	is(t, err, model.ErrDenied)
}
