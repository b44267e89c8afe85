package e2e

import (
	"context"
	"strings"
	"testing"

	"escalated/e2e/browser"
	"escalated/model"
	"escalated/store"
)

func init() {
	furnish = append(furnish, func(w *world) {
		c := model.Calendar{Name: "Night shift" + strings.TrimSuffix(w.mark, "</title><script>"), Zone: "Australia/Lord_Howe", Holidays: []model.Holiday{
			{Date: "2026-12-25", Yearly: true, Name: "Christmas" + w.mark, Source: "holidays.ics"}, {Date: "2027-01-01", Name: "رأس السنة"},
		}}
		for day := range 5 {
			c.Hours[day] = []model.Interval{{From: 9 * 60, To: 12*60 + 30}, {From: 13*60 + 30, To: 17*60 + 30}}
		}
		c.Hours[5] = []model.Interval{{From: 22 * 60, To: 6 * 60}}
		c.Hours[6] = []model.Interval{{From: 6 * 60, To: 24 * 60}}
		row, err := w.Verbs().SaveCalendar(context.Background(), w.actor("admin"), c)
		w.must(err)
		w.keep("hours", int64(row.ID))
	})
	sights = append(
		sights,
		sight{"admin/hours/", "hours-list", "admin", "admin/hours/"},
		sight{"admin/hours/create/", "hours-new", "admin", "admin/hours/create/"},
		sight{"admin/hours/:id/", "hours", "admin", "admin/hours/{hours}/"},
		sight{"admin/hours/:id/import/", "hours-import", "admin", "admin/hours/{hours}/import/"},
	)
}

const holidaysFile = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20301225\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Christmas\r\nEND:VEVENT\r\n" +
	"BEGIN:VEVENT\r\nUID:2\r\nDTSTART;VALUE=DATE:20300101\r\nSUMMARY:New Year\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

// TestBusinessHours makes hours with a lunch break, a holiday and a file of
// holidays, and gives them up again: by mouse, by keyboard and without scripts.
func TestBusinessHours(t *testing.T) {
	for name, opt := range map[string]browser.Options{"mouse": {}, "plain": {NoJS: true}} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			admin := h.Admin("root")
			p := h.open(admin, opt)
			p.Goto("admin/hours/create/")
			p.Fill("#f-name", "Berlin office")
			p.Fill("#f-zone", "Europe/Berlin")
			p.Fill("#f-to-0-0", "12:30")
			p.ClickLoad("#f-add-0")
			p.Fill("#f-hours-0-1", "13:30")
			p.Fill("#f-to-0-1", "17:30")
			p.Check("[name=copy-1]", true)
			p.Check("[name=copy-4]", true)
			p.ClickLoad("#f-copy")
			if p.Value("#f-hours-4-1") != "13:30" || p.Value("#f-to-2-0") != "17:00" {
				t.Errorf("Friday begins again at %s, Wednesday ends at %s", p.Value("#f-hours-4-1"), p.Value("#f-to-2-0"))
			}
			p.ClickLoad("#f-add-holiday")
			p.Fill("#f-holiday-0", "2030-12-31")
			p.Fill("#f-name-0", "New Year's Eve")
			p.Fill("#f-start", "2030-12-30T16:30")
			p.Fill("#f-length", "2h")
			p.ClickLoad("[value=count]")
			if due := p.Text(".count strong"); due != "Wednesday 1 Jan 2031, 10:00" { // an hour on Monday, none on the holiday
				t.Errorf("due %s", due)
			}
			if !opt.NoJS {
				p.CheckAxe()
			}
			p.ClickLoad(".hours-form .buttons .btn.primary")
			if !p.HasText("Berlin office") {
				t.Error("the list lacks the new hours")
			}

			p.Goto("admin/hours/2/import/")
			p.Upload("#f-file", browser.File{Name: "de.ics", Content: []byte(holidaysFile)})
			p.ClickLoad("main form .btn")
			if p.Count("tbody tr") != 2 {
				t.Errorf("the preview has %d days", p.Count("tbody tr"))
			}
			if !opt.NoJS {
				p.CheckAxe()
			}
			p.Check("[name=take-1]", false)
			p.ClickLoad(".btn.primary")
			c, err := h.Verbs().Calendar(t.Context(), admin.Actor(), 2)
			if err != nil || len(c.Holidays) != 2 || len(c.Hours[0]) != 2 {
				t.Fatalf("kept %+v, %v", c, err)
			}

			// Promises count by it, so it goes only with a replacement.
			err = h.DB().Write(t.Context(), func(tx *store.Tx) error {
				_, err := tx.InsertSLAPolicy(tx.Ctx, model.SLAPolicy{Name: "Standard", CalendarID: c.ID})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			p.Goto("admin/hours/2/")
			p.ClickLoad("form[action$='/archive/'] .btn")
			list, err := h.Verbs().Calendars(t.Context(), admin.Actor())
			if err != nil || list[0].Policies != 1 || list[1].Active() {
				t.Errorf("after archiving: %+v, %v", list, err)
			}
		})
	}
}

// TestBusinessHoursByKeyboard adds a time with Tab, Space and Enter alone.
func TestBusinessHoursByKeyboard(t *testing.T) {
	h := newHouse(t)
	admin := h.Admin("root")
	p := h.open(admin, browser.Options{})
	p.Goto("admin/hours/1/")
	browser.Eval[bool](p, `(document.querySelector("#f-add-5").focus(), true)`)
	p.Load(func() { p.Press("Enter") })
	if p.Focused() == "" || p.Value("#f-hours-5-0") != "09:00" {
		t.Errorf("the new row has %q, the cursor is in %q", p.Value("#f-hours-5-0"), p.Focused())
	}
	browser.Eval[bool](p, `(document.querySelector("#f-name").focus(), true)`)
	p.Load(func() { p.Press("Enter") }) // saves, not the first row's button
	c, err := h.Verbs().Calendar(context.Background(), admin.Actor(), 1)
	if err != nil || len(c.Hours[5]) != 1 {
		t.Errorf("saved %+v, %v", c.Hours, err)
	}
}
