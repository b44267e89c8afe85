package model

import (
	"testing"
	"time"
)

// office is Monday to Friday, nine to five, in UTC.
func office() Calendar {
	c := Calendar{VersionID: 1, Zone: "UTC"}
	for d := range 5 {
		c.Hours[d] = []Interval{{From: 9 * 60, To: 17 * 60}}
	}
	return c
}

// promise is a situation on Monday 23 November 2026 with its clocks.
type promised struct {
	t      *testing.T
	s      SLASituation
	clocks []SLAClock
	told   []string
	cals   map[CalendarVersionID]Calendar
}

func nov(day, hour, minute int) Time {
	return TimeOf(time.Date(2026, 11, day, hour, minute, 0, 0, time.UTC))
}

func hours(n int) Length { return Length{Rest: time.Duration(n) * time.Hour} }

func newPromise(t *testing.T, opened Time) *promised {
	p := SLAPolicy{ID: 1, Name: "Standard", Pauses: DefaultPauses(), Warn: SLAWarning{Percent: 75}, Version: 1, Targets: SLATable{
		Medium: {FirstResponse: hours(4), NextResponse: hours(2), Resolution: hours(16)},
		Urgent: {FirstResponse: hours(1), Resolution: hours(4)},
	}}
	x := &promised{t: t, cals: map[CalendarVersionID]Calendar{1: office()}}
	x.s = SLASituation{
		Ticket: 1, Pile: PileActive, StatusKey: "open", Priority: Medium, CreatedAt: opened, WaitingSince: opened, Policy: &p, Calendar: office(),
		Versions: func(v CalendarVersionID) Calendar { return x.cals[v] },
	}
	x.at(opened)
	return x
}

func (x *promised) at(now Time) {
	var told [][]Event
	x.clocks, told = FollowSLA(x.clocks, x.s, now)
	for i := range x.clocks {
		x.clocks[i].ID = ClockID(i + 1)
		for _, e := range told[i] {
			word := "warned "
			if _, ok := e.(SLABreached); ok {
				word = "breached "
			}
			x.told = append(x.told, word+x.clocks[i].Target.String())
		}
	}
}

func (x *promised) clock(target SLATarget) SLAClock {
	x.t.Helper()
	for i := len(x.clocks) - 1; i >= 0; i-- {
		if x.clocks[i].Target == target {
			return x.clocks[i]
		}
	}
	x.t.Fatalf("no clock for %s", target)
	return SLAClock{}
}

func (x *promised) due(target SLATarget, want Time) {
	x.t.Helper()
	if got := x.clock(target).DueAt; got != want {
		x.t.Errorf("%s is due %v, want %v", target, got, want)
	}
}

func TestPromisesBeginWithTheTicket(t *testing.T) {
	x := newPromise(t, nov(20, 15, 0)) // a Friday
	x.due(FirstResponse, nov(23, 11, 0))
	x.due(Resolution, nov(24, 15, 0))
	if len(x.clocks) != 2 {
		t.Errorf("%d clocks: nothing is to be answered a second time yet", len(x.clocks))
	}
	if level, due := SLAStanding(x.clocks, nov(20, 16, 0)); level != SLARunning || due != nov(23, 11, 0) {
		t.Errorf("stands %v, due %v", level, due)
	}
}

func TestAnswersMeetThem(t *testing.T) {
	x := newPromise(t, nov(23, 9, 0))
	x.s.FirstResponseAt, x.s.WaitingSince = nov(23, 10, 0), Never
	x.at(nov(23, 10, 0))
	if c := x.clock(FirstResponse); c.MetAt != nov(23, 10, 0) || c.Active() || c.Used(nov(25, 9, 0), office()) != time.Hour {
		t.Errorf("first response: %+v", c)
	}
	x.s.WaitingSince = nov(23, 11, 0)
	x.at(nov(23, 11, 0))
	x.due(NextResponse, nov(23, 13, 0))
	x.s.WaitingSince = Never
	x.at(nov(23, 14, 0)) // an hour late, and nobody looked meanwhile
	x.s.WaitingSince = nov(23, 15, 0)
	x.at(nov(23, 15, 0))
	x.due(NextResponse, nov(23, 17, 0))
	if n := len(x.clocks); n != 4 {
		t.Errorf("%d clocks, want first, resolution and two next ones", n)
	}
	if len(x.told) != 1 || x.told[0] != "breached next_response" {
		t.Errorf("told %q", x.told)
	}
}

