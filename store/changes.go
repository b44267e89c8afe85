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
			"last_public_id", "last_public_by", "message_count", "public_count", "file_count", "preview", "first_response_at", "rating_due_at", "assigned_at",
		},
	},
	"ticket_tags":        {key: []string{"ticket_id", "tag_id"}, fill: map[string]string{"pile": "(SELECT pile FROM tickets WHERE id = ?1)"}},
	"ticket_people":      {key: []string{"person_id", "role", "ticket_id"}},
	"ticket_links":       {key: []string{"a", "b", "kind"}},
	"messages":           {key: []string{"id"}, hard: []string{"ticket_id", "came_from", "pinned_at", "pinned_by", "deleted_at"}},
	"attachments":        {key: []string{"id"}, hard: []string{"message_id"}},
	"field_values":       {key: []string{"entity", "entity_id", "field_id", "option"}, hard: []string{"num", "text"}},
	"drafts":             {key: []string{"id"}, hard: []string{"ticket_id", "held_at", "held_why"}},
	"side_conversations": {key: []string{"id"}, hard: []string{"ticket_id"}},
	"views":              {key: []string{"id"}, hard: []string{"scope", "department_id", "name", "query", "columns", "icon", "hue", "deleted_at"}},
	"ticket_subjects":    {key: []string{"ticket_id", "type", "object_id"}, hard: []string{"role", "position"}},
	"macros":             {key: []string{"id"}, hard: []string{"deleted_at"}},
	"canned":             {key: []string{"id"}, hard: []string{"deleted_at"}},
	"rules":              {key: []string{"id"}, hard: []string{"deleted_at"}},
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

// rowDiff is a row of a change set: the changed columns before and after.
type rowDiff struct {
	row           *watchedRow
	before, after *string
}

// diffs compares the noted rows with what they are now. An action that undid
// itself, such as a tag put on and taken off, still has moved the time of the
// last change, which goes back with the rest.
func (tx *Tx) diffs(ctx context.Context) ([]rowDiff, error) {
	var out []rowDiff
	for _, row := range tx.set.rows {
		after, err := tx.columns(ctx, row.table, row.key)
		if err != nil {
			return nil, fmt.Errorf("compare %s: %w", row.table, err)
		}
		if row.before == after {
			continue
		}
		was, err := fields(row.before)
		if err != nil {
			return nil, err
		}
		is, err := fields(after)
		if err != nil {
			return nil, err
		}
		if was != nil && is != nil {
			was, is = differing(was, is)
		}
		out = append(out, rowDiff{row, object(was), object(is)})
	}
	return out, nil
}

// keepChanges writes what the action changed; called before the commit.
func (tx *Tx) keepChanges(ctx context.Context) error {
	if tx.set == nil {
		return nil
	}
	diffs, err := tx.diffs(ctx)
	if err != nil || len(diffs) == 0 {
		return err
	}
	actor := tx.set.by.ID
	if actor == 0 {
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
	last, err := one[model.Message](ctx, tx.Reader, "SELECT m.body, m.markdown "+strings.ReplaceAll(public, "t.id", "?")+" ORDER BY m.id DESC LIMIT 1", id)
	if err != nil && !errors.Is(err, model.ErrNotFound) {
		return err
	}
	_, err = tx.exec(ctx, `UPDATE tickets AS t SET
		message_count = (SELECT count(*) `+said+`), public_count = (SELECT count(*) `+public+`),
		first_message_id = (SELECT min(m.id) `+said+`), last_message_id = (SELECT max(m.id) `+said+`),
		last_public_id = (SELECT max(m.id) `+public+`), last_public_by = (SELECT m.author_id `+public+` ORDER BY m.id DESC LIMIT 1),
		file_count = (SELECT count(*) FROM messages m JOIN attachments a ON a.message_id = m.id WHERE m.ticket_id = t.id AND m.deleted_at IS NULL AND m.kind <> 4),
		preview = ? WHERE t.id = ?`, model.Excerpt(last.Plain(), 120), id)
	return err
}

// SameAction makes the facts of this transaction part of an action that began
// in an earlier one.
func (tx *Tx) SameAction(action string) {
	if action != "" {
		tx.action = action
	}
}
