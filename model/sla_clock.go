package model

import (
	"database/sql/driver"
	"reflect"
	"slices"
	"time"
)

// SLAClock counts the time of one promise to one ticket. Used time is kept in
// spans, each counted by the calendar of its time: whatever changes later, it
// is not lost.
type SLAClock struct {
	ID              ClockID           `db:"id"`
	TicketID        TicketID          `db:"ticket_id"`
	Target          SLATarget         `db:"target"`
	PolicyID        PolicyID          `db:"policy_id"`
	PolicyVersion   int64             `db:"policy_version"`
	CalendarVersion CalendarVersionID `db:"calendar_version"` // of the running span; zero: around the clock
	StartedAt       Time              `db:"started_at"`
	TargetMS        int64             `db:"target_ms"`
	UsedMS          int64             `db:"used_ms"`       // in spans
	RunningSince    Time              `db:"running_since"` // zero: paused or over
	PausedWhy       string            `db:"paused_why"`    // the key of a status, snoozed, bin or held
	Spans           SLASpans          `db:"spans"`
	DueAt           Time              `db:"due_at"` // zero while paused in time
	WarnAt          Time              `db:"warn_at"`
	WarnedAt        Time              `db:"warned_at"`
	BreachedAt      Time              `db:"breached_at"` // when its time was used up
	MetAt           Time              `db:"met_at"`
	EndedAt         Time              `db:"ended_at"`
	NextAt          Time              `db:"next_at"` // the nearer of warning and deadline that is still to be told
}

// SLASpan is a piece of counted time.
type SLASpan struct {
	From     Time              `json:"from"`
	To       Time              `json:"to"`
	Counted  int64             `json:"ms"`
	Calendar CalendarVersionID `json:"cal,omitempty"`
	Why      string            `json:"why"` // why it ended: the key of a status, snoozed, bin, held, met, over, or changed
}

// SLASpans are the counted pieces of a clock, in order.
type SLASpans []SLASpan

// Value stores JSON.
func (s SLASpans) Value() (driver.Value, error) { return jsonValue(s, len(s)) }

// Scan reads JSON.
func (s *SLASpans) Scan(v any) error { return jsonScan(v, s) }

// TargetTime is the promised time.
func (c SLAClock) TargetTime() time.Duration { return time.Duration(c.TargetMS) * time.Millisecond }

// UsedTime is the time used in spans that are over.
func (c SLAClock) UsedTime() time.Duration { return time.Duration(c.UsedMS) * time.Millisecond }

// Active reports whether the promise is still to be kept.
func (c SLAClock) Active() bool { return c.EndedAt == 0 }

// Paused reports whether it stands still.
func (c SLAClock) Paused() bool { return c.Active() && c.RunningSince == 0 }

// Overdue reports whether its time is used up.
func (c SLAClock) Overdue(now Time) bool { return c.DueAt != 0 && now > c.DueAt }

// Used is all the time used at an instant.
func (c SLAClock) Used(now Time, cal Calendar) time.Duration {
	used := c.UsedTime()
	if c.RunningSince != 0 && now > c.RunningSince {
		used += cal.Open(c.RunningSince, now)
	}
	return used
}

// Same reports whether two states of a clock are the same.
func (c SLAClock) Same(o SLAClock) bool {
	a, b := c.Spans, o.Spans
	c.Spans, o.Spans = nil, nil
	return reflect.DeepEqual(c, o) && slices.Equal(a, b)
}

// stop ends the running span.
func (c *SLAClock) stop(now Time, cal Calendar, why string) {
	if c.RunningSince == 0 {
		return
	}
	to := max(now, c.RunningSince) // a clock that was set back counts nothing
	if to > c.RunningSince {
		n := cal.Open(c.RunningSince, to).Milliseconds()
		c.Spans = append(slices.Clone(c.Spans), SLASpan{From: c.RunningSince, To: to, Counted: n, Calendar: c.CalendarVersion, Why: why})
		c.UsedMS += n
	}
	c.RunningSince = 0
}

