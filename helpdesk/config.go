// Package helpdesk assembles a desk: database, files, pages, background work.
// It is what the program and host programs import; the nouns come from package
// model, the verbs from package desk. The rest of the module may change.
//
//	d, err := helpdesk.New(helpdesk.Config{Data: "data", BasePath: "/support", Identify: whoIsIt})
//	d.Mount(fiberApp)                    // a Fiber v2 host
//	mux.Handle("/support/", d.Handler()) // or any net/http host
//	go d.Run(ctx)                        // clock, outbox, senders; returns when ctx ends
package helpdesk

import (
	"context"
	"crypto/tls"
	"log/slog"
	"strings"
	"time"

	"escalated/model"
)

// Config is how a desk is set up. The zero value is a desk in ./data under
// /support with the settings everybody begins with.
type Config struct {
	// Settings are what file, environment and flags say. The zero value means
	// the defaults. Admins may change some of them in the panel.
	Settings model.Settings
	// Data is the directory of everything the desk keeps; over Settings.Data.
	Data string
	// BasePath is the first part of every path; over Settings.RoutePrefix.
	BasePath string
	// BaseURL is the public address without a path; over Settings.BaseURL.
	BaseURL string
	// Identify says who is asking, for hosts with their own accounts. Nil: the
	// desk's own sign-in. It runs once a request and must be quick.
	Identify func(ctx context.Context, r Request) (model.Identity, error)
	// Demo marks pages as those of a desk for trying out.
	Demo bool
	// KeepMail queues mail and sends none, as without a mail server.
	KeepMail bool
	// MailTLS is what the connection to the mail server trusts; the system's
	// certificates if nil.
	MailTLS *tls.Config
	// TicketActions are what the organisation adds to the menu of tickets, beside
	// those of Settings.
	TicketActions []TicketAction
	// SubjectTypes are the kinds of things that tickets can be about, with what
	// the desk shows of them. Without any, only code can say what a ticket is
	// about (Desk().AttachSubject as a machine), and no titles are known.
	SubjectTypes []SubjectType
	// Clock is time.Now if nil.
	Clock func() time.Time
	// Log gets what went wrong; slog.Default if nil.
	Log *slog.Logger
	// Readers are the database connections for reading; 4 if zero.
	Readers int
	// Fast gives up safety against crashes, for seeding a new database only.
	Fast bool
}

// Request is what a request offers to tell who is asking, whichever server
// carries it.
type Request interface {
	// Header is a request header.
	Header(name string) string
	// Cookie is a cookie of the host.
	Cookie(name string) string
	// Value is a value of the host's request context, or of Fiber's locals.
	Value(key any) any
}

// TicketAction is an action of the organisation's own; see model.TicketAction.
type TicketAction = model.TicketAction

// ActionCall is such an action as it was triggered.
type ActionCall = model.ActionCall

// SubjectType is a kind of thing that tickets are about; see model.SubjectType.
type SubjectType = model.SubjectType

// SubjectCard is what the desk shows of one of them.
type SubjectCard = model.SubjectCard

// Localized is a text by language; "" is the one for all.
type Localized = model.Localized

// Identity is who is asking in the words of the host. An empty ExternalID is
// nobody.
type Identity = model.Identity

// resolve fills in what was left out.
func (c Config) resolve() Config {
	if c.Settings.RoutePrefix == "" {
		c.Settings = model.DefaultSettings()
	}
	if c.Data != "" {
		c.Settings.Data = c.Data
	}
	if p := strings.Trim(c.BasePath, "/"); p != "" {
		c.Settings.RoutePrefix = p
	}
	if c.BaseURL != "" {
		c.Settings.BaseURL = strings.TrimSuffix(c.BaseURL, "/")
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return c
}

// prefix is the first part of every path with a leading slash.
func (c Config) prefix() string { return "/" + strings.Trim(c.Settings.RoutePrefix, "/") }
