package desk

import (
	"context"
	"errors"
	"time"

	"escalated/model"
	"escalated/store"
)

// Undoing returns a context in which verbs tell the change set that takes
// back what they did; zero when nothing changed.
func Undoing(ctx context.Context) (context.Context, *model.ChangeSetID) { return store.Undoing(ctx) }

// Undo takes back what one action changed, in one transaction. What changed
// again since is left as it is and named in the result. It asks for the right
// the action asked for; actions of others need the right to edit tickets, and
// sight of them, too. A set that is over, by time or because it was taken back
// already, is refused.
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
		may, err := d.mayUndo(tx.Ctx, tx.Reader, by, set)
		if err != nil {
			return err
		}
		if !set.Open(tx.Now) {
			return model.Refuse("undo", "undo_over")
		}
		if err := d.mergedOn(tx.Ctx, tx, set); err != nil {
			return err
		}
		if out, err = tx.Undo(tx.Ctx, by, set, may); err != nil {
			return err
		}
		for _, t := range out.Tickets {
			if _, err := tx.Ticket(tx.Ctx, model.System("desk"), t); errors.Is(err, model.ErrNotFound) {
				continue // it came to be by what was taken back
			}
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

// undoNeeds is the right that taking a change back asks for: that of the
// change itself. What is not here needs the right to edit tickets.
var undoNeeds = map[string]model.Permission{
	"assign": model.PermTicketAssign, "tags": model.PermTicketTag, "follow": model.PermTicketFollow, "pin": model.PermTicketNote,
	"delete": model.PermTicketDelete, "restore": model.PermTicketDelete, "view": "", "macro_saved": "", "canned": "",
}

// mayUndo says which tickets of a change set the actor may put back: those
// they see, and of their own sets also those that the set itself took out of
// their sight.
func (d *Desk) mayUndo(ctx context.Context, r store.Reader, by model.Actor, set model.ChangeSet) (func(model.TicketID) bool, error) {
	if by.Kind == model.KindMachine {
		return func(model.TicketID) bool { return true }, nil
	}
	ids, err := r.ChangedTickets(ctx, set.ID)
	if err != nil {
		return nil, err
	}
	may, err := r.VisibleTickets(ctx, by, ids)
	if err != nil {
		return nil, err
	}
	own := by.ID != 0 && set.ActorID == by.ID
	if !own && len(may) == 0 && !by.Can(model.PermSettings) {
		return nil, model.ErrNotFound
	}
	need, ok := undoNeeds[set.What]
	if !ok {
		need = model.PermTicketEdit
	}
	if need != "" && !by.Can(need) && own && by.Can(model.PermTicketFollow) { // such as following many at once
		only, err := r.ChangesOnly(ctx, set.ID, "ticket_people")
		if err != nil {
			return nil, err
		}
		if only {
			need = ""
		}
	}
	if need != "" && !by.Can(need) || !own && !by.Can(model.PermTicketEdit) {
		return nil, model.ErrDenied
	}
	if !by.Can(model.PermTicketDelete) { // among other things, such as by a macro
		bins, err := r.ChangesBin(ctx, set.ID)
		if err != nil {
			return nil, err
		}
		if bins {
			return nil, model.ErrDenied
		}
	}
	if own && len(may) < len(ids) {
		gone, err := r.MovedAway(ctx, set)
		if err != nil {
			return nil, err
		}
		may = append(may, gone...)
	}
	seen := make(map[model.TicketID]bool, len(may))
	for _, id := range may {
		seen[id] = true
	}
	return func(t model.TicketID) bool { return seen[t] }, nil
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
func (d *Desk) ForgetChanges(ctx context.Context, by model.Actor) (int64, error) {
	if by.Kind != model.KindMachine {
		return 0, model.ErrDenied
	}
	var n int64
	err := d.db.Write(ctx, func(tx *store.Tx) (err error) {
		old := tx.Now.Add(-model.UndoDays * 24 * time.Hour)
		if _, err := tx.ForgetBulk(tx.Ctx, old); err != nil {
			return err
		}
		n, err = tx.ForgetChanges(tx.Ctx, old)
		return err
	})
	return n, err
}
