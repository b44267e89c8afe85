package desk

import (
	"context"
	"slices"

	"escalated/model"
	"escalated/store"
)

// alarm are the facts that call somebody: time that runs out, what was
// escalated, what rules say, and what nobody took.
func (n *notifier) alarm(ctx context.Context, r model.Record, t store.NoticeTicket, e model.Event) error {
	if t.ID == 0 {
		return nil
	}
	switch e := e.(type) {
	case model.SLAWarned:
		if t.Assignee == 0 {
			return n.department(ctx, r, t, model.NoticeWarning)
		}
		n.tell(r, model.NoticeWarning, model.ToAssignee, "assignee", t.Assignee)
	case model.SLABreached:
		return n.everybody(ctx, r, t, model.NoticeBreach)
	case model.TicketEscalated:
		return n.everybody(ctx, r, t, model.NoticeEscalated)
	case model.RuleNotified:
		if len(e.Channels) == 0 || slices.Contains(e.Channels, model.InApp) {
			n.tell(r, model.NoticeRule, model.ToPerson, "rule", e.To...)
		}
	case model.LeftUnassigned:
		if t.Assignee == 0 {
			return n.department(ctx, r, t, model.NoticeUnrouted)
		}
	}
	return nil
}

// everybody are whoever has the ticket, its department, and the admins.
func (n *notifier) everybody(ctx context.Context, r model.Record, t store.NoticeTicket, topic model.Notice) error {
	n.tell(r, topic, model.ToAssignee, "assignee", t.Assignee)
	if err := n.department(ctx, r, t, topic); err != nil {
		return err
	}
	if !n.rules.Told(topic, model.ToAdmins, model.InApp) {
		return nil
	}
	if n.admins == nil {
		var err error
		if n.admins, err = n.tx.AdminIDs(ctx); err != nil {
			return err
		}
	}
	n.tell(r, topic, model.ToAdmins, "admin", n.admins...)
	return nil
}

// inParts are the actions of a batch that change many tickets a part at a time:
// each person is told once of all parts.
func (n *notifier) inParts(ctx context.Context) (map[string]bool, error) {
	var actions []string
	for _, c := range n.found {
		actions = append(actions, c.action)
	}
	slices.Sort(actions)
	list, err := n.tx.BulkActions(ctx, slices.Compact(actions), model.BulkAtOnce)
	out := map[string]bool{}
	for _, a := range list {
		out[a] = true
	}
	return out, err
}
