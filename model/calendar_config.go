package model

import "slices"

// checkClock accepts a time of day, up to 24:00.
func checkClock(v string) *settingProblem {
	if _, ok := ParseClock(v); !ok {
		return badSetting("setting_clock")
	}
	return nil
}

// BusinessHours is the calendar that the settings describe.
func (s Settings) BusinessHours() Calendar {
	c := Calendar{Zone: s.SLABusinessHoursTimezone}
	if _, ok := zone(c.Zone); !ok {
		c.Zone = "UTC"
	}
	from, ok1 := ParseClock(s.SLABusinessHoursStart)
	to, ok2 := ParseClock(s.SLABusinessHoursEnd)
	if !ok1 || !ok2 {
		from, to = 9*60, 17*60
	}
	for i, day := range []string{"1", "2", "3", "4", "5", "6", "7"} {
		if len(s.SLABusinessHoursDays) == 0 || slices.Contains(s.SLABusinessHoursDays, day) {
			c.Hours[i] = []Interval{{from % dayMins, to}}
		}
	}
	return c
}
