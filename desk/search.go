package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"escalated/model"
)

// How many people a search shows beside the tickets.
const searchPeople = 6

// Search is one page of the tickets with a message or subject that has the
// words of f.Query, newest first, narrowed by the other filters. Staff also
// get people whose names or addresses begin so, and everybody the ticket whose
// exact reference was typed.
func (d *Desk) Search(ctx context.Context, by model.Actor, f model.TicketFilter) (model.TicketPage, error) {
	if by.Staff() {
		if err := maySeeQueue(by, f); err != nil {
			return model.TicketPage{}, err
		}
	} else if !by.Customer() {
		return model.TicketPage{}, model.ErrSignIn
	}
	r := d.db.Read()
	if by.Staff() {
		var err error
		if f, err = d.resolve(ctx, f); err != nil {
			return model.TicketPage{}, err
		}
	}
	page, err := r.SearchTickets(ctx, by, f)
	if err != nil {
		return page, err
	}
	if page.Jump, err = d.jump(ctx, by, f.Query); err != nil {
		return page, fmt.Errorf("look up reference: %w", err)
	}
	if by.Staff() && page.Page == 1 {
		if page.People, err = r.SearchPeople(ctx, f.Query, searchPeople); err != nil {
			return page, fmt.Errorf("search people: %w", err)
		}
	}
	return page, nil
}

// jump is the ticket whose reference was typed, such as esc-1042 or #1042, if
// the actor may see it.
func (d *Desk) jump(ctx context.Context, by model.Actor, text string) (model.TicketID, error) {
	s, err := d.Settings(ctx)
	if err != nil {
		return 0, err
	}
	number, bare := strings.CutPrefix(strings.TrimSpace(text), "#")
	id, ok := model.ParseReference(s.TicketReferencePrefix, number, bare)
	if !ok {
		return 0, nil
	}
	t, err := d.db.Read().Ticket(ctx, by, id)
	if errors.Is(err, model.ErrNotFound) {
		return 0, nil
	}
	return t.ID, err
}
