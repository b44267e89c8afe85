package admin

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/admin"
)

func calendarRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Page("admin/hours/", web.Staff, h.ListCalendars).Needing(model.PermSLA),
		web.Page("admin/hours/create/", web.Staff, h.NewCalendar).Needing(model.PermSLA),
		web.Post("admin/hours/store/", web.Staff, h.CreateCalendar).Needing(model.PermSLA),
		web.Page("admin/hours/:id/", web.Staff, h.EditCalendar).Needing(model.PermSLA),
		web.Post("admin/hours/:id/update/", web.Staff, h.UpdateCalendar).Needing(model.PermSLA),
		web.Post("admin/hours/:id/archive/", web.Staff, h.ArchiveCalendar).Needing(model.PermSLA),
		web.Post("admin/hours/:id/default/", web.Staff, h.SetDefaultCalendar).Needing(model.PermSLA),
		web.Page("admin/hours/:id/import/", web.Staff, h.ShowHolidayImport).Needing(model.PermSLA),
		web.Post("admin/hours/:id/import/", web.Staff, h.PreviewHolidays).Needing(model.PermSLA).WithFiles(),
		web.Post("admin/hours/:id/import/store/", web.Staff, h.AddHolidays).Needing(model.PermSLA),
	}
}

// ListCalendars answers with all business hours.
func (h *handler) ListCalendars(c *fiber.Ctx) error {
	list, err := h.desk.Calendars(c.UserContext(), web.By(c))
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.CalendarsPage(list))
}

// NewCalendar answers with the form of a usual week in the desk's zone.
func (h *handler) NewCalendar(c *fiber.Ctx) error {
	week := model.Calendar{Zone: web.Settings(c).TimeZone}
	for day := range 5 {
		week.Hours[day] = []model.Interval{{From: 9 * 60, To: 17 * 60}}
	}
	p := view.NewCalendarForm(model.CalendarRow{Calendar: week})
	h.countSample(c, &p, week)
	return web.Render(c, fiber.StatusOK, view.CalendarPage(p))
}

// EditCalendar answers with the form of one.
func (h *handler) EditCalendar(c *fiber.Ctx) error {
	p, err := h.calendarForm(c)
	if err != nil {
		return err
	}
	h.countSample(c, &p, p.Calendar)
	return web.Render(c, fiber.StatusOK, view.CalendarPage(p))
}

// calendarForm is the form of a calendar as it is, with what could replace it.
func (h *handler) calendarForm(c *fiber.Ctx) (p view.CalendarForm, err error) {
	id, err := web.ID[model.CalendarID](c, "id")
	if err != nil {
		return p, err
	}
	list, err := h.desk.Calendars(c.UserContext(), web.By(c))
	if err != nil {
		return p, err
	}
	err = model.ErrNotFound
	for _, row := range list {
		if row.ID == id {
			p, err = view.NewCalendarForm(row), nil
		}
	}
	for _, row := range list {
		if row.ID != id && row.Active() {
			p.Others = append(p.Others, row)
		}
	}
	return p, err
}

// CreateCalendar makes a calendar.
func (h *handler) CreateCalendar(c *fiber.Ctx) error {
	return h.saveCalendar(c, view.NewCalendarForm(model.CalendarRow{}))
}

// UpdateCalendar changes a calendar.
func (h *handler) UpdateCalendar(c *fiber.Ctx) error {
	p, err := h.calendarForm(c)
	if err != nil {
		return err
	}
	return h.saveCalendar(c, p)
}

// saveCalendar reads the form and saves it, or does to its rows what a button
// asks and gives it back.
func (h *handler) saveCalendar(c *fiber.Ctx, p view.CalendarForm) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	now := p.Version
	readCalendar(f, &p)
	if do := f.Text("do"); do != "" && do != "save" {
		changeRows(&p, do)
		p.Calendar = calendarOf(p)
		h.count(&p, web.Now(c))
		return web.Render(c, fiber.StatusOK, view.CalendarPage(p))
	}
	p.DropBlank()
	p.Calendar = calendarOf(p)
	_, err = h.desk.SaveCalendar(c.UserContext(), web.By(c), p.Calendar)
	p.Problems, p.Stale = model.Problems(err), errors.Is(err, model.ErrConflict)
	if len(p.Problems) == 0 && !p.Stale {
		if err != nil {
			return err
		}
		web.Say(c, "ok", "admin.saved")
		return web.Done(c, "admin/hours/")
	}
	status := fiber.StatusUnprocessableEntity
	if p.Stale {
		status, p.Version = fiber.StatusConflict, now
	}
	h.count(&p, web.Now(c))
	return web.Render(c, status, view.CalendarPage(p))
}

