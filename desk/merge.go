package desk

import (
	"context"
	"errors"
	"fmt"

	"escalated/model"
	"escalated/store"
	"escalated/text"
)

// A merge moves every message of a ticket into another, the first one
// included: order is the id, so each stands at its place in time, keeps its
// files, its mails and its Message-IDs, and taking the merge back moves exactly
// the same rows home. A copy in the target instead would be its newest message:
// at the wrong place, in the way of whoever is writing, and left behind by
// undoing. The merged ticket keeps a copy of its opening for the staff, so that
// neither loses its description.

func init() { acts[model.ActMergeInto] = doing{model.PermTicketEdit, actMergeInto} }

// mergedMay and mergedMayAct are what may still be done to a merged ticket.
var (
	mergedMay    = map[string]bool{"delete": true, "restore": true, "unlink": true}
	mergedMayAct = map[model.ActionType]bool{model.ActDelete: true, model.ActRestore: true, model.ActUnfollow: true}
)

// actMergeInto merges among other actions; the target among those chosen stays
// as it is.
func actMergeInto(d *Desk, ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, value string) error {
	s, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	id, ok := model.ParseReference(s.TicketReferencePrefix, value, true)
	if !ok {
		return model.Refuse("target", "ticket_unknown")
	}
	if id == t.ID {
		return nil
	}
	into, err := d.mergeTarget(ctx, tx.Reader, by, t, id)
	if err != nil {
		return err
	}
	return d.merge(ctx, tx, by, t, into, true)
}

// Merge puts a ticket into another one, or into the one that went into, and
// gives that. Everything said in it moves, everybody on it comes along, and
// what is written to it later lands there.
func (d *Desk) Merge(ctx context.Context, by model.Actor, id model.TicketID, in model.NewMerge) (model.Ticket, error) {
	var into model.Ticket
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		from, err := d.mayMerge(tx.Ctx, tx.Reader, by, id)
		if err != nil {
			return err
		}
		if into, err = d.mergeTarget(tx.Ctx, tx.Reader, by, from, in.Into); err != nil {
			return err
		}
		if in.Notify { // before what can be taken back begins: what was sent was sent
			if err := d.tellMerged(tx.Ctx, tx, by, from, into); err != nil {
				return err
			}
		}
		tx.Undoable(by, "merge", from.Reference)
		return d.merge(tx.Ctx, tx, by, from, into, in.Tags)
	})
	return into, err
}

// mayMerge is a ticket that the actor may put into another one.
func (d *Desk) mayMerge(ctx context.Context, r store.Reader, by model.Actor, id model.TicketID) (model.Ticket, error) {
	t, err := r.Ticket(ctx, by, id)
	switch {
	case err != nil:
		return t, err
	case !by.Can(model.PermTicketEdit):
		return t, model.ErrDenied
	case t.Deleted():
		return t, model.ErrNotFound
	case t.MergedInto != 0:
		return t, model.Refuse("", "ticket_merged")
	}
	return t, nil
}

// mergeTarget is where a merge into a ticket ends: that ticket, or the one it
// went into itself.
func (d *Desk) mergeTarget(ctx context.Context, r store.Reader, by model.Actor, from model.Ticket, id model.TicketID) (model.Ticket, error) {
	into, err := r.Ticket(ctx, by, id)
	if err != nil {
		return into, err
	}
	if into.MergedInto != 0 {
		end, err := r.MergedEnd(ctx, into.ID)
		if err != nil {
			return into, err
		}
		if into, err = r.Ticket(ctx, by, end); err != nil {
			return into, err
		}
	}
	switch {
	case into.ID == from.ID:
		return into, model.Refuse("target", "merge_self")
	case into.Deleted():
		return into, model.Refuse("target", "merge_deleted")
	}
	return into, nil
}

