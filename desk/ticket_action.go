package desk

import (
	"context"
	"fmt"

	"escalated/model"
	"escalated/store"
	"escalated/text"
)

// The most a request may send along with a custom action.
const (
	payloadFields = 50
	payloadBytes  = 8 << 10
)

// ticketActions are the custom actions that a person finds at a ticket.
func (d *Desk) ticketActions(ctx context.Context, by model.Actor, t model.Ticket) []model.ActionChoice {
	if !by.Staff() || !by.Can(model.PermTicketEdit) || t.Deleted() {
		return nil
	}
	var out []model.ActionChoice
	for _, a := range d.actions {
		if a.Visible == nil || a.Visible(ctx, t, by) {
			out = append(out, model.ActionChoice{Key: a.Key, Label: a.Label, Variant: a.Variant, Confirmation: a.Confirmation, Disabled: a.Enabled != nil && !a.Enabled(ctx, t, by)})
		}
	}
	return out
}

// ActionOf is a custom action at a ticket. One that is not there for the actor
// is not found.
func (d *Desk) ActionOf(ctx context.Context, by model.Actor, id model.TicketID, key string) (model.Ticket, model.ActionChoice, error) {
	t, err := d.Ticket(ctx, by, id)
	if err != nil {
		return t, model.ActionChoice{}, err
	}
	if !by.Staff() {
		return t, model.ActionChoice{}, model.ErrNotFound
	}
	if !by.Can(model.PermTicketEdit) {
		return t, model.ActionChoice{}, model.ErrDenied
	}
	for _, a := range d.ticketActions(ctx, by, t) {
		if a.Key == key {
			return t, a, nil
		}
	}
	return t, model.ActionChoice{}, model.ErrNotFound
}

// TriggerAction triggers a custom action. What the host does comes first: when
// it fails, nothing happened.
func (d *Desk) TriggerAction(ctx context.Context, by model.Actor, id model.TicketID, key string, payload map[string]string) error {
	t, choice, err := d.ActionOf(ctx, by, id, key)
	if err != nil {
		return err
	}
	if choice.Disabled {
		return model.ErrDenied
	}
	size := 0
	for k, v := range payload {
		size += len(k) + len(v)
	}
	if len(payload) > payloadFields || size > payloadBytes {
		return model.ErrTooLarge
	}
	for _, a := range d.actions {
		if a.Key == key && a.Do != nil {
			if err := a.Do(ctx, model.ActionCall{Key: key, Ticket: t, By: by, Payload: payload}); err != nil {
				if len(model.Problems(err)) > 0 {
					return err
				}
				return fmt.Errorf("custom action %s: %w: %w", key, err, model.Refuse("action", "action_failed"))
			}
		}
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	label := choice.Label.In(s.DefaultLanguage)
	return d.db.Write(ctx, func(tx *store.Tx) error {
		t, err := tx.Ticket(tx.Ctx, by, id)
		if err != nil {
			return err
		}
		if _, err := tx.Record(tx.Ctx, by, id, model.CustomActionTriggered{Key: key, Label: label, Payload: payload}); err != nil {
			return err
		}
		_, err = d.note(tx.Ctx, tx, by, t, model.NewReply{Body: text.In(s.DefaultLanguage).T("actions.note", "Label", label)})
		return err
	})
}
