package desk

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"escalated/model"
	"escalated/store"
)

// viewID reads the number of a view; system views have negative ones.
func viewID(word string) (model.ViewID, bool) {
	n, err := strconv.ParseInt(word, 10, 64)
	return model.ViewID(n), err == nil && n != 0
}

// seesView reports whether an actor sees a view that somebody made.
func seesView(by model.Actor, v model.View) bool {
	switch {
	case by.ID != 0 && v.OwnerID == by.ID, v.Scope == model.ScopeAll:
		return true
	case v.Scope == model.ScopePeople:
		return slices.Contains(v.People, by.ID)
	case v.Scope == model.ScopeDepartment:
		return slices.Contains(by.Departments, v.DepartmentID)
	}
	return false
}

// editsView reports whether an actor may change a view: their own, and who
// keeps the desk in order those they see.
func editsView(by model.Actor, v model.View) bool {
	return !v.System() && (by.ID != 0 && v.OwnerID == by.ID || by.Can(model.PermSettings) && seesView(by, v))
}

// ownViews are all views an actor sees, in the desk's order.
func (d *Desk) ownViews(ctx context.Context, by model.Actor) ([]model.View, error) {
	stored, err := d.db.Read().Views(ctx)
	if err != nil {
		return nil, err
	}
	clocks, err := d.SLAInForce(ctx)
	if err != nil {
		return nil, err
	}
	var out []model.View
	for _, v := range model.SystemViews() {
		if (v.ID == model.ViewSLA || v.ID == model.ViewOverdue) && !clocks || v.ID == model.ViewBin && !by.Can(model.PermTicketDelete) {
			continue
		}
		out = append(out, v)
	}
	for _, v := range stored {
		if !seesView(by, v) {
			continue
		}
		v.Group, v.CanEdit = model.GroupShared, editsView(by, v)
		if v.Scope == model.ScopeMine || v.Scope == model.ScopePeople && v.OwnerID == by.ID {
			v.Group = model.GroupMine
		}
		out = append(out, v)
	}
	for i := range out {
		out[i].Count = -1
	}
	return out, nil
}

// View is one view as the actor sees it; one they do not see is not found.
func (d *Desk) View(ctx context.Context, by model.Actor, id model.ViewID) (model.View, error) {
	if err := maySeeQueue(by, model.TicketFilter{}); err != nil {
		return model.View{}, err
	}
	list, err := d.ownViews(ctx, by)
	if err != nil {
		return model.View{}, err
	}
	for _, v := range list {
		if v.ID == id {
			return v, nil
		}
	}
	return model.View{}, model.ErrNotFound
}

// SaveView creates a view (id zero), or changes name, query, look and who sees
// it. The version guards against overwriting.
func (d *Desk) SaveView(ctx context.Context, by model.Actor, in model.View) (model.ViewID, error) {
	if err := maySeeQueue(by, model.TicketFilter{}); err != nil {
		return 0, err
	}
	if in.System() {
		return 0, model.ErrDenied
	}
	r, _, err := d.reader(ctx, by)
	if err != nil {
		return 0, err
	}
	if in.Query, err = d.viewQuery(ctx, r, in.Query); err != nil {
		return 0, err
	}
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		what := "created"
		var was model.View
		if in.ID != 0 {
			if was, err = tx.View(tx.Ctx, in.ID); err != nil {
				return err
			}
			switch {
			case !seesView(by, was):
				return model.ErrNotFound
			case !editsView(by, was):
				return model.ErrDenied
			}
			what, in.OwnerID = "changed", was.OwnerID
			if in.Version == 0 {
				in.Version = was.Version
			}
		} else {
			in.OwnerID = by.ID
		}
		if err := d.checkView(tx.Ctx, tx, by, &in, was); err != nil {
			return err
		}
		tx.Undoable(by, "view", in.Name)
		if in.ID == 0 {
			in.ID, err = tx.InsertView(tx.Ctx, in)
		} else {
			err = tx.UpdateView(tx.Ctx, in)
		}
		if err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "view", int64(in.ID), model.ViewSaved{View: in.ID, Name: in.Name, What: what})
		return err
	})
	return in.ID, err
}

// viewQuery writes the query of a view in its canonical form: without page,
// with "me" for whoever looks, names replaced by what they mean.
func (d *Desk) viewQuery(ctx context.Context, r model.FilterReader, query string) (string, error) {
	r.Me = model.Whoever
	f, err := d.resolve(ctx, r.ReadQuery(query))
	f.Page, f.PerPage = 0, 0
	return f.Encode(), err
}

