package store

import (
	"context"

	"escalated/model"
)

// Departments lists departments by name, archived ones too when all is set.
func (r Reader) Departments(ctx context.Context, all bool) ([]model.Department, error) {
	q := "SELECT id, name, slug, description, archived_at, routing, present_only, version FROM departments"
	if !all {
		q += " WHERE archived_at IS NULL"
	}
	return many[model.Department](ctx, r, q+" ORDER BY sort_name, id")
}

// Department loads one.
func (r Reader) Department(ctx context.Context, id model.DepartmentID) (model.Department, error) {
	return one[model.Department](ctx, r, "SELECT id, name, slug, description, archived_at, routing, present_only, version FROM departments WHERE id = ?", id)
}

// Tags lists tags by name, archived ones too when all is set.
func (r Reader) Tags(ctx context.Context, all bool) ([]model.Tag, error) {
	q := "SELECT id, name, slug, hue, archived_at, version FROM tags"
	if !all {
		q += " WHERE archived_at IS NULL"
	}
	return many[model.Tag](ctx, r, q+" ORDER BY sort_name, id")
}

// Tag loads one.
func (r Reader) Tag(ctx context.Context, id model.TagID) (model.Tag, error) {
	return one[model.Tag](ctx, r, "SELECT id, name, slug, hue, archived_at, version FROM tags WHERE id = ?", id)
}

// TagsOf lists the tags of a ticket.
func (r Reader) TagsOf(ctx context.Context, id model.TicketID) ([]model.Tag, error) {
	return many[model.Tag](ctx, r, "SELECT g.id, g.name, g.slug, g.hue, g.archived_at, g.version FROM ticket_tags x JOIN tags g ON g.id = x.tag_id WHERE x.ticket_id = ? ORDER BY g.sort_name, g.id", id)
}

// AddTag tags a ticket; false when it has the tag already.
func (tx *Tx) AddTag(ctx context.Context, t model.TicketID, tag model.TagID) (bool, error) {
	if err := tx.touch(ctx, t); err != nil {
		return false, err
	}
	if err := tx.watch(ctx, "ticket_tags", t, t, tag); err != nil {
		return false, err
	}
	n, err := tx.exec(ctx, "INSERT INTO ticket_tags (ticket_id, tag_id, pile) SELECT id, ?, pile FROM tickets WHERE id = ? ON CONFLICT DO NOTHING", tag, t)
	return n == 1, err
}

// RemoveTag takes a tag off a ticket; false when it is not there.
func (tx *Tx) RemoveTag(ctx context.Context, t model.TicketID, tag model.TagID) (bool, error) {
	if err := tx.touch(ctx, t); err != nil {
		return false, err
	}
	if err := tx.watch(ctx, "ticket_tags", t, t, tag); err != nil {
		return false, err
	}
	n, err := tx.exec(ctx, "DELETE FROM ticket_tags WHERE ticket_id = ? AND tag_id = ?", t, tag)
	return n == 1, err
}

// The roles of ticket_people.
const (
	RoleParticipant = 1
	RoleFollower    = 2
	RoleMentioned   = 3
)

// AddPerson gives a person a role on a ticket; false when they have it already.
func (tx *Tx) AddPerson(ctx context.Context, t model.TicketID, who model.PersonID, role int) (bool, error) {
	if err := tx.peopleChange(ctx, t, who, role); err != nil {
		return false, err
	}
	n, err := tx.exec(ctx, "INSERT INTO ticket_people (person_id, role, ticket_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", who, role, t)
	return n == 1, err
}

// RemovePerson ends a role on a ticket; false when there was none.
func (tx *Tx) RemovePerson(ctx context.Context, t model.TicketID, who model.PersonID, role int) (bool, error) {
	if err := tx.peopleChange(ctx, t, who, role); err != nil {
		return false, err
	}
	n, err := tx.exec(ctx, "DELETE FROM ticket_people WHERE person_id = ? AND role = ? AND ticket_id = ?", who, role, t)
	return n == 1, err
}

// peopleChange comes before a change of who belongs to a ticket.
func (tx *Tx) peopleChange(ctx context.Context, t model.TicketID, who model.PersonID, role int) error {
	if err := tx.touch(ctx, t); err != nil {
		return err
	}
	return tx.watch(ctx, "ticket_people", t, who, role, t)
}

// PeopleOf lists the people with a role on a ticket.
func (r Reader) PeopleOf(ctx context.Context, t model.TicketID, role int) ([]model.PersonRef, error) {
	return many[model.PersonRef](ctx, r, `SELECT p.id, p.kind, p.name, coalesce(e.address, '') AS email FROM ticket_people x JOIN people p ON p.id = x.person_id
		LEFT JOIN person_emails e ON e.person_id = p.id AND e.is_primary = 1 WHERE x.ticket_id = ? AND x.role = ? ORDER BY p.name, p.id LIMIT 200`, t, role)
}

// TagBySlug finds a tag.
func (r Reader) TagBySlug(ctx context.Context, slug string) (model.Tag, error) {
	return one[model.Tag](ctx, r, "SELECT id, name, slug, hue, archived_at, version FROM tags WHERE slug = ?", slug)
}

// InsertTag writes a tag.
func (tx *Tx) InsertTag(ctx context.Context, t model.Tag) (model.TagID, error) {
	id, err := tx.insert(ctx, "INSERT INTO tags (name, sort_name, slug, hue) VALUES (?, ?, ?, ?)", t.Name, model.SortKey(t.Name), t.Slug, t.Hue)
	return model.TagID(id), err
}

// HasRole reports whether a person has a role on a ticket.
func (r Reader) HasRole(ctx context.Context, t model.TicketID, who model.PersonID, role int) (bool, error) {
	return one[bool](ctx, r, "SELECT EXISTS (SELECT 1 FROM ticket_people WHERE person_id = ? AND role = ? AND ticket_id = ?)", who, role, t)
}
