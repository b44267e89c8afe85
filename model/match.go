package model

import (
	"slices"
	"strconv"
	"time"
)

// Facets are what filters look at of a ticket.
type Facets struct {
	Pile            Pile
	Status          Status
	StatusID        StatusID
	Priority        Priority
	Type            TicketType
	Channel         Channel
	DepartmentID    DepartmentID
	AssigneeID      PersonID
	RequesterID     PersonID
	SLA             SLALevel
	Rating          Rating
	Files           int
	CreatedAt       Time
	ResolvedAt      Time
	UpdatedAt       Time
	WaitingSince    Time
	FirstResponseAt Time
	AssignedAt      Time
	Policy          PolicyID
	NextDueAt       Time // Never without a running clock
	Tags            []TagID
	Followers       []PersonID
	Mentioned       []PersonID
	Fields          []FieldRow
}

// Match reports whether a filter lets the ticket through, as of now. It is the
// same as the query for its list, except for the words to look for.
func (t Facets) Match(f TicketFilter, now Time) bool {
	s := f.Sieve(now)
	return s.Lets(t)
}

// Choice is a condition on a value that is one of a few: one of In, unless
// that is empty, and none of Out. Zero is the value none.
type Choice struct{ In, Out []int64 }

// Set reports whether there is a condition.
func (c Choice) Set() bool { return len(c.In)+len(c.Out) > 0 }

// Lets reports whether a value is let through.
func (c Choice) Lets(v int64) bool {
	return (len(c.In) == 0 || slices.Contains(c.In, v)) && !slices.Contains(c.Out, v)
}

// letsAny is the same for something that has several values; none is zero.
func letsAny[T ~int64](c Choice, list []T) bool {
	has := func(of []int64) bool {
		return slices.ContainsFunc(list, func(v T) bool { return slices.Contains(of, int64(v)) }) || len(list) == 0 && slices.Contains(of, 0)
	}
	return (len(c.In) == 0 || has(c.In)) && !has(c.Out)
}

// Lane is a pile that a list covers. Some says that only some of the statuses
// in it are wanted.
type Lane struct {
	Pile Pile
	Some bool
}

// StatusChoice are the statuses of a list: those of the states, and single
// ones of the desk's own.
type StatusChoice struct {
	States, NotStates []Status
	IDs, NotIDs       []StatusID
}

// Lets reports whether a status is wanted.
func (c StatusChoice) Lets(state Status, id StatusID) bool {
	return (slices.Contains(c.States, state) || slices.Contains(c.IDs, id)) && !slices.Contains(c.NotStates, state) && !slices.Contains(c.NotIDs, id)
}

// Sieve is a filter ready to be asked of tickets: names looked up, days turned
// into instants.
type Sieve struct {
	Nothing    bool // a name that nobody and nothing has
	Lanes      []Lane
	Status     StatusChoice
	Priority   Choice
	Type       Choice
	Channel    Choice
	Assignee   Choice
	Department Choice
	Requester  Choice
	Tag        Choice
	SLA        Choice
	Rating     Choice
	Following  Choice
	Mentioned  Choice
	Files      int // 1 with files, -1 without
	Created    Stretch
	Resolved   Stretch
	Updated    Stretch
	Waiting    Stretch
	Fields     []FieldSieve
}

// FieldSieve is a condition on a field an admin added.
type FieldSieve struct {
	ID    FieldID
	Not   bool
	None  bool         // no value will do
	Texts []string     // texts or options
	Nums  [][2]float64 // stretches of numbers, both ends in them
}

