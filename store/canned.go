package store

import (
	"context"
	"strconv"

	"escalated/model"
)

const cannedColumns = `c.id, c.owner_id, p.name AS owner_name, c.scope, c.department_id, coalesce(d.name, '') AS department_name, c.title, c.category, c.bodies, c.uses, c.used_at, c.version,
	(SELECT count(*) FROM attachments a WHERE a.owner = 'canned:' || c.id) AS files`

const cannedFrom = " FROM canned c JOIN people p ON p.id = c.owner_id LEFT JOIN departments d ON d.id = c.department_id WHERE c.deleted_at IS NULL"

// AllCanned lists every canned response by category and title.
func (r Reader) AllCanned(ctx context.Context) ([]model.Canned, error) {
	return many[model.Canned](ctx, r, "SELECT "+cannedColumns+cannedFrom+" ORDER BY c.category COLLATE NOCASE, c.title COLLATE NOCASE, c.id")
}

// Canned loads one that is not deleted.
func (r Reader) Canned(ctx context.Context, id model.CannedID) (model.Canned, error) {
	return one[model.Canned](ctx, r, "SELECT "+cannedColumns+cannedFrom+" AND c.id = ?", id)
}

// InsertCanned writes a new canned response.
func (tx *Tx) InsertCanned(ctx context.Context, c model.Canned) (model.CannedID, error) {
	id, err := tx.insert(ctx, "INSERT INTO canned (owner_id, scope, department_id, title, category, bodies) VALUES (?, ?, ?, ?, ?, ?)",
		c.OwnerID, string(c.Scope), c.DepartmentID, c.Title, c.Category, c.Bodies)
	return model.CannedID(id), err
}

// UpdateCanned writes what can be edited if the version still is c's;
// model.ErrConflict otherwise.
func (tx *Tx) UpdateCanned(ctx context.Context, c model.Canned) error {
	return tx.versioned(ctx, "UPDATE canned SET owner_id = ?, scope = ?, department_id = ?, title = ?, category = ?, bodies = ?, version = version + 1 WHERE id = ? AND version = ?",
		c.OwnerID, string(c.Scope), c.DepartmentID, c.Title, c.Category, c.Bodies, c.ID, c.Version)
}

// DeleteCanned takes one away so that it can be brought back.
func (tx *Tx) DeleteCanned(ctx context.Context, id model.CannedID) error {
	if err := tx.watch(ctx, "canned", 0, id); err != nil {
		return err
	}
	_, err := tx.exec(ctx, "UPDATE canned SET deleted_at = ?, version = version + 1 WHERE id = ?", tx.Now, id)
	return err
}

// UseCanned counts that it was used now.
func (tx *Tx) UseCanned(ctx context.Context, id model.CannedID) error {
	_, err := tx.exec(ctx, "UPDATE canned SET uses = uses + 1, used_at = ? WHERE id = ?", tx.Now, id)
	return err
}

// The files of a canned response lie in a draft slot of its own.
func cannedOwner(id model.CannedID) string { return "canned:" + strconv.FormatInt(int64(id), 10) }

const cannedSlot = "canned"

// CannedFiles lists the files that go along with a canned response.
func (r Reader) CannedFiles(ctx context.Context, id model.CannedID) ([]model.Attachment, error) {
	return r.Staged(ctx, cannedOwner(id), cannedSlot)
}

// KeepCannedFiles moves files from somebody's draft slot to a canned response.
func (tx *Tx) KeepCannedFiles(ctx context.Context, id model.CannedID, owner, slot string, files []model.AttachmentID) (int, error) {
	if len(files) == 0 {
		return 0, nil
	}
	q, args := in("UPDATE attachments SET owner = ?, slot = ? WHERE owner = ? AND slot = ? AND id IN (?)", cannedOwner(id), cannedSlot, owner, slot, files)
	n, err := tx.exec(ctx, q, args...)
	return int(n), err
}

// DropCannedFile takes a file away from a canned response.
func (tx *Tx) DropCannedFile(ctx context.Context, id model.CannedID, file model.AttachmentID) error {
	_, err := tx.exec(ctx, "DELETE FROM attachments WHERE owner = ? AND id = ?", cannedOwner(id), file)
	return err
}

// CopyCannedFiles puts the files of a canned response into a draft slot, which
// then refers to the same contents, and leaves out those that are there. It
// gives the new ones.
func (tx *Tx) CopyCannedFiles(ctx context.Context, id model.CannedID, owner, slot string) ([]model.Attachment, error) {
	before, err := one[int64](ctx, tx.Reader, "SELECT coalesce(max(id), 0) FROM attachments")
	if err != nil {
		return nil, err
	}
	n, err := tx.exec(ctx, `INSERT INTO attachments (blob_id, owner, slot, filename, content_id, is_inline, created_at)
		SELECT a.blob_id, ?1, ?2, a.filename, a.content_id, a.is_inline, ?3 FROM attachments a WHERE a.owner = ?4
		AND NOT EXISTS (SELECT 1 FROM attachments x WHERE x.owner = ?1 AND x.slot = ?2 AND x.blob_id = a.blob_id AND x.filename = a.filename) ORDER BY a.id`,
		owner, slot, tx.Now, cannedOwner(id))
	if err != nil || n == 0 {
		return nil, err
	}
	return many[model.Attachment](ctx, tx.Reader, "SELECT "+attachmentColumns+" FROM attachments a JOIN blobs b ON b.id = a.blob_id WHERE a.owner = ? AND a.slot = ? AND a.id > ? ORDER BY a.id", owner, slot, before)
}

// FieldRow is a custom field of a ticket with one of its values.
type FieldRow struct {
	Key     string   `db:"key"`
	Kind    string   `db:"kind"`
	Options string   `db:"options"` // JSON [{key, label by language}]
	Option  string   `db:"option"`
	Num     *float64 `db:"num"`
	Text    *string  `db:"text"`
}

// FieldRows lists the custom fields of tickets with this ticket's values.
func (r Reader) FieldRows(ctx context.Context, id model.TicketID) ([]FieldRow, error) {
	return many[FieldRow](ctx, r, `SELECT f.key, f.kind, f.options, coalesce(v.option, '') AS option, v.num, v.text FROM field_defs f
		LEFT JOIN field_values v ON v.entity = 'ticket' AND v.entity_id = ? AND v.field_id = f.id
		WHERE f.entity = 'ticket' AND f.archived_at IS NULL ORDER BY f.position, f.id, v.option`, int64(id))
}

// FieldKeys lists the keys of the custom fields of tickets.
func (r Reader) FieldKeys(ctx context.Context) ([]string, error) {
	return many[string](ctx, r, "SELECT key FROM field_defs WHERE entity = 'ticket' AND archived_at IS NULL ORDER BY position, id")
}
