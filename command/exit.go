package command

import "errors"

// The exit codes of every command.
const (
	Done    = 0
	Failed  = 1
	Misused = 2  // wrong arguments or configuration
	Retry   = 75 // EX_TEMPFAIL of sysexits.h: a mail server keeps the message and tries again
)

// Exit is an error that says how the process ends. A nil Err ends it without
// a word, for commands that have already said what is wrong.
type Exit struct {
	Code int
	Err  error
}

// Error is the reason, or nothing.
func (e *Exit) Error() string {
	if e.Err == nil {
		return ""
	}
	return e.Err.Error()
}

// Unwrap gives the reason.
func (e *Exit) Unwrap() error { return e.Err }

// exitCode is the code of an error that came through cobra. What a command
// returns is marked by markFailures, so the rest is cobra's own: unknown
// flags, missing arguments.
func exitCode(err error) int {
	if err == nil {
		return Done
	}
	var e *Exit
	if errors.As(err, &e) {
		return e.Code
	}
	return Misused
}