// Sieve prepares the filter.
func (f TicketFilter) Sieve(now Time) Sieve {
	s := Sieve{
		Status:     f.statusChoice(),
		Priority:   few(f.Priorities, f.Not.Priorities, Priorities()),
		Type:       few(f.Types, f.Not.Types, TicketTypes()),
		Channel:    few(f.Channels, f.Not.Channels, Channels()),
		SLA:        few(f.SLA, f.Not.SLA, SLALevels()),
		Rating:     few(f.Ratings, f.Not.Ratings, []Rating{0, 1, 2, 3, 4, 5}),
		Assignee:   Choice{numbers(f.assignees(false)), numbers(f.assignees(true))},
		Department: Choice{numbers(f.departments(false)), numbers(f.departments(true))},
		Tag:        Choice{numbers(f.tags(false)), numbers(f.tags(true))},
		Requester:  Choice{numbers(f.requesters(false)), numbers(f.requesters(true))},
		Following:  Choice{numbers(all(f.Following, false, nil)), numbers(all(f.Not.Following, false, nil))},
		Mentioned:  Choice{numbers(all(f.Mentioned, false, nil)), numbers(all(f.Not.Mentioned, false, nil))},
		Files:      flagInt(f.Files) - flagInt(f.Not.Files),
		Created:    f.Created.Stretch(now, f.Zone),
		Resolved:   f.Resolved.Stretch(now, f.Zone),
		Updated:    f.Updated.Stretch(now, f.Zone),
		Waiting:    f.Waiting.Stretch(now, f.Zone),
	}
	if s.Waiting.Set && s.Waiting.From < Never {
		s.Waiting.To = min(s.Waiting.To, Never)
	}
	s.Nothing = f.Files && f.Not.Files
	f.sieveNames(&s)
	for _, t := range f.Fields {
		if t.ID != 0 {
			s.Fields = append(s.Fields, t.sieve())
		}
	}
	s.Lanes = f.lanes(s.Status)
	return s
}

// sieveNames adds the people that words for requesters found. Words of which
// none found anything let no ticket through.
func (f TicketFilter) sieveNames(s *Sieve) {
	for _, n := range f.Names {
		if n.Field == "requester" {
			c := either(n.Not, &s.Requester.In, &s.Requester.Out)
			*c = append(slices.Clone(*c), n.IDs...)
		}
	}
	slices.Sort(s.Requester.In)
	for _, n := range f.Names {
		if n.Not || n.Field == "status" {
			continue
		}
		in := map[string][]int64{"requester": s.Requester.In, "assignee": s.Assignee.In, "department": s.Department.In, "tag": s.Tag.In}[n.Field]
		s.Nothing = s.Nothing || len(in) == 0
	}
}

func numbers[T ~int64](list []T) []int64 {
	if len(list) == 0 {
		return nil
	}
	out := make([]int64, len(list))
	for i, v := range list {
		out[i] = int64(v)
	}
	return out
}

// few is the choice among a few values: what is left of them, so that "not"
// needs no second way. Everything left is no condition; nothing left is a
// value that there is not.
func few[T ~int64](in, out, all []T) Choice {
	if len(in)+len(out) == 0 {
		return Choice{}
	}
	var left []int64
	for _, v := range all {
		if (len(in) == 0 || slices.Contains(in, v)) && !slices.Contains(out, v) {
			left = append(left, int64(v))
		}
	}
	switch len(left) {
	case len(all):
		return Choice{}
	case 0:
		return Choice{In: []int64{-1}}
	}
	return Choice{In: left}
}

var openStates = []Status{Open, InProgress, WaitingOnCustomer, WaitingOnAgent, Escalated, Reopened}

// statusChoice says which statuses the filter means. Without any it is the
// open ones, unless a resolved or closed one is excluded: who says "not
// closed" means all others.
func (f TicketFilter) statusChoice() StatusChoice {
	c := StatusChoice{States: f.Statuses, NotStates: f.Not.Statuses}
	done := slices.ContainsFunc(f.Not.Statuses, func(s Status) bool { return !s.IsOpen() })
	for _, d := range f.StatusDefs {
		c.IDs = append(c.IDs, d.ID)
	}
	for _, d := range f.Not.StatusDefs {
		c.NotIDs = append(c.NotIDs, d.ID)
		done = done || !d.State.IsOpen()
	}
	if f.Any || f.Bin && len(f.Statuses)+len(f.StatusDefs) == 0 {
		c.States, c.IDs = Statuses(), nil
	} else if len(c.States)+len(c.IDs) == 0 {
		if c.States = openStates; done {
			c.States = Statuses()
		}
	}
	return c
}

