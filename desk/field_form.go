package desk

import (
	"context"
	"slices"

	"escalated/model"
	"escalated/store"
)

// AskedFields are the fields that a form for a new ticket has for the actor:
// all for staff, for customers and visitors those they are asked for.
func (d *Desk) AskedFields(ctx context.Context, by model.Actor) ([]model.FieldDef, error) {
	c, err := d.Choices(ctx)
	if err != nil {
		return nil, err
	}
	return askedOf(c.Fields, by), nil
}

func askedOf(defs []model.FieldDef, by model.Actor) []model.FieldDef {
	var out []model.FieldDef
	for _, f := range defs {
		if f.Entity == model.FieldOfTicket && f.Active() && (by.Kind.Staff() || by.Kind == model.KindMachine || f.Audience == model.AudienceAsked) {
			out = append(out, f)
		}
	}
	return out
}

// checkNewFields reads the fields of a new ticket. What the actor is not asked
// for is left out without a word, and so is what does not show. By mail and
// from archives nobody can be asked: nothing is required of those.
func (d *Desk) checkNewFields(ctx context.Context, p *model.Invalid, by model.Actor, in *model.NewTicket) error {
	c, err := d.Choices(ctx)
	if err != nil || len(c.Fields) == 0 {
		in.Fields = nil
		return err
	}
	asked := askedOf(c.Fields, by)
	raw := map[string][]string{}
	for _, f := range asked {
		if v, ok := in.Fields[f.Key]; ok {
			raw[f.Key] = v
		}
	}
	facts := model.FieldValues{}.Facts(nil, model.FieldOfTicket, model.Ticket{Type: in.Type, Priority: in.Priority, DepartmentID: in.Department})
	for _, f := range asked {
		if v, _, _ := f.Read(raw[f.Key], nil); len(v) > 0 {
			facts[f.Key] = v
		}
	}
	exempt := in.Imported || in.Automatic || in.Ledger != 0 || in.Channel == model.Email || by.Kind == model.KindMachine
	fields := map[string][]string{}
	for _, f := range model.ShownFields(asked, model.FieldOfTicket, facts) {
		v, problem, args := f.Read(raw[f.Key], nil)
		switch {
		case problem != "":
			p.Add(f.Name(), problem, args...)
		case model.Filled(v):
			fields[f.Key] = v
		case f.RequiredOn == model.RequiredOnCreate && !exempt:
			p.Add(f.Name(), "field_required", "Label", labelOf(f))
		}
	}
	in.Fields = fields
	return nil
}

// labelOf is a field's label for a sentence in a language not known yet.
func labelOf(f model.FieldDef) model.Localized {
	if len(f.Label) == 0 {
		return model.Localized{"": f.Key}
	}
	return f.Label
}

// mayResolve holds staff back from resolving or closing by hand while fields
// that must be filled in by then are empty.
func (d *Desk) mayResolve(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, to model.StatusDef, auto bool) error {
	if auto || !by.Staff() || !t.Status.IsOpen() || to.State.IsOpen() {
		return nil
	}
	c, err := d.Choices(ctx)
	if err != nil {
		return err
	}
	must := func(f model.FieldDef) bool { return f.Active() && f.RequiredOn == model.RequiredOnResolve }
	if !slices.ContainsFunc(c.Fields, must) {
		return nil
	}
	rows, err := tx.FieldValueRows(ctx, model.FieldOfTicket, int64(t.ID))
	if err != nil {
		return err
	}
	values := model.ReadRows(c.Fields, rows)
	var p model.Invalid
	for _, f := range model.ShownFields(c.Fields, model.FieldOfTicket, values.Facts(c.Fields, model.FieldOfTicket, t)) {
		if must(f) && !model.Filled(values[f.ID]) {
			p.Add(f.Name(), "field_resolve", "Label", labelOf(f))
		}
	}
	return p.Err()
}

// sharedFields are the values that customers may see, and nothing else.
func (d *Desk) sharedFields(ctx context.Context, r store.Reader, v *model.TicketView) error {
	c, err := d.Choices(ctx)
	if err != nil {
		return err
	}
	public := func(f model.FieldDef) bool { return f.Entity == model.FieldOfTicket && f.Active() && f.Public() }
	if !slices.ContainsFunc(c.Fields, public) {
		return nil
	}
	rows, err := r.FieldValueRows(ctx, model.FieldOfTicket, int64(v.ID))
	if err != nil {
		return err
	}
	values := model.ReadRows(c.Fields, rows)
	for _, f := range model.ShownFields(c.Fields, model.FieldOfTicket, values.Facts(c.Fields, model.FieldOfTicket, v.Ticket)) {
		if public(f) && model.Filled(values[f.ID]) {
			v.Fields = append(v.Fields, model.FieldView{Def: f, Values: values[f.ID]})
		}
	}
	return nil
}

// viewFields puts fields and values of the ticket and of its requester side
// by side, for staff.
func (d *Desk) viewFields(ctx context.Context, v *model.TicketView) error {
	c, err := d.Choices(ctx)
	if err != nil || len(c.Fields) == 0 {
		return err
	}
	var mine, theirs []model.FieldRow
	for _, row := range v.FieldRows {
		if row.Entity == model.FieldOfTicket {
			mine = append(mine, row)
		} else {
			theirs = append(theirs, row)
		}
	}
	values := model.ReadRows(c.Fields, mine)
	for _, f := range model.ShownFields(c.Fields, model.FieldOfTicket, values.Facts(c.Fields, model.FieldOfTicket, v.Ticket)) {
		v.Fields = append(v.Fields, model.FieldView{Def: f, Values: values[f.ID]})
	}
	values = model.ReadRows(c.Fields, theirs)
	for _, f := range model.ShownFields(c.Fields, model.FieldOfPerson, values.Facts(c.Fields, model.FieldOfPerson, v.Ticket)) {
		v.PersonFields = append(v.PersonFields, model.FieldView{Def: f, Values: values[f.ID]})
	}
	return nil
}

// fillNewFields stores the checked fields of a new ticket. The ticket's
// opening tells of them.
func (d *Desk) fillNewFields(ctx context.Context, tx *store.Tx, id model.TicketID, values map[string][]string) error {
	if len(values) == 0 {
		return nil
	}
	c, err := d.Choices(ctx)
	if err != nil {
		return err
	}
	for _, f := range c.Fields {
		if v := values[f.Key]; f.Entity == model.FieldOfTicket && len(v) > 0 {
			if err := tx.SetFieldRows(ctx, model.FieldOfTicket, int64(id), f.ID, nil, f.Rows(v)); err != nil {
				return err
			}
		}
	}
	return nil
}
