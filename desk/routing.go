package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"escalated/model"
	"escalated/store"
)

// How many tickets are given at once: when somebody is back, and by the clock
// in each department.
const (
	routeOnReturn = 50
	routeByClock  = 200
)

// loadCap is up to how many tickets of somebody without a limit are counted.
const loadCap = 1000

// routing is the actor that gives tickets to people, as deep in what rules set
// off as whatever it follows from.
func routing(by model.Actor) model.Actor {
	a := model.System("routing")
	a.Depth = by.Depth
	return a
}

// route gives a ticket that nobody has to somebody of its department, if the
// department's tickets are given that way and somebody fits; else it says why
// nobody got it, once as long as that stays so.
func (d *Desk) route(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket) error {
	if t.DepartmentID == 0 || t.AssigneeID != 0 || !routable(t) {
		return nil
	}
	plan, err := tx.RoutingPlan(ctx, t.DepartmentID, t.ID)
	if err != nil {
		return fmt.Errorf("route: %w", err)
	}
	if !plan.Strategy.Automatic() || plan.ArchivedAt != 0 {
		return nil
	}
	c, err := d.pick(ctx, tx, plan, plan.Strategy)
	if err != nil {
		return err
	}
	by = routing(by)
	if c.To == 0 {
		news, err := tx.WaitsForRouting(ctx, t.ID, t.DepartmentID, c.Why)
		if err != nil || !news {
			return err
		}
		_, err = tx.Record(ctx, by, t.ID, model.LeftUnassigned{Department: t.DepartmentID, Why: c.Why})
		return err
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	if err := d.assign(ctx, tx, by, t, c.To, s); err != nil {
		return fmt.Errorf("route: %w", err)
	}
	if err := tx.WaitsNoMore(ctx, t.ID); err != nil {
		return err
	}
	_, err = tx.Record(ctx, by, t.ID, model.Routed{To: c.To, How: c.How})
	return err
}

// routable reports whether there is work on a ticket.
func routable(t model.Ticket) bool {
	return !t.Deleted() && t.HeldAt == 0 && t.MergedInto == 0 && t.SnoozedUntil == 0 && t.Status != model.Resolved && t.Status != model.Closed
}

// routeAfter routes a ticket that came to a department when everything else of
// its transaction is done: what goes on to assign it decides itself.
func (d *Desk) routeAfter(tx *store.Tx, by model.Actor, id model.TicketID, department model.DepartmentID) {
	type routed model.TicketID
	tx.AtEnd(routed(id), func() error {
		t, err := tx.Ticket(tx.Ctx, model.System("routing"), id)
		if errors.Is(err, model.ErrNotFound) {
			return nil
		}
		if err != nil || t.DepartmentID != department { // taken back, or gone on
			return err
		}
		return d.route(tx.Ctx, tx, by, t)
	})
}

// pickAgent finds who of a department gets a ticket by a strategy, and by
// which way; zero and the reason when nobody fits. A round moves on: whoever
// asks gives the ticket to them, in the same transaction.
func (d *Desk) pickAgent(ctx context.Context, tx *store.Tx, department model.DepartmentID, how model.RoutingStrategy, t model.Ticket) (model.PersonID, string, error) {
	plan, err := tx.RoutingPlan(ctx, department, t.ID)
	if err != nil {
		return 0, "", err
	}
	if !how.Automatic() || plan.ArchivedAt != 0 {
		return 0, model.NotNobody, nil
	}
	c, err := d.pick(ctx, tx, plan, how)
	if c.To == 0 {
		return 0, c.Why, err
	}
	return c.To, c.How, err
}

func (d *Desk) pick(ctx context.Context, tx *store.Tx, plan model.RoutingPlan, how model.RoutingStrategy) (model.RouteChoice, error) {
	people, round, err := d.round(ctx, tx.Reader, plan, how, tx.Now, 0)
	if err != nil {
		return model.RouteChoice{}, fmt.Errorf("find who is in line: %w", err)
	}
	c := model.Choose(how, people, plan.After, round)
	if c.To == 0 || how != model.RouteRoundRobin {
		return c, nil
	}
	return c, tx.SetTurn(ctx, plan.Department, c.Turn)
}

// round loads who is in line, and by what they are measured. Loads are counted
// as far as any limit goes, or up to most.
func (d *Desk) round(ctx context.Context, r store.Reader, plan model.RoutingPlan, how model.RoutingStrategy, now model.Time, most int) ([]model.Colleague, model.Round, error) {
	s, err := d.Settings(ctx)
	if err != nil {
		return nil, model.Round{}, err
	}
	needs := plan.Required()
	round := model.Round{Now: now, PresentOnly: plan.PresentOnly, Needs: len(needs), Capacity: s.AgentCapacity}
	if most == 0 {
		most = max(plan.Widest, s.AgentCapacity)
		if how != model.RouteRoundRobin && (plan.Boundless || s.AgentCapacity == 0) {
			most = loadCap // in turn, what those without a limit have does not matter
		}
	}
	people, err := r.Colleagues(ctx, plan.Department, needs, d.presentSince(s, now), now, most)
	return people, round, err
}

// presentSince is since when somebody must have been seen to be at the desk.
func (d *Desk) presentSince(s model.Settings, now model.Time) model.Time {
	return now.Add(-time.Duration(s.PresenceMinutes) * time.Minute)
}

// returned gives somebody who takes work again tickets that nobody of their
// departments has.
func (d *Desk) returned(ctx context.Context, tx *store.Tx, who model.PersonID) error {
	departments, err := tx.RoutedDepartments(ctx, who)
	if err != nil {
		return fmt.Errorf("find departments: %w", err)
	}
	for _, dep := range departments {
		ids, err := tx.UnassignedIn(ctx, dep, routeOnReturn)
		if err != nil {
			return fmt.Errorf("find unassigned tickets: %w", err)
		}
		if _, err := d.routeAll(ctx, tx, ids); err != nil {
			return err
		}
	}
	return nil
}

// routeAll routes tickets of one department in order. When even a ticket that
// needs no skill finds nobody, those behind it find nobody either.
// It tells how many found somebody.
func (d *Desk) routeAll(ctx context.Context, tx *store.Tx, ids []model.TicketID) (n int, err error) {
	for _, id := range ids {
		t, err := tx.Ticket(ctx, model.System("routing"), id)
		if err != nil {
			return n, err
		}
		if err := d.route(ctx, tx, model.System("routing"), t); err != nil {
			return n, err
		}
		if t, err = tx.Ticket(ctx, model.System("routing"), id); err != nil {
			return n, err
		}
		if t.AssigneeID != 0 {
			n++
			continue
		}
		plan, err := tx.RoutingPlan(ctx, t.DepartmentID, id)
		if err != nil {
			return n, err
		}
		if plan.Needs == "" {
			return n, nil
		}
	}
	return n, nil
}

// RouteWaiting tries again to give somebody the tickets that routing left:
// people came back, finished others, or learned something. It tells how many
// found somebody.
func (d *Desk) RouteWaiting(ctx context.Context, by model.Actor) (given int, err error) {
	if by.Kind != model.KindMachine {
		return 0, model.ErrDenied
	}
	departments, err := d.db.Read().RoutingWaits(ctx)
	if err != nil || len(departments) == 0 {
		return 0, err
	}
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		given = 0
		if err := tx.SweepRoutingWaits(tx.Ctx); err != nil {
			return err
		}
		for _, dep := range departments {
			ids, err := tx.LeftByRouting(tx.Ctx, dep, routeByClock)
			if err != nil {
				return err
			}
			n, err := d.routeAll(tx.Ctx, tx, ids)
			if err != nil {
				return err
			}
			given += n
		}
		return nil
	})
	return given, err
}

