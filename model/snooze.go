package model

import (
	"strings"
	"time"
)

// MaxSnoozeReason is the longest reason for a snooze, in characters.
const MaxSnoozeReason = 200

// UntilReply is the snooze that ends when the customer writes, and by nothing
// else.
const UntilReply = "until_reply"

// SnoozePresets are the times by name, in the order menus show them.
func SnoozePresets() []string {
	return []string{"1h", "4h", "tomorrow", "next_week", UntilReply}
}

// snoozeMorning is the hour at which days begin for snoozes.
const snoozeMorning = 9

// SnoozeTime is when a preset ends, for somebody whose clock shows now in
// their zone; false for a name that is none.
func SnoozeTime(preset string, now time.Time) (Time, bool) {
	morning := func(days int) Time {
		return TimeOf(time.Date(now.Year(), now.Month(), now.Day()+days, snoozeMorning, 0, 0, 0, now.Location()))
	}
	switch preset {
	case "1h":
		return TimeOf(now.Add(time.Hour)), true
	case "4h":
		return TimeOf(now.Add(4 * time.Hour)), true
	case "tomorrow":
		return morning(1), true
	case "next_week": // the coming Monday; on a Monday the next one
		return morning(7 - (int(now.Weekday())+6)%7), true
	case UntilReply:
		return Never, true
	}
	return 0, false
}

// ParseSnooze reads a preset, a time with its zone (RFC 3339), or date and
// time of day as the clock on now's wall shows them.
func ParseSnooze(s string, now time.Time) (Time, bool) {
	s = strings.TrimSpace(s)
	if t, ok := SnoozeTime(s, now); ok {
		return t, true
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return TimeOf(t), true
	}
	for _, form := range []string{"2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02T15:04:05", time.DateOnly} {
		if t, err := time.ParseInLocation(form, s, now.Location()); err == nil {
			if form == time.DateOnly {
				t = t.Add(snoozeMorning * time.Hour)
			}
			return TimeOf(t), true
		}
	}
	return 0, false
}

// Snoozed reports whether the ticket sleeps.
func (t Ticket) Snoozed() bool { return t.SnoozedUntil != 0 }

// Why a ticket woke.
const (
	WokenByClock = "clock"
	WokenByReply = "reply"
	WokenByHand  = "by_hand"
)

// TicketSnoozed hides a ticket from the open lists until a time, or with Never
// until the customer writes.
type TicketSnoozed struct {
	Until  Time   `json:"until"`
	Reason string `json:"reason,omitempty"`
}

// TicketWoken ends a snooze. Person is who had snoozed the ticket and wants to
// know; Assignee who has it now.
type TicketWoken struct {
	How      string   `json:"how"` // clock, reply or by_hand
	Person   PersonID `json:"person,omitempty"`
	Assignee PersonID `json:"assignee,omitempty"`
	Reason   string   `json:"reason,omitempty"`
}

// Kind is ticket.snoozed.
func (TicketSnoozed) Kind() string { return "ticket.snoozed" }

// Public is false: customers do not see who waits for what.
func (TicketSnoozed) Public() bool { return false }

// Kind is ticket.woken.
func (TicketWoken) Kind() string { return "ticket.woken" }

// Public is false, as for the snooze.
func (TicketWoken) Public() bool { return false }

func init() {
	register[TicketSnoozed]()
	register[TicketWoken]()
}
