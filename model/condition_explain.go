package model

import (
	"slices"
	"strconv"
	"time"
)

// ConditionMet says whether a ticket meets a condition, with what is really so:
// in the words of conditions, a length for an age, none for nothing.
type ConditionMet struct {
	Condition Condition      `json:"condition"`
	Met       bool           `json:"met"`
	Actual    []string       `json:"actual,omitempty"`
	Any       []ConditionMet `json:"any,omitempty"`
}

// Explain asks each condition of the ticket by itself.
func (l Tests) Explain(t *Matched, n Names, now Time) []ConditionMet {
	out := make([]ConditionMet, len(l))
	for i := range l {
		c := &l[i]
		out[i] = ConditionMet{Condition: c.Condition, Met: c.Lets(t, now)}
		if c.Condition.Group() {
			out[i].Any = Tests(c.Any).Explain(t, n, now)
		} else {
			out[i].Actual = t.actual(c.Condition, n, now)
		}
	}
	return out
}

// actual is the ticket's own value, in the words of the condition's field.
func (t *Matched) actual(c Condition, n Names, now Time) []string {
	if c.Op == CondWas {
		return t.previous(n)
	}
	switch c.Field {
	case "status":
		return []string{StatusByID(n.Statuses, t.StatusID, t.Status).Key}
	case "priority":
		return []string{t.Priority.String()}
	case "type":
		return []string{t.Type.String()}
	case "department":
		return idWords(t.DepartmentID)
	case "assignee":
		return idWords(t.AssigneeID)
	case "tag":
		return idWords(t.Tags...)
	case "following":
		return idWords(t.Followers...)
	case "requester":
		return append(idWords(t.RequesterID), t.Addresses...)
	case "channel":
		return []string{t.Channel.String()}
	case "subject":
		return []string{t.Subject}
	case "sla":
		if t.Pile > PileAsleep {
			return []string{SLANone.String()}
		}
		return []string{t.SLA.String()}
	case "rating":
		return []string{t.Rating.String()}
	case "snoozed":
		return yesNo(t.Pile == PileAsleep)
	case "attachment":
		return yesNo(t.Files > 0)
	case "hours":
		if n.Calendar.IsOpen(now) {
			return []string{"open"}
		}
		return []string{"closed"}
	case "reopened":
		return []string{strconv.Itoa(t.Reopened)}
	case AgeCreated, AgeUpdated, AgeAssigned, AgeWaiting, AgeUnanswered:
		if since := t.Since(c.Field); since != 0 {
			return []string{lengthOf(now.Sub(since)).String()}
		}
		return []string{"none"}
	}
	return t.custom(c.Field, n)
}

func (t *Matched) previous(n Names) []string {
	switch p := t.Previous; p.Field {
	case "status":
		return []string{StatusByID(n.Statuses, p.StatusID, Status(p.Value)).Key}
	case "priority":
		return []string{Priority(p.Value).String()}
	case "type":
		return []string{TicketType(p.Value).String()}
	case "department":
		return idWords(DepartmentID(p.Value))
	case "assignee":
		return idWords(PersonID(p.Value))
	}
	return nil
}

func (t *Matched) custom(name string, n Names) []string {
	f, ok := conditionField(name, n.Fields)
	if !ok || f.Custom == nil {
		return nil
	}
	values := ReadRows([]FieldDef{*f.Custom}, t.Fields)[f.Custom.ID]
	if f.Kind == ConditionYesNo {
		return yesNo(slices.Contains(values, "1"))
	}
	if len(values) == 0 {
		return []string{"none"}
	}
	return values
}

func yesNo(b bool) []string {
	if b {
		return []string{"yes"}
	}
	return []string{"no"}
}

// idWords are ids as words; nobody and nothing is none.
func idWords[T ~int64](ids ...T) []string {
	var out []string
	for _, id := range ids {
		if id != 0 {
			out = append(out, strconv.FormatInt(int64(id), 10))
		}
	}
	if len(out) == 0 {
		return []string{"none"}
	}
	return out
}

// lengthOf is a stretch of time as a length of days with 24 hours, in minutes
// once it has any.
func lengthOf(d time.Duration) Length {
	d = max(0, d)
	if d >= time.Minute {
		d = d.Truncate(time.Minute)
	}
	return Length{Days: int(d / (24 * time.Hour)), Rest: d % (24 * time.Hour)}
}
