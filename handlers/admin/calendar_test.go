package admin_test

import (
	"net/http"
	"strings"
	"testing"

	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

// has fails unless the page has all of the words.
func has(t *testing.T, body string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(body, w) {
			t.Errorf("the page lacks %q", w)
		}
	}
}

func TestCalendarPages(t *testing.T) {
	d := helpdesktest.New(t, helpdesktest.Settings("sla.business_hours.timezone", "Europe/Berlin"))
	boss := d.Admin("root")
	admin := d.As(boss)
	page := admin.Get("admin/hours/").Is(http.StatusOK).AtMost(12)
	has(t, page.Body, "Business hours", "Europe/Berlin", "Monday to Friday", "09:00–17:00")
	page = admin.Get("admin/hours/1/").Is(http.StatusOK).AtMost(12)
	has(t, page.Body, "follow the configuration", `name="from-4-0"`, `value="17:00"`, `<rect x="540" y="0" width="480"`)
	admin.Get("admin/hours/99/").Is(http.StatusNotFound)

	// Rows are added and taken away by buttons; nothing typed is lost.
	form := helpdesktest.F("name", "Berlin office", "zone", "Europe/Berlin", "rows-0", "1", "from-0-0", "09:00", "to-0-0", "12:30", "rows-5", "1", "from-5-0", "22:00", "to-5-0", "04:00",
		"start", "2026-11-23T15:00", "length", "4h", "do", "add-0")
	page = admin.Post("admin/hours/store/", form).Is(http.StatusOK)
	has(t, page.Body, `value="Berlin office"`, `name="from-0-1"`, `value="12:30"`, "next day")
	form.Set("rows-0", "2")
	form.Set("from-0-1", "13:30")
	form.Set("to-0-1", "17:30")
	form.Set("copy-1", "1")
	form.Set("copy-4", "1")
	form.Set("do", "copy")
	page = admin.Post("admin/hours/store/", form).Is(http.StatusOK)
	has(t, page.Body, `name="from-1-1"`, `name="from-4-1"`)
	if strings.Contains(page.Body, `name="from-2-0"`) {
		t.Error("Wednesday was not chosen")
	}
	form.Set("do", "holiday")
	page = admin.Post("admin/hours/store/", form).Is(http.StatusOK)
	has(t, page.Body, `name="date-0"`)
	form.Set("do", "drop-5-0")
	if page = admin.Post("admin/hours/store/", form).Is(http.StatusOK); strings.Contains(page.Body, `name="from-5-0"`) {
		t.Error("the row is still there")
	}

	// A count by what was typed: 15:00 to 17:30, then half past nine to eleven the Monday after.
	form.Set("rows-5", "0")
	form.Set("do", "count")
	page = admin.Post("admin/hours/store/", form).Is(http.StatusOK)
	has(t, page.Body, "Monday 30 Nov 2026, 10:30", "2h30m", "1h30m")

	// Problems name their rows.
	form.Set("do", "save")
	form.Set("from-0-1", "12:00")
	form.Set("holidays", "2")
	form.Set("date-0", "2026-12-25")
	form.Set("holiday-0", "Christmas")
	form.Set("date-1", "2026-12-25")
	form.Set("holiday-1", "Xmas")
	page = admin.Post("admin/hours/store/", form).Is(http.StatusUnprocessableEntity)
	has(t, page.Body, "Monday, time 2:", "#f-hours-0-1", "Holiday 2:", `value="Xmas"`)
	form.Set("from-0-1", "13:30")
	form.Set("date-1", "")
	form.Set("holiday-1", "")
	form.Set("yearly-0", "1")
	form.Set("all-6", "1")
	admin.Post("admin/hours/store/", form).Is(http.StatusSeeOther)
	saved, err := d.Verbs().Calendar(t.Context(), boss.Actor(), 2)
	if err != nil || len(saved.Hours[0]) != 2 || saved.Hours[6][0] != (model.Interval{From: 0, To: 1440}) || len(saved.Holidays) != 1 || !saved.Holidays[0].Yearly {
		t.Fatalf("saved %+v, %v", saved, err)
	}
	page = admin.Get("admin/hours/2/").Is(http.StatusOK).AtMost(12)
	has(t, page.Body, `name="all-6" value="1" checked`, `value="Christmas"`)

	// Somebody else saves meanwhile.
	form.Set("version", "1")
	form.Set("length", "1h")
	form.Set("name", "Berlin")
	admin.Post("admin/hours/2/update/", form).Is(http.StatusSeeOther)
	form.Set("name", "Hamburg")
	page = admin.Post("admin/hours/2/update/", form).Is(http.StatusConflict)
	has(t, page.Body, `value="Hamburg"`, `name="version" value="2"`)

	admin.Post("admin/hours/1/archive/", helpdesktest.F("on", "1")).Is(http.StatusUnprocessableEntity)
	admin.Post("admin/hours/2/default/", nil).Is(http.StatusSeeOther)
	admin.Post("admin/hours/1/archive/", helpdesktest.F("on", "1")).Is(http.StatusSeeOther)
	has(t, admin.Get("admin/hours/").Is(http.StatusOK).Body, "Archived")
	admin.Post("admin/hours/1/archive/", helpdesktest.F("on", "0")).Is(http.StatusSeeOther)
}

func TestHolidayImportPages(t *testing.T) {
	d := helpdesktest.New(t)
	boss := d.Admin("root")
	admin := d.As(boss)
	ics := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20301225\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Christmas <b>\r\nEND:VEVENT\r\n" +
		"BEGIN:VEVENT\r\nUID:2\r\nDTSTART;VALUE=DATE:20301231\r\nSUMMARY:New Year's Eve\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	admin.Get("admin/hours/1/import/").Is(http.StatusOK).AtMost(12)
	admin.Post("admin/hours/1/import/", nil).Is(http.StatusUnprocessableEntity)
	admin.Post("admin/hours/1/import/", nil, helpdesktest.File{Field: "file", Name: "x.ics", Content: "hello"}).Is(http.StatusUnprocessableEntity)
	page := admin.Post("admin/hours/1/import/", nil, helpdesktest.File{Field: "file", Name: "de.ics", Content: ics}).Is(http.StatusOK)
	has(t, page.Body, "2 days in the file", "Christmas &lt;b&gt;", "every year")
	form := helpdesktest.F("found", "2", "source", "de.ics", "take-0", "1", "date-0", "2030-12-25", "holiday-0", "Christmas <b>", "yearly-0", "1", "date-1", "2030-12-31", "holiday-1", "New Year's Eve")
	admin.Post("admin/hours/1/import/store/", form).Is(http.StatusSeeOther)
	c, err := d.Verbs().Calendar(t.Context(), boss.Actor(), 1)
	if err != nil || len(c.Holidays) != 1 || c.Holidays[0].Source != "de.ics" || !c.Holidays[0].Yearly {
		t.Fatalf("%+v, %v", c.Holidays, err)
	}
	page = admin.Post("admin/hours/1/import/", nil, helpdesktest.File{Field: "file", Name: "de.ics", Content: ics}).Is(http.StatusOK)
	has(t, page.Body, "Already there: Christmas")
	form.Set("take-1", "1")
	form.Set("date-1", "nonsense")
	admin.Post("admin/hours/1/import/store/", form).Is(http.StatusUnprocessableEntity)
}
