package ui

import (
	"context"

	"escalated/model"
	"escalated/text"
)

// WithAway is the name of somebody in a list of who may be given tickets, and
// says when they are away.
func WithAway(ctx context.Context, p model.PersonRef) string {
	if p.Gone {
		return text.T(ctx, "routing.name_away", "Name", p.Display())
	}
	return p.Display()
}
