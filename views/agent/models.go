// Package agent draws the agent workspace: dashboard, queue, ticket, new
// ticket. Values in, HTML out: no queries, no permissions beyond what the
// values say.
package agent

import (
	"escalated/model"
)

// Choices are the lists that pickers offer.
type Choices struct {
	Departments []model.Department
	Agents      []model.PersonRef
	Tags        []model.Tag
}

// Side is what the side bar shows.
type Side struct {
	Counts  model.DashboardCounts
	Current string // which of its lists is shown, or ""
	Bin     bool   // whether the actor may see the bin
}

// Dashboard is the first page of the staff.
type Dashboard struct {
	Side    Side
	Name    string
	Since   model.EventID
	Mine    []model.TicketRow
	Waiting []model.TicketRow
	Setup   []SetupStep // for admins of a desk that is not set up yet
	FormURL string      // where visitors ask, or "" when they may not
}

// SetupStep is something a new desk needs.
type SetupStep struct {
	Name string // departments, team or mail
	Path string // where it is done
	Done bool
}

// Queue is a list of tickets.
type Queue struct {
	Side    Side
	Filter  model.TicketFilter
	Page    model.TicketPage
	Choices Choices
	Me      model.PersonID
	CanOpen bool
	Topic   string // live topic of the list
	Since   model.EventID
}

// Ticket is the page of one ticket.
type Ticket struct {
	Side     Side
	View     model.TicketView
	Choices  Choices
	Composer Composer
	All      bool // every message is shown
	Stale    *model.Stale
	Problems model.Invalid // of a property or the subject
	Editing  string        // the subject as it was typed, when it was refused
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
	Status   model.Status
	Op       string
	Slot     string
	Files    []model.Attachment
	Problems model.Invalid
	Stale    *model.Stale
	Seen     model.MessageID
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
	Found                                                                  []model.PersonRef // people who match what was typed
}
