package desk

import (
	"context"
	"fmt"
	"slices"

	"escalated/model"
	"escalated/store"
)

// Split makes a new ticket of some messages of another. They move with their
// files and keep their order; the new ticket is whose author wrote the first of
// the customer's among them. Nobody is mailed.
func (d *Desk) Split(ctx context.Context, by model.Actor, id model.TicketID, in model.NewSplit) (model.Ticket, error) {
	var made model.Ticket
	err := d.change(ctx, by, id, model.PermTicketEdit, "split", func(tx *store.Tx, t model.Ticket) (err error) {
		made, err = d.split(tx.Ctx, tx, by, t, in)
		return err
	})
	return made, err
}

func (d *Desk) split(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, in model.NewSplit) (n model.Ticket, err error) {
	var p model.Invalid
	in.Subject = model.Clean(in.Subject)
	checkSubject(&p, in.Subject)
	all, err := tx.Pieces(ctx, t.ID)
	if err != nil {
		return n, err
	}
	chosen, err := choosePieces(&p, t, all, in.Messages)
	if err != nil {
		return n, err
	}
	if err := p.Err(); err != nil {
		return n, err
	}
	if n, err = d.fileSplit(ctx, tx, t, chosen, in.Subject); err != nil {
		return n, fmt.Errorf("open the new ticket: %w", err)
	}
	for _, m := range chosen {
		if err := tx.MoveMessage(ctx, m.ID, t.ID, n.ID); err != nil {
			return n, fmt.Errorf("move message: %w", err)
		}
	}
	if err := d.copyFiling(ctx, tx, t, n, chosen); err != nil {
		return n, err
	}
	if err := tx.UpdateTicket(ctx, t.ID, &store.TicketChange{Public: true}); err != nil {
		return n, err
	}
	for _, id := range []model.TicketID{t.ID, n.ID} {
		if err := tx.MovedMessages(ctx, id); err != nil {
			return n, err
		}
	}
	if err := tx.CopyReads(ctx, t.ID, n.ID); err != nil {
		return n, err
	}
	if err := tx.LinkTickets(ctx, t.ID, n.ID, string(model.LinkSplit)); err != nil {
		return n, err
	}
	if _, err := tx.Record(ctx, by, t.ID, model.TicketSplit{Other: n.ID, Reference: n.Reference, Messages: len(chosen)}); err != nil {
		return n, err
	}
	if _, err := tx.Record(ctx, by, n.ID, model.TicketSplitFrom{Other: t.ID, Reference: t.Reference, Messages: len(chosen)}); err != nil {
		return n, err
	}
	if err := d.route(ctx, tx, by, n); err != nil {
		return n, err
	}
	return tx.Ticket(ctx, model.System("desk"), n.ID)
}

// choosePieces are the messages that go, in order. A ticket keeps its opening,
// and the new one begins with what its customer can read, if there is anything.
func choosePieces(p *model.Invalid, t model.Ticket, all []store.Piece, ids []model.MessageID) ([]store.Piece, error) {
	var out []store.Piece
	for _, m := range all {
		if !slices.Contains(ids, m.ID) {
			continue
		}
		switch {
		case m.Kind != model.ReplyKind && m.Kind != model.NoteKind:
			return nil, model.ErrNotFound
		case m.ID == t.FirstMessageID:
			p.Add("message", "split_first")
			return nil, nil
		}
		out = append(out, m)
	}
	ids = slices.Clone(ids)
	slices.Sort(ids)
	switch {
	case len(ids) == 0:
		p.Add("message", "split_none")
	case len(out) != len(slices.Compact(ids)): // one of another ticket, or of none
		return nil, model.ErrNotFound
	case !out[0].Public() && slices.ContainsFunc(out, store.Piece.Public):
		p.Add("message", "split_note_first")
	}
	return out, nil
}

// fileSplit writes the new ticket, still without messages.
func (d *Desk) fileSplit(ctx context.Context, tx *store.Tx, t model.Ticket, chosen []store.Piece, subject string) (model.Ticket, error) {
	s, err := d.Settings(ctx)
	if err != nil {
		return t, err
	}
	n := model.Ticket{
		Subject: subject, Status: model.Open, Priority: t.Priority, Type: t.Type, Channel: t.Channel, DepartmentID: t.DepartmentID,
		RequesterID: t.RequesterID, ContactID: t.ContactID, Locale: t.Locale, CreatedAt: tx.Now, WaitingSince: model.Never,
	}
	if i := slices.IndexFunc(chosen, fromCustomer); i >= 0 {
		if who := chosen[i].AuthorID; who != t.RequesterID && who != t.ContactID {
			n.RequesterID, n.ContactID = who, 0
		}
	}
	if n.ID, err = tx.NextTicketID(ctx); err != nil {
		return n, err
	}
	n.Reference = model.Reference(s.TicketReferencePrefix, n.ID)
	return n, tx.InsertTicket(ctx, n)
}

func fromCustomer(m store.Piece) bool { return m.Kind == model.ReplyKind && !m.Staff }

// copyFiling gives the new ticket the tags and followers of the old one, and
// lets the customers among its authors go on seeing what they wrote.
func (d *Desk) copyFiling(ctx context.Context, tx *store.Tx, t, n model.Ticket, chosen []store.Piece) error {
	tags, err := tx.TagsOf(ctx, t.ID)
	if err != nil {
		return err
	}
	for _, g := range tags {
		if _, err := tx.AddTag(ctx, n.ID, g.ID); err != nil {
			return err
		}
	}
	followers, err := tx.Followers(ctx, t.ID)
	if err != nil {
		return err
	}
	for _, f := range followers {
		if _, err := tx.AddPerson(ctx, n.ID, f.ID, store.RoleFollower); err != nil {
			return err
		}
	}
	for _, m := range chosen {
		if !m.Public() || m.Staff || m.AuthorID == n.RequesterID || m.AuthorID == n.ContactID {
			continue
		}
		if _, err := tx.AddPerson(ctx, n.ID, m.AuthorID, store.RoleParticipant); err != nil {
			return err
		}
	}
	return nil
}

// splitTail is how many of the newest messages the split page offers.
const splitTail = 200

// SplitChoices loads a ticket with the messages it can be split by: all of
// them, or the newest of very long ones.
func (d *Desk) SplitChoices(ctx context.Context, by model.Actor, id model.TicketID) (model.Ticket, []model.ThreadItem, error) {
	r := d.db.Read()
	t, err := r.Ticket(ctx, by, id)
	if err != nil {
		return t, nil, err
	}
	switch {
	case !by.Can(model.PermTicketEdit):
		return t, nil, model.ErrDenied
	case t.Deleted():
		return t, nil, model.ErrNotFound
	}
	items, _, err := r.Thread(ctx, by, t, 0, splitTail, false)
	if err != nil {
		return t, nil, err
	}
	items = slices.DeleteFunc(items, func(it model.ThreadItem) bool {
		return it.ID == t.FirstMessageID || it.Kind != model.ReplyKind && it.Kind != model.NoteKind
	})
	return t, items, d.dressItems(ctx, by, t, items)
}
