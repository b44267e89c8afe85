package store

import (
	"context"

	"escalated/model"
)

const draftColumns = "d.id, d.person_id, d.ticket_id, d.tab, d.body, d.fields, d.slot, d.seen_id, d.op, d.send_at, d.held_at, d.held_why, d.updated_at, d.version"

// Draft loads one draft.
func (r Reader) Draft(ctx context.Context, id model.DraftID) (model.Draft, error) {
	return one[model.Draft](ctx, r, "SELECT "+draftColumns+" FROM drafts d WHERE d.id = ?", int64(id))
}

// OpenDraft loads what a person is writing: of a ticket and tab one at most.
func (r Reader) OpenDraft(ctx context.Context, who model.PersonID, ticket model.TicketID, tab string) (model.Draft, error) {
	return one[model.Draft](ctx, r, "SELECT "+draftColumns+" FROM drafts d WHERE d.person_id = ? AND coalesce(d.ticket_id, 0) = ? AND d.tab = ? AND d.send_at IS NULL AND d.held_at IS NULL", who, int64(ticket), tab)
}

// InsertDraft writes a draft and returns it with its id.
func (tx *Tx) InsertDraft(ctx context.Context, d model.Draft) (model.Draft, error) {
	d.UpdatedAt = tx.Now
	d.Version = max(d.Version+1, int64(tx.Now))
	id, err := tx.insert(ctx, "INSERT INTO drafts (person_id, ticket_id, tab, body, fields, slot, seen_id, op, send_at, held_at, held_why, updated_at, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		d.PersonID, d.TicketID, d.Tab, d.Body, d.Fields, d.Slot, d.Seen, d.Op, d.SendAt, d.HeldAt, d.HeldWhy, d.UpdatedAt, d.Version)
	d.ID = model.DraftID(id)
	return d, err
}

// UpdateDraft writes all of a draft but whose it is and where.
func (tx *Tx) UpdateDraft(ctx context.Context, d model.Draft) (model.Draft, error) {
	d.UpdatedAt = tx.Now
	d.Version = max(d.Version+1, int64(tx.Now))
	n, err := tx.exec(ctx, "UPDATE drafts SET body = ?, fields = ?, slot = ?, seen_id = ?, op = ?, send_at = ?, held_at = ?, held_why = ?, updated_at = ?, version = ? WHERE id = ?",
		d.Body, d.Fields, d.Slot, d.Seen, d.Op, d.SendAt, d.HeldAt, d.HeldWhy, d.UpdatedAt, d.Version, int64(d.ID))
	if err == nil && n == 0 {
		err = model.ErrNotFound
	}
	return d, err
}

// DropDraft removes a draft.
func (tx *Tx) DropDraft(ctx context.Context, id model.DraftID) error {
	n, err := tx.exec(ctx, "DELETE FROM drafts WHERE id = ?", int64(id))
	if err == nil && n == 0 {
		err = model.ErrNotFound
	}
	return err
}

// DropOpenDraft removes what a person was writing, if anything.
func (tx *Tx) DropOpenDraft(ctx context.Context, who model.PersonID, ticket model.TicketID, tab string) error {
	_, err := tx.exec(ctx, "DELETE FROM drafts WHERE person_id = ? AND coalesce(ticket_id, 0) = ? AND tab = ? AND send_at IS NULL AND held_at IS NULL", who, int64(ticket), tab)
	return err
}

// DraftOfMail is the draft that was made of a received mail.
func (r Reader) DraftOfMail(ctx context.Context, ticket model.TicketID, op string) (model.Draft, error) {
	return one[model.Draft](ctx, r, "SELECT "+draftColumns+" FROM drafts d WHERE d.ticket_id = ? AND d.op = ?", ticket, op)
}

// DueDrafts lists what is to be sent by now, in order.
func (r Reader) DueDrafts(ctx context.Context, now model.Time, limit int) ([]model.DraftID, error) {
	return many[model.DraftID](ctx, r, "SELECT id FROM drafts INDEXED BY drafts_due WHERE send_at IS NOT NULL AND held_at IS NULL AND send_at <= ? ORDER BY send_at, id LIMIT ?", int64(now), limit)
}

// NextDraft is when the next draft is to be sent, zero for none.
func (r Reader) NextDraft(ctx context.Context) (model.Time, error) {
	return one[model.Time](ctx, r, "SELECT (SELECT send_at FROM drafts INDEXED BY drafts_due WHERE send_at IS NOT NULL AND held_at IS NULL ORDER BY send_at LIMIT 1)")
}

// PendingDrafts lists the drafts of a ticket that wait for their time and do
// not know a message, of all but its author.
func (r Reader) PendingDrafts(ctx context.Context, m model.Message) ([]model.Draft, error) {
	return many[model.Draft](ctx, r, "SELECT "+draftColumns+" FROM drafts d WHERE d.ticket_id = ? AND d.send_at IS NOT NULL AND d.held_at IS NULL AND d.person_id <> ? AND coalesce(d.seen_id, 0) < ?", m.TicketID, m.AuthorID, m.ID)
}

// LastPending is the draft a person sent last of those that still wait.
func (r Reader) LastPending(ctx context.Context, who model.PersonID) (model.Draft, error) {
	return one[model.Draft](ctx, r, "SELECT "+draftColumns+" FROM drafts d INDEXED BY drafts_due WHERE d.send_at IS NOT NULL AND d.held_at IS NULL AND d.person_id = ? ORDER BY d.id DESC LIMIT 1", who)
}

// ForgetDrafts removes texts that nobody has touched since t, in portions.
// What waits for its time stays.
func (tx *Tx) ForgetDrafts(ctx context.Context, t model.Time, limit int) (int64, error) {
	return tx.exec(ctx, "DELETE FROM drafts WHERE id IN (SELECT id FROM drafts WHERE updated_at < ? AND (send_at IS NULL OR held_at IS NOT NULL) LIMIT ?)", t, limit)
}

// MoveStaged moves files of an uploader from one draft slot into another and
// tells how many moved; with no ids, all of them.
func (tx *Tx) MoveStaged(ctx context.Context, owner, from, to string, ids []model.AttachmentID) (int, error) {
	q, args := "UPDATE attachments SET slot = ? WHERE owner = ? AND slot = ?", []any{to, owner, from}
	if len(ids) > 0 {
		q, args = in(q+" AND id IN (?)", append(args, ids)...)
	}
	n, err := tx.exec(ctx, q, args...)
	return int(n), err
}

// AnsweredMessage is the newest public message that was there when the desk
// sent the mail with this id; zero for a mail it does not know.
func (r Reader) AnsweredMessage(ctx context.Context, ticket model.TicketID, ref string) (model.MessageID, error) {
	return one[model.MessageID](ctx, r, answered+"r.ref = ? AND r.ticket_id = ?), 0)", ref, ticket)
}

// ToldMessage is AnsweredMessage of the newest mail a person got.
func (r Reader) ToldMessage(ctx context.Context, ticket model.TicketID, who model.PersonID) (model.MessageID, error) {
	return one[model.MessageID](ctx, r, answered+"r.ticket_id = ? AND r.person_id = ? AND r.ours = 1 ORDER BY r.at DESC LIMIT 1), 0)", ticket, who)
}

const answered = `SELECT coalesce((SELECT coalesce(r.message_id, (SELECT max(m.id) FROM messages m WHERE m.ticket_id = r.ticket_id AND m.kind = 1 AND m.held_at IS NULL AND m.created_at <= r.at), 0)
	FROM mail_refs r WHERE `

// draftsExtra are the drafts in a ticket: the reader's own in full, of others
// that they are there.
var draftsExtra = listExtra(`SELECT json_group_array(json_object('id', d.id, 'person', d.person_id, 'name', p.name, 'tab', d.tab, 'sendat', d.send_at, 'heldat', d.held_at,
		'heldwhy', d.held_why, 'at', d.updated_at, 'version', d.version, 'seen', d.seen_id,
		'body', iif(d.mine, d.body, ''), 'fields', json(iif(d.mine, d.fields, '{}')), 'slot', iif(d.mine, d.slot, ''),
		'files', iif(d.mine AND d.slot <> '', (SELECT count(*) FROM attachments a WHERE a.owner = 'p' || d.person_id AND a.slot = d.slot), 0),
		'newer', json(iif(d.mine AND d.held_at IS NOT NULL, (SELECT json_object('id', m.id, 'by', w.name, 'body', substr(m.body, 1, 2000), 'markdown', m.markdown, 'at', m.created_at)
			FROM messages m JOIN people w ON w.id = m.author_id WHERE m.ticket_id = t.id AND m.kind = 1 AND m.held_at IS NULL AND m.deleted_at IS NULL
			AND m.id > coalesce(d.seen_id, 0) AND m.author_id <> d.person_id ORDER BY m.id DESC LIMIT 1), NULL))) ORDER BY d.id)
	FROM (SELECT *, person_id = ? AS mine FROM drafts WHERE ticket_id = t.id ORDER BY id DESC LIMIT 50) d JOIN people p ON p.id = d.person_id`,
	func(by model.Actor, _ model.Ticket) []any { return []any{by.ID} },
	func(v *model.TicketView, _ model.Actor, list []model.TicketDraft) { v.Drafts = list })
