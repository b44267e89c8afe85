package command

import (
	"context"
	"fmt"
	"time"

	"escalated/model"
	"escalated/store"
)

// dueAtOnce is how many clocks fall due at once in the measuring.
const dueAtOnce = 1000

// slaCases measure the check of the clocks: when nothing is due, and when a
// thousand fall due, with their events and everything that follows from them.
func (o *bench) slaCases(ctx context.Context) ([]benchCase, error) {
	d, clock := o.desk.Desk(), model.System("bench")
	if _, err := d.CheckSLA(ctx, clock); err != nil { // what has fallen due since the desk was made
		return nil, err
	}
	var times []float64
	week := model.Calendar{Zone: "Europe/Berlin"}
	for day := range 5 {
		week.Hours[day] = []model.Interval{{From: 9 * 60, To: 12 * 60}, {From: 13 * 60, To: 18 * 60}}
	}
	for day := range 30 {
		week.Holidays = append(week.Holidays, model.Holiday{Date: fmt.Sprintf("2026-%02d-%02d", 1+day%12, 1+day), Yearly: true})
	}
	start := model.TimeOf(time.Date(2026, 11, 20, 16, 30, 0, 0, time.UTC))
	return []benchCase{
		{name: "check, nothing due", as: "verb", do: func(ctx context.Context, _ int) (int, error) {
			f, err := d.CheckSLA(ctx, clock)
			return f.Breached, err
		}},
		{name: fmt.Sprintf("check, %d breaches", dueAtOnce), as: "verb", own: &times, do: func(ctx context.Context, _ int) (int, error) {
			if err := o.desk.DB().Write(ctx, func(tx *store.Tx) error { return tx.HurrySLA(tx.Ctx, dueAtOnce) }); err != nil {
				return 0, err
			}
			begun := time.Now()
			f, err := d.CheckSLA(ctx, clock)
			times = append(times, float64(time.Since(begun).Microseconds())/1000)
			return f.Breached, err
		}},
		{name: "deadline, 40 hours, 30 holidays", as: "model", do: func(context.Context, int) (int, error) {
			return int(week.Due(start, 40*time.Hour) % 2), nil
		}},
	}, nil
}
