package desk

import (
	"context"
	"errors"
	"slices"

	"escalated/model"
	"escalated/store"
)

// SetFields fills in custom fields of a ticket, by key. Fields that are not
// named stay; an empty list clears one.
func (d *Desk) SetFields(ctx context.Context, by model.Actor, id model.TicketID, values map[string][]string, c Change) error {
	return d.change(ctx, by, id, model.PermTicketEdit, "fields", func(tx *store.Tx, t model.Ticket) error {
		return d.setFields(tx.Ctx, tx, by, t, values, c)
	})
}

func (d *Desk) setFields(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, values map[string][]string, c Change) error {
	defs, rows, err := d.fieldsOf(ctx, tx.Reader, model.FieldOfTicket, int64(t.ID))
	if err != nil {
		return err
	}
	var p model.Invalid
	changes := readFields(&p, defs, model.ReadRows(defs, rows), model.FieldOfTicket, values)
	if err := p.Err(); err != nil {
		return err
	}
	for _, ch := range changes {
		if err := d.staleField(ctx, tx, t, c, ch.def, ch.was); err != nil {
			return err
		}
	}
	return d.writeFields(ctx, tx, by, t, changes, rows)
}

// fieldChange is a field with its values until now and from now on.
type fieldChange struct {
	def     model.FieldDef
	was, to []string
}

// readFields checks what was filled in and gives what differs from now.
func readFields(p *model.Invalid, defs []model.FieldDef, now model.FieldValues, entity string, values map[string][]string) []fieldChange {
	var out []fieldChange
	known := map[string]bool{}
	for _, f := range defs {
		if f.Entity != entity || !f.Active() {
			continue
		}
		known[f.Key] = true
		in, named := values[f.Key]
		if !named {
			continue
		}
		to, problem, args := f.Read(in, now[f.ID])
		if problem != "" {
			p.Add(f.Name(), problem, args...)
		} else if !model.SameValues(to, now[f.ID]) {
			out = append(out, fieldChange{f, now[f.ID], to})
		}
	}
	for key := range values {
		if !known[key] {
			p.Add(model.FieldDef{Entity: entity, Key: key}.Name(), "not_found")
		}
	}
	return out
}

// writeFields stores changed values of a ticket, one fact for each.
func (d *Desk) writeFields(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, changes []fieldChange, rows []model.FieldRow) error {
	if len(changes) == 0 {
		return nil
	}
	public := slices.ContainsFunc(changes, func(c fieldChange) bool { return c.def.Public() })
	if err := tx.UpdateTicket(ctx, t.ID, &store.TicketChange{Public: public}); err != nil {
		return err
	}
	for _, c := range changes {
		if err := tx.SetFieldRows(ctx, model.FieldOfTicket, int64(t.ID), c.def.ID, rowsOf(rows, c.def.ID), c.def.Rows(c.to)); err != nil {
			return err
		}
		if _, err := tx.Record(ctx, by, t.ID, model.NewFieldChanged(c.def, c.was, c.to)); err != nil {
			return err
		}
	}
	return nil
}

func rowsOf(rows []model.FieldRow, id model.FieldID) []model.FieldRow {
	var out []model.FieldRow
	for _, r := range rows {
		if r.FieldID == id {
			out = append(out, r)
		}
	}
	return out
}

// fieldsOf are the definitions and the stored values of a ticket or a person.
func (d *Desk) fieldsOf(ctx context.Context, r store.Reader, entity string, id int64) ([]model.FieldDef, []model.FieldRow, error) {
	c, err := d.Choices(ctx)
	if err != nil || len(c.Fields) == 0 {
		return nil, nil, err
	}
	rows, err := r.FieldValueRows(ctx, entity, id)
	return c.Fields, rows, err
}

// staleField refuses a change on an old picture when the same field changed
// since.
func (d *Desk) staleField(ctx context.Context, tx *store.Tx, t model.Ticket, c Change, f model.FieldDef, now []string) error {
	if c.Version == 0 || c.Version >= t.Version {
		return nil
	}
	e, err := tx.LastFieldChange(ctx, t.ID, c.Version, f.ID)
	if errors.Is(err, model.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return &model.Stale{Field: "field", Current: f.Label.In(""), By: e.ActorName, At: e.At, Version: t.Version, Seen: t.LastPublicID}
}

// SetPersonFields fills in custom fields of a person, by key.
func (d *Desk) SetPersonFields(ctx context.Context, by model.Actor, id model.PersonID, values map[string][]string) error {
	if !by.Can(model.PermTicketEdit) && !by.Can(model.PermPeople) {
		return model.ErrDenied
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		p, err := tx.Person(tx.Ctx, id)
		if err != nil {
			return err
		}
		return d.setPersonFields(tx.Ctx, tx, by, p.ID, values)
	})
}

func (d *Desk) setPersonFields(ctx context.Context, tx *store.Tx, by model.Actor, id model.PersonID, values map[string][]string) error {
	defs, rows, err := d.fieldsOf(ctx, tx.Reader, model.FieldOfPerson, int64(id))
	if err != nil {
		return err
	}
	var p model.Invalid
	changes := readFields(&p, defs, model.ReadRows(defs, rows), model.FieldOfPerson, values)
	if err := p.Err(); err != nil || len(changes) == 0 {
		return err
	}
	var names []string
	for _, c := range changes {
		if err := tx.SetFieldRows(ctx, model.FieldOfPerson, int64(id), c.def.ID, rowsOf(rows, c.def.ID), c.def.Rows(c.to)); err != nil {
			return err
		}
		names = append(names, c.def.Name())
	}
	_, err = tx.RecordAbout(ctx, by, "person", int64(id), model.PersonChanged{Person: id, Fields: names})
	return err
}

// SetRequesterFields fills in custom fields of the person who asks in a
// ticket, for whoever works on it.
func (d *Desk) SetRequesterFields(ctx context.Context, by model.Actor, id model.TicketID, values map[string][]string) error {
	return d.db.Write(ctx, func(tx *store.Tx) error {
		t, err := tx.Ticket(tx.Ctx, by, id)
		if err != nil {
			return err
		}
		if !by.Can(model.PermTicketEdit) {
			return model.ErrDenied
		}
		return d.setPersonFields(tx.Ctx, tx, by, t.RequesterID, values)
	})
}

// PersonFields are a person's fields with their values, for the staff.
func (d *Desk) PersonFields(ctx context.Context, by model.Actor, id model.PersonID) ([]model.FieldView, error) {
	if !by.Staff() {
		return nil, model.ErrDenied
	}
	defs, rows, err := d.fieldsOf(ctx, d.db.Read(), model.FieldOfPerson, int64(id))
	if err != nil {
		return nil, err
	}
	var out []model.FieldView
	values := model.ReadRows(defs, rows)
	for _, f := range model.ShownFields(defs, model.FieldOfPerson, values.Facts(defs, model.FieldOfPerson, model.Ticket{})) {
		out = append(out, model.FieldView{Def: f, Values: values[f.ID]})
	}
	return out, nil
}
