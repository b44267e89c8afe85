package desk

import (
	"context"
	"errors"
	"strconv"
	"time"

	"escalated/model"
	"escalated/store"
)

// within reports whether a closed ticket may still be reopened by its customer.
func within(s model.Settings, t model.Ticket, now model.Time) bool {
	return now.Sub(t.ClosedAt) <= time.Duration(s.ReopenClosedWithinDays)*24*time.Hour
}

// SetSubject renames a ticket.
func (d *Desk) SetSubject(ctx context.Context, by model.Actor, id model.TicketID, subject string, c Change) error {
	return d.change(ctx, by, id, model.PermTicketEdit, "subject", func(tx *store.Tx, t model.Ticket) error {
		subject = model.Clean(subject)
		if subject != t.Subject {
			if err := d.stale(tx.Ctx, tx, t, c, "subject", t.Subject, "ticket.subject_changed"); err != nil {
				return err
			}
		}
		return d.setSubject(tx.Ctx, tx, by, t, subject)
	})
}

func (d *Desk) setSubject(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, subject string) error {
	var p model.Invalid
	checkSubject(&p, subject)
	if err := p.Err(); err != nil || subject == t.Subject {
		return err
	}
	if err := tx.UpdateTicket(ctx, t.ID, new(store.TicketChange).Subject(subject)); err != nil {
		return err
	}
	_, err := tx.Record(ctx, by, t.ID, model.SubjectChanged{From: t.Subject, To: subject})
	return err
}

// SetPriority changes the priority.
func (d *Desk) SetPriority(ctx context.Context, by model.Actor, id model.TicketID, to model.Priority, c Change) error {
	return d.change(ctx, by, id, model.PermTicketEdit, "priority", func(tx *store.Tx, t model.Ticket) error {
		if to != t.Priority {
			if err := d.stale(tx.Ctx, tx, t, c, "priority", t.Priority.String(), "ticket.priority_changed"); err != nil {
				return err
			}
		}
		return d.setPriority(tx.Ctx, tx, by, t, to)
	})
}

func (d *Desk) setPriority(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, to model.Priority) error {
	switch {
	case to.String() == "":
		return model.Refuse("priority", "choice_invalid")
	case to == t.Priority:
		return nil
	}
	if err := tx.UpdateTicket(ctx, t.ID, new(store.TicketChange).Priority(to)); err != nil {
		return err
	}
	_, err := tx.Record(ctx, by, t.ID, model.PriorityChanged{From: t.Priority, To: to})
	return err
}

// SetType changes the type.
func (d *Desk) SetType(ctx context.Context, by model.Actor, id model.TicketID, to model.TicketType, c Change) error {
	return d.change(ctx, by, id, model.PermTicketEdit, "type", func(tx *store.Tx, t model.Ticket) error {
		if to != t.Type {
			if err := d.stale(tx.Ctx, tx, t, c, "type", t.Type.String(), "ticket.type_changed"); err != nil {
				return err
			}
		}
		return d.setType(tx.Ctx, tx, by, t, to)
	})
}

func (d *Desk) setType(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, to model.TicketType) error {
	switch {
	case to.String() == "":
		return model.Refuse("ticket_type", "choice_invalid")
	case to == t.Type:
		return nil
	}
	if err := tx.UpdateTicket(ctx, t.ID, new(store.TicketChange).Type(to)); err != nil {
		return err
	}
	_, err := tx.Record(ctx, by, t.ID, model.TypeChanged{From: t.Type, To: to})
	return err
}

// SetDepartment moves a ticket to a department, or to none with zero.
func (d *Desk) SetDepartment(ctx context.Context, by model.Actor, id model.TicketID, to model.DepartmentID, c Change) error {
	return d.change(ctx, by, id, model.PermTicketEdit, "department", func(tx *store.Tx, t model.Ticket) error {
		if to != t.DepartmentID && c.Version != 0 && c.Version < t.Version {
			name := ""
			if t.DepartmentID != 0 {
				dep, err := tx.Department(tx.Ctx, t.DepartmentID)
				if err != nil {
					return err
				}
				name = dep.Name
			}
			if err := d.stale(tx.Ctx, tx, t, c, "department", name, "ticket.department_changed"); err != nil {
				return err
			}
		}
		return d.setDepartment(tx.Ctx, tx, by, t, to)
	})
}

