package model

import (
	"encoding/json"
	"fmt"
)

// Record is an event as it stands in the events table.
type Record struct {
	ID          EventID  `db:"id"`
	At          Time     `db:"at"`
	Kind        string   `db:"kind"`
	TicketID    TicketID `db:"ticket_id"`
	SubjectKind string   `db:"subject_kind"` // person, department, tag, setting, mail: what an admin event is about
	SubjectID   int64    `db:"subject_id"`
	ActorID     PersonID `db:"actor_id"`
	Via         Channel  `db:"via"`
	IsPublic    bool     `db:"is_public"`
	ActionID    string   `db:"action_id"` // shared by the facts of one action
	Version     int64    `db:"ticket_version"`
	Depth       int      `db:"depth"` // 0 by people; what rules did because of a fact is one deeper
	Data        []byte   `db:"data"`
}

// Entry is a record as the timeline shows it.
type Entry struct {
	Record
	ActorName string      `db:"actor_name"`
	ActorKind Kind        `db:"actor_kind"`
	ChangeSet ChangeSetID `db:"change_set"` // takes the action back, while it can be; timelines of staff only
}

var eventKinds = map[string]func() Event{}

func register[E Event]() {
	var e E
	eventKinds[e.Kind()] = func() Event { return new(pointer[E]) }
}

// pointer lets one decoder fill any event struct and give it back as a value.
type pointer[E Event] struct{ v E }

func (p *pointer[E]) Kind() string                 { return p.v.Kind() }
func (p *pointer[E]) Public() bool                 { return p.v.Public() }
func (p *pointer[E]) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &p.v) }
func (p *pointer[E]) value() Event                 { return p.v }

// EventKinds lists the names of all events.
func EventKinds() []string {
	out := make([]string, 0, len(eventKinds))
	for k := range eventKinds {
		out = append(out, k)
	}
	return out
}

// Event decodes the fact. The result is a value, so it can be used in a type switch.
func (r Record) Event() (Event, error) {
	mk, ok := eventKinds[r.Kind]
	if !ok {
		return nil, fmt.Errorf("event %d: unknown kind %q", r.ID, r.Kind)
	}
	e := mk()
	if err := json.Unmarshal(r.Data, e); err != nil {
		return nil, fmt.Errorf("event %d: %w", r.ID, err)
	}
	return e.(interface{ value() Event }).value(), nil
}

func init() {
	register[TicketOpened]()
	register[SubjectChanged]()
	register[StatusChanged]()
	register[PriorityChanged]()
	register[TypeChanged]()
	register[DepartmentChanged]()
	register[Assigned]()
	register[Unassigned]()
	register[TagAdded]()
	register[TagRemoved]()
	register[Followed]()
	register[Unfollowed]()
	register[TicketDeleted]()
	register[TicketRestored]()
	register[TicketLinked]()
	register[RequesterChanged]()
	register[ReplyAdded]()
	register[NoteAdded]()
	register[MessageReleased]()
	register[AttachmentRejected]()
	register[MailSentEvent]()
	register[MailRetried]()
	register[MailFailedEvent]()
	register[PersonCreated]()
	register[PersonChanged]()
	register[PersonKindChanged]()
	register[PersonDeactivated]()
	register[PersonActivated]()
	register[PersonInvited]()
	register[SignedIn]()
	register[PasswordChanged]()
	register[LinkRequested]()
	register[GuestLinkRequested]()
	register[TestMailRequested]()
	register[SessionRevoked]()
	register[DepartmentSaved]()
	register[TagSaved]()
	register[SettingChanged]()
	register[InboundDecided]()
}
