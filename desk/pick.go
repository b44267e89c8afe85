package desk

import (
	"context"
	"errors"

	"escalated/model"
	"escalated/store"
)

// FindPeople suggests people whose name or address begins like the words, for
// whoever may open tickets on their behalf.
func (d *Desk) FindPeople(ctx context.Context, by model.Actor, words string) ([]model.PersonRef, error) {
	if !by.Staff() || !by.Can(model.PermTicketOpen) {
		return nil, model.ErrDenied
	}
	if len([]rune(words)) < 2 {
		return nil, nil
	}
	return d.db.Read().SearchPeople(ctx, words, 8)
}

// Follows reports whether the actor follows a ticket they see.
func (d *Desk) Follows(ctx context.Context, by model.Actor, id model.TicketID) (bool, error) {
	if _, err := d.db.Read().Ticket(ctx, by, id); err != nil {
		return false, err
	}
	return d.db.Read().HasRole(ctx, id, by.ID, store.RoleFollower)
}

// tagsNamed finds or makes tags by name, for a new ticket.
func (d *Desk) tagsNamed(ctx context.Context, tx *store.Tx, by model.Actor, names []string) ([]model.TagID, error) {
	var (
		ids      []model.TagID
		problems model.Invalid
	)
	for _, n := range names {
		tag, err := d.tagNamed(ctx, tx, by, n)
		var p model.Invalid
		if errors.As(err, &p) {
			problems = append(problems, p...)
			continue
		}
		if err != nil {
			return nil, err
		}
		ids = append(ids, tag.ID)
	}
	return ids, problems.Err()
}

// VisibleTickets are those of the tickets that the actor may see.
func (d *Desk) VisibleTickets(ctx context.Context, by model.Actor, ids []model.TicketID) ([]model.TicketID, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return d.db.Read().VisibleTickets(ctx, by, ids)
}
