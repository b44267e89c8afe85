package model

import "slices"

// Past is what is recorded of a ticket: how it is now, and all that led there.
type Past struct {
	Now     Matched
	Deleted bool
	Merged  bool
	Held    bool
	Asleep  bool
	First   MessageID // its first message
	Records []PastRecord
	Actions map[ChangeSetID]string // of the changes that were taken back: the action each was
}

// PastRecord is a fact with who did it.
type PastRecord struct {
	Record
	ActorKind Kind `db:"actor_kind"`
}

// PastStep is one action in the life of a ticket and the time until the next.
type PastStep struct {
	At, Until Time
	ActionID  string
	Opened    bool    // it came to be by this
	Events    []Event // what happened, in order
	Records   []Record
	Before    Facets
	Ticket    *Matched // after it, until the next one
}

// Replay goes through the life of a ticket, action by action, up to now. Facts
// tell what changed from what to what, so what it was like in the beginning is
// found by going back from how it is now.
func (p Past) Replay(defs []FieldDef, now Time, visit func(PastStep) error) error {
	r := &replay{Past: p, m: p.Now, defs: defs, did: map[string][]Event{}, kept: map[string]keptMoment{}}
	r.m.Tags, r.m.Followers, r.m.Fields = slices.Clone(r.m.Tags), slices.Clone(r.m.Followers), slices.Clone(r.m.Fields)
	events := make([]Event, len(p.Records))
	for i, rec := range p.Records {
		e, err := rec.Event()
		if err != nil {
			return err
		}
		events[i] = e
		r.did[rec.ActionID] = append(r.did[rec.ActionID], e)
	}
	for i := len(events) - 1; i >= 0; i-- {
		r.turn(events[i], p.Records[i].At, true)
	}
	r.Deleted, r.Merged, r.Asleep = false, false, false // nothing begins so
	r.m.WaitingSince, r.m.FirstResponseAt, r.m.AssignedAt = Never, 0, 0
	if r.m.AssigneeID != 0 {
		r.m.AssignedAt = r.m.CreatedAt
	}
	r.m.UpdatedAt, r.m.Pile = r.m.CreatedAt, r.pile()
	for i := 0; i < len(events); {
		n := i + 1
		for n < len(events) && p.Records[n].ActionID == p.Records[i].ActionID && p.Records[n].At == p.Records[i].At {
			n++
		}
		step := PastStep{At: p.Records[i].At, Until: now, ActionID: p.Records[i].ActionID, Events: events[i:n], Before: r.m.Facets}
		if n < len(events) {
			step.Until = p.Records[n].At
		}
		step.Before.Tags, step.Before.Fields = slices.Clone(r.m.Tags), slices.Clone(r.m.Fields)
		if _, ok := r.kept[step.ActionID]; !ok {
			r.kept[step.ActionID] = keptMoment{r.m.WaitingSince, r.m.ResolvedAt, r.m.AssignedAt, r.Asleep}
		}
		for j := i; j < n; j++ {
			_, opened := events[j].(TicketOpened)
			step.Opened = step.Opened || opened
			r.customer = !p.Records[j].ActorKind.Staff()
			r.turn(events[j], step.At, false)
			step.Records = append(step.Records, p.Records[j].Record)
		}
		r.m.Pile = r.pile()
		step.Ticket = &r.m
		if err := visit(step); err != nil {
			return err
		}
		i = n
	}
	return nil
}

// replay is a ticket on the way through its past.
type replay struct {
	Past
	m        Matched
	defs     []FieldDef
	did      map[string][]Event // by action
	kept     map[string]keptMoment
	customer bool // who acts is of the customer's side
}

// keptMoment is what facts do not tell of how a ticket was before an action.
type keptMoment struct {
	waiting, resolved, assigned Time
	asleep                      bool
}

func (r *replay) pile() Pile {
	switch {
	case r.Deleted:
		return PileBin
	case r.Merged:
		return PileMerged
	case r.Held:
		return PileHeld
	case r.m.Status == Resolved:
		return PileResolved
	case r.m.Status == Closed:
		return PileClosed
	case r.Asleep:
		return PileAsleep
	}
	return PileActive
}

// turn makes a fact happen, or takes it back.
func (r *replay) turn(e Event, at Time, back bool) {
	m := &r.m
	switch e := e.(type) {
	case StatusChanged:
		r.status(e, at, back)
	case PriorityChanged:
		m.Priority = turned(back, e.From, e.To)
	case TypeChanged:
		m.Type = turned(back, e.From, e.To)
	case DepartmentChanged:
		m.DepartmentID = turned(back, e.From, e.To)
	case Assigned:
		r.assign(turned(back, e.From, e.To), at)
	case Unassigned:
		r.assign(turned(back, e.From, 0), at)
	case RequesterChanged:
		m.RequesterID = turned(back, e.From, e.To)
	case SubjectChanged:
		m.Subject = turned(back, e.From, e.To)
	case TagAdded:
		m.Tags = with(m.Tags, e.Tag, !back)
	case TagRemoved:
		m.Tags = with(m.Tags, e.Tag, back)
	case FieldChanged:
		r.field(e, back)
	case TicketDeleted:
		r.Deleted = !back
	case TicketRestored:
		r.Deleted = back
	case TicketMerged:
		r.Merged = !back
	case TicketSnoozed:
		r.Asleep = !back
	case TicketWoken:
		r.Asleep = back
	case ChangesUndone:
		r.undo(e, at, back)
	default:
		r.talk(e, at, back)
		return
	}
	if !back {
		m.UpdatedAt = at
	}
}

