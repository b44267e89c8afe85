package desk

import (
	"context"

	"escalated/model"
	"escalated/store"
)

// RecordsAfter gives the record in order to a part of the desk, which decides
// itself what of it people may see.
func (d *Desk) RecordsAfter(ctx context.Context, by model.Actor, after model.EventID, limit int) ([]model.Record, error) {
	if by.Kind != model.KindMachine {
		return nil, model.ErrDenied
	}
	return d.db.Read().RecordsAfter(ctx, after, limit)
}

// LastEvent is the newest event of the record.
func (d *Desk) LastEvent(ctx context.Context, by model.Actor) (model.EventID, error) {
	if by.Kind != model.KindMachine {
		return 0, model.ErrDenied
	}
	return d.db.Read().LastEventID(ctx)
}

// Shared keeps answers of the database for many pages that are brought up to
// date at the same time.
type Shared = store.Shared

// Sharing returns a context under which reading takes and gives such answers.
// It is for short whiles: what is read may be as old as s.
func Sharing(ctx context.Context, s *Shared) context.Context { return store.Sharing(ctx, s) }
