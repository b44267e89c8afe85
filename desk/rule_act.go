package desk

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"escalated/model"
)

// act does one action of a rule: what people do too by their verbs, the rest
// here. It is the only door to what rules alone may do; the table of actions
// that macros and bulk changes use has none of it. sent says that something
// was done that leaves no fact.
func (w *ruleWork) act(ctx context.Context, a model.Action) (sent bool, err error) {
	if !slices.Contains(model.RuleActionTypes(), a.Type) {
		return false, model.Refuse("action", "choice_invalid")
	}
	t, err := w.tx.Ticket(ctx, model.System("rules"), w.run.TicketID)
	if err != nil {
		return false, err
	}
	switch a.Type {
	case model.ActEscalate:
		return false, w.escalate(ctx, t, a)
	case model.ActAssign:
		if how, in, ok := model.AssignWay(a.Value); ok {
			return false, w.assignBy(ctx, t, how, in)
		}
		if a.Value == model.AssignNone {
			return false, w.d.unassign(ctx, w.tx, w.by, t)
		}
	case model.ActSnooze:
		return false, w.snooze(ctx, t, a)
	case model.ActReply:
		return false, w.reply(ctx, t, func(f *filler) (string, error) { return f.fill(ctx, a.Value) })
	case model.ActSend:
		return false, w.canned(ctx, t, a)
	case model.ActNotify:
		return false, w.notify(ctx, t, a)
	case model.ActWebhook:
		return true, w.webhook(ctx, t, a)
	}
	return false, w.d.actOn(ctx, w.tx, w.by, t, a)
}

// escalate moves a ticket to escalated and says why.
func (w *ruleWork) escalate(ctx context.Context, t model.Ticket, a model.Action) error {
	if t.Status == model.Escalated {
		return nil
	}
	reason, err := w.d.filled(ctx, w.tx, w.by, t, a.Value)
	if err != nil {
		return err
	}
	if err := w.d.moveTo(ctx, w.tx, w.by, t, model.CoreStatus(model.Escalated)); err != nil {
		return err
	}
	_, err = w.tx.Record(ctx, w.by, t.ID, model.TicketEscalated{Reason: reason})
	return err
}

// assignBy lets routing choose whom to give the ticket to.
func (w *ruleWork) assignBy(ctx context.Context, t model.Ticket, how model.RoutingStrategy, in model.DepartmentID) error {
	if in == 0 {
		in = t.DepartmentID
	}
	if in == 0 {
		return model.Refuse("assign", "rule_no_department")
	}
	to, way, err := w.d.pickAgent(ctx, w.tx, in, how, t)
	if err != nil {
		return err
	}
	if to == 0 { // way says why
		return model.Refuse("assign", "rule_nobody_"+ruleNobody(way))
	}
	if to == t.AssigneeID {
		return nil
	}
	s, err := w.d.Settings(ctx)
	if err != nil {
		return err
	}
	if err := w.d.assign(ctx, w.tx, w.by, t, to, s); err != nil {
		return err
	}
	_, err = w.tx.Record(ctx, w.by, t.ID, model.Routed{To: to, How: way})
	return err
}

// ruleNobody is the reason in words there are for it.
func ruleNobody(why string) string {
	switch why {
	case model.NotAway, model.NotAbsent, model.NotFull, model.NotSkills:
		return why
	}
	return model.NotNobody
}

func (w *ruleWork) snooze(ctx context.Context, t model.Ticket, a model.Action) error {
	zone, err := w.d.zoneOf(ctx, w.tx.Reader, w.by)
	if err != nil {
		return err
	}
	at, ok := a.SnoozeFor(w.tx.Now.Std().In(zone))
	if !ok {
		return model.Refuse("snooze", "snooze_when")
	}
	until := at.Std().Format(time.RFC3339Nano)
	if at == model.Never {
		until = model.UntilReply
	}
	if t.SnoozedUntil == at {
		return nil
	}
	_, err = w.d.snooze(ctx, w.tx, w.by, t, until, w.rule.Name)
	return err
}

// canned sends a canned response, in the language of the customer.
func (w *ruleWork) canned(ctx context.Context, t model.Ticket, a model.Action) error {
	id, _ := idOrNone(a.Value)
	c, err := w.tx.Canned(ctx, model.CannedID(id))
	if errors.Is(err, model.ErrNotFound) {
		return model.Refuse("canned", "macro_gone")
	}
	if err != nil {
		return err
	}
	if c.Scope != model.ShareAll {
		return model.Refuse("canned", "macro_canned_scope")
	}
	return w.reply(ctx, t, func(f *filler) (string, error) { return f.canned(ctx, c) })
}

