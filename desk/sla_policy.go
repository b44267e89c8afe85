package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"escalated/model"
	"escalated/store"
	"escalated/text"
)

// handPortion is how many tickets one transaction hands to another policy.
const handPortion = 500

// SLAPolicies lists the policies in their order, the default last.
func (d *Desk) SLAPolicies(ctx context.Context, by model.Actor) ([]model.SLAPolicyRow, error) {
	if !by.Can(model.PermSLA) {
		return nil, model.ErrDenied
	}
	return d.db.Read().SLAPoliciesFull(ctx)
}

// SLAPolicy loads one for its form.
func (d *Desk) SLAPolicy(ctx context.Context, by model.Actor, id model.PolicyID) (model.SLAPolicyRow, error) {
	list, err := d.SLAPolicies(ctx, by)
	if err != nil {
		return model.SLAPolicyRow{}, err
	}
	for _, p := range list {
		if p.ID == id {
			return p, nil
		}
	}
	return model.SLAPolicyRow{}, model.ErrNotFound
}

// CheckSLAPolicy tells what is wrong with a policy, without saving it.
func (d *Desk) CheckSLAPolicy(ctx context.Context, by model.Actor, p model.SLAPolicy) (model.Invalid, error) {
	if !by.Can(model.PermSLA) {
		return nil, model.ErrDenied
	}
	list, err := d.db.Read().SLAPolicies(ctx)
	if err != nil {
		return nil, fmt.Errorf("load policies: %w", err)
	}
	return d.checkPolicy(ctx, d.db.Read(), list, &p)
}

// SaveSLAPolicy creates a policy (id zero) or changes it. A new one holds for
// tickets that are opened from now on; also for those that are open now when
// that is wanted. Time that was used already is not lost.
func (d *Desk) SaveSLAPolicy(ctx context.Context, by model.Actor, in model.SLAPolicy, alsoOpen bool) (model.PolicyID, error) {
	if !by.Can(model.PermSLA) {
		return 0, model.ErrDenied
	}
	defer d.forgetPolicies()
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		list, err := tx.SLAPolicies(tx.Ctx)
		if err != nil {
			return err
		}
		problems, err := d.checkPolicy(tx.Ctx, tx.Reader, list, &in)
		if err != nil {
			return err
		}
		if err := problems.Err(); err != nil {
			return err
		}
		if in.ID == 0 {
			in.Since = tx.Now
		}
		was := in
		if in.ID != 0 {
			at := slices.IndexFunc(list, func(p model.SLAPolicy) bool { return p.ID == in.ID })
			if was = list[at]; was.Version != in.Version {
				return model.ErrConflict
			}
			in.Since, in.DisabledAt = was.Since, was.DisabledAt
		}
		if alsoOpen {
			in.Since = 0
		}
		return d.writePolicy(tx.Ctx, tx, by, was, &in)
	})
	return in.ID, err
}

// writePolicy writes a checked policy and has those tickets look at it that it
// may be about.
func (d *Desk) writePolicy(ctx context.Context, tx *store.Tx, by model.Actor, was model.SLAPolicy, in *model.SLAPolicy) error {
	if in.IsDefault && (in.ID == 0 || !was.IsDefault) {
		if err := tx.ClearDefaultPolicy(ctx); err != nil {
			return err
		}
	}
	if in.ID == 0 {
		id, err := tx.InsertSLAPolicy(ctx, *in)
		if err != nil {
			return err
		}
		in.ID = id
		if in.Active() { // tickets held by another one may be this one's now
			if err := tx.AskSLARefresh(ctx, 0, 0); err != nil {
				return err
			}
		}
		return policySaved(ctx, tx, by, *in, "created")
	}
	if err := tx.UpdateSLAPolicy(ctx, *in); err != nil {
		return err
	}
	about := model.PolicyID(0) // zero: all open tickets
	if in.SameHold(was) && slices.Equal(in.Pauses, was.Pauses) {
		about = in.ID
	}
	if in.Active() || was.Active() {
		if err := tx.AskSLARefresh(ctx, about, 0); err != nil {
			return err
		}
	}
	return policySaved(ctx, tx, by, *in, "changed")
}

func policySaved(ctx context.Context, tx *store.Tx, by model.Actor, p model.SLAPolicy, what string) error {
	_, err := tx.RecordAbout(ctx, by, "sla_policy", int64(p.ID), model.SLAPolicySaved{Policy: p.ID, Name: p.Name, What: what})
	return err
}

