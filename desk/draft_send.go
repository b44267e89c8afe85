package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"escalated/model"
	"escalated/store"
)

// draftFields put what stands beside the text of a draft into the reply that
// is made of it. Features that add fields to the composer add theirs.
var draftFields = []func(in *model.NewReply, f model.DraftFields){
	func(in *model.NewReply, f model.DraftFields) { in.StatusKey = f["status"] },
}

// errTried ends the trying of something that is not to happen yet.
var errTried = errors.New("tried")

// Send says something public, after the time in which its writer can undo it,
// or at a time to come. What would be refused is refused now, and everything
// is looked at again when the time has come. fields are what the composer
// holds beside the text; of in, they win over what they name too.
func (d *Desk) Send(ctx context.Context, by model.Actor, id model.TicketID, in model.NewReply, fields model.DraftFields, at model.Time) (model.Sent, error) {
	var out model.Sent
	for _, set := range draftFields {
		set(&in, fields)
	}
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		out = model.Sent{}
		t, err := tx.Ticket(tx.Ctx, by, id)
		if err != nil {
			return err
		}
		if !by.Staff() || by.ID == 0 {
			return model.ErrDenied
		}
		later, err := d.sendAt(tx.Ctx, tx, by, at)
		if err != nil {
			return err
		}
		if out.Draft, err = sentBefore(tx.Ctx, tx, by, in.Op); err != nil || out.Draft.ID != 0 {
			return err
		}
		if later == 0 {
			if out.Message, err = d.reply(tx.Ctx, tx, by, t, in); err != nil || in.Draft == "" {
				return err
			}
			return tx.DropOpenDraft(tx.Ctx, by.ID, t.ID, in.Draft)
		}
		if m, done, err := d.said(tx.Ctx, tx, by, in.Op, "reply"); done || err != nil {
			out.Message = m
			return err
		}
		err = tx.Savepoint(tx.Ctx, func() error {
			if _, err := d.reply(tx.Ctx, tx, by, t, in); err != nil {
				return err
			}
			return errTried
		})
		if !errors.Is(err, errTried) {
			return err
		}
		out.Draft, err = d.queueReply(tx.Ctx, tx, by, t, in, fields, later)
		return err
	})
	if err == nil && out.Draft.ID != 0 {
		d.db.Wake() // whoever sends looks for the next one
	}
	return out, err
}

// sendAt is when a reply of the actor leaves; zero is now.
func (d *Desk) sendAt(ctx context.Context, tx *store.Tx, by model.Actor, at model.Time) (model.Time, error) {
	if at != 0 {
		if at <= tx.Now {
			return 0, model.Refuse("when", "time_past")
		}
		if at.Sub(tx.Now) > 366*24*time.Hour {
			return 0, model.Refuse("when", "time_far")
		}
		return at, nil
	}
	p, err := tx.PrefsOf(ctx, by.ID)
	if err != nil && !errors.Is(err, model.ErrNotFound) {
		return 0, err
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return 0, err
	}
	if n := p.UndoWindowOr(s.UndoSendSeconds); n > 0 {
		return tx.Now.Add(time.Duration(n) * time.Second), nil
	}
	return 0, nil
}

// sentBefore finds the draft that an op made before, while it waits.
func sentBefore(ctx context.Context, tx *store.Tx, by model.Actor, op string) (model.Draft, error) {
	if op == "" {
		return model.Draft{}, nil
	}
	id, err := tx.Operation(ctx, ownerOf(by.ID), op, "send")
	if err == nil {
		var dr model.Draft
		if dr, err = tx.Draft(ctx, model.DraftID(id)); err == nil {
			return dr, nil
		}
	}
	if errors.Is(err, model.ErrNotFound) {
		err = nil
	}
	return model.Draft{}, err
}