// checkView collects what is wrong with a view. A scope that was so before
// stays allowed.
func (d *Desk) checkView(ctx context.Context, tx *store.Tx, by model.Actor, in *model.View, was model.View) error {
	var p model.Invalid
	in.Name = model.Clean(in.Name)
	checkLabel(&p, "name", in.Name, 100)
	if len(in.Query) > 2000 {
		p.Add("query", "too_long", "Max", 2000)
	}
	in.Columns = model.CleanColumns(in.Columns)
	if in.Hue == "" {
		in.Hue = "grey"
	}
	if !slices.Contains(model.Hues(), in.Hue) {
		p.Add("hue", "choice_invalid")
	}
	if in.Icon == "" {
		in.Icon = model.ViewIcons()[0]
	}
	if !slices.Contains(model.ViewIcons(), in.Icon) {
		p.Add("icon", "choice_invalid")
	}
	if in.Scope != model.ScopeDepartment {
		in.DepartmentID = 0
	}
	if in.Scope != model.ScopePeople {
		in.People = nil
	}
	admin := by.Can(model.PermSettings)
	switch in.Scope {
	case model.ScopeMine:
	case model.ScopeAll:
		if !admin && was.Scope != model.ScopeAll {
			p.Add("scope", "not_allowed")
		}
	case model.ScopeDepartment:
		same := was.Scope == in.Scope && was.DepartmentID == in.DepartmentID
		if _, err := tx.Department(ctx, in.DepartmentID); errors.Is(err, model.ErrNotFound) {
			p.Add("department_id", "choice_invalid")
		} else if err != nil {
			return err
		} else if !admin && !same && !slices.Contains(by.Departments, in.DepartmentID) {
			p.Add("department_id", "not_allowed")
		}
	case model.ScopePeople:
		if err := checkSharing(ctx, tx, &p, in); err != nil {
			return err
		}
	default:
		p.Add("scope", "choice_invalid")
	}
	return p.Err()
}

// shareMax is with how many people a view can be shared by name.
const shareMax = 100

func checkSharing(ctx context.Context, tx *store.Tx, p *model.Invalid, in *model.View) error {
	slices.Sort(in.People)
	in.People = slices.DeleteFunc(slices.Compact(in.People), func(id model.PersonID) bool { return id == in.OwnerID })
	staff, err := tx.StaffPeople(ctx)
	if err != nil {
		return err
	}
	for _, id := range in.People {
		if !slices.ContainsFunc(staff, func(s model.PersonRef) bool { return s.ID == id }) {
			p.Add("people", "choice_invalid")
			return nil
		}
	}
	switch n := len(in.People); {
	case n == 0:
		p.Add("people", "required")
	case n > shareMax:
		p.Add("people", "too_many", "Max", shareMax)
	}
	return nil
}

// DuplicateView makes a view of the actor's own of one they see, which may be
// the desk's. name is what it is called, because those have none.
func (d *Desk) DuplicateView(ctx context.Context, by model.Actor, id model.ViewID, name string) (model.ViewID, error) {
	v, err := d.View(ctx, by, id)
	if err != nil {
		return 0, err
	}
	if name = model.Clean(name); name == "" {
		name = v.Name
	}
	if r := []rune(name); len(r) > 100 {
		name = string(r[:100])
	}
	if !slices.Contains(model.ViewIcons(), v.Icon) { // the desk's own have others
		v.Icon = ""
	}
	return d.SaveView(ctx, by, model.View{Scope: model.ScopeMine, Name: name, Query: v.Query, Columns: v.Columns, Icon: v.Icon, Hue: v.Hue})
}

// DeleteView takes a view away from everybody who sees it.
func (d *Desk) DeleteView(ctx context.Context, by model.Actor, id model.ViewID) error {
	v, err := d.View(ctx, by, id)
	if err != nil {
		return err
	}
	if !v.CanEdit {
		return model.ErrDenied
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.View(tx.Ctx, id); err != nil {
			return err
		}
		tx.Undoable(by, "view", v.Name)
		if err := tx.DeleteView(tx.Ctx, id); err != nil {
			return err
		}
		_, err := tx.RecordAbout(tx.Ctx, by, "view", int64(id), model.ViewSaved{View: id, Name: v.Name, What: "deleted"})
		return err
	})
}

// PlaceViews keeps in which order the actor has views, which of them are
// hidden and with which their lists begin. Views they do not see are left out.
func (d *Desk) PlaceViews(ctx context.Context, by model.Actor, places []model.ViewPlace) error {
	if err := maySeeQueue(by, model.TicketFilter{}); err != nil || by.ID == 0 {
		return model.ErrDenied
	}
	list, err := d.ownViews(ctx, by)
	if err != nil {
		return err
	}
	var clean []model.ViewPlace
	first := true
	for _, p := range places {
		known := slices.ContainsFunc(list, func(v model.View) bool { return v.ID == p.View })
		twice := slices.ContainsFunc(clean, func(q model.ViewPlace) bool { return q.View == p.View })
		if !known || twice {
			continue
		}
		p.Default = p.Default && first && !p.Hidden
		first = first && !p.Default
		clean = append(clean, p)
	}
	return d.db.Write(ctx, func(tx *store.Tx) error { return tx.PlaceViews(tx.Ctx, by.ID, clean) })
}

// RecountViews compares the kept numbers of all views with the tickets and
// repairs what differs; it tells which did.
func (d *Desk) RecountViews(ctx context.Context, by model.Actor) ([]model.ViewID, error) {
	if by.Kind != model.KindMachine {
		return nil, model.ErrDenied
	}
	return d.db.RecountViews(ctx)
}
