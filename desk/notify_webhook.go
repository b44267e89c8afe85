package desk

import (
	"context"
	"encoding/json"
	"fmt"

	"escalated/model"
	"escalated/store"
)

// server collects what is told to the one address that hears of everything the
// desk's matrix lets out (webhook_url). Rules call addresses of their own.
type server struct {
	url   string
	rules model.NoticeRules
	list  []model.Delivery
	at    map[string]int // changes of one action to one ticket are one request
	what  []map[string]any
}

func (d *Desk) webhooks(ctx context.Context, rules model.NoticeRules) (*server, error) {
	s, err := d.Settings(ctx)
	if err != nil {
		return nil, fmt.Errorf("where webhooks go: %w", err)
	}
	return &server{url: s.WebhookURL, rules: rules, at: map[string]int{}}, nil
}

// fact notes the request for a fact. Names and fields are a promise to those
// who read them.
func (s *server) fact(r model.Record, t store.NoticeTicket, e model.Event) {
	if s.url == "" || t.ID == 0 {
		return
	}
	say := func(topic model.Notice, name string, fields map[string]any) {
		if !s.rules.Told(topic, model.ToServer, model.ByWebhook) {
			return
		}
		fields["ticket_id"], fields["reference"] = int64(t.ID), t.Reference
		s.list = append(s.list, model.Delivery{EventID: r.ID, TicketID: t.ID, Name: name, URL: s.url, CreatedAt: r.At})
		s.what = append(s.what, fields)
	}
	switch e := e.(type) {
	case model.TicketOpened:
		if !e.Imported {
			say(model.NoticeNew, "ticket.created", map[string]any{"subject": e.Subject, "priority": e.Priority.String()})
		}
	case model.ReplyAdded:
		topic := model.NoticeReply
		if e.Staff {
			topic = model.NoticeColleague
		}
		if !e.Imported && !e.Held {
			say(topic, "reply.created", map[string]any{"reply_id": int64(e.Message), "is_internal": false})
		}
	case model.MessageReleased:
		say(model.NoticeReply, "reply.created", map[string]any{"reply_id": int64(e.Message), "is_internal": false})
	case model.Assigned:
		say(model.NoticeAssigned, "ticket.assigned", map[string]any{"agent_id": int64(e.To)})
	case model.StatusChanged:
		fields := func() map[string]any {
			return map[string]any{"old_status": e.From.String(), "new_status": e.To.String()}
		}
		say(model.NoticeStatus, "ticket.status_changed", fields())
		if e.To == model.Resolved {
			say(model.NoticeStatus, "ticket.resolved", fields())
		}
	case model.TicketEscalated:
		say(model.NoticeEscalated, "ticket.escalated", map[string]any{"reason": e.Reason})
	case model.SLABreached:
		say(model.NoticeBreach, "sla.breached", map[string]any{"breach_type": e.Target.String(), "due_at": e.Due.Std()})
	case model.SLAWarned:
		say(model.NoticeWarning, "sla.warning", map[string]any{"breach_type": e.Target.String(), "due_at": e.Due.Std()})
	case model.LeftUnassigned:
		say(model.NoticeUnrouted, "ticket.left_unassigned", map[string]any{"reason": e.Why})
	case model.RuleNotified:
		say(model.NoticeRule, "rule.notified", map[string]any{"rule_id": int64(e.Rule), "rule": e.Name, "text": e.Text})
	case model.RatingGiven:
		say(model.NoticeRating, "rating.given", map[string]any{"score": e.Score})
	default:
		s.change(r, t, e, say)
	}
}

// change notes the request for a changed property.
func (s *server) change(r model.Record, t store.NoticeTicket, e model.Event, say func(model.Notice, string, map[string]any)) {
	field, value := "", any(nil)
	switch e := e.(type) {
	case model.PriorityChanged:
		say(model.NoticeChanged, "ticket.priority_changed", map[string]any{"old_priority": e.From.String(), "new_priority": e.To.String()})
		field, value = "priority", e.To.String()
	case model.SubjectChanged:
		field, value = "subject", e.To
	case model.TypeChanged:
		field, value = "type", e.To.String()
	case model.DepartmentChanged:
		field, value = "department_id", int64(e.To)
	default:
		return
	}
	key := fmt.Sprint(r.ActionID, " ", t.ID)
	if i, ok := s.at[key]; ok {
		s.what[i]["changes"].(map[string]any)[field] = value
		return
	}
	before := len(s.list)
	say(model.NoticeChanged, "ticket.updated", map[string]any{"changes": map[string]any{field: value}})
	if len(s.list) > before {
		s.at[key] = before
	}
}

// queue writes what was noted, with the number and time of the fact, by which
// the other side can put requests in order.
func (s *server) queue(ctx context.Context, tx *store.Tx) error {
	for i, m := range s.list {
		var err error
		if m.Body, err = json.Marshal(map[string]any{"event": m.Name, "data": s.what[i], "sequence": int64(m.EventID), "occurred_at": m.CreatedAt.Std()}); err != nil {
			return err
		}
		if _, err := tx.InsertDelivery(ctx, m); err != nil {
			return err
		}
	}
	return nil
}
