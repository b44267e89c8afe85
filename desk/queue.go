package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"escalated/model"
)

// Tickets is one page of the staff's list. With words to look for it is a
// search.
func (d *Desk) Tickets(ctx context.Context, by model.Actor, f model.TicketFilter) (model.TicketPage, error) {
	if err := maySeeQueue(by, f); err != nil {
		return model.TicketPage{}, err
	}
	if f.Query != "" {
		return d.Search(ctx, by, f)
	}
	f, err := d.resolve(ctx, f)
	if err != nil {
		return model.TicketPage{}, err
	}
	return d.db.Read().TicketPage(ctx, by, f)
}

// maySeeQueue lets staff in, and into the bin those who may delete.
func maySeeQueue(by model.Actor, f model.TicketFilter) error {
	if !by.Staff() || !by.Can(model.PermTicketView) || f.Bin && !by.Can(model.PermTicketDelete) {
		return model.ErrDenied
	}
	return nil
}

// How many rows the dashboard shows of each list.
const dashboardRows = 8

// Dashboard is the first page of the staff: counts, the actor's open tickets
// with the newest customer activity, and the open tickets whose customers have
// waited longest.
func (d *Desk) Dashboard(ctx context.Context, by model.Actor) (counts model.DashboardCounts, mine, waiting []model.TicketRow, err error) {
	if err := maySeeQueue(by, model.TicketFilter{}); err != nil {
		return counts, nil, nil, err
	}
	day, err := d.today(ctx)
	if err != nil {
		return counts, nil, nil, err
	}
	if counts, err = d.db.Read().Counts(ctx, by, day); err != nil {
		return counts, nil, nil, fmt.Errorf("count tickets: %w", err)
	}
	if mine, err = d.db.Read().TicketRows(ctx, by, model.TicketFilter{Assignee: by.ID}, dashboardRows); err != nil {
		return counts, nil, nil, fmt.Errorf("own tickets: %w", err)
	}
	// The statuses in which the desk has the word; the oldest customer activity
	// comes nearest to the longest wait without an index of its own.
	ours := model.TicketFilter{Statuses: []model.Status{model.Open, model.WaitingOnAgent, model.Escalated, model.Reopened}, Sort: model.TicketSort{Key: model.SortActivity}}
	if waiting, err = d.db.Read().TicketRows(ctx, by, ours, 4*dashboardRows); err != nil {
		return counts, nil, nil, fmt.Errorf("waiting tickets: %w", err)
	}
	waiting = slices.DeleteFunc(waiting, func(t model.TicketRow) bool { return t.WaitingSince >= model.Never })
	slices.SortStableFunc(waiting, func(a, b model.TicketRow) int { return int(a.WaitingSince - b.WaitingSince) })
	return counts, mine, waiting[:min(len(waiting), dashboardRows)], nil
}

// today is when today began, in the desk's time zone.
func (d *Desk) today(ctx context.Context) (model.Time, error) {
	s, err := d.Settings(ctx)
	if err != nil {
		return 0, err
	}
	zone, err := time.LoadLocation(s.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	now := d.Now().Std().In(zone)
	return model.TimeOf(time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, zone)), nil
}
