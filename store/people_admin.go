package store

import (
	"context"
	"strings"

	"escalated/model"
)

// PeopleFilter is a page of the list of people.
type PeopleFilter struct {
	Kinds       []model.Kind // none: everybody but machines
	Query       string       // part of a name or an address
	Deactivated bool         // only those who may not sign in any more; else only the others
	Page        int          // from 1
	PerPage     int
}

// PeopleCap is the most people that are counted for a list.
const PeopleCap = 10000

func (f PeopleFilter) where() (string, []any) {
	kinds := f.Kinds
	if len(kinds) == 0 {
		kinds = []model.Kind{model.KindCustomer, model.KindLight, model.KindAgent, model.KindAdmin}
	}
	words := make([]string, len(kinds))
	for i, k := range kinds {
		words[i] = string(k)
	}
	q, args := in("WHERE p.kind IN (?)", words)
	if f.Deactivated {
		q += " AND p.deactivated_at IS NOT NULL"
	} else {
		q += " AND p.deactivated_at IS NULL"
	}
	if f.Query != "" {
		like := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(f.Query) + "%"
		q += ` AND (p.name LIKE ? ESCAPE '\' OR e.address LIKE ? ESCAPE '\')`
		args = append(args, like, like)
	}
	return q, args
}

// People lists a page of people, the newest first, and counts them up to PeopleCap.
func (r Reader) People(ctx context.Context, f PeopleFilter) ([]model.Person, int, error) {
	where, args := f.where()
	n, err := one[int](ctx, r, "SELECT count(*) FROM (SELECT 1"+personFrom+where+" LIMIT ?)", append(args[:len(args):len(args)], PeopleCap+1)...)
	if err != nil {
		return nil, 0, err
	}
	rows, err := many[model.Person](ctx, r, "SELECT "+personColumns+personFrom+where+" ORDER BY p.id DESC LIMIT ? OFFSET ?",
		append(args, f.PerPage, (f.Page-1)*f.PerPage)...)
	return rows, n, err
}

// MembershipsOf lists the departments of people, by person.
func (r Reader) MembershipsOf(ctx context.Context, people []model.PersonID) (map[model.PersonID][]model.DepartmentID, error) {
	q, args := in("SELECT person_id, department_id FROM department_people WHERE person_id IN (?) ORDER BY person_id, department_id", people)
	type pair struct {
		Person     model.PersonID     `db:"person_id"`
		Department model.DepartmentID `db:"department_id"`
	}
	rows, err := many[pair](ctx, r, q, args...)
	out := map[model.PersonID][]model.DepartmentID{}
	for _, p := range rows {
		out[p.Person] = append(out[p.Person], p.Department)
	}
	return out, err
}

// Admins counts the admins who may sign in, but one (zero: all).
func (r Reader) Admins(ctx context.Context, but model.PersonID) (int, error) {
	return one[int](ctx, r, "SELECT count(*) FROM people WHERE kind = 'admin' AND deactivated_at IS NULL AND id <> ?", int64(but))
}

// AnyAdmin reports whether there ever was an admin.
func (r Reader) AnyAdmin(ctx context.Context) (bool, error) {
	return one[bool](ctx, r, "SELECT EXISTS (SELECT 1 FROM people WHERE kind = 'admin')")
}

// SavePerson writes name, language, zone, theme and switches of a person whose
// version is still the given one (zero: whatever it is); false when it is not.
func (tx *Tx) SavePerson(ctx context.Context, p model.Person, version int64) (bool, error) {
	q, args := "UPDATE people SET name = ?, locale = ?, zone = ?, theme = ?, narrow = ?, loose = ?, version = version + 1 WHERE id = ?",
		[]any{p.Name, p.Locale, p.Zone, p.Theme, flag(p.Narrow), flag(p.Loose), p.ID}
	if version != 0 {
		q, args = q+" AND version = ?", append(args, version)
	}
	n, err := tx.exec(ctx, q, args...)
	if err != nil || n == 0 {
		return false, err
	}
	return true, tx.syncStaff(ctx, p.ID)
}

// SetKind makes a person something else.
func (tx *Tx) SetKind(ctx context.Context, id model.PersonID, k model.Kind) error {
	if _, err := tx.exec(ctx, "UPDATE people SET kind = ?, version = version + 1 WHERE id = ?", string(k), id); err != nil {
		return err
	}
	return tx.syncStaff(ctx, id)
}

// SetDeactivated ends a person's access, or gives it back with zero.
func (tx *Tx) SetDeactivated(ctx context.Context, id model.PersonID, at model.Time) error {
	_, err := tx.exec(ctx, "UPDATE people SET deactivated_at = ?, version = version + 1 WHERE id = ?", at, id)
	return err
}

// SetInvited notes when a person was last invited.
func (tx *Tx) SetInvited(ctx context.Context, id model.PersonID) error {
	_, err := tx.exec(ctx, "UPDATE people SET invited_at = ?, version = version + 1 WHERE id = ?", tx.Now, id)
	return err
}

// SetAddress replaces a person's primary address, unproved unless told.
// ErrTaken when it belongs to somebody else.
func (tx *Tx) SetAddress(ctx context.Context, id model.PersonID, address string, verified bool) error {
	var at model.Time
	if verified {
		at = tx.Now
	}
	n, err := tx.exec(ctx, "UPDATE person_emails SET address = ?, verified_at = ? WHERE person_id = ? AND is_primary = 1", model.FoldAddress(address), at, id)
	if err != nil || n == 1 {
		return err
	}
	_, err = tx.insert(ctx, "INSERT INTO person_emails (person_id, address, is_primary, verified_at) VALUES (?, ?, 1, ?)", id, model.FoldAddress(address), at)
	return err
}

// VerifyAddress notes that a person's address was proved, once.
func (tx *Tx) VerifyAddress(ctx context.Context, id model.PersonID, address string) error {
	_, err := tx.exec(ctx, "UPDATE person_emails SET verified_at = ? WHERE person_id = ? AND address = ? AND verified_at IS NULL", tx.Now, id, model.FoldAddress(address))
	return err
}

// OpenTicketsOf lists the tickets assigned to a person on which work is left:
// neither resolved nor closed nor in the bin. limit caps them, zero for all.
func (r Reader) OpenTicketsOf(ctx context.Context, id model.PersonID, limit int) ([]model.TicketID, error) {
	if limit == 0 {
		limit = -1
	}
	return many[model.TicketID](ctx, r, "SELECT id FROM tickets WHERE assignee_id = ? AND pile IN (1, 2, 6) AND state NOT IN (7, 8) ORDER BY id LIMIT ?", id, limit)
}
