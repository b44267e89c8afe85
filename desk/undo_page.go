package desk

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"escalated/model"
	"escalated/store"
)

// ViewChange is a change set as its page shows it, for those who may take it
// back or see one of its tickets. Of tickets out of sight it says nothing.
func (d *Desk) ViewChange(ctx context.Context, by model.Actor, id model.ChangeSetID) (model.ChangeView, error) {
	v := model.ChangeView{}
	if !by.Staff() {
		return v, model.ErrNotFound
	}
	r := d.db.Read()
	var err error
	if v.ChangeSet, err = r.ChangeSet(ctx, id); err != nil {
		return v, err
	}
	may, err := d.mayUndo(ctx, r, by, v.ChangeSet)
	if err != nil && !errors.Is(err, model.ErrDenied) {
		return v, err
	}
	v.CanUndo = may != nil && v.Open(d.Now())
	rows, err := r.SomeChangeRows(ctx, id, model.ChangeShown)
	if err != nil {
		return v, err
	}
	if v.Left, err = r.UndoLeft(ctx, id); err != nil {
		return v, err
	}
	names, err := r.ChangeNames(ctx, by, append(numbersOf(rows, v.Left), int64(v.ActorID), int64(v.ChangeSet.UndoneBy)))
	if err != nil {
		return v, err
	}
	seen := changeReader{names}
	if may == nil && len(names.Tickets) == 0 {
		return v, model.ErrNotFound
	}
	v.By, v.UndoneBy = names.People[key(v.ActorID)], names.People[key(v.ChangeSet.UndoneBy)]
	for _, row := range rows {
		if lines := seen.lines(row); row.TicketID == 0 || names.Tickets[key(row.TicketID)] != "" {
			v.Lines = append(v.Lines, lines...)
		}
	}
	v.More = max(0, v.Rows-len(rows))
	for i := range v.Left {
		v.Left[i].Reference, _, _ = strings.Cut(names.Tickets[key(v.Left[i].Ticket)], "\t")
	}
	return v, nil
}

func key[T ~int64](id T) string { return strconv.FormatInt(int64(id), 10) }

// numbersOf are all whole numbers in rows: ids among them get names.
func numbersOf(rows []model.ChangeRow, left []model.UndoConflict) []int64 {
	var out []int64
	note := func(raw string) {
		if n, err := strconv.ParseInt(raw, 10, 64); err == nil {
			out = append(out, n)
		}
	}
	for _, row := range rows {
		out = append(out, int64(row.TicketID))
		var k []json.RawMessage
		if json.Unmarshal([]byte(row.Key), &k) == nil {
			for _, raw := range k {
				note(string(raw))
			}
		}
		for _, side := range []*string{row.Before, row.After} {
			for _, raw := range sideOf(side) {
				note(string(raw))
			}
		}
	}
	for _, c := range left {
		out = append(out, int64(c.Ticket))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func sideOf(text *string) map[string]json.RawMessage {
	var m map[string]json.RawMessage
	if text == nil || json.Unmarshal([]byte(*text), &m) != nil {
		return nil
	}
	return m
}

// changeReader puts changed rows into words and names.
type changeReader struct{ store.ChangeNames }

// shownFields are the columns of tickets that people know, in the order of a page.
var shownFields = []string{"subject", "state", "priority", "type", "department_id", "assignee_id", "requester_id", "contact_id", "snoozed_until", "deleted_at", "merged_into"}

func (c changeReader) lines(row model.ChangeRow) []model.ChangeLine {
	reference, subject, _ := strings.Cut(c.Tickets[key(row.TicketID)], "\t")
	line := model.ChangeLine{Ticket: row.TicketID, Reference: reference, Subject: subject, Field: row.Table, Added: row.Before == nil, Removed: row.After == nil}
	before, after := sideOf(row.Before), sideOf(row.After)
	if row.Table != "tickets" || line.Added || line.Removed {
		line.After = c.named(row)
		return []model.ChangeLine{line}
	}
	var out []model.ChangeLine
	for _, f := range shownFields {
		if was, ok := before[f]; ok {
			l := line
			l.Field, l.Before, l.After = f, c.value(f, was), c.value(f, after[f])
			out = append(out, l)
		}
	}
	return out
}

// named is what a row of another table is: the tag, the person, the other ticket.
func (c changeReader) named(row model.ChangeRow) string {
	var k []json.RawMessage
	if json.Unmarshal([]byte(row.Key), &k) != nil || len(k) < 2 {
		return ""
	}
	switch row.Table {
	case "ticket_tags":
		return c.Tags[string(k[1])]
	case "ticket_people":
		return c.People[string(k[0])]
	case "ticket_links":
		other := string(k[0])
		if other == key(row.TicketID) {
			other = string(k[1])
		}
		reference, _, _ := strings.Cut(c.ChangeNames.Tickets[other], "\t")
		return reference
	}
	return ""
}

// value is a column's value as a word, a name or a text; words of enumerations
// and times are put into the reader's language by the view.
func (c changeReader) value(field string, raw json.RawMessage) string {
	if len(raw) == 0 || string(raw) == "null" {
		return ""
	}
	n, _ := strconv.ParseInt(string(raw), 10, 64)
	switch field {
	case "state":
		return model.Status(n).String()
	case "priority":
		return model.Priority(n).String()
	case "type":
		return model.TicketType(n).String()
	case "department_id":
		return c.Departments[string(raw)]
	case "assignee_id", "requester_id", "contact_id":
		return c.People[string(raw)]
	case "merged_into":
		reference, _, _ := strings.Cut(c.ChangeNames.Tickets[string(raw)], "\t")
		return reference
	case "snoozed_until", "deleted_at":
		return string(raw)
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return string(raw)
	}
	return s
}
