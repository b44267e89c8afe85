package store

import (
	"context"

	"escalated/model"
)

const jobColumns = "name, every, last_at, ms, figures, error, failures, next_at, asked_at, asked_by, leased_by, leased_until"

// Jobs lists what runs by the clock.
func (r Reader) Jobs(ctx context.Context) ([]model.Job, error) {
	return many[model.Job](ctx, r, "SELECT "+jobColumns+" FROM jobs ORDER BY name")
}

// Job loads one.
func (r Reader) Job(ctx context.Context, name string) (model.Job, error) {
	return one[model.Job](ctx, r, "SELECT "+jobColumns+" FROM jobs WHERE name = ?", name)
}

// JobRuns lists the newest runs of a job, newest first.
func (r Reader) JobRuns(ctx context.Context, name string) ([]model.JobRun, error) {
	return many[model.JobRun](ctx, r, "SELECT id, name, at, ms, figures, error, by FROM job_runs WHERE name = ? ORDER BY id DESC LIMIT ?", name, model.JobRunsKept)
}

// EnterJob makes a job known: one that is new is due at first.
func (tx *Tx) EnterJob(ctx context.Context, name string, every int64, first model.Time) error {
	_, err := tx.exec(ctx, `INSERT INTO jobs (name, every, next_at) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET every = excluded.every, next_at = coalesce(next_at, excluded.next_at)`, name, every, first)
	return err
}

// DropJobs forgets jobs of another release.
func (tx *Tx) DropJobs(ctx context.Context, names []string) error {
	for _, q := range []string{"DELETE FROM jobs WHERE name IN (?)", "DELETE FROM job_runs WHERE name IN (?)"} {
		q, args := in(q, names)
		if _, err := tx.exec(ctx, q, args...); err != nil {
			return err
		}
	}
	return nil
}

// LeaseJob takes a job for a holder, unless somebody else is at it.
func (tx *Tx) LeaseJob(ctx context.Context, name, holder string) (bool, error) {
	n, err := tx.exec(ctx, `INSERT INTO jobs (name, leased_by, leased_until) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET leased_by = excluded.leased_by, leased_until = excluded.leased_until
		WHERE leased_by = '' OR leased_until IS NULL OR leased_until <= ? OR leased_until > ?`,
		name, holder, tx.Now.Add(model.JobLease), int64(tx.Now), int64(tx.Now.Add(2*model.JobLease)))
	return n == 1, err
}

// KeepJob says that the holder is still at it; false when somebody else has it.
func (tx *Tx) KeepJob(ctx context.Context, name, holder string) (bool, error) {
	n, err := tx.exec(ctx, "UPDATE jobs SET leased_until = ? WHERE name = ? AND leased_by = ?", tx.Now.Add(model.JobLease), name, holder)
	return n == 1, err
}

// EndJob writes a run and gives the job back. next 0 leaves the time of the
// next run as it is. A wish uttered before the run is fulfilled.
func (tx *Tx) EndJob(ctx context.Context, run model.JobRun, holder string, next model.Time) error {
	_, err := tx.exec(ctx, `UPDATE jobs SET last_at = ?, ms = ?, figures = ?, error = ?, failures = CASE WHEN ? = '' THEN 0 ELSE failures + 1 END,
		next_at = coalesce(?, next_at), asked_at = CASE WHEN asked_at > ? AND asked_at <= ? THEN asked_at END, leased_by = '', leased_until = NULL WHERE name = ? AND leased_by = ?`,
		run.At, run.MS, run.Figures, run.Error, run.Error, next, int64(run.At), int64(tx.Now), run.Name, holder)
	if err != nil {
		return err
	}
	if _, err := tx.insert(ctx, "INSERT INTO job_runs (name, at, ms, figures, error, by) VALUES (?, ?, ?, ?, ?, ?)", run.Name, int64(run.At), run.MS, run.Figures, run.Error, run.By); err != nil {
		return err
	}
	_, err = tx.exec(ctx, "DELETE FROM job_runs WHERE name = ? AND id <= (SELECT id FROM job_runs WHERE name = ? ORDER BY id DESC LIMIT 1 OFFSET ?)", run.Name, run.Name, model.JobRunsKept)
	return err
}

