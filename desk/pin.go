package desk

import (
	"context"

	"escalated/model"
	"escalated/store"
)

// Pin puts a note on top of its ticket, or takes it down when it stands there.
// It tells which of the two it did.
func (d *Desk) Pin(ctx context.Context, by model.Actor, id model.TicketID, message model.MessageID) (pinned bool, err error) {
	err = d.change(ctx, by, id, model.PermTicketNote, "pin", func(tx *store.Tx, t model.Ticket) error {
		it, err := tx.Message(tx.Ctx, by, message)
		if err != nil {
			return err
		}
		if it.TicketID != t.ID {
			return model.ErrNotFound
		}
		if it.Kind != model.NoteKind {
			return model.Refuse("message", "pin_notes_only")
		}
		pinned = it.PinnedAt == 0
		if !pinned {
			if err := tx.SetPinned(tx.Ctx, it.Message, 0); err != nil {
				return err
			}
			_, err := tx.Record(tx.Ctx, by, t.ID, model.NoteUnpinned{Message: message})
			return err
		}
		if err := tx.SetPinned(tx.Ctx, it.Message, by.ID); err != nil {
			return err
		}
		_, err = tx.Record(tx.Ctx, by, t.ID, model.NotePinned{Message: message})
		return err
	})
	return pinned, err
}
