package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"escalated/model"
)

// The number of tickets of a view is kept in rows by person and department.
// Person 0 is everybody, a positive one whom "me" stands for. A row of a
// negative person has the tickets of the view that are assigned to that
// person: with those of other departments a narrow agent's number is complete.

// cell is a row of view_counts.
type cell struct {
	view       model.ViewID
	person     int64
	department model.DepartmentID
}

type cells map[cell]int64

// tally adds a ticket to the cells of a view, n times.
func (c cells) tally(k *keptView, t model.Facets, n int64) {
	if !k.sieve.Lets(t) {
		return
	}
	add := func(person int64) { c[cell{k.id, person, t.DepartmentID}] += n }
	people := []model.PersonID{}
	switch k.me {
	case "":
		add(0)
		if t.AssigneeID != 0 {
			add(-int64(t.AssigneeID))
		}
		return
	case "assignee":
		people = append(people, t.AssigneeID)
	case "requester":
		people = append(people, t.RequesterID)
	case "following":
		people = t.Followers
	case "mentioned":
		people = t.Mentioned
	}
	for _, p := range people {
		if p == 0 {
			continue
		}
		add(int64(p))
		if p == t.AssigneeID && k.aside() {
			add(-int64(p))
		}
	}
}

// aside reports whether a narrow agent sees some of the view's tickets in
// other departments, but not all.
func (k *keptView) aside() bool { return k.me != "assignee" && k.me != "following" }

// put adds the cells to the table.
func (c cells) put(ctx context.Context, tx *Tx) error {
	keys := slices.SortedFunc(maps.Keys(c), func(a, b cell) int {
		return cmp.Or(cmp.Compare(a.view, b.view), cmp.Compare(a.person, b.person), cmp.Compare(a.department, b.department))
	})
	for _, k := range keys {
		if c[k] == 0 {
			continue
		}
		if _, err := tx.exec(ctx, "INSERT INTO view_counts (view_id, person_id, department_id, n) VALUES (?, ?, ?, ?) ON CONFLICT (view_id, person_id, department_id) DO UPDATE SET n = n + excluded.n",
			int64(k.view), k.person, int64(k.department), c[k]); err != nil {
			return err
		}
	}
	return nil
}

// facets is what counts and filters know of a ticket.
type facets struct {
	model.Facets
	exists bool
}

// open reports whether the ticket can be in a kept view.
func (f facets) open() bool { return f.exists && f.Pile <= model.PileAsleep }

const facetColumns = `t.pile, t.state, t.status_id, t.priority, t.type, t.channel, coalesce(t.department_id, 0) AS department_id, coalesce(t.assignee_id, 0) AS assignee_id, t.requester_id,
	t.sla_level, t.rating, t.file_count, t.created_at, t.resolved_at, t.updated_at, t.waiting_since, t.first_response_at, t.assigned_at, t.sla_policy_id, t.next_due_at,
	coalesce((SELECT group_concat(g.tag_id) FROM ticket_tags g WHERE g.ticket_id = t.id), '') AS tags,
	coalesce((SELECT group_concat(w.role || ' ' || w.person_id) FROM ticket_people w WHERE w.ticket_id = t.id AND w.role IN (2, 3)), '') AS people`

const facetFields = `, (SELECT json_group_array(json_object('field', x.field_id, 'option', x.option, 'num', x.num, 'text', x.text)) FROM field_values x WHERE x.entity = 'ticket' AND x.entity_id = t.id) AS vals`

// facetsOf loads what filters look at. One query; fields only when asked.
func (r Reader) facetsOf(ctx context.Context, id model.TicketID, fields bool) (facets, error) {
	list, err := r.facetsOfAll(ctx, []model.TicketID{id}, fields)
	return list[id], err
}