// queueReply keeps a reply until its time, with its files in a slot of its
// own: the composer may take the next text meanwhile.
func (d *Desk) queueReply(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, in model.NewReply, fields model.DraftFields, at model.Time) (model.Draft, error) {
	owner := ownerOf(by.ID)
	dr, err := tx.InsertDraft(ctx, model.Draft{PersonID: by.ID, TicketID: t.ID, Tab: model.ReplyTab, Body: model.CleanBody(in.Body), Fields: fields, Seen: in.Seen, Op: in.Op, SendAt: at})
	if err != nil {
		return dr, err
	}
	if len(in.Files) > 0 {
		dr.Slot = fmt.Sprintf("draft:%d", dr.ID)
		n, err := tx.MoveStaged(ctx, owner, in.Slot, dr.Slot, in.Files)
		if err == nil && n != len(in.Files) {
			err = model.Refuse("attachments", "not_found")
		}
		if err != nil {
			return dr, err
		}
		if dr, err = tx.UpdateDraft(ctx, dr); err != nil {
			return dr, err
		}
	}
	if in.Draft != "" {
		if err := tx.DropOpenDraft(ctx, by.ID, t.ID, in.Draft); err != nil {
			return dr, err
		}
	}
	if in.Op != "" {
		return dr, tx.SaveOperation(ctx, owner, in.Op, "send", int64(dr.ID))
	}
	return dr, nil
}

// replyOf is the reply a draft is of, with the files in its slot.
func replyOf(ctx context.Context, r store.Reader, dr model.Draft) (model.NewReply, error) {
	in := model.NewReply{Body: dr.Body, Markdown: dr.Fields["plain"] == "", Op: dr.Op, Slot: dr.Slot, Seen: dr.Seen, Ledger: ledgerOf(dr)}
	if dr.Slot != "" {
		files, err := r.Staged(ctx, ownerOf(dr.PersonID), dr.Slot)
		if err != nil {
			return in, err
		}
		for _, f := range files {
			in.Files = append(in.Files, f.ID)
		}
	}
	for _, set := range draftFields {
		set(&in, dr.Fields)
	}
	return in, nil
}

// SendDrafts says what has come to its time and tells how many there were,
// held ones included.
func (d *Desk) SendDrafts(ctx context.Context, by model.Actor) (int, error) {
	if by.Kind != model.KindMachine {
		return 0, model.ErrDenied
	}
	due, err := d.db.Read().DueDrafts(ctx, d.Now(), 100)
	if err != nil {
		return 0, fmt.Errorf("look for due replies: %w", err)
	}
	var problems []error
	for i, id := range due {
		err := d.db.Write(ctx, func(tx *store.Tx) error { return d.sendDue(tx.Ctx, tx, id) })
		if err != nil {
			problems = append(problems, fmt.Errorf("send draft %d: %w", id, err))
		}
		if ctx.Err() != nil {
			return i, ctx.Err()
		}
	}
	return len(due), errors.Join(problems...)
}

// NextDraft is when the next reply leaves by itself, zero for none.
func (d *Desk) NextDraft(ctx context.Context, by model.Actor) (model.Time, error) {
	if by.Kind != model.KindMachine {
		return 0, model.ErrDenied
	}
	return d.db.Read().NextDraft(ctx)
}

// sendDue says one draft, or holds it, in one transaction: after a crash it
// was said and is gone, or neither.
func (d *Desk) sendDue(ctx context.Context, tx *store.Tx, id model.DraftID) error {
	dr, err := tx.Draft(ctx, id)
	if errors.Is(err, model.ErrNotFound) || err == nil && (!dr.Pending() || dr.SendAt > tx.Now) {
		return nil // undone, or put off, meanwhile
	}
	if err != nil {
		return err
	}
	var why string
	var newer model.MessageID
	err = tx.Savepoint(ctx, func() error {
		_, err := d.sayDraft(ctx, tx, dr)
		return err
	})
	if why, newer = heldFor(err); why == "" {
		return err
	}
	return d.holdDraft(ctx, tx, dr, why, newer)
}

// heldFor is why a draft is held after an error; "" when it is none of a
// draft's.
func heldFor(err error) (why string, newer model.MessageID) {
	var stale *model.Stale
	switch {
	case err == nil:
		return "", 0
	case errors.As(err, &stale):
		return model.HeldNewer, stale.Seen
	case errors.Is(err, model.ErrDenied), errors.Is(err, model.ErrSignIn):
		return model.HeldWriter, 0
	case errors.Is(err, model.ErrNotFound):
		return model.HeldGone, 0
	case len(model.Problems(err)) > 0:
		return model.HeldRefused, 0
	}
	return "", 0
}

