package model

import (
	"errors"
	"strings"
)

// The errors every layer speaks. Handlers turn them into status codes in one
// place; anything else is a fault of ours.
var (
	ErrNotFound    = errors.New("not found")         // 404; also: not visible
	ErrDenied      = errors.New("not allowed")       // 403
	ErrSignIn      = errors.New("sign in first")     // 401
	ErrConflict    = errors.New("changed meanwhile") // 409
	ErrTooMany     = errors.New("too many requests") // 429
	ErrTooLarge    = errors.New("too large")         // 413
	ErrUnavailable = errors.New("not available now") // 503
)

// Problem is one thing wrong with input: a field name of the form, the key of
// the sentence that says so (without the prefix "errors."), and its
// placeholders as name, value, name, value.
type Problem struct {
	Field string
	Key   string
	Args  []any
}

// Invalid is input that was refused, as one problem a field.
type Invalid []Problem

// Error names the fields, for logs.
func (p Invalid) Error() string {
	parts := make([]string, len(p))
	for i, q := range p {
		parts[i] = q.Field + ": " + q.Key
	}
	return "invalid: " + strings.Join(parts, ", ")
}

// Add appends a problem.
func (p *Invalid) Add(field, key string, args ...any) {
	*p = append(*p, Problem{Field: field, Key: key, Args: args})
}

// Err is nil when nothing is wrong.
func (p Invalid) Err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

// Refuse is Invalid with a single problem.
func Refuse(field, key string, args ...any) error {
	return Invalid{{Field: field, Key: key, Args: args}}
}

// Problems returns the problems inside err, or nil.
func Problems(err error) Invalid {
	var p Invalid
	if errors.As(err, &p) {
		return p
	}
	return nil
}

// Stale is a write made on an old picture of a ticket. It says what changed,
// so that the writer can decide; it is an ErrConflict.
type Stale struct {
	Field   string      // status, priority, …, or "reply" when a newer message exists
	Current string      // the field's word now
	By      string      // name of whoever changed it
	At      Time        // when
	Message *ThreadItem // the newer message, for Field "reply"
	Version int64       // the ticket's version now
	Seen    MessageID   // the newest public message now
}

// Error names the field, for logs.
func (s *Stale) Error() string { return "stale " + s.Field }

// Is makes errors.Is(err, ErrConflict) true.
func (s *Stale) Is(target error) bool { return target == ErrConflict }

// Throttled is ErrTooMany with the time to wait.
type Throttled struct{ Until Time }

// Error is for logs.
func (t *Throttled) Error() string { return "throttled until " + t.Until.String() }

// Is makes errors.Is(err, ErrTooMany) true.
func (t *Throttled) Is(target error) bool { return target == ErrTooMany }
