package store

import (
	"context"
	"errors"

	"escalated/model"
)

const personColumns = `p.id, p.kind, p.name, coalesce(e.address, '') AS email, p.locale, p.zone, p.theme, p.narrow, p.loose, coalesce(p.external_id, '') AS external_id, p.created_at, p.seen_at,
	p.invited_at, p.deactivated_at, e.verified_at, p.version, EXISTS (SELECT 1 FROM credentials c WHERE c.person_id = p.id AND c.kind = 'password') AS has_password`

const personFrom = " FROM people p LEFT JOIN person_emails e ON e.person_id = p.id AND e.is_primary = 1 "

// Person loads a person.
func (r Reader) Person(ctx context.Context, id model.PersonID) (model.Person, error) {
	return one[model.Person](ctx, r, "SELECT "+personColumns+personFrom+"WHERE p.id = ?", id)
}

// PersonByEmail finds whoever has an address.
func (r Reader) PersonByEmail(ctx context.Context, address string) (model.Person, error) {
	return one[model.Person](ctx, r, "SELECT "+personColumns+personFrom+"WHERE p.id = (SELECT person_id FROM person_emails WHERE address = ?)", model.FoldAddress(address))
}

// PersonByExternalID finds a person of a host program.
func (r Reader) PersonByExternalID(ctx context.Context, id string) (model.Person, error) {
	return one[model.Person](ctx, r, "SELECT "+personColumns+personFrom+"WHERE p.external_id = ?", id)
}

// InsertPerson writes a person, the primary address and, for staff, the sort row.
func (tx *Tx) InsertPerson(ctx context.Context, n model.NewPerson) (model.PersonID, error) {
	var external any
	if n.ExternalID != "" {
		external = n.ExternalID
	}
	id, err := tx.insert(ctx, "INSERT INTO people (kind, name, locale, zone, narrow, loose, external_id, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		string(n.Kind), n.Name, n.Locale, n.Zone, flag(n.Narrow), flag(n.Loose || !n.Narrow), external, tx.Now)
	if err != nil {
		return 0, err
	}
	if n.Email != "" {
		var verified model.Time
		if n.Verified {
			verified = tx.Now
		}
		if _, err := tx.insert(ctx, "INSERT INTO person_emails (person_id, address, is_primary, verified_at) VALUES (?, ?, 1, ?)", id, model.FoldAddress(n.Email), verified); err != nil {
			return 0, err
		}
	}
	p := model.PersonID(id)
	if err := tx.syncStaff(ctx, p); err != nil {
		return 0, err
	}
	return p, tx.SetDepartments(ctx, p, n.Departments)
}

// syncStaff keeps the staff row of a person in line with kind and name.
func (tx *Tx) syncStaff(ctx context.Context, id model.PersonID) error {
	p, err := tx.Person(ctx, id)
	if err != nil {
		return err
	}
	if !p.Kind.Staff() {
		// The row stays while tickets are in the person's name, or lists sorted by assignee would lose them.
		_, err = tx.exec(ctx, "DELETE FROM staff WHERE person_id = ? AND NOT EXISTS (SELECT 1 FROM tickets WHERE assignee_id = ?)", id, id)
		return err
	}
	_, err = tx.exec(ctx, "INSERT INTO staff (person_id, sort_name) VALUES (?, ?) ON CONFLICT (person_id) DO UPDATE SET sort_name = excluded.sort_name", id, model.SortKey(p.Display()))
	return err
}

// SetDepartments replaces a person's memberships.
func (tx *Tx) SetDepartments(ctx context.Context, id model.PersonID, departments []model.DepartmentID) error {
	if _, err := tx.exec(ctx, "DELETE FROM department_people WHERE person_id = ?", id); err != nil {
		return err
	}
	for _, d := range departments {
		if _, err := tx.exec(ctx, "INSERT INTO department_people (department_id, person_id) VALUES (?, ?) ON CONFLICT DO NOTHING", d, id); err != nil {
			return err
		}
	}
	return nil
}

// DepartmentsOf lists a person's memberships.
func (r Reader) DepartmentsOf(ctx context.Context, id model.PersonID) ([]model.DepartmentID, error) {
	return many[model.DepartmentID](ctx, r, "SELECT department_id FROM department_people WHERE person_id = ? ORDER BY department_id", id)
}

// PersonByEmailOrNew finds whoever has an address, or makes a customer
// without a way to sign in. A name fills an empty one and never replaces.
func (tx *Tx) PersonByEmailOrNew(ctx context.Context, address, name, locale string) (p model.Person, created bool, err error) {
	p, err = tx.PersonByEmail(ctx, address)
	if errors.Is(err, model.ErrNotFound) {
		id, err := tx.InsertPerson(ctx, model.NewPerson{Kind: model.KindCustomer, Name: name, Email: address, Locale: locale})
		if err != nil {
			return p, false, err
		}
		p, err = tx.Person(ctx, id)
		return p, true, err
	}
	if err == nil && p.Name == "" && name != "" {
		p.Name = name
		_, err = tx.exec(ctx, "UPDATE people SET name = ?, version = version + 1 WHERE id = ?", name, p.ID)
	}
	return p, false, err
}

// Refs loads the names of people, by id.
func (r Reader) Refs(ctx context.Context, ids []model.PersonID) (map[model.PersonID]model.PersonRef, error) {
	out := map[model.PersonID]model.PersonRef{}
	if len(ids) == 0 {
		return out, nil
	}
	q, args := in("SELECT p.id, p.kind, p.name, coalesce(e.address, '') AS email"+personFrom+"WHERE p.id IN (?)", ids)
	rows, err := many[model.PersonRef](ctx, r, q, args...)
	for _, p := range rows {
		out[p.ID] = p
	}
	return out, err
}

// Participates reports whether a person is on a ticket as requester, contact,
// participant or follower.
func (r Reader) Participates(ctx context.Context, t model.Ticket, who model.PersonID) (bool, error) {
	if who == 0 {
		return false, nil
	}
	if t.RequesterID == who || t.ContactID == who {
		return true, nil
	}
	return one[bool](ctx, r, "SELECT EXISTS (SELECT 1 FROM ticket_people WHERE person_id = ? AND role IN (1, 2) AND ticket_id = ?)", who, t.ID)
}
