// Package admin draws the admin panel.
package admin

import (
	"strconv"

	"escalated/model"
)

// Department is the form of a department.
type Department struct {
	model.Department
	Staff    []model.PersonRef
	Members  []model.PersonID
	Line     model.NextInLine
	Problems model.Invalid
	Stale    bool
}

// Tag is the form of a tag.
type Tag struct {
	model.Tag
	Problems model.Invalid
	Stale    bool
}

// Settings is the page of settings, section by section.
type Settings struct {
	Settings []model.Setting
	Values   map[string]string
	Problems model.Invalid
	Section  string // the section that came back with problems
}

// People is a page of the list of people.
type People struct {
	People               []model.Person
	Memberships          map[model.PersonID][]model.DepartmentID
	Departments          []model.Department
	Total, Page, PerPage int
	More                 bool
	Query                string
	Which                string // staff, customer, all or inactive
}

// Person is the form of a person, or of an invitation when the id is zero.
type Person struct {
	ID          model.PersonID
	Name, Email string
	Kind        string
	WasKind     model.Kind
	Narrow      bool
	Loose       bool
	Version     int64
	In          []model.DepartmentID
	Departments []model.Department
	Agents      []model.PersonRef
	Active      bool
	Invited     bool
	Me          bool
	OpenTickets int
	SeenAt      model.Time
	CreatedAt   model.Time
	Problems    model.Invalid
	Stale       bool
	Fields      []model.FieldView
	Typed       map[string][]string // custom fields as they were typed, by key

	Working      model.Working // of who may be given tickets
	Limit        string        // as typed
	AwayUntil    string
	AwayTo       model.PersonID
	WorkProblems model.Invalid
	AwayProblems model.Invalid
}

// Mail is a page of the outgoing queue.
type Mail struct {
	Page     model.OutgoingPage
	State    model.MailState
	Server   bool // a mail server is set up
	Problems model.Invalid
	Address  string
}

// Inbound is a page of received mail.
type Inbound struct {
	Page    model.InboundPage
	Outcome model.Outcome
	Number  int
}

func num[T ~int64](n T) string { return strconv.FormatInt(int64(n), 10) }
