package webhooks

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"escalated/model"
	"escalated/outbox"
	"escalated/store"
)

// kinds are the facts that the desk's one webhook address is told of.
var kinds = []string{
	model.TicketOpened{}.Kind(), model.ReplyAdded{}.Kind(), model.MessageReleased{}.Kind(), model.Assigned{}.Kind(), model.StatusChanged{}.Kind(),
	model.PriorityChanged{}.Kind(), model.SubjectChanged{}.Kind(), model.TypeChanged{}.Kind(), model.TicketEscalated{}.Kind(), model.SLABreached{}.Kind(),
}

// Outlet tells the desk's one webhook address what happens to tickets: it
// puts the requests into the queue.
func (s *Sender) Outlet() outbox.Outlet {
	return outbox.Outlet{Name: "webhook", Kinds: kinds, Idle: s.idle, Route: s.route}
}

// idle is without an address. A failure to read it shows when it is routed.
func (s *Sender) idle(ctx context.Context) bool {
	set, err := s.Settings(ctx)
	return err == nil && set.WebhookURL == ""
}

// told is one thing that is told: its name and what is said about it.
type told struct {
	name string
	data map[string]any
}

// route puts requests into the queue.
func (s *Sender) route(ctx context.Context, tx *store.Tx, recs []model.Record) error {
	set, err := s.Settings(ctx)
	if err != nil || set.WebhookURL == "" {
		return err
	}
	refs, err := references(ctx, tx, recs)
	if err != nil {
		return err
	}
	for _, r := range recs {
		ref, ok := refs[r.TicketID]
		if !ok {
			continue // the ticket is gone
		}
		list, err := tells(r)
		if err != nil {
			return err
		}
		for _, t := range list {
			t.data["ticket_id"], t.data["reference"] = r.TicketID, ref
			body, err := Body(t.name, t.data, r.ID, r.At)
			if err != nil {
				return err
			}
			if _, err := tx.InsertDelivery(ctx, model.Delivery{EventID: r.ID, TicketID: r.TicketID, Name: t.name, URL: set.WebhookURL, Body: body}); err != nil {
				return fmt.Errorf("queue webhook: %w", err)
			}
		}
	}
	return nil
}

// Body is what is sent: the event and its data as ever, with its number and
// time, by which the other side can put them in order.
func Body(name string, data map[string]any, id model.EventID, at model.Time) ([]byte, error) {
	b, err := json.Marshal(struct {
		Event    string         `json:"event"`
		Data     map[string]any `json:"data"`
		Sequence model.EventID  `json:"sequence,omitempty"`
		Occurred string         `json:"occurred_at"`
	}{name, data, id, at.Std().Format(time.RFC3339Nano)})
	if err != nil {
		return nil, fmt.Errorf("write webhook: %w", err)
	}
	return b, nil
}

func references(ctx context.Context, tx *store.Tx, recs []model.Record) (map[model.TicketID]string, error) {
	seen, out := map[model.TicketID]bool{}, map[model.TicketID]string{}
	var ids []model.TicketID
	for _, r := range recs {
		if r.TicketID != 0 && !seen[r.TicketID] {
			seen[r.TicketID] = true
			ids = append(ids, r.TicketID)
		}
	}
	rows, err := tx.TicketNames(ctx, model.System("webhooks"), ids)
	for _, t := range rows {
		out[t.ID] = t.Reference
	}
	return out, err
}

// tells says what is told of a fact. What came in held back, or from an
// archive, is no news.
func tells(r model.Record) ([]told, error) {
	e, err := r.Event()
	if err != nil {
		return nil, err
	}
	switch f := e.(type) {
	case model.TicketOpened:
		if f.Imported {
			return nil, nil
		}
		return tell("ticket.created", "subject", f.Subject, "priority", f.Priority), nil
	case model.ReplyAdded:
		if f.Imported || f.Held {
			return nil, nil
		}
		return tell("reply.created", "reply_id", f.Message, "is_internal", false), nil
	case model.MessageReleased:
		return tell("reply.created", "reply_id", f.Message, "is_internal", false), nil
	case model.Assigned:
		return tell("ticket.assigned", "agent_id", f.To), nil
	case model.StatusChanged:
		list := tell("ticket.status_changed", "old_status", f.From, "new_status", f.To)
		if f.To == model.Resolved && f.From != f.To {
			list = append(list, tell("ticket.resolved")...)
		}
		return list, nil
	case model.PriorityChanged:
		return tell("ticket.priority_changed", "old_priority", f.From, "new_priority", f.To), nil
	case model.SubjectChanged:
		return tell("ticket.updated", "changes", map[string]any{"subject": f.To}), nil
	case model.TypeChanged:
		return tell("ticket.updated", "changes", map[string]any{"ticket_type": f.To}), nil
	case model.TicketEscalated:
		return tell("ticket.escalated", "reason", f.Reason), nil
	case model.SLABreached:
		return tell("sla.breached", "breach_type", f.Target), nil
	}
	return nil, nil
}

func tell(name string, pairs ...any) []told {
	data := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		data[pairs[i].(string)] = pairs[i+1]
	}
	return []told{{name, data}}
}
