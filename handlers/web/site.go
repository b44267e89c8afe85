// Package web is what all pages share: who is asking, in which language, the
// reading of requests and forms, the rendering of answers and errors, cookies
// and headers. The audiences (portal, agent, admin, auth) build on it and on
// nothing else of HTTP.
package web

import (
	"context"
	"log/slog"
	"time"

	"escalated/model"
)

// Site is one desk as its pages see it. It is built once.
type Site struct {
	// Prefix is the first part of every path, with a leading and without a
	// trailing slash: "/support".
	Prefix string
	// Own is true for the desk's own server and false inside a host program:
	// then the host's names and root paths are none of our business.
	Own bool
	// Demo marks pages as those of a desk for trying out.
	Demo bool
	// Secure marks cookies for https only.
	Secure bool
	// BaseURL is the configured public address without a path; empty means the
	// listening address, known only once the server listens.
	BaseURL string
	// Key signs the flash cookie.
	Key []byte
	// Proxies are the reverse proxies whose forwarded headers are believed.
	Proxies Proxies
	// Settings are the settings in force.
	Settings func(context.Context) model.Settings
	// Statuses are the statuses of the desk; nil is the core ones.
	Statuses func(context.Context) []model.StatusDef
	// Identify says who is asking. Nobody is no error.
	Identify func(context.Context, Knock) (Visitor, error)
	// Setup reports whether the desk still waits for its first admin.
	Setup func(context.Context) (bool, error)
	// Now is the desk's clock.
	Now func() model.Time
	// Log gets what went wrong.
	Log *slog.Logger
}

// Knock is what a request offers to tell who is asking.
type Knock struct {
	Session string                   // the session cookie's value, or empty
	Address string                   // the client's network address
	Passive bool                     // an open page looks again: no sign of life of the person
	Browser string                   // its User-Agent
	Header  func(name string) string // request headers
	Cookie  func(name string) string // the host's cookies
	Value   func(key any) any        // values of a host program's context
}

// Visitor is who is asking, with how pages should look to them.
type Visitor struct {
	Actor  model.Actor
	Email  string
	Locale string      // language of their choice, or empty
	Zone   string      // time zone of their choice, or empty
	Theme  string      // "", light or dark
	Prefs  model.Prefs // staff
	Unread int         // staff: notifications, at most model.UnreadCap
	Newest model.EventID
}

// SignedIn reports whether the visitor is a person with an account.
func (v Visitor) SignedIn() bool { return v.Actor.ID != 0 && v.Actor.Kind != model.KindGuest }

// The deadlines of a request's work in the database. Uploads last as long as
// the slowest line we are willing to wait for.
const (
	deadline       = 10 * time.Second
	uploadDeadline = 10 * time.Minute
)
