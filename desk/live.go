package desk

import (
	"context"

	"escalated/model"
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
