package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"escalated/model"
)

// A verb that can be taken back says so with Undoable before its first
// change. From then on whatever writes to a watched table notes the row
// beforehand (watch); settle compares it with the row afterwards and keeps the
// columns that differ. No verb describes its own undoing, so none can forget
// a column.

// watched says what of a table can be taken back.
type watched struct {
	key  []string
	hard []string          // another value since is a conflict
	soft []string          // follows from other things; put back only when untouched since
	fill map[string]string // columns that are computed when a row comes back
}

var watchedTables = map[string]watched{
	"tickets": {
		key: []string{"id"},
		hard: []string{
			"subject", "subject_key", "status_id", "state", "priority", "type", "department_id", "assignee_id", "requester_id", "contact_id",
			"snoozed_until", "snoozed_by", "snooze_reason", "deleted_at", "deleted_by", "merged_into",
		},
		soft: []string{
			"resolved_at", "closed_at", "reopened_count", "waiting_since", "customer_at", "public_at", "updated_at", "first_message_id", "last_message_id",
			"last_public_id", "last_public_by", "message_count", "public_count", "file_count", "preview", "first_response_at",
		},
	},
	"ticket_tags":   {key: []string{"ticket_id", "tag_id"}, fill: map[string]string{"pile": "(SELECT pile FROM tickets WHERE id = ?1)"}},
	"ticket_people": {key: []string{"person_id", "role", "ticket_id"}},
	"ticket_links":  {key: []string{"a", "b", "kind"}},
	"messages":      {key: []string{"id"}, hard: []string{"ticket_id", "came_from", "pinned_at", "pinned_by", "deleted_at"}},
	"attachments":   {key: []string{"id"}, hard: []string{"message_id"}},
	"field_values":  {key: []string{"entity", "entity_id", "field_id", "option"}, hard: []string{"num", "text"}},
	"drafts":        {key: []string{"id"}, hard: []string{"ticket_id"}},
	"views":         {key: []string{"id"}, hard: []string{"scope", "department_id", "name", "query", "columns", "icon", "hue", "deleted_at"}},
	"macros":        {key: []string{"id"}, hard: []string{"deleted_at"}},
	"canned":        {key: []string{"id"}, hard: []string{"deleted_at"}},
}

// changeSet collects the rows of an undoable action while it runs.
type changeSet struct {
	by     model.Actor
	kind   string
	label  string
	rows   []*watchedRow
	byName map[string]*watchedRow
}

type watchedRow struct {
	name   string
	table  string
	key    []any
	ticket model.TicketID
	before string // its columns as JSON; "": there was no row
}

type undoing struct{}

// Undoing returns a context in which the change set of the next undoable
// action is told; zero when nothing was changed.
func Undoing(ctx context.Context) (context.Context, *model.ChangeSetID) {
	id := new(model.ChangeSetID)
	return context.WithValue(ctx, undoing{}, id), id
}

// Undoable makes what this transaction changes from here on something that
// can be taken back as one. The first call decides name and label.
func (tx *Tx) Undoable(by model.Actor, kind, label string) {
	if tx.set == nil {
		tx.set = &changeSet{by: by, kind: kind, label: label, byName: map[string]*watchedRow{}}
	}
}

// UndoneInto continues a change set of an earlier transaction, for actions
// that run in parts.
func (tx *Tx) UndoneInto(id model.ChangeSetID) { tx.setID = id }

// watch notes a row of a watched table before it is changed or removed.
func (tx *Tx) watch(ctx context.Context, table string, ticket model.TicketID, key ...any) error {
	if tx.set == nil {
		return nil
	}
	return tx.note(ctx, table, ticket, false, key)
}

// watchNew notes a row that was just inserted.
func (tx *Tx) watchNew(ctx context.Context, table string, ticket model.TicketID, key ...any) error {
	if tx.set == nil {
		return nil
	}
	return tx.note(ctx, table, ticket, true, key)
}

