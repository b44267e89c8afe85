// Package desk holds the verbs: everything that may happen at the desk, with
// its rules and permissions, each in one transaction. A verb asks in this
// order: may they? is it valid? change, record. The actor is always the second
// argument. Exported verbs open the transaction; their unexported twins take
// it, so that verbs compose. Nothing here knows that mail, pages or webhooks
// exist: they follow from the recorded events. Times come from the injected
// clock.
package desk

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"escalated/model"
	"escalated/store"
)

// Desk is the helpdesk without its doors.
type Desk struct {
	db        *store.DB
	key       []byte // signs links, reply addresses and Message-IDs
	base      model.Settings
	files     Files
	raw       RawMail
	readMail  ReadMail
	complete  func(context.Context, model.OutgoingMail) ([]byte, error) // see CompletesMail
	unpark    func(context.Context, string, model.EventID) error
	settings  atomic.Pointer[model.Settings]
	choices   atomic.Pointer[Choices]
	loading   sync.Mutex
	texts     texts // canned responses and macros
	mails     mailLook
	promises  book[promises]
	calendars calendarBook
	guesses   guesses
	numbers   sideNumbers
	noticed   noticed

	actions      []model.TicketAction
	subjectTypes []model.SubjectType
}

// Options of New.
type Options struct {
	DB       *store.DB
	Key      []byte         // at least 32 random bytes, kept outside the database
	Settings model.Settings // what file, environment and flags say; admins may change some of it
	Files    Files
	Raw      RawMail  // received mails as they came; without it none are taken
	ReadMail ReadMail // reads them

	TicketActions []model.TicketAction // beside those of the settings
	SubjectTypes  []model.SubjectType  // what tickets can be about
}

// New makes a desk on an open database.
func New(o Options) (*Desk, error) {
	if len(o.Key) < 32 {
		return nil, fmt.Errorf("desk: the signing key has %d bytes, at least 32 are needed", len(o.Key))
	}
	actions, err := model.ParseTicketActions(o.Settings.TicketActions)
	if err == nil {
		actions = append(actions, o.TicketActions...)
		err = model.CheckTicketActions(actions)
	}
	if err != nil {
		return nil, fmt.Errorf("desk: %w", err)
	}
	d := &Desk{db: o.DB, key: o.Key, base: o.Settings, files: o.Files, raw: o.Raw, readMail: o.ReadMail, actions: actions, subjectTypes: subjectTypes(o)}
	o.DB.Follow(d.followPromises)
	return d, nil
}

// Now is the desk's clock.
func (d *Desk) Now() model.Time { return d.db.Now() }

// Health fails when the database cannot be read.
func (d *Desk) Health(ctx context.Context) error { return d.db.Ping(ctx) }
