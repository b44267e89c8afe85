package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"escalated/model"
)

// Undo puts back what a change set changed, newest first, and leaves alone
// what changed again since. may says for which tickets the actor may; rows of
// others are left alone too. Where nothing could be put back, the set stays
// open for another try.
func (tx *Tx) Undo(ctx context.Context, by model.Actor, set model.ChangeSet, may func(model.TicketID) bool) (model.Undone, error) {
	out := model.Undone{Set: set}
	rows, err := tx.ChangeRows(ctx, set.ID)
	if err != nil {
		return out, err
	}
	for _, row := range rows { // before anything changes, for the counts
		if row.TicketID != 0 {
			if err := tx.touch(ctx, row.TicketID); err != nil {
				return out, err
			}
		}
	}
	sent, err := tx.sentIn(ctx, rows)
	if err != nil {
		return out, err
	}
	moved, shifted, touched := map[model.TicketID]bool{}, map[model.TicketID]bool{}, map[model.TicketID]bool{}
	for _, row := range rows {
		field := "not_allowed"
		if row.TicketID == 0 || may(row.TicketID) {
			if field, err = tx.tryRow(ctx, row, sent); err != nil {
				return out, fmt.Errorf("undo %s: %w", row.Table, err)
			}
		}
		if field != "" {
			out.Conflicts = append(out.Conflicts, model.UndoConflict{Ticket: row.TicketID, Field: field})
			continue
		}
		out.Rows++
		if row.TicketID != 0 {
			touched[row.TicketID] = true
		}
		if row.Table == "views" {
			tx.viewChanged(viewKey(row.Key))
		}
		if row.Table == "messages" {
			from, to := jsonID(row.Before, "ticket_id"), jsonID(row.After, "ticket_id")
			moved[row.TicketID], moved[from], moved[to] = true, true, true
			if from != 0 && to != 0 {
				shifted[from], shifted[to] = true, true
			}
		}
	}
	delete(moved, 0)
	for id := range moved {
		recount := tx.Recount
		if shifted[id] { // went between tickets: whose turn it is follows
			recount = tx.MovedMessages
		}
		if err := recount(ctx, id); err != nil {
			return out, err
		}
	}
	out.Tickets = slices.Sorted(maps.Keys(touched))
	if err := tx.nameConflicts(ctx, out.Conflicts, may); err != nil {
		return out, err
	}
	return out, tx.keepUndone(ctx, by, out)
}

// ChangeRows are what a change set changed, newest first.
func (r Reader) ChangeRows(ctx context.Context, id model.ChangeSetID) ([]model.ChangeRow, error) {
	return many[model.ChangeRow](ctx, r, "SELECT seq, tbl, key, ticket_id, before, after FROM change_rows WHERE set_id = ? ORDER BY seq DESC", int64(id))
}

// MovedAway are the tickets that a set itself may have taken out of its
// actor's sight, by department, assignee, bin, or the end of following, and
// those it made.
func (r Reader) MovedAway(ctx context.Context, set model.ChangeSet) ([]model.TicketID, error) {
	return many[model.TicketID](ctx, r, `SELECT DISTINCT ticket_id FROM change_rows WHERE set_id = ? AND (
		tbl = 'tickets' AND before IS NULL
		OR tbl = 'tickets' AND before IS NOT NULL AND after IS NOT NULL
			AND (json_type(after, '$.department_id') IS NOT NULL OR json_type(after, '$.assignee_id') IS NOT NULL OR json_type(after, '$.deleted_at') IS NOT NULL)
		OR tbl = 'ticket_people' AND after IS NULL AND key = json_array(?, ?, ticket_id))`, int64(set.ID), set.ActorID, RoleFollower)
}

// ChangesOnly reports whether a set changed rows of one table alone.
func (r Reader) ChangesOnly(ctx context.Context, id model.ChangeSetID, table string) (bool, error) {
	return one[bool](ctx, r, "SELECT NOT EXISTS (SELECT 1 FROM change_rows WHERE set_id = ? AND tbl <> ?)", int64(id), table)
}

// ChangesBin reports whether a set put tickets into the bin or took them out.
func (r Reader) ChangesBin(ctx context.Context, id model.ChangeSetID) (bool, error) {
	return one[bool](ctx, r, `SELECT EXISTS (SELECT 1 FROM change_rows WHERE set_id = ? AND tbl = 'tickets' AND before IS NOT NULL
		AND json_type(after, '$.deleted_at') IS NOT NULL)`, int64(id))
}

