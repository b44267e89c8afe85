package desk

import (
	"context"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"escalated/model"
	"escalated/store"
	"escalated/text"
)

// The bounds of what pages count of rules.
const (
	ruleFigureDay = 24 * time.Hour
	ruleRunsMost  = 1000 // runs of a day that are counted
)

func init() { undoNeeds["rule"] = model.PermRules }

// Rules lists the rules in their order, with what they did in the last day and
// what is wrong with them now.
func (d *Desk) Rules(ctx context.Context, by model.Actor) ([]model.RuleView, error) {
	if !by.Can(model.PermRules) {
		return nil, model.ErrDenied
	}
	r := d.db.Read()
	list, err := r.Rules(ctx)
	if err != nil {
		return nil, err
	}
	figures, err := r.RuleFigures(ctx, d.Now().Add(-ruleFigureDay), ruleRunsMost)
	if err != nil {
		return nil, err
	}
	n, err := d.ruleNames(ctx, r)
	if err != nil {
		return nil, err
	}
	out := make([]model.RuleView, len(list))
	for i, x := range list {
		out[i] = model.RuleView{Rule: x, Problems: checkParts(x, n)}
		if j := slices.IndexFunc(figures, func(f model.RuleFigures) bool { return f.RuleID == x.ID }); j >= 0 {
			out[i].Figures = figures[j]
		}
	}
	return out, nil
}

// Rule loads one for its form.
func (d *Desk) Rule(ctx context.Context, by model.Actor, id model.RuleID) (model.RuleView, error) {
	list, err := d.Rules(ctx, by)
	if err != nil {
		return model.RuleView{}, err
	}
	i := slices.IndexFunc(list, func(v model.RuleView) bool { return v.ID == id })
	if i < 0 {
		return model.RuleView{}, model.ErrNotFound
	}
	return list[i], nil
}

// RuleTemplate is a rule to begin with, named and worded in the language of
// whoever asks. It is switched off, and not saved.
func (d *Desk) RuleTemplate(ctx context.Context, by model.Actor, key string) (model.Rule, error) {
	if !by.Can(model.PermRules) {
		return model.Rule{}, model.ErrDenied
	}
	t, ok := model.TemplateOfRules(key)
	if !ok {
		return model.Rule{}, model.ErrNotFound
	}
	c, err := d.Choices(ctx)
	if err != nil {
		return model.Rule{}, err
	}
	x := t.Rule
	x.Name, x.Description = text.T(ctx, "rules.template_"+key), text.T(ctx, "rules.template_what_"+key)
	for i, a := range x.Actions {
		if a.Type == model.ActReply || a.Type == model.ActNote {
			x.Actions[i].Value = text.T(ctx, "rules.template_text_"+key, "Name", "{{requester.name}}", "FirstName", "{{requester.first_name}}", "Reference", "{{ticket.reference}}")
		}
	}
	for i, cond := range x.Conditions {
		if vip := slices.IndexFunc(c.Tags, func(g model.Tag) bool { return g.Slug == key }); cond.Field == "tag" && len(cond.Words) == 0 && vip >= 0 {
			x.Conditions[i].Words = []string{strconv.FormatInt(int64(c.Tags[vip].ID), 10)}
		}
	}
	return x, nil
}

// ruleNames are what rules can name, with the desk's hours.
func (d *Desk) ruleNames(ctx context.Context, r store.Reader) (model.Names, error) {
	n, err := d.names(ctx)
	if err != nil {
		return n, err
	}
	if n.Calendar, err = d.defaultCalendar(ctx, r); err != nil {
		return n, err
	}
	canned, _, err := d.texts.load(ctx, r)
	n.Canned = func(id model.CannedID) (all, ok bool) {
		i := slices.IndexFunc(canned, func(c model.Canned) bool { return c.ID == id })
		return i >= 0 && canned[i].Scope == model.ShareAll, i >= 0
	}
	return n, err
}

