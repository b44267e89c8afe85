package desk

import (
	"slices"
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

func office(name string) model.Calendar {
	c := model.Calendar{Name: name, Zone: "Europe/Berlin", Holidays: []model.Holiday{{Date: "2026-12-25", Yearly: true, Name: "Christmas"}}}
	for day := range 5 {
		c.Hours[day] = []model.Interval{{From: 13*60 + 30, To: 17 * 60}, {From: 9 * 60, To: 12*60 + 30}}
	}
	return c
}

// refreshes counts the pieces of work that count promises anew.
func (r *rig) refreshes() (n int) {
	r.t.Helper()
	r.write(func(tx *store.Tx) error {
		for {
			w, err := tx.NextSLARefresh(tx.Ctx)
			if err != nil {
				return nil
			}
			if err := tx.MoveSLARefresh(tx.Ctx, w.ID, 0); err != nil {
				return err
			}
			n++
		}
	})
	return n
}

func (r *rig) policyOn(c model.CalendarID) model.PolicyID {
	r.t.Helper()
	var id model.PolicyID
	r.write(func(tx *store.Tx) (err error) {
		id, err = tx.InsertSLAPolicy(tx.Ctx, model.SLAPolicy{Name: "Standard", CalendarID: c})
		return err
	})
	return id
}

func TestSaveCalendar(t *testing.T) {
	r := newRig(t)
	admin, agent := r.person(model.KindAdmin, "Ada"), r.person(model.KindAgent, "Alan")
	_, err := r.SaveCalendar(r.ctx, agent, office("Berlin"))
	is(t, err, model.ErrDenied)
	_, err = r.Calendars(r.ctx, agent)
	is(t, err, model.ErrDenied)

	first, err := r.SaveCalendar(r.ctx, admin, office(" Berlin "))
	must(t, err)
	if !first.IsDefault || first.Name != "Berlin" || first.Hours[0][0].From != 9*60 || first.Version != 1 || first.VersionID == 0 {
		t.Fatalf("got %+v", first)
	}
	_, err = r.SaveCalendar(r.ctx, admin, office("berlin"))
	refused(t, err, "name", "name_taken")
	_, err = r.SaveCalendar(r.ctx, admin, model.Calendar{Name: "x", Zone: "Nowhere"})
	refused(t, err, "zone", "zone_invalid")
	refused(t, err, "hours", "calendar_closed")

	// Saving the same again changes nothing, a name keeps the version of the hours.
	same, err := r.SaveCalendar(r.ctx, admin, first.Calendar)
	must(t, err)
	if same.Version != 1 || r.refreshes() != 0 {
		t.Errorf("an unchanged calendar has version %d", same.Version)
	}
	first.Name = "Berlin office"
	named, err := r.SaveCalendar(r.ctx, admin, first.Calendar)
	must(t, err)
	if named.VersionID != first.VersionID || named.Version != 2 || r.refreshes() != 0 {
		t.Errorf("a name made another version: %+v", named)
	}

	// Other hours are another version, and promises are counted anew.
	before, err := r.calendar(r.ctx, r.db.Read(), first.ID)
	must(t, err)
	changed := named.Calendar
	changed.Hours[5] = []model.Interval{{From: 600, To: 720}}
	after, err := r.SaveCalendar(r.ctx, admin, changed)
	must(t, err)
	if after.VersionID == named.VersionID || r.refreshes() != 1 {
		t.Errorf("other hours: %+v", after)
	}
	now, err := r.calendar(r.ctx, r.db.Read(), first.ID)
	must(t, err)
	if len(before.Hours[5]) != 0 || len(now.Hours[5]) != 1 {
		t.Error("the calendar in memory is the old one")
	}
	old, err := r.calendarVersion(r.ctx, r.db.Read(), named.VersionID)
	must(t, err)
	if len(old.Hours[5]) != 0 || old.VersionID != named.VersionID {
		t.Error("what the calendar said is lost")
	}

	_, err = r.SaveCalendar(r.ctx, admin, changed) // of version 2
	is(t, err, model.ErrConflict)
	changed.ID = 99
	_, err = r.SaveCalendar(r.ctx, admin, changed)
	is(t, err, model.ErrNotFound)
}

func TestArchiveCalendar(t *testing.T) {
	r := newRig(t)
	admin := r.person(model.KindAdmin, "Ada")
	berlin, err := r.SaveCalendar(r.ctx, admin, office("Berlin"))
	must(t, err)
	night, err := r.SaveCalendar(r.ctx, admin, office("Night"))
	must(t, err)
	refused(t, r.ArchiveCalendar(r.ctx, admin, berlin.ID, night.ID), "replacement", "calendar_default")
	r.policyOn(night.ID)
	refused(t, r.ArchiveCalendar(r.ctx, admin, night.ID, 0), "replacement", "choice_invalid")
	refused(t, r.ArchiveCalendar(r.ctx, admin, night.ID, night.ID), "replacement", "choice_invalid")
	is(t, r.ArchiveCalendar(r.ctx, r.person(model.KindAgent, "Alan"), night.ID, berlin.ID), model.ErrDenied)
	must(t, r.ArchiveCalendar(r.ctx, admin, night.ID, berlin.ID))
	if n := r.refreshes(); n != 1 {
		t.Errorf("%d refreshes for one policy", n)
	}
	list, err := r.Calendars(r.ctx, admin)
	must(t, err)
	if len(list) != 2 || list[0].ID != berlin.ID || list[0].Policies != 1 || list[1].Active() {
		t.Fatalf("got %+v", list)
	}
	refused(t, r.SetDefaultCalendar(r.ctx, admin, night.ID), "name", "calendar_archived")
	_, err = r.SaveCalendar(r.ctx, admin, list[1].Calendar)
	refused(t, err, "name", "calendar_archived")
	other, err := r.SaveCalendar(r.ctx, admin, office("Night")) // the name is free
	must(t, err)
	refused(t, r.RestoreCalendar(r.ctx, admin, night.ID), "name", "name_taken")
	must(t, r.ArchiveCalendar(r.ctx, admin, other.ID, 0))
	must(t, r.RestoreCalendar(r.ctx, admin, night.ID))
	must(t, r.RestoreCalendar(r.ctx, admin, night.ID))
	must(t, r.SetDefaultCalendar(r.ctx, admin, night.ID))
	now, err := r.defaultCalendar(r.ctx, r.db.Read())
	must(t, err)
	if now.ID != night.ID {
		t.Errorf("the default is %d", now.ID)
	}
}

func TestConfiguredHours(t *testing.T) {
	set := []string{"sla.business_hours.start", "08:00", "sla.business_hours.timezone", "Asia/Kathmandu", "sla.business_hours.days", "7,1", "sla.business_hours_only", "true"}
	r := newRig(t, set...)
	plain, err := r.defaultCalendar(r.ctx, r.db.Read())
	must(t, err)
	if plain.Zone != "Asia/Kathmandu" || plain.RoundTheClock() {
		t.Errorf("without a calendar %+v", plain)
	}
	must(t, r.ConfiguredHours(r.ctx, model.System("settings")))
	must(t, r.ConfiguredHours(r.ctx, model.System("settings")))
	c, err := r.defaultCalendar(r.ctx, r.db.Read())
	must(t, err)
	if want := []model.Interval{{From: 480, To: 1020}}; c.VersionID == 0 || c.Name == "" || !slices.Equal(c.Hours[0], want) || !slices.Equal(c.Hours[6], want) || c.Hours[1] != nil {
		t.Fatalf("got %+v", c)
	}
	// Other settings, with the next start.
	must(t, r.base.Set("sla.business_hours.end", "20:00"))
	r.Forget()
	must(t, r.ConfiguredHours(r.ctx, model.System("settings")))
	next, err := r.defaultCalendar(r.ctx, r.db.Read())
	must(t, err)
	if next.ID != c.ID || next.VersionID == c.VersionID || next.Hours[0][0].To != 1200 || r.refreshes() != 2 {
		t.Errorf("after a change of the settings %+v", next)
	}
	// Once edited, it follows them no more.
	next.Hours[0] = []model.Interval{{From: 0, To: 1440}}
	_, err = r.SaveCalendar(r.ctx, r.person(model.KindAdmin, "Ada"), next)
	must(t, err)
	must(t, r.base.Set("sla.business_hours.end", "21:00"))
	r.Forget()
	must(t, r.ConfiguredHours(r.ctx, model.System("settings")))
	mine, err := r.defaultCalendar(r.ctx, r.db.Read())
	must(t, err)
	if mine.Hours[0][0].To != 1440 {
		t.Errorf("what was edited is overwritten: %+v", mine)
	}
}

func TestCalendarsAreKept(t *testing.T) {
	r := newRig(t)
	admin := r.person(model.KindAdmin, "Ada")
	c, err := r.SaveCalendar(r.ctx, admin, office("Berlin"))
	must(t, err)
	ctx, n := store.Counting(r.ctx)
	for range 3 {
		_, err := r.calendar(ctx, r.db.Read(), c.ID)
		must(t, err)
		_, err = r.calendarVersion(ctx, r.db.Read(), c.VersionID)
		must(t, err)
	}
	if n.Load() != 2 {
		t.Errorf("%d queries", n.Load())
	}
	if _, err := r.calendar(ctx, r.db.Read(), 99); err == nil {
		t.Error("a calendar that is none")
	}
	if zero, err := r.calendar(ctx, r.db.Read(), 0); err != nil || zero.Due(1, time.Hour) != model.Time(1).Add(time.Hour) {
		t.Error("none is around the clock")
	}
}
