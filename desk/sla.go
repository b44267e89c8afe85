package desk

import (
	"context"
	"fmt"
	"slices"

	"escalated/model"
	"escalated/store"
)

// promises are the policies in force, as the engine asks them.
type promises struct {
	list     []promise // in their order, the default last
	needs    model.Needs
	settings model.Settings
}

type promise struct {
	model.SLAPolicy
	tests model.Tests
}

// promised loads the policies in force, once until one is saved.
func (d *Desk) promised(ctx context.Context, r store.Reader) (*promises, error) {
	kept, age := d.promises.look()
	if kept != nil {
		return kept, nil
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return nil, err
	}
	p := &promises{settings: s}
	list, err := r.SLAPolicies(ctx)
	if err != nil {
		return nil, fmt.Errorf("load policies: %w", err)
	}
	names, err := d.names(ctx)
	if err != nil {
		return nil, err
	}
	for _, x := range list {
		if !x.Active() || !s.SLAEnabled {
			continue
		}
		p.list = append(p.list, promise{x, x.Conditions.Prepare(names)})
		p.needs = p.needs.And(x.Conditions.Needs())
	}
	d.db.FollowFields(p.needs.Fields)
	d.promises.keep(p, age)
	return p, nil
}

// forgetPolicies makes the next look read the policies again.
func (d *Desk) forgetPolicies() { d.promises.forget() }

// choose is the policy that holds for a ticket: the first whose conditions it
// meets, else the default. One that is younger than the ticket holds for it
// only when it did before.
func (p *promises) choose(t *model.Matched, now model.Time) *model.SLAPolicy {
	for i := range p.list {
		x := &p.list[i]
		if t.CreatedAt < x.Since && t.Policy != x.ID {
			continue
		}
		if x.IsDefault || x.tests.Match(t, now) {
			return &x.SLAPolicy
		}
	}
	return nil
}