// facetsOfAll is facetsOf for several tickets. One query.
func (r Reader) facetsOfAll(ctx context.Context, ids []model.TicketID, fields bool) (map[model.TicketID]facets, error) {
	out := make(map[model.TicketID]facets, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	q := "SELECT t.id, " + facetColumns
	if fields {
		q += facetFields
	}
	from, arg := " FROM tickets t WHERE t.id = ?", any(ids[0])
	if len(ids) > 1 {
		from, arg = " FROM json_each(?) j CROSS JOIN tickets t WHERE t.id = j.value", jsonIDs(ids)
	}
	rows, err := r.q.QueryxContext(ctx, q+from, arg)
	count(ctx)
	if err != nil {
		return nil, fault(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id model.TicketID
		var f facets
		var tags, people, values string
		to := []any{
			&id, (*int64)(&f.Pile), (*int64)(&f.Status), &f.StatusID, (*int64)(&f.Priority), (*int64)(&f.Type), (*int64)(&f.Channel), &f.DepartmentID, &f.AssigneeID, &f.RequesterID,
			(*int64)(&f.SLA), (*int64)(&f.Rating), &f.Files, &f.CreatedAt, &f.ResolvedAt, &f.UpdatedAt, &f.WaitingSince, &f.FirstResponseAt, &f.AssignedAt, &f.Policy, &f.NextDueAt, &tags, &people,
		}
		if fields {
			to = append(to, &values)
		}
		if err := rows.Scan(to...); err != nil {
			return nil, fault(err)
		}
		f.exists = true
		if values != "" {
			if err := json.Unmarshal([]byte(values), &f.Fields); err != nil {
				return nil, fmt.Errorf("read values: %w", err)
			}
		}
		if err := f.lists(tags, people); err != nil {
			return nil, err
		}
		out[id] = f
	}
	return out, fault(rows.Err())
}

func jsonIDs[T ~int64](ids []T) string {
	var b strings.Builder
	b.WriteByte('[')
	for i, id := range ids {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatInt(int64(id), 10))
	}
	b.WriteByte(']')
	return b.String()
}

func (f *facets) lists(tags, people string) error {
	if tags != "" {
		for s := range strings.SplitSeq(tags, ",") {
			n, err := strconv.ParseInt(s, 10, 64)
			if err != nil {
				return fmt.Errorf("read tags: %w", err)
			}
			f.Tags = append(f.Tags, model.TagID(n))
		}
	}
	if people == "" {
		return nil
	}
	for s := range strings.SplitSeq(people, ",") {
		role, id, _ := strings.Cut(s, " ")
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			return fmt.Errorf("read people: %w", err)
		}
		if role == "2" {
			f.Followers = append(f.Followers, model.PersonID(n))
		} else {
			f.Mentioned = append(f.Mentioned, model.PersonID(n))
		}
	}
	return nil
}

// viewChanged makes the transaction count a view anew before it commits.
func (tx *Tx) viewChanged(id model.ViewID) {
	if !slices.Contains(tx.views, id) {
		tx.views, tx.kept = append(tx.views, id), nil
	}
}

// settleViews brings the counts of views in line: of touched tickets by the
// difference, of changed views by counting them.
func (tx *Tx) settleViews(ctx context.Context, after map[model.TicketID]facets) error {
	var changed []keptView
	sum := cells{}
	if len(tx.views) > 0 {
		tx.kept = nil
	}
	if len(tx.touched)+len(tx.views) == 0 {
		return nil
	}
	book, err := tx.book(ctx)
	if err != nil {
		return err
	}
	for i := range book.kept {
		k := &book.kept[i]
		if slices.Contains(tx.views, k.id) {
			changed = append(changed, *k)
			continue
		}
		for id, was := range tx.touched {
			now := after[id]
			if was.open() {
				sum.tally(k, was.Facets, -1)
			}
			if now.open() {
				sum.tally(k, now.Facets, 1)
			}
		}
	}
	if err := sum.put(ctx, tx); err != nil {
		return err
	}
	for _, id := range tx.views {
		if _, err := tx.exec(ctx, "DELETE FROM view_counts WHERE view_id = ?", int64(id)); err != nil {
			return err
		}
	}
	for i := range changed {
		if err := tx.recountView(ctx, &changed[i]); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) recountView(ctx context.Context, k *keptView) error {
	c, err := tx.counted(ctx, k)
	if err != nil {
		return fmt.Errorf("count view %d: %w", k.id, err)
	}
	return c.put(ctx, tx)
}

// counted counts a view from the tickets: one pass over the open ones.
func (r Reader) counted(ctx context.Context, k *keptView) (cells, error) {
	l := list{s: k.sieve, by: model.System("counts"), lanes: k.sieve.Lanes}
	person, join := "0", ""
	switch k.me {
	case "assignee":
		person = "coalesce(t.assignee_id, 0)"
	case "requester":
		person = "t.requester_id"
	case "following":
		person, join = "w.person_id", " CROSS JOIN ticket_people w ON w.ticket_id = t.id AND w.role = 2"
	case "mentioned":
		person, join = "w.person_id", " CROSS JOIN ticket_people w ON w.ticket_id = t.id AND w.role = 3"
	}
	out := cells{}
	if l.s.Nothing {
		return out, nil
	}
	for _, ln := range l.lanes {
		where := l.where(bySort, ln)
		rows, err := many[struct {
			Person     int64              `db:"person"`
			Department model.DepartmentID `db:"department"`
			Assignee   int64              `db:"assignee"`
			N          int64              `db:"n"`
		}](ctx, r, "SELECT "+person+" AS person, t.department_id AS department, coalesce(t.assignee_id, 0) AS assignee, count(*) AS n FROM tickets t INDEXED BY tickets_updated"+join+
			" WHERE "+where.sql+" GROUP BY 1, 2, 3", where.args...)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if k.me != "" && row.Person == 0 {
				continue
			}
			out[cell{k.id, row.Person, row.Department}] += row.N
			if row.Assignee != 0 && k.aside() && (k.me == "" || row.Person == row.Assignee) {
				out[cell{k.id, -row.Assignee, row.Department}] += row.N
			}
		}
	}
	return out, nil
}

