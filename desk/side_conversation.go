package desk

import (
	"context"
	"errors"
	"fmt"

	"escalated/model"
	"escalated/store"
)

// SideConversation is a talk with a third party, with all that was said.
func (d *Desk) SideConversation(ctx context.Context, by model.Actor, id model.SideID) (model.SideConversation, error) {
	r := d.db.Read()
	s, err := r.SideConversation(ctx, by, id)
	if err != nil {
		return s, err
	}
	if s.Items, err = r.SideMessages(ctx, by, id); err != nil {
		return s, fmt.Errorf("load side conversation: %w", err)
	}
	return s, d.dressItems(ctx, by, model.Ticket{FileCount: 1}, s.Items)
}

// StartSide asks somebody about a ticket by mail, apart from its conversation.
func (d *Desk) StartSide(ctx context.Context, by model.Actor, ticket model.TicketID, in model.NewSide) (model.SideConversation, error) {
	var s model.SideConversation
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		t, err := tx.Ticket(tx.Ctx, by, ticket)
		if err != nil {
			return err
		}
		if !by.Staff() || t.Deleted() {
			return model.ErrNotFound
		}
		if !by.Can(model.PermTicketReply) {
			return model.ErrDenied
		}
		if id, err := tx.Operation(tx.Ctx, slotOwner(by, in.Op), in.Op, "side"); in.Op != "" && err == nil {
			s, err = tx.SideConversation(tx.Ctx, by, model.SideID(id))
			return err
		} else if in.Op != "" && !errors.Is(err, model.ErrNotFound) {
			return err
		}
		if s, err = d.startSide(tx.Ctx, tx, by, t, in); err != nil || in.Op == "" {
			return err
		}
		return tx.SaveOperation(tx.Ctx, slotOwner(by, in.Op), in.Op, "side", int64(s.ID))
	})
	return s, err
}

func (d *Desk) startSide(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, in model.NewSide) (s model.SideConversation, err error) {
	settings, err := d.Settings(ctx)
	if err != nil {
		return s, err
	}
	address := model.FoldAddress(in.Address)
	subject := model.Clean(in.Subject)
	var p model.Invalid
	switch {
	case address == "":
		p.Add("address", "email_required")
	case !model.ValidAddress(address) || own(settings, address):
		p.Add("address", "email_invalid")
	}
	checkSubject(&p, subject)
	in.Body = model.CleanBody(in.Body)
	checkBody(&p, "body", in.Body)
	if err := p.Err(); err != nil {
		return s, err
	}
	who, created, err := tx.PersonByEmailOrNew(ctx, address, "", "")
	if err != nil {
		return s, fmt.Errorf("find the third party: %w", err)
	}
	if created {
		if _, err := tx.RecordAbout(ctx, by, "person", int64(who.ID), model.PersonCreated{Person: who.ID, As: who.Kind, How: "side"}); err != nil {
			return s, err
		}
	}
	s = model.SideConversation{TicketID: t.ID, Subject: subject, PersonID: who.ID, CreatedBy: by.ID, Name: who.Name, Email: who.Email}
	if s.ID, err = tx.InsertSide(ctx, s); err != nil {
		return s, fmt.Errorf("begin side conversation: %w", err)
	}
	return s, d.sideSay(ctx, tx, by, s, in, true)
}

// SaySide says more in a side conversation. One that was closed opens again.
func (d *Desk) SaySide(ctx context.Context, by model.Actor, id model.SideID, in model.NewSide) error {
	return d.db.Write(ctx, func(tx *store.Tx) error {
		s, err := tx.SideConversation(tx.Ctx, by, id)
		if err != nil {
			return err
		}
		if !by.Can(model.PermTicketReply) {
			return model.ErrDenied
		}
		if _, err := tx.Operation(tx.Ctx, slotOwner(by, in.Op), in.Op, "side"); in.Op != "" && err == nil {
			return nil
		} else if in.Op != "" && !errors.Is(err, model.ErrNotFound) {
			return err
		}
		in.Body = model.CleanBody(in.Body)
		var p model.Invalid
		checkBody(&p, "body", in.Body)
		if err := p.Err(); err != nil {
			return err
		}
		if err := d.sideSay(tx.Ctx, tx, by, s, in, false); err != nil || in.Op == "" {
			return err
		}
		return tx.SaveOperation(tx.Ctx, slotOwner(by, in.Op), in.Op, "side", int64(id))
	})
}

// sideSay writes a message of the staff into a side conversation.
func (d *Desk) sideSay(ctx context.Context, tx *store.Tx, by model.Actor, s model.SideConversation, in model.NewSide, first bool) error {
	m, err := tx.InsertMessage(ctx, model.Message{TicketID: s.TicketID, AuthorID: by.ID, Kind: model.SideKind, Via: by.Via, Body: in.Body, Markdown: true, SideID: s.ID})
	if err != nil {
		return fmt.Errorf("write to side conversation: %w", err)
	}
	if _, err := d.attach(ctx, tx, slotOwner(by, in.Op), in.Slot, in.Files, m.ID); err != nil {
		return err
	}
	if _, err := tx.CopyAttachments(ctx, s.TicketID, in.Carry, m.ID); err != nil {
		return fmt.Errorf("carry files: %w", err)
	}
	if err := tx.TouchSide(ctx, s.ID); err != nil {
		return err
	}
	_, err = tx.Record(ctx, by, s.TicketID, model.SideSaid{Side: s.ID, Message: m.ID, With: s.With(), Subject: s.Subject, First: first})
	return err
}

// CloseSide ends a side conversation, or takes it up again. Mail to a closed
// one opens it again by itself.
func (d *Desk) CloseSide(ctx context.Context, by model.Actor, id model.SideID, open bool) error {
	return d.db.Write(ctx, func(tx *store.Tx) error {
		s, err := tx.SideConversation(tx.Ctx, by, id)
		if err != nil {
			return err
		}
		if !by.Can(model.PermTicketReply) {
			return model.ErrDenied
		}
		at := tx.Now
		if open {
			at = 0
		}
		changed, err := tx.CloseSide(tx.Ctx, id, at)
		if err != nil || !changed {
			return err
		}
		_, err = tx.Record(tx.Ctx, by, s.TicketID, model.SideClosed{Side: id, Subject: s.Subject, Open: open})
		return err
	})
}