// followPromises keeps the clocks of tickets in line with every change to
// them, inside its transaction. It is called for all changes, whichever verb
// made them, so that none can forget it.
func (d *Desk) followPromises(ctx context.Context, tx *store.Tx, changed []store.Followed) error {
	p, err := d.promised(ctx, tx.Reader)
	if err != nil {
		return err
	}
	var ids []model.TicketID
	var list []store.Followed
	for _, c := range changed {
		if c.After.Pile != 0 && (len(p.list) > 0 || c.After.Policy != 0) && (tx.AllFollow() || moves(c.Before, *c.After) || p.needs.Subject && c.Before.UpdatedAt != c.After.UpdatedAt) {
			ids, list = append(ids, c.ID), append(list, c)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	clocks, err := tx.SLAClocks(ctx, ids)
	if err != nil {
		return fmt.Errorf("load clocks: %w", err)
	}
	of := map[model.TicketID][]model.SLAClock{}
	for _, c := range clocks {
		of[c.TicketID] = append(of[c.TicketID], c)
	}
	rest := map[model.TicketID]*model.Matched{} // what conditions need beside the facets
	if n := p.needs; n.Subject || n.Addresses || n.Reopened {
		if rest, err = tx.Matched(ctx, ids, n); err != nil {
			return fmt.Errorf("load what policies ask: %w", err)
		}
	}
	for _, c := range list {
		m := rest[c.ID]
		if m == nil {
			m = &model.Matched{ID: c.ID}
		}
		m.Facets = *c.After
		if err := d.followTicket(ctx, tx, p, c, m, of[c.ID]); err != nil {
			return fmt.Errorf("clocks of ticket %d: %w", c.ID, err)
		}
	}
	return nil
}

// moves reports whether a change can move clocks. Notes, followers and the
// like cannot.
func moves(a, b model.Facets) bool {
	return a.Pile != b.Pile || a.StatusID != b.StatusID || a.Priority != b.Priority || a.DepartmentID != b.DepartmentID || a.Type != b.Type ||
		a.Channel != b.Channel || a.RequesterID != b.RequesterID || a.FirstResponseAt != b.FirstResponseAt || a.WaitingSince != b.WaitingSince ||
		a.AssigneeID != b.AssigneeID || !slices.Equal(a.Tags, b.Tags) || !slices.EqualFunc(a.Fields, b.Fields, model.FieldRow.Equal)
}

// situation is what the clocks of a ticket follow. Only open tickets choose a
// policy; others keep theirs until they are open again.
func (d *Desk) situation(ctx context.Context, r store.Reader, p *promises, t *model.Matched, now model.Time) (s model.SLASituation, err error) {
	s = model.SLASituation{
		Ticket: t.ID, Pile: t.Pile, StatusKey: t.Status.String(), Priority: t.Priority, CreatedAt: t.CreatedAt,
		FirstResponseAt: t.FirstResponseAt, WaitingSince: t.WaitingSince,
	}
	if t.StatusID != model.StatusID(t.Status) {
		c, err := d.Choices(ctx)
		if err != nil {
			return s, err
		}
		for _, def := range c.Statuses {
			if def.ID == t.StatusID {
				s.StatusKey = def.Key
			}
		}
	}
	s.Policy = p.choose(t, now)
	if s.Policy != nil {
		if s.Calendar, err = d.policyCalendar(ctx, r, p.settings, *s.Policy); err != nil {
			return s, err
		}
	}
	var failed error
	s.Versions = func(v model.CalendarVersionID) model.Calendar {
		c, err := d.calendarVersion(ctx, r, v)
		if err != nil && failed == nil {
			failed = err
		}
		return c
	}
	return s, failed
}

func (d *Desk) followTicket(ctx context.Context, tx *store.Tx, p *promises, c store.Followed, m *model.Matched, clocks []model.SLAClock) error {
	s, err := d.situation(ctx, tx.Reader, p, m, tx.Now)
	if err != nil {
		return err
	}
	after, told := model.FollowSLA(clocks, s, tx.Now)
	for i := range after {
		if i < len(clocks) && clocks[i].Same(after[i]) {
			continue
		}
		if err := tx.SaveClock(ctx, &after[i]); err != nil {
			return err
		}
	}
	if err := tellClocks(ctx, tx, c.ID, after, told); err != nil {
		return err
	}
	policy := model.PolicyID(0)
	if s.Policy != nil {
		policy = s.Policy.ID
	}
	return setStanding(ctx, tx, c, policy, after)
}

// tellClocks records what clocks told.
func tellClocks(ctx context.Context, tx *store.Tx, id model.TicketID, clocks []model.SLAClock, told [][]model.Event) error {
	by := model.System("sla")
	for i, events := range told {
		for _, e := range events {
			switch x := e.(type) {
			case model.SLABreached:
				x.Clock, e = clocks[i].ID, x
				e = x
			case model.SLAWarned:
				x.Clock = clocks[i].ID
				e = x
			}
			if _, err := tx.Record(ctx, by, id, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// setStanding writes how the ticket stands to its promises, when that changed.
func setStanding(ctx context.Context, tx *store.Tx, c store.Followed, policy model.PolicyID, clocks []model.SLAClock) error {
	level, due := model.SLAStanding(clocks, tx.Now)
	if level == c.After.SLA && due == c.After.NextDueAt && policy == c.After.Policy {
		return nil
	}
	if err := tx.SetSLA(ctx, c.ID, policy, level, due); err != nil {
		return err
	}
	c.After.SLA, c.After.NextDueAt, c.After.Policy = level, due, policy
	return nil
}

// policyCalendar is the calendar by which a policy counts now: its own, the
// desk's when all promises are in business hours, else none.
func (d *Desk) policyCalendar(ctx context.Context, r store.Reader, s model.Settings, p model.SLAPolicy) (model.Calendar, error) {
	switch {
	case p.CalendarID != 0:
		return d.calendar(ctx, r, p.CalendarID)
	case s.SLABusinessHoursOnly:
		return d.defaultCalendar(ctx, r)
	}
	return model.Calendar{}, nil
}
