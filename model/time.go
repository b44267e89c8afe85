package model

import (
	"database/sql/driver"
	"fmt"
	"strconv"
	"time"
)

// Time is an instant in milliseconds since 1970 UTC, the form in which every
// time is stored. Zero is NULL in the database and means never.
type Time int64

// Never is the far end used in sort columns, which must not be NULL: the last
// millisecond of the year 9999.
const Never Time = 253402300799999

// TimeOf converts a time.Time, truncating to milliseconds. The zero time.Time gives zero.
func TimeOf(t time.Time) Time {
	if t.IsZero() {
		return 0
	}
	return Time(t.UnixMilli())
}

// Std returns the instant in UTC, or the zero time.Time for zero.
func (t Time) Std() time.Time {
	if t == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(t)).UTC()
}

// Add returns t moved by d.
func (t Time) Add(d time.Duration) Time { return t + Time(d.Milliseconds()) }

// Sub returns the duration between two instants.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t-u) * time.Millisecond }

// IsZero reports whether the time is unset.
func (t Time) IsZero() bool { return t == 0 }

// String is RFC 3339 in UTC, for logs.
func (t Time) String() string {
	if t == 0 {
		return "never"
	}
	return t.Std().Format(time.RFC3339)
}

// Value stores zero as NULL.
func (t Time) Value() (driver.Value, error) {
	if t == 0 {
		return nil, nil
	}
	return int64(t), nil
}

// Scan reads an integer or NULL.
func (t *Time) Scan(v any) error { return scanInt((*int64)(t), v) }

// scanInt reads an integer column into an int64 whose zero stands for NULL.
func scanInt(dst *int64, v any) error {
	switch v := v.(type) {
	case nil:
		*dst = 0
	case int64:
		*dst = v
	case []byte:
		n, err := strconv.ParseInt(string(v), 10, 64)
		if err != nil {
			return fmt.Errorf("scan integer: %w", err)
		}
		*dst = n
	default:
		return fmt.Errorf("scan integer: unexpected %T", v)
	}
	return nil
}

// nullInt stores zero as NULL.
func nullInt(n int64) (driver.Value, error) {
	if n == 0 {
		return nil, nil
	}
	return n, nil
}