// checkRule tells what is wrong with a rule that is to be saved.
func (d *Desk) checkRule(ctx context.Context, r store.Reader, x model.Rule) (p model.Invalid, err error) {
	checkLabel(&p, "name", x.Name, model.MaxRuleName)
	if utf8.RuneCountInString(x.Description) > model.MaxRuleDescription {
		p.Add("description", "too_long", "Max", model.MaxRuleDescription)
	}
	n, err := d.ruleNames(ctx, r)
	if err != nil {
		return p, err
	}
	if asked := x.Conditions.People(); len(asked) > 0 {
		there, err := r.PeopleThere(ctx, asked)
		if err != nil {
			return p, err
		}
		n.Person = func(id model.PersonID) bool { return slices.Contains(there, id) }
	}
	return append(p, checkParts(x, n)...), nil
}

// checkParts is what is wrong with when, if and then of a rule.
func checkParts(x model.Rule, n model.Names) (p model.Invalid) {
	if _, err := model.ParseTrigger(string(x.Trigger)); err != nil {
		p.Add("trigger", "choice_invalid")
	}
	if l, err := model.ParseLength(x.AgainAfter); err != nil {
		p.Add("again_after", "length_invalid")
	} else if !l.IsZero() && (x.Trigger != model.TriggerTime || x.Again() < 5*time.Minute) {
		p.Add("again_after", "rule_again")
	}
	p = append(p, x.Conditions.Check("conditions", x.Use(), n)...)
	if x.Trigger == model.TriggerTime && len(p) == 0 {
		switch piles := x.Conditions.Prepare(n).Piles(); {
		case len(x.Conditions) == 0:
			p.Add("conditions", "rule_time_all")
		case slices.Contains(piles, model.PileClosed):
			p.Add("conditions", "rule_time_closed")
		}
	}
	return append(p, x.Actions.Check("actions", n)...)
}

// SaveRule creates a rule (id zero) at the end of the order, or changes it
// where it stands. A rule is switched on as ActiveAt says: zero is off.
func (d *Desk) SaveRule(ctx context.Context, by model.Actor, in model.Rule) (model.RuleID, error) {
	if !by.Can(model.PermRules) {
		return 0, model.ErrDenied
	}
	in.Name, in.Description = model.Clean(in.Name), model.CleanBody(in.Description)
	in.Conditions, in.Actions = in.Conditions.Canonical(), in.Actions.Canonical()
	if t, err := model.ParseTrigger(string(in.Trigger)); err == nil {
		in.Trigger = t
	}
	if in.Trigger != model.TriggerTime {
		in.AgainAfter = ""
	}
	p, err := d.checkRule(ctx, d.db.Read(), in)
	if err == nil {
		err = p.Err()
	}
	if err != nil {
		return 0, err
	}
	if l, err := model.ParseLength(in.AgainAfter); err == nil {
		in.AgainAfter = l.String()
	}
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		list, err := tx.Rules(tx.Ctx)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(list, func(x model.Rule) bool {
			return x.ID != in.ID && model.SortKey(x.Name) == model.SortKey(in.Name) && x.Name == in.Name
		}) {
			return model.Refuse("name", "name_taken")
		}
		return d.saveRule(tx, by, list, &in)
	})
	return in.ID, err
}

func (d *Desk) saveRule(tx *store.Tx, by model.Actor, list []model.Rule, in *model.Rule) (err error) {
	if in.ID == 0 {
		if len(list) >= model.MaxRules {
			return model.Refuse("name", "too_many", "Max", model.MaxRules)
		}
		if in.Active() {
			in.ActiveAt = tx.Now
		}
		if in.ID, err = tx.InsertRule(tx.Ctx, *in); err != nil {
			return err
		}
		return ruleSaved(tx, by, *in, "created")
	}
	i := slices.IndexFunc(list, func(x model.Rule) bool { return x.ID == in.ID })
	if i < 0 {
		return model.ErrNotFound
	}
	switch was := list[i]; {
	case in.Active() && was.Active():
		in.ActiveAt = was.ActiveAt
	case in.Active():
		in.ActiveAt = tx.Now
	}
	if err := tx.UpdateRule(tx.Ctx, *in); err != nil {
		return err
	}
	return ruleSaved(tx, by, *in, "changed")
}

