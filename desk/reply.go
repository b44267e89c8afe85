package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"escalated/model"
	"escalated/store"
)

// Reply says something public in a ticket. Staff replies are refused with
// model.Stale when a newer public message exists than the writer has seen;
// a customer's reply never conflicts. Answering a ticket that was closed too
// long ago opens a new, linked one: the returned message's TicketID tells.
func (d *Desk) Reply(ctx context.Context, by model.Actor, id model.TicketID, in model.NewReply) (model.Message, error) {
	return d.say(ctx, by, id, model.ReplyKind, in)
}

// Note writes an internal note, which only staff ever see.
func (d *Desk) Note(ctx context.Context, by model.Actor, id model.TicketID, in model.NewReply) (model.Message, error) {
	return d.say(ctx, by, id, model.NoteKind, in)
}

func (d *Desk) say(ctx context.Context, by model.Actor, id model.TicketID, kind model.MessageKind, in model.NewReply) (model.Message, error) {
	var m model.Message
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		t, err := tx.Ticket(tx.Ctx, by, id)
		if err != nil {
			return err
		}
		if kind == model.NoteKind {
			m, err = d.note(tx.Ctx, tx, by, t, in)
		} else {
			m, err = d.reply(tx.Ctx, tx, by, t, in)
		}
		if err != nil || in.Draft == "" {
			return err
		}
		return tx.DropOpenDraft(tx.Ctx, by.ID, m.TicketID, in.Draft)
	})
	return m, err
}

// MayReply reports whether the actor may write publicly in a ticket they see.
func MayReply(by model.Actor) bool {
	return by.Customer() || by.Can(model.PermTicketReply)
}

// reply is the one place where public messages come to be: forms, mail, imports.
func (d *Desk) reply(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, in model.NewReply) (m model.Message, err error) {
	if !MayReply(by) {
		return m, model.ErrDenied
	}
	if m, done, err := d.said(ctx, tx, by, in.Op, "reply"); done || err != nil {
		return m, err
	}
	if t.Deleted() {
		return m, model.ErrNotFound
	}
	if t.MergedInto != 0 {
		if t, err = d.landing(ctx, tx, by, t, &in); err != nil {
			return m, err
		}
	}
	in.Body = model.CleanBody(in.Body)
	if err := checkBlanks(by, in); err != nil {
		return m, err
	}
	var p model.Invalid
	checkBody(&p, "body", in.Body)
	if err := p.Err(); err != nil {
		return m, err
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return m, err
	}
	if by.Staff() && in.Seen != 0 {
		if err := d.unseen(ctx, tx, by, t, in.Seen); err != nil {
			return m, err
		}
	}
	customer := !by.Staff()
	if customer && (t.MergedInto != 0 || t.Status == model.Closed && !in.Automatic && tx.Now.Sub(t.ClosedAt) > time.Duration(s.ReopenClosedWithinDays)*24*time.Hour) {
		return d.continueTicket(ctx, tx, by, t, in)
	}
	to, err := d.copiesOf(ctx, tx, by, t, in, s)
	if err != nil {
		return m, err
	}
	if m, err = d.write(ctx, tx, by, t, model.ReplyKind, in, customer); err != nil {
		return m, err
	}
	if err := d.keepCopies(ctx, tx, by, t, m.ID, to); err != nil {
		return m, err
	}
	if in.Hold || in.Automatic {
		return m, nil // moves nothing until a person has looked
	}
	chosen, err := d.chosenStatus(ctx, tx, in)
	if err != nil {
		return m, err
	}
	return m, d.moveAfterReply(ctx, tx, by, t, chosen, customer)
}

// moveAfterReply is the automatic status move, or the one chosen with the reply.
func (d *Desk) moveAfterReply(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, chosen model.StatusDef, customer bool) error {
	if customer {
		if err := d.wake(ctx, tx, by, t, model.WokenByReply); err != nil {
			return err
		}
		to := t.Status.AfterCustomerReply()
		if t.Status == model.Closed {
			to = model.Reopened
		}
		return d.setStatus(ctx, tx, by, t, to, true)
	}
	if err := tx.FirstResponse(ctx, t.ID); err != nil {
		return err
	}
	if chosen.ID != 0 {
		return d.moveTo(ctx, tx, by, t, chosen) // its own: asked to stay
	}
	return d.setStatus(ctx, tx, by, t, t.Status.AfterStaffReply(), true)
}

