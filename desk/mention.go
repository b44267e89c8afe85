package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"escalated/model"
	"escalated/store"
)

// handles are the words by which staff and departments are mentioned. Callers
// must not change them.
func (d *Desk) handles(ctx context.Context) ([]model.Handle, error) {
	c, err := d.Choices(ctx)
	if err != nil {
		return nil, err
	}
	return c.Handles, nil
}

// mention tells the people whom a note names. Somebody who does not see the
// ticket becomes a follower, which gives them sight of it; that needs the
// right to change the ticket, else they are not told.
func (d *Desk) mention(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, m model.Message) error {
	if !strings.Contains(m.Body, "@") {
		return nil
	}
	all, err := d.handles(ctx)
	if err != nil {
		return err
	}
	people, err := d.mentioned(ctx, tx, by, model.Mentions(m.Body, model.ByWord(all)))
	if err != nil || len(people) == 0 {
		return err
	}
	ids := make([]model.PersonID, len(people))
	for i, p := range people {
		ids[i] = p.Person
	}
	blind, err := tx.Blind(ctx, t.ID, ids)
	if err != nil {
		return fmt.Errorf("who sees the ticket: %w", err)
	}
	for _, p := range people {
		if slices.Contains(blind, p.Person) {
			if !by.Can(model.PermTicketEdit) {
				continue
			}
			if err := d.setFollow(ctx, tx, by, t.ID, p.Person, true); err != nil {
				return err
			}
		}
		if _, err := tx.AddPerson(ctx, t.ID, p.Person, store.RoleMentioned); err != nil {
			return err
		}
		p.Message = m.ID
		if _, err := tx.Record(ctx, by, t.ID, p); err != nil {
			return err
		}
	}
	return nil
}

// mentioned are the people behind handles, each once and never the writer.
func (d *Desk) mentioned(ctx context.Context, tx *store.Tx, by model.Actor, handles []model.Handle) ([]model.MentionAdded, error) {
	var out []model.MentionAdded
	seen := map[model.PersonID]bool{by.ID: true}
	add := func(id model.PersonID, name, team string) {
		if !seen[id] {
			seen[id] = true
			out = append(out, model.MentionAdded{Person: id, Name: name, Team: team})
		}
	}
	for _, h := range handles { // by name first: that is more than being of a team
		if h.Person != 0 {
			add(h.Person, h.Name, "")
		}
	}
	for _, h := range handles {
		if h.Department == 0 {
			continue
		}
		team, err := tx.MembersOf(ctx, h.Department, model.MentionCap)
		if err != nil {
			return nil, err
		}
		for _, p := range team {
			add(p.ID, p.Display(), h.Name)
		}
	}
	return out, nil
}

// Mentionable is a handle as a picker offers it.
type Mentionable struct {
	model.Handle
	Joins bool // does not see the ticket yet: a mention makes them a follower
	Off   bool // does not see it, and the actor may not change that
}

// mentionsOffered is how many handles a picker shows.
const mentionsOffered = 10

// FindMentions suggests handles for a note of a ticket; zero is any ticket.
func (d *Desk) FindMentions(ctx context.Context, by model.Actor, id model.TicketID, words string) ([]Mentionable, error) {
	if !by.Staff() || !by.Can(model.PermTicketNote) {
		return nil, model.ErrDenied
	}
	if id != 0 {
		if _, err := d.db.Read().Ticket(ctx, by, id); err != nil {
			return nil, err
		}
	}
	all, err := d.handles(ctx)
	if err != nil {
		return nil, err
	}
	out := matching(all, by.ID, strings.ToLower(model.Clean(words)))
	if id == 0 {
		return out, nil
	}
	var ids []model.PersonID
	for _, m := range out {
		if m.Person != 0 {
			ids = append(ids, m.Person)
		}
	}
	blind, err := d.db.Read().Blind(ctx, id, ids)
	for i := range out {
		if slices.Contains(blind, out[i].Person) {
			out[i].Joins, out[i].Off = by.Can(model.PermTicketEdit), !by.Can(model.PermTicketEdit)
		}
	}
	return out, err
}

// matching are the first handles that begin like the words, those whose word
// itself does before those of which a later part does.
func matching(all []model.Handle, me model.PersonID, words string) []Mentionable {
	words = strings.TrimPrefix(words, "@")
	var first, later []Mentionable
	for _, h := range all {
		name := strings.ToLower(h.Name)
		switch {
		case h.Person == me && me != 0:
		case strings.HasPrefix(h.Word, words), strings.HasPrefix(name, words):
			first = append(first, Mentionable{Handle: h})
		case strings.Contains(" "+name, " "+words), strings.Contains("."+h.Word, "."+words):
			later = append(later, Mentionable{Handle: h})
		}
		if len(first) == mentionsOffered {
			break
		}
	}
	out := append(first, later...)
	return out[:min(len(out), mentionsOffered)]
}