// sayDraft says a draft as its writer, as they are now, and ends it.
func (d *Desk) sayDraft(ctx context.Context, tx *store.Tx, dr model.Draft) (model.Message, error) {
	p, err := tx.Person(ctx, dr.PersonID)
	if err != nil {
		return model.Message{}, err
	}
	if !p.Active() || !p.Kind.Staff() {
		return model.Message{}, model.ErrDenied
	}
	by, err := d.actorFor(ctx, tx.Reader, p)
	if err != nil {
		return model.Message{}, err
	}
	by.Via = model.Web
	if ledgerOf(dr) != 0 {
		by.Via = model.Email
	}
	return d.endDraft(ctx, tx, by, dr, model.ReplyKind)
}

// endDraft makes a message of a draft, and the draft is gone.
func (d *Desk) endDraft(ctx context.Context, tx *store.Tx, by model.Actor, dr model.Draft, kind model.MessageKind) (model.Message, error) {
	t, err := tx.Ticket(ctx, by, dr.TicketID)
	if err != nil {
		return model.Message{}, err
	}
	in, err := replyOf(ctx, tx.Reader, dr)
	if err != nil {
		return model.Message{}, err
	}
	add := d.reply
	if kind == model.NoteKind {
		add = d.note
		in.StatusKey = "" // it was chosen for the reply
	}
	m, err := add(ctx, tx, by, t, in)
	if err != nil {
		return m, err
	}
	if err := d.mailDecided(ctx, tx, dr, model.MailToReply, m.ID); err != nil {
		return m, err
	}
	return m, tx.DropDraft(ctx, dr.ID)
}

// holdDraft stops a draft and tells.
func (d *Desk) holdDraft(ctx context.Context, tx *store.Tx, dr model.Draft, why string, newer model.MessageID) error {
	dr.HeldAt, dr.HeldWhy = tx.Now, why
	if _, err := tx.UpdateDraft(ctx, dr); err != nil {
		return fmt.Errorf("hold draft: %w", err)
	}
	_, err := tx.Record(ctx, model.System("desk"), dr.TicketID, model.DraftHeld{Draft: dr.ID, Person: dr.PersonID, Why: why, Message: newer, Mail: ledgerOf(dr) != 0})
	return err
}

// holdPending holds what others were about to say before they could know the
// message.
func (d *Desk) holdPending(ctx context.Context, tx *store.Tx, m model.Message) error {
	if !m.Public() {
		return nil
	}
	list, err := tx.PendingDrafts(ctx, m)
	if err != nil {
		return fmt.Errorf("look for waiting replies: %w", err)
	}
	for _, dr := range list {
		if err := d.holdDraft(ctx, tx, dr, model.HeldNewer, m.ID); err != nil {
			return err
		}
	}
	return nil
}

// SendDraft says a waiting or held draft of the actor's now. seen is the
// newest message they have seen, when they send it in spite of that.
func (d *Desk) SendDraft(ctx context.Context, by model.Actor, id model.DraftID, seen model.MessageID) (model.Message, error) {
	return d.sayOwn(ctx, by, id, seen, model.ReplyKind)
}

// NoteDraft makes an internal note of a waiting or held draft of the actor's.
func (d *Desk) NoteDraft(ctx context.Context, by model.Actor, id model.DraftID) (model.Message, error) {
	return d.sayOwn(ctx, by, id, 0, model.NoteKind)
}

func (d *Desk) sayOwn(ctx context.Context, by model.Actor, id model.DraftID, seen model.MessageID, kind model.MessageKind) (model.Message, error) {
	var m model.Message
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		dr, err := ownDraft(tx.Ctx, tx.Reader, by, id)
		if err != nil {
			return err
		}
		if dr.Open() {
			return model.ErrConflict // it is in the composer
		}
		dr.Seen = max(dr.Seen, seen)
		m, err = d.endDraft(tx.Ctx, tx, by, dr, kind)
		return err
	})
	return m, err
}
