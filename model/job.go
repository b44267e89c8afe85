package model

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Figures say in numbers what a job did: woken 3, failed 1. What is 0 need not
// be named.
type Figures map[string]int64

// Value stores JSON.
func (f Figures) Value() (driver.Value, error) {
	if f == nil {
		return "{}", nil
	}
	b, err := json.Marshal(map[string]int64(f))
	return string(b), err
}

// Scan reads JSON.
func (f *Figures) Scan(v any) error {
	var b []byte
	switch v := v.(type) {
	case string:
		b = []byte(v)
	case []byte:
		b = v
	default:
		return fmt.Errorf("scan figures: unexpected %T", v)
	}
	return json.Unmarshal(b, (*map[string]int64)(f))
}

// Names are the names of what is not 0, in order.
func (f Figures) Names() []string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(f)) {
		if f[k] != 0 {
			out = append(out, k)
		}
	}
	return out
}

// Job is something that happens by the clock, as its row tells.
type Job struct {
	Name        string  `db:"name"`
	EveryMS     int64   `db:"every"`
	LastAt      Time    `db:"last_at"`
	MS          int64   `db:"ms"`
	Figures     Figures `db:"figures"`
	Error       string  `db:"error"`
	Failures    int     `db:"failures"` // in a row
	NextAt      Time    `db:"next_at"`
	AskedAt     Time    `db:"asked_at"` // an admin wants it now
	AskedBy     string  `db:"asked_by"`
	LeasedBy    string  `db:"leased_by"`
	LeasedUntil Time    `db:"leased_until"`
}

// Every is the time from one run to the next; 0 for what only commands do.
func (j Job) Every() time.Duration { return time.Duration(j.EveryMS) * time.Millisecond }

// Running reports whether somebody does it at this moment.
func (j Job) Running(now Time) bool { return j.LeasedBy != "" && LeaseHolds(now, j.LeasedUntil) }

// Due reports whether the clock has to run it: its time has come, somebody
// asked, or the clock of the machine went back so far that the time noted lies
// further ahead than one round.
func (j Job) Due(now Time) bool {
	if j.EveryMS == 0 {
		return false
	}
	return j.AskedAt != 0 || j.NextAt <= now || j.NextAt > now.Add(j.Every()+j.Every()/5+time.Second)
}

// JobLease is for how long somebody who does a job has it to themselves
// without saying again that they are still at it.
const JobLease = time.Minute

// LeaseHolds reports whether a lease until a time is in force. One that ends
// later than any can was written before the clock of the machine went back.
func LeaseHolds(now, until Time) bool { return until > now && until <= now.Add(2*JobLease) }

// JobRun is one time a job was done.
type JobRun struct {
	ID      int64   `db:"id"`
	Name    string  `db:"name"`
	At      Time    `db:"at"`
	MS      int64   `db:"ms"`
	Figures Figures `db:"figures"`
	Error   string  `db:"error"`
	By      string  `db:"by"` // clock, command, or the admin's name
}

// JobRunsKept is how many runs of a job are kept.
const JobRunsKept = 50

// Who does jobs, as JobRun.By says beside names of people.
const (
	ByClock   = "clock"
	ByCommand = "command"
)

// OutletLag is how far an outlet is behind the record.
type OutletLag struct {
	Name     string  `db:"name"`
	Last     EventID `db:"last_event_id"`
	Failures int     `db:"failures"`
	Behind   int     `db:"behind"` // records it has not read, at most OutgoingCap
	Parked   int     `db:"parked"`
}

// ParkedItem is an event an outlet gave up on, with what it was.
type ParkedItem struct {
	ParkedEvent
	Kind      string   `db:"kind"` // empty: the event is gone
	TicketID  TicketID `db:"ticket_id"`
	Reference string   `db:"reference"`
}

// Works is how the desk's work by the clock and its queues stand.
type Works struct {
	Jobs       []Job
	Outlets    []OutletLag
	Parked     []ParkedItem
	Mail       map[MailState]int
	Deliveries map[DeliveryState]int
	Now        Time
}

// JobAsked is an admin's wish that a job runs now.
type JobAsked struct {
	Name string `json:"name"`
}

// Kind is job.asked.
func (JobAsked) Kind() string { return "job.asked" }

// Public is false.
func (JobAsked) Public() bool { return false }

// EventUnparked is an admin's wish that an outlet tries an event again.
type EventUnparked struct {
	Outlet string  `json:"outlet"`
	Event  EventID `json:"event"`
}

// Kind is event.unparked.
func (EventUnparked) Kind() string { return "event.unparked" }

// Public is false.
func (EventUnparked) Public() bool { return false }

func init() {
	register[JobAsked]()
	register[EventUnparked]()
}
