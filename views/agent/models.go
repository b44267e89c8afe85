// Package agent draws the agent workspace: dashboard, queue, ticket, new
// ticket. Values in, HTML out: no queries, no permissions beyond what the
// values say.
package agent

import (
	"escalated/model"
	"escalated/views/ui"
)

// Choices are the lists that pickers offer.
type Choices struct {
	Departments []model.Department
	Agents      []model.PersonRef
	Staff       []model.PersonRef
	Handles     []model.Handle // by which notes mention people and departments
	Tags        []model.Tag
	Statuses    []model.StatusDef // all, archived ones too, in order
	Fields      []model.FieldDef
	Subjects    []model.SubjectType // what tickets can be about
}

// Side is what the side bar shows.
type Side struct {
	model.Side
	View    model.ViewID // which of its views is shown, zero for none
	Current string       // the key of that view, when it is the desk's own, or "home"
	Bin     bool         // whether the actor may see the bin
}

// Dashboard is the first page of the staff.
type Dashboard struct {
	Side     Side
	Name     string
	Since    model.EventID
	Overview model.Overview
	Stats    []Stat
	Setup    []SetupStep // for admins of a desk that is not set up yet
	FormURL  string      // where visitors ask, or "" when they may not
}

// Day is what a person answered today.
type Day struct {
	Side    Side
	Answers []model.Answer
}

// SetupStep is something a new desk needs.
type SetupStep struct {
	Name string // departments, team or mail
	Path string // where it is done
	Done bool
}

// Ticket is the page of one ticket.
type Ticket struct {
	Place    model.Place // where in a list it was opened
	Side     Side
	View     model.TicketView
	Choices  Choices
	Composer Composer
	All      bool // every message is shown
	Stale    *model.Stale
	Problems model.Invalid       // of a property or the subject
	Editing  string              // the subject as it was typed, when it was refused
	Typed    map[string][]string // custom fields as they were typed
	Me       model.PersonID
	Limits   model.Limits
	Retry    model.MailID // whether failed mails can be tried again by the actor
	CanRetry bool
	Prefs    model.Prefs
	Now      model.Time
}

// Composer is the form for replies and notes, with what was typed.
type Composer struct {
	Note     bool
	Body     string
	Status   string // key of the status that the reply is sent with, or ""
	Op       string
	Slot     string
	Files    []model.Attachment
	Problems model.Invalid
	Stale    *model.Stale
	Seen     model.MessageID
	Draft    model.TicketDraft // what Body was restored from
	Preview  bool              // the text is shown as it will look
	Focus    bool              // the text has the focus
	Later    []Later           // times to send at
	Cc, Bcc  string            // addresses as they were typed, when Copied
	Copied   bool
}

// Later is a time by name, as menus offer it.
type Later struct {
	Name string
	At   model.Time
}

// NewTicket is the form for a ticket on behalf of somebody.
type NewTicket struct {
	Side                                                                   Side
	Choices                                                                Choices
	Problems                                                               model.Invalid
	Limits                                                                 model.Limits
	Email, Name, Subject, Body, Priority, Type, Department, Assignee, Tags string
	Note, Silent                                                           bool
	Op, Slot                                                               string
	Files                                                                  []model.Attachment
	Me                                                                     model.PersonID
	Draft                                                                  model.Draft       // what the fields were restored from
	Found                                                                  []model.PersonRef // people who match what was typed
	Fields                                                                 []ui.Asked
}
