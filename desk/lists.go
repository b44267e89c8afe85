package desk

import (
	"context"
	"fmt"
	"slices"

	"escalated/model"
	"escalated/store"
)

// Choices are the short lists that forms offer: they change rarely and are on
// every page of the staff, so they are kept until one of them is changed.
type Choices struct {
	Departments []model.Department
	Agents      []model.PersonRef // who may be given tickets
	Staff       []model.PersonRef // everybody who works here
	Handles     []model.Handle    // by which they are mentioned
	Tags        []model.Tag
	Statuses    []model.StatusDef                   // all, archived ones too, in order
	Moves       map[model.StatusID][]model.StatusID // of statuses whose moves an admin narrowed
	Fields      []model.FieldDef                    // all, archived ones too, in order
}

// Choices loads the lists for pickers: active departments, people who may be
// given tickets, active tags. Callers must not change them.
func (d *Desk) Choices(ctx context.Context) (*Choices, error) {
	if c := d.choices.Load(); c != nil {
		return c, nil
	}
	d.loading.Lock()
	defer d.loading.Unlock()
	if c := d.choices.Load(); c != nil {
		return c, nil
	}
	c, r, err := new(Choices), d.db.Read(), error(nil)
	if c.Departments, err = r.Departments(ctx, false); err != nil {
		return nil, fmt.Errorf("load departments: %w", err)
	}
	staff, err := r.StaffPeople(ctx)
	if err != nil {
		return nil, fmt.Errorf("load staff: %w", err)
	}
	c.Staff = slices.DeleteFunc(staff, func(p model.PersonRef) bool { return !p.Kind.Staff() })
	for _, p := range c.Staff {
		if p.Kind == model.KindAgent || p.Kind == model.KindAdmin {
			c.Agents = append(c.Agents, p)
		}
	}
	c.Handles = model.Handles(c.Staff, c.Departments)
	if c.Tags, err = r.Tags(ctx, false); err != nil {
		return nil, fmt.Errorf("load tags: %w", err)
	}
	if c.Statuses, err = r.Statuses(ctx); err != nil {
		return nil, fmt.Errorf("load statuses: %w", err)
	}
	moves, err := r.StatusMoves(ctx)
	if err != nil {
		return nil, fmt.Errorf("load moves: %w", err)
	}
	c.Moves = map[model.StatusID][]model.StatusID{}
	for _, m := range moves {
		c.Moves[m.From] = append(c.Moves[m.From], m.To)
	}
	if c.Fields, err = r.FieldDefs(ctx); err != nil {
		return nil, fmt.Errorf("load fields: %w", err)
	}
	d.choices.Store(c)
	return c, nil
}

// ForgetChoices makes the next look read the lists again. Verbs that change
// people, departments or tags call it after their commit; a look that began
// before does not outlive it.
func (d *Desk) ForgetChoices() {
	d.texts.forget()
	d.loading.Lock()
	defer d.loading.Unlock()
	d.choices.Store(nil)
	d.forgetPolicies() // their conditions name statuses, tags and fields
	d.db.ForgetViews() // their queries name statuses and fields
}

// Forget drops everything kept in memory, after another process wrote.
func (d *Desk) Forget() {
	d.ForgetSettings()
	d.ForgetChoices()
	d.mails.forget()
}

func (d *Desk) markSeen(ctx context.Context, who model.PersonID, id model.TicketID, message model.MessageID) error {
	return d.db.Write(ctx, func(tx *store.Tx) error { return tx.MarkSeen(tx.Ctx, who, id, message) })
}
