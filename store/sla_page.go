package store

import "escalated/model"

// clocksExtra is the newest clock of each promise, with the name of its policy.
var clocksExtra = listExtra(`SELECT json_group_array(json_object('target', c.target, 'policyid', coalesce(c.policy_id, 0), 'policy', coalesce(p.name, ''), 'started', c.started_at,
	'targetms', c.target_ms, 'used', c.used_ms, 'running', coalesce(c.running_since, 0), 'why', c.paused_why, 'due', coalesce(c.due_at, 0), 'warn', coalesce(c.warn_at, 0),
	'warned', coalesce(c.warned_at, 0), 'breached', coalesce(c.breached_at, 0), 'met', coalesce(c.met_at, 0), 'ended', coalesce(c.ended_at, 0)) ORDER BY c.target)
	FROM sla_clocks c LEFT JOIN sla_policies p ON p.id = c.policy_id WHERE c.id IN (SELECT max(id) FROM sla_clocks WHERE ticket_id = t.id GROUP BY target)`, nil,
	func(v *model.TicketView, _ model.Actor, list []clockRow) {
		for _, c := range list {
			v.Clocks = append(v.Clocks, c.clock())
		}
	})

// clockRow is a clock in JSON.
type clockRow struct {
	Target, PolicyID, Started, TargetMS, Used, Running, Due, Warn, Warned, Breached, Met, Ended int64
	Policy, Why                                                                                 string
}

func (c clockRow) clock() model.TicketClock {
	return model.TicketClock{Policy: c.Policy, SLAClock: model.SLAClock{
		Target: model.SLATarget(c.Target), PolicyID: model.PolicyID(c.PolicyID), StartedAt: model.Time(c.Started), TargetMS: c.TargetMS, UsedMS: c.Used,
		RunningSince: model.Time(c.Running), PausedWhy: c.Why, DueAt: model.Time(c.Due), WarnAt: model.Time(c.Warn), WarnedAt: model.Time(c.Warned),
		BreachedAt: model.Time(c.Breached), MetAt: model.Time(c.Met), EndedAt: model.Time(c.Ended),
	}}
}
