package model

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
)

// What a draft is the draft of: the tab of the composer it is written in.
const (
	ReplyTab = "reply"
	NoteTab  = "note"
	NewTab   = "new" // a ticket on behalf of somebody; no ticket yet
)

// DraftDays is how long a text that nobody touches is kept.
const DraftDays = 90

// DraftFields are what stands beside the text of a draft, by the name of the
// form's field: status, recipients, of a new ticket everything else.
type DraftFields map[string]string

// Value stores JSON.
func (f DraftFields) Value() (driver.Value, error) {
	if len(f) == 0 {
		return "{}", nil
	}
	b, err := json.Marshal(f)
	return string(b), err
}

// Scan reads JSON.
func (f *DraftFields) Scan(v any) error {
	*f = nil
	switch x := v.(type) {
	case nil:
		return nil
	case string:
		return json.Unmarshal([]byte(x), f)
	case []byte:
		return json.Unmarshal(x, f)
	}
	return fmt.Errorf("read draft: unexpected %T", v)
}

// Draft is a text that is not said yet: being written, waiting for its time,
// or held because something came first.
type Draft struct {
	ID        DraftID     `db:"id"`
	PersonID  PersonID    `db:"person_id"`
	TicketID  TicketID    `db:"ticket_id"`
	Tab       string      `db:"tab"`
	Body      string      `db:"body"`
	Fields    DraftFields `db:"fields"`
	Slot      string      `db:"slot"`    // of its files
	Seen      MessageID   `db:"seen_id"` // the newest public message its writer had seen
	Op        string      `db:"op"`
	SendAt    Time        `db:"send_at"` // zero while it is written
	HeldAt    Time        `db:"held_at"`
	HeldWhy   string      `db:"held_why"` // a member of the text family composer.held_
	UpdatedAt Time        `db:"updated_at"`
	Version   int64       `db:"version"` // grows from draft to draft of one text, so that an old one is never taken for a newer
}

// Pending reports whether the draft is sent by itself.
func (d Draft) Pending() bool { return d.SendAt != 0 && d.HeldAt == 0 }

// Open reports whether the draft is in the composer.
func (d Draft) Open() bool { return d.SendAt == 0 && d.HeldAt == 0 }

// Why a draft was held.
const (
	HeldNewer   = "newer"   // somebody wrote first
	HeldWriter  = "writer"  // whoever wrote it may not any more
	HeldGone    = "gone"    // its ticket is in the bin
	HeldRefused = "refused" // what was asked for with it does not go any more
	HeldMerged  = "merged"  // its ticket went into one in which its writer writes too
)

// TicketDraft is a draft as the page of its ticket shows it. Of others than
// the reader it says that it is there, not what it says.
type TicketDraft struct {
	ID      DraftID
	Person  PersonID
	Name    string
	Tab     string
	Body    string
	Fields  DraftFields
	Slot    string
	Seen    MessageID
	SendAt  Time
	HeldAt  Time
	HeldWhy string
	At      Time
	Version int64
	Files   int
	Newer   *NewerMessage // of a held one: what came first
}

// Pending reports whether the draft is sent by itself.
func (d TicketDraft) Pending() bool { return d.SendAt != 0 && d.HeldAt == 0 }

// Open reports whether the draft is in its writer's composer.
func (d TicketDraft) Open() bool { return d.SendAt == 0 && d.HeldAt == 0 }

// NewerMessage is the message that a held draft does not know.
type NewerMessage struct {
	ID       MessageID
	By       string
	Body     string
	Markdown int
	At       Time
}

// Sent is what became of a reply: it was said, or it waits for its time.
type Sent struct {
	Message Message
	Draft   Draft // Pending, when it waits
}

// DraftHeld is a reply that was not sent: something newer came first, or its
// writer may not any more.
type DraftHeld struct {
	Draft   DraftID   `json:"draft"`
	Person  PersonID  `json:"person"`
	Why     string    `json:"why"`
	Message MessageID `json:"message,omitempty"` // what came first
	Mail    bool      `json:"mail,omitempty"`    // it was written by mail, so its writer sees no page
}

// Kind names the event.
func (DraftHeld) Kind() string { return "draft.held" }

// Public hides it from customers.
func (DraftHeld) Public() bool { return false }

func init() { register[DraftHeld]() }
