package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"escalated/model"
	"escalated/store"
)

const nameMax = 255 // characters

func checkName(p *model.Invalid, name string) {
	if name == "" {
		p.Add("name", "name_required")
	} else if utf8.RuneCountInString(name) > nameMax {
		p.Add("name", "too_long", "Max", nameMax)
	}
}

func checkAddress(p *model.Invalid, field, address string) {
	if address == "" {
		p.Add(field, "email_required")
	} else if !model.ValidAddress(address) {
		p.Add(field, "email_invalid")
	}
}

func checkZone(p *model.Invalid, zone string) {
	if zone == "" {
		return
	}
	if _, err := time.LoadLocation(zone); err != nil || zone == "Local" {
		p.Add("zone", "zone_invalid")
	}
}

// rank orders the kinds by what they may do.
func rank(k model.Kind) int {
	return slices.Index([]model.Kind{model.KindNobody, model.KindGuest, model.KindCustomer, model.KindLight, model.KindAgent, model.KindAdmin, model.KindMachine}, k)
}

// mayManage is whether the actor manages people at all.
func (d *Desk) mayManage(by model.Actor) error {
	switch {
	case by.Kind == model.KindNobody:
		return model.ErrSignIn
	case !by.Can(model.PermPeople):
		return model.ErrDenied
	}
	return nil
}

// managed loads a person whom the actor manages: nobody above themselves, and
// no machine.
func (d *Desk) managed(ctx context.Context, tx *store.Tx, by model.Actor, id model.PersonID) (model.Person, error) {
	p, err := tx.Person(ctx, id)
	if err != nil {
		return p, err
	}
	if p.Kind == model.KindMachine {
		return p, model.ErrNotFound
	}
	if rank(p.Kind) > rank(by.Kind) {
		return p, model.ErrDenied
	}
	return p, nil
}

// CreatePerson makes a person without asking them: for the desk's command,
// demo and imports, and admins. how says which, for the record.
func (d *Desk) CreatePerson(ctx context.Context, by model.Actor, n model.NewPerson, how string) (model.Person, error) {
	if err := d.mayManage(by); err != nil {
		return model.Person{}, err
	}
	if err := d.checkNewPerson(ctx, by, &n); err != nil {
		return model.Person{}, err
	}
	phc := ""
	if n.Password != "" {
		var err error
		if phc, err = hashPassword(ctx, n.Password); err != nil {
			return model.Person{}, err
		}
	}
	defer d.ForgetChoices()
	var p model.Person
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		id, err := d.createOrAdopt(tx.Ctx, tx, by, n, phc, how)
		if err != nil {
			return err
		}
		p, err = tx.Person(tx.Ctx, id)
		return err
	})
	return p, err
}

// createOrAdopt makes a person, or gives an account to somebody who is known
// by address only because they once wrote.
func (d *Desk) createOrAdopt(ctx context.Context, tx *store.Tx, by model.Actor, n model.NewPerson, phc, how string) (model.PersonID, error) {
	known, err := tx.PersonByEmail(ctx, n.Email)
	if errors.Is(err, model.ErrNotFound) || err == nil && !adoptable(known) {
		return d.create(ctx, tx, by, n, phc, how)
	}
	if err != nil {
		return 0, err
	}
	if err := d.adopt(ctx, tx, by, known, n); err != nil {
		return 0, err
	}
	if n.Verified {
		if err := tx.VerifyAddress(ctx, known.ID, n.Email); err != nil {
			return 0, err
		}
	}
	if phc != "" {
		return known.ID, d.setPassword(ctx, tx, by, known.ID, phc, how, 0)
	}
	return known.ID, nil
}

// adoptable reports whether a person never had an account.
func adoptable(p model.Person) bool {
	return p.Kind == model.KindCustomer && p.Active() && !p.HasPassword && p.SeenAt == 0 && p.ExternalID == ""
}