// at is the instant at which a length of time is used up; zero when that is
// not foreseeable because the clock stands still.
func (c SLAClock) at(used time.Duration, cal Calendar, version func(CalendarVersionID) Calendar) Time {
	sum := time.Duration(0)
	for _, s := range c.Spans {
		n := time.Duration(s.Counted) * time.Millisecond
		if sum+n >= used {
			return version(s.Calendar).Due(s.From, used-sum)
		}
		sum += n
	}
	if c.RunningSince == 0 {
		return 0
	}
	return cal.Due(c.RunningSince, used-sum)
}

// foresee brings deadline and warning in line with spans and target.
func (c *SLAClock) foresee(p SLAPolicy, cal Calendar, version func(CalendarVersionID) Calendar) {
	c.NextAt = 0
	if !c.Active() {
		return
	}
	c.DueAt, c.WarnAt = c.at(c.TargetTime(), cal, version), 0
	if after := p.Warn.After(c.TargetTime(), cal); after < c.TargetTime() {
		c.WarnAt = c.at(after, cal, version)
	}
	c.next()
}

// next is the instant that is still to be told.
func (c *SLAClock) next() {
	c.NextAt = 0
	switch {
	case !c.Active() || c.BreachedAt != 0:
	case c.WarnAt != 0 && c.WarnedAt == 0 && (c.DueAt == 0 || c.WarnAt < c.DueAt):
		c.NextAt = c.WarnAt
	default:
		c.NextAt = c.DueAt
	}
	if c.NextAt == Never {
		c.NextAt = 0
	}
}

// Tell marks what an instant has passed: a breach, or a warning while there is
// still time. Each is told once; whatever happened while nobody looked is told
// late, but with its own time.
func (c *SLAClock) Tell(now Time, policy string) (out []Event) {
	if !c.Active() || c.BreachedAt != 0 {
		return nil
	}
	switch {
	case c.DueAt != 0 && now > c.DueAt:
		c.BreachedAt = c.DueAt
		out = append(out, SLABreached{Clock: c.ID, Target: c.Target, Due: c.DueAt, Policy: c.PolicyID, PolicyName: policy})
	case c.WarnAt != 0 && c.WarnedAt == 0 && now > c.WarnAt:
		c.WarnedAt = now
		due := c.DueAt
		out = append(out, SLAWarned{Clock: c.ID, Target: c.Target, Due: due, Policy: c.PolicyID, PolicyName: policy})
	}
	c.next()
	return out
}

// Level is how one clock stands.
func (c SLAClock) Level(now Time) SLALevel {
	switch {
	case !c.Active():
		return SLANone
	case c.Paused():
		return SLAPaused
	case c.Overdue(now):
		return SLAOverdue
	case c.WarnedAt != 0 || c.WarnAt != 0 && now > c.WarnAt:
		return SLAAtRisk
	}
	return SLARunning
}

// SLAStanding is how a ticket stands to its promises: the most pressing level
// and the nearest deadline of a running clock, Never without one.
func SLAStanding(clocks []SLAClock, now Time) (SLALevel, Time) {
	rank := [...]int{SLANone: 0, SLAPaused: 1, SLARunning: 2, SLAAtRisk: 3, SLAOverdue: 4}
	level, due := SLANone, Never
	for _, c := range clocks {
		l := c.Level(now)
		if rank[l] > rank[level] {
			level = l
		}
		if c.Active() && !c.Paused() && c.DueAt != 0 && c.DueAt < due {
			due = c.DueAt
		}
	}
	return level, due
}

// SLASituation is what of a ticket its clocks follow.
type SLASituation struct {
	Ticket          TicketID
	Pile            Pile
	StatusKey       string // the desk's own status
	Priority        Priority
	CreatedAt       Time
	FirstResponseAt Time
	WaitingSince    Time // Never: nobody waits
	Policy          *SLAPolicy
	Calendar        Calendar // of the policy, as it is now
	// Versions gives calendars as they were, for spans that are over.
	Versions func(CalendarVersionID) Calendar
}

func (s SLASituation) open() bool { return s.Pile == PileActive || s.Pile == PileAsleep }

