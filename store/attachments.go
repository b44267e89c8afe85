package store

import (
	"context"

	"escalated/model"
)

// SaveBlob notes a stored file content; the same content is one row.
func (tx *Tx) SaveBlob(ctx context.Context, sha256 [32]byte, size int64, mime string) (model.BlobID, error) {
	return one[model.BlobID](ctx, tx.Reader, "INSERT INTO blobs (sha256, size, mime, stored_at) VALUES (?, ?, ?, ?) ON CONFLICT (sha256) DO UPDATE SET stored_at = excluded.stored_at RETURNING id", sha256[:], size, mime, tx.Now)
}

// StageAttachment puts a file into a draft slot of its uploader.
func (tx *Tx) StageAttachment(ctx context.Context, owner, slot string, a model.Attachment) (model.AttachmentID, error) {
	id, err := tx.insert(ctx, "INSERT INTO attachments (blob_id, owner, slot, filename, content_id, is_inline, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)", a.BlobID, owner, slot, a.Filename, a.ContentID, flag(a.Inline), tx.Now)
	return model.AttachmentID(id), err
}

// InsertAttachment adds a file to a message directly, for mail.
func (tx *Tx) InsertAttachment(ctx context.Context, a model.Attachment) (model.AttachmentID, error) {
	id, err := tx.insert(ctx, "INSERT INTO attachments (blob_id, message_id, filename, content_id, is_inline, created_at) VALUES (?, ?, ?, ?, ?, ?)", a.BlobID, a.MessageID, a.Filename, a.ContentID, flag(a.Inline), tx.Now)
	return model.AttachmentID(id), err
}

const attachmentColumns = "a.id, a.message_id, a.blob_id, a.filename, a.content_id, a.is_inline, a.created_at, b.mime, b.size"

// Staged lists the files in a draft slot.
func (r Reader) Staged(ctx context.Context, owner, slot string) ([]model.Attachment, error) {
	return many[model.Attachment](ctx, r, "SELECT "+attachmentColumns+" FROM attachments a JOIN blobs b ON b.id = a.blob_id WHERE a.owner = ? AND a.slot = ? ORDER BY a.id", owner, slot)
}

// StagedCount is how many files of an uploader wait in draft slots.
func (r Reader) StagedCount(ctx context.Context, owner string) (int, error) {
	return one[int](ctx, r, "SELECT count(*) FROM attachments WHERE owner = ?", owner)
}

// Unstage removes a file from a draft slot of its owner.
func (tx *Tx) Unstage(ctx context.Context, owner string, id model.AttachmentID) error {
	n, err := tx.exec(ctx, "DELETE FROM attachments WHERE id = ? AND owner = ?", id, owner)
	if err == nil && n == 0 {
		err = model.ErrNotFound
	}
	return err
}

// Attach moves staged files of the owner to a message and tells how many moved.
func (tx *Tx) Attach(ctx context.Context, owner, slot string, ids []model.AttachmentID, message model.MessageID) (int, error) {
	if len(ids) == 0 {
		return 0, nil
	}
	q, args := in("UPDATE attachments SET message_id = ?, owner = NULL, slot = NULL WHERE owner = ? AND slot = ? AND id IN (?)", message, owner, slot, ids)
	n, err := tx.exec(ctx, q, args...)
	return int(n), err
}

// Attachment loads a file as its owner's visibility allows: of a message, the
// rule of message and ticket; in a draft slot, only for whoever put it there.
func (r Reader) Attachment(ctx context.Context, by model.Actor, id model.AttachmentID) (model.Attachment, [32]byte, error) {
	type row struct {
		model.Attachment
		SHA []byte `db:"sha256"`
	}
	cond, args := visible(by, true)
	v, err := one[row](ctx, r, "SELECT "+attachmentColumns+`, m.ticket_id, b.sha256 FROM attachments a JOIN blobs b ON b.id = a.blob_id JOIN messages m ON m.id = a.message_id JOIN tickets t ON t.id = m.ticket_id
		WHERE a.id = ? AND `+visibleFiles(by)+" AND "+cond, append([]any{id}, args...)...)
	if err == model.ErrNotFound && by.OwnerKey() != "" {
		v, err = one[row](ctx, r, "SELECT "+attachmentColumns+", b.sha256 FROM attachments a JOIN blobs b ON b.id = a.blob_id WHERE a.id = ? AND a.owner = ?", id, by.OwnerKey())
	}
	var sha [32]byte
	copy(sha[:], v.SHA)
	return v.Attachment, sha, err
}

// AttachmentsOf loads the files of messages, by message.
func (r Reader) AttachmentsOf(ctx context.Context, ids []model.MessageID) (map[model.MessageID][]model.Attachment, error) {
	out := map[model.MessageID][]model.Attachment{}
	if len(ids) == 0 {
		return out, nil
	}
	q, args := in("SELECT "+attachmentColumns+" FROM attachments a JOIN blobs b ON b.id = a.blob_id WHERE a.message_id IN (?) ORDER BY a.id", ids)
	rows, err := many[model.Attachment](ctx, r, q, args...)
	for _, a := range rows {
		out[a.MessageID] = append(out[a.MessageID], a)
	}
	return out, err
}

// DropStaged removes draft files older than t and tells how many. Those of a
// draft that is kept stay as long as it does, those of canned responses and
// logos for good: mail that waits to be sent may need one that was replaced.
func (tx *Tx) DropStaged(ctx context.Context, t model.Time) (int64, error) {
	return tx.exec(ctx, `DELETE FROM attachments WHERE owner IS NOT NULL AND owner NOT GLOB 'canned:*' AND owner <> 'branding' AND created_at < ?
		AND owner || ' ' || slot NOT IN (SELECT 'p' || person_id || ' ' || slot FROM drafts WHERE slot <> '')`, t)
}

// OrphanBlobs lists contents that no attachment uses and that were stored before t.
func (r Reader) OrphanBlobs(ctx context.Context, t model.Time, limit int) ([][]byte, error) {
	return many[[]byte](ctx, r, "SELECT sha256 FROM blobs b WHERE stored_at < ? AND NOT EXISTS (SELECT 1 FROM attachments a WHERE a.blob_id = b.id) LIMIT ?", t, limit)
}

// DropBlob forgets a content nothing uses; false when it came into use again.
func (tx *Tx) DropBlob(ctx context.Context, sha []byte) (bool, error) {
	n, err := tx.exec(ctx, "DELETE FROM blobs WHERE sha256 = ? AND NOT EXISTS (SELECT 1 FROM attachments a WHERE a.blob_id = blobs.id)", sha)
	return n == 1, err
}

// Blob is a stored content.
type Blob struct {
	ID   model.BlobID `db:"id"`
	SHA  []byte       `db:"sha256"`
	Size int64        `db:"size"`
}
