package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"escalated/model"
)

// Views are all views people made, in the order they gave them. They are kept
// in memory; callers must not change them.
func (r Reader) Views(ctx context.Context) ([]model.View, error) {
	b, err := r.book(ctx)
	if err != nil {
		return nil, fmt.Errorf("load views: %w", err)
	}
	return b.views, nil
}

// ViewFilter reads the query of a view as a reader means it, with statuses and
// fields looked up.
func (r Reader) ViewFilter(ctx context.Context, by model.FilterReader, v model.View) (model.TicketFilter, error) {
	b, err := r.book(ctx)
	if err != nil {
		return model.TicketFilter{}, fmt.Errorf("load views: %w", err)
	}
	return by.ReadQuery(v.Query).Known(b.statuses, b.defs), nil
}

// View loads one, inside a transaction as it is now.
func (tx *Tx) View(ctx context.Context, id model.ViewID) (model.View, error) {
	row, err := one[viewRow](ctx, tx.Reader, viewQuery+" AND v.id = ?", int64(id))
	if err != nil {
		return model.View{}, err
	}
	return row.view()
}

// InsertView writes a view at the end of its owner's.
func (tx *Tx) InsertView(ctx context.Context, v model.View) (model.ViewID, error) {
	columns, err := json.Marshal(noNil(v.Columns))
	if err != nil {
		return 0, err
	}
	n, err := tx.insert(ctx, `INSERT INTO views (owner_id, scope, department_id, name, query, columns, icon, hue, position)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(position), 0) + 1 FROM views))`,
		v.OwnerID, string(v.Scope), v.DepartmentID, v.Name, v.Query, string(columns), v.Icon, v.Hue)
	if err != nil {
		return 0, err
	}
	id := model.ViewID(n)
	tx.viewChanged(id)
	if err := tx.watchNew(ctx, "views", 0, id); err != nil {
		return 0, err
	}
	return id, tx.shareView(ctx, id, v.People)
}

// UpdateView writes a view if the version still is v's; model.ErrConflict otherwise.
func (tx *Tx) UpdateView(ctx context.Context, v model.View) error {
	columns, err := json.Marshal(noNil(v.Columns))
	if err != nil {
		return err
	}
	if err := tx.watch(ctx, "views", 0, v.ID); err != nil {
		return err
	}
	tx.viewChanged(v.ID)
	if err := tx.versioned(ctx, `UPDATE views SET scope = ?, department_id = ?, name = ?, query = ?, columns = ?, icon = ?, hue = ?, version = version + 1
		WHERE id = ? AND version = ? AND deleted_at IS NULL`, string(v.Scope), v.DepartmentID, v.Name, v.Query, string(columns), v.Icon, v.Hue, v.ID, v.Version); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, "DELETE FROM view_people WHERE view_id = ?", v.ID); err != nil {
		return err
	}
	return tx.shareView(ctx, v.ID, v.People)
}

func (tx *Tx) shareView(ctx context.Context, id model.ViewID, people []model.PersonID) error {
	for _, p := range people {
		if _, err := tx.exec(ctx, "INSERT INTO view_people (view_id, person_id) VALUES (?, ?) ON CONFLICT DO NOTHING", id, p); err != nil {
			return err
		}
	}
	return nil
}

// DeleteView takes a view out of all lists; it is kept for undoing.
func (tx *Tx) DeleteView(ctx context.Context, id model.ViewID) error {
	if err := tx.watch(ctx, "views", 0, id); err != nil {
		return err
	}
	tx.viewChanged(id)
	_, err := tx.exec(ctx, "UPDATE views SET deleted_at = ?, version = version + 1 WHERE id = ?", tx.Now, id)
	return err
}

// viewKey is the view of a change's key.
func viewKey(key string) model.ViewID {
	var ids []model.ViewID
	if json.Unmarshal([]byte(key), &ids) != nil || len(ids) == 0 {
		return 0
	}
	return ids[0]
}

// PlaceViews writes a person's order of views.
func (tx *Tx) PlaceViews(ctx context.Context, who model.PersonID, places []model.ViewPlace) error {
	if _, err := tx.exec(ctx, "DELETE FROM view_places WHERE person_id = ?", who); err != nil {
		return err
	}
	for i, p := range places {
		if _, err := tx.exec(ctx, "INSERT INTO view_places (person_id, view_id, position, hidden, is_default) VALUES (?, ?, ?, ?, ?)", who, int64(p.View), i, flag(p.Hidden), flag(p.Default)); err != nil {
			return err
		}
	}
	return nil
}

// DefaultView is the view a person begins with, zero for none.
func (r Reader) DefaultView(ctx context.Context, who model.PersonID) (model.ViewID, error) {
	return one[model.ViewID](ctx, r, "SELECT coalesce((SELECT view_id FROM view_places WHERE person_id = ? AND is_default = 1 LIMIT 1), 0)", who)
}

func noNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// ViewFilter is a view with its query as the actor means it.
type ViewFilter struct {
	ID     model.ViewID
	Filter model.TicketFilter
}

// ViewNumbers is what the side bar says beside the views themselves.
type ViewNumbers struct {
	Counts map[model.ViewID]ViewCount
	Places []model.ViewPlace
	Unread int // notifications, at most 100
}

// ViewCount is how many tickets a view has. Kept says that the number is that
// of this moment at no cost.
type ViewCount struct {
	N      int
	Capped bool
	Kept   bool
}

