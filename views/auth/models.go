// Package auth holds the pages of the desk's doors: signing in, links from
// mails, the first setup, and people's own profile.
package auth

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"escalated/model"
	"escalated/text"
	"escalated/views/layout"
	"escalated/views/ui"
)

// SignIn is the sign-in page.
type SignIn struct {
	Email    string
	Next     string
	Keep     bool
	Signup   bool // an unknown address may become a customer
	Guests   bool // tickets may be opened without signing in
	Problems model.Invalid
}

// Ask is a page that asks for an address to mail something to.
type Ask struct {
	Email     string
	Reference string // of the guest's ticket
	Next      string
	Signup    bool
	Problems  model.Invalid
}

// Link is the page a link from a mail leads to.
type Link struct {
	Token    string
	Address  string
	Name     string
	Known    bool // has a name already
	New      bool // becomes a customer
	Desk     string
	Problems model.Invalid
}

// Setup is the page of the first admin.
type Setup struct {
	Token    string
	Name     string
	Email    string
	Problems model.Invalid
}

// Profile is people's page about themselves.
type Profile struct {
	Person   model.Person // as typed, when the form comes back
	HasPass  bool
	Own      bool // signed in with a session of ours, not by a host program
	Sessions []model.Session
	Current  model.SessionID
	DeskZone string
	Problems model.Invalid
	Password model.Invalid
}

// staff reports whether the profile stands in the shell of the staff.
func staff(ctx context.Context) bool { return ui.From(ctx).Staff() }

func profilePage(ctx context.Context) layout.Page {
	return layout.Page{Title: text.T(ctx, "ui.profile"), Nav: "account", Class: "narrow", NoIndex: true}
}

func languages(ctx context.Context) []ui.Option {
	out := []ui.Option{{Value: "", Label: text.T(ctx, "auth.language_auto")}}
	for _, l := range text.Languages() {
		out = append(out, ui.Option{Value: l.Code, Label: l.Name})
	}
	return out
}

func themes(ctx context.Context) []ui.Option {
	return []ui.Option{
		{Value: "", Label: text.T(ctx, "ui.theme_auto")},
		{Value: "light", Label: text.T(ctx, "ui.theme_light")},
		{Value: "dark", Label: text.T(ctx, "ui.theme_dark")},
	}
}

// withNext is a path below the prefix that carries where to go afterwards.
func withNext(ctx context.Context, below, next string) string {
	to := ui.Path(ctx, below)
	if next != "" {
		to += "?next=" + url.QueryEscape(next)
	}
	return to
}

// device is a browser in words: "Firefox on Linux".
func device(ctx context.Context, agent string) string {
	browser := firstIn(agent, "Edg/", "Edge", "OPR/", "Opera", "Firefox/", "Firefox", "FxiOS/", "Firefox", "SamsungBrowser/", "Samsung Internet", "CriOS/", "Chrome", "Chrome/", "Chrome", "Safari/", "Safari")
	system := firstIn(agent, "Android", "Android", "iPhone", "iPhone", "iPad", "iPad", "Windows", "Windows", "Mac OS X", "macOS", "CrOS", "ChromeOS", "Linux", "Linux")
	switch {
	case browser != "" && system != "":
		return text.T(ctx, "auth.browser_on", "Browser", browser, "System", system)
	case browser != "":
		return browser
	case agent == "":
		return text.T(ctx, "auth.browser_unknown")
	}
	name, _, _ := strings.Cut(agent, " ")
	return name
}

// firstIn is the name of the first mark that a text contains.
func firstIn(s string, marksAndNames ...string) string {
	for i := 0; i+1 < len(marksAndNames); i += 2 {
		if strings.Contains(s, marksAndNames[i]) {
			return marksAndNames[i+1]
		}
	}
	return ""
}

func sessionPath(ctx context.Context, id model.SessionID) string {
	return ui.Path(ctx, "profile/sessions/"+strconv.FormatInt(int64(id), 10)+"/end/")
}

func linkTitle(ctx context.Context, p Link) string {
	if p.New {
		return text.T(ctx, "auth.sign_up")
	}
	return text.T(ctx, "ui.sign_in")
}

func inviteTitle(ctx context.Context, p Link) string {
	return text.T(ctx, "auth.invite_title", "Desk", p.Desk)
}
