package model

// SLATarget is what a policy promises.
type SLATarget int64

// The targets.
const (
	FirstResponse SLATarget = iota + 1
	NextResponse
	Resolution
)

var targetWords = [...]string{"", "first_response", "next_response", "resolution"}

// SLATargets lists them.
func SLATargets() []SLATarget { return []SLATarget{FirstResponse, NextResponse, Resolution} }

// String is the word used outside.
func (t SLATarget) String() string { return word(targetWords[:], int64(t)) }

// MarshalText writes the word.
func (t SLATarget) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads the word.
func (t *SLATarget) UnmarshalText(b []byte) (err error) { *t, err = ParseSLATarget(string(b)); return }

// ParseSLATarget reads a target.
func ParseSLATarget(w string) (SLATarget, error) {
	n, err := parseWord("target", targetWords[:], w)
	return SLATarget(n), err
}

type (
	// SLAWarned is recorded once a clock, at the minute most of its time is used.
	SLAWarned struct {
		Clock      ClockID   `json:"clock"`
		Target     SLATarget `json:"target"`
		Due        Time      `json:"due"`
		Policy     PolicyID  `json:"policy"`
		PolicyName string    `json:"policy_name"`
	}
	// SLABreached is recorded once a clock, when its time is used up.
	SLABreached struct {
		Clock      ClockID   `json:"clock"`
		Target     SLATarget `json:"target"`
		Due        Time      `json:"due"`
		Policy     PolicyID  `json:"policy"`
		PolicyName string    `json:"policy_name"`
	}
	// SLAPolicySaved is a change to a policy.
	SLAPolicySaved struct {
		Policy PolicyID `json:"policy"`
		Name   string   `json:"name"`
		What   string   `json:"what"` // created, changed, enabled, disabled, moved, deleted
	}
	// CalendarSaved is a change to business hours.
	CalendarSaved struct {
		Calendar CalendarID `json:"calendar"`
		Name     string     `json:"name"`
		What     string     `json:"what"` // created, changed, default, archived, restored
	}
)

// Kind is sla.warning.
func (SLAWarned) Kind() string { return "sla.warning" }

// Kind is sla.breached.
func (SLABreached) Kind() string { return "sla.breached" }

// Kind is sla_policy.saved.
func (SLAPolicySaved) Kind() string { return "sla_policy.saved" }

// Kind is calendar.saved.
func (CalendarSaved) Kind() string { return "calendar.saved" }

// Public is false: promises to customers are kept or not, clocks are the staff's.
func (SLAWarned) Public() bool { return false }

// Public is false.
func (SLABreached) Public() bool { return false }

// Public is false.
func (SLAPolicySaved) Public() bool { return false }

// Public is false.
func (CalendarSaved) Public() bool { return false }

func init() {
	register[SLAWarned]()
	register[SLABreached]()
	register[SLAPolicySaved]()
	register[CalendarSaved]()
}