// ViewNumbers reads the numbers of views, the person's own order and the
// unread notifications, in one query. Numbers that are not kept are counted,
// each up to a cap.
func (r Reader) ViewNumbers(ctx context.Context, by model.Actor, views []ViewFilter) (ViewNumbers, error) {
	out := ViewNumbers{Counts: map[model.ViewID]ViewCount{}}
	book, err := r.book(ctx)
	if err != nil {
		return out, fmt.Errorf("load views: %w", err)
	}
	kept := map[model.ViewID]*keptView{}
	for i := range book.kept {
		kept[book.kept[i].id] = &book.kept[i]
	}
	var all []*keptView
	var counts []clause
	for _, v := range views {
		if k := kept[v.ID]; k != nil {
			all = append(all, k)
			out.Counts[v.ID] = ViewCount{Kept: true}
			continue
		}
		counts = append(counts, r.list(by, v.Filter).counted(v.ID))
	}
	sum, rest := sumKept(by, all), joined(counts, ", ")
	q := `SELECT (SELECT json_group_array(json_array(view_id, n, 0)) FROM (` + sum.sql + `)) AS kept, json_array(` + rest.sql + `) AS counted,
		(SELECT json_group_array(json_array(view_id, hidden, is_default)) FROM (SELECT * FROM view_places WHERE person_id = ? ORDER BY position)) AS places,
		(SELECT ` + unreadCount + ` FROM people p WHERE p.id = ?) AS unread`
	row, err := one[struct {
		Kept, Counted, Places string
		Unread                int
	}](ctx, r, q, append(append(sum.args, rest.args...), int64(by.ID), int64(by.ID))...)
	if err != nil {
		return out, err
	}
	out.Unread = row.Unread
	var numbers, places [][3]int64
	for text, to := range map[string]*[][3]int64{row.Kept: &numbers, row.Places: &places} {
		if err := json.Unmarshal([]byte(text), to); err != nil {
			return out, fmt.Errorf("read counts: %w", err)
		}
	}
	for _, n := range numbers {
		out.Counts[model.ViewID(n[0])] = ViewCount{N: out.Counts[model.ViewID(n[0])].N + int(n[1]), Kept: true}
	}
	numbers = nil
	if err := json.Unmarshal([]byte(row.Counted), &numbers); err != nil {
		return out, fmt.Errorf("read counts: %w", err)
	}
	for _, n := range numbers {
		out.Counts[model.ViewID(n[0])] = ViewCount{N: int(n[1]), Capped: n[2] != 0 || n[1] >= sideCap}
	}
	for _, p := range places {
		out.Places = append(out.Places, model.ViewPlace{View: model.ViewID(p[0]), Hidden: p[1] != 0, Default: p[2] != 0})
	}
	return out, nil
}

// sumKept adds up the kept numbers of views. A narrow actor's are those of
// their departments, and of the others what is assigned to them.
func sumKept(by model.Actor, views []*keptView) clause {
	var part, full []int64
	for _, k := range views {
		if by.Kind.Staff() && by.Narrow && k.aside() {
			part = append(part, int64(k.id))
		} else {
			full = append(full, int64(k.id))
		}
	}
	me := int64(by.ID)
	c := say("SELECT view_id, sum(n) AS n FROM view_counts WHERE view_id IN (?) AND person_id IN (0, ?) GROUP BY view_id", full, me)
	if len(part) == 0 {
		return c
	}
	own := append(ints(by.Departments), -1)
	if by.Loose {
		own = append(own, 0)
	}
	inside := say("SELECT view_id, sum(n) AS n FROM view_counts WHERE view_id IN (?) AND person_id IN (0, ?) AND department_id IN (?) GROUP BY view_id", part, me, own)
	outside := say("SELECT view_id, sum(n) AS n FROM view_counts WHERE view_id IN (?) AND person_id = ? AND department_id NOT IN (?) GROUP BY view_id", part, -me, own)
	return joined([]clause{c, inside, outside}, " UNION ALL ")
}

// counted is the number of a list as a JSON array: id, number, whether only
// part of it was looked at.
func (l list) counted(id model.ViewID) clause {
	c := l.count(byCount, sideCap)
	if c.sql == "" {
		return clause{sql: "json_array(" + strconv.Itoa(int(id)) + ", 0, 0)"}
	}
	return clause{"json((SELECT json_array(" + strconv.Itoa(int(id)) + ", n, partly) FROM (" + c.sql + ")))", c.args}
}

// PeopleNamed are the people a word means as requesters: those with the
// address or of the domain, or whose name or address begins so. At most limit.
func (r Reader) PeopleNamed(ctx context.Context, word string, limit int) ([]int64, error) {
	word = strings.ToLower(word)
	if domain, _ := strings.CutPrefix(word, "@"); strings.Contains(domain, ".") && !strings.Contains(domain, "@") {
		ids, err := many[int64](ctx, r, "SELECT DISTINCT person_id FROM person_emails INDEXED BY person_emails_domain WHERE substr(address, instr(address, '@') + 1) = ? LIMIT ?", domain, limit)
		if err != nil || len(ids) > 0 {
			return ids, err
		}
	}
	if strings.Contains(word, "@") {
		return many[int64](ctx, r, "SELECT person_id FROM person_emails WHERE address = ?", word)
	}
	people, err := r.SearchPeople(ctx, word, limit)
	ids := make([]int64, len(people))
	for i, p := range people {
		ids[i] = int64(p.ID)
	}
	return ids, err
}