// note writes an internal note.
func (d *Desk) note(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, in model.NewReply) (m model.Message, err error) {
	if !by.Can(model.PermTicketNote) {
		return m, model.ErrDenied
	}
	if m, done, err := d.said(ctx, tx, by, in.Op, "note"); done || err != nil {
		return m, err
	}
	if t.Deleted() {
		return m, model.ErrNotFound
	}
	if t.MergedInto != 0 {
		if t, err = d.landing(ctx, tx, by, t, &in); err != nil {
			return m, err
		}
	}
	in.Body = model.CleanBody(in.Body)
	var p model.Invalid
	checkBody(&p, "body", in.Body)
	if err := p.Err(); err != nil {
		return m, err
	}
	if m, err = d.write(ctx, tx, by, t, model.NoteKind, in, false); err != nil {
		return m, err
	}
	if !in.Imported {
		if err := d.mention(ctx, tx, by, t, m); err != nil {
			return m, err
		}
	}
	to, err := d.chosenStatus(ctx, tx, in)
	if err != nil || to.ID == 0 || to.ID == t.StatusID {
		return m, err
	}
	if !by.Can(model.PermTicketEdit) {
		return m, model.ErrDenied
	}
	return m, d.moveTo(ctx, tx, by, t, to)
}

// write puts a message with its files and its fact into the ticket.
func (d *Desk) write(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, kind model.MessageKind, in model.NewReply, customer bool) (model.Message, error) {
	m := model.Message{TicketID: t.ID, AuthorID: by.ID, Kind: kind, Via: by.Via, Body: in.Body, Markdown: in.Markdown, HTML: in.HTML, HTMLPolicy: in.HTMLPolicy, LedgerID: in.Ledger}
	if in.Hold {
		m.HeldAt = tx.Now
	}
	m, err := tx.InsertMessage(ctx, m)
	if err != nil {
		return m, fmt.Errorf("write message: %w", err)
	}
	files, err := d.attach(ctx, tx, slotOwner(by, in.Op), in.Slot, in.Files, m.ID)
	if err != nil {
		return m, err
	}
	if err := tx.MessageAdded(ctx, m, files, customer, in.Automatic); err != nil {
		return m, fmt.Errorf("write message: %w", err)
	}
	verb, e := "reply", model.Event(model.ReplyAdded{Message: m.ID, Files: files, Staff: by.Staff(), Automatic: in.Automatic, Held: in.Hold, Imported: in.Imported})
	if kind == model.NoteKind {
		verb, e = "note", model.NoteAdded{Message: m.ID, Files: files, Imported: in.Imported}
	}
	if _, err := tx.Record(ctx, by, t.ID, e); err != nil {
		return m, err
	}
	if err := d.holdPending(ctx, tx, m); err != nil {
		return m, err
	}
	if by.ID != 0 && by.Kind != model.KindGuest {
		if err := tx.MarkSeen(ctx, by.ID, t.ID, m.ID); err != nil {
			return m, err
		}
	}
	if in.Op != "" {
		return m, tx.SaveOperation(ctx, slotOwner(by, in.Op), in.Op, verb, int64(m.ID))
	}
	return m, nil
}

// said finds the message an op made before.
func (d *Desk) said(ctx context.Context, tx *store.Tx, by model.Actor, op, verb string) (model.Message, bool, error) {
	if op == "" {
		return model.Message{}, false, nil
	}
	id, err := tx.Operation(ctx, slotOwner(by, op), op, verb)
	if errors.Is(err, model.ErrNotFound) {
		return model.Message{}, false, nil
	}
	if err != nil {
		return model.Message{}, false, err
	}
	item, err := tx.Message(ctx, model.System("desk"), model.MessageID(id))
	return item.Message, err == nil, err
}

