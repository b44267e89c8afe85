package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"escalated/model"
)

// SearchKinds are the events that the full-text index follows.
var SearchKinds = []string{
	"ticket.opened", "ticket.subject_changed", "ticket.department_changed", "ticket.assigned", "ticket.unassigned", "ticket.requester_changed",
	"ticket.merged", "ticket.merged_in", "ticket.split", "ticket.split_from", "ticket.undone", "reply.added", "note.added", "message.released", "person.created", "person.changed", "person.kind_changed",
}

// FeedSearch is the outlet that keeps the full-text index in line with the
// events. It reads the rows as they are now, so the order of events does not
// matter and doing it twice is doing it once.
func FeedSearch(tx *Tx, recs []model.Record) error {
	var w feed
	for _, rec := range recs {
		if err := w.note(rec); err != nil {
			return err
		}
	}
	if err := tx.indexMessages(tx.Ctx, w.messages, w.tickets, w.firsts); err != nil {
		return fmt.Errorf("index messages: %w", err)
	}
	for id := range w.people {
		if err := tx.indexPerson(tx.Ctx, id); err != nil {
			return fmt.Errorf("index person %d: %w", id, err)
		}
	}
	return nil
}

// feed is what a batch of events asks for.
type feed struct {
	messages, tickets, firsts map[int64]bool // messages; tickets with all their messages; tickets whose subject changed
	people                    map[int64]bool
}

func mark(m *map[int64]bool, id int64) {
	if *m == nil {
		*m = map[int64]bool{}
	}
	(*m)[id] = true
}

func (w *feed) note(rec model.Record) error {
	if !slices.Contains(SearchKinds, rec.Kind) {
		return nil
	}
	e, err := rec.Event()
	if err != nil {
		return err
	}
	switch e := e.(type) {
	case model.TicketOpened:
		mark(&w.messages, int64(e.Message))
	case model.ReplyAdded:
		mark(&w.messages, int64(e.Message))
	case model.NoteAdded:
		mark(&w.messages, int64(e.Message))
	case model.MessageReleased:
		mark(&w.messages, int64(e.Message))
	case model.SubjectChanged:
		mark(&w.firsts, int64(rec.TicketID))
	case model.DepartmentChanged, model.Assigned, model.Unassigned, model.RequesterChanged, // facets of each message
		model.TicketMerged, model.TicketMergedIn, model.TicketSplit, model.TicketSplitFrom, model.ChangesUndone: // or other messages
		mark(&w.tickets, int64(rec.TicketID))
	case model.PersonCreated:
		mark(&w.people, int64(e.Person))
	case model.PersonChanged:
		mark(&w.people, int64(e.Person))
	case model.PersonKindChanged:
		mark(&w.people, int64(e.Person))
	}
	return nil
}

// searchSource is a message with what the index wants to know of its ticket.
type searchSource struct {
	ID         int64              `db:"id"`
	Kind       model.MessageKind  `db:"kind"`
	Body       string             `db:"body"`
	Held       bool               `db:"held"`
	Deleted    bool               `db:"deleted"`
	First      bool               `db:"first"`
	Subject    string             `db:"subject"`
	Channel    model.Channel      `db:"channel"`
	Requester  model.PersonID     `db:"requester_id"`
	Contact    model.PersonID     `db:"contact_id"`
	Assignee   model.PersonID     `db:"assignee_id"`
	Department model.DepartmentID `db:"department_id"`
}

const searchSourceQuery = `SELECT m.id, m.kind, m.body, m.held_at IS NOT NULL AS held, m.deleted_at IS NOT NULL AS deleted, coalesce(t.first_message_id = m.id, 0) AS first,
	t.subject, t.channel, t.requester_id, t.contact_id, t.assignee_id, t.department_id `

// columns are the texts of the index's row: subject, body, notes, facets. What
// customers may not read is in notes, which their searches never name.
func (s searchSource) columns() (subject, body, notes, facets string) {
	if s.First {
		subject = folded(s.Subject)
	}
	switch {
	case s.Deleted:
	case s.Kind == model.ReplyKind && !s.Held:
		body = folded(s.Body)
	default:
		notes = folded(s.Body)
	}
	return subject, body, notes, facetWords(s)
}

// facetWords are the tokens that let a search begin with what few messages have.
func facetWords(s searchSource) string {
	b := make([]byte, 0, 48)
	add := func(letter byte, n int64) {
		if len(b) > 0 {
			b = append(b, ' ')
		}
		b = strconv.AppendInt(append(b, letter), n, 10)
	}
	add('r', int64(s.Requester))
	if s.Contact != 0 && s.Contact != s.Requester {
		add('r', int64(s.Contact))
	}
	add('d', int64(s.Department))
	add('a', int64(s.Assignee))
	add('c', int64(s.Channel))
	return string(b)
}

const putSearch = "INSERT OR REPLACE INTO search (rowid, subject, body, notes, facets) VALUES (?, ?, ?, ?, ?)"

// indexMessages writes the rows of messages, of all messages of tickets, and
// of the opening messages of tickets.
func (tx *Tx) indexMessages(ctx context.Context, messages, tickets, firsts map[int64]bool) error {
	if len(messages)+len(tickets)+len(firsts) == 0 {
		return nil
	}
	rows, err := many[searchSource](ctx, tx.Reader, searchSourceQuery+`FROM (SELECT value AS id FROM json_each(?)
		UNION SELECT m.id FROM json_each(?) j CROSS JOIN messages m ON m.ticket_id = j.value
		UNION SELECT t.first_message_id FROM json_each(?) j CROSS JOIN tickets t ON t.id = j.value) i
		CROSS JOIN messages m ON m.id = i.id CROSS JOIN tickets t ON t.id = m.ticket_id ORDER BY m.id`, idList(messages), idList(tickets), idList(firsts))
	if err != nil {
		return err
	}
	put, err := tx.tx.PreparexContext(ctx, putSearch)
	if err != nil {
		return fault(err)
	}
	defer put.Close()
	for _, row := range rows {
		if row.Deleted && !row.First {
			if _, err := tx.exec(ctx, "DELETE FROM search WHERE rowid = ?", row.ID); err != nil {
				return err
			}
			continue
		}
		subject, body, notes, facets := row.columns()
		count(ctx)
		if _, err := put.ExecContext(ctx, row.ID, subject, body, notes, facets); err != nil {
			return fault(err)
		}
	}
	return nil
}

func idList(set map[int64]bool) string {
	ids := make([]int64, 0, len(set))
	for id := range set {
		ids = append(ids, id)
	}
	b, err := json.Marshal(ids)
	if err != nil {
		return "[]"
	}
	return string(b)
}

// indexPerson writes the row of a person's name and addresses. Machines have none.
func (tx *Tx) indexPerson(ctx context.Context, id int64) error {
	if _, err := tx.exec(ctx, "DELETE FROM people_search WHERE rowid = ?", id); err != nil {
		return err
	}
	p, err := one[struct {
		Name   string `db:"name"`
		Emails string `db:"emails"`
	}](ctx, tx.Reader, `SELECT p.name, coalesce((SELECT group_concat(address, ' ') FROM person_emails e WHERE e.person_id = p.id), '') AS emails
		FROM people p WHERE p.id = ? AND p.kind <> 'machine'`, id)
	if errors.Is(err, model.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "INSERT INTO people_search (rowid, name, email) VALUES (?, ?, ?)", id, folded(p.Name), folded(strings.ToLower(p.Emails)))
	return err
}
