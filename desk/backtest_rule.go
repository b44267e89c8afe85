package desk

import (
	"fmt"
	"slices"

	"escalated/model"
)

// maxInstants bounds how often a rule is asked of one ticket between two facts.
const maxInstants = 5000

// ruleBacktest asks a rule of tickets as they were.
type ruleBacktest struct {
	armed
	d        *Desk
	names    model.Names
	now      model.Time
	promised *forced // when the rule looks at deadlines
	out      *model.RuleBacktest
}

func (b *ruleBacktest) asksSLA(l model.Conditions) bool {
	return slices.ContainsFunc(l, func(c model.Condition) bool { return c.Field == "sla" || b.asksSLA(c.Any) })
}

// ticket plays the life of one ticket.
func (b *ruleBacktest) ticket(p model.Past) error {
	fired := map[string]model.Time{}
	before := b.out.Fired
	var clocks []model.SLAClock
	err := p.Replay(b.names.Fields, b.now, func(s model.PastStep) (err error) {
		if b.promised != nil {
			if clocks, err = b.promised.follow(clocks, s); err != nil {
				return err
			}
		}
		if b.Trigger == model.TriggerTime {
			b.between(s, clocks, fired)
		} else if s.At >= b.out.From {
			b.happened(s, clocks, fired)
		}
		return nil
	})
	if b.out.Fired > before {
		b.out.Touched++
	}
	return err
}

// happened asks a rule that facts set off.
func (b *ruleBacktest) happened(s model.PastStep, clocks []model.SLAClock, fired map[string]model.Time) {
	t := *s.Ticket
	b.standing(&t, clocks, s.At)
	for i, e := range s.Events {
		triggers, previous := model.TriggersOf(e)
		if !slices.Contains(triggers, b.Trigger) || b.Trigger == model.TriggerUpdated && s.Opened {
			continue
		}
		t.Previous = previous
		if !b.fits(&t) || !b.tests.Match(&t, s.At) {
			continue
		}
		cause := fmt.Sprintf("%d", s.Records[i].ID)
		if b.Trigger == model.TriggerUpdated || b.Trigger == model.TriggerTagged { // one action is one cause
			cause = s.ActionID
		}
		b.fire(t.ID, s.At, cause, fired)
	}
}

// between asks a rule by the clock at each instant from one fact to the next at
// which its answer may change.
func (b *ruleBacktest) between(s model.PastStep, clocks []model.SLAClock, fired map[string]model.Time) {
	from := max(s.At, b.out.From)
	if s.Until <= from {
		return
	}
	t := *s.Ticket
	at := append([]model.Time{from}, b.tests.Turns(&t, from, s.Until)...)
	if b.promised != nil {
		for _, c := range clocks {
			for _, w := range []model.Time{c.WarnAt, c.DueAt} {
				if c.Active() && w+1 > from && w+1 < s.Until {
					at = append(at, w+1)
				}
			}
		}
	}
	again := b.Again()
	for n := 0; len(at) > 0 && n < maxInstants; n++ {
		slices.Sort(at)
		now := at[0]
		at = at[1:]
		b.standing(&t, clocks, now)
		if !b.fits(&t) || !slices.Contains(b.tests.Piles(), t.Pile) || !b.tests.Match(&t, now) {
			continue
		}
		cause := causeOf(b.Conditions.CauseBy(), &t)
		if again > 0 {
			last, ok := fired["again"]
			if ok && now < last.Add(again) {
				if next := last.Add(again); next < s.Until {
					at = append(at, next)
				}
				continue
			}
			delete(fired, "again")
			if next := now.Add(again); next < s.Until {
				at = append(at, next)
			}
			cause = "again"
		}
		b.fire(t.ID, now, cause, fired)
	}
}

// causeOf tells one firing of a rule by the clock from another, as the column
// does by which the tickets are asked.
func causeOf(by string, t *model.Matched) string {
	switch by {
	case model.CauseWaiting:
		return fmt.Sprintf("%s:%d", by, t.WaitingSince)
	case model.CauseAssigned:
		return fmt.Sprintf("%s:%d", by, t.AssignedAt)
	case model.CauseUpdated:
		return fmt.Sprintf("%s:%d", by, t.UpdatedAt)
	case model.CauseSLA:
		return fmt.Sprintf("%s:%d:%d", by, t.SLA, t.NextDueAt)
	}
	return fmt.Sprintf("%s:%d", by, t.Reopened)
}

// standing says how the ticket stood to its promises.
func (b *ruleBacktest) standing(t *model.Matched, clocks []model.SLAClock, now model.Time) {
	if b.promised != nil {
		t.SLA, t.NextDueAt = model.SLAStanding(clocks, now)
	}
}

func (b *ruleBacktest) fire(id model.TicketID, at model.Time, cause string, fired map[string]model.Time) {
	if _, ok := fired[cause]; ok {
		return
	}
	fired[cause] = at
	b.out.Fired++
	if len(b.out.List) < model.BacktestListed {
		b.out.List = append(b.out.List, model.RuleFired{Ticket: id, At: at})
	}
}