// checkPolicy tidies a policy and collects what is wrong with it.
func (d *Desk) checkPolicy(ctx context.Context, r store.Reader, list []model.SLAPolicy, in *model.SLAPolicy) (problems model.Invalid, err error) {
	in.Name, in.Description = model.Clean(in.Name), strings.TrimSpace(in.Description)
	in.Conditions = in.Conditions.Canonical()
	if in.IsDefault { // it holds for what is left over
		in.Conditions = nil
	}
	checkLabel(&problems, "name", in.Name, 255)
	if len([]rune(in.Description)) > 2000 {
		problems.Add("description", "too_long", "Max", 2000)
	}
	known := in.ID == 0
	for _, p := range list {
		if p.ID != in.ID && model.SortKey(p.Name) == model.SortKey(in.Name) && in.Name != "" {
			problems.Add("name", "name_taken")
		}
		known = known || p.ID == in.ID
	}
	if !known {
		return nil, model.ErrNotFound
	}
	if in.ID == 0 && len(list) >= model.MaxPolicies {
		problems.Add("name", "too_many", "Max", model.MaxPolicies)
	}
	if in.CalendarID != 0 {
		all, err := r.Calendars(ctx)
		if err != nil {
			return nil, err
		}
		if c, err := calendarIn(all, in.CalendarID); err != nil || !c.Active() {
			problems.Add("calendar_id", "choice_invalid")
		}
	}
	names, err := d.names(ctx)
	if err != nil {
		return nil, err
	}
	return append(problems, in.Check(names)...), nil
}

// onePolicy runs a change of one policy among all of them.
func (d *Desk) onePolicy(ctx context.Context, by model.Actor, id model.PolicyID, fn func(ctx context.Context, tx *store.Tx, list []model.SLAPolicy, p model.SLAPolicy) error) error {
	if !by.Can(model.PermSLA) {
		return model.ErrDenied
	}
	defer d.forgetPolicies()
	return d.db.Write(ctx, func(tx *store.Tx) error {
		list, err := tx.SLAPolicies(tx.Ctx)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(list, func(p model.SLAPolicy) bool { return p.ID == id })
		if at < 0 {
			return model.ErrNotFound
		}
		return fn(tx.Ctx, tx, list, list[at])
	})
}

// MoveSLAPolicy changes the place of a policy: one up or one down. The default
// is always asked last.
func (d *Desk) MoveSLAPolicy(ctx context.Context, by model.Actor, id model.PolicyID, up bool) error {
	return d.onePolicy(ctx, by, id, func(ctx context.Context, tx *store.Tx, list []model.SLAPolicy, p model.SLAPolicy) error {
		var order []model.PolicyID
		for _, x := range list {
			if !x.IsDefault {
				order = append(order, x.ID)
			}
		}
		at := slices.Index(order, id)
		if at < 0 || !step(order, at, up) {
			return nil
		}
		if err := tx.PlaceSLAPolicies(ctx, order); err != nil {
			return err
		}
		if err := tx.AskSLARefresh(ctx, 0, 0); err != nil {
			return err
		}
		return policySaved(ctx, tx, by, p, "moved")
	})
}

// SwitchSLAPolicy takes a policy out of force, or puts it back.
func (d *Desk) SwitchSLAPolicy(ctx context.Context, by model.Actor, id model.PolicyID, on bool) error {
	return d.onePolicy(ctx, by, id, func(ctx context.Context, tx *store.Tx, _ []model.SLAPolicy, p model.SLAPolicy) error {
		if p.Active() == on {
			return nil
		}
		what := "enabled"
		if p.DisabledAt = 0; !on {
			p.DisabledAt, what = tx.Now, "disabled"
		}
		if err := tx.UpdateSLAPolicy(ctx, p); err != nil {
			return err
		}
		if err := tx.AskSLARefresh(ctx, 0, 0); err != nil {
			return err
		}
		return policySaved(ctx, tx, by, p, what)
	})
}

// DeleteSLAPolicy takes a policy away. Its open tickets choose anew; with a
// replacement they may get that one though they are older than it is, and it
// becomes the default if the deleted one was. Deadlines follow, with the time
// used so far.
func (d *Desk) DeleteSLAPolicy(ctx context.Context, by model.Actor, id, replacement model.PolicyID) error {
	if err := d.onePolicy(ctx, by, id, func(_ context.Context, _ *store.Tx, list []model.SLAPolicy, _ model.SLAPolicy) error {
		if replacement != 0 && !slices.ContainsFunc(list, func(p model.SLAPolicy) bool { return p.ID == replacement && p.ID != id && p.Active() }) {
			return model.Refuse("replacement", "choice_invalid")
		}
		return nil
	}); err != nil {
		return err
	}
	if replacement != 0 {
		if err := d.portions(ctx, func(tx *store.Tx) (int64, error) { return tx.HandOverPolicy(tx.Ctx, id, replacement, handPortion) }); err != nil {
			return fmt.Errorf("hand tickets over: %w", err)
		}
	}
	return d.onePolicy(ctx, by, id, func(ctx context.Context, tx *store.Tx, list []model.SLAPolicy, p model.SLAPolicy) error {
		if err := tx.DeleteSLAPolicy(ctx, id, tx.Now); err != nil {
			return err
		}
		for _, x := range list {
			if x.ID == replacement && p.IsDefault {
				x.IsDefault, x.Conditions = true, nil
				if err := tx.UpdateSLAPolicy(ctx, x); err != nil {
					return err
				}
				if err := policySaved(ctx, tx, by, x, "changed"); err != nil {
					return err
				}
			}
		}
		if err := tx.AskSLARefresh(ctx, 0, 0); err != nil {
			return err
		}
		return policySaved(ctx, tx, by, p, "deleted")
	})
}