func (d *Desk) setDepartment(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, to model.DepartmentID) error {
	if to == t.DepartmentID {
		return nil
	}
	e := model.DepartmentChanged{From: t.DepartmentID, To: to}
	if to != 0 {
		dep, err := tx.Department(ctx, to)
		if errors.Is(err, model.ErrNotFound) || err == nil && !dep.Active() {
			return model.Refuse("department_id", "choice_invalid")
		} else if err != nil {
			return err
		}
		e.ToName = dep.Name
	}
	if t.DepartmentID != 0 {
		dep, err := tx.Department(ctx, t.DepartmentID)
		if err != nil {
			return err
		}
		e.FromName = dep.Name
	}
	if err := tx.UpdateTicket(ctx, t.ID, new(store.TicketChange).Department(to)); err != nil {
		return err
	}
	if to != 0 && t.AssigneeID == 0 {
		d.routeAfter(tx, by, t.ID, to)
	}
	_, err := tx.Record(ctx, by, t.ID, e)
	return err
}

// ChangeTags adds and removes tags. Names of add that no tag has become tags
// when the actor may create them. Tags that are there already, or are not,
// leave no event.
func (d *Desk) ChangeTags(ctx context.Context, by model.Actor, id model.TicketID, add []string, remove []model.TagID) error {
	defer d.ForgetChoices() // a name may have become a tag
	return d.change(ctx, by, id, model.PermTicketTag, "tags", func(tx *store.Tx, t model.Ticket) error {
		return d.changeTags(tx.Ctx, tx, by, t.ID, add, remove)
	})
}

func (d *Desk) changeTags(ctx context.Context, tx *store.Tx, by model.Actor, id model.TicketID, add []string, remove []model.TagID) error {
	for _, name := range add {
		tag, err := d.tagNamed(ctx, tx, by, name)
		if err != nil {
			return err
		}
		ok, err := tx.AddTag(ctx, id, tag.ID)
		if err != nil {
			return err
		}
		if ok {
			if err := d.tagged(tx, by, id, model.TagAdded{Tag: tag.ID, Name: tag.Name}); err != nil {
				return err
			}
		}
	}
	for _, tid := range remove {
		tag, err := tx.Tag(ctx, tid)
		if errors.Is(err, model.ErrNotFound) {
			continue // gone already is what was asked for
		} else if err != nil {
			return err
		}
		ok, err := tx.RemoveTag(ctx, id, tid)
		if err != nil {
			return err
		}
		if ok {
			if err := d.tagged(tx, by, id, model.TagRemoved{Tag: tag.ID, Name: tag.Name}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *Desk) tagged(tx *store.Tx, by model.Actor, id model.TicketID, e model.Event) error {
	if err := tx.UpdateTicket(tx.Ctx, id, new(store.TicketChange)); err != nil {
		return err
	}
	_, err := tx.Record(tx.Ctx, by, id, e)
	return err
}

// tagNamed finds a tag by id or name, or makes it.
func (d *Desk) tagNamed(ctx context.Context, tx *store.Tx, by model.Actor, name string) (model.Tag, error) {
	if n, err := strconv.ParseInt(name, 10, 64); err == nil {
		if tag, err := tx.Tag(ctx, model.TagID(n)); err == nil {
			return tag, nil
		}
	}
	name = model.Clean(name)
	slug := model.Slug(name)
	tag, err := tx.TagBySlug(ctx, slug)
	if err == nil {
		if tag.ArchivedAt != 0 {
			return tag, model.Refuse("add_tags", "choice_invalid")
		}
		return tag, nil
	}
	if !errors.Is(err, model.ErrNotFound) {
		return tag, err
	}
	if !by.Can(model.PermTagCreate) {
		return tag, model.Refuse("add_tags", "not_found")
	}
	var p model.Invalid
	if slug == "" {
		p.Add("add_tags", "required")
	} else if len([]rune(name)) > 100 {
		p.Add("add_tags", "too_long", "Max", 100)
	}
	if err := p.Err(); err != nil {
		return tag, err
	}
	tag = model.Tag{Name: name, Slug: slug, Hue: model.HueFor(slug)}
	if tag.ID, err = tx.InsertTag(ctx, tag); err != nil {
		return tag, err
	}
	_, err = tx.RecordAbout(ctx, by, "tag", int64(tag.ID), model.TagSaved{Tag: tag.ID, Name: tag.Name, What: "created"})
	return tag, err
}
