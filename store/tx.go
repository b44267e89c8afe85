package store

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"

	"escalated/model"
)

// Tx is a running write. It reads what it wrote.
type Tx struct {
	Reader
	Ctx context.Context // marked as inside Write; pass it on
	Now model.Time

	action   string
	recorded bool
	facts    int
	touched  map[model.TicketID]*facets
	set      *changeSet
	setID    model.ChangeSetID
	kept     *viewBook      // of views, once it was needed
	views    []model.ViewID // changed here, to be counted anew
	ends     []ending       // put off to the end of the transaction

	unfollowed, followAll bool
}

// touch must be called before the first change of a ticket in a transaction.
// settle compares before and after, so that counts and copies never drift.
func (tx *Tx) touch(ctx context.Context, id model.TicketID) error {
	if _, ok := tx.touched[id]; ok {
		return nil
	}
	f, err := tx.facets(ctx, id)
	if err != nil {
		return fmt.Errorf("look at ticket: %w", err)
	}
	tx.touched[id] = &f
	return nil
}

func (tx *Tx) facets(ctx context.Context, id model.TicketID) (facets, error) {
	book, err := tx.book(ctx)
	if err != nil {
		return facets{}, err
	}
	return tx.facetsOf(ctx, id, book.fields || tx.db.followFields.Load())
}

// settle brings pile_counts, view_counts and ticket_tags.pile in line with
// what changed.
func (tx *Tx) settle(ctx context.Context) error {
	type place struct {
		d model.DepartmentID
		p model.Pile
	}
	delta := map[place]int64{}
	now, err := tx.follow(ctx)
	if err != nil {
		return err
	}
	for id, before := range tx.touched {
		after := now[id]
		if before.exists {
			delta[place{before.DepartmentID, before.Pile}]--
		}
		if after.exists {
			delta[place{after.DepartmentID, after.Pile}]++
		}
		if before.exists && after.exists && before.Pile != after.Pile {
			if _, err := tx.exec(ctx, "UPDATE ticket_tags SET pile = ? WHERE ticket_id = ?", int64(after.Pile), id); err != nil {
				return err
			}
		}
	}
	for k, n := range delta {
		if n == 0 {
			continue
		}
		if _, err := tx.exec(ctx, "INSERT INTO pile_counts (department_id, pile, n) VALUES (?, ?, ?) ON CONFLICT (department_id, pile) DO UPDATE SET n = n + excluded.n", int64(k.d), int64(k.p), n); err != nil {
			return err
		}
	}
	return tx.settleViews(ctx, now)
}

// Action is the id shared by all facts recorded in this transaction.
func (tx *Tx) Action() string {
	if tx.action == "" {
		tx.action = randomID()
	}
	return tx.action
}

// Record appends a fact about a ticket, caused by the actor.
func (tx *Tx) Record(ctx context.Context, by model.Actor, ticket model.TicketID, e model.Event) (model.EventID, error) {
	return tx.record(ctx, by, ticket, "", 0, e)
}

// RecordAbout appends a fact about something other than a ticket: kind is
// person, department, tag, setting, mail.
func (tx *Tx) RecordAbout(ctx context.Context, by model.Actor, kind string, id int64, e model.Event) (model.EventID, error) {
	return tx.record(ctx, by, 0, kind, id, e)
}

func (tx *Tx) record(ctx context.Context, by model.Actor, ticket model.TicketID, kind string, id int64, e model.Event) (model.EventID, error) {
	data, err := json.Marshal(e)
	if err != nil {
		return 0, fmt.Errorf("record %s: %w", e.Kind(), err)
	}
	actor := by.ID
	if actor == 0 {
		if actor, err = tx.MachineID(ctx, by.Part); err != nil {
			return 0, err
		}
	}
	var about, aboutID any
	if kind != "" {
		about, aboutID = kind, id
	}
	n, err := tx.insert(ctx, `INSERT INTO events (at, kind, ticket_id, subject_kind, subject_id, actor_id, via, is_public, action_id, ticket_version, depth, data)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT version FROM tickets WHERE id = ?), ?, ?)`,
		tx.Now, e.Kind(), ticket, about, aboutID, actor, int64(by.Via), flag(e.Public()), tx.Action(), ticket, by.Depth, string(data))
	if err != nil {
		return 0, fmt.Errorf("record %s: %w", e.Kind(), err)
	}
	tx.recorded = true
	tx.facts++
	return model.EventID(n), nil
}

// At moves the transaction's clock, for imports that keep dates.
func (tx *Tx) At(t model.Time) { tx.Now = t }

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func sliceLen(a any) (int, bool) {
	v := reflect.ValueOf(a)
	if v.Kind() != reflect.Slice || v.Type().Elem().Kind() == reflect.Uint8 {
		return 0, false
	}
	return v.Len(), true
}
