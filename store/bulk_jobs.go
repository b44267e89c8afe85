package store

import (
	"context"
	"encoding/json"
	"fmt"

	"escalated/model"
)

// bulkRow is a row of bulk_jobs with its change set.
type bulkRow struct {
	ID       model.BulkID      `db:"id"`
	PersonID model.PersonID    `db:"person_id"`
	Actions  string            `db:"action"`
	Query    string            `db:"query"`
	Total    int               `db:"total"`
	Done     int               `db:"done"`
	Changed  int               `db:"changed"`
	Same     int               `db:"same"`
	Skipped  string            `db:"skipped"`
	ActionID string            `db:"action_id"`
	Set      model.ChangeSetID `db:"set_id"`
	Undone   bool              `db:"undone"`
	State    model.BulkState   `db:"state"`
	Error    string            `db:"error"`
	At       model.Time        `db:"created_at"`
	EndedAt  model.Time        `db:"ended_at"`
}

func (w bulkRow) job() (model.BulkJob, error) {
	j := model.BulkJob{
		ID: w.ID, PersonID: w.PersonID, Query: w.Query, Total: w.Total, Done: w.Done, Changed: w.Changed, Same: w.Same,
		Set: w.Set, Undone: w.Undone, ActionID: w.ActionID, State: w.State, Error: w.Error, At: w.At, EndedAt: w.EndedAt,
	}
	if err := json.Unmarshal([]byte(w.Actions), &j.Actions); err != nil {
		return j, fmt.Errorf("read bulk job %d: %w", w.ID, err)
	}
	if err := json.Unmarshal([]byte(w.Skipped), &j.Skipped); err != nil {
		return j, fmt.Errorf("read bulk job %d: %w", w.ID, err)
	}
	return j, nil
}

// InsertBulk writes a change of many tickets with the tickets it is for. It
// takes the transaction's action as its own.
func (tx *Tx) InsertBulk(ctx context.Context, j model.BulkJob, tickets []model.TicketID) (model.BulkID, error) {
	actions, err := json.Marshal(j.Actions)
	if err != nil {
		return 0, err
	}
	ids, err := json.Marshal(ints(tickets))
	if err != nil {
		return 0, err
	}
	id, err := tx.insert(ctx, "INSERT INTO bulk_jobs (person_id, action, query, tickets, total, action_id, state, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		j.PersonID, string(actions), j.Query, string(ids), len(tickets), j.ActionID, string(j.State), tx.Now)
	return model.BulkID(id), err
}

// SaveBulk writes how far a change of many tickets is.
func (tx *Tx) SaveBulk(ctx context.Context, j model.BulkJob) error {
	skipped, err := json.Marshal(j.Skipped)
	if err != nil {
		return err
	}
	if j.Skipped == nil {
		skipped = []byte("[]")
	}
	_, err = tx.exec(ctx, "UPDATE bulk_jobs SET done = ?, changed = ?, same = ?, skipped = ?, state = ?, error = ?, ended_at = ? WHERE id = ?",
		j.Done, j.Changed, j.Same, string(skipped), string(j.State), j.Error, j.EndedAt, int64(j.ID))
	return err
}

// BulkJob loads a change of many tickets, without the tickets.
func (r Reader) BulkJob(ctx context.Context, id model.BulkID) (model.BulkJob, error) {
	row, err := one[bulkRow](ctx, r, `SELECT j.id, j.person_id, j.action, j.query, j.total, j.done, j.changed, j.same, j.skipped, j.action_id, c.id AS set_id,
		c.undone_at IS NOT NULL AS undone, j.state, j.error, j.created_at, j.ended_at FROM bulk_jobs j LEFT JOIN change_sets c ON c.action_id = j.action_id WHERE j.id = ?`, int64(id))
	if err != nil {
		return model.BulkJob{}, err
	}
	return row.job()
}

// NextBulk is the oldest change of many tickets that is not over.
func (r Reader) NextBulk(ctx context.Context) (model.BulkID, error) {
	return one[model.BulkID](ctx, r, "SELECT id FROM bulk_jobs WHERE state IN ('waiting', 'running') ORDER BY id LIMIT 1")
}

// BulkTickets are the tickets a change is for, from the place from on.
func (r Reader) BulkTickets(ctx context.Context, id model.BulkID, from, n int) ([]model.TicketID, error) {
	return many[model.TicketID](ctx, r, "SELECT t.value FROM bulk_jobs j, json_each(j.tickets) t WHERE j.id = ? LIMIT ? OFFSET ?", int64(id), n, from)
}

// TicketsSeen loads those of the tickets that the actor sees.
func (r Reader) TicketsSeen(ctx context.Context, by model.Actor, ids []model.TicketID) (map[model.TicketID]model.Ticket, error) {
	set, err := json.Marshal(ints(ids))
	if err != nil {
		return nil, err
	}
	cond, args := visible(by, true)
	rows, err := many[model.Ticket](ctx, r, "SELECT "+ticketColumns+" FROM json_each(?) j CROSS JOIN tickets t ON t.id = j.value WHERE "+cond, append([]any{string(set)}, args...)...)
	out := make(map[model.TicketID]model.Ticket, len(rows))
	for _, t := range rows {
		out[t.ID] = t
	}
	return out, err
}

// ForgetBulk drops what ended before t.
func (tx *Tx) ForgetBulk(ctx context.Context, t model.Time) (int64, error) {
	return tx.exec(ctx, "DELETE FROM bulk_jobs WHERE ended_at < ?", t)
}

// FilteredTickets are all tickets of a list, at most n, in its order.
func (r Reader) FilteredTickets(ctx context.Context, by model.Actor, f model.TicketFilter, n int) ([]model.TicketID, error) {
	if !by.Staff() || f.Bin && !by.Can(model.PermTicketDelete) {
		return nil, nil
	}
	l, lead := r.list(by, f), bySort
	if sides := l.candidates(); len(sides) > 0 {
		_, counts, err := r.survey(ctx, l, sides, CountCap)
		if err != nil {
			return nil, err
		}
		least := 0
		for i := range sides {
			if counts[i] < counts[least] {
				least = i
			}
		}
		lead = sides[least] // all of it is read, so the fewest rows are the fastest
	}
	q := l.ids(lead, n, 0)
	if q.sql == "" {
		return nil, nil
	}
	rows, err := many[idRow](ctx, r, q.sql, q.args...)
	if err != nil {
		return nil, fmt.Errorf("list tickets: %w", err)
	}
	out := make([]model.TicketID, len(rows))
	for i, row := range rows {
		out[i] = model.TicketID(row.ID)
	}
	return out, nil
}

// UndoLabel says anew what the change set is about, when that shows only at
// the end.
func (tx *Tx) UndoLabel(ctx context.Context, label string) error {
	if tx.set != nil {
		tx.set.label = label
	}
	if tx.setID == 0 {
		return nil
	}
	_, err := tx.exec(ctx, "UPDATE change_sets SET label = ? WHERE id = ?", label, int64(tx.setID))
	return err
}