// ReleaseJobs ends the leases of a holder that is gone.
func (tx *Tx) ReleaseJobs(ctx context.Context, holder string) error {
	_, err := tx.exec(ctx, "UPDATE jobs SET leased_by = '', leased_until = NULL WHERE leased_by = ?", holder)
	return err
}

// AskJob notes that a job is wanted now; false for an unknown one.
func (tx *Tx) AskJob(ctx context.Context, name, who string) (bool, error) {
	n, err := tx.exec(ctx, "UPDATE jobs SET asked_at = ?, asked_by = ? WHERE name = ? AND every > 0", int64(tx.Now), who, name)
	return n == 1, err
}

// OutletLags tells how far the outlets are behind the record.
func (r Reader) OutletLags(ctx context.Context) ([]model.OutletLag, error) {
	return many[model.OutletLag](ctx, r, `SELECT o.name, o.last_event_id, o.failures, (SELECT count(*) FROM (SELECT 1 FROM events e WHERE e.id > o.last_event_id LIMIT ?)) AS behind,
		(SELECT count(*) FROM parked_events p WHERE p.outlet = o.name) AS parked FROM outlets o ORDER BY o.name`, model.OutgoingCap)
}

// ParkedItems lists events that outlets gave up on, newest first.
func (r Reader) ParkedItems(ctx context.Context, limit int) ([]model.ParkedItem, error) {
	return many[model.ParkedItem](ctx, r, `SELECT p.outlet, p.event_id, p.error, p.at, coalesce(e.kind, '') AS kind, e.ticket_id, coalesce(t.reference, '') AS reference
		FROM parked_events p LEFT JOIN events e ON e.id = p.event_id LEFT JOIN tickets t ON t.id = e.ticket_id ORDER BY p.at DESC, p.event_id DESC LIMIT ?`, limit)
}

// Unpark takes an event off the list of those an outlet gave up on; false when
// it is not on it.
func (tx *Tx) Unpark(ctx context.Context, outlet string, id model.EventID) (bool, error) {
	n, err := tx.exec(ctx, "DELETE FROM parked_events WHERE outlet = ? AND event_id = ?", outlet, int64(id))
	return n == 1, err
}

// ParkedTogether are the events of an action that an outlet gave up on, of
// which one is id: what an action made goes together.
func (r Reader) ParkedTogether(ctx context.Context, outlet string, id model.EventID) ([]model.Record, error) {
	return many[model.Record](ctx, r, "SELECT "+recordColumns+` FROM parked_events p JOIN events e ON e.id = p.event_id
		WHERE p.outlet = ? AND e.action_id = (SELECT action_id FROM events WHERE id = ?) ORDER BY e.id`, outlet, int64(id))
}

// QueueCounts counts what waits and what failed in the queues of mail and
// webhooks, each at most model.OutgoingCap.
func (r Reader) QueueCounts(ctx context.Context) (map[model.MailState]int, map[model.DeliveryState]int, error) {
	count := func(table, state, as string) string {
		return "(SELECT count(*) FROM (SELECT 1 FROM " + table + " WHERE state = '" + state + "' LIMIT ?)) AS " + as
	}
	n, err := one[struct {
		MailQueued int `db:"mail_queued"`
		MailFailed int `db:"mail_failed"`
		Queued     int `db:"queued"`
		Failed     int `db:"failed"`
	}](ctx, r, "SELECT "+count("outgoing_mail", "queued", "mail_queued")+", "+count("outgoing_mail", "failed", "mail_failed")+", "+
		count("webhook_deliveries", "queued", "queued")+", "+count("webhook_deliveries", "failed", "failed"),
		model.OutgoingCap, model.OutgoingCap, model.OutgoingCap, model.OutgoingCap)
	return map[model.MailState]int{model.MailQueued: n.MailQueued, model.MailFailed: n.MailFailed},
		map[model.DeliveryState]int{model.DeliveryQueued: n.Queued, model.DeliveryFailed: n.Failed}, err
}
