package desk

import (
	"context"
	"errors"
	"fmt"
	"io"

	"escalated/model"
	"escalated/safe"
	"escalated/store"
)

// Stage keeps an uploaded file in a draft slot until a message takes it. The
// bytes are on disk before the row is written. owner is for visitors without
// an identity: any unguessable text of their form; it is ignored for others.
// Problems name the real numbers.
func (d *Desk) Stage(ctx context.Context, by model.Actor, owner, slot, name string, r io.Reader) (model.Attachment, error) {
	var a model.Attachment
	key := slotOwner(by, owner)
	if key == "" || len(key) > 200 || len(slot) > 200 {
		return a, model.ErrDenied
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return a, err
	}
	lim := s.Limits()
	a.Filename = safe.Filename(name)
	if safe.Blocked(a.Filename) {
		return a, model.Refuse("attachments", "file_blocked", "Name", a.Filename)
	}
	there, err := d.db.Read().Staged(ctx, key, slot)
	if err != nil {
		return a, fmt.Errorf("stage file: %w", err)
	}
	if len(there) >= lim.Files {
		return a, model.Refuse("attachments", "too_many_files", "Max", lim.Files)
	}
	stored, err := d.files.Put(ctx, r, lim.Bytes)
	if errors.Is(err, model.ErrTooLarge) {
		return a, model.Refuse("attachments", "file_too_big", "Name", a.Filename, "Max", lim.Bytes, "Size", stored.Size)
	}
	if err != nil {
		return a, fmt.Errorf("stage file: %w", err)
	}
	a.Mime, a.Size = safe.Sniff(stored.Head, a.Filename), stored.Size
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		// Counted again inside: uploads of one form run side by side.
		there, err := tx.Staged(tx.Ctx, key, slot)
		if err != nil {
			return err
		}
		if len(there) >= lim.Files {
			return model.Refuse("attachments", "too_many_files", "Max", lim.Files)
		}
		if waiting, err := tx.StagedCount(tx.Ctx, key); err != nil {
			return err
		} else if waiting >= maxStaged {
			return model.Refuse("attachments", "too_many_files", "Max", maxStaged)
		}
		if a.BlobID, err = tx.SaveBlob(tx.Ctx, stored.SHA256, stored.Size, a.Mime); err != nil {
			return err
		}
		a.ID, err = tx.StageAttachment(tx.Ctx, key, slot, a)
		return err
	})
	return a, err
}

// maxStaged is how many files may wait in all draft slots of one uploader;
// forgotten ones go after a day.
const maxStaged = 100

// slotOwner is who a draft slot belongs to.
func slotOwner(by model.Actor, owner string) string {
	if k := by.OwnerKey(); k != "" {
		return k
	}
	if len(owner) < 16 {
		return ""
	}
	return "o" + owner
}

// Staged lists the files waiting in a slot.
func (d *Desk) Staged(ctx context.Context, by model.Actor, owner, slot string) ([]model.Attachment, error) {
	key := slotOwner(by, owner)
	if key == "" {
		return nil, nil
	}
	return d.db.Read().Staged(ctx, key, slot)
}

// Unstage takes a file out of its slot.
func (d *Desk) Unstage(ctx context.Context, by model.Actor, owner string, id model.AttachmentID) error {
	key := slotOwner(by, owner)
	if key == "" {
		return model.ErrNotFound
	}
	return d.db.Write(ctx, func(tx *store.Tx) error { return tx.Unstage(tx.Ctx, key, id) })
}

// OpenAttachment gives a file to whoever may see its message.
func (d *Desk) OpenAttachment(ctx context.Context, by model.Actor, id model.AttachmentID) (model.Attachment, io.ReadSeekCloser, error) {
	a, sha, err := d.db.Read().Attachment(ctx, by, id)
	if err != nil {
		return a, nil, err
	}
	f, err := d.files.Open(ctx, sha)
	if err != nil {
		return a, nil, fmt.Errorf("open attachment %d: %w", id, err)
	}
	return a, f, nil
}

// attach moves staged files to a message. A file that is not the actor's, or
// was used already, refuses the whole request.
func (d *Desk) attach(ctx context.Context, tx *store.Tx, owner, slot string, ids []model.AttachmentID, m model.MessageID) (int, error) {
	if len(ids) == 0 {
		return 0, nil
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return 0, err
	}
	if lim := s.Limits(); len(ids) > lim.Files {
		return 0, model.Refuse("attachments", "too_many_files", "Max", lim.Files)
	}
	n, err := tx.Attach(ctx, owner, slot, ids, m)
	if err == nil && n != len(ids) {
		err = model.Refuse("attachments", "not_found")
	}
	return n, err
}