// unseen refuses a reply written without knowing the newest public message.
func (d *Desk) unseen(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, seen model.MessageID) error {
	newest, err := tx.NewestPublicAfter(ctx, t.ID, seen, by.ID)
	if errors.Is(err, model.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	item, err := tx.Message(ctx, by, newest)
	if err != nil {
		return err
	}
	return &model.Stale{Field: "reply", By: item.Author.Display(), At: item.CreatedAt, Message: &item, Version: t.Version, Seen: newest}
}

// continueTicket answers a ticket that was closed long ago with a new one,
// linked to it.
func (d *Desk) continueTicket(ctx context.Context, tx *store.Tx, by model.Actor, old model.Ticket, in model.NewReply) (m model.Message, err error) {
	// The requester stays: a participant's answer continues the requester's ticket.
	n := model.NewTicket{
		Subject: old.Subject, Body: in.Body, HTML: in.HTML, HTMLPolicy: in.HTMLPolicy, Priority: old.Priority, Type: old.Type,
		Channel: by.Via, Files: in.Files, Slot: in.Slot, Locale: old.Locale, Ledger: in.Ledger, Imported: in.Imported,
	}
	if dep, err := tx.Department(ctx, old.DepartmentID); err == nil && dep.Active() {
		n.Department = dep.ID
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return m, err
	}
	t, err := d.fileTicket(ctx, tx, by, slotOwner(by, in.Op), model.Ticket{RequesterID: old.RequesterID, ContactID: old.ContactID}, n, s)
	if err != nil {
		return m, err
	}
	if by.ID != old.RequesterID && by.ID != old.ContactID { // a participant goes on seeing what they wrote
		if _, err := tx.AddPerson(ctx, t.ID, by.ID, store.RoleParticipant); err != nil {
			return m, err
		}
	}
	if err := tx.LinkTickets(ctx, old.ID, t.ID, "continued"); err != nil {
		return m, err
	}
	if _, err := tx.Record(ctx, by, t.ID, model.TicketLinked{Other: old.ID, Reference: old.Reference, Reason: "continued"}); err != nil {
		return m, err
	}
	if _, err := tx.Record(ctx, by, old.ID, model.TicketLinked{Other: t.ID, Reference: t.Reference, Reason: "continued"}); err != nil {
		return m, err
	}
	item, err := tx.Message(ctx, model.System("desk"), t.FirstMessageID)
	if err != nil || in.Op == "" {
		return item.Message, err
	}
	return item.Message, tx.SaveOperation(ctx, slotOwner(by, in.Op), in.Op, "reply", int64(item.ID))
}

// Release shows a held message to the customer's side, as if it had come now.
func (d *Desk) Release(ctx context.Context, by model.Actor, id model.MessageID) (model.Message, error) {
	var m model.Message
	err := d.db.Write(ctx, func(tx *store.Tx) (err error) {
		if !by.Can(model.PermTicketReply) {
			if _, err := tx.Message(tx.Ctx, by, id); err != nil {
				return err
			}
			return model.ErrDenied
		}
		m, err = d.release(tx.Ctx, tx, by, id)
		return err
	})
	return m, err
}

// release is Release for whoever may. The ledger of received mail follows.
func (d *Desk) release(ctx context.Context, tx *store.Tx, by model.Actor, id model.MessageID) (model.Message, error) {
	item, err := tx.Message(ctx, by, id)
	m := item.Message
	if err != nil {
		return m, err
	}
	if m.HeldAt == 0 {
		return m, model.Refuse("message", "not_held")
	}
	t, err := tx.Ticket(ctx, by, m.TicketID)
	if err != nil {
		return m, err
	}
	if err := tx.ReleaseMessage(ctx, id); err != nil {
		return m, err
	}
	m.HeldAt = 0
	if err := tx.MessageReleased(ctx, m); err != nil {
		return m, err
	}
	if m.LedgerID != 0 {
		if err := tx.LedgerReleased(ctx, m.LedgerID); err != nil {
			return m, err
		}
	}
	if _, err := tx.AddPerson(ctx, t.ID, m.AuthorID, store.RoleParticipant); err != nil {
		return m, err
	}
	if _, err := tx.Record(ctx, by, t.ID, model.MessageReleased{Message: id}); err != nil {
		return m, err
	}
	if err := d.holdPending(ctx, tx, m); err != nil {
		return m, err
	}
	return m, d.moveAfterReply(ctx, tx, by, t, model.StatusDef{}, true)
}
