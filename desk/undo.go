package desk

import (
	"context"
	"errors"
	"slices"
	"time"

	"escalated/model"
	"escalated/store"
)

// Undoing returns a context in which verbs tell the change set that takes
// back what they did; zero when nothing changed.
func Undoing(ctx context.Context) (context.Context, *model.ChangeSetID) { return store.Undoing(ctx) }

// Undo takes back what one action changed, in one transaction. What changed
// again since is left as it is and named in the result. People take back
// their own actions; those of others need the right to edit tickets, and sight
// of them. When nothing can be taken back any more it is model.ErrConflict.
func (d *Desk) Undo(ctx context.Context, by model.Actor, id model.ChangeSetID) (model.Undone, error) {
	var out model.Undone
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		set, err := tx.ChangeSet(tx.Ctx, id)
		if err != nil {
			return err
		}
		if !by.Staff() {
			return model.ErrNotFound
		}
		may, err := d.mayUndo(tx.Ctx, tx, by, set)
		if err != nil {
			return err
		}
		if !set.Open(tx.Now) {
			return model.Refuse("undo", "undo_over")
		}
		if out, err = tx.Undo(tx.Ctx, by, set, may); err != nil {
			return err
		}
		for _, t := range out.Tickets {
			_, err := tx.Record(tx.Ctx, by, t, model.ChangesUndone{Set: set.ID, What: set.What, Label: set.Label})
			if err != nil && !errors.Is(err, model.ErrNotFound) {
				return err
			}
		}
		return nil
	})
	if err == nil {
		d.ForgetChoices()
	}
	return out, err
}

// mayUndo says which tickets of a change set the actor may put back.
func (d *Desk) mayUndo(ctx context.Context, tx *store.Tx, by model.Actor, set model.ChangeSet) (func(model.TicketID) bool, error) {
	if by.ID != 0 && set.ActorID == by.ID || by.Kind == model.KindMachine {
		return func(model.TicketID) bool { return true }, nil
	}
	ids, err := tx.ChangedTickets(ctx, set.ID)
	if err != nil {
		return nil, err
	}
	seen, err := tx.VisibleTickets(ctx, by, ids)
	if err != nil {
		return nil, err
	}
	if len(seen) == 0 && !by.Can(model.PermSettings) {
		return nil, model.ErrNotFound
	}
	if !by.Can(model.PermTicketEdit) {
		return nil, model.ErrDenied
	}
	return func(t model.TicketID) bool { return slices.Contains(seen, t) }, nil
}

// LastUndoable is the newest action of the actor that can still be taken back.
func (d *Desk) LastUndoable(ctx context.Context, by model.Actor) (model.ChangeSet, error) {
	if !by.Staff() || by.ID == 0 {
		return model.ChangeSet{}, model.ErrNotFound
	}
	set, err := d.db.Read().LastChangeSet(ctx, by.ID)
	if err == nil && !set.Open(d.Now()) {
		err = model.ErrNotFound
	}
	return set, err
}

// ForgetChanges drops what can no longer be taken back.
func (d *Desk) ForgetChanges(ctx context.Context, by model.Actor) error {
	if by.Kind != model.KindMachine {
		return model.ErrDenied
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		old := tx.Now.Add(-model.UndoDays * 24 * time.Hour)
		if _, err := tx.ForgetBulk(tx.Ctx, old); err != nil {
			return err
		}
		_, err := tx.ForgetChanges(tx.Ctx, old)
		return err
	})
}