func ruleSaved(tx *store.Tx, by model.Actor, x model.Rule, what string) error {
	_, err := tx.RecordAbout(tx.Ctx, by, "rule", int64(x.ID), model.RuleSaved{Rule: x.ID, Name: x.Name, What: what})
	return err
}

// onRule does something with a rule that the actor may change.
func (d *Desk) onRule(ctx context.Context, by model.Actor, id model.RuleID, what string, fn func(tx *store.Tx, x model.Rule) error) error {
	if !by.Can(model.PermRules) {
		return model.ErrDenied
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		x, err := tx.Rule(tx.Ctx, id)
		if err != nil {
			return err
		}
		if err := fn(tx, x); err != nil {
			return err
		}
		return ruleSaved(tx, by, x, what)
	})
}

// SwitchRule switches a rule on or off. What it is doing already goes on only
// while it is on.
func (d *Desk) SwitchRule(ctx context.Context, by model.Actor, id model.RuleID, on bool) error {
	what := "disabled"
	if on {
		what = "enabled"
	}
	return d.onRule(ctx, by, id, what, func(tx *store.Tx, x model.Rule) error {
		at := model.Time(0)
		if on {
			n, err := d.ruleNames(ctx, tx.Reader)
			if err != nil {
				return err
			}
			if err := checkParts(x, n).Err(); err != nil { // what it names may have gone
				return err
			}
			at = tx.Now
		}
		return tx.SwitchRule(tx.Ctx, id, at)
	})
}

// MoveRule puts a rule one place up (-1) or down (+1) in the order in which
// rules act.
func (d *Desk) MoveRule(ctx context.Context, by model.Actor, id model.RuleID, step int) error {
	return d.onRule(ctx, by, id, "moved", func(tx *store.Tx, _ model.Rule) error {
		list, err := tx.Rules(tx.Ctx)
		if err != nil {
			return err
		}
		order := make([]model.RuleID, len(list))
		for i, x := range list {
			order[i] = x.ID
		}
		from := slices.Index(order, id)
		if to := from + step; to >= 0 && to < len(order) {
			order[from], order[to] = order[to], order[from]
		}
		return tx.PlaceRules(tx.Ctx, order)
	})
}

// DeleteRule takes a rule away; it can be brought back by undoing.
func (d *Desk) DeleteRule(ctx context.Context, by model.Actor, id model.RuleID) error {
	return d.onRule(ctx, by, id, "deleted", func(tx *store.Tx, x model.Rule) error {
		tx.Undoable(by, "rule", x.Name)
		return tx.DeleteRule(tx.Ctx, id)
	})
}

// DuplicateRule makes a copy of a rule that is switched off.
func (d *Desk) DuplicateRule(ctx context.Context, by model.Actor, id model.RuleID) (copied model.RuleID, err error) {
	if !by.Can(model.PermRules) {
		return 0, model.ErrDenied
	}
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		list, err := tx.Rules(tx.Ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(x model.Rule) bool { return x.ID == id })
		if i < 0 {
			return model.ErrNotFound
		}
		x := list[i]
		x.ID, x.ActiveAt = 0, 0
		for n := 1; n == 1 || slices.ContainsFunc(list, func(y model.Rule) bool { return y.Name == x.Name }); n++ {
			x.Name = text.T(ctx, "rules.copy", "Name", model.Excerpt(list[i].Name, model.MaxRuleName-30), "N", n)
		}
		err = d.saveRule(tx, by, list, &x)
		copied = x.ID
		return err
	})
	return copied, err
}
