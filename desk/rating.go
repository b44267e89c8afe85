package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"escalated/model"
	"escalated/store"
)

const (
	rateLasts    = 30 * 24 * time.Hour // in which the link of a request works
	askedAgain   = 30 * 24 * time.Hour // in which nobody is asked twice
	askPortion   = 100                 // requests in one transaction
	askNotBefore = 14 * 24 * time.Hour // beyond the delay: too long ago to remember
)

// Rate says what a customer thought of the help: a score from 1 to 5 and, if
// they like, a comment. Only of what is resolved or closed, and only by whose
// ticket it is or who takes part in it. It can be changed for seven days.
func (d *Desk) Rate(ctx context.Context, by model.Actor, id model.TicketID, score int, comment string) error {
	comment = model.CleanBody(comment)
	return d.db.Write(ctx, func(tx *store.Tx) error {
		t, err := d.rated(tx.Ctx, tx.Reader, by, id)
		if err != nil {
			return err
		}
		var p model.Invalid
		if score < 1 || score > model.MaxScore {
			p.Add("rating", "number_range", "Min", 1, "Max", model.MaxScore)
		}
		if utf8.RuneCountInString(comment) > model.MaxRatingComment {
			p.Add("comment", "too_long", "Max", model.MaxRatingComment)
		}
		if t.Status.IsOpen() {
			p.Add("", "rating_open")
		}
		if err := p.Err(); err != nil {
			return err
		}
		old, err := tx.Rating(tx.Ctx, id)
		changed := err == nil
		switch {
		case err != nil && !errors.Is(err, model.ErrNotFound):
			return err
		case changed && old.Score == score && old.Comment == comment:
			return nil
		case changed && old.PersonID != by.ID && by.ID != t.RequesterID && by.ID != t.ContactID:
			return model.ErrDenied // of somebody else
		case changed && !old.Open(tx.Now):
			return model.Refuse("", "rating_over", "Days", model.RatingChangeDays)
		}
		if err := tx.SaveRating(tx.Ctx, model.TicketRating{TicketID: id, Score: score, Comment: comment, PersonID: by.ID, At: tx.Now}); err != nil {
			return fmt.Errorf("save rating: %w", err)
		}
		_, err = tx.Record(tx.Ctx, by, id, model.RatingGiven{Score: score, Changed: changed})
		return err
	})
}

// rated is a ticket that the actor may rate.
func (d *Desk) rated(ctx context.Context, r store.Reader, by model.Actor, id model.TicketID) (model.Ticket, error) {
	t, err := r.Ticket(ctx, by, id)
	if err != nil {
		return t, err
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return t, err
	}
	switch {
	case t.Deleted() || t.MergedInto != 0 || !s.CSATEnabled:
		return t, model.ErrNotFound
	case !by.Customer() || by.ID == 0:
		return t, model.ErrDenied
	}
	return t, nil
}

// ToRate is a ticket for the page on which it is rated, with the actor's
// rating until now.
func (d *Desk) ToRate(ctx context.Context, by model.Actor, id model.TicketID) (t model.Ticket, was *model.TicketRating, err error) {
	r := d.db.Read()
	if t, err = d.rated(ctx, r, by, id); err != nil {
		return t, nil, err
	}
	was, err = d.ownRating(ctx, r, by, t)
	return t, was, err
}

// ownRating is the rating as a customer may see it: their own, and whoever
// asked in the ticket sees that of their side.
func (d *Desk) ownRating(ctx context.Context, r store.Reader, by model.Actor, t model.Ticket) (*model.TicketRating, error) {
	if t.Rating == 0 {
		return nil, nil
	}
	g, err := r.Rating(ctx, t.ID)
	if errors.Is(err, model.ErrNotFound) || err == nil && g.PersonID != by.ID && by.ID != t.RequesterID && by.ID != t.ContactID {
		return nil, nil
	}
	return &g, err
}

