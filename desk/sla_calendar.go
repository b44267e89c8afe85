package desk

// Stands in for desk/calendar.go until it is there: helper A, delete this file
// when you add calendar, calendarVersion and defaultCalendar.

import (
	"context"

	"escalated/model"
	"escalated/store"
)

func (d *Desk) calendar(context.Context, store.Reader, model.CalendarID) (model.Calendar, error) {
	return model.Calendar{}, nil
}

func (d *Desk) calendarVersion(context.Context, store.Reader, model.CalendarVersionID) (model.Calendar, error) {
	return model.Calendar{}, nil
}

func (d *Desk) defaultCalendar(context.Context, store.Reader) (model.Calendar, error) {
	return model.Calendar{}, nil
}
