package store

import (
	"context"
	"encoding/json"
	"slices"

	"escalated/model"
)

// viewBook is what views are made of: the stored ones, and the statuses and
// fields their queries name. It is read once and kept until something of it
// changes here, or another process writes.
type viewBook struct {
	version  int64 // of the file, as the writer saw it
	views    []model.View
	statuses []model.StatusDef // when a query names some
	defs     []model.FieldDef
	kept     []keptView
	fields   bool // whether a kept view asks for fields
}

// keptView is a view whose number of tickets is kept by the transactions: one
// of open tickets, without a clock in it, in which "me" stands at most once and
// by itself. That one condition is taken out of its sieve; whom it means
// follows from the ticket.
type keptView struct {
	id    model.ViewID
	me    string // the field that is "me", or ""
	sieve model.Sieve
}

// viewRow is a view as it is stored.
type viewRow struct {
	ID           model.ViewID       `db:"id"`
	OwnerID      model.PersonID     `db:"owner_id"`
	OwnerName    string             `db:"owner_name"`
	Scope        string             `db:"scope"`
	DepartmentID model.DepartmentID `db:"department_id"`
	Name         string             `db:"name"`
	Query        string             `db:"query"`
	Columns      string             `db:"columns"`
	Icon         string             `db:"icon"`
	Hue          string             `db:"hue"`
	Position     int                `db:"position"`
	Version      int64              `db:"version"`
	People       string             `db:"people"`
}

const viewQuery = `SELECT v.id, v.owner_id, p.name AS owner_name, v.scope, v.department_id, v.name, v.query, v.columns, v.icon, v.hue, v.position, v.version,
	(SELECT json_group_array(person_id) FROM (SELECT person_id FROM view_people WHERE view_id = v.id ORDER BY person_id)) AS people
	FROM views v JOIN people p ON p.id = v.owner_id WHERE v.deleted_at IS NULL`

func (row viewRow) view() (model.View, error) {
	v := model.View{
		ID: row.ID, OwnerID: row.OwnerID, OwnerName: row.OwnerName, Scope: model.ViewScope(row.Scope), DepartmentID: row.DepartmentID, Name: row.Name, Query: row.Query,
		Icon: row.Icon, Hue: row.Hue, Position: row.Position, Version: row.Version,
	}
	if err := json.Unmarshal([]byte(row.Columns), &v.Columns); err != nil {
		return v, err
	}
	return v, json.Unmarshal([]byte(row.People), &v.People)
}

func (r Reader) readBook(ctx context.Context) (*viewBook, error) {
	rows, err := many[viewRow](ctx, r, viewQuery+" ORDER BY v.position, v.id")
	if err != nil {
		return nil, err
	}
	b, named := new(viewBook), false
	for _, row := range rows {
		v, err := row.view()
		if err != nil {
			return nil, err
		}
		b.views = append(b.views, v)
		f := model.FilterReader{}.ReadQuery(v.Query)
		named = named || len(f.Names)+len(f.Fields) > 0
	}
	if named {
		if b.statuses, err = r.Statuses(ctx); err != nil {
			return nil, err
		}
		if b.defs, err = r.FieldDefs(ctx); err != nil {
			return nil, err
		}
	}
	for _, v := range slices.Concat(model.SystemViews(), b.views) {
		if k, ok := keep(v, b.statuses, b.defs); ok {
			b.kept = append(b.kept, k)
			b.fields = b.fields || len(k.sieve.Fields) > 0
		}
	}
	return b, nil
}

// keep tells whether the number of a view's tickets can be kept.
func keep(v model.View, statuses []model.StatusDef, fields []model.FieldDef) (keptView, bool) {
	f := model.FilterReader{Me: model.Whoever}.ReadQuery(v.Query).Known(statuses, fields)
	k := keptView{id: v.ID, sieve: f.Sieve(0)}
	done := func(l model.Lane) bool { return l.Pile > model.PileAsleep }
	dated := f.Created != "" || f.Updated != "" || f.Waiting != "" && f.Waiting != model.SpanNone && f.Waiting != model.SpanAny
	if f.Query != "" || len(f.Names) > 0 || dated || slices.ContainsFunc(k.sieve.Lanes, done) {
		return k, false
	}
	me := int64(model.Whoever)
	for _, c := range []struct {
		field string
		is    *model.Choice
	}{{"assignee", &k.sieve.Assignee}, {"requester", &k.sieve.Requester}, {"following", &k.sieve.Following}, {"mentioned", &k.sieve.Mentioned}} {
		if slices.Contains(c.is.Out, me) {
			return k, false
		}
		if !slices.Contains(c.is.In, me) {
			continue
		}
		if k.me != "" || len(c.is.In) > 1 || len(c.is.Out) > 0 {
			return k, false
		}
		k.me, c.is.In = c.field, nil
	}
	return k, true
}

// book is the kept one, or read now.
func (r Reader) book(ctx context.Context) (*viewBook, error) {
	if b := r.db.book.Load(); b != nil && r.tx == nil {
		return b, nil
	}
	age := r.db.bookAge.Load()
	b, err := r.readBook(ctx)
	if err == nil && r.tx == nil {
		r.db.keepBook(b, age)
	}
	return b, err
}

// keepBook keeps a book unless something changed since its reading began.
func (db *DB) keepBook(b *viewBook, age int64) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.bookAge.Load() == age {
		db.book.Store(b)
	}
}

// ForgetViews makes the next look read views, statuses and fields again.
func (db *DB) ForgetViews() {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.bookAge.Add(1)
	db.book.Store(nil)
	db.writerBook.Store(nil)
}

// book is that of the transaction: the kept one if no other process wrote
// since, which the writer can tell because it holds the file.
func (tx *Tx) book(ctx context.Context) (*viewBook, error) {
	if tx.kept != nil {
		return tx.kept, nil
	}
	version, err := one[int64](ctx, tx.Reader, "PRAGMA data_version")
	if err != nil {
		return nil, err
	}
	b, own := tx.db.writerBook.Load(), len(tx.views) > 0
	if b == nil || b.version != version || own {
		age := tx.db.bookAge.Load()
		if b, err = tx.readBook(ctx); err != nil {
			return nil, err
		}
		b.version = version
		if !own { // what this transaction changed is not so until it is committed
			tx.db.mu.Lock()
			if tx.db.bookAge.Load() == age {
				tx.db.writerBook.Store(b)
			}
			tx.db.mu.Unlock()
		}
	}
	tx.kept = b
	return b, nil
}