// checkNewPerson cleans the input and says what is wrong with it.
func (d *Desk) checkNewPerson(ctx context.Context, by model.Actor, n *model.NewPerson) error {
	var p model.Invalid
	n.Name, n.Email = model.Clean(n.Name), model.FoldAddress(n.Email)
	checkName(&p, n.Name)
	checkAddress(&p, "email", n.Email)
	checkZone(&p, n.Zone)
	if k, err := model.ParseKind(string(n.Kind)); err != nil || rank(k) > rank(by.Kind) {
		p.Add("kind", "choice_invalid")
	}
	if n.Password != "" {
		checkPassword(&p, "password", n.Password, n.Email, n.Name)
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	if own(s, n.Email) {
		p.Add("email", "email_own")
	}
	if !n.Kind.Staff() {
		n.Departments, n.Narrow, n.Loose = nil, false, true
	}
	if err := d.checkDepartments(ctx, d.db.Read(), &p, n.Departments); err != nil {
		return err
	}
	return p.Err()
}

func (d *Desk) checkDepartments(ctx context.Context, r store.Reader, p *model.Invalid, ids []model.DepartmentID) error {
	for _, id := range ids {
		if _, err := r.Department(ctx, id); errors.Is(err, model.ErrNotFound) {
			p.Add("department_id", "department_invalid")
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

// create writes a checked person with an optional hashed password.
func (d *Desk) create(ctx context.Context, tx *store.Tx, by model.Actor, n model.NewPerson, phc, how string) (model.PersonID, error) {
	id, err := tx.InsertPerson(ctx, n)
	if errors.Is(err, store.ErrTaken) {
		return 0, model.Refuse("email", "email_taken")
	}
	if err != nil {
		return 0, fmt.Errorf("create person: %w", err)
	}
	if phc != "" {
		if err := tx.SetPassword(ctx, id, phc); err != nil {
			return 0, err
		}
	}
	if by.ID == 0 && by.Kind != model.KindMachine { // they made themselves
		by.Kind, by.ID = n.Kind, id
	}
	_, err = tx.RecordAbout(ctx, by, "person", int64(id), model.PersonCreated{Person: id, As: n.Kind, How: how})
	return id, err
}

// PersonChange is what an admin may set of a person; nil stays. Version is
// what the form was made from, zero skips the check.
type PersonChange struct {
	Name        *string
	Email       *string
	Locale      *string
	Zone        *string
	Narrow      *bool
	Loose       *bool
	Departments *[]model.DepartmentID
	Version     int64
}

// UpdatePerson changes a person: name, address, language, zone, and for staff
// departments with the two switches that narrow what they see. A changed
// address ends the links sent to the old one.
func (d *Desk) UpdatePerson(ctx context.Context, by model.Actor, id model.PersonID, c PersonChange) error {
	if err := d.mayManage(by); err != nil {
		return err
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	defer d.ForgetChoices()
	return d.db.Write(ctx, func(tx *store.Tx) error {
		p, err := d.managed(tx.Ctx, tx, by, id)
		if err != nil {
			return err
		}
		var problems model.Invalid
		was := p
		fields := applyChange(&p, c, &problems)
		if p.Email != was.Email && own(s, p.Email) {
			problems.Add("email", "email_own")
		}
		if c.Departments != nil && p.Kind.Staff() {
			if err := d.checkDepartments(tx.Ctx, tx.Reader, &problems, *c.Departments); err != nil {
				return err
			}
		}
		if err := problems.Err(); err != nil {
			return err
		}
		if ok, err := tx.SavePerson(tx.Ctx, p, c.Version); err != nil {
			return err
		} else if !ok {
			return model.ErrConflict
		}
		if p.Email != was.Email {
			if err := d.moveAddress(tx.Ctx, tx, id, p.Email); err != nil {
				return err
			}
		}
		if c.Departments != nil && p.Kind.Staff() {
			changed, err := d.setDepartments(tx.Ctx, tx, id, *c.Departments)
			if err != nil {
				return err
			}
			if changed {
				fields = append(fields, "departments")
			}
		}
		if len(fields) == 0 {
			return nil
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "person", int64(id), model.PersonChanged{Person: id, Fields: fields})
		return err
	})
}

// applyChange puts a change into a person and names the fields that differ.
func applyChange(p *model.Person, c PersonChange, problems *model.Invalid) (fields []string) {
	set := func(name string, dst *string, v *string) {
		if v != nil && *dst != *v {
			*dst = *v
			fields = append(fields, name)
		}
	}
	flip := func(name string, dst *bool, v *bool) {
		if v != nil && *dst != *v && p.Kind.Staff() {
			*dst = *v
			fields = append(fields, name)
		}
	}
	if c.Name != nil {
		name := model.Clean(*c.Name)
		checkName(problems, name)
		set("name", &p.Name, &name)
	}
	if c.Email != nil {
		email := model.FoldAddress(*c.Email)
		checkAddress(problems, "email", email)
		set("email", &p.Email, &email)
	}
	if c.Zone != nil {
		checkZone(problems, *c.Zone)
	}
	set("locale", &p.Locale, c.Locale)
	set("zone", &p.Zone, c.Zone)
	flip("narrow", &p.Narrow, c.Narrow)
	flip("loose", &p.Loose, c.Loose)
	return fields
}

// moveAddress gives a person another address. It is not proved, and what was
// sent to the old one opens nothing any more.
func (d *Desk) moveAddress(ctx context.Context, tx *store.Tx, id model.PersonID, address string) error {
	if err := tx.SetAddress(ctx, id, address, false); errors.Is(err, store.ErrTaken) {
		return model.Refuse("email", "email_taken")
	} else if err != nil {
		return err
	}
	return tx.RevokeTokens(ctx, id, model.TokenSignIn, model.TokenReset, model.TokenInvite, model.TokenGuest)
}

func (d *Desk) setDepartments(ctx context.Context, tx *store.Tx, id model.PersonID, want []model.DepartmentID) (changed bool, err error) {
	have, err := tx.DepartmentsOf(ctx, id)
	if err != nil {
		return false, err
	}
	want = slices.Clone(want)
	slices.Sort(want)
	want = slices.Compact(want)
	if slices.Equal(have, want) {
		return false, nil
	}
	return true, tx.SetDepartments(ctx, id, want)
}