// AskRatings asks customers what they thought of the help, the set time after
// it ended: once a ticket, nobody twice in thirty days, and not about what
// nobody answered, what machines wrote and what came from an archive.
func (d *Desk) AskRatings(ctx context.Context, by model.Actor) (int, error) {
	if by.Kind != model.KindMachine {
		return 0, model.ErrDenied
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return 0, err
	}
	asked := 0
	err = d.portions(ctx, func(tx *store.Tx) (int64, error) {
		list, err := tx.RatingsDue(tx.Ctx, tx.Now.Add(-time.Duration(s.CSATSendAfterHours)*time.Hour), askPortion)
		if err != nil {
			return 0, fmt.Errorf("find tickets to ask about: %w", err)
		}
		n := 0
		for _, id := range list {
			ok, err := d.askRating(tx.Ctx, tx, by, id, s)
			if err != nil {
				return 0, fmt.Errorf("ask about ticket %d: %w", id, err)
			}
			if ok {
				n++
			}
		}
		asked += n
		return int64(len(list)), nil
	})
	return asked, err
}

// askRating asks about one ticket, if that is fitting.
func (d *Desk) askRating(ctx context.Context, tx *store.Tx, by model.Actor, id model.TicketID, s model.Settings) (bool, error) {
	t, err := tx.Ticket(ctx, model.System("desk"), id)
	if err != nil {
		return false, err
	}
	who := t.RequesterID
	if t.ContactID != 0 {
		who = t.ContactID
	}
	ok, err := d.fitToAsk(ctx, tx, t, who, s)
	if err != nil {
		return false, err
	}
	if err := tx.RatingSettled(ctx, id, ok); err != nil || !ok {
		return false, err
	}
	_, err = tx.Record(ctx, by, id, model.RatingAsked{Person: who})
	return true, err
}

func (d *Desk) fitToAsk(ctx context.Context, tx *store.Tx, t model.Ticket, who model.PersonID, s model.Settings) (bool, error) {
	ended := max(t.ResolvedAt, t.ClosedAt)
	late := tx.Now.Sub(ended) > time.Duration(s.CSATSendAfterHours)*time.Hour+askNotBefore
	if !s.CSATEnabled || !s.Notifies("email") || late || t.Status.IsOpen() || t.Deleted() || t.MergedInto != 0 || t.HeldAt != 0 || t.Rating != 0 || t.FirstResponseAt == 0 {
		return false, nil
	}
	opening, err := tx.Opening(ctx, t.ID)
	if errors.Is(err, model.ErrNotFound) || err == nil && (opening.Automatic || opening.Imported) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	p, err := tx.Person(ctx, who)
	if err != nil {
		return false, err
	}
	if !p.Active() || p.Kind.Staff() || p.Kind == model.KindMachine || p.Email == "" || slices.Contains(s.OwnAddresses(), p.Email) {
		return false, nil
	}
	asked, err := tx.RatingAsked(ctx, t.ID, t.RequesterID, tx.Now.Add(-askedAgain))
	return !asked, err
}

// NewRateToken makes the link of a request, in the transaction that queues its
// mail. It opens nothing but the page on which the ticket is rated.
func (d *Desk) NewRateToken(ctx context.Context, _ model.Actor, tx *store.Tx, ticket model.TicketID, person model.PersonID) (model.TokenID, error) {
	id, _, err := d.newToken(ctx, tx, model.Token{Purpose: model.TokenRate, PersonID: person, TicketID: ticket, ExpiresAt: tx.Now.Add(rateLasts)})
	return id, err
}

// Rater is whoever holds the link of a request: a guest in that one ticket.
// Pages other than the rating's must not take the actor. Links that do not
// work are ErrNotFound, and *Throttled for a network that has tried too many.
func (d *Desk) Rater(ctx context.Context, by model.Actor, secret string) (model.Actor, error) {
	from, now := network(by.Address), d.db.Now()
	if err := d.guesses.open(from, now); err != nil {
		return model.Nobody(), err
	}
	row, err := d.token(ctx, d.db.Read(), now, model.TokenRate, secret)
	if len(model.Problems(err)) > 0 {
		d.guesses.missed(from, secret, now)
		return model.Nobody(), model.ErrNotFound
	}
	if err != nil {
		return model.Nobody(), err
	}
	return model.Actor{Kind: model.KindGuest, ID: row.PersonID, Ticket: row.TicketID, Via: model.Web, Address: by.Address}, nil
}
