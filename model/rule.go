package model

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Rule says: when this happens, and that holds for the ticket, do those.
type Rule struct {
	ID          RuleID     `db:"id"`
	Name        string     `db:"name"`
	Description string     `db:"description"`
	Trigger     Trigger    `db:"trigger"`
	Conditions  Conditions `db:"conditions"`
	Actions     Actions    `db:"actions"`
	Position    int        `db:"position"`
	ActiveAt    Time       `db:"active_at"`   // zero: switched off
	LogOnly     bool       `db:"log_only"`    // matches are logged, nothing is done
	AgainAfter  string     `db:"again_after"` // of rules by the clock: a length after which it fires for a ticket again; empty: once for each cause
	Version     int64      `db:"version"`
}

// Active reports whether the rule is switched on.
func (r Rule) Active() bool { return r.ActiveAt != 0 }

// Use is what the rule's conditions can look at.
func (r Rule) Use() ConditionUse {
	if r.Trigger == TriggerTime {
		return ForTickets
	}
	return ForEvents
}

// Again is after how long a rule by the clock fires for a ticket again; zero
// for once.
func (r Rule) Again() time.Duration {
	l, err := ParseLength(r.AgainAfter)
	if err != nil {
		return 0
	}
	return l.In(Calendar{})
}

// The bounds of rules.
const (
	MaxRuleName        = 255
	MaxRuleDescription = 2000
	MaxRules           = 200
)

// Trigger is what sets a rule off: something that happened to a ticket, or the
// clock.
type Trigger string

// The triggers.
const (
	TriggerTime        Trigger = "time" // each run of the clock, for every ticket the conditions hold for
	TriggerCreated     Trigger = "ticket_created"
	TriggerUpdated     Trigger = "ticket_updated" // any property, tag or field
	TriggerStatus      Trigger = "status_changed"
	TriggerPriority    Trigger = "priority_changed"
	TriggerType        Trigger = "type_changed"
	TriggerDepartment  Trigger = "department_changed"
	TriggerAssigned    Trigger = "assigned"
	TriggerUnassigned  Trigger = "unassigned"
	TriggerTagged      Trigger = "tagged"
	TriggerReply       Trigger = "reply_created" // of anybody
	TriggerCustomer    Trigger = "customer_reply"
	TriggerAgent       Trigger = "agent_reply"
	TriggerNote        Trigger = "note_added"
	TriggerReopened    Trigger = "reopened"
	TriggerResolved    Trigger = "resolved"
	TriggerClosed      Trigger = "closed"
	TriggerSnoozed     Trigger = "snoozed"
	TriggerWoken       Trigger = "woken"
	TriggerEscalated   Trigger = "escalated"
	TriggerRated       Trigger = "rated"
	TriggerSLAWarning  Trigger = "sla_warning"
	TriggerSLABreached Trigger = "sla_breach"
)

// Triggers lists them in the order of pickers.
func Triggers() []Trigger {
	return []Trigger{
		TriggerTime, TriggerCreated, TriggerUpdated, TriggerStatus, TriggerPriority, TriggerType, TriggerDepartment, TriggerAssigned, TriggerUnassigned, TriggerTagged,
		TriggerReply, TriggerCustomer, TriggerAgent, TriggerNote, TriggerReopened, TriggerResolved, TriggerClosed, TriggerSnoozed, TriggerWoken, TriggerEscalated,
		TriggerRated, TriggerSLAWarning, TriggerSLABreached,
	}
}

// triggerNames are other words for triggers, of rules written elsewhere.
var triggerNames = map[string]Trigger{"time_based": TriggerTime, "no_response": TriggerTime, "priority_change": TriggerPriority, "sla_breached": TriggerSLABreached}

// ParseTrigger reads a trigger.
func ParseTrigger(w string) (Trigger, error) {
	if t, ok := triggerNames[w]; ok {
		return t, nil
	}
	if t := Trigger(w); slices.Contains(Triggers(), t) {
		return t, nil
	}
	return "", Refuse("trigger", "choice_invalid")
}

// AboutClosed reports whether the trigger can be about a closed ticket. Other
// rules leave what is closed alone, unless their conditions ask for it.
func (t Trigger) AboutClosed() bool {
	switch t {
	case TriggerClosed, TriggerStatus, TriggerRated, TriggerReply, TriggerCustomer:
		return true
	}
	return false
}

