package desk

import (
	"context"

	"escalated/model"
)

// names are what conditions and actions can name.
func (d *Desk) names(ctx context.Context) (model.Names, error) {
	c, err := d.Choices(ctx)
	if err != nil {
		return model.Names{}, err
	}
	return model.Names{Statuses: c.Statuses, Fields: c.Fields, Departments: c.Departments, Tags: c.Tags, Agents: c.Agents, Staff: c.Staff}, nil
}
