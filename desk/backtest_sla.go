package desk

import (
	"context"
	"slices"

	"escalated/model"
	"escalated/store"
)

// forced are promises with the calendars they count by, to be played over what
// was.
type forced struct {
	list     []promise
	needs    model.Needs
	statuses []model.StatusDef
	cal      map[model.PolicyID]model.Calendar
	versions map[model.CalendarVersionID]model.Calendar
}

// inForce are the promises as they are now.
func (d *Desk) inForce(ctx context.Context, r store.Reader) (*forced, error) {
	list, err := r.SLAPolicies(ctx)
	if err != nil {
		return nil, err
	}
	return d.forcing(ctx, r, list, nil)
}

// typedCalendar is the version of a calendar that is not saved.
const typedCalendar model.CalendarVersionID = -1

// forcing makes policies ready as if they had been in force all the time;
// instead of a saved calendar one that is proposed.
func (d *Desk) forcing(ctx context.Context, r store.Reader, list []model.SLAPolicy, proposed *model.Calendar) (*forced, error) {
	names, err := d.names(ctx)
	if err != nil {
		return nil, err
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return nil, err
	}
	f := &forced{statuses: names.Statuses, cal: map[model.PolicyID]model.Calendar{}, versions: map[model.CalendarVersionID]model.Calendar{}}
	for _, x := range list {
		if !x.Active() {
			continue
		}
		c, err := d.policyCalendar(ctx, r, s, x)
		if err != nil {
			return nil, err
		}
		if proposed != nil && c.ID != 0 && c.ID == proposed.ID {
			c = *proposed
			c.VersionID = typedCalendar
		}
		f.cal[x.ID], f.versions[c.VersionID] = c, c
		f.list = append(f.list, promise{x, x.Conditions.Prepare(names)})
		f.needs = f.needs.And(x.Conditions.Needs())
	}
	return f, nil
}

// choose is the policy that would have held for a ticket.
func (f *forced) choose(t *model.Matched, now model.Time) *model.SLAPolicy {
	for i := range f.list {
		if x := &f.list[i]; x.IsDefault || x.tests.Match(t, now) {
			return &x.SLAPolicy
		}
	}
	return nil
}

// follow brings clocks in line with a step in the life of a ticket, as the desk
// does at the end of each change.
func (f *forced) follow(clocks []model.SLAClock, s model.PastStep) ([]model.SLAClock, error) {
	t := s.Ticket
	if !s.Opened && !moves(s.Before, t.Facets) {
		return clocks, nil
	}
	now := model.SLASituation{
		Ticket: t.ID, Pile: t.Pile, StatusKey: model.StatusByID(f.statuses, t.StatusID, t.Status).Key, Priority: t.Priority, CreatedAt: t.CreatedAt,
		FirstResponseAt: t.FirstResponseAt, WaitingSince: t.WaitingSince, Policy: f.choose(t, s.At),
		Versions: func(v model.CalendarVersionID) model.Calendar { return f.versions[v] },
	}
	if now.Policy != nil {
		now.Calendar = f.cal[now.Policy.ID]
	}
	if now.Policy == nil && len(clocks) == 0 {
		return clocks, nil
	}
	out, _ := model.FollowSLA(clocks, now, s.At)
	return out, nil
}

// breaches are the promises of a ticket that were broken in a span.
func breaches(clocks []model.SLAClock, from, now model.Time) (out []model.SLABreachOf) {
	for _, c := range clocks {
		c.Tell(now, "")
		if c.BreachedAt != 0 && c.BreachedAt >= from {
			out = append(out, model.SLABreachOf{Target: c.Target, At: c.BreachedAt})
		}
	}
	slices.SortFunc(out, func(a, b model.SLABreachOf) int { return int(a.Target) - int(b.Target) })
	return out
}

