package desk

import (
	"context"
	"fmt"

	"escalated/model"
)

// threadTail is how many of the newest messages a page shows beside the first.
const threadTail = 20

// timelineLength is how many of the newest events a page shows.
const timelineLength = 50

// Look says how much of a ticket to load.
type Look struct {
	All   bool            // every message instead of the first and the newest
	After model.MessageID // only what is newer, for live updates
	Since model.EventID   // only events after this one, with After
}

// Ticket is a ticket as the actor may see it.
func (d *Desk) Ticket(ctx context.Context, by model.Actor, id model.TicketID) (model.Ticket, error) {
	return d.db.Read().Ticket(ctx, by, id)
}

// TicketByReference finds a ticket by an exact reference, or a number, as the
// actor may see it. Leading zeros and case do not matter.
func (d *Desk) TicketByReference(ctx context.Context, by model.Actor, ref string) (model.Ticket, error) {
	s, err := d.Settings(ctx)
	if err != nil {
		return model.Ticket{}, err
	}
	if id, ok := model.ParseReference(s.TicketReferencePrefix, ref, true); ok {
		return d.db.Read().Ticket(ctx, by, id)
	}
	id, err := d.db.Read().TicketIDByReference(ctx, by, ref) // of an earlier prefix
	if err != nil {
		return model.Ticket{}, err
	}
	return d.db.Read().Ticket(ctx, by, id)
}

// ViewTicket loads everything the page of a ticket shows.
func (d *Desk) ViewTicket(ctx context.Context, by model.Actor, id model.TicketID, look Look) (model.TicketView, error) {
	r := d.db.Read()
	v, err := r.TicketHead(ctx, by, id)
	if err != nil {
		return v, err
	}
	if v.Items, v.Earlier, err = r.Thread(ctx, by, v.Ticket, look.After, threadTail, look.All); err != nil {
		return v, fmt.Errorf("load thread: %w", err)
	}
	if err := d.dressItems(ctx, by, v.Ticket, v.Items); err != nil {
		return v, err
	}
	if v.Entries, err = r.Entries(ctx, by, id, look.Since, timelineLength); err != nil {
		return v, fmt.Errorf("load timeline: %w", err)
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return v, err
	}
	v.Can = d.can(by, v.Ticket, s)
	if v.MergedInto != 0 {
		if v.Into, err = d.mergedLink(ctx, by, v.Ticket); err != nil {
			return v, err
		}
	}
	if !by.Staff() {
		if err := d.sharedFields(ctx, r, &v); err != nil {
			return v, fmt.Errorf("load fields: %w", err)
		}
		v.Rated, err = d.ownRating(ctx, r, by, v.Ticket)
		return v, err
	}
	v.Targets = s.Moves().Targets(v.Status)
	if v.Next, err = d.nextStatuses(ctx, v.Ticket); err != nil {
		return v, err
	}
	if err := r.TicketExtras(ctx, by, &v); err != nil {
		return v, fmt.Errorf("load ticket: %w", err)
	}
	if err := d.viewFields(ctx, &v); err != nil {
		return v, fmt.Errorf("load fields: %w", err)
	}
	d.dressSubjects(ctx, v.Subjects)
	v.Actions = d.ticketActions(ctx, by, v.Ticket)
	if look.After != 0 {
		return v, nil
	}
	v.Others, v.OtherCount, err = r.OtherTickets(ctx, by, v.RequesterID, id)
	return v, err
}

// dressItems adds files and, for staff, delivery states to messages.
func (d *Desk) dressItems(ctx context.Context, by model.Actor, t model.Ticket, items []model.ThreadItem) error {
	ids := make([]model.MessageID, len(items))
	for i, it := range items {
		ids[i] = it.ID
	}
	r := d.db.Read()
	if t.FileCount > 0 {
		files, err := r.AttachmentsOf(ctx, ids)
		if err != nil {
			return fmt.Errorf("load files: %w", err)
		}
		for i := range items {
			items[i].Files = files[items[i].ID]
		}
	}
	if by.Staff() {
		mails, err := r.MailsOfMessages(ctx, ids)
		if err != nil {
			return fmt.Errorf("load deliveries: %w", err)
		}
		for i := range items {
			items[i].Delivery = mails[items[i].ID]
		}
	}
	return nil
}

// ViewMessage loads one message with its files.
func (d *Desk) ViewMessage(ctx context.Context, by model.Actor, id model.MessageID) (model.ThreadItem, error) {
	it, err := d.db.Read().Message(ctx, by, id)
	if err != nil {
		return it, err
	}
	items := []model.ThreadItem{it}
	err = d.dressItems(ctx, by, model.Ticket{FileCount: 1}, items)
	return items[0], err
}

// can says what the actor may do with a ticket now.
func (d *Desk) can(by model.Actor, t model.Ticket, s model.Settings) model.TicketCan {
	if t.Deleted() {
		return model.TicketCan{Restore: by.Can(model.PermTicketDelete)}
	}
	if t.MergedInto != 0 { // what is said here lands there
		return model.TicketCan{Delete: by.Can(model.PermTicketDelete)}
	}
	edit := by.Can(model.PermTicketEdit)
	c := model.TicketCan{
		Reply: MayReply(by), Note: by.Can(model.PermTicketNote), Edit: edit, Assign: by.Can(model.PermTicketAssign), Tag: by.Can(model.PermTicketTag),
		Follow: by.Can(model.PermTicketFollow), Delete: by.Can(model.PermTicketDelete),
	}
	if by.Customer() {
		c.Close = s.AllowCustomerClose && t.Status != model.Closed
		c.Rate = s.CSATEnabled && !t.Status.IsOpen() && t.MergedInto == 0
		c.Reopen = t.Status == model.Resolved || t.Status == model.Closed && within(s, t, d.Now())
		return c
	}
	c.Close, c.Reopen = edit && t.Status.IsOpen(), edit && !t.Status.IsOpen()
	return c
}

// MarkSeen notes that the actor has read a ticket up to a message.
func (d *Desk) MarkSeen(ctx context.Context, by model.Actor, id model.TicketID, message model.MessageID) error {
	if by.ID == 0 || by.Kind == model.KindGuest {
		return nil
	}
	t, err := d.db.Read().Ticket(ctx, by, id)
	if err != nil {
		return err
	}
	message = min(message, t.LastMessageID)
	if !by.Staff() {
		message = min(message, t.LastPublicID)
	}
	seen, err := d.db.Read().Seen(ctx, by.ID, id)
	if err != nil || seen >= message {
		return err
	}
	return d.markSeen(ctx, by.ID, id, message)
}
