package desk

import (
	"context"
	"fmt"

	"escalated/model"
	"escalated/store"
)

// PeopleFilter is a page of the list of people.
type PeopleFilter = store.PeopleFilter

// PeopleList is a page of people.
type PeopleList struct {
	People      []model.Person
	Departments map[model.PersonID][]model.DepartmentID
	Total       int  // at most store.PeopleCap
	More        bool // there are more than Total
	Page, Pages int
}

// People lists people for those who manage them: three queries.
func (d *Desk) People(ctx context.Context, by model.Actor, f PeopleFilter) (PeopleList, error) {
	if err := d.mayManage(by); err != nil {
		return PeopleList{}, err
	}
	if f.PerPage < 1 || f.PerPage > 200 {
		f.PerPage = 50
	}
	f.Page = min(max(f.Page, 1), 1+store.PeopleCap/f.PerPage)
	f.Query = cut(model.Clean(f.Query), 200)
	r := d.db.Read()
	rows, n, err := r.People(ctx, f)
	if err != nil {
		return PeopleList{}, fmt.Errorf("list people: %w", err)
	}
	l := PeopleList{People: rows, Total: min(n, store.PeopleCap), More: n > store.PeopleCap, Page: f.Page}
	l.Pages = max(1, (l.Total+f.PerPage-1)/f.PerPage)
	ids := make([]model.PersonID, 0, len(rows))
	for _, p := range rows {
		if p.Kind.Staff() {
			ids = append(ids, p.ID)
		}
	}
	if l.Departments, err = r.MembershipsOf(ctx, ids); err != nil {
		return l, fmt.Errorf("list memberships: %w", err)
	}
	return l, nil
}

// PeopleAfter lists all people but machines in the order of their ids, n at a
// time, with their memberships; for the desk's command.
func (d *Desk) PeopleAfter(ctx context.Context, by model.Actor, after model.PersonID, n int) ([]PersonDetails, error) {
	if err := d.mayManage(by); err != nil {
		return nil, err
	}
	rows, err := d.db.Read().PeopleAfter(ctx, after, n)
	out := make([]PersonDetails, len(rows))
	for i, k := range rows {
		out[i] = details(k)
	}
	return out, err
}

// DepartmentSlugs are the slugs of all departments, by id.
func (d *Desk) DepartmentSlugs(ctx context.Context, by model.Actor) (map[model.DepartmentID]string, error) {
	if err := d.mayManage(by); err != nil {
		return nil, err
	}
	all, err := d.db.Read().Departments(ctx, true)
	out := make(map[model.DepartmentID]string, len(all))
	for _, dep := range all {
		out[dep.ID] = dep.Slug
	}
	return out, err
}

func details(k store.KnownPerson) PersonDetails {
	return PersonDetails{Person: k.Person, Departments: k.Departments(), Invited: k.InvitedAt != 0 && k.SeenAt == 0 && !k.HasPassword}
}

// PersonDetails is one person as those who manage people see them.
type PersonDetails struct {
	model.Person                      // OpenTickets is filled, at most 1000
	Departments  []model.DepartmentID // memberships
	Invited      bool                 // invited and never signed in
}

// Person loads a person for those who manage people.
func (d *Desk) Person(ctx context.Context, by model.Actor, id model.PersonID) (PersonDetails, error) {
	if err := d.mayManage(by); err != nil {
		return PersonDetails{}, err
	}
	r := d.db.Read()
	k, err := r.Known(ctx, id)
	if err != nil {
		return PersonDetails{}, err
	}
	if k.Kind == model.KindMachine {
		return PersonDetails{}, model.ErrNotFound
	}
	p := details(k)
	if k.Kind.Staff() {
		ids, err := r.OpenTicketsOf(ctx, id, 1000)
		if err != nil {
			return p, err
		}
		p.OpenTickets = len(ids)
	}
	return p, nil
}
