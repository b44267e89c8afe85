package store

import (
	"context"

	"escalated/model"
)

const fieldColumns = "id, entity, key, kind, label, help, options, required_on, audience, conditions, position, archived_at, version"

// FieldDefs lists all custom fields in their order, archived ones included.
func (r Reader) FieldDefs(ctx context.Context) ([]model.FieldDef, error) {
	return many[model.FieldDef](ctx, r, "SELECT "+fieldColumns+" FROM field_defs ORDER BY entity DESC, position, id")
}

// FieldDef loads one.
func (r Reader) FieldDef(ctx context.Context, id model.FieldID) (model.FieldDef, error) {
	return one[model.FieldDef](ctx, r, "SELECT "+fieldColumns+" FROM field_defs WHERE id = ?", int64(id))
}

// InsertField writes a field at the end of the list.
func (tx *Tx) InsertField(ctx context.Context, f model.FieldDef) (model.FieldID, error) {
	id, err := tx.insert(ctx, `INSERT INTO field_defs (entity, key, kind, label, help, options, required_on, audience, conditions, position)
		SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, coalesce(max(position), 0) + 1 FROM field_defs`,
		f.Entity, f.Key, string(f.Kind), f.Label, f.Help, f.Options, f.RequiredOn, f.Audience, f.Conditions)
	return model.FieldID(id), err
}

// UpdateField writes everything but entity, key, kind and place if the version
// still is f's; model.ErrConflict otherwise.
func (tx *Tx) UpdateField(ctx context.Context, f model.FieldDef) error {
	return tx.versioned(ctx, "UPDATE field_defs SET label = ?, help = ?, options = ?, required_on = ?, audience = ?, conditions = ?, version = version + 1 WHERE id = ? AND version = ?",
		f.Label, f.Help, f.Options, f.RequiredOn, f.Audience, f.Conditions, f.ID, f.Version)
}

// ArchiveField takes a field out of forms at a time, or back with zero. Its
// values stay.
func (tx *Tx) ArchiveField(ctx context.Context, id model.FieldID, at model.Time) error {
	_, err := tx.exec(ctx, "UPDATE field_defs SET archived_at = ?, version = version + 1 WHERE id = ?", at, id)
	return err
}

// PlaceFields writes the order of the fields.
func (tx *Tx) PlaceFields(ctx context.Context, order []model.FieldID) error {
	for i, id := range order {
		if _, err := tx.exec(ctx, "UPDATE field_defs SET position = ? WHERE id = ? AND position <> ?", i+1, id, i+1); err != nil {
			return err
		}
	}
	return nil
}

const fieldValueColumns = "entity, entity_id, field_id, option, num, text"

// FieldValueRows are the stored values of a ticket or a person.
func (r Reader) FieldValueRows(ctx context.Context, entity string, id int64) ([]model.FieldRow, error) {
	return many[model.FieldRow](ctx, r, "SELECT "+fieldValueColumns+" FROM field_values WHERE entity = ? AND entity_id = ?", entity, id)
}

// FieldValueRowsOf are the stored values of many, for lists.
func (r Reader) FieldValueRowsOf(ctx context.Context, entity string, ids []int64) ([]model.FieldRow, error) {
	q, args := in("SELECT "+fieldValueColumns+" FROM field_values WHERE entity = ? AND entity_id IN (?)", entity, ids)
	return many[model.FieldRow](ctx, r, q, args...)
}

// SetFieldRows replaces the values of one field. was are the rows until now.
func (tx *Tx) SetFieldRows(ctx context.Context, entity string, id int64, field model.FieldID, was, rows []model.FieldRow) error {
	ticket := model.TicketID(0)
	if entity == model.FieldOfTicket {
		ticket = model.TicketID(id)
		if err := tx.touch(ctx, ticket); err != nil {
			return err
		}
	}
	for _, row := range was {
		if err := tx.watch(ctx, "field_values", ticket, entity, id, int64(field), row.Option); err != nil {
			return err
		}
	}
	for _, row := range rows {
		if err := tx.watch(ctx, "field_values", ticket, entity, id, int64(field), row.Option); err != nil {
			return err
		}
	}
	if len(was) > 0 {
		if _, err := tx.exec(ctx, "DELETE FROM field_values WHERE entity = ? AND entity_id = ? AND field_id = ?", entity, id, int64(field)); err != nil {
			return err
		}
	}
	for _, row := range rows {
		if _, err := tx.exec(ctx, "INSERT INTO field_values ("+fieldValueColumns+") VALUES (?, ?, ?, ?, ?, ?)", entity, id, int64(field), row.Option, row.Num, row.Text); err != nil {
			return err
		}
	}
	return nil
}

// LastFieldChange is the newest change of one field of a ticket since a
// version, with its actor's name.
func (r Reader) LastFieldChange(ctx context.Context, id model.TicketID, version int64, field model.FieldID) (model.Entry, error) {
	return one[model.Entry](ctx, r, `SELECT e.id, e.at, e.kind, e.ticket_id, e.actor_id, e.via, e.is_public, e.action_id, e.ticket_version, e.data, p.name AS actor_name, p.kind AS actor_kind
		FROM events e JOIN people p ON p.id = e.actor_id
		WHERE e.ticket_id = ? AND e.ticket_version > ? AND e.kind = 'ticket.field_changed' AND json_extract(e.data, '$.field') = ? ORDER BY e.id DESC LIMIT 1`, id, version, int64(field))
}

// fieldsExtra are the values of the ticket and of its requester.
var fieldsExtra = listExtra(`SELECT json_group_array(json_object('entity', v.entity, 'id', v.entity_id, 'field', v.field_id, 'option', v.option, 'num', v.num, 'text', v.text))
	FROM field_values v WHERE v.entity = 'ticket' AND v.entity_id = t.id OR v.entity = 'person' AND v.entity_id = t.requester_id`, nil,
	func(v *model.TicketView, _ model.Actor, list []model.FieldRow) { v.FieldRows = list })
