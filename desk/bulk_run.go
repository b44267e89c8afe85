package desk

import (
	"context"
	"errors"
	"fmt"

	"escalated/model"
	"escalated/store"
)

// RunBulk works off the next part of the oldest change of many tickets that
// waits, and tells whether there was one. How far it is stands in the same
// transaction as the changes, so after a crash it goes on where it stopped.
func (d *Desk) RunBulk(ctx context.Context, by model.Actor) (did bool, err error) {
	if by.Kind != model.KindMachine {
		return false, model.ErrDenied
	}
	id, err := d.db.Read().NextBulk(ctx)
	if errors.Is(err, model.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	err = d.db.Write(ctx, func(tx *store.Tx) error { return d.bulkStep(tx.Ctx, tx, id) })
	d.ForgetChoices()
	if err == nil || ctx.Err() != nil || errors.Is(err, model.ErrUnavailable) {
		return err == nil, err
	}
	// A fault of ours would come again at each try, and hold up those behind it.
	fault := fmt.Errorf("bulk job %d: %w", id, err)
	return true, errors.Join(fault, d.db.Write(ctx, func(tx *store.Tx) error {
		job, err := tx.BulkJob(tx.Ctx, id)
		if err != nil {
			return err
		}
		return d.endBulk(tx.Ctx, tx, model.System("bulk"), job, model.BulkFailed, "fault")
	}))
}

// bulkStep does one part of a job, with the rights its owner has now.
func (d *Desk) bulkStep(ctx context.Context, tx *store.Tx, id model.BulkID) error {
	job, err := tx.BulkJob(ctx, id)
	if err != nil || job.Over() {
		return err
	}
	tx.SameAction(job.ActionID)
	p, err := tx.Known(ctx, job.PersonID)
	if err != nil {
		return err
	}
	by := actorOf(p.Person, p.Departments())
	switch {
	case !p.Active() || !by.Kind.Staff():
		return d.endBulk(ctx, tx, by, job, model.BulkFailed, "rights")
	case job.Undone:
		return d.endBulk(ctx, tx, by, job, model.BulkFailed, "undone")
	}
	ids, err := tx.BulkTickets(ctx, id, job.Done, model.BulkChunk)
	if err != nil {
		return err
	}
	tx.Undoable(by, "bulk", "")
	tx.UndoneInto(job.Set)
	if err := d.bulkPart(ctx, tx, by, &job, ids); err != nil {
		return err
	}
	job.State = model.BulkRunning
	if job.Done >= job.Total || len(ids) == 0 {
		return d.endBulk(ctx, tx, by, job, model.BulkDone, "")
	}
	if err := tx.SaveBulk(ctx, job); err != nil {
		return err
	}
	return d.bulkMoved(ctx, tx, by, job)
}

func (d *Desk) endBulk(ctx context.Context, tx *store.Tx, by model.Actor, job model.BulkJob, state model.BulkState, why string) error {
	job.State, job.Error, job.EndedAt = state, why, tx.Now
	if err := tx.SaveBulk(ctx, job); err != nil {
		return err
	}
	return d.bulkMoved(ctx, tx, by, job)
}

// StopBulk ends a change of many tickets that is running. What it changed
// stays changed, and can be taken back.
func (d *Desk) StopBulk(ctx context.Context, by model.Actor, id model.BulkID) error {
	if _, err := d.BulkJob(ctx, by, id); err != nil {
		return err
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		job, err := tx.BulkJob(tx.Ctx, id)
		if err != nil || job.Over() {
			return err
		}
		return d.endBulk(tx.Ctx, tx, by, job, model.BulkFailed, "stopped")
	})
}
