package desk

import (
	"context"
	"errors"
	"slices"
	"unicode/utf8"

	"escalated/model"
	"escalated/store"
)

// DepartmentPage is a department with the people in it and those who could be.
type DepartmentPage struct {
	model.Department
	Members []model.PersonRef
	Staff   []model.PersonRef
}

// Departments lists all departments for the admin panel.
func (d *Desk) Departments(ctx context.Context, by model.Actor) ([]model.Department, error) {
	if !by.Can(model.PermDepartments) {
		return nil, model.ErrDenied
	}
	return d.db.Read().DepartmentsFull(ctx)
}

// Department loads one for its form; zero is a new one.
func (d *Desk) Department(ctx context.Context, by model.Actor, id model.DepartmentID) (p DepartmentPage, err error) {
	if !by.Can(model.PermDepartments) {
		return p, model.ErrDenied
	}
	r := d.db.Read()
	if id != 0 {
		if p.Department, err = r.Department(ctx, id); err != nil {
			return p, err
		}
		if p.Members, err = r.Members(ctx, id); err != nil {
			return p, err
		}
	}
	p.Staff, err = r.StaffPeople(ctx)
	return p, err
}

// SaveDepartment creates a department (id zero) or changes it. A slug left
// empty is made from the name. The version guards against overwriting.
func (d *Desk) SaveDepartment(ctx context.Context, by model.Actor, in model.Department, members []model.PersonID) (model.DepartmentID, error) {
	if !by.Can(model.PermDepartments) {
		return 0, model.ErrDenied
	}
	in.Name, in.Description = model.Clean(in.Name), model.CleanBody(in.Description)
	if in.Slug = model.Slug(in.Slug); in.Slug == "" {
		in.Slug = model.Slug(in.Name)
	}
	var p model.Invalid
	checkLabel(&p, "name", in.Name, 255)
	switch {
	case in.Routing == "" && in.ID == 0: // nothing was said
		in.Routing, in.PresentOnly = model.RouteManual, true
	case in.Routing == "":
		was, err := d.db.Read().Department(ctx, in.ID)
		if err != nil {
			return 0, err
		}
		in.Routing, in.PresentOnly = was.Routing, was.PresentOnly
	case !in.Routing.Known():
		p.Add("routing", "choice_invalid")
	}
	if utf8.RuneCountInString(in.Description) > 2000 {
		p.Add("description", "too_long", "Max", 2000)
	}
	if err := p.Err(); err != nil {
		return 0, err
	}
	defer d.ForgetChoices()
	err := d.db.Write(ctx, func(tx *store.Tx) (err error) {
		what := "changed"
		if in.ID == 0 {
			what = "created"
			in.ID, err = tx.InsertDepartment(tx.Ctx, in)
		} else {
			err = tx.UpdateDepartment(tx.Ctx, in)
		}
		if errors.Is(err, store.ErrTaken) {
			return model.Refuse("slug", "taken")
		}
		if err != nil {
			return err
		}
		if err := tx.SetMembers(tx.Ctx, in.ID, members); err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "department", int64(in.ID), model.DepartmentSaved{Department: in.ID, Name: in.Name, What: what})
		return err
	})
	return in.ID, err
}

// ArchiveDepartment takes a department out of the pickers, or back. It stays
// on its tickets.
func (d *Desk) ArchiveDepartment(ctx context.Context, by model.Actor, id model.DepartmentID, on bool) error {
	if !by.Can(model.PermDepartments) {
		return model.ErrDenied
	}
	defer d.ForgetChoices()
	return d.db.Write(ctx, func(tx *store.Tx) error {
		dep, err := tx.Department(tx.Ctx, id)
		if err != nil || dep.Active() != on {
			return err
		}
		at, what := tx.Now, "archived"
		if !on {
			at, what = 0, "restored"
		}
		if err := tx.ArchiveDepartment(tx.Ctx, id, at); err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "department", int64(id), model.DepartmentSaved{Department: id, Name: dep.Name, What: what})
		return err
	})
}

// Tags lists all tags for the admin panel.
func (d *Desk) Tags(ctx context.Context, by model.Actor) ([]model.Tag, error) {
	if !by.Can(model.PermTags) {
		return nil, model.ErrDenied
	}
	return d.db.Read().TagsFull(ctx)
}

// Tag loads one for its form.
func (d *Desk) Tag(ctx context.Context, by model.Actor, id model.TagID) (model.Tag, error) {
	if !by.Can(model.PermTags) {
		return model.Tag{}, model.ErrDenied
	}
	return d.db.Read().Tag(ctx, id)
}

// SaveTag creates a tag (id zero) or changes its name and hue.
func (d *Desk) SaveTag(ctx context.Context, by model.Actor, in model.Tag) (model.TagID, error) {
	if !by.Can(model.PermTags) {
		return 0, model.ErrDenied
	}
	in.Name = model.Clean(in.Name)
	in.Slug = model.Slug(in.Name)
	var p model.Invalid
	checkLabel(&p, "name", in.Name, 100)
	if in.Name != "" && in.Slug == "" {
		p.Add("name", "choice_invalid")
	}
	if !slices.Contains(model.Hues(), in.Hue) {
		p.Add("hue", "choice_invalid")
	}
	if err := p.Err(); err != nil {
		return 0, err
	}
	defer d.ForgetChoices()
	err := d.db.Write(ctx, func(tx *store.Tx) (err error) {
		what := "changed"
		if in.ID == 0 {
			what = "created"
			in.ID, err = tx.InsertTag(tx.Ctx, in)
		} else {
			err = tx.UpdateTag(tx.Ctx, in)
		}
		if errors.Is(err, store.ErrTaken) {
			return model.Refuse("name", "taken")
		}
		if err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "tag", int64(in.ID), model.TagSaved{Tag: in.ID, Name: in.Name, What: what})
		return err
	})
	return in.ID, err
}

// ArchiveTag takes a tag out of the pickers, or back. It stays on its tickets.
func (d *Desk) ArchiveTag(ctx context.Context, by model.Actor, id model.TagID, on bool) error {
	if !by.Can(model.PermTags) {
		return model.ErrDenied
	}
	defer d.ForgetChoices()
	return d.db.Write(ctx, func(tx *store.Tx) error {
		tag, err := tx.Tag(tx.Ctx, id)
		if err != nil || (tag.ArchivedAt == 0) != on {
			return err
		}
		at, what := tx.Now, "archived"
		if !on {
			at, what = 0, "restored"
		}
		if err := tx.ArchiveTag(tx.Ctx, id, at); err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "tag", int64(id), model.TagSaved{Tag: id, Name: tag.Name, What: what})
		return err
	})
}

func checkLabel(p *model.Invalid, field, s string, longest int) {
	if s == "" {
		p.Add(field, "required")
	} else if utf8.RuneCountInString(s) > longest {
		p.Add(field, "too_long", "Max", longest)
	}
}
