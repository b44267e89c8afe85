package store

import (
	"context"

	"escalated/model"
)

const mailTextColumns = "kind, locale, subject, body, at, coalesce(by, 0) AS by, version"

// MailTexts lists the words of mails that admins wrote.
func (r Reader) MailTexts(ctx context.Context) ([]model.MailText, error) {
	return many[model.MailText](ctx, r, "SELECT "+mailTextColumns+" FROM mail_texts ORDER BY kind, locale")
}

// MailText loads one; model.ErrNotFound means the built-in words.
func (r Reader) MailText(ctx context.Context, kind model.MailKind, locale string) (model.MailText, error) {
	return one[model.MailText](ctx, r, "SELECT "+mailTextColumns+" FROM mail_texts WHERE kind = ? AND locale = ?", string(kind), locale)
}

// SaveMailText keeps words; the version counts up.
func (tx *Tx) SaveMailText(ctx context.Context, t model.MailText, by model.PersonID) error {
	_, err := tx.exec(ctx, `INSERT INTO mail_texts (kind, locale, subject, body, at, by) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (kind, locale) DO UPDATE SET subject = excluded.subject, body = excluded.body, at = excluded.at, by = excluded.by, version = version + 1`,
		string(t.Kind), t.Locale, t.Subject, t.Body, tx.Now, by)
	return err
}

// DropMailText goes back to the built-in words; false when they are there already.
func (tx *Tx) DropMailText(ctx context.Context, kind model.MailKind, locale string) (bool, error) {
	n, err := tx.exec(ctx, "DELETE FROM mail_texts WHERE kind = ? AND locale = ?", string(kind), locale)
	return n == 1, err
}

// The logos are kept as files without a message; the slot says for what, and
// of replaced ones that they are old.
const (
	logoOwner = "branding"
	oldLogo   = "old"
)

// LogoRow is a logo in use.
type LogoRow struct {
	ID    model.AttachmentID `db:"id"`
	Theme model.LogoTheme    `db:"slot"`
	SHA   []byte             `db:"sha256"`
}

// Logos lists the logos in use.
func (r Reader) Logos(ctx context.Context) ([]LogoRow, error) {
	return many[LogoRow](ctx, r, "SELECT a.id, a.slot, b.sha256 FROM attachments a JOIN blobs b ON b.id = a.blob_id WHERE a.owner = ? AND a.slot IN ('light', 'dark') ORDER BY a.id", logoOwner)
}

// LogoFile is the hash of a logo, in use or replaced.
func (r Reader) LogoFile(ctx context.Context, id model.AttachmentID) (sum [32]byte, err error) {
	sha, err := one[[]byte](ctx, r, "SELECT b.sha256 FROM attachments a JOIN blobs b ON b.id = a.blob_id WHERE a.id = ? AND a.owner = ?", int64(id), logoOwner)
	copy(sum[:], sha)
	return sum, err
}

// DropLogo takes a logo out of use and tells whether there was one.
func (tx *Tx) DropLogo(ctx context.Context, theme model.LogoTheme) (bool, error) {
	n, err := tx.exec(ctx, "UPDATE attachments SET slot = ? WHERE owner = ? AND slot = ?", oldLogo, logoOwner, string(theme))
	return n > 0, err
}

// SaveLogo puts a stored file into use as a logo.
func (tx *Tx) SaveLogo(ctx context.Context, theme model.LogoTheme, file model.BlobID) error {
	if _, err := tx.DropLogo(ctx, theme); err != nil {
		return err
	}
	_, err := tx.StageAttachment(ctx, logoOwner, string(theme), model.Attachment{BlobID: file, Filename: "logo.png"})
	return err
}
