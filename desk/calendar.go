package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"escalated/model"
	"escalated/store"
	"escalated/text"
)

// maxCalendars keeps pickers usable.
const maxCalendars = 200

// Calendars lists all business hours, those out of use last.
func (d *Desk) Calendars(ctx context.Context, by model.Actor) ([]model.CalendarRow, error) {
	if !by.Can(model.PermSLA) {
		return nil, model.ErrDenied
	}
	return d.db.Read().Calendars(ctx)
}

// Calendar loads one for its form.
func (d *Desk) Calendar(ctx context.Context, by model.Actor, id model.CalendarID) (model.CalendarRow, error) {
	list, err := d.Calendars(ctx, by)
	if err != nil {
		return model.CalendarRow{}, err
	}
	return calendarIn(list, id)
}

func calendarIn(list []model.CalendarRow, id model.CalendarID) (model.CalendarRow, error) {
	at := slices.IndexFunc(list, func(c model.CalendarRow) bool { return c.ID == id })
	if at < 0 {
		return model.CalendarRow{}, model.ErrNotFound
	}
	return list[at], nil
}

// SaveCalendar creates a calendar (id zero) or changes it. What it said before
// stays known, for promises that were counted by it; those that run are
// counted anew.
func (d *Desk) SaveCalendar(ctx context.Context, by model.Actor, in model.Calendar) (model.CalendarRow, error) {
	if !by.Can(model.PermSLA) {
		return model.CalendarRow{}, model.ErrDenied
	}
	defer d.calendars.change()()
	var now model.CalendarRow
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		list, err := tx.Calendars(tx.Ctx)
		if err != nil {
			return err
		}
		if now, err = d.saveCalendar(tx.Ctx, tx, by, list, in); err != nil {
			return err
		}
		return nil
	})
	return now, err
}

func (d *Desk) saveCalendar(ctx context.Context, tx *store.Tx, by model.Actor, list []model.CalendarRow, in model.Calendar) (now model.CalendarRow, err error) {
	if in.ID != 0 {
		if now, err = calendarIn(list, in.ID); err != nil {
			return now, err
		}
		if !now.Active() {
			return now, model.Refuse("name", "calendar_archived")
		}
		if now.Version != in.Version {
			return now, model.ErrConflict
		}
	}
	if err := checkCalendar(list, &in); err != nil {
		return now, err
	}
	tidyCalendar(&in)
	was := now
	in.VersionID = was.VersionID
	now.Calendar = in
	if in.ID == 0 {
		now.IsDefault = !slices.ContainsFunc(list, func(c model.CalendarRow) bool { return c.IsDefault })
		if err := tx.InsertCalendar(ctx, &now); err != nil {
			return now, err
		}
		return now, calendarSaved(ctx, tx, by, now.Calendar, "created")
	}
	other := !sameCalendar(was.Calendar, in)
	if !other && was.Name == in.Name {
		return was, nil
	}
	if now.FromConfig = false; other {
		if err := tx.InsertCalendarVersion(ctx, &now.Calendar); err != nil {
			return now, err
		}
		if err := d.countAnew(ctx, tx, now); err != nil {
			return now, err
		}
	}
	if err := tx.UpdateCalendar(ctx, &now); err != nil {
		return now, err
	}
	return now, calendarSaved(ctx, tx, by, now.Calendar, "changed")
}

// countAnew has running promises look at a calendar again: those of policies
// that name it, and those that name none where the default holds for them.
func (d *Desk) countAnew(ctx context.Context, tx *store.Tx, c model.CalendarRow) error {
	if err := tx.AskSLARefresh(ctx, 0, c.ID); err != nil || !c.IsDefault {
		return err
	}
	return d.defaultAnew(ctx, tx)
}

func (d *Desk) defaultAnew(ctx context.Context, tx *store.Tx) error {
	s, err := d.Settings(ctx)
	if err != nil || !s.SLABusinessHoursOnly {
		return err
	}
	return tx.AskSLARefresh(ctx, 0, 0)
}

func calendarSaved(ctx context.Context, tx *store.Tx, by model.Actor, c model.Calendar, what string) error {
	_, err := tx.RecordAbout(ctx, by, "calendar", int64(c.ID), model.CalendarSaved{Calendar: c.ID, Name: c.Name, What: what})
	return err
}

// checkCalendar collects what is wrong.
func checkCalendar(list []model.CalendarRow, in *model.Calendar) error {
	var p model.Invalid
	in.Name = model.Clean(in.Name)
	checkLabel(&p, "name", in.Name, 80)
	for _, c := range list {
		if c.ID != in.ID && c.Active() && model.SortKey(c.Name) == model.SortKey(in.Name) && in.Name != "" {
			p.Add("name", "name_taken")
		}
	}
	if in.ID == 0 && len(list) >= maxCalendars {
		p.Add("name", "too_many", "Max", maxCalendars)
	}
	in.Holidays = slices.Clone(in.Holidays)
	for i, h := range in.Holidays {
		in.Holidays[i].Name, in.Holidays[i].Source = model.Clean(h.Name), model.Clean(h.Source)
	}
	return append(p, in.Check()...).Err()
}

// tidyCalendar puts intervals and holidays in their order.
func tidyCalendar(c *model.Calendar) {
	for day := range c.Hours {
		c.Hours[day] = slices.Clone(c.Hours[day])
		slices.SortStableFunc(c.Hours[day], func(a, b model.Interval) int { return a.From - b.From })
	}
	slices.SortStableFunc(c.Holidays, func(a, b model.Holiday) int { return strings.Compare(a.Date, b.Date) })
}