// reply tells the customer something. It is not what they wait for: the first
// answer, and how long they wait, are of people. What a machine opened is not
// answered, or two machines would talk for ever.
func (w *ruleWork) reply(ctx context.Context, t model.Ticket, words func(*filler) (string, error)) error {
	opening, err := w.tx.Opening(ctx, t.ID)
	if err != nil && !errors.Is(err, model.ErrNotFound) {
		return err
	}
	if opening.Automatic {
		return model.Refuse("reply", "rule_machine")
	}
	body, err := words(w.d.filler(w.tx.Reader, w.by, t))
	if err != nil {
		return err
	}
	in := model.NewReply{Body: model.CleanBody(body), Markdown: true}
	if err := checkBlanks(w.by, in); err != nil {
		return err
	}
	var p model.Invalid
	checkBody(&p, "body", in.Body)
	if err := p.Err(); err != nil {
		return err
	}
	s, err := w.d.Settings(ctx)
	if err != nil {
		return err
	}
	to, err := w.d.copiesOf(ctx, w.tx, w.by, t, in, s)
	if err != nil {
		return err
	}
	m, err := w.tx.InsertMessage(ctx, model.Message{TicketID: t.ID, AuthorID: w.by.ID, Kind: model.ReplyKind, Via: w.by.Via, Body: in.Body, Markdown: true})
	if err != nil {
		return err
	}
	if err := w.tx.MessageAdded(ctx, m, 0, false, true); err != nil {
		return err
	}
	if _, err := w.tx.Record(ctx, w.by, t.ID, model.ReplyAdded{Message: m.ID, Staff: true}); err != nil {
		return err
	}
	if err := w.d.keepCopies(ctx, w.tx, w.by, t, m.ID, to); err != nil {
		return err
	}
	return w.d.holdPending(ctx, w.tx, m)
}

// notify asks that people are told. Only those of the staff who see the ticket
// are.
func (w *ruleWork) notify(ctx context.Context, t model.Ticket, a model.Action) error {
	e := model.RuleNotified{Rule: w.rule.ID, Name: w.rule.Name, Channels: a.Channels}
	var err error
	if e.Text, err = w.d.filled(ctx, w.tx, w.by, t, a.Text); err != nil {
		return err
	}
	for _, word := range a.To {
		list, err := w.told(ctx, t, word)
		if err != nil {
			return err
		}
		if strings.Contains(word, "@") {
			e.Addresses = append(e.Addresses, word)
		}
		for _, id := range list {
			if !slices.Contains(e.To, id) {
				e.To = append(e.To, id)
			}
		}
	}
	if e.To, err = w.tx.StaffSeeing(ctx, t.ID, e.To); err != nil {
		return err
	}
	if len(e.To)+len(e.Addresses) == 0 {
		return model.Refuse("notify", "rule_notify_nobody")
	}
	_, err = w.tx.Record(ctx, w.by, t.ID, e)
	return err
}

// told are the people behind a word.
func (w *ruleWork) told(ctx context.Context, t model.Ticket, word string) (out []model.PersonID, err error) {
	switch word {
	case model.TellAssignee:
		if t.AssigneeID != 0 {
			out = append(out, t.AssigneeID)
		}
	case model.TellFollowers:
		list, err := w.tx.FollowersOf(ctx, []model.TicketID{t.ID})
		for _, p := range list {
			out = append(out, p.Person)
		}
		return out, err
	case model.TellDepartment:
		out, _, err = w.tx.TeamOf(ctx, t.DepartmentID)
	case model.TellAdmins:
		out, err = w.tx.AdminIDs(ctx)
	default:
		if id, err := strconv.ParseInt(word, 10, 64); err == nil {
			out = append(out, model.PersonID(id))
		}
	}
	return out, err
}

// webhook queues a request to somebody else's server: the words of the rule,
// or what there is to say of the ticket.
func (w *ruleWork) webhook(ctx context.Context, t model.Ticket, a model.Action) error {
	body := any(w.payload(t))
	if a.Text != "" {
		if err := json.Unmarshal([]byte(a.Text), &body); err != nil {
			return model.Refuse("webhook", "rule_json")
		}
		var err error
		if body, err = fillJSON(ctx, w.d.filler(w.tx.Reader, w.by, t), body); err != nil {
			return err
		}
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	_, err = w.tx.InsertDelivery(ctx, model.Delivery{EventID: w.run.EventID, RuleRun: w.run.ID, TicketID: t.ID, Name: "rule", URL: a.Value, Body: raw})
	return err
}

func (w *ruleWork) payload(t model.Ticket) map[string]any {
	return map[string]any{
		"event": "rule",
		"rule":  map[string]any{"id": int64(w.rule.ID), "name": w.rule.Name, "trigger": string(w.rule.Trigger), "run": int64(w.run.ID)},
		"ticket": map[string]any{
			"id": int64(t.ID), "reference": t.Reference, "subject": t.Subject, "status": t.Status.String(), "priority": t.Priority.String(), "type": t.Type.String(),
			"channel": t.Channel.String(), "department_id": int64(t.DepartmentID), "assignee_id": int64(t.AssigneeID), "requester_id": int64(t.RequesterID),
			"created_at": t.CreatedAt.String(), "updated_at": t.UpdatedAt.String(),
		},
		"at": w.tx.Now.String(),
	}
}

// fillJSON fills the variables in the texts of a JSON value.
func fillJSON(ctx context.Context, f *filler, v any) (any, error) {
	var err error
	switch x := v.(type) {
	case string:
		return f.fill(ctx, x)
	case []any:
		for i := range x {
			if x[i], err = fillJSON(ctx, f, x[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for k := range x {
			if x[k], err = fillJSON(ctx, f, x[k]); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}

// plannedActions are what a rule would do to a ticket, with those that would
// be refused for what they name.
func plannedActions(x model.Rule, n model.Names) model.ActionResults {
	out := planned(x)
	for _, p := range x.Actions.Check("actions", n) {
		row, err := strconv.Atoi(strings.TrimPrefix(p.Field, "actions."))
		if err == nil && row < len(out) {
			out[row].Problem = p.Key
			for _, a := range p.Args {
				if s, ok := a.(string); ok {
					out[row].Args = append(out[row].Args, s)
				}
			}
		}
	}
	return out
}
