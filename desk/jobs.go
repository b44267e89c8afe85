package desk

import (
	"context"
	"fmt"

	"escalated/model"
	"escalated/store"
)

// Works tells how the work by the clock stands, and the queues behind the desk.
func (d *Desk) Works(ctx context.Context, by model.Actor) (w model.Works, err error) {
	if !by.Can(model.PermSettings) {
		return w, model.ErrDenied
	}
	r := d.db.Read()
	w.Now = d.Now()
	if w.Jobs, err = r.Jobs(ctx); err != nil {
		return w, fmt.Errorf("list jobs: %w", err)
	}
	if w.Outlets, err = r.OutletLags(ctx); err != nil {
		return w, fmt.Errorf("list outlets: %w", err)
	}
	if w.Parked, err = r.ParkedItems(ctx, 50); err != nil {
		return w, fmt.Errorf("list parked events: %w", err)
	}
	if w.Mail, w.Deliveries, err = r.QueueCounts(ctx); err != nil {
		return w, fmt.Errorf("count queues: %w", err)
	}
	return w, nil
}

// Jobs lists what runs by the clock, with what came of it last.
func (d *Desk) Jobs(ctx context.Context, by model.Actor) ([]model.Job, error) {
	if !by.Can(model.PermSettings) {
		return nil, model.ErrDenied
	}
	return d.db.Read().Jobs(ctx)
}

// Job is one of them, and JobRuns its newest runs, newest first.
func (d *Desk) Job(ctx context.Context, by model.Actor, name string) (model.Job, error) {
	if !by.Can(model.PermSettings) {
		return model.Job{}, model.ErrDenied
	}
	return d.db.Read().Job(ctx, name)
}

// JobRuns are the newest runs of a job, newest first.
func (d *Desk) JobRuns(ctx context.Context, by model.Actor, name string) ([]model.JobRun, error) {
	if !by.Can(model.PermSettings) {
		return nil, model.ErrDenied
	}
	return d.db.Read().JobRuns(ctx, name)
}

// AskJob wants a job to run now. The clock of the server sees it within two
// seconds, whichever process the wish was uttered in.
func (d *Desk) AskJob(ctx context.Context, by model.Actor, name string) error {
	if !by.Can(model.PermSettings) {
		return model.ErrDenied
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		who, err := d.calledBy(tx.Ctx, tx.Reader, by)
		if err != nil {
			return err
		}
		ok, err := tx.AskJob(tx.Ctx, name, who)
		if err == nil && !ok {
			err = model.ErrNotFound
		}
		if err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "job", 0, model.JobAsked{Name: name})
		return err
	})
}

// calledBy is what an actor is called in lists of who did what.
func (d *Desk) calledBy(ctx context.Context, r store.Reader, by model.Actor) (string, error) {
	if by.Kind == model.KindMachine || by.ID == 0 {
		return by.Part, nil
	}
	p, err := r.Person(ctx, by.ID)
	return p.Name, err
}

// EnterJobs makes the jobs of the schedule known and forgets those of another
// release. A job that is new is due at the time it comes with.
func (d *Desk) EnterJobs(ctx context.Context, by model.Actor, list []model.Job) error {
	if by.Kind != model.KindMachine {
		return model.ErrDenied
	}
	have, err := d.db.Read().Jobs(ctx)
	if err != nil {
		return fmt.Errorf("list jobs: %w", err)
	}
	known := map[string]int64{}
	var enter []model.Job
	var drop []string
	for _, j := range have {
		known[j.Name] = j.EveryMS
	}
	for _, j := range list {
		if every, ok := known[j.Name]; !ok || every != j.EveryMS {
			enter = append(enter, j)
		}
		delete(known, j.Name)
	}
	for name, every := range known {
		if every != 0 { // commands of their own have none
			drop = append(drop, name)
		}
	}
	if len(enter)+len(drop) == 0 {
		return nil
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		for _, j := range enter {
			if err := tx.EnterJob(tx.Ctx, j.Name, j.EveryMS, j.NextAt); err != nil {
				return fmt.Errorf("enter job %s: %w", j.Name, err)
			}
		}
		if len(drop) == 0 {
			return nil
		}
		return tx.DropJobs(tx.Ctx, drop)
	})
}

// LeaseJob takes a job for a holder; false while somebody else is at it, in
// this process or another.
func (d *Desk) LeaseJob(ctx context.Context, by model.Actor, name, holder string) (ok bool, err error) {
	if by.Kind != model.KindMachine {
		return false, model.ErrDenied
	}
	err = d.db.Write(ctx, func(tx *store.Tx) (err error) { ok, err = tx.LeaseJob(tx.Ctx, name, holder); return err })
	return ok, err
}

// KeepJob says that the holder is still at it; false when somebody else took
// it because nothing was heard of the holder for model.JobLease.
func (d *Desk) KeepJob(ctx context.Context, by model.Actor, name, holder string) (ok bool, err error) {
	if by.Kind != model.KindMachine {
		return false, model.ErrDenied
	}
	err = d.db.Write(ctx, func(tx *store.Tx) (err error) { ok, err = tx.KeepJob(tx.Ctx, name, holder); return err })
	return ok, err
}

// EndJob writes what came of a run and gives the job back. next 0 leaves the
// time of the next run as it is.
func (d *Desk) EndJob(ctx context.Context, by model.Actor, run model.JobRun, holder string, next model.Time) error {
	if by.Kind != model.KindMachine {
		return model.ErrDenied
	}
	return d.db.Write(ctx, func(tx *store.Tx) error { return tx.EndJob(tx.Ctx, run, holder, next) })
}

// RetriesParked tells the desk who routes an event again that an outlet gave
// up on. It is told once, before the first request.
func (d *Desk) RetriesParked(fn func(ctx context.Context, outlet string, id model.EventID) error) {
	d.unpark = fn
}

// RetryParked lets an outlet try an event again that it gave up on, together
// with what else of the same action lies there.
func (d *Desk) RetryParked(ctx context.Context, by model.Actor, outlet string, id model.EventID) error {
	if !by.Can(model.PermSettings) {
		return model.ErrDenied
	}
	if d.unpark == nil {
		return model.ErrUnavailable
	}
	if err := d.unpark(ctx, outlet, id); err != nil {
		return err
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.RecordAbout(tx.Ctx, by, "outlet", int64(id), model.EventUnparked{Outlet: outlet, Event: id})
		return err
	})
}