// merge is Merge among other changes.
func (d *Desk) merge(ctx context.Context, tx *store.Tx, by model.Actor, from, into model.Ticket, tags bool) error {
	ids, err := tx.MessagesOf(ctx, from.ID)
	if err != nil {
		return err
	}
	if err := tx.KeepOpening(ctx, from); err != nil {
		return fmt.Errorf("keep the opening: %w", err)
	}
	for _, id := range ids {
		if err := tx.MoveMessage(ctx, id, from.ID, into.ID); err != nil {
			return fmt.Errorf("move message: %w", err)
		}
	}
	if err := tx.MoveSides(ctx, from.ID, into.ID); err != nil {
		return fmt.Errorf("move conversations: %w", err)
	}
	if err := tx.MoveDrafts(ctx, from.ID, into.ID); err != nil {
		return fmt.Errorf("move drafts: %w", err)
	}
	if err := d.peopleAlong(ctx, tx, from, into); err != nil {
		return err
	}
	if tags {
		if err := d.tagsAlong(ctx, tx, by, from, into); err != nil {
			return err
		}
	}
	if err := d.statesMerged(ctx, tx, by, from, into); err != nil {
		return err
	}
	if err := tx.MovedMessages(ctx, from.ID); err != nil {
		return err
	}
	if err := tx.MovedMessages(ctx, into.ID); err != nil {
		return err
	}
	if err := tx.LinkTickets(ctx, from.ID, into.ID, string(model.LinkMerged)); err != nil {
		return err
	}
	if _, err := tx.Record(ctx, by, from.ID, model.TicketMerged{Into: into.ID, Reference: into.Reference, Messages: from.MessageCount, Files: from.FileCount}); err != nil {
		return err
	}
	_, err = tx.Record(ctx, by, into.ID, model.TicketMergedIn{From: from.ID, Reference: from.Reference, Messages: from.MessageCount, Files: from.FileCount})
	return err
}

// statesMerged closes the one ticket and opens the other again when an open
// question goes into it.
func (d *Desk) statesMerged(ctx context.Context, tx *store.Tx, by model.Actor, from, into model.Ticket) error {
	if from.Status.IsOpen() {
		if err := d.setStatus(ctx, tx, by, from, model.Closed, true); err != nil {
			return err
		}
		if !into.Status.IsOpen() {
			if err := d.setStatus(ctx, tx, by, into, model.Reopened, true); err != nil {
				return err
			}
		}
		if from.WaitingSince < model.Never { // a waiting customer must not be asleep with it
			if err := d.wake(ctx, tx, by, into, model.WokenByHand); err != nil {
				return err
			}
		}
	}
	if err := tx.UpdateTicket(ctx, from.ID, new(store.TicketChange).Merged(into.ID)); err != nil {
		return err
	}
	return tx.UpdateTicket(ctx, into.ID, &store.TicketChange{Public: true})
}