// readCalendar reads what was typed.
func readCalendar(f *web.Form, p *view.CalendarForm) {
	p.Name, p.Zone, p.Version = f.Text("name"), f.Text("zone"), f.Int("version")
	p.Start, p.Length = f.Text("start"), f.Text("length")
	p.Rows, p.Days = [7][]view.HoursRow{}, nil
	for day := range 7 {
		at := "-" + strconv.Itoa(day)
		p.AllDay[day], p.Copy[day] = f.Bool("all"+at), f.Bool("copy"+at)
		for row := range min(f.Int("rows"+at), model.MaxIntervals+1) {
			name := at + "-" + strconv.FormatInt(row, 10)
			p.Rows[day] = append(p.Rows[day], view.HoursRow{From: f.Text("from" + name), To: f.Text("to" + name)})
		}
	}
	for i := range min(f.Int("holidays"), model.MaxHolidays+1) {
		at := "-" + strconv.FormatInt(i, 10)
		p.Days = append(p.Days, model.Holiday{Date: f.Text("date" + at), Name: f.Text("holiday" + at), Yearly: f.Bool("yearly" + at), Source: f.Text("source" + at)})
	}
}

// changeRows does what a button of the form asks: add-DAY, drop-DAY-ROW,
// copy, holiday, unholiday-ROW. Others only have the form drawn again.
func changeRows(p *view.CalendarForm, do string) {
	word, rest, _ := strings.Cut(do, "-")
	first, second, _ := strings.Cut(rest, "-")
	a, _ := strconv.Atoi(first)
	b, _ := strconv.Atoi(second)
	switch {
	case word == "add" && a >= 0 && a < 7 && len(p.Rows[a]) < model.MaxIntervals:
		row := view.HoursRow{}
		if p.AllDay[a] = false; len(p.Rows[a]) == 0 {
			row = view.HoursRow{From: "09:00", To: "17:00"}
		}
		p.Rows[a] = append(p.Rows[a], row)
		p.Focus = model.IntervalField(a, len(p.Rows[a])-1)
	case word == "drop" && a >= 0 && a < 7 && b >= 0 && b < len(p.Rows[a]):
		p.Rows[a] = append(p.Rows[a][:b], p.Rows[a][b+1:]...)
		p.Focus = "add-" + first
	case word == "copy":
		for day := 1; day < 7; day++ {
			if p.Copy[day] {
				p.Rows[day], p.AllDay[day], p.Copy[day] = append([]view.HoursRow(nil), p.Rows[0]...), p.AllDay[0], false
			}
		}
		p.Focus = "copy"
	case word == "holiday" && len(p.Days) < model.MaxHolidays:
		p.Days = append(p.Days, model.Holiday{})
		p.Focus = model.HolidayField(len(p.Days) - 1)
	case word == "unholiday" && a >= 0 && a < len(p.Days):
		p.Days = append(p.Days[:a], p.Days[a+1:]...)
		p.Focus = "add-holiday"
	case word == "count":
		p.Focus = "length"
	}
}

// calendarOf is the calendar that the form describes. Rows in which nothing
// was typed are none.
func calendarOf(p view.CalendarForm) model.Calendar {
	c := p.Calendar
	c.Hours, c.Holidays = [7][]model.Interval{}, nil
	for day, rows := range p.Rows {
		if p.AllDay[day] {
			c.Hours[day] = []model.Interval{{From: 0, To: 24 * 60}}
			continue
		}
		for _, row := range rows {
			if row.Blank() {
				continue
			}
			c.Hours[day] = append(c.Hours[day], row.Interval())
		}
	}
	for _, d := range p.Days {
		if d.Date+d.Name != "" {
			c.Holidays = append(c.Holidays, d)
		}
	}
	return c
}

// countSample shows how eight hours from now would count.
func (h *handler) countSample(c *fiber.Ctx, p *view.CalendarForm, cal model.Calendar) {
	now := web.Now(c)
	p.Start, p.Length = now.Std().In(cal.Location()).Format(view.LocalTime), "8h"
	h.count(p, now)
}

// count is the deadline for a start and a length, as the promises to tickets
// are counted.
func (h *handler) count(p *view.CalendarForm, now model.Time) {
	p.Now, p.Count = now, nil
	if len(p.Calendar.Check()) > 0 {
		return
	}
	length, err := model.ParseLength(p.Length)
	if err != nil {
		p.Problems = append(p.Problems, model.Problems(err)...)
	}
	start, wrong := time.ParseInLocation(view.LocalTime, p.Start, p.Location())
	if wrong != nil {
		p.Problems.Add("start", "time_invalid")
	}
	if err != nil || wrong != nil {
		return
	}
	count := view.HoursCount{From: model.TimeOf(start), Took: length.In(p.Calendar)}
	count.Due, count.Trace = p.Add(count.From, count.Took)
	p.Count = &count
}
