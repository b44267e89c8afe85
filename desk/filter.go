package desk

import (
	"context"
	"fmt"
	"strings"

	"escalated/model"
)

// requestersMax is how many people one word for a requester can mean.
const requestersMax = 500

// plainReader is who reads the queries of views: what "me" and days mean to them.
func (d *Desk) plainReader(ctx context.Context, by model.Actor) (model.FilterReader, error) {
	r := model.FilterReader{Me: by.ID, Zone: by.Zone}
	if r.Zone == "" {
		s, err := d.Settings(ctx)
		if err != nil {
			return r, err
		}
		r.Zone = s.TimeZone
	}
	return r, nil
}

// viewFilter is the query of a view as its reader means it.
func (d *Desk) viewFilter(ctx context.Context, r model.FilterReader, v model.View) (model.TicketFilter, error) {
	f, err := d.db.Read().ViewFilter(ctx, r, v)
	if err != nil || len(f.Names) == 0 {
		return f, err
	}
	return d.resolve(ctx, f)
}

// reader is who reads lists, with the fields there are.
func (d *Desk) reader(ctx context.Context, by model.Actor) (model.FilterReader, *Choices, error) {
	c, err := d.Choices(ctx)
	if err != nil {
		return model.FilterReader{}, nil, err
	}
	r, err := d.plainReader(ctx, by)
	if err != nil {
		return r, nil, err
	}
	for _, f := range c.Fields {
		if f.Entity == model.FieldOfTicket {
			r.Fields = append(r.Fields, f.Key)
		}
	}
	return r, c, nil
}

// resolve looks up the words of a filter that are names: statuses and fields
// by key, tags and departments by slug or name, agents by name or address,
// requesters by name, address or domain.
func (d *Desk) resolve(ctx context.Context, f model.TicketFilter) (model.TicketFilter, error) {
	if len(f.Names)+len(f.Fields) == 0 {
		return f, nil
	}
	c, err := d.Choices(ctx)
	if err != nil {
		return f, err
	}
	f, err = f.Known(c.Statuses, c.Fields).Look(func(field, word string) ([]int64, error) {
		switch field {
		case "assignee":
			return agentsNamed(c.Agents, word), nil
		case "department":
			return namedIDs(c.Departments, word, func(x model.Department) (int64, string, string) { return int64(x.ID), x.Slug, x.Name }), nil
		case "tag":
			return namedIDs(c.Tags, word, func(x model.Tag) (int64, string, string) { return int64(x.ID), x.Slug, x.Name }), nil
		}
		return d.db.Read().PeopleNamed(ctx, word, requestersMax)
	})
	if err != nil {
		return f, fmt.Errorf("look up filter: %w", err)
	}
	return f, nil
}

// namedIDs are those whose slug or name is the word, or, when none is, whose
// name begins so.
func namedIDs[T any](list []T, word string, of func(T) (id int64, slug, name string)) []int64 {
	var exact, begun []int64
	slug, key := model.Slug(word), model.SortKey(word)
	for _, x := range list {
		id, s, name := of(x)
		switch {
		case s == slug && slug != "", strings.EqualFold(name, word):
			exact = append(exact, id)
		case key != "" && strings.HasPrefix(model.SortKey(name), key):
			begun = append(begun, id)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return begun
}

// agentsNamed are the agents with the address, or with a name of which a word
// begins so.
func agentsNamed(list []model.PersonRef, word string) []int64 {
	var exact, begun []int64
	key := model.SortKey(word)
	for _, p := range list {
		name := model.SortKey(p.Name)
		switch {
		case strings.EqualFold(p.Email, word) || strings.EqualFold(p.Name, word):
			exact = append(exact, int64(p.ID))
		case key != "" && (strings.HasPrefix(name, key) || strings.Contains(name, " "+key)):
			begun = append(begun, int64(p.ID))
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return begun
}

// ReadFilter reads the query of a list as the actor means it.
func (d *Desk) ReadFilter(ctx context.Context, by model.Actor, query string) (model.TicketFilter, error) {
	r, _, err := d.reader(ctx, by)
	if err != nil {
		return model.TicketFilter{}, err
	}
	f, err := d.resolve(ctx, r.ReadQuery(query))
	if err != nil {
		return f, err
	}
	return f, d.order(ctx, &f)
}

// order has a list without a sort begin with what is due next, where there are
// promises and only open tickets.
func (d *Desk) order(ctx context.Context, f *model.TicketFilter) (err error) {
	f.DueFirst, err = d.SLAInForce(ctx)
	for _, l := range f.Sieve(d.Now()).Lanes {
		f.DueFirst = f.DueFirst && l.Pile <= model.PileAsleep
	}
	return err
}

// ListFor says which list a URL means. With view and nothing that filters it
// is the view; with filters these count whole, and the view is where they
// began: changed says that they differ from it. Without either it is the
// person's own default view, else all open tickets. Order and page come from
// the URL, and the order of the view's query without one there.
func (d *Desk) ListFor(ctx context.Context, by model.Actor, get func(name string) string) (f model.TicketFilter, v model.View, changed bool, err error) {
	if f, v, changed, err = d.listFor(ctx, by, get); err != nil {
		return f, v, changed, err
	}
	return f, v, changed, d.order(ctx, &f)
}

func (d *Desk) listFor(ctx context.Context, by model.Actor, get func(name string) string) (f model.TicketFilter, v model.View, changed bool, err error) {
	if err := maySeeQueue(by, model.TicketFilter{}); err != nil {
		return f, v, false, err
	}
	r, c, err := d.reader(ctx, by)
	if err != nil {
		return f, v, false, err
	}
	f = r.Read(get).Known(c.Statuses, c.Fields) // a status there is not is no filter
	filtered := len(f.Terms()) > 0 || f.Query != ""
	id, asked := viewID(get("view"))
	switch {
	case !asked && filtered:
		if f, err = d.resolve(ctx, f); err == nil {
			v, err = d.viewLike(ctx, by, r, f)
		}
		return f, v, false, err
	case !asked:
		if id, err = d.db.Read().DefaultView(ctx, by.ID); err != nil {
			return f, v, false, fmt.Errorf("default view: %w", err)
		}
		if id == 0 {
			id = model.ViewOpen
		}
	}
	if v, err = d.View(ctx, by, id); err != nil && !asked { // it was taken away
		v, err = d.View(ctx, by, model.ViewOpen)
	}
	if err != nil {
		return f, v, false, err
	}
	own, err := d.viewFilter(ctx, r, v)
	if err != nil || !filtered {
		if f.Sort.Key != "" {
			own.Sort = f.Sort
		}
		own.Page, own.PerPage = f.Page, f.PerPage
		return own, v, false, err
	}
	f, err = d.resolve(ctx, f)
	return f, v, f.Conditions() != own.Conditions(), err
}

// viewLike is the view that has exactly the conditions of a filter, if the
// actor has one.
func (d *Desk) viewLike(ctx context.Context, by model.Actor, r model.FilterReader, f model.TicketFilter) (model.View, error) {
	list, err := d.ownViews(ctx, by)
	if err != nil || f.Query != "" {
		return model.View{}, err
	}
	want := f.Conditions()
	for _, v := range list {
		own, err := d.viewFilter(ctx, r, v)
		if err != nil {
			return model.View{}, err
		}
		if own.Conditions() == want {
			return v, nil
		}
	}
	return model.View{}, nil
}
