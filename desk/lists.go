package desk

import (
	"context"
	"fmt"

	"escalated/model"
	"escalated/store"
)

// Choices are the short lists that forms offer: they change rarely and are on
// every page of the staff, so they are kept until one of them is changed.
type Choices struct {
	Departments []model.Department
	Agents      []model.PersonRef
	Tags        []model.Tag
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
	if c.Agents, err = r.Assignable(ctx); err != nil {
		return nil, fmt.Errorf("load agents: %w", err)
	}
	if c.Tags, err = r.Tags(ctx, false); err != nil {
		return nil, fmt.Errorf("load tags: %w", err)
	}
	d.choices.Store(c)
	return c, nil
}

// ForgetChoices makes the next look read the lists again. Verbs that change
// people, departments or tags call it after their commit; a look that began
// before does not outlive it.
func (d *Desk) ForgetChoices() {
	d.loading.Lock()
	defer d.loading.Unlock()
	d.choices.Store(nil)
}

// Forget drops everything kept in memory, after another process wrote.
func (d *Desk) Forget() {
	d.ForgetSettings()
	d.ForgetChoices()
}

func (d *Desk) markSeen(ctx context.Context, who model.PersonID, id model.TicketID, message model.MessageID) error {
	return d.db.Write(ctx, func(tx *store.Tx) error { return tx.MarkSeen(tx.Ctx, who, id, message) })
}
