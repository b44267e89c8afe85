package agent

import (
	"context"

	"escalated/model"
	"escalated/text"
)

// DashboardStats are the numbers of the first row: those of the desk's own
// lists, each of which leads to its list.
func DashboardStats(ctx context.Context, d Dashboard) []Stat {
	var out []Stat
	for _, id := range []model.ViewID{model.ViewNeedsMe, model.ViewUnassigned, model.ViewSLA, model.ViewMentions, model.ViewSnoozed, model.ViewOpen} {
		v, ok := d.Side.Find(id)
		if !ok {
			continue
		}
		s := Stat{Path: v.Path(), N: max(0, v.Count), Cap: v.Capped, Name: text.T(ctx, "views.name_"+v.Key)}
		if id == model.ViewSnoozed && d.Overview.Asleep > 0 {
			s.Note = text.N(ctx, "dashboard.wake_today", d.Overview.Asleep)
		}
		out = append(out, s)
	}
	return append(out, Stat{
		Path: "agent/tickets/?status=resolved,closed&assignee=me&resolved=" + dayRange(ctx, d.Overview.Day.From), N: d.Overview.Day.Solved,
		Name: text.T(ctx, "dashboard.solved_today"), Note: text.N(ctx, "dashboard.team", d.Overview.Day.TeamSolved),
	})
}