func (tx *Tx) note(ctx context.Context, table string, ticket model.TicketID, fresh bool, key []any) error {
	name := fmt.Sprint(table, key)
	if tx.set.byName[name] != nil {
		return nil
	}
	row := &watchedRow{name: name, table: table, key: key, ticket: ticket}
	if !fresh {
		var err error
		if row.before, err = tx.columns(ctx, table, key); err != nil {
			return fmt.Errorf("note %s: %w", table, err)
		}
	}
	tx.set.rows = append(tx.set.rows, row)
	tx.set.byName[name] = row
	return nil
}

// columns reads the columns of a row that can be taken back, as a JSON object;
// "" when there is no such row.
func (r Reader) columns(ctx context.Context, table string, key []any) (string, error) {
	row, err := one[string](ctx, r, watchedQueries[table], key...)
	if errors.Is(err, model.ErrNotFound) {
		return "", nil
	}
	return row, err
}

// watchedQueries read a row of each watched table as a JSON object.
var watchedQueries = func() map[string]string {
	out := map[string]string{}
	for table, w := range watchedTables {
		var pairs []string
		for _, c := range slices.Concat(w.key, w.hard, w.soft) {
			pairs = append(pairs, "'"+c+"', "+c)
		}
		out[table] = "SELECT json_object(" + strings.Join(pairs, ", ") + ") FROM " + table + " WHERE " + w.match()
	}
	return out
}()

// fields takes a JSON object apart; nil for "".
func fields(object string) (map[string]json.RawMessage, error) {
	if object == "" {
		return nil, nil
	}
	var out map[string]json.RawMessage
	return out, json.Unmarshal([]byte(object), &out)
}

func (w watched) match() string { return strings.Join(w.key, " = ? AND ") + " = ?" }

// keepChanges writes what the action changed; called before the commit.
func (tx *Tx) keepChanges(ctx context.Context) error {
	if tx.set == nil {
		return nil
	}
	type diff struct {
		row           *watchedRow
		before, after *string
	}
	var diffs []diff
	for _, row := range tx.set.rows {
		after, err := tx.columns(ctx, row.table, row.key)
		if err != nil {
			return fmt.Errorf("compare %s: %w", row.table, err)
		}
		if row.before == after {
			continue
		}
		was, err := fields(row.before)
		if err != nil {
			return err
		}
		is, err := fields(after)
		if err != nil {
			return err
		}
		if was != nil && is != nil {
			if was, is = differing(was, is); !substantial(row.table, is) {
				continue
			}
		}
		diffs = append(diffs, diff{row, object(was), object(is)})
	}
	if len(diffs) == 0 {
		return nil
	}
	actor := tx.set.by.ID
	if actor == 0 {
		var err error
		if actor, err = tx.MachineID(ctx, tx.set.by.Part); err != nil {
			return err
		}
	}
	base := 0
	if tx.setID != 0 {
		n, err := one[int](ctx, tx.Reader, "UPDATE change_sets SET rows = rows + ? WHERE id = ? RETURNING rows - ?", len(diffs), tx.setID, len(diffs))
		if err != nil {
			return err
		}
		base = n
	} else {
		id, err := tx.insert(ctx, "INSERT INTO change_sets (action_id, actor_id, kind, label, at, rows) VALUES (?, ?, ?, ?, ?, ?)", tx.Action(), actor, tx.set.kind, tx.set.label, tx.Now, len(diffs))
		if err != nil {
			return err
		}
		tx.setID = model.ChangeSetID(id)
	}
	for i, d := range diffs {
		key, err := json.Marshal(d.row.key)
		if err != nil {
			return err
		}
		if _, err := tx.exec(ctx, "INSERT INTO change_rows (set_id, seq, tbl, key, ticket_id, before, after) VALUES (?, ?, ?, ?, ?, ?, ?)",
			tx.setID, base+i, d.row.table, string(key), d.row.ticket, d.before, d.after); err != nil {
			return err
		}
	}
	return nil
}

