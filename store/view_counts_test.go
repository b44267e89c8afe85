package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"escalated/model"
)

func init() { walkTime = time.Minute }

// vary gives the tickets of a crowd everything that a bulk load does not: sleep,
// ratings, levels, mentions, files, statuses of the desk's own and values of
// fields. It returns what filters look at, by id.
func (c *crowd) vary(t testing.TB, r *rand.Rand) (statuses []model.StatusDef, fields []model.FieldDef) {
	t.Helper()
	err := c.db.Write(context.Background(), func(tx *Tx) error {
		for i, s := range []model.Status{model.Open, model.WaitingOnCustomer, model.Closed} {
			if _, err := tx.InsertStatus(tx.Ctx, model.StatusDef{Key: fmt.Sprint("own", i), State: s}); err != nil {
				return err
			}
		}
		for i, k := range []model.CustomKind{model.CustomSelect, model.CustomMulti, model.CustomNumber, model.CustomDate, model.CustomCheckbox, model.CustomText} {
			if _, err := tx.InsertField(tx.Ctx, model.FieldDef{Entity: model.FieldOfTicket, Key: fmt.Sprint("f", i), Kind: k, Audience: model.AudienceStaff}); err != nil {
				return err
			}
		}
		var err error
		if statuses, err = tx.Statuses(tx.Ctx); err != nil {
			return err
		}
		if fields, err = tx.FieldDefs(tx.Ctx); err != nil {
			return err
		}
		for _, tk := range c.tickets {
			if err := c.varyOne(tx, r, tk.ID, statuses, fields); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return statuses, fields
}

// varyOne changes one ticket at random, as verbs would: touched beforehand.
func (c *crowd) varyOne(tx *Tx, r *rand.Rand, id model.TicketID, statuses []model.StatusDef, fields []model.FieldDef) error {
	if err := tx.touch(tx.Ctx, id); err != nil {
		return err
	}
	s := statuses[r.IntN(len(statuses))]
	asleep := []int64{0, 0, int64(tx.Now) + 1000, int64(model.Never)}[r.IntN(4)]
	waiting := []int64{int64(model.Never), int64(tx.Now) - r.Int64N(5*86_400_000)}[r.IntN(2)]
	if _, err := tx.exec(tx.Ctx, "UPDATE tickets SET snoozed_until = ?, rating = ?, sla_level = ?, waiting_since = ?, file_count = ?, status_id = ?, state = ?, created_at = created_at - ? WHERE id = ?",
		asleep, r.IntN(6), r.IntN(5), waiting, r.IntN(2), s.ID, int64(s.State), r.Int64N(20)*86_400_000, id); err != nil {
		return err
	}
	if r.IntN(3) == 0 {
		if _, err := tx.AddPerson(tx.Ctx, id, c.staff[r.IntN(len(c.staff))].ID, RoleMentioned); err != nil {
			return err
		}
	}
	for _, f := range fields {
		var values []string
		if r.IntN(2) == 0 {
			switch f.Kind {
			case model.CustomMulti:
				values = []string{"a", "b"}[:1+r.IntN(2)]
			case model.CustomNumber:
				values = []string{fmt.Sprint(r.IntN(6))}
			case model.CustomDate:
				values = []string{fmt.Sprintf("2026-01-%02d", 1+r.IntN(20))}
			case model.CustomCheckbox:
				values = []string{fmt.Sprint(r.IntN(2))}
			default:
				values = []string{[]string{"a", "b", "c, d"}[r.IntN(3)]}
			}
		}
		was, err := tx.FieldValueRows(tx.Ctx, model.FieldOfTicket, int64(id))
		if err != nil {
			return err
		}
		was = slices.DeleteFunc(was, func(x model.FieldRow) bool { return x.FieldID != f.ID })
		if err := tx.SetFieldRows(tx.Ctx, model.FieldOfTicket, int64(id), f.ID, was, f.Rows(values)); err != nil {
			return err
		}
	}
	return nil
}

// allFacets are the facets of all tickets, read one by one.
func (c *crowd) allFacets(t testing.TB) map[model.TicketID]model.Facets {
	t.Helper()
	out := map[model.TicketID]model.Facets{}
	for _, tk := range c.tickets {
		f, err := c.db.Read().facetsOf(context.Background(), tk.ID, true)
		if err != nil || !f.exists {
			t.Fatalf("ticket %d: %v", tk.ID, err)
		}
		out[tk.ID] = f.Facets
	}
	return out
}

// anyQuery is a random filter, as a URL says it.
func (c *crowd) anyQuery(r *rand.Rand, me string) string {
	f := model.TicketFilter{}
	words := func(not bool, field string, list ...string) {
		var some []string
		for range 1 + r.IntN(2) {
			some = append(some, list[r.IntN(len(list))])
		}
		f = f.With(field, not, some...)
	}
	id := func(n int64) string { return fmt.Sprint(n) }
	for range 1 + r.IntN(3) {
		not := r.IntN(3) == 0
		switch r.IntN(17) {
		case 0:
			words(not, "status", "open", "in_progress", "waiting_on_customer", "resolved", "closed", "own0", "own1", "own2")
		case 1:
			f = f.With("status", false, "any")
		case 2:
			words(not, "priority", "low", "high", "urgent")
		case 3:
			words(not, "assignee", "none", me, id(int64(c.staff[r.IntN(5)].ID)))
		case 4:
			words(not, "department", "none", id(int64(c.departments[r.IntN(4)])))
		case 5:
			words(not, "tag", "none", id(int64(c.tags[r.IntN(5)])))
		case 6:
			words(not, "type", "question", "incident")
		case 7:
			words(not, "channel", "web", "email")
		case 8:
			words(not, "requester", id(int64(c.customers[r.IntN(12)].ID)))
		case 9:
			words(not, []string{"following", "mentioned"}[r.IntN(2)], me, id(int64(c.staff[r.IntN(5)].ID)))
		case 10:
			words(not, "sla", "none", "at_risk", "overdue")
		case 11:
			words(not, "rating", "none", "1", "5")
		case 12:
			words(not, "has", "attachment")
		case 13:
			words(false, "snoozed", "yes", "no", "any")
		case 14:
			words(false, []string{"created", "updated"}[r.IntN(2)], "<7d", ">3d", "2026-11-10..", "..2026-11-20", "2026-11-15..2026-11-18")
		case 15:
			words(false, "waiting", ">2d", "<4d", "none", "any")
		case 16:
			k := r.IntN(6)
			words(not, fmt.Sprint("field.f", k), [][]string{{"a", "b", "none"}, {"a", "b", "none"}, {"1", "2..4", "none"}, {"2026-01-05", "2026-01-07..2026-01-12"}, {"yes", "no"}, {"a", "c, d"}}[k]...)
		}
	}
	return f.Encode()
}

// The query of a list and the predicate in Go let the same tickets through.
func TestFilterIsTheSameInGoAndSQL(t *testing.T) {
	c := newCrowd(t, 500)
	r := rand.New(rand.NewPCG(5, 6))
	statuses, fields := c.vary(t, r)
	facets := c.allFacets(t)
	now := c.db.Now()
	found := 0
	for i := range 1000 {
		by := c.staff[i%3]
		f := model.FilterReader{Me: by.ID}.ReadQuery(c.anyQuery(r, "me")).Known(statuses, fields)
		keys := model.SortKeys()
		f.Sort = model.TicketSort{Key: keys[r.IntN(len(keys))], Desc: r.IntN(2) == 0}
		var got, want []model.TicketID
		for _, row := range allPages(t, c.db.Read(), by, f) {
			got = append(got, row.ID)
		}
		slices.Sort(got)
		for _, tk := range c.tickets {
			if facets[tk.ID].Match(f, now) {
				want = append(want, tk.ID)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%s: SQL has %d, Go %d\n%v\n%v", f.Encode(), len(got), len(want), got, want)
		}
		found += len(got)
	}
	if found < 3_000 {
		t.Errorf("only %d hits", found)
	}
}

// However tickets change, the kept numbers of views are those of their lists,
// for everybody.
func TestViewCountsAreKept(t *testing.T) {
	c := newCrowd(t, 300)
	ctx := context.Background()
	r := rand.New(rand.NewPCG(7, 8))
	statuses, fields := c.vary(t, r)
	admin := c.staff[0]
	var views []model.View
	err := c.db.Write(ctx, func(tx *Tx) error {
		for i := range 14 {
			v := model.View{OwnerID: admin.ID, Scope: model.ScopeAll, Name: fmt.Sprint("View ", i), Query: c.anyQuery(r, "me"), Hue: "grey", Icon: "list"}
			id, err := tx.InsertView(tx.Ctx, v)
			if err != nil {
				return err
			}
			v.ID = id
			views = append(views, v)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	views = append(views, model.SystemViews()...)
	check := func(step int) {
		t.Helper()
		c.checkCounts(t, step, views, statuses, fields)
	}
	check(0)
	for step := 1; step <= 25; step++ {
		err := c.db.Write(ctx, func(tx *Tx) error {
			for range 1 + r.IntN(8) {
				if err := c.varyOne(tx, r, c.tickets[r.IntN(len(c.tickets))].ID, statuses, fields); err != nil {
					return err
				}
			}
			id := c.tickets[r.IntN(len(c.tickets))].ID
			if err := tx.UpdateTicket(tx.Ctx, id, new(TicketChange).Assignee(c.staff[r.IntN(5)].ID).Department(c.departments[r.IntN(4)])); err != nil {
				return err
			}
			if _, err := tx.RemovePerson(tx.Ctx, id, c.staff[r.IntN(5)].ID, RoleFollower); err != nil {
				return err
			}
			_, err := tx.AddPerson(tx.Ctx, c.tickets[r.IntN(len(c.tickets))].ID, c.staff[r.IntN(5)].ID, RoleFollower)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if step%5 > 0 {
			continue
		}
		check(step)
		if wrong, err := c.db.RecountViews(ctx); err != nil || len(wrong) > 0 {
			t.Fatalf("step %d: views %v drifted, %v", step, wrong, err)
		}
	}
	if _, err := c.db.w.Exec("UPDATE view_counts SET n = n + 1 WHERE view_id = -8"); err != nil {
		t.Fatal(err)
	}
	if wrong, err := c.db.RecountViews(ctx); err != nil || !slices.Equal(wrong, []model.ViewID{model.ViewOpen}) {
		t.Errorf("a drift is not found: %v %v", wrong, err)
	}
	check(99)
}

func (c *crowd) checkCounts(t *testing.T, step int, views []model.View, statuses []model.StatusDef, fields []model.FieldDef) {
	t.Helper()
	kept := 0
	for _, by := range c.staff {
		var ask []ViewFilter
		for _, v := range views {
			ask = append(ask, ViewFilter{v.ID, model.FilterReader{Me: by.ID}.ReadQuery(v.Query).Known(statuses, fields)})
		}
		ctx, n := Counting(context.Background())
		if _, err := c.db.Read().book(ctx); err != nil { // is in memory, once
			t.Fatal(err)
		}
		n.Store(0)
		got, err := c.db.Read().ViewNumbers(ctx, by, ask)
		if err != nil || n.Load() != 1 {
			t.Fatalf("%d queries, %v", n.Load(), err)
		}
		for _, a := range ask {
			if a.Filter.Bin && !by.Can(model.PermTicketDelete) {
				continue
			}
			want := len(allPages(t, c.db.Read(), by, a.Filter))
			if have := got.Counts[a.ID]; have.N != want || have.Capped {
				t.Errorf("step %d, view %d (%s) of %v narrow %v: %+v, the list has %d", step, a.ID, a.Filter.Encode(), by.Kind, by.Narrow, have, want)
			}
			kept += int(flag(got.Counts[a.ID].Kept))
		}
	}
	if kept < 50 {
		t.Errorf("only %d numbers are kept", kept)
	}
}