// pause is why clocks stand still; empty when they run.
func (s SLASituation) pause() string {
	switch {
	case s.Pile == PileBin:
		return "bin"
	case s.Pile == PileHeld:
		return "held"
	case s.Pile == PileAsleep && s.Policy.Pauses.Has(PauseSnoozed):
		return PauseSnoozed
	case s.Policy.Pauses.Has(s.StatusKey):
		return s.StatusKey
	}
	return ""
}

// wants says whether a target is to be counted now, since when, and whether it
// has been met when it is not.
func (s SLASituation) wants(t SLATarget) (since Time, wanted, met bool) {
	done := s.Pile == PileResolved || s.Pile == PileClosed
	switch t {
	case FirstResponse:
		return s.CreatedAt, s.FirstResponseAt == 0 && !done, s.FirstResponseAt != 0
	case NextResponse:
		return s.WaitingSince, s.FirstResponseAt != 0 && s.WaitingSince != Never && !done, s.WaitingSince == Never || done
	default:
		return s.CreatedAt, !done, done
	}
}

// FollowSLA brings the clocks of a ticket in line with its situation at an
// instant and tells what happened on the way. It is the whole of the SLA
// engine: the desk calls it at the end of each change, and backtests over what
// was recorded. The clocks given are not changed; those returned are all of
// them, with new ones without an id at the end.
func FollowSLA(clocks []SLAClock, s SLASituation, now Time) (out []SLAClock, told [][]Event) {
	out = slices.Clone(clocks)
	told = make([][]Event, len(out))
	name := ""
	if s.Policy != nil {
		name = s.Policy.Name
	}
	for i := range out { // first what passed before this change
		told[i] = out[i].Tell(now, name)
	}
	for _, t := range SLATargets() {
		at := current(out, t, s)
		var target time.Duration
		if s.Policy != nil {
			target = s.Policy.Target(s.Priority, t, s.Calendar)
		}
		since, wanted, met := s.wants(t)
		if s.Pile == PileMerged || target <= 0 {
			wanted, met = false, false
		}
		if at < 0 {
			if !wanted || !s.open() {
				continue
			}
			out, told = append(out, SLAClock{TicketID: s.Ticket, Target: t, StartedAt: since, CalendarVersion: s.Calendar.VersionID}), append(told, nil)
			at = len(out) - 1
			out[at].RunningSince = since
		}
		c := &out[at]
		switch {
		case wanted:
			c.take(s, target, now)
		case c.Active():
			c.end(s, met, now)
		}
		told[at] = append(told[at], c.Tell(now, name)...)
	}
	return out, told
}

// current is the clock that counts a target now: of next responses the newest
// that is not over, and nothing when a new one has to begin.
func current(clocks []SLAClock, t SLATarget, s SLASituation) int {
	for i := len(clocks) - 1; i >= 0; i-- {
		if c := clocks[i]; c.Target == t && (t != NextResponse || c.Active()) {
			return i
		}
	}
	return -1
}

// take makes a clock count what is promised now: it goes on after an end, is
// stopped or let run, and gets another target with the time used so far.
func (c *SLAClock) take(s SLASituation, target time.Duration, now Time) {
	old := s.Calendar
	if c.CalendarVersion != s.Calendar.VersionID {
		old = s.Versions(c.CalendarVersion)
	}
	if !c.Active() {
		c.EndedAt, c.MetAt = 0, 0
	}
	why := s.pause()
	if c.RunningSince != 0 && (why != "" || c.CalendarVersion != s.Calendar.VersionID) {
		end := why
		if end == "" {
			end = "changed"
		}
		c.stop(now, old, end)
	}
	c.PolicyID, c.PolicyVersion, c.TargetMS = s.Policy.ID, s.Policy.Version, target.Milliseconds()
	c.CalendarVersion, c.PausedWhy = s.Calendar.VersionID, why
	if c.RunningSince == 0 && why == "" {
		c.RunningSince = now
	}
	c.foresee(*s.Policy, s.Calendar, s.Versions)
}

// end stops a clock: its promise was kept or broken, or is not asked for any
// more.
func (c *SLAClock) end(s SLASituation, met bool, now Time) {
	why := "over"
	if met {
		why, c.MetAt = "met", now
	}
	c.stop(now, s.Versions(c.CalendarVersion), why)
	c.EndedAt, c.PausedWhy, c.NextAt = now, "", 0
}