// substantial reports whether more changed than columns that follow from
// other things.
func substantial(table string, changed map[string]json.RawMessage) bool {
	soft := watchedTables[table].soft
	for c := range changed {
		if !slices.Contains(soft, c) {
			return true
		}
	}
	return false
}

// differing keeps the columns that are not the same.
func differing(before, after map[string]json.RawMessage) (a, b map[string]json.RawMessage) {
	a, b = map[string]json.RawMessage{}, map[string]json.RawMessage{}
	for c, v := range before {
		if string(v) != string(after[c]) {
			a[c], b[c] = v, after[c]
		}
	}
	return a, b
}

func object(m map[string]json.RawMessage) *string {
	if m == nil {
		return nil
	}
	b, _ := json.Marshal(m) // raw messages that came from JSON
	s := string(b)
	return &s
}

// ChangeSet loads what one action changed.
func (r Reader) ChangeSet(ctx context.Context, id model.ChangeSetID) (model.ChangeSet, error) {
	return one[model.ChangeSet](ctx, r, "SELECT "+changeSetColumns+" FROM change_sets WHERE id = ?", int64(id))
}

const changeSetColumns = "id, action_id, actor_id, kind, label, at, rows, undone_at, undone_by"

// LastChangeSet is the newest action of a person that was not taken back.
func (r Reader) LastChangeSet(ctx context.Context, who model.PersonID) (model.ChangeSet, error) {
	return one[model.ChangeSet](ctx, r, "SELECT "+changeSetColumns+" FROM change_sets WHERE actor_id = ? AND undone_at IS NULL ORDER BY id DESC LIMIT 1", who)
}

// ChangedTickets are the tickets a change set touches.
func (r Reader) ChangedTickets(ctx context.Context, id model.ChangeSetID) ([]model.TicketID, error) {
	return many[model.TicketID](ctx, r, "SELECT DISTINCT ticket_id FROM change_rows WHERE set_id = ? AND ticket_id IS NOT NULL ORDER BY ticket_id", int64(id))
}

// ForgetChanges drops change sets older than t.
func (tx *Tx) ForgetChanges(ctx context.Context, t model.Time) (int64, error) {
	return tx.exec(ctx, "DELETE FROM change_sets WHERE at < ?", t)
}

// Undo puts back what a change set changed, newest first, and leaves alone
// what changed again since. may says for which tickets the actor may; rows of
// others are left alone too.
func (tx *Tx) Undo(ctx context.Context, by model.Actor, set model.ChangeSet, may func(model.TicketID) bool) (model.Undone, error) {
	out := model.Undone{Set: set}
	rows, err := many[model.ChangeRow](ctx, tx.Reader, "SELECT seq, tbl, key, ticket_id, before, after FROM change_rows WHERE set_id = ? ORDER BY seq DESC", int64(set.ID))
	if err != nil {
		return out, err
	}
	moved := map[model.TicketID]bool{}
	touched := map[model.TicketID]bool{}
	// Tickets are told apart from the counts' hook before anything changes.
	for _, row := range rows {
		if row.TicketID != 0 {
			if err := tx.touch(ctx, row.TicketID); err != nil {
				return out, err
			}
		}
	}
	for _, row := range rows {
		conflict := func(field string) {
			out.Conflicts = append(out.Conflicts, model.UndoConflict{Ticket: row.TicketID, Field: field})
		}
		if row.TicketID != 0 && !may(row.TicketID) {
			conflict("not_allowed")
			continue
		}
		field, err := tx.undoRow(ctx, row)
		if err != nil {
			return out, fmt.Errorf("undo %s: %w", row.Table, err)
		}
		if field != "" {
			conflict(field)
			continue
		}
		if row.TicketID != 0 {
			touched[row.TicketID] = true
		}
		if row.Table == "messages" {
			moved[row.TicketID] = true
			if id := jsonID(row.Before, "ticket_id"); id != 0 {
				moved[id] = true
			}
			if id := jsonID(row.After, "ticket_id"); id != 0 {
				moved[id] = true
			}
		}
	}
	for id := range moved {
		if id == 0 {
			continue
		}
		if err := tx.Recount(ctx, id); err != nil {
			return out, err
		}
	}
	for id := range touched {
		out.Tickets = append(out.Tickets, id)
	}
	slices.Sort(out.Tickets)
	if err := tx.nameConflicts(ctx, out.Conflicts); err != nil {
		return out, err
	}
	actor := by.ID
	if actor == 0 {
		if actor, err = tx.MachineID(ctx, by.Part); err != nil {
			return out, err
		}
	}
	_, err = tx.exec(ctx, "UPDATE change_sets SET undone_at = ?, undone_by = ? WHERE id = ?", tx.Now, actor, int64(set.ID))
	return out, err
}