func TestPausesStopThem(t *testing.T) {
	x := newPromise(t, nov(23, 9, 0))
	x.s.StatusKey = "waiting_on_customer"
	x.at(nov(23, 10, 0))
	if c := x.clock(Resolution); !c.Paused() || c.DueAt != 0 || c.NextAt != 0 || c.PausedWhy != "waiting_on_customer" {
		t.Errorf("%+v", c)
	}
	if level, due := SLAStanding(x.clocks, nov(23, 11, 0)); level != SLAPaused || due != Never {
		t.Errorf("stands %v, due %v", level, due)
	}
	x.s.StatusKey, x.s.Pile = "open", PileAsleep // put off instead: it goes on standing still
	x.at(nov(23, 11, 0))
	if c := x.clock(Resolution); !c.Paused() || c.PausedWhy != "snoozed" {
		t.Errorf("%+v", c)
	}
	x.s.Pile = PileActive
	x.at(nov(23, 12, 0)) // one hour used, three are left of the answer
	x.due(FirstResponse, nov(23, 15, 0))
	if c := x.clock(FirstResponse); len(c.Spans) != 1 || c.Spans[0].Why != "waiting_on_customer" || c.UsedTime() != time.Hour {
		t.Errorf("%+v", c.Spans)
	}
	x.s.Policy.Pauses = nil
	x.s.StatusKey = "waiting_on_customer"
	x.at(nov(23, 13, 0))
	if x.clock(Resolution).Paused() {
		t.Error("a policy without pauses pauses")
	}
}

func TestChangesKeepTheTimeUsed(t *testing.T) {
	x := newPromise(t, nov(23, 9, 0))
	x.s.Priority = Urgent
	x.at(nov(23, 9, 30)) // half an hour used of one
	x.due(FirstResponse, nov(23, 10, 0))
	x.s.Priority = Medium
	x.at(nov(23, 9, 40))
	x.due(FirstResponse, nov(23, 13, 0))
	if len(x.told) != 0 {
		t.Errorf("told %q", x.told)
	}
	x.s.Priority = Urgent
	x.at(nov(23, 12, 0)) // three hours used: it would have been due at ten
	x.due(FirstResponse, nov(23, 10, 0))
	if len(x.told) != 1 || x.told[0] != "breached first_response" {
		t.Errorf("told %q", x.told)
	}
	x.s.Priority = Low // nothing is promised
	x.at(nov(23, 12, 30))
	if c := x.clock(FirstResponse); c.Active() || c.MetAt != 0 {
		t.Errorf("%+v", c)
	}
	if level, _ := SLAStanding(x.clocks, nov(23, 13, 0)); level != SLANone {
		t.Errorf("stands %v", level)
	}
}

func TestAnotherCalendarCountsFromNowOn(t *testing.T) {
	x := newPromise(t, nov(23, 9, 0))
	longer := office()
	longer.VersionID = 2
	for d := range 7 {
		longer.Hours[d] = []Interval{{From: 0, To: 24 * 60}}
	}
	x.cals[2] = longer
	x.s.Calendar = longer
	x.at(nov(23, 16, 0)) // seven hours by the old one, nine are left by the new one
	x.due(Resolution, nov(24, 1, 0))
	c := x.clock(Resolution)
	if len(c.Spans) != 1 || c.Spans[0].Calendar != 1 || c.UsedTime() != 7*time.Hour || c.Spans[0].Why != "changed" {
		t.Errorf("%+v", c)
	}
}