// lanes says which piles the filter covers. Sleeping tickets are in lists of
// any status and in those that ask for them.
func (f TicketFilter) lanes(c StatusChoice) (out []Lane) {
	// wanted: whether any status of the states is, and whether only some are.
	wanted := func(states []Status) (any, some bool) {
		for _, s := range states {
			if slices.Contains(c.States, s) && !slices.Contains(c.NotStates, s) {
				any = true
			} else {
				some = true
			}
		}
		for _, d := range f.StatusDefs {
			any = any || slices.Contains(states, d.State) && c.Lets(d.State, d.ID)
		}
		for _, d := range f.Not.StatusDefs {
			some = some || slices.Contains(states, d.State)
		}
		return any, some
	}
	add := func(p Pile, states ...Status) {
		if any, some := wanted(states); any {
			out = append(out, Lane{p, some})
		}
	}
	if f.Bin {
		add(PileBin, Statuses()...)
		return out
	}
	if f.Snoozed != SnoozedYes {
		add(PileActive, openStates...)
	}
	if f.Snoozed == SnoozedYes || f.Snoozed == SnoozedAny || f.Any && f.Snoozed == "" {
		add(PileAsleep, openStates...)
	}
	if f.Snoozed != SnoozedYes {
		add(PileResolved, Resolved)
		add(PileClosed, Closed)
	}
	return out
}

// sieve prepares the condition: texts as they are, numbers and days as
// stretches.
func (t FieldTerm) sieve() FieldSieve {
	s := FieldSieve{ID: t.ID, Not: t.Not}
	for _, w := range t.Words {
		switch {
		case w == "none":
			s.None = true
		case t.Kind == CustomCheckbox:
			if yes := w == "yes" || w == "1"; yes {
				s.Nums = append(s.Nums, [2]float64{1, 1})
			} else { // a box that was never touched has no value
				s.Nums, s.None = append(s.Nums, [2]float64{0, 0}), true
			}
		case t.Kind == CustomNumber:
			if r, ok := between(w, func(w string) (float64, error) { return strconv.ParseFloat(w, 64) }); ok {
				s.Nums = append(s.Nums, r)
			}
		case t.Kind == CustomDate:
			if r, ok := between(w, func(w string) (float64, error) {
				d, err := time.Parse(time.DateOnly, w)
				return float64(DaysOf(d)), err
			}); ok {
				s.Nums = append(s.Nums, r)
			}
		default:
			s.Texts = append(s.Texts, w)
		}
	}
	return s
}

// Lets reports whether the values of a ticket are let through.
func (s FieldSieve) Lets(rows []FieldRow) bool {
	none, hit := true, false
	for _, r := range rows {
		if r.FieldID != s.ID {
			continue
		}
		none = false
		hit = hit || r.Text != nil && slices.Contains(s.Texts, *r.Text)
		if r.Num != nil {
			hit = hit || slices.ContainsFunc(s.Nums, func(n [2]float64) bool { return *r.Num >= n[0] && *r.Num <= n[1] })
		}
	}
	return (hit || none && s.None) != s.Not
}

// Lets reports whether a ticket is let through.
func (s *Sieve) Lets(t Facets) bool {
	if s.Nothing || !slices.ContainsFunc(s.Lanes, func(l Lane) bool { return l.Pile == t.Pile }) || !s.Status.Lets(t.Status, t.StatusID) {
		return false
	}
	if !s.Priority.Lets(int64(t.Priority)) || !s.Type.Lets(int64(t.Type)) || !s.Channel.Lets(int64(t.Channel)) || !s.Rating.Lets(int64(t.Rating)) ||
		!s.Assignee.Lets(int64(t.AssigneeID)) || !s.Department.Lets(int64(t.DepartmentID)) || !s.Requester.Lets(int64(t.RequesterID)) {
		return false
	}
	if !letsAny(s.Tag, t.Tags) || !letsAny(s.Following, t.Followers) || !letsAny(s.Mentioned, t.Mentioned) || s.Files > 0 && t.Files == 0 || s.Files < 0 && t.Files > 0 {
		return false
	}
	waiting, level := t.WaitingSince, t.SLA
	if t.Pile > PileAsleep { // nobody waits for what is done, and no clock runs
		waiting, level = Never, SLANone
	}
	if !s.SLA.Lets(int64(level)) {
		return false
	}
	if s.Resolved.Set && (t.ResolvedAt == 0 || !s.Resolved.Has(t.ResolvedAt)) {
		return false
	}
	if !s.Created.Has(t.CreatedAt) || !s.Updated.Has(t.UpdatedAt) || !s.Waiting.Has(waiting) {
		return false
	}
	for _, c := range s.Fields {
		if !c.Lets(t.Fields) {
			return false
		}
	}
	return true
}