func (tx *Tx) nameConflicts(ctx context.Context, list []model.UndoConflict) error {
	for i, c := range list {
		if c.Ticket == 0 {
			continue
		}
		ref, err := one[string](ctx, tx.Reader, "SELECT reference FROM tickets WHERE id = ?", c.Ticket)
		if err != nil && err != model.ErrNotFound {
			return err
		}
		list[i].Reference = ref
	}
	return nil
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
func (tx *Tx) undoRow(ctx context.Context, row model.ChangeRow) (string, error) {
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
		return tx.undoInsert(ctx, w, row, key, now, after)
	case row.After == nil: // it went: bring it back
		if now != nil {
			return "", nil
		}
		return "", tx.undoDelete(ctx, w, row, key, before)
	case now == nil:
		return row.Table, nil
	}
	for _, c := range w.hard {
		if v, ok := after[c]; ok && string(v) != string(now[c]) {
			return c, nil
		}
	}
	return "", tx.undoUpdate(ctx, w, row, key, now, before, after)
}

func (tx *Tx) undoInsert(ctx context.Context, w watched, row model.ChangeRow, key []any, now, after map[string]json.RawMessage) (string, error) {
	for _, c := range w.hard {
		if string(now[c]) != string(after[c]) {
			return c, nil
		}
	}
	switch row.Table {
	case "tickets": // only when nothing was said in it since
		n, err := one[int](ctx, tx.Reader, "SELECT count(*) FROM messages WHERE ticket_id = ?", key[0])
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

// Recount brings what a ticket says of its messages in line with them, after
// messages moved between tickets.
func (tx *Tx) Recount(ctx context.Context, id model.TicketID) error {
	if err := tx.touch(ctx, id); err != nil {
		return err
	}
	if err := tx.watch(ctx, "tickets", id, id); err != nil {
		return err
	}
	const said = "FROM messages m WHERE m.ticket_id = t.id AND m.deleted_at IS NULL AND m.kind <> 4"
	const public = "FROM messages m WHERE m.ticket_id = t.id AND m.deleted_at IS NULL AND m.held_at IS NULL AND m.kind = 1"
	body, err := one[string](ctx, tx.Reader, "SELECT coalesce((SELECT m.body "+strings.ReplaceAll(public, "t.id", "?")+" ORDER BY m.id DESC LIMIT 1), '')", id)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `UPDATE tickets AS t SET
		message_count = (SELECT count(*) `+said+`), public_count = (SELECT count(*) `+public+`),
		first_message_id = (SELECT min(m.id) `+said+`), last_message_id = (SELECT max(m.id) `+said+`),
		last_public_id = (SELECT max(m.id) `+public+`), last_public_by = (SELECT m.author_id `+public+` ORDER BY m.id DESC LIMIT 1),
		file_count = (SELECT count(*) FROM messages m JOIN attachments a ON a.message_id = m.id WHERE m.ticket_id = t.id AND m.deleted_at IS NULL AND m.kind <> 4),
		preview = ? WHERE t.id = ?`, model.Excerpt(body, 120), id)
	return err
}

// SameAction makes the facts of this transaction part of an action that began
// in an earlier one.
func (tx *Tx) SameAction(action string) {
	if action != "" {
		tx.action = action
	}
}
