package model

import "database/sql/driver"

// Ids of time and rules.
type (
	// CalendarID names a calendar of business hours.
	CalendarID int64
	// CalendarVersionID names what a calendar said at a time.
	CalendarVersionID int64
	// PolicyID names an SLA policy.
	PolicyID int64
	// ClockID names a clock of a ticket.
	ClockID int64
	// RuleID names a rule.
	RuleID int64
	// RunID names a run of a rule.
	RunID int64
	// SkillID names a skill.
	SkillID int64
	// DeliveryID names a request to somebody else's server.
	DeliveryID int64
)

// Value stores zero as NULL.
func (id CalendarID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *CalendarID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id CalendarVersionID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *CalendarVersionID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id PolicyID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *PolicyID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id ClockID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *ClockID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id RuleID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *RuleID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id RunID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *RunID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id SkillID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *SkillID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id DeliveryID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *DeliveryID) Scan(v any) error { return scanInt((*int64)(id), v) }