// keepUndone notes who took a set back and what was left alone.
func (tx *Tx) keepUndone(ctx context.Context, by model.Actor, out model.Undone) error {
	left, err := json.Marshal(out.Conflicts)
	if err != nil {
		return err
	}
	if len(out.Conflicts) == 0 {
		left = []byte("[]")
	}
	if out.Rows == 0 && len(out.Conflicts) > 0 {
		_, err := tx.exec(ctx, "UPDATE change_sets SET conflicts = ? WHERE id = ?", string(left), int64(out.Set.ID))
		return err
	}
	actor := by.ID
	if actor == 0 {
		if actor, err = tx.MachineID(ctx, by.Part); err != nil {
			return err
		}
	}
	_, err = tx.exec(ctx, "UPDATE change_sets SET conflicts = ?, undone_at = ?, undone_by = ? WHERE id = ?", string(left), tx.Now, actor, int64(out.Set.ID))
	return err
}

// UndoLeft is what the last try to take a set back left alone.
func (r Reader) UndoLeft(ctx context.Context, id model.ChangeSetID) ([]model.UndoConflict, error) {
	text, err := one[string](ctx, r, "SELECT conflicts FROM change_sets WHERE id = ?", int64(id))
	if err != nil {
		return nil, err
	}
	var out []model.UndoConflict
	return out, json.Unmarshal([]byte(text), &out)
}

