package helpdesktest

import (
	"context"
	"strings"

	"escalated/model"
	"escalated/store"
)

// Person is somebody at a test desk. The name given is the one before the @.
type Person struct {
	ID    model.PersonID
	Kind  model.Kind
	Name  string
	Email string

	desk *Desk
}

// Customer makes a customer with an account.
func (d *Desk) Customer(name string) *Person { return d.Person(model.KindCustomer, name) }

// Light makes a light agent.
func (d *Desk) Light(name string) *Person { return d.Person(model.KindLight, name) }

// Agent makes an agent, a member of the departments given by slug.
func (d *Desk) Agent(name string, departments ...model.DepartmentID) *Person {
	return d.Person(model.KindAgent, name, func(n *model.NewPerson) { n.Departments = departments })
}

// Narrow makes an agent who sees only tickets of the departments.
func (d *Desk) Narrow(name string, departments ...model.DepartmentID) *Person {
	return d.Person(model.KindAgent, name, func(n *model.NewPerson) { n.Departments, n.Narrow = departments, true })
}

// Admin makes an administrator.
func (d *Desk) Admin(name string) *Person { return d.Person(model.KindAdmin, name) }

// Person makes a person of any kind: "ada" becomes Ada, ada@help.test, with a
// proved address.
func (d *Desk) Person(kind model.Kind, name string, change ...func(*model.NewPerson)) *Person {
	d.T.Helper()
	n := model.NewPerson{Kind: kind, Name: strings.ToUpper(name[:1]) + name[1:], Email: strings.ToLower(name) + "@help.test", Verified: true}
	for _, c := range change {
		c(&n)
	}
	p := &Person{Kind: kind, Name: n.Name, Email: n.Email, desk: d}
	d.must(d.DB().Write(context.Background(), func(tx *store.Tx) (err error) {
		p.ID, err = tx.InsertPerson(tx.Ctx, n)
		return err
	}))
	return p
}

// Actor is the person as a verb wants to see them, as the desk recognises them
// at its door.
func (p *Person) Actor() model.Actor {
	p.desk.T.Helper()
	ctx := context.Background()
	token, err := p.desk.Verbs().OpenSession(ctx, model.System("test"), p.ID, false)
	p.desk.must(err)
	a, _, err := p.desk.Verbs().Recognise(ctx, model.Nobody(), token, true)
	p.desk.must(err)
	return a
}

// Opens opens a ticket of the person with a subject that is also its text.
func (p *Person) Opens(subject string, change ...func(*model.NewTicket)) model.Ticket {
	p.desk.T.Helper()
	in := model.NewTicket{Subject: subject, Body: subject, Channel: model.Web}
	for _, c := range change {
		c(&in)
	}
	t, err := p.desk.Verbs().OpenTicket(context.Background(), p.Actor(), in)
	p.desk.must(err)
	return t
}

// Department makes a department.
func (d *Desk) Department(name string) model.DepartmentID {
	d.T.Helper()
	var id model.DepartmentID
	d.must(d.DB().Write(context.Background(), func(tx *store.Tx) (err error) {
		id, err = tx.InsertDepartment(tx.Ctx, model.Department{Name: name, Slug: strings.ToLower(strings.ReplaceAll(name, " ", "-"))})
		return err
	}))
	return id
}
