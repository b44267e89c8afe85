package store

import (
	"context"
	"fmt"
	"slices"

	"escalated/model"
)

// Followed is a ticket that a transaction changed, before and after. Zero
// piles say that there is, or was, no such ticket.
type Followed struct {
	ID     model.TicketID
	Before model.Facets
	After  *model.Facets // a follower that changes the ticket's row brings this in line
}

// Follow sets what is done at the end of each transaction that changed
// tickets, inside it: for what must follow from every change, whoever makes
// it. It is set once, before anything is written. It may read, write what is
// its own and record facts, but touch no other ticket.
func (db *DB) Follow(fn func(ctx context.Context, tx *Tx, changed []Followed) error) {
	db.followed = fn
}

// follow loads what the touched tickets are now and lets what follows from the
// changes happen.
func (tx *Tx) follow(ctx context.Context) (map[model.TicketID]facets, error) {
	ids := make([]model.TicketID, 0, len(tx.touched))
	for id := range tx.touched {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	if len(ids) == 0 {
		return nil, nil
	}
	book, err := tx.book(ctx)
	if err != nil {
		return nil, err
	}
	now, err := tx.facetsOfAll(ctx, ids, book.fields || tx.db.followFields.Load())
	if err != nil {
		return nil, fmt.Errorf("look at tickets: %w", err)
	}
	if tx.db.followed == nil || tx.unfollowed {
		return now, nil
	}
	changed := make([]Followed, len(ids))
	after := make([]facets, len(ids))
	for i, id := range ids {
		after[i] = now[id]
		changed[i] = Followed{ID: id, Before: tx.touched[id].Facets, After: &after[i].Facets}
	}
	if err := tx.db.followed(ctx, tx, changed); err != nil {
		return nil, fmt.Errorf("follow changes: %w", err)
	}
	for i, id := range ids {
		now[id] = after[i]
	}
	return now, nil
}

// FollowFields says that followers look at fields an admin added.
func (db *DB) FollowFields(on bool) { db.followFields.Store(on) }

// Unfollowed leaves out what would follow, for imports.
func (tx *Tx) Unfollowed() { tx.unfollowed = true }

// FollowAll has followers look at all touched tickets, whether or not anything
// of them changed.
func (tx *Tx) FollowAll() { tx.followAll = true }

// AllFollow reports whether FollowAll was called.
func (tx *Tx) AllFollow() bool { return tx.followAll }
