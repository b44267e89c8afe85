package store

import (
	"context"
	"encoding/json"

	"escalated/model"
)

const ratingColumns = "g.ticket_id, g.score, g.comment, g.person_id, coalesce(p.name, '') AS name, g.at, g.changed_at"

// Rating is what was thought of the help with a ticket.
func (r Reader) Rating(ctx context.Context, id model.TicketID) (model.TicketRating, error) {
	return one[model.TicketRating](ctx, r, "SELECT "+ratingColumns+" FROM ratings g LEFT JOIN people p ON p.id = g.person_id WHERE g.ticket_id = ?", int64(id))
}

// SaveRating writes a rating, or another one over it; the copy on the ticket
// follows.
func (tx *Tx) SaveRating(ctx context.Context, g model.TicketRating) error {
	_, err := tx.exec(ctx, `INSERT INTO ratings (ticket_id, score, comment, person_id, at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (ticket_id) DO UPDATE SET score = excluded.score, comment = excluded.comment, person_id = excluded.person_id, changed_at = ?`,
		g.TicketID, g.Score, g.Comment, g.PersonID, g.At, tx.Now)
	if err != nil {
		return err
	}
	return tx.UpdateTicket(ctx, g.TicketID, new(TicketChange).col("rating", g.Score).col("rating_due_at", nil))
}

// RatingsDue are tickets that were resolved before t and whose customers were
// not asked yet, oldest first.
func (r Reader) RatingsDue(ctx context.Context, t model.Time, limit int) ([]model.TicketID, error) {
	return many[model.TicketID](ctx, r, "SELECT id FROM tickets WHERE rating_due_at IS NOT NULL AND rating_due_at <= ? ORDER BY rating_due_at LIMIT ?", t, limit)
}

// RatingSettled takes a ticket off the list of those to be asked about; asked
// says whether its customer was.
func (tx *Tx) RatingSettled(ctx context.Context, id model.TicketID, asked bool) error {
	q := "UPDATE tickets SET rating_due_at = NULL WHERE id = ?"
	if asked {
		q = "UPDATE tickets SET rating_due_at = NULL, rating_asked_at = ? WHERE id = ?"
		_, err := tx.exec(ctx, q, tx.Now, id)
		return err
	}
	_, err := tx.exec(ctx, q, id)
	return err
}

// RatingAsked reports whether a ticket's customer was asked about it ever, or
// about any of their tickets since t.
func (r Reader) RatingAsked(ctx context.Context, id model.TicketID, who model.PersonID, t model.Time) (bool, error) {
	return one[bool](ctx, r, `SELECT EXISTS (SELECT 1 FROM tickets WHERE id = ? AND rating_asked_at IS NOT NULL)
		OR EXISTS (SELECT 1 FROM tickets WHERE requester_id = ? AND rating_asked_at > ?)`, id, who, int64(t))
}

// Opening is the fact of a ticket's opening.
func (r Reader) Opening(ctx context.Context, id model.TicketID) (model.TicketOpened, error) {
	var e model.TicketOpened
	data, err := one[string](ctx, r, "SELECT data FROM events WHERE ticket_id = ? AND kind = 'ticket.opened' ORDER BY id LIMIT 1", id)
	if err != nil {
		return e, err
	}
	return e, json.Unmarshal([]byte(data), &e)
}

// ratingExtra is the rating of the ticket.
var ratingExtra = extra{
	sql: `SELECT json_object('ticket', g.ticket_id, 'score', g.score, 'comment', g.comment, 'person', coalesce(g.person_id, 0), 'name', coalesce(p.name, ''), 'at', g.at, 'changed', coalesce(g.changed_at, 0))
	FROM ratings g LEFT JOIN people p ON p.id = g.person_id WHERE g.ticket_id = t.id`,
	read: func(v *model.TicketView, _ model.Actor, raw []byte) error { return json.Unmarshal(raw, &v.Rated) },
}