// talk is turn for what was said, and for what does not move a ticket.
func (r *replay) talk(e Event, at Time, back bool) {
	m, files := &r.m, 0
	switch e := e.(type) {
	case TicketOpened:
		if !back && r.customer && !e.Automatic {
			m.WaitingSince = at
		}
		return
	case ReplyAdded:
		if files = e.Files; !back && !e.Held && !e.Automatic {
			r.answered(e.Staff, at)
		}
	case NoteAdded:
		files = e.Files
	case MessageReleased:
		if e.Message == r.First {
			r.Held = back
		}
		if !back {
			r.answered(false, at)
		}
	case RatingGiven:
		m.Rating = Rating(turned(back, 0, e.Score))
		return
	case Followed:
		m.Followers = with(m.Followers, e.Person, !back)
		return
	case Unfollowed:
		m.Followers = with(m.Followers, e.Person, back)
		return
	default:
		return
	}
	if back {
		m.Files = max(0, m.Files-files)
		return
	}
	m.Files += files
	m.UpdatedAt = at
}

func (r *replay) answered(staff bool, at Time) {
	if !staff {
		r.m.WaitingSince = min(r.m.WaitingSince, at)
		return
	}
	r.m.WaitingSince = Never
	if r.m.FirstResponseAt == 0 {
		r.m.FirstResponseAt = at
	}
}

func (r *replay) assign(to PersonID, at Time) {
	r.m.AssigneeID, r.m.AssignedAt = to, at
	if to == 0 {
		r.m.AssignedAt = 0
	}
}

func (r *replay) status(e StatusChanged, at Time, back bool) {
	from, to, id := e.From, e.To, e.ToID
	if back {
		from, to, id = e.To, e.From, e.FromID
	}
	if id == 0 {
		id = StatusID(to)
	}
	r.m.Status, r.m.StatusID = to, id
	switch {
	case from == to:
	case back:
		if e.To.IsOpen() && !e.From.IsOpen() {
			r.m.Reopened = max(0, r.m.Reopened-1)
		}
	case !to.IsOpen():
		r.m.WaitingSince, r.Asleep = Never, false // what is solved waits for nothing
		if to == Resolved {
			r.m.ResolvedAt = at
		}
	case !from.IsOpen():
		r.m.Reopened++
	}
}

func (r *replay) field(e FieldChanged, back bool) {
	r.m.Fields = slices.DeleteFunc(r.m.Fields, func(x FieldRow) bool { return x.FieldID == e.Field })
	for _, d := range r.defs {
		if d.ID == e.Field && d.Kind == e.As {
			r.m.Fields = append(r.m.Fields, d.Rows(turned(back, e.From, e.To))...)
		}
	}
}

// undo takes back what an action did. When its change set is forgotten, what
// it did is not known any more and stays.
func (r *replay) undo(e ChangesUndone, at Time, back bool) {
	action, ok := r.Actions[e.Set]
	if !ok {
		return
	}
	events := r.did[action]
	if back {
		for _, x := range events {
			r.turn(x, at, false)
		}
		return
	}
	for i := len(events) - 1; i >= 0; i-- {
		r.turn(events[i], at, true)
	}
	was, ok := r.kept[action]
	if !ok {
		return
	}
	for _, x := range events {
		switch x.(type) {
		case StatusChanged:
			r.m.WaitingSince, r.m.ResolvedAt, r.Asleep = was.waiting, was.resolved, was.asleep
		case TicketSnoozed, TicketWoken:
			r.Asleep = was.asleep
		case Assigned, Unassigned:
			r.m.AssignedAt = was.assigned
		}
	}
}

func turned[T any](back bool, from, to T) T {
	if back {
		return from
	}
	return to
}

// with is the list with an element, or without it. The list is not changed.
func with[T comparable](list []T, x T, in bool) []T {
	if in == slices.Contains(list, x) {
		return list
	}
	if in {
		return append(slices.Clone(list), x)
	}
	return slices.DeleteFunc(slices.Clone(list), func(y T) bool { return y == x })
}

// Turns are the instants between two at which the answer of the tests to a
// ticket may change by time alone. hours are those of the desk.
func (l Tests) Turns(t *Matched, from, until Time) []Time {
	var out []Time
	for i := range l {
		c := &l[i]
		switch {
		case c.Age != nil:
			if since := t.Since(c.Age.Of); since != 0 && since < Never {
				if at := since.Add(c.Age.Length); at > from && at < until {
					out = append(out, at)
				}
			}
		case c.Hours != nil:
			out = append(out, c.Hours.turns(from, until)...)
		case len(c.Any) > 0:
			out = append(out, Tests(c.Any).Turns(t, from, until)...)
		}
	}
	return out
}

// maxTurns bounds how often a desk opens and closes that is looked at.
const maxTurns = 400

func (h *HoursTest) turns(from, until Time) (out []Time) {
	for at := from; len(out) < maxTurns; {
		next, ok := h.Calendar.NextOpen(at)
		if h.Calendar.IsOpen(at) {
			next, ok = h.Calendar.NextClosed(at)
		}
		if !ok || next <= at || next >= until {
			return out
		}
		out, at = append(out, next), next
	}
	return out
}
