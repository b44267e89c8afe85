package desk

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"escalated/model"
	"escalated/store"
)

// DraftConflict is model.ErrConflict with the draft that is there: it was
// written in another tab since the caller read it.
type DraftConflict struct{ Now model.Draft }

// Error is for logs.
func (c *DraftConflict) Error() string { return "another tab wrote the draft" }

// Is makes errors.Is(err, model.ErrConflict) true.
func (c *DraftConflict) Is(target error) bool { return target == model.ErrConflict }

// Bounds on what stands beside the text of a draft.
const (
	maxDraftFields = 64
	maxDraftField  = 4000
)

// SaveDraft keeps what somebody is writing in a ticket, or in the form for a
// new one. Version is the one that the text was written on; when another tab
// has saved since it is a *DraftConflict. Nothing to keep removes the draft.
func (d *Desk) SaveDraft(ctx context.Context, by model.Actor, in model.Draft) (model.Draft, error) {
	if err := checkDraft(by, &in); err != nil {
		return in, err
	}
	var out model.Draft
	err := d.db.Write(ctx, func(tx *store.Tx) (err error) {
		if in.TicketID != 0 {
			t, err := tx.Ticket(tx.Ctx, by, in.TicketID)
			if err == nil && t.MergedInto != 0 { // merged while it was written: it goes along
				in.TicketID, err = tx.MergedEnd(tx.Ctx, t.ID)
			}
			if err != nil {
				return err
			}
		}
		out, err = saveDraft(tx.Ctx, tx, in)
		return err
	})
	return out, err
}

func checkDraft(by model.Actor, in *model.Draft) error {
	known := in.Tab == model.NewTab && in.TicketID == 0 || (in.Tab == model.ReplyTab || in.Tab == model.NoteTab) && in.TicketID != 0
	switch {
	case !by.Staff() || by.ID == 0:
		return model.ErrDenied
	case !known:
		return model.Refuse("tab", "choice_invalid")
	case !by.Can(map[string]model.Permission{model.ReplyTab: model.PermTicketReply, model.NoteTab: model.PermTicketNote, model.NewTab: model.PermTicketOpen}[in.Tab]):
		return model.ErrDenied
	case len(in.Body) > model.MaxBody:
		return model.Refuse("body", "too_long", "Max", model.MaxBody)
	case len(in.Fields) > maxDraftFields:
		return model.Refuse("body", "choice_invalid")
	}
	for k, v := range in.Fields {
		if len(k)+len(v) > maxDraftField {
			return model.Refuse("body", "choice_invalid")
		}
		if v == "" {
			delete(in.Fields, k)
		}
	}
	in.PersonID, in.Body = by.ID, strings.ToValidUTF8(in.Body, "\uFFFD")
	in.ID, in.SendAt, in.HeldAt, in.HeldWhy, in.Op = 0, 0, 0, "", ""
	return nil
}

func saveDraft(ctx context.Context, tx *store.Tx, in model.Draft) (model.Draft, error) {
	old, err := tx.OpenDraft(ctx, in.PersonID, in.TicketID, in.Tab)
	none := errors.Is(err, model.ErrNotFound)
	if err != nil && !none {
		return old, err
	}
	empty := strings.TrimSpace(in.Body) == "" && in.Fields["subject"] == "" && in.Fields["requester_email"] == ""
	switch {
	case none && empty:
		return in, nil
	case none:
		in.Version = 0
		return tx.InsertDraft(ctx, in)
	case old.Body == in.Body && maps.Equal(old.Fields, in.Fields) && old.Slot == in.Slot:
		return old, nil
	case old.Version != in.Version && old.Body != in.Body:
		return old, &DraftConflict{Now: old}
	}
	if empty {
		files, err := tx.Staged(ctx, ownerOf(in.PersonID), in.Slot)
		if err != nil || len(files) == 0 {
			return model.Draft{Tab: in.Tab, TicketID: in.TicketID}, errors.Join(err, tx.DropDraft(ctx, old.ID))
		}
	}
	old.Body, old.Fields, old.Slot, old.Seen = in.Body, in.Fields, in.Slot, in.Seen
	return tx.UpdateDraft(ctx, old)
}

// ownerOf is the owner of the files in the draft slots of a person.
func ownerOf(id model.PersonID) string { return model.Actor{ID: id}.OwnerKey() }

// OpenDraft is what the actor is writing in the form for a new ticket, or in a
// tab of a ticket.
func (d *Desk) OpenDraft(ctx context.Context, by model.Actor, ticket model.TicketID, tab string) (model.Draft, error) {
	if !by.Staff() {
		return model.Draft{}, model.ErrNotFound
	}
	return d.db.Read().OpenDraft(ctx, by.ID, ticket, tab)
}