// Chains reports whether rules of the trigger wait for what the one before them
// did. What rules change sets off rules by itself; if those of changes waited
// too, each would be set off twice, and those again.
func (t Trigger) Chains() bool {
	switch t {
	case TriggerCreated, TriggerCustomer, TriggerRated, TriggerSLAWarning, TriggerSLABreached:
		return true
	}
	return false
}

// RuleKinds are the events that set rules off.
var RuleKinds = []string{
	"ticket.opened", "ticket.subject_changed", "ticket.status_changed", "ticket.priority_changed", "ticket.type_changed", "ticket.department_changed",
	"ticket.assigned", "ticket.unassigned", "ticket.tag_added", "ticket.tag_removed", "ticket.requester_changed", "ticket.field_changed",
	"reply.added", "note.added", "message.released", "ticket.snoozed", "ticket.woken", "rating.given", "sla.warning", "sla.breached",
}

// TriggersOf are the triggers of a fact, with what it changed of the ticket.
// What came from an archive, and what a machine wrote, sets nothing off.
func TriggersOf(e Event) ([]Trigger, Previous) {
	updated := func(p Previous, more ...Trigger) ([]Trigger, Previous) { return append(more, TriggerUpdated), p }
	switch e := e.(type) {
	case TicketOpened:
		if !e.Imported {
			return []Trigger{TriggerCreated}, Previous{}
		}
	case StatusChanged:
		return updated(Previous{Field: "status", Value: int64(e.From), StatusID: e.FromID}, statusTriggers(e)...)
	case PriorityChanged:
		return updated(Previous{Field: "priority", Value: int64(e.From)}, TriggerPriority)
	case TypeChanged:
		return updated(Previous{Field: "type", Value: int64(e.From)}, TriggerType)
	case DepartmentChanged:
		return updated(Previous{Field: "department", Value: int64(e.From)}, TriggerDepartment)
	case Assigned:
		return updated(Previous{Field: "assignee", Value: int64(e.From)}, TriggerAssigned)
	case Unassigned:
		return updated(Previous{Field: "assignee", Value: int64(e.From)}, TriggerUnassigned)
	case TagAdded:
		return updated(Previous{}, TriggerTagged)
	case SubjectChanged, TagRemoved, RequesterChanged, FieldChanged:
		return updated(Previous{})
	case ReplyAdded:
		return replyTriggers(e), Previous{}
	case MessageReleased:
		return []Trigger{TriggerReply, TriggerCustomer}, Previous{}
	case NoteAdded:
		if !e.Imported {
			return []Trigger{TriggerNote}, Previous{}
		}
	case TicketSnoozed:
		return []Trigger{TriggerSnoozed}, Previous{}
	case TicketWoken:
		return []Trigger{TriggerWoken}, Previous{}
	case RatingGiven:
		return []Trigger{TriggerRated}, Previous{}
	case SLAWarned:
		return []Trigger{TriggerSLAWarning}, Previous{}
	case SLABreached:
		return []Trigger{TriggerSLABreached}, Previous{}
	}
	return nil, Previous{}
}

func statusTriggers(e StatusChanged) []Trigger {
	out := []Trigger{TriggerStatus}
	switch {
	case e.From == e.To: // another status of the same state
	case e.To == Resolved:
		out = append(out, TriggerResolved)
	case e.To == Closed:
		out = append(out, TriggerClosed)
	case !e.From.IsOpen():
		out = append(out, TriggerReopened)
	}
	if e.To == Escalated && e.From != Escalated {
		out = append(out, TriggerEscalated)
	}
	return out
}

func replyTriggers(e ReplyAdded) []Trigger {
	switch {
	case e.Imported || e.Automatic || e.Held:
		return nil
	case e.Staff:
		return []Trigger{TriggerReply, TriggerAgent}
	}
	return []Trigger{TriggerReply, TriggerCustomer}
}

// RulePart is the part of the desk that a rule is as an actor.
func RulePart(id RuleID) string { return "rule:" + strconv.FormatInt(int64(id), 10) }

// Rule is the rule that acts; zero when it is none.
func (a Actor) Rule() RuleID {
	if id, ok := strings.CutPrefix(a.Part, "rule:"); ok && a.Kind == KindMachine {
		return RuleID(parseID(id))
	}
	return 0
}