// DuplicateSLAPolicy makes a policy like another under a name of its own,
// switched off until somebody has looked at it.
func (d *Desk) DuplicateSLAPolicy(ctx context.Context, by model.Actor, id model.PolicyID, name string) (made model.PolicyID, err error) {
	err = d.onePolicy(ctx, by, id, func(ctx context.Context, tx *store.Tx, list []model.SLAPolicy, p model.SLAPolicy) error {
		if len(list) >= model.MaxPolicies {
			return model.Refuse("name", "too_many", "Max", model.MaxPolicies)
		}
		p.ID, p.IsDefault, p.DisabledAt, p.Since = 0, false, tx.Now, tx.Now
		p.Name = freeName(model.Excerpt(name, 250), func(s string) bool {
			return slices.ContainsFunc(list, func(x model.SLAPolicy) bool { return model.SortKey(x.Name) == model.SortKey(s) })
		})
		if err := d.writePolicy(ctx, tx, by, p, &p); err != nil {
			return err
		}
		made = p.ID
		return nil
	})
	return made, err
}

// freeName puts a number after a name that is taken.
func freeName(name string, taken func(string) bool) string {
	out := name
	for n := 2; taken(out); n++ {
		out = fmt.Sprintf("%s (%d)", name, n)
	}
	return out
}

// standardPolicy gives a fresh desk its first promises, when there are none.
func (d *Desk) standardPolicy(ctx context.Context, tx *store.Tx, since model.Time) error {
	list, err := tx.SLAPolicies(ctx)
	if err != nil || len(list) > 0 {
		return err
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	p := model.SLAPolicy{
		Name: text.In(s.DefaultLanguage).T("sla.standard"), Pauses: model.DefaultPauses(), Targets: model.StandardTargets(),
		Warn: model.SLAWarning{Percent: 75}, IsDefault: true, Since: since,
	}
	return d.writePolicy(ctx, tx, model.System("setup"), p, &p)
}

// StandardSLA gives a desk without any promises those of a fresh one, for
// tickets opened since a time.
func (d *Desk) StandardSLA(ctx context.Context, by model.Actor, since model.Time) error {
	if !by.Can(model.PermSLA) {
		return model.ErrDenied
	}
	defer d.forgetPolicies()
	return d.db.Write(ctx, func(tx *store.Tx) error { return d.standardPolicy(tx.Ctx, tx, since) })
}

// ConfiguredSLA has tickets look at their promises again when the settings say
// something else about them than when the desk last ran.
func (d *Desk) ConfiguredSLA(ctx context.Context, by model.Actor) error {
	if !by.Can(model.PermSLA) {
		return model.ErrDenied
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	now := int64(0)
	for i, on := range []bool{s.SLAEnabled, s.SLABusinessHoursOnly} {
		if on {
			now |= 1 << i
		}
	}
	was, err := d.db.Read().SLASwitches(ctx)
	if err != nil || was == now {
		return err
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		if err := tx.SetSLASwitches(tx.Ctx, now); err != nil || was < 0 {
			return err
		}
		return tx.AskSLARefresh(tx.Ctx, 0, 0)
	})
}

// SLAEffect is how many open tickets a policy's conditions hold for, at most
// 1,000, whatever holds for them now.
func (d *Desk) SLAEffect(ctx context.Context, by model.Actor, p model.SLAPolicy) (int, error) {
	if !by.Can(model.PermSLA) {
		return 0, model.ErrDenied
	}
	names, err := d.names(ctx)
	if err != nil {
		return 0, err
	}
	if p.IsDefault || len(p.Conditions.Canonical()) == 0 {
		return d.db.Read().OpenTickets(ctx)
	}
	if len(p.Conditions.Check("conditions", model.ForPolicies, names)) > 0 {
		return 0, nil
	}
	ids, err := d.db.Read().OpenMatching(ctx, p.Conditions.Canonical().Prepare(names), 1000)
	if errors.Is(err, model.ErrNotFound) {
		return 0, nil
	}
	return len(ids), err
}

// SLAPreview is when a ticket that is opened at a time would be due.
func (d *Desk) SLAPreview(ctx context.Context, by model.Actor, p model.SLAPolicy, priority model.Priority, at model.Time) (out []model.SLAForecast, err error) {
	if !by.Can(model.PermSLA) {
		return nil, model.ErrDenied
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return nil, err
	}
	cal, err := d.policyCalendar(ctx, d.db.Read(), s, p)
	if errors.Is(err, model.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, t := range model.SLATargets() {
		target := p.Target(priority, t, cal)
		if target <= 0 {
			continue
		}
		f := model.SLAForecast{Target: t, Length: p.Targets[priority][t]}
		f.Due, f.Counted = cal.Add(at, target)
		if after := p.Warn.After(target, cal); after < target {
			f.Warn = cal.Due(at, after)
		}
		out = append(out, f)
	}
	return out, nil
}
