package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"escalated/model"
)

// scatter gives a crowd's tickets what bulk loading leaves out: ages, clocks,
// ratings, sleep and values of fields.
func scatter(t testing.TB, c *crowd, r *rand.Rand) []model.FieldDef {
	t.Helper()
	now := model.TimeOf(testNow)
	fields := []model.FieldDef{
		{Entity: model.FieldOfTicket, Key: "seats", Kind: model.CustomNumber},
		{Entity: model.FieldOfTicket, Key: "plan", Kind: model.CustomSelect, Options: model.FieldOptions{{Key: "free"}, {Key: "paid"}}},
		{Entity: model.FieldOfTicket, Key: "order", Kind: model.CustomText},
		{Entity: model.FieldOfTicket, Key: "gift", Kind: model.CustomCheckbox},
	}
	err := c.db.Write(context.Background(), func(tx *Tx) error {
		for i := range fields {
			fields[i].Audience = model.AudienceStaff
			id, err := tx.InsertField(tx.Ctx, fields[i])
			if err != nil {
				return err
			}
			fields[i].ID = id
		}
		ids, err := many[model.TicketID](tx.Ctx, tx.Reader, "SELECT id FROM tickets")
		if err != nil {
			return err
		}
		ago := func() int64 { return int64(now) - int64(r.IntN(8)*30*60*1000) }
		for _, id := range ids {
			if err := tx.touch(tx.Ctx, id); err != nil {
				return err
			}
			waiting := int64(model.Never)
			if r.IntN(2) == 0 {
				waiting = ago()
			}
			first := any(nil)
			if r.IntN(2) == 0 {
				first = ago()
			}
			asleep := 0
			if r.IntN(6) == 0 {
				asleep = int(now) + 1000
			}
			if _, err := tx.exec(tx.Ctx, `UPDATE tickets SET created_at = ?, updated_at = ?, waiting_since = ?, first_response_at = ?, assigned_at = CASE WHEN assignee_id IS NULL THEN NULL ELSE ? END,
				sla_level = ?, rating = ?, reopened_count = ?, snoozed_until = CASE WHEN state < 7 THEN ? ELSE 0 END, subject = ? WHERE id = ?`,
				ago(), ago(), waiting, first, ago(), r.IntN(5), r.IntN(6), r.IntN(4), asleep, []string{"Über die Rechnung", "ÜBERWEISUNG", "Printer 100%", "printer"}[r.IntN(4)], int64(id)); err != nil {
				return err
			}
			for i, f := range fields {
				if r.IntN(2) == 0 {
					continue
				}
				words := []string{strconv.Itoa(r.IntN(20)), []string{"free", "paid"}[r.IntN(2)], "Nr. " + strconv.Itoa(r.IntN(20)), strconv.Itoa(r.IntN(2))}[i]
				if err := tx.SetFieldRows(tx.Ctx, model.FieldOfTicket, int64(id), f.ID, nil, f.Rows([]string{words})); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return fields
}

func namesOf(c *crowd, fields []model.FieldDef) model.Names {
	n := model.Names{Fields: fields}
	for _, s := range model.Statuses() {
		n.Statuses = append(n.Statuses, model.CoreStatus(s))
	}
	for _, d := range c.departments {
		n.Departments = append(n.Departments, model.Department{ID: d})
	}
	for _, g := range c.tags {
		n.Tags = append(n.Tags, model.Tag{ID: g})
	}
	for _, s := range c.staff {
		n.Staff = append(n.Staff, model.PersonRef{ID: s.ID})
	}
	return n
}

// randomCondition makes up a row.
func randomCondition(r *rand.Rand, c *crowd, n model.Names) model.Condition {
	list := model.ConditionFields(model.ForTickets, n.Fields)
	f := list[r.IntN(len(list))]
	out := model.Condition{Field: f.Name, Op: f.Ops[r.IntN(len(f.Ops))]}
	word := func() string {
		if len(f.Words) > 0 && r.IntN(3) > 0 && (f.Words[0] != "none" || out.Op == model.CondIs || out.Op == model.CondNot) {
			return f.Words[r.IntN(len(f.Words))]
		}
		switch f.Kind {
		case model.ConditionStatus:
			return n.Statuses[r.IntN(len(n.Statuses))].Key
		case model.ConditionPerson:
			return fmt.Sprint(c.staff[r.IntN(len(c.staff))].ID)
		case model.ConditionRequester:
			return []string{fmt.Sprint(c.customers[r.IntN(len(c.customers))].ID), "c1@home.example", "home.example", "@nowhere.example"}[r.IntN(4)]
		case model.ConditionDepartment:
			return fmt.Sprint(c.departments[r.IntN(len(c.departments))])
		case model.ConditionTag:
			return fmt.Sprint(c.tags[r.IntN(len(c.tags))])
		case model.ConditionLength:
			return []string{"30m", "1h", "1h30m", "1d"}[r.IntN(4)]
		case model.ConditionNumber:
			return strconv.Itoa(r.IntN(12))
		case model.ConditionOption:
			return []string{"free", "paid"}[r.IntN(2)]
		case model.ConditionText:
			return []string{"über", "PRINTER", "rechnung", "0%", "nr. 1", "Nr. 7"}[r.IntN(6)]
		}
		return f.Words[r.IntN(len(f.Words))]
	}
	for range 1 + r.IntN(3) {
		out.Words = append(out.Words, word())
	}
	return out
}

// TestConditionsAgree asks random conditions of the database and of each
// ticket: both must give the same tickets.
func TestConditionsAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 14))
	c := newCrowd(t, 400)
	n := namesOf(c, scatter(t, c, r))
	n.Calendar = model.Calendar{Zone: "UTC", Hours: [7][]model.Interval{{{From: 0, To: 1440}}}}
	read, ctx, now := c.db.Read(), context.Background(), c.db.Now()
	var ids []model.TicketID
	all, err := many[model.TicketID](ctx, read, "SELECT id FROM tickets")
	if err != nil {
		t.Fatal(err)
	}
	tickets, err := read.Matched(ctx, all, model.Needs{Fields: true, Subject: true, Addresses: true, Reopened: true})
	if err != nil || len(tickets) != len(all) {
		t.Fatal(len(tickets), err)
	}
	some := 0
	for range 1500 {
		var l model.Conditions
		for range 1 + r.IntN(3) {
			row := randomCondition(r, c, n)
			if r.IntN(4) == 0 {
				row = model.Condition{Any: []model.Condition{row, randomCondition(r, c, n)}}
			}
			l = append(l, row)
		}
		if p := l.Check("conditions", model.ForTickets, n); len(p) > 0 {
			t.Fatalf("%+v is refused: %v", l, p)
		}
		tests := l.Prepare(n)
		rule := model.Rule{ID: 1, Conditions: l}
		got, err := read.RuleCandidates(ctx, rule, tests, 0, 10000, now)
		if err != nil {
			t.Fatalf("%+v: %v", l, err)
		}
		piles := tests.Piles()
		ids = ids[:0]
		for _, id := range all {
			if m := tickets[id]; slices.Contains(piles, m.Pile) && tests.Match(m, now) {
				ids = append(ids, id)
			}
		}
		var found []model.TicketID
		for _, x := range got {
			found = append(found, x.ID)
		}
		slices.Sort(ids)
		if !slices.Equal(ids, found) {
			t.Fatalf("%+v: the database has %v, the tickets say %v", l, found, ids)
		}
		if len(ids) > 0 {
			some++
		}
		mine, err := read.ConditionTickets(ctx, model.System("test"), tests, 10000)
		if slices.Sort(mine); err != nil || !slices.Equal(mine, ids) {
			t.Fatalf("%+v would match %v, %v", l, mine, err)
		}
		if again := tests.Match(tickets[all[0]], now); again != tests.Match(tickets[all[0]], now) {
			t.Fatal("asking changes the answer")
		}
		why := tests.Explain(tickets[all[0]], n, now)
		met := !slices.ContainsFunc(why, func(w model.ConditionMet) bool { return !w.Met })
		if met != tests.Match(tickets[all[0]], now) {
			t.Fatalf("%+v is explained as %+v", l, why)
		}
	}
	if some < 300 {
		t.Errorf("only %d of the conditions held for anything", some)
	}
}

// TestRulePlans holds that no rule walks the table of tickets.
func TestRulePlans(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	c := newCrowd(t, 50)
	n := namesOf(c, scatter(t, c, r))
	read := c.db.Read()
	for range 400 {
		l := model.Conditions{randomCondition(r, c, n), randomCondition(r, c, n)}
		plan := explain(t, read, ruleCandidates(model.Rule{ID: 1, Conditions: l}, l.Prepare(n), 0, 100, c.db.Now()))
		for line := range strings.Lines(plan) {
			if strings.HasPrefix(line, "SCAN t") || strings.Contains(line, "SEARCH t USING INTEGER PRIMARY KEY") {
				t.Fatalf("%+v: %s", l, plan)
			}
		}
	}
}