// BacktestPolicy compares the promises in force with what they would be with a
// policy, saved or not, over the last days: in its place when it is saved, else
// asked before the others. A default is asked last.
func (d *Desk) BacktestPolicy(ctx context.Context, by model.Actor, p model.SLAPolicy, days int) (model.SLABacktest, error) {
	if !by.Can(model.PermSLA) {
		return model.SLABacktest{}, model.ErrDenied
	}
	list, err := d.db.Read().SLAPolicies(ctx)
	if err != nil {
		return model.SLABacktest{}, err
	}
	if p.Name == "" { // it may get one later
		p.Name = "?"
	}
	p.Conditions = p.Conditions.Canonical()
	names, err := d.names(ctx)
	if err != nil {
		return model.SLABacktest{}, err
	}
	if err := p.Check(names).Err(); err != nil {
		return model.SLABacktest{}, err
	}
	after := slices.Clone(list)
	p.DisabledAt = 0
	if i := slices.IndexFunc(after, func(x model.SLAPolicy) bool { return x.ID == p.ID }); i >= 0 {
		after = slices.Delete(after, i, i+1)
		if !p.IsDefault {
			after = slices.Insert(after, min(i, len(after)), p)
		}
	} else if !p.IsDefault {
		after = slices.Insert(after, 0, p)
	}
	if p.IsDefault {
		after = append(slices.DeleteFunc(after, func(x model.SLAPolicy) bool { return x.IsDefault }), p)
	}
	return d.compare(ctx, by, p.Name, days, list, after, nil)
}

// BacktestCalendar compares the promises in force with what they would be if
// the calendar of that id said what is proposed.
func (d *Desk) BacktestCalendar(ctx context.Context, by model.Actor, c model.Calendar, days int) (model.SLABacktest, error) {
	if !by.Can(model.PermSLA) {
		return model.SLABacktest{}, model.ErrDenied
	}
	if err := c.Check().Err(); err != nil {
		return model.SLABacktest{}, err
	}
	list, err := d.db.Read().SLAPolicies(ctx)
	if err != nil {
		return model.SLABacktest{}, err
	}
	return d.compare(ctx, by, c.Name, days, list, list, &c)
}

// compare plays both over what was recorded.
func (d *Desk) compare(ctx context.Context, by model.Actor, name string, days int, before, after []model.SLAPolicy, c *model.Calendar) (out model.SLABacktest, err error) {
	out = model.SLABacktest{Name: name, Recorded: map[model.SLATarget]int{}, Before: map[model.SLATarget]int{}, After: map[model.SLATarget]int{}}
	if out.BacktestSpan, err = d.backtestSpan(days); err != nil {
		return out, err
	}
	r := d.db.Read()
	was, err := d.forcing(ctx, r, before, nil)
	if err != nil {
		return out, err
	}
	is, err := d.forcing(ctx, r, after, c)
	if err != nil {
		return out, err
	}
	names, err := d.names(ctx)
	if err != nil {
		return out, err
	}
	b := &slaBacktest{was: was, is: is, fields: names.Fields, now: d.Now(), out: &out}
	if err := d.pasts(ctx, &out.BacktestSpan, was.needs.And(is.needs), b.ticket); err != nil {
		return out, err
	}
	ids := make([]model.TicketID, len(out.List))
	for i, x := range out.List {
		ids[i] = x.Ticket
	}
	named, err := d.namedTickets(context.WithoutCancel(ctx), by, ids)
	for i := range out.List {
		t := named[out.List[i].Ticket]
		out.List[i].Reference, out.List[i].Subject = t.Reference, t.Subject
	}
	return out, err
}

type slaBacktest struct {
	was, is *forced
	fields  []model.FieldDef
	now     model.Time
	out     *model.SLABacktest
}

// ticket plays the life of one ticket under both.
func (b *slaBacktest) ticket(p model.Past) error {
	var was, is []model.SLAClock
	err := p.Replay(b.fields, b.now, func(s model.PastStep) (err error) {
		for _, e := range s.Events {
			if e, ok := e.(model.SLABreached); ok && e.Due >= b.out.From {
				b.out.Recorded[e.Target]++
			}
		}
		if was, err = b.was.follow(was, s); err != nil {
			return err
		}
		is, err = b.is.follow(is, s)
		return err
	})
	if err != nil {
		return err
	}
	x := model.SLADiffers{Ticket: p.Now.ID, Before: breaches(was, b.out.From, b.now), After: breaches(is, b.out.From, b.now)}
	for _, f := range x.Before {
		b.out.Before[f.Target]++
	}
	for _, f := range x.After {
		b.out.After[f.Target]++
	}
	if otherBreaches(x.Before, x.After) {
		if b.out.Differ++; len(b.out.List) < model.BacktestListed {
			b.out.List = append(b.out.List, x)
		}
	}
	return nil
}

// otherBreaches reports whether other promises were broken; that one was broken at
// another time is no difference.
func otherBreaches(a, b []model.SLABreachOf) bool {
	return !slices.EqualFunc(a, b, func(x, y model.SLABreachOf) bool { return x.Target == y.Target })
}
