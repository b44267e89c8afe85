package model

import (
	"net/url"
	"strings"
	"time"
)

// DeliveryState is where a request to somebody else's server stands.
type DeliveryState string

// The states.
const (
	DeliveryQueued DeliveryState = "queued"
	DeliverySent   DeliveryState = "sent"
	DeliveryFailed DeliveryState = "failed"
)

// DeliveryStates lists the states in the order of the page.
func DeliveryStates() []DeliveryState {
	return []DeliveryState{DeliveryQueued, DeliverySent, DeliveryFailed}
}

// Delivery is a request that tells another server what happened.
type Delivery struct {
	ID          DeliveryID    `db:"id"`
	EventID     EventID       `db:"event_id"`
	RuleRun     RunID         `db:"rule_run_id"`
	TicketID    TicketID      `db:"ticket_id"`
	Name        string        `db:"name"` // of the event, as the other side reads it
	URL         string        `db:"url"`
	Host        string        `db:"host"` // of the URL, with its port
	Body        []byte        `db:"body"` // JSON
	State       DeliveryState `db:"state"`
	Attempts    int           `db:"attempts"`
	CreatedAt   Time          `db:"created_at"`
	NextAt      Time          `db:"next_at"`
	LeasedUntil Time          `db:"leased_until"`
	Code        int           `db:"code"`   // of the last answer; 0: none came
	Answer      string        `db:"answer"` // its beginning, or the error
	MS          int64         `db:"ms"`     // how long the last answer took
	SentAt      Time          `db:"sent_at"`
}

// DeliveryItem is a delivery as the admin page lists it.
type DeliveryItem struct {
	Delivery
	Reference string `db:"reference"` // of its ticket, if it has one
}

// DeliveryFilter picks deliveries. Zero fields ask for all.
type DeliveryFilter struct {
	State DeliveryState
	Page  int // from 1
	Size  int // 50 when zero
}

// DeliveryPage is one page of deliveries, newest first.
type DeliveryPage struct {
	Items  []DeliveryItem
	Page   int
	Size   int
	Total  int
	Counts map[DeliveryState]int // each at most OutgoingCap
}

// How long what is delivered, and what was given up, stays listed.
const (
	DeliveredDays = 30
	GivenUpDays   = 90
)

// DeliveryLapse is after how long a delivery that does not arrive is given up,
// once it has had DeliveryTries.
const (
	DeliveryLapse = 3 * 24 * time.Hour
	DeliveryTries = 10
)

// HostOf is the host of a URL with its port, folded; "" for none.
func HostOf(raw string) string {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}

// MaskedURL is a URL without what may be secret: who signs in, and all that
// stands behind a question mark.
func MaskedURL(raw string) string {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Host == "" {
		return "…"
	}
	out := u.Scheme + "://"
	if u.User != nil {
		out += "…@"
	}
	out += u.Host + u.EscapedPath()
	if u.RawQuery != "" {
		out += "?…"
	}
	return out
}

type (
	// DeliveryGivenUp ends the tries to tell another server.
	DeliveryGivenUp struct {
		Delivery DeliveryID `json:"delivery"`
		Name     string     `json:"name"`
		Host     string     `json:"host"`
	}
	// DeliveryRetried is a request that somebody sent again by hand.
	DeliveryRetried struct {
		Delivery DeliveryID `json:"delivery"`
		Host     string     `json:"host"`
	}
)

// Kind is delivery.failed.
func (DeliveryGivenUp) Kind() string { return "delivery.failed" }

// Kind is delivery.retried.
func (DeliveryRetried) Kind() string { return "delivery.retried" }

// Public is false.
func (DeliveryGivenUp) Public() bool { return false }

// Public is false.
func (DeliveryRetried) Public() bool { return false }

func init() {
	register[DeliveryGivenUp]()
	register[DeliveryRetried]()
}
