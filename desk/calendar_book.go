package desk

import (
	"context"
	"fmt"
	"sync"

	"escalated/model"
	"escalated/store"
)

// calendarBook keeps calendars in memory: the engine asks them for every
// ticket that changes. While one is being saved nothing is kept, so that
// nobody counts by the old one after the new one is there.
type calendarBook struct {
	mu       sync.Mutex
	now      *currentCalendars
	age      int
	changing int
	versions map[model.CalendarVersionID]model.Calendar
}

// currentCalendars are the calendars as they are, archived ones too.
type currentCalendars struct {
	byID     map[model.CalendarID]model.Calendar
	standard model.CalendarID // the default, if there is one
}

// maxVersions bounds what is kept; a calendar may have 1,000 holidays.
const maxVersions = 2000

// change forgets what is kept until the returned function is called.
func (b *calendarBook) change() (done func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.changing++
	b.now = nil
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.changing--
		b.age++
	}
}

func (b *calendarBook) forget() { b.change()() }

func (b *calendarBook) look() (*currentCalendars, int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now, b.age
}

func (b *calendarBook) keep(c *currentCalendars, age int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.changing == 0 && b.age == age {
		b.now = c
	}
}

func (b *calendarBook) version(id model.CalendarVersionID) (model.Calendar, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c, ok := b.versions[id]
	return c, ok
}

func (b *calendarBook) keepVersion(c model.Calendar) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.versions == nil || len(b.versions) >= maxVersions {
		b.versions = map[model.CalendarVersionID]model.Calendar{}
	}
	b.versions[c.VersionID] = c
}

func (d *Desk) currentCalendars(ctx context.Context, r store.Reader) (*currentCalendars, error) {
	kept, age := d.calendars.look()
	if kept != nil {
		return kept, nil
	}
	list, err := r.Calendars(ctx)
	if err != nil {
		return nil, fmt.Errorf("load calendars: %w", err)
	}
	all := &currentCalendars{byID: make(map[model.CalendarID]model.Calendar, len(list))}
	for _, c := range list {
		all.byID[c.ID] = c.Calendar
		if c.IsDefault {
			all.standard = c.ID
		}
	}
	d.calendars.keep(all, age)
	return all, nil
}

// calendar is a calendar as it is now; zero is around the clock. Callers must
// not change what is in it.
func (d *Desk) calendar(ctx context.Context, r store.Reader, id model.CalendarID) (model.Calendar, error) {
	if id == 0 {
		return model.Calendar{}, nil
	}
	all, err := d.currentCalendars(ctx, r)
	if err != nil {
		return model.Calendar{}, err
	}
	c, ok := all.byID[id]
	if !ok {
		return c, fmt.Errorf("calendar %d: %w", id, model.ErrNotFound)
	}
	return c, nil
}

// calendarVersion is what a calendar said at a time, which never changes; zero
// is around the clock.
func (d *Desk) calendarVersion(ctx context.Context, r store.Reader, id model.CalendarVersionID) (model.Calendar, error) {
	if id == 0 {
		return model.Calendar{}, nil
	}
	if c, ok := d.calendars.version(id); ok {
		return c, nil
	}
	c, err := r.CalendarVersion(ctx, id)
	if err != nil {
		return c, fmt.Errorf("calendar version %d: %w", id, err)
	}
	d.calendars.keepVersion(c)
	return c, nil
}

// defaultCalendar holds where business hours are asked for and none are named:
// the default, or what the settings say as long as there is none.
func (d *Desk) defaultCalendar(ctx context.Context, r store.Reader) (model.Calendar, error) {
	all, err := d.currentCalendars(ctx, r)
	if err != nil || all.standard != 0 {
		return all.defaultOne(), err
	}
	s, err := d.Settings(ctx)
	return s.BusinessHours(), err
}

func (c *currentCalendars) defaultOne() model.Calendar {
	if c == nil {
		return model.Calendar{}
	}
	return c.byID[c.standard]
}
