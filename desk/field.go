package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"escalated/model"
	"escalated/store"
)

// The most an admin may make, so that forms stay usable.
const (
	maxFields       = 200
	maxFieldOptions = 200
	maxConditions   = 10
)

// FieldDefs lists all custom fields for the admin panel.
func (d *Desk) FieldDefs(ctx context.Context, by model.Actor) ([]model.FieldDef, error) {
	if !by.Can(model.PermSettings) {
		return nil, model.ErrDenied
	}
	return d.db.Read().FieldDefs(ctx)
}

// FieldDef loads one for its form.
func (d *Desk) FieldDef(ctx context.Context, by model.Actor, id model.FieldID) (model.FieldDef, error) {
	if !by.Can(model.PermSettings) {
		return model.FieldDef{}, model.ErrDenied
	}
	return d.db.Read().FieldDef(ctx, id)
}

// SaveField creates a field (id zero) or changes it. What it belongs to, its
// key and its kind are fixed from then on.
func (d *Desk) SaveField(ctx context.Context, by model.Actor, in model.FieldDef) (model.FieldID, error) {
	if !by.Can(model.PermSettings) {
		return 0, model.ErrDenied
	}
	in.Label, in.Help = cleanLabels(in.Label), cleanLabels(in.Help)
	defer d.ForgetChoices()
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		all, err := tx.FieldDefs(tx.Ctx)
		if err != nil {
			return err
		}
		if in.ID != 0 {
			was, err := tx.FieldDef(tx.Ctx, in.ID)
			if err != nil {
				return err
			}
			in.Entity, in.Key, in.Kind = was.Entity, was.Key, was.Kind
			in.Options = keepOptions(was.Options, in.Options)
		}
		if err := d.checkField(tx.Ctx, tx, &in, all); err != nil {
			return err
		}
		what := "changed"
		if in.ID == 0 {
			what = "created"
			in.ID, err = tx.InsertField(tx.Ctx, in)
		} else {
			err = tx.UpdateField(tx.Ctx, in)
		}
		if errors.Is(err, store.ErrTaken) {
			return model.Refuse("key", "taken")
		}
		if err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "field", int64(in.ID), model.FieldSaved{Field: in.ID, Key: in.Key, What: what})
		return err
	})
	return in.ID, err
}

// keepOptions are the options as they were sent; those that were left out stay,
// archived: tickets may have them.
func keepOptions(was, in model.FieldOptions) model.FieldOptions {
	for _, o := range was {
		if !slices.ContainsFunc(in, func(n model.FieldOption) bool { return n.Key == o.Key }) {
			o.Archived = true
			in = append(in, o)
		}
	}
	return in
}

// checkField collects what is wrong with a field.
func (d *Desk) checkField(ctx context.Context, tx *store.Tx, in *model.FieldDef, all []model.FieldDef) error {
	var p model.Invalid
	checkLabels(&p, "label", in.Label, true, 100)
	checkLabels(&p, "help", in.Help, false, 500)
	if in.ID == 0 {
		checkNewField(&p, in, all)
	}
	if !slices.Contains([]string{model.RequiredNever, model.RequiredOnCreate, model.RequiredOnResolve}, in.RequiredOn) || in.Entity == model.FieldOfPerson && in.RequiredOn != "" {
		p.Add("required_on", "choice_invalid")
	}
	if in.Entity == model.FieldOfPerson {
		in.Audience = model.AudienceStaff
	}
	if !slices.Contains([]string{model.AudienceStaff, model.AudienceShown, model.AudienceAsked}, in.Audience) {
		p.Add("audience", "choice_invalid")
	}
	checkOptions(&p, in)
	if err := d.checkConditions(ctx, tx, &p, in, all); err != nil {
		return err
	}
	return p.Err()
}

func checkNewField(p *model.Invalid, in *model.FieldDef, all []model.FieldDef) {
	if in.Entity != model.FieldOfTicket && in.Entity != model.FieldOfPerson {
		p.Add("entity", "choice_invalid")
	}
	if !slices.Contains(model.CustomKinds(), in.Kind) {
		p.Add("kind", "choice_invalid")
	}
	if in.Key == "" {
		in.Key = keyFrom(in.Label, "field", func(key string) bool {
			return slices.ContainsFunc(all, func(f model.FieldDef) bool { return f.Entity == in.Entity && f.Key == key })
		})
	}
	if !keyForm.MatchString(in.Key) || slices.Contains(model.ConditionProperties(), in.Key) {
		p.Add("key", "slug_invalid")
	}
	if len(all) >= maxFields {
		p.Add("key", "too_many", "Max", maxFields)
	}
}

// checkOptions gives new options their keys.
func checkOptions(p *model.Invalid, in *model.FieldDef) {
	if !in.Kind.Choice() {
		in.Options = nil
		return
	}
	seen := map[string]bool{}
	for _, o := range in.Options {
		seen[o.Key] = true
	}
	for i := range in.Options {
		o := &in.Options[i]
		o.Label = cleanLabels(o.Label)
		checkLabels(p, "options", o.Label, o.Key == "", 100) // without a label the key is shown
		if o.Key != "" {
			if !keyForm.MatchString(o.Key) {
				p.Add("options", "slug_invalid")
			}
			continue
		}
		key := keyFrom(o.Label, "option", func(key string) bool { return seen[key] })
		o.Key = key
		for n := 2; seen[o.Key]; n++ {
			o.Key = key + "_" + strconv.Itoa(n)
		}
		seen[o.Key] = true
	}
	switch {
	case len(in.Options) == 0:
		p.Add("options", "required")
	case len(in.Options) > maxFieldOptions:
		p.Add("options", "too_many", "Max", maxFieldOptions)
	}
}