// RecountViews counts all views whose numbers are kept and repairs those that
// differ. It tells which; there should be none. Nobody waits for it but when
// something has to be repaired.
func (db *DB) RecountViews(ctx context.Context) (wrong []model.ViewID, err error) {
	book, err := db.Read().book(ctx)
	if err != nil {
		return nil, err
	}
	known := []int64{0} // no view
	for i := range book.kept {
		k := &book.kept[i]
		known = append(known, int64(k.id))
		same, err := db.compareView(ctx, k)
		if err == nil && !same {
			same = true
			err = db.Write(ctx, func(tx *Tx) (err error) { same, err = tx.repairView(tx.Ctx, k.id); return err })
		}
		if err != nil {
			return wrong, fmt.Errorf("compare view %d: %w", k.id, err)
		}
		if !same {
			wrong = append(wrong, k.id)
		}
	}
	return wrong, db.Write(ctx, func(tx *Tx) error { return tx.forgetCounts(tx.Ctx, known) })
}

// compareView compares the numbers of a view with the tickets, as both were at
// one moment.
func (db *DB) compareView(ctx context.Context, k *keptView) (bool, error) {
	raw, err := db.r.BeginTxx(ctx, nil)
	if err != nil {
		return false, fmt.Errorf("begin: %w", fault(err))
	}
	defer raw.Rollback() // it only read
	r := Reader{q: raw, db: db, tx: raw}
	want, err := r.counted(ctx, k)
	if err != nil {
		return false, err
	}
	return r.sameCounts(ctx, k.id, want)
}

// repairView counts a view as it is now and writes the numbers if they differ
// from those that are kept.
func (tx *Tx) repairView(ctx context.Context, id model.ViewID) (same bool, err error) {
	book, err := tx.book(ctx)
	if err != nil {
		return false, err
	}
	i := slices.IndexFunc(book.kept, func(k keptView) bool { return k.id == id })
	if i < 0 {
		return true, nil // it was changed meanwhile
	}
	want, err := tx.counted(ctx, &book.kept[i])
	if err != nil {
		return false, err
	}
	if same, err = tx.sameCounts(ctx, id, want); err != nil || same {
		return same, err
	}
	if _, err := tx.exec(ctx, "DELETE FROM view_counts WHERE view_id = ?", int64(id)); err != nil {
		return false, err
	}
	return false, want.put(ctx, tx)
}

// forgetCounts drops rows that count nothing: of views there are no more, and
// of people and departments whose number went back to zero.
func (tx *Tx) forgetCounts(ctx context.Context, known []int64) error {
	book, err := tx.book(ctx)
	if err != nil {
		return err
	}
	for _, k := range book.kept { // one may have been made meanwhile
		known = append(known, int64(k.id))
	}
	q, args := in("DELETE FROM view_counts WHERE view_id NOT IN (?) OR n = 0", known)
	_, err = tx.exec(ctx, q, args...)
	return err
}

func (r Reader) sameCounts(ctx context.Context, id model.ViewID, want cells) (bool, error) {
	rows, err := many[struct {
		Person     int64              `db:"person_id"`
		Department model.DepartmentID `db:"department_id"`
		N          int64              `db:"n"`
	}](ctx, r, "SELECT person_id, department_id, n FROM view_counts WHERE view_id = ? AND n <> 0", int64(id))
	if err != nil {
		return false, err
	}
	for _, row := range rows {
		if want[cell{id, row.Person, row.Department}] != row.N {
			return false, nil
		}
	}
	return len(rows) == len(want), nil
}
