package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"escalated/model"
)

const (
	overviewRows = 8   // of each list
	overviewDays = 14  // of the chart
	overviewLoad = 12  // people whose load is shown
	dayAnswers   = 500 // answers of a day that are looked at
)

// Overview is what the first page of the staff shows. zone is the reader's:
// their day begins at their midnight.
func (d *Desk) Overview(ctx context.Context, by model.Actor, zone *time.Location) (model.Overview, error) {
	var o model.Overview
	if err := maySeeQueue(by, model.TicketFilter{}); err != nil {
		return o, err
	}
	marks := midnights(d.Now(), zone, overviewDays)
	r := d.db.Read()
	var err error
	if o.Mine, err = r.TicketRows(ctx, by, model.TicketFilter{Assignee: by.ID}, overviewRows); err != nil {
		return o, fmt.Errorf("own tickets: %w", err)
	}
	if o.Waiting, err = d.waitingLongest(ctx, by); err != nil {
		return o, fmt.Errorf("waiting tickets: %w", err)
	}
	if o.Days, err = r.DayCounts(ctx, by, marks); err != nil {
		return o, fmt.Errorf("count days: %w", err)
	}
	today := o.Days[len(o.Days)-1]
	if o.Day, o.Asleep, err = r.MyDay(ctx, by, today.From, today.Until, marks[0]); err != nil {
		return o, fmt.Errorf("my day: %w", err)
	}
	o.Day.TeamSolved = today.Solved
	answers, err := d.MyAnswers(ctx, by, today.From)
	if err != nil {
		return o, err
	}
	o.Day.Replies = len(answers)
	o.Day.FirstReplies, o.Day.MedianFirst = firstReplies(answers)
	o.Load, err = d.load(ctx, by)
	return o, err
}

// midnights are the beginnings of the last days up to today, and the end of
// today, in a zone: days are not all 24 hours long.
func midnights(now model.Time, zone *time.Location, days int) []model.Time {
	if zone == nil {
		zone = time.UTC
	}
	t := now.Std().In(zone)
	out := make([]model.Time, 0, days+1)
	for i := 1 - days; i <= 1; i++ {
		out = append(out, model.TimeOf(time.Date(t.Year(), t.Month(), t.Day()+i, 0, 0, 0, 0, zone)))
	}
	return out
}

// waitingLongest are the open tickets whose customers have waited longest, in
// the statuses in which the desk has the word.
func (d *Desk) waitingLongest(ctx context.Context, by model.Actor) ([]model.TicketRow, error) {
	ours := model.TicketFilter{Statuses: []model.Status{model.Open, model.WaitingOnAgent, model.Escalated, model.Reopened}, Sort: model.TicketSort{Key: model.SortActivity}}
	rows, err := d.db.Read().TicketRows(ctx, by, ours, 4*overviewRows)
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(t model.TicketRow) bool { return t.WaitingSince >= model.Never })
	slices.SortStableFunc(rows, func(a, b model.TicketRow) int { return cmp.Compare(a.WaitingSince, b.WaitingSince) })
	return rows[:min(len(rows), overviewRows)], nil
}

// MyAnswers are the public replies the actor wrote since a time, newest first,
// at most 500.
func (d *Desk) MyAnswers(ctx context.Context, by model.Actor, since model.Time) ([]model.Answer, error) {
	if err := maySeeQueue(by, model.TicketFilter{}); err != nil {
		return nil, err
	}
	list, err := d.db.Read().AnswersOf(ctx, by, since, dayAnswers)
	if err != nil {
		return nil, fmt.Errorf("list answers: %w", err)
	}
	return list, nil
}

// firstReplies counts the answers that were the first of their ticket, and
// their median wait.
func firstReplies(list []model.Answer) (int, time.Duration) {
	var waits []time.Duration
	for _, a := range list {
		if a.First != 0 {
			waits = append(waits, a.At.Sub(a.First))
		}
	}
	if len(waits) == 0 {
		return 0, 0
	}
	slices.Sort(waits)
	return len(waits), waits[len(waits)/2]
}

// load is how many open tickets each agent has, the busiest first. The actor
// is always among those shown.
func (d *Desk) load(ctx context.Context, by model.Actor) ([]model.AgentLoad, error) {
	choices, err := d.Choices(ctx)
	if err != nil {
		return nil, err
	}
	agents := choices.Agents[:min(len(choices.Agents), 200)]
	ids := make([]model.PersonID, len(agents))
	for i, a := range agents {
		ids[i] = a.ID
	}
	open, err := d.db.Read().OpenByAssignee(ctx, by, ids)
	if err != nil {
		return nil, fmt.Errorf("count load: %w", err)
	}
	out := make([]model.AgentLoad, len(agents))
	for i, a := range agents {
		out[i] = model.AgentLoad{Person: a, Open: open[a.ID]}
	}
	slices.SortStableFunc(out, func(a, b model.AgentLoad) int {
		if mine := cmp.Compare(b2i(b.Person.ID == by.ID), b2i(a.Person.ID == by.ID)); mine != 0 {
			return mine
		}
		return cmp.Compare(b.Open, a.Open)
	})
	return out[:min(len(out), overviewLoad)], nil
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Midnight is when today began in a zone.
func (d *Desk) Midnight(zone *time.Location) model.Time { return midnights(d.Now(), zone, 1)[0] }