// peopleAlong puts everybody on a ticket onto another one. Who asked in the one
// takes part in the other.
func (d *Desk) peopleAlong(ctx context.Context, tx *store.Tx, from, into model.Ticket) error {
	for _, role := range []int{store.RoleParticipant, store.RoleFollower, store.RoleMentioned} {
		people, err := tx.PeopleOf(ctx, from.ID, role)
		if err != nil {
			return err
		}
		ids := make([]model.PersonID, 0, len(people)+2)
		for _, p := range people {
			ids = append(ids, p.ID)
		}
		if role == store.RoleParticipant {
			ids = append(ids, from.RequesterID, from.ContactID)
		}
		for _, id := range ids {
			if id == 0 || role == store.RoleParticipant && (id == into.RequesterID || id == into.ContactID) {
				continue
			}
			if _, err := tx.AddPerson(ctx, into.ID, id, role); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *Desk) tagsAlong(ctx context.Context, tx *store.Tx, by model.Actor, from, into model.Ticket) error {
	tags, err := tx.TagsOf(ctx, from.ID)
	if err != nil {
		return err
	}
	for _, g := range tags {
		added, err := tx.AddTag(ctx, into.ID, g.ID)
		if err == nil && added {
			_, err = tx.Record(ctx, by, into.ID, model.TagAdded{Tag: g.ID, Name: g.Name})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// tellMerged is a public answer that says where the conversation goes on. Only
// the people of the merged ticket are told: it is said there.
func (d *Desk) tellMerged(ctx context.Context, tx *store.Tx, by model.Actor, from, into model.Ticket) error {
	if !by.Can(model.PermTicketReply) {
		return model.ErrDenied
	}
	p, err := tx.Person(ctx, from.RequesterID)
	if err != nil {
		return err
	}
	lang := p.Locale
	if lang == "" {
		s, err := d.Settings(ctx)
		if err != nil {
			return err
		}
		lang = s.DefaultLanguage
	}
	body := text.In(lang).T("tools.merge_told", "Reference", from.Reference, "Into", into.Reference)
	_, err = d.write(ctx, tx, by, from, model.ReplyKind, model.NewReply{Body: body}, false)
	return err
}

// mergedEnd is the ticket in which a merged one ended; ErrNotFound when that
// lies in the bin.
func (d *Desk) mergedEnd(ctx context.Context, r store.Reader, t model.Ticket) (model.Ticket, error) {
	id, err := r.MergedEnd(ctx, t.ID)
	if err != nil {
		return t, err
	}
	end, err := r.Ticket(ctx, model.System("desk"), id)
	if err == nil && end.Deleted() {
		err = model.ErrNotFound
	}
	return end, err
}

// landing is the ticket in which a message to a merged one is written. Nothing
// is lost: what somebody writes who is not on that ticket waits there until an
// agent has looked, and when it lies in the bin a customer's message opens a
// new one. The status chosen for the one ticket is none for the other.
func (d *Desk) landing(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, in *model.NewReply) (model.Ticket, error) {
	end, err := d.mergedEnd(ctx, tx.Reader, t)
	if by.Staff() {
		in.Status, in.StatusKey = 0, ""
		if err != nil {
			return t, err
		}
		return tx.Ticket(ctx, by, end.ID)
	}
	if errors.Is(err, model.ErrNotFound) {
		return t, nil
	}
	if err != nil {
		return t, err
	}
	on, err := tx.Participates(ctx, end, by.ID)
	in.Hold = in.Hold || !on
	return end, err
}

// MergedTarget is the ticket a merged one went into, as far as the actor may
// see it. A guest's link opens one ticket: for guests, see GuestLinkMerged.
func (d *Desk) MergedTarget(ctx context.Context, by model.Actor, t model.Ticket) (model.Ticket, error) {
	if t.MergedInto == 0 {
		return model.Ticket{}, model.ErrNotFound
	}
	end, err := d.mergedEnd(ctx, d.db.Read(), t)
	if err != nil || by.Kind == model.KindGuest {
		if err == nil {
			var on bool
			if on, err = d.db.Read().Participates(ctx, end, by.ID); err == nil && !on {
				err = model.ErrNotFound
			}
		}
		return end, err
	}
	return d.db.Read().Ticket(ctx, by, end.ID)
}

// mergedLink is the target of a merged ticket for its page, empty when the
// actor may not see it.
func (d *Desk) mergedLink(ctx context.Context, by model.Actor, t model.Ticket) (model.TicketLink, error) {
	end, err := d.MergedTarget(ctx, by, t)
	if errors.Is(err, model.ErrNotFound) {
		return model.TicketLink{}, nil
	}
	return model.TicketLink{ID: end.ID, Reference: end.Reference, Subject: end.Subject, State: int64(end.Status), StatusID: end.StatusID, Kind: model.LinkMerged}, err
}

// GuestLinkMerged makes a guest's link to the ticket that theirs was merged
// into.
func (d *Desk) GuestLinkMerged(ctx context.Context, by model.Actor) (link string, err error) {
	if by.Kind != model.KindGuest {
		return "", model.ErrDenied
	}
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		t, err := tx.Ticket(tx.Ctx, by, by.Ticket)
		if err != nil {
			return err
		}
		if t.MergedInto == 0 {
			return model.ErrNotFound
		}
		end, err := d.mergedEnd(tx.Ctx, tx.Reader, t)
		if err != nil {
			return err
		}
		on, err := tx.Participates(tx.Ctx, end, by.ID)
		if err == nil && !on {
			err = model.ErrNotFound
		}
		if err != nil {
			return err
		}
		_, link, err = d.NewGuestToken(tx.Ctx, model.System("desk"), tx, end.ID, by.ID)
		return err
	})
	return link, err
}

// mergedOn refuses to take a merge back while the ticket it went into lies in
// another one itself: its messages are there.
func (d *Desk) mergedOn(ctx context.Context, tx *store.Tx, set model.ChangeSet) error {
	ref, err := tx.MergedSince(ctx, set.ID)
	if errors.Is(err, model.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return model.Refuse("undo", "undo_merged_on", "Reference", ref)
}