// Seen notes a sign of life of a host program's person, as a session of our
// own does, at most once a minute. Who comes back is given what waits.
func (d *Desk) Seen(ctx context.Context, by model.Actor, last model.Time) error {
	now := d.db.Now()
	if !by.Kind.Staff() || now.Sub(last) < time.Minute {
		return nil
	}
	err := d.db.Write(ctx, func(tx *store.Tx) error { return tx.PersonSeen(tx.Ctx, by.ID) })
	if err != nil && !errors.Is(err, model.ErrUnavailable) {
		return fmt.Errorf("note a sign of life: %w", err)
	}
	return d.backAtDesk(ctx, by, last)
}

// backAtDesk routes what waits for somebody who was not seen for a while. That
// it does not work keeps nobody out: the clock tries again, and reports it.
func (d *Desk) backAtDesk(ctx context.Context, by model.Actor, last model.Time) error {
	if by.Kind != model.KindAgent && by.Kind != model.KindAdmin {
		return nil
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	if last > d.presentSince(s, d.db.Now()) {
		return nil
	}
	departments, err := d.db.Read().RoutedDepartments(ctx, by.ID)
	if err != nil || len(departments) == 0 {
		return err
	}
	_ = d.db.Write(ctx, func(tx *store.Tx) error { return d.returned(tx.Ctx, tx, by.ID) }) // the clock tries again
	return nil
}

// cameIn routes what waits for somebody who signs in and was not seen for a
// while. As in backAtDesk, that it does not work keeps nobody out.
func (d *Desk) cameIn(ctx context.Context, tx *store.Tx, p model.Person) error {
	if p.Kind != model.KindAgent && p.Kind != model.KindAdmin {
		return nil
	}
	s, err := d.Settings(ctx)
	if err != nil || p.SeenAt > d.presentSince(s, tx.Now) {
		return err
	}
	_ = tx.Savepoint(ctx, func() error { return d.returned(ctx, tx, p.ID) }) // the clock tries again
	return nil
}

// NextInLine answers who would get the next ticket of a department, and why
// each of the others would not. The ticket is one that needs no more skills
// than the department's own.
func (d *Desk) NextInLine(ctx context.Context, by model.Actor, id model.DepartmentID) (out model.NextInLine, err error) {
	if !by.Can(model.PermDepartments) {
		return out, model.ErrDenied
	}
	r, now := d.db.Read(), d.db.Now()
	plan, err := r.RoutingPlan(ctx, id, 0)
	if err != nil {
		return out, err
	}
	people, round, err := d.round(ctx, r, plan, plan.Strategy, now, loadCap)
	if err != nil {
		return out, err
	}
	lacks, err := r.Lacking(ctx, id)
	if err != nil {
		return out, err
	}
	out.Strategy, out.PresentOnly = plan.Strategy, plan.PresentOnly
	var c model.RouteChoice
	if plan.Strategy.Automatic() && plan.ArchivedAt == 0 {
		c = model.Choose(plan.Strategy, people, plan.After, round)
		out.Why = c.Why
	}
	name := func(id model.PersonID) string {
		if i := slices.IndexFunc(people, func(p model.Colleague) bool { return p.ID == id }); i >= 0 && id != 0 {
			return people[i].Display()
		}
		return ""
	}
	for _, p := range people {
		l := model.InLine{Colleague: p, Limit: p.Capacity(round.Capacity), Why: p.WhyNot(round), Next: c.To == p.ID}
		if l.Next && c.Turn != c.To {
			l.Instead = name(c.Turn)
		}
		if p.IsAway(now) {
			l.StandIn = name(p.AwayTo)
		}
		for _, x := range lacks {
			if x.Person == p.ID {
				l.Lacks = append(l.Lacks, x.Skill)
			}
		}
		out.People = append(out.People, l)
	}
	return out, nil
}
