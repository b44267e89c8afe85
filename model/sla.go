package model

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// SLAPolicy is a promise: for tickets that meet its conditions, how long each
// target may take by priority, in the time of a calendar.
type SLAPolicy struct {
	ID          PolicyID   `db:"id"`
	Name        string     `db:"name"`
	Description string     `db:"description"`
	Position    int        `db:"position"`
	Conditions  Conditions `db:"conditions"`
	CalendarID  CalendarID `db:"calendar_id"` // zero: around the clock
	Pauses      PauseList  `db:"pauses"`
	Targets     SLATable   `db:"targets"`
	Warn        SLAWarning `db:"warn"`
	IsDefault   bool       `db:"is_default"`
	Since       Time       `db:"since"` // tickets opened before are left alone, unless they have it already
	DisabledAt  Time       `db:"disabled_at"`
	Version     int64      `db:"version"`
}

// Active reports whether the policy is in force.
func (p SLAPolicy) Active() bool { return p.DisabledAt == 0 }

// Target is what the policy promises for a priority; zero is nothing.
func (p SLAPolicy) Target(priority Priority, t SLATarget, c Calendar) time.Duration {
	return p.Targets[priority][t].In(c)
}

// SLATable is the promised lengths by priority and target, as typed.
type SLATable map[Priority]map[SLATarget]Length

// Value stores JSON.
func (t SLATable) Value() (driver.Value, error) {
	b, err := json.Marshal(t)
	return string(b), err
}

// Scan reads JSON.
func (t *SLATable) Scan(v any) error { return jsonScan(v, t) }

// Empty reports whether nothing is promised at all.
func (t SLATable) Empty() bool {
	for _, row := range t {
		for _, l := range row {
			if l != (Length{}) {
				return false
			}
		}
	}
	return true
}

// PauseSnoozed in a policy's pauses stops its clocks while a ticket sleeps;
// the other words are keys of statuses.
const PauseSnoozed = "snoozed"

// PauseList says when the clocks of a policy stand still.
type PauseList []string

// DefaultPauses are those of a policy that says nothing else.
func DefaultPauses() PauseList { return PauseList{WaitingOnCustomer.String(), PauseSnoozed} }

// Has reports whether clocks stand still because of a word.
func (p PauseList) Has(word string) bool { return slices.Contains(p, word) }

// Value stores JSON.
func (p PauseList) Value() (driver.Value, error) { return jsonValue(p, len(p)) }

// Scan reads JSON.
func (p *PauseList) Scan(v any) error { return jsonScan(v, p) }

// SLAWarning is when a warning is due: after a share of the target, or a time
// before its end. The zero value warns never.
type SLAWarning struct {
	Percent int
	Before  Length
}

// ParseSLAWarning reads "75%" or "30m"; empty is never.
func ParseSLAWarning(s string) (SLAWarning, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return SLAWarning{}, nil
	}
	if n, ok := strings.CutSuffix(s, "%"); ok {
		p, err := strconv.Atoi(strings.TrimSpace(n))
		if err != nil || p < 1 || p > 99 {
			return SLAWarning{}, Refuse("warn", "percent_invalid")
		}
		return SLAWarning{Percent: p}, nil
	}
	l, err := ParseLength(s)
	if err != nil {
		return SLAWarning{}, Refuse("warn", "length_invalid")
	}
	return SLAWarning{Before: l}, nil
}

// String is the form that ParseSLAWarning reads.
func (w SLAWarning) String() string {
	switch {
	case w.Percent > 0:
		return strconv.Itoa(w.Percent) + "%"
	case w.Before != (Length{}):
		return w.Before.String()
	}
	return ""
}

// After is how much of a target is used when the warning is due; the target
// itself when there is none.
func (w SLAWarning) After(target time.Duration, c Calendar) time.Duration {
	switch {
	case w.Percent > 0:
		return target / 100 * time.Duration(w.Percent)
	case w.Before != (Length{}):
		return max(0, target-w.Before.In(c))
	}
	return target
}

// Value stores the text.
func (w SLAWarning) Value() (driver.Value, error) { return w.String(), nil }

// Scan reads the text.
func (w *SLAWarning) Scan(v any) (err error) {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("warning: %T", v)
	}
	*w, err = ParseSLAWarning(s)
	return err
}
