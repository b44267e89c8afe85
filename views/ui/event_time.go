package ui

import (
	"context"

	"escalated/model"
	"escalated/text"
)

// timeText says the facts of clocks, rules and routing.
func timeText(ctx context.Context, who string, fact model.Event) (string, bool) {
	switch f := fact.(type) {
	case model.SLAWarned:
		return text.T(ctx, "event.sla.warning", "Target", text.T(ctx, "sla.target_"+f.Target.String()), "Due", text.DateTime(ctx, f.Due.Std()), "Policy", f.PolicyName), true
	case model.SLABreached:
		return text.T(ctx, "event.sla.breached", "Target", text.T(ctx, "sla.target_"+f.Target.String()), "Due", text.DateTime(ctx, f.Due.Std()), "Policy", f.PolicyName), true
	case model.TicketEscalated:
		if f.Reason != "" {
			return text.T(ctx, "event.ticket.escalated_why", "Actor", who, "Reason", f.Reason), true
		}
	case model.RuleNotified:
		return text.T(ctx, "event.rule.notified", "Actor", who, "Name", f.Name), true
	case model.RuleCancelled:
		return text.T(ctx, "event.rule.cancelled", "Actor", who, "Name", f.Name), true
	case model.RuleStopped:
		return text.T(ctx, "event.rule.stopped", "Name", f.Name, "Why", text.T(ctx, "event.rule_stopped."+f.Why)), true
	case model.LeftUnassigned:
		return text.T(ctx, "event.ticket.left_unassigned", "Why", text.T(ctx, "event.unassigned_why."+f.Why)), true
	case model.Routed:
		return text.T(ctx, "event.ticket.routed", "How", text.T(ctx, "event.routed_how."+f.How)), true
	}
	return "", false
}
