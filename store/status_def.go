package store

import (
	"context"

	"escalated/model"
)

const statusColumns = "id, key, state, position, label, customer_label, hue, archived_at, version"

// Statuses lists all statuses in their order, archived ones included.
func (r Reader) Statuses(ctx context.Context) ([]model.StatusDef, error) {
	return many[model.StatusDef](ctx, r, "SELECT "+statusColumns+" FROM statuses ORDER BY position, id")
}

// StatusesFull lists them with how many tickets have each, at most 1,000.
func (r Reader) StatusesFull(ctx context.Context) ([]model.StatusRow, error) {
	return many[model.StatusRow](ctx, r, "SELECT "+statusColumns+", "+statusUse+" AS tickets FROM statuses s ORDER BY position, id")
}

// statusUse counts the tickets of the status s in the index of piles.
const statusUse = "(SELECT count(*) FROM (SELECT 1 FROM tickets t WHERE t.pile IN (1, 2, 3, 4, 5, 6, 7) AND t.status_id = s.id LIMIT 1000))"

// StatusDef loads one with how many tickets have it.
func (r Reader) StatusDef(ctx context.Context, id model.StatusID) (model.StatusRow, error) {
	return one[model.StatusRow](ctx, r, "SELECT "+statusColumns+", "+statusUse+" AS tickets FROM statuses s WHERE id = ?", int64(id))
}

// StatusMoves lists the moves an admin narrowed.
func (r Reader) StatusMoves(ctx context.Context) ([]model.StatusMove, error) {
	return many[model.StatusMove](ctx, r, "SELECT from_id, to_id FROM status_moves ORDER BY from_id, to_id")
}

// SetStatusMoves replaces the table of moves.
func (tx *Tx) SetStatusMoves(ctx context.Context, list []model.StatusMove) error {
	if _, err := tx.exec(ctx, "DELETE FROM status_moves"); err != nil {
		return err
	}
	for _, m := range list {
		if _, err := tx.exec(ctx, "INSERT INTO status_moves (from_id, to_id) VALUES (?, ?) ON CONFLICT DO NOTHING", m.From, m.To); err != nil {
			return err
		}
	}
	return nil
}

// InsertStatus writes a status at the end of the list.
func (tx *Tx) InsertStatus(ctx context.Context, s model.StatusDef) (model.StatusID, error) {
	id, err := tx.insert(ctx, `INSERT INTO statuses (key, state, position, label, customer_label, hue)
		SELECT ?, ?, max(position) + 1, ?, ?, ? FROM statuses`, s.Key, int64(s.State), s.Label, s.CustomerLabel, s.Hue)
	return model.StatusID(id), err
}

// UpdateStatus writes everything but key and place if the version still is
// s's; model.ErrConflict otherwise.
func (tx *Tx) UpdateStatus(ctx context.Context, s model.StatusDef) error {
	return tx.versioned(ctx, "UPDATE statuses SET state = ?, label = ?, customer_label = ?, hue = ?, version = version + 1 WHERE id = ? AND version = ?",
		int64(s.State), s.Label, s.CustomerLabel, s.Hue, s.ID, s.Version)
}

// ArchiveStatus takes a status out of use at a time, or back with zero.
func (tx *Tx) ArchiveStatus(ctx context.Context, id model.StatusID, at model.Time) error {
	_, err := tx.exec(ctx, "UPDATE statuses SET archived_at = ?, version = version + 1 WHERE id = ?", at, id)
	return err
}

// PlaceStatuses writes the order of the statuses.
func (tx *Tx) PlaceStatuses(ctx context.Context, order []model.StatusID) error {
	for i, id := range order {
		if _, err := tx.exec(ctx, "UPDATE statuses SET position = ? WHERE id = ? AND position <> ?", i+1, id, i+1); err != nil {
			return err
		}
	}
	return nil
}

// TicketsOfStatus are some tickets that have a status, those in the bin too.
func (r Reader) TicketsOfStatus(ctx context.Context, id model.StatusID, limit int) ([]model.Ticket, error) {
	return many[model.Ticket](ctx, r, "SELECT "+ticketColumns+" FROM tickets t WHERE t.pile IN (1, 2, 3, 4, 5, 6, 7) AND t.status_id = ? LIMIT ?", int64(id), limit)
}