func TestOpenedAgainItGoesOn(t *testing.T) {
	x := newPromise(t, nov(23, 9, 0))
	x.s.Pile, x.s.StatusKey, x.s.WaitingSince = PileResolved, "resolved", Never
	x.at(nov(23, 11, 0))
	if c := x.clock(Resolution); c.MetAt == 0 || c.Active() {
		t.Errorf("resolved: %+v", c)
	}
	if c := x.clock(FirstResponse); c.MetAt != 0 || c.Active() {
		t.Errorf("a ticket that was resolved without a word: %+v", c)
	}
	x.s.Pile, x.s.StatusKey = PileActive, "reopened"
	x.at(nov(24, 9, 0)) // two of sixteen hours used
	x.due(Resolution, nov(25, 15, 0))
	x.due(FirstResponse, nov(24, 11, 0))
	if c := x.clock(Resolution); c.MetAt != 0 || c.StartedAt != nov(23, 9, 0) {
		t.Errorf("%+v", c)
	}
}

func TestEachIsToldOnce(t *testing.T) {
	x := newPromise(t, nov(23, 9, 0))
	tell := func(now Time) (out []Event) {
		for i := range x.clocks {
			out = append(out, x.clocks[i].Tell(now, "Standard")...)
		}
		return out
	}
	if n := x.clock(FirstResponse).NextAt; n != nov(23, 12, 0) {
		t.Errorf("the warning is due %v", n)
	}
	if got := tell(nov(23, 12, 0)); len(got) != 0 {
		t.Errorf("at the minute itself nothing has passed: %v", got)
	}
	if got := tell(nov(23, 12, 0) + 1); len(got) != 1 {
		t.Errorf("warned %v", got)
	}
	if got := tell(nov(23, 12, 1)); len(got) != 0 {
		t.Errorf("warned twice: %v", got)
	}
	if got := tell(nov(23, 9, 1)); len(got) != 0 {
		t.Errorf("a clock that was set back: %v", got)
	}
	if got := tell(nov(23, 13, 1)); len(got) != 1 || got[0].(SLABreached).Due != nov(23, 13, 0) {
		t.Errorf("breached %v", got)
	}
	if got := tell(nov(24, 13, 1)); len(got) != 1 { // what was slept through: the other warning, not the breach again
		t.Errorf("later %v", got)
	}
	if got := tell(nov(30, 13, 1)); len(got) != 1 {
		t.Errorf("late, and only as a breach: %v", got)
	}
	if l := x.clock(Resolution).Level(nov(30, 13, 2)); l != SLAOverdue {
		t.Errorf("level %v", l)
	}
}

func TestMergedAndBinned(t *testing.T) {
	x := newPromise(t, nov(23, 9, 0))
	x.s.Pile = PileBin
	x.at(nov(23, 10, 0))
	if c := x.clock(Resolution); !c.Paused() || c.PausedWhy != "bin" {
		t.Errorf("%+v", c)
	}
	x.s.Pile = PileMerged
	x.at(nov(23, 11, 0))
	if c := x.clock(Resolution); c.Active() || c.MetAt != 0 {
		t.Errorf("%+v", c)
	}
	held := newPromise(t, nov(23, 9, 0))
	held.clocks, held.s.Pile = nil, PileHeld
	held.at(nov(23, 9, 0))
	if len(held.clocks) != 0 {
		t.Errorf("a held mail has %d clocks", len(held.clocks))
	}
}

func TestWarnings(t *testing.T) {
	for _, c := range []struct {
		in, out string
		after   time.Duration
	}{{"75%", "75%", 6 * time.Hour}, {" 50 % ", "50%", 4 * time.Hour}, {"30m", "30m", 7*time.Hour + 30*time.Minute}, {"1d", "1d", 0}, {"", "", 8 * time.Hour}} {
		w, err := ParseSLAWarning(c.in)
		if err != nil || w.String() != c.out || w.After(8*time.Hour, office()) != c.after {
			t.Errorf("%q: %q after %v, %v", c.in, w, w.After(8*time.Hour, office()), err)
		}
	}
	for _, bad := range []string{"0%", "100%", "soon", "-5%"} {
		if _, err := ParseSLAWarning(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