// DropOpenDraft forgets what the actor was writing.
func (d *Desk) DropOpenDraft(ctx context.Context, by model.Actor, ticket model.TicketID, tab string) error {
	if !by.Staff() {
		return model.ErrDenied
	}
	return d.db.Write(ctx, func(tx *store.Tx) error { return tx.DropOpenDraft(tx.Ctx, by.ID, ticket, tab) })
}

// ownDraft loads a draft of the actor; those of others are not found.
func ownDraft(ctx context.Context, r store.Reader, by model.Actor, id model.DraftID) (model.Draft, error) {
	dr, err := r.Draft(ctx, id)
	if err == nil && (dr.PersonID != by.ID || !by.Staff()) {
		err = model.ErrNotFound
	}
	return dr, err
}

// Draft is a draft of the actor's own.
func (d *Desk) Draft(ctx context.Context, by model.Actor, id model.DraftID) (model.Draft, error) {
	return ownDraft(ctx, d.db.Read(), by, id)
}

// DropDraft throws a draft away, with its files.
func (d *Desk) DropDraft(ctx context.Context, by model.Actor, id model.DraftID) (model.Draft, error) {
	var dr model.Draft
	err := d.db.Write(ctx, func(tx *store.Tx) (err error) {
		if dr, err = ownDraft(tx.Ctx, tx.Reader, by, id); err != nil {
			return err
		}
		files, err := tx.Staged(tx.Ctx, ownerOf(dr.PersonID), dr.Slot)
		if err != nil {
			return err
		}
		for _, f := range files {
			if err := tx.Unstage(tx.Ctx, ownerOf(dr.PersonID), f.ID); err != nil {
				return err
			}
		}
		if err := d.mailDecided(tx.Ctx, tx, dr, model.MailDropped, 0); err != nil {
			return err
		}
		return tx.DropDraft(tx.Ctx, id)
	})
	return dr, err
}

// Unsend brings a reply that waits for its time, or was held, back into the
// composer. What is being written there stays: it follows below.
func (d *Desk) Unsend(ctx context.Context, by model.Actor, id model.DraftID) (model.Draft, error) {
	var dr model.Draft
	err := d.db.Write(ctx, func(tx *store.Tx) (err error) {
		if dr, err = ownDraft(tx.Ctx, tx.Reader, by, id); err != nil {
			return err
		}
		if dr.Open() {
			return nil
		}
		if dr.Op != "" {
			if err := tx.ForgetOperation(tx.Ctx, ownerOf(by.ID), dr.Op, "send"); err != nil {
				return err
			}
		}
		if err := d.mailDecided(tx.Ctx, tx, dr, model.MailDropped, 0); err != nil { // its words go on from here
			return err
		}
		dr.SendAt, dr.HeldAt, dr.HeldWhy, dr.Op = 0, 0, "", ""
		delete(dr.Fields, "ledger")
		delete(dr.Fields, "plain")
		other, err := tx.OpenDraft(tx.Ctx, by.ID, dr.TicketID, dr.Tab)
		if err != nil && !errors.Is(err, model.ErrNotFound) {
			return err
		}
		if err == nil {
			if _, err := tx.MoveStaged(tx.Ctx, ownerOf(by.ID), other.Slot, dr.Slot, nil); err != nil {
				return err
			}
			if other.Body = strings.TrimSpace(other.Body); other.Body != "" {
				dr.Body += "\n\n" + other.Body
			}
			dr.Version = max(dr.Version, other.Version)
			if err := tx.DropDraft(tx.Ctx, other.ID); err != nil {
				return err
			}
		}
		dr, err = tx.UpdateDraft(tx.Ctx, dr)
		return err
	})
	return dr, err
}

// LastPending is the reply that the actor sent last and that still waits.
func (d *Desk) LastPending(ctx context.Context, by model.Actor) (model.Draft, error) {
	if !by.Staff() || by.ID == 0 {
		return model.Draft{}, model.ErrNotFound
	}
	return d.db.Read().LastPending(ctx, by.ID)
}

// SeenMessage is the newest message the actor has read of a ticket.
func (d *Desk) SeenMessage(ctx context.Context, by model.Actor, id model.TicketID) (model.MessageID, error) {
	return d.db.Read().Seen(ctx, by.ID, id)
}

// ForgetDrafts removes texts that nobody has touched for long.
func (d *Desk) ForgetDrafts(ctx context.Context, by model.Actor) (int64, error) {
	if by.Kind != model.KindMachine {
		return 0, model.ErrDenied
	}
	n, err := d.portioned(ctx, func(tx *store.Tx) (int64, error) {
		return tx.ForgetDrafts(tx.Ctx, tx.Now.Add(-model.DraftDays*24*time.Hour), 200)
	})
	if err != nil {
		return n, fmt.Errorf("forget drafts: %w", err)
	}
	return n, nil
}
