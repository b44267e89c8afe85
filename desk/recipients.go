package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"escalated/model"
	"escalated/store"
)

// maxCopies is how many people one answer may be copied to.
const maxCopies = 20

func init() {
	draftFields = append(draftFields, func(in *model.NewReply, f model.DraftFields) {
		in.Cc, in.Bcc = addressList(f["cc"]), addressList(f["bcc"])
		in.CcWas, in.RecipientsKnown = addressList(f["cc_was"]), f["recipients_ok"] != ""
	})
}

// addressList reads addresses as people type them: separated by commas,
// semicolons or spaces, perhaps with names and angle brackets.
func addressList(s string) []string {
	var out []string
	for w := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' || r == '\t' }) {
		w = model.FoldAddress(strings.Trim(w, "<>\"'"))
		if strings.Contains(w, "@") && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// copies are the people an answer is copied to.
type copies struct {
	cc, bcc []model.Person
	off     []model.PersonRef // taken off the ticket
}

// copiesOf reads whom a staff member's answer is copied to. Somebody from
// outside who was never on the ticket is refused once, so that nobody lets a
// stranger in by a slip.
func (d *Desk) copiesOf(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, in model.NewReply, s model.Settings) (copies, error) {
	var c copies
	if !by.Kind.Staff() || len(in.Cc)+len(in.CcWas)+len(in.Bcc) == 0 {
		return c, nil
	}
	if len(in.Cc) > maxCopies || len(in.Bcc) > maxCopies {
		return c, model.Refuse("cc", "too_many", "Max", maxCopies)
	}
	on, err := tx.PeopleOf(ctx, t.ID, store.RoleParticipant)
	if err != nil {
		return c, err
	}
	var p model.Invalid
	var fresh []string
	read := func(field string, list []string) (out []model.Person) {
		for _, address := range list {
			if !model.ValidAddress(address) || own(s, address) {
				p.Add(field, "email_wrong", "Address", address)
				continue
			}
			who, created, e := tx.PersonByEmailOrNew(ctx, address, "", "")
			if e != nil {
				err = e
				return out
			}
			if created {
				if _, err = tx.RecordAbout(ctx, by, "person", int64(who.ID), model.PersonCreated{Person: who.ID, As: who.Kind, How: "copy"}); err != nil {
					return out
				}
			}
			if who.ID == t.RequesterID || who.ID == t.ContactID || slices.ContainsFunc(out, func(q model.Person) bool { return q.ID == who.ID }) {
				continue
			}
			if !who.Kind.Staff() && !slices.ContainsFunc(on, func(q model.PersonRef) bool { return q.ID == who.ID }) {
				wrote, e := tx.HasWritten(ctx, t.ID, who.ID)
				if e != nil {
					err = e
					return out
				}
				if !wrote {
					fresh = append(fresh, address)
				}
			}
			out = append(out, who)
		}
		return out
	}
	c.cc, c.bcc = read("cc", in.Cc), read("bcc", in.Bcc)
	if err != nil {
		return c, fmt.Errorf("find recipients: %w", err)
	}
	if err := p.Err(); err != nil {
		return c, err
	}
	if len(fresh) > 0 && !in.RecipientsKnown {
		return c, model.Refuse("cc", "new_recipients", "Names", strings.Join(fresh, ", "))
	}
	for _, q := range on {
		if slices.Contains(in.CcWas, model.FoldAddress(q.Email)) && !slices.ContainsFunc(c.cc, func(x model.Person) bool { return x.ID == q.ID }) {
			c.off = append(c.off, q)
		}
	}
	return c, nil
}

// keepCopies puts the people of an answer onto the ticket, takes off those who
// were left out, and keeps with the message whom it went to.
func (d *Desk) keepCopies(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, message model.MessageID, c copies) error {
	for _, p := range c.cc {
		if p.Kind.Staff() {
			if err := d.setFollow(ctx, tx, by, t.ID, p.ID, true); err != nil {
				return err
			}
		} else if err := d.setParticipant(ctx, tx, by, t.ID, model.PersonRef{ID: p.ID, Name: p.Name, Email: p.Email}, true); err != nil {
			return err
		}
	}
	for _, p := range c.off {
		if err := d.setParticipant(ctx, tx, by, t.ID, p, false); err != nil {
			return err
		}
	}
	for role, list := range map[string][]model.Person{"cc": c.cc, "bcc": c.bcc} {
		for _, p := range list {
			if err := tx.SaveRecipient(ctx, message, role, p.Email, p.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// setParticipant puts a person of the customer's side on copy of a ticket, or
// takes them off.
func (d *Desk) setParticipant(ctx context.Context, tx *store.Tx, by model.Actor, id model.TicketID, who model.PersonRef, on bool) error {
	set := tx.AddPerson
	if !on {
		set = tx.RemovePerson
	}
	changed, err := set(ctx, id, who.ID, store.RoleParticipant)
	if err != nil || !changed {
		return err
	}
	_, err = tx.Record(ctx, by, id, model.ParticipantChanged{Person: who.ID, Name: who.Display(), Off: !on})
	return err
}

// AddParticipant puts somebody on copy of a ticket by address: they get the
// answers and see the ticket.
func (d *Desk) AddParticipant(ctx context.Context, by model.Actor, id model.TicketID, address string) error {
	return d.change(ctx, by, id, model.PermTicketEdit, "participants", func(tx *store.Tx, t model.Ticket) error {
		s, err := d.Settings(tx.Ctx)
		if err != nil {
			return err
		}
		address = model.FoldAddress(address)
		if !model.ValidAddress(address) || own(s, address) {
			return model.Refuse("address", "email_invalid")
		}
		p, created, err := tx.PersonByEmailOrNew(tx.Ctx, address, "", "")
		if err != nil {
			return err
		}
		if created {
			if _, err := tx.RecordAbout(tx.Ctx, by, "person", int64(p.ID), model.PersonCreated{Person: p.ID, As: p.Kind, How: "copy"}); err != nil {
				return err
			}
		}
		switch {
		case p.ID == t.RequesterID || p.ID == t.ContactID:
			return model.Refuse("address", "is_requester")
		case p.Kind.Staff():
			return d.setFollow(tx.Ctx, tx, by, id, p.ID, true)
		}
		return d.setParticipant(tx.Ctx, tx, by, id, model.PersonRef{ID: p.ID, Name: p.Name, Email: p.Email}, true)
	})
}

// RemoveParticipant takes somebody off a ticket: they see it no more.
func (d *Desk) RemoveParticipant(ctx context.Context, by model.Actor, id model.TicketID, who model.PersonID) error {
	return d.change(ctx, by, id, model.PermTicketEdit, "participants", func(tx *store.Tx, _ model.Ticket) error {
		p, err := tx.Person(tx.Ctx, who)
		if errors.Is(err, model.ErrNotFound) {
			return nil // gone is what was asked for
		}
		if err != nil {
			return err
		}
		return d.setParticipant(tx.Ctx, tx, by, id, model.PersonRef{ID: p.ID, Name: p.Name, Email: p.Email}, false)
	})
}