// sameCalendar reports whether two calendars say the same.
func sameCalendar(a, b model.Calendar) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && string(x) == string(y)
}

// ArchiveCalendar takes a calendar out of use. Promises that count by it count
// by the replacement from now on. The default stays.
func (d *Desk) ArchiveCalendar(ctx context.Context, by model.Actor, id, replacement model.CalendarID) error {
	if !by.Can(model.PermSLA) {
		return model.ErrDenied
	}
	defer d.forgetPolicies()
	defer d.calendars.change()()
	return d.db.Write(ctx, func(tx *store.Tx) error {
		list, err := tx.Calendars(tx.Ctx)
		if err != nil {
			return err
		}
		c, err := calendarIn(list, id)
		if err != nil || !c.Active() {
			return err
		}
		if c.IsDefault {
			return model.Refuse("replacement", "calendar_default")
		}
		if replacement != 0 || c.Policies > 0 {
			to, err := calendarIn(list, replacement)
			if replacement == 0 || errors.Is(err, model.ErrNotFound) || !to.Active() || to.ID == id {
				return model.Refuse("replacement", "choice_invalid")
			}
		}
		moved, err := tx.ReplaceCalendar(tx.Ctx, id, replacement)
		if err != nil {
			return err
		}
		for _, policy := range moved {
			if err := tx.AskSLARefresh(tx.Ctx, policy, 0); err != nil {
				return err
			}
		}
		if err := tx.ArchiveCalendar(tx.Ctx, id, tx.Now); err != nil {
			return err
		}
		return calendarSaved(tx.Ctx, tx, by, c.Calendar, "archived")
	})
}

// RestoreCalendar brings an archived calendar back. Its name may have been
// given away meanwhile.
func (d *Desk) RestoreCalendar(ctx context.Context, by model.Actor, id model.CalendarID) error {
	if !by.Can(model.PermSLA) {
		return model.ErrDenied
	}
	defer d.calendars.change()()
	return d.db.Write(ctx, func(tx *store.Tx) error {
		list, err := tx.Calendars(tx.Ctx)
		if err != nil {
			return err
		}
		c, err := calendarIn(list, id)
		if err != nil || c.Active() {
			return err
		}
		for _, o := range list {
			if o.Active() && model.SortKey(o.Name) == model.SortKey(c.Name) {
				return model.Refuse("name", "name_taken")
			}
		}
		if err := tx.ArchiveCalendar(tx.Ctx, id, 0); err != nil {
			return err
		}
		return calendarSaved(tx.Ctx, tx, by, c.Calendar, "restored")
	})
}

// SetDefaultCalendar chooses the calendar that holds where none is named.
func (d *Desk) SetDefaultCalendar(ctx context.Context, by model.Actor, id model.CalendarID) error {
	if !by.Can(model.PermSLA) {
		return model.ErrDenied
	}
	defer d.calendars.change()()
	return d.db.Write(ctx, func(tx *store.Tx) error {
		list, err := tx.Calendars(tx.Ctx)
		if err != nil {
			return err
		}
		c, err := calendarIn(list, id)
		if err != nil || c.IsDefault {
			return err
		}
		if !c.Active() {
			return model.Refuse("name", "calendar_archived")
		}
		if err := tx.SetDefaultCalendar(tx.Ctx, id); err != nil {
			return err
		}
		if err := d.defaultAnew(tx.Ctx, tx); err != nil {
			return err
		}
		return calendarSaved(tx.Ctx, tx, by, c.Calendar, "default")
	})
}

// ConfiguredHours makes the first calendar of what the settings say, and keeps
// it in line with them until somebody edits it or makes it another.
func (d *Desk) ConfiguredHours(ctx context.Context, by model.Actor) error {
	if !by.Can(model.PermSLA) {
		return model.ErrDenied
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	hours := s.BusinessHours()
	fits := func(list []model.CalendarRow) (at int, ok bool) {
		at = slices.IndexFunc(list, func(c model.CalendarRow) bool { return c.FromConfig })
		return at, at < 0 && len(list) > 0 || at >= 0 && sameCalendar(list[at].Calendar, hours)
	}
	list, err := d.db.Read().Calendars(ctx)
	if err != nil {
		return fmt.Errorf("load business hours: %w", err)
	}
	if _, ok := fits(list); ok {
		return nil
	}
	defer d.calendars.change()()
	return d.db.Write(ctx, func(tx *store.Tx) error {
		list, err := tx.Calendars(tx.Ctx)
		if err != nil {
			return err
		}
		at, ok := fits(list)
		if ok {
			return nil
		}
		if at < 0 {
			hours.Name = text.T(text.With(tx.Ctx, s.DefaultLanguage), "hours.first_name")
			row := model.CalendarRow{Calendar: hours, IsDefault: true, FromConfig: true}
			if err := tx.InsertCalendar(tx.Ctx, &row); err != nil {
				return err
			}
			return calendarSaved(tx.Ctx, tx, by, row.Calendar, "created")
		}
		row := list[at]
		row.Zone, row.Hours, row.Holidays = hours.Zone, hours.Hours, hours.Holidays
		if err := tx.InsertCalendarVersion(tx.Ctx, &row.Calendar); err != nil {
			return err
		}
		if err := d.countAnew(tx.Ctx, tx, row); err != nil {
			return err
		}
		if err := tx.UpdateCalendar(tx.Ctx, &row); err != nil {
			return err
		}
		return calendarSaved(tx.Ctx, tx, by, row.Calendar, "changed")
	})
}