// checkConditions looks at each rule and writes its value the way it is
// compared: departments by id, options by key.
func (d *Desk) checkConditions(ctx context.Context, tx *store.Tx, p *model.Invalid, in *model.FieldDef, all []model.FieldDef) error {
	if len(in.Conditions) > maxConditions {
		p.Add("conditions", "too_many", "Max", maxConditions)
		return nil
	}
	for i := range in.Conditions {
		c := &in.Conditions[i]
		c.Value = model.Clean(c.Value)
		if !slices.Contains(model.ConditionOperators(), c.Operator) || utf8.RuneCountInString(c.Value) > 200 {
			p.Add("conditions", "choice_invalid")
			continue
		}
		if c.Operator == "is_empty" || c.Operator == "is_not_empty" {
			c.Value = ""
		} else if c.Value == "" {
			p.Add("conditions", "required")
			continue
		}
		ok, err := d.settleCondition(ctx, tx, c, in, all)
		if err != nil {
			return fmt.Errorf("check conditions: %w", err)
		}
		if !ok {
			p.Add("conditions", "choice_invalid")
		}
	}
	return nil
}

func (d *Desk) settleCondition(ctx context.Context, tx *store.Tx, c *model.FieldCondition, in *model.FieldDef, all []model.FieldDef) (bool, error) {
	if slices.Contains(model.ConditionProperties(), c.Field) {
		if in.Entity != model.FieldOfTicket {
			return false, nil
		}
		return settleProperty(ctx, tx, c)
	}
	i := slices.IndexFunc(all, func(f model.FieldDef) bool { return f.Entity == in.Entity && f.Key == c.Field })
	if i < 0 || all[i].Key == in.Key {
		return false, nil
	}
	if c.Value == "" || !all[i].Kind.Choice() || c.Operator == "contains" {
		return true, nil
	}
	for _, o := range all[i].Options {
		if o.Key == c.Value || anyEqual(o.Label, c.Value) {
			c.Value = o.Key
			return true, nil
		}
	}
	return false, nil
}

// settleProperty finds the word or the id that is meant.
func settleProperty(ctx context.Context, tx *store.Tx, c *model.FieldCondition) (bool, error) {
	if c.Value == "" {
		return true, nil
	}
	switch c.Field {
	case "type":
		_, err := model.ParseTicketType(c.Value)
		return err == nil, nil
	case "priority":
		_, err := model.ParsePriority(c.Value)
		return err == nil, nil
	}
	deps, err := tx.Departments(ctx, true)
	if err != nil {
		return false, err
	}
	for _, dep := range deps {
		id := strconv.FormatInt(int64(dep.ID), 10)
		if c.Value == id || c.Value == dep.Slug || strings.EqualFold(c.Value, dep.Name) {
			c.Value = id
			return true, nil
		}
	}
	return false, nil
}

func anyEqual(l model.Localized, s string) bool {
	for _, v := range l {
		if strings.EqualFold(v, s) {
			return true
		}
	}
	return false
}

// MoveField changes the place of a field among those of its kind of thing: one
// up or one down.
func (d *Desk) MoveField(ctx context.Context, by model.Actor, id model.FieldID, up bool) error {
	if !by.Can(model.PermSettings) {
		return model.ErrDenied
	}
	defer d.ForgetChoices()
	return d.db.Write(ctx, func(tx *store.Tx) error {
		f, err := tx.FieldDef(tx.Ctx, id)
		if err != nil {
			return err
		}
		all, err := tx.FieldDefs(tx.Ctx)
		if err != nil {
			return err
		}
		var order []model.FieldID
		for _, o := range all {
			if o.Entity == f.Entity {
				order = append(order, o.ID)
			}
		}
		if !step(order, slices.Index(order, id), up) {
			return nil
		}
		if err := tx.PlaceFields(tx.Ctx, order); err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "field", int64(id), model.FieldSaved{Field: id, Key: f.Key, What: "moved"})
		return err
	})
}

// ArchiveField takes a field out of forms and pages, or back. Its values stay.
func (d *Desk) ArchiveField(ctx context.Context, by model.Actor, id model.FieldID, on bool) error {
	if !by.Can(model.PermSettings) {
		return model.ErrDenied
	}
	defer d.ForgetChoices()
	return d.db.Write(ctx, func(tx *store.Tx) error {
		f, err := tx.FieldDef(tx.Ctx, id)
		if err != nil || f.Active() != on {
			return err
		}
		at, what := tx.Now, "archived"
		if !on {
			at, what = 0, "restored"
		}
		if err := tx.ArchiveField(tx.Ctx, id, at); err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "field", int64(id), model.FieldSaved{Field: id, Key: f.Key, What: what})
		return err
	})
}
