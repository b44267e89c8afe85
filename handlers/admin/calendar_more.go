package admin

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	"escalated/text"
	view "escalated/views/admin"
)

// ArchiveCalendar takes a calendar out of use and gives its promises another,
// or brings it back.
func (h *handler) ArchiveCalendar(c *fiber.Ctx) error {
	id, err := web.ID[model.CalendarID](c, "id")
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	if f.Bool("on") {
		to, _ := web.ParseID[model.CalendarID](f.Text("replacement")) // none where nothing counts by it
		err = h.desk.ArchiveCalendar(c.UserContext(), web.By(c), id, to)
	} else {
		err = h.desk.RestoreCalendar(c.UserContext(), web.By(c), id)
	}
	return h.calendarDone(c, err)
}

// SetDefaultCalendar makes a calendar the default.
func (h *handler) SetDefaultCalendar(c *fiber.Ctx) error {
	id, err := web.ID[model.CalendarID](c, "id")
	if err != nil {
		return err
	}
	return h.calendarDone(c, h.desk.SetDefaultCalendar(c.UserContext(), web.By(c), id))
}

// calendarDone leads back to the list, or to the form with what is wrong.
func (h *handler) calendarDone(c *fiber.Ctx, err error) error {
	if problems := model.Problems(err); len(problems) > 0 {
		p, err := h.calendarForm(c)
		if err != nil {
			return err
		}
		h.countSample(c, &p, p.Calendar)
		p.Problems = problems
		return web.Render(c, fiber.StatusUnprocessableEntity, view.CalendarPage(p))
	}
	if err != nil {
		return err
	}
	web.Say(c, "ok", "admin.saved")
	return web.Done(c, "admin/hours/")
}

// ShowHolidayImport asks for a file with holidays.
func (h *handler) ShowHolidayImport(c *fiber.Ctx) error {
	return h.holidayImport(c, fiber.StatusOK, view.HolidayImport{})
}

func (h *handler) holidayImport(c *fiber.Ctx, status int, p view.HolidayImport) error {
	id, err := web.ID[model.CalendarID](c, "id")
	if err != nil {
		return err
	}
	if p.Calendar, err = h.desk.Calendar(c.UserContext(), web.By(c), id); err != nil {
		return err
	}
	return web.Render(c, status, view.HolidayImportPage(p))
}

// maxHolidayFile is what is read of a file before the desk decides about it.
const maxHolidayFile = 2 << 20

// PreviewHolidays shows what a file would add.
func (h *handler) PreviewHolidays(c *fiber.Ctx) error {
	id, err := web.ID[model.CalendarID](c, "id")
	if err != nil {
		return err
	}
	var file bytes.Buffer
	name := ""
	f, err := web.ReadForm(c, func(_ context.Context, _, n string, r io.Reader) (model.AttachmentID, error) {
		name = n
		_, err := file.ReadFrom(io.LimitReader(r, maxHolidayFile))
		return 1, err
	})
	if err != nil {
		return err
	}
	p := view.HolidayImport{Source: name, Problems: f.Problems}
	if name == "" && len(p.Problems) == 0 {
		p.Problems.Add("file", "required")
	}
	if len(p.Problems) == 0 {
		p.Found, err = h.desk.PreviewHolidays(c.UserContext(), web.By(c), id, &file, name)
		if errors.Is(err, model.ErrTooLarge) {
			err = model.Refuse("file", "ical_unreadable")
		}
		if p.Problems = model.Problems(err); err != nil && p.Problems == nil {
			return err
		}
	}
	status := fiber.StatusOK
	if len(p.Problems) > 0 {
		status = fiber.StatusUnprocessableEntity
	}
	return h.holidayImport(c, status, p)
}

// AddHolidays adds the chosen days of a file.
func (h *handler) AddHolidays(c *fiber.Ctx) error {
	id, err := web.ID[model.CalendarID](c, "id")
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	var days []model.Holiday
	for i := range min(f.Int("found"), model.MaxHolidays) {
		if at := "-" + strconv.FormatInt(i, 10); f.Bool("take" + at) {
			days = append(days, model.Holiday{Date: f.Text("date" + at), Name: f.Text("holiday" + at), Yearly: f.Bool("yearly" + at), Source: f.Text("source")})
		}
	}
	n, err := h.desk.AddHolidays(c.UserContext(), web.By(c), id, days)
	if problems := model.Problems(err); len(problems) > 0 {
		return h.holidayImport(c, fiber.StatusUnprocessableEntity, view.HolidayImport{Problems: problems})
	}
	if err != nil {
		return err
	}
	web.SayText(c, "ok", text.N(c.UserContext(), "hours.imported", n))
	return web.Done(c, "admin/hours/"+strconv.FormatInt(int64(id), 10)+"/")
}