// nameConflicts gives the tickets their references; those out of sight have none.
func (tx *Tx) nameConflicts(ctx context.Context, list []model.UndoConflict, may func(model.TicketID) bool) error {
	ids := []model.TicketID{}
	for _, c := range list {
		if c.Ticket != 0 && may(c.Ticket) {
			ids = append(ids, c.Ticket)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	set, err := json.Marshal(ids)
	if err != nil {
		return fmt.Errorf("name conflicts: %w", err)
	}
	rows, err := many[struct {
		ID        model.TicketID `db:"id"`
		Reference string         `db:"reference"`
	}](ctx, tx.Reader, "SELECT id, reference FROM tickets WHERE id IN (SELECT value FROM json_each(?))", string(set))
	if err != nil {
		return err
	}
	names := map[model.TicketID]string{}
	for _, r := range rows {
		names[r.ID] = r.Reference
	}
	for i, c := range list {
		list[i].Reference = names[c.Ticket]
	}
	return nil
}

// sentIn are the tickets to which a set said something that customers read. It
// cannot be unsaid: the message stays, and with it what follows from it.
func (tx *Tx) sentIn(ctx context.Context, rows []model.ChangeRow) (map[model.TicketID]bool, error) {
	of := map[model.MessageID]model.TicketID{}
	for _, row := range rows {
		if row.Table == "messages" && row.Before == nil {
			var key []model.MessageID
			if err := json.Unmarshal([]byte(row.Key), &key); err != nil || len(key) == 0 {
				return nil, fmt.Errorf("read key of a message %q: %w", row.Key, err)
			}
			of[key[0]] = row.TicketID
		}
	}
	out := map[model.TicketID]bool{}
	if len(of) == 0 {
		return out, nil
	}
	set, err := json.Marshal(slices.Sorted(maps.Keys(of)))
	if err != nil {
		return nil, fmt.Errorf("look for messages: %w", err)
	}
	said, err := many[model.MessageID](ctx, tx.Reader, "SELECT id FROM messages WHERE id IN (SELECT value FROM json_each(?)) AND kind = 1 AND held_at IS NULL", string(set))
	for _, id := range said {
		out[of[id]] = true
	}
	return out, err
}

// tryRow puts one row back. What it stood on may be gone: a ticket that was
// erased, a tag; then it is left out like what changed since.
func (tx *Tx) tryRow(ctx context.Context, row model.ChangeRow, sent map[model.TicketID]bool) (field string, err error) {
	err = tx.Savepoint(ctx, func() error {
		field, err = tx.undoRow(ctx, row, sent[row.TicketID])
		return err
	})
	var e *sqlite.Error
	if errors.Is(err, ErrTaken) || errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_CONSTRAINT {
		return row.Table, nil
	}
	return field, err
}

func jsonID(obj *string, name string) model.TicketID {
	if obj == nil {
		return 0
	}
	var m map[string]json.RawMessage
	var n int64
	if json.Unmarshal([]byte(*obj), &m) != nil || json.Unmarshal(m[name], &n) != nil {
		return 0
	}
	return model.TicketID(n)
}

// undoRow puts one row back and names the field in conflict, if any.
func (tx *Tx) undoRow(ctx context.Context, row model.ChangeRow, sent bool) (string, error) {
	w, ok := watchedTables[row.Table]
	if !ok {
		return row.Table, nil
	}
	var key []any
	if err := decode(row.Key, &key); err != nil {
		return "", err
	}
	text, err := tx.columns(ctx, row.Table, key)
	if err != nil {
		return "", err
	}
	now, err := fields(text)
	if err != nil {
		return "", err
	}
	before, after := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	for from, to := range map[*string]*map[string]json.RawMessage{row.Before: &before, row.After: &after} {
		if from != nil {
			if err := json.Unmarshal([]byte(*from), to); err != nil {
				return "", err
			}
		}
	}
	switch {
	case row.Before == nil: // it was new: take it away
		if now == nil {
			return "", nil
		}
		if sent && row.Table == "messages" {
			return row.Table, nil
		}
		return tx.undoInsert(ctx, w, row, key, now, after)
	case row.After == nil: // it went: bring it back
		if now != nil {
			return "", nil
		}
		return "", tx.undoDelete(ctx, w, row, key, before)
	case now == nil && row.Table == "drafts": // sent or thrown away since
		return "", nil
	case now == nil:
		return row.Table, nil
	}
	for _, c := range w.hard {
		if v, ok := after[c]; ok && string(v) != string(now[c]) {
			return c, nil
		}
	}
	if sent && row.Table == "tickets" {
		w.soft = nil
		for c := range before {
			if !slices.Contains(w.hard, c) {
				delete(before, c)
			}
		}
	}
	return "", tx.undoUpdate(ctx, w, row, key, now, before, after)
}

func (tx *Tx) undoInsert(ctx context.Context, w watched, row model.ChangeRow, key []any, now, after map[string]json.RawMessage) (string, error) {
	for _, c := range w.hard {
		if row.Table != "tickets" && string(now[c]) != string(after[c]) {
			return c, nil
		}
	}
	switch row.Table {
	case "tickets": // only when nothing was said or written in it since; what it is filed under means nothing without words
		n, err := one[int](ctx, tx.Reader, "SELECT (SELECT count(*) FROM messages WHERE ticket_id = ?1) + (SELECT count(*) FROM drafts WHERE ticket_id = ?1)", key[0])
		if err != nil || n > 0 {
			return row.Table, err
		}
	case "messages":
		if _, err := tx.exec(ctx, "DELETE FROM search WHERE rowid = ?", key[0]); err != nil {
			return "", err
		}
	}
	_, err := tx.exec(ctx, "DELETE FROM "+row.Table+" WHERE "+w.match(), key...)
	return "", err
}

func (tx *Tx) undoDelete(ctx context.Context, w watched, row model.ChangeRow, key []any, before map[string]json.RawMessage) error {
	names, marks, args := slices.Clone(w.key), []string{}, slices.Clone(key)
	for i := range key {
		marks = append(marks, fmt.Sprintf("?%d", i+1))
	}
	for _, c := range w.hard {
		v, err := value(before[c])
		if err != nil {
			return err
		}
		names, args = append(names, c), append(args, v)
		marks = append(marks, fmt.Sprintf("?%d", len(args)))
	}
	for c, expr := range w.fill {
		names, marks = append(names, c), append(marks, expr)
	}
	_, err := tx.exec(ctx, "INSERT INTO "+row.Table+" ("+strings.Join(names, ", ")+") VALUES ("+strings.Join(marks, ", ")+")", args...)
	return err
}

func (tx *Tx) undoUpdate(ctx context.Context, w watched, row model.ChangeRow, key []any, now, before, after map[string]json.RawMessage) error {
	var set []string
	var args []any
	for c, was := range before {
		if slices.Contains(w.soft, c) && string(now[c]) != string(after[c]) {
			continue
		}
		v, err := value(was)
		if err != nil {
			return err
		}
		set, args = append(set, c+" = ?"), append(args, v)
	}
	if row.Table == "tickets" {
		set = append(set, "version = version + 1")
	}
	if len(set) == 0 {
		return nil
	}
	_, err := tx.exec(ctx, "UPDATE "+row.Table+" SET "+strings.Join(set, ", ")+" WHERE "+w.match(), append(args, key...)...)
	return err
}

// decode reads JSON with whole numbers as int64.
func decode(s string, into *[]any) error {
	var raw []json.RawMessage
	if err := json.Unmarshal([]byte(s), &raw); err != nil {
		return err
	}
	for _, r := range raw {
		v, err := value(r)
		if err != nil {
			return err
		}
		*into = append(*into, v)
	}
	return nil
}

// value turns a JSON value into one for a column.
func value(raw json.RawMessage) (any, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	var n int64
	if json.Unmarshal(raw, &n) == nil {
		return n, nil
	}
	var f float64
	if json.Unmarshal(raw, &f) == nil {
		return f, nil
	}
	var s string
	err := json.Unmarshal(raw, &s)
	return s, err
}
