package admin

import (
	"errors"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	"escalated/text"
	view "escalated/views/admin"
	"escalated/views/ui"
)

func slaRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Page("admin/sla-policies/", web.Staff, h.ListSLAPolicies).Needing(model.PermSLA),
		web.Page("admin/sla-policies/create/", web.Staff, h.NewSLAPolicy).Needing(model.PermSLA),
		web.Post("admin/sla-policies/store/", web.Staff, h.CreateSLAPolicy).Needing(model.PermSLA),
		web.Page("admin/sla-policies/:id/", web.Staff, h.EditSLAPolicy).Needing(model.PermSLA),
		web.Post("admin/sla-policies/:id/update/", web.Staff, h.UpdateSLAPolicy).Needing(model.PermSLA),
		web.Post("admin/sla-policies/:id/move/", web.Staff, h.MoveSLAPolicy).Needing(model.PermSLA),
		web.Post("admin/sla-policies/:id/switch/", web.Staff, h.SwitchSLAPolicy).Needing(model.PermSLA),
		web.Post("admin/sla-policies/:id/duplicate/", web.Staff, h.DuplicateSLAPolicy).Needing(model.PermSLA),
		web.Post("admin/sla-policies/:id/delete/", web.Staff, h.DeleteSLAPolicy).Needing(model.PermSLA),
	}
}

// typedTime is how browsers write the value of a datetime-local field.
const typedTime = "2006-01-02T15:04"

// ListSLAPolicies answers with all policies in their order.
func (h *handler) ListSLAPolicies(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), web.By(c)
	s := web.Settings(c)
	p := view.SLAList{Enabled: s.SLAEnabled, BusinessOnly: s.SLABusinessHoursOnly}
	var err error
	if p.List, err = h.desk.SLAPolicies(ctx, by); err != nil {
		return err
	}
	if p.Calendars, err = h.desk.Calendars(ctx, by); err != nil {
		return err
	}
	if p.Names, err = h.conditionNames(c); err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.SLAPoliciesPage(p))
}

// NewSLAPolicy answers with the form of a policy as most desks begin.
func (h *handler) NewSLAPolicy(c *fiber.Ctx) error {
	var p view.SLAForm
	p.Targets, p.Pauses, p.Warn = model.StandardTargets(), model.DefaultPauses(), model.SLAWarning{Percent: 75}
	return h.slaForm(c, fiber.StatusOK, p)
}

// EditSLAPolicy answers with the form of one policy.
func (h *handler) EditSLAPolicy(c *fiber.Ctx) error {
	p, err := h.slaPolicy(c)
	if err != nil {
		return err
	}
	return h.slaForm(c, fiber.StatusOK, p)
}

// slaPolicy loads the policy of the path, with those that could replace it.
func (h *handler) slaPolicy(c *fiber.Ctx) (p view.SLAForm, err error) {
	id, err := web.ID[model.PolicyID](c, "id")
	if err != nil {
		return p, err
	}
	list, err := h.desk.SLAPolicies(c.UserContext(), web.By(c))
	if err != nil {
		return p, err
	}
	for _, x := range list {
		if x.ID == id {
			p.SLAPolicyRow = x
		} else {
			p.Others = append(p.Others, x)
		}
	}
	if p.ID == 0 {
		return p, model.ErrNotFound
	}
	return p, nil
}

// slaForm answers with the form of a policy and all that it offers and says.
func (h *handler) slaForm(c *fiber.Ctx, status int, p view.SLAForm) (err error) {
	ctx, by := c.UserContext(), web.By(c)
	action := "admin/sla-policies/store/"
	if p.ID != 0 {
		action = "admin/sla-policies/" + strconv.FormatInt(int64(p.ID), 10) + "/update/"
	}
	if p.Editor, err = h.conditionsForm(c, "conditions", web.Path(c, action), model.ForPolicies, p.Conditions, p.Problems); err != nil {
		return err
	}
	p.Editor.Title, p.Editor.Hint = text.T(ctx, "sla.conditions"), text.T(ctx, "sla.conditions_hint")
	p.Statuses, p.BusinessOnly = p.Editor.Names.Statuses, web.Settings(c).SLABusinessHoursOnly
	if p.Calendars, err = h.desk.Calendars(ctx, by); err != nil {
		return err
	}
	if p.Effect, err = h.desk.SLAEffect(ctx, by, p.SLAPolicy); err != nil {
		return err
	}
	if p.Preview.Priority == 0 {
		p.Preview.Priority = model.High
	}
	if p.Preview.At == 0 {
		now := web.Now(c).Std().In(text.Zone(ctx)).Truncate(time.Minute)
		p.Preview.At, p.Preview.Typed = model.TimeOf(now), now.Format(typedTime)
	}
	if p.Preview.List, err = h.desk.SLAPreview(ctx, by, p.SLAPolicy, p.Preview.Priority, p.Preview.At); err != nil {
		return err
	}
	return web.Render(c, status, view.SLAPolicyPage(p))
}

// CreateSLAPolicy makes a policy.
func (h *handler) CreateSLAPolicy(c *fiber.Ctx) error { return h.saveSLAPolicy(c, view.SLAForm{}) }

// UpdateSLAPolicy changes a policy.
func (h *handler) UpdateSLAPolicy(c *fiber.Ctx) error {
	p, err := h.slaPolicy(c)
	if err != nil {
		return err
	}
	return h.saveSLAPolicy(c, p)
}

func (h *handler) saveSLAPolicy(c *fiber.Ctx, p view.SLAForm) error {
	ctx, by := c.UserContext(), web.By(c)
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	names, err := h.conditionNames(c)
	if err != nil {
		return err
	}
	version := p.Version
	again, problems := readPolicy(c, f, names, &p)
	if again || f.Text("do") != "" {
		return h.slaForm(c, fiber.StatusOK, p)
	}
	if len(problems) > 0 {
		more, err := h.desk.CheckSLAPolicy(ctx, by, p.SLAPolicy)
		if err != nil {
			return err
		}
		p.Problems = append(problems, more...)
		return h.slaForm(c, fiber.StatusUnprocessableEntity, p)
	}
	_, err = h.desk.SaveSLAPolicy(ctx, by, p.SLAPolicy, p.AlsoOpen)
	p.Problems, p.Stale = model.Problems(err), errors.Is(err, model.ErrConflict)
	switch {
	case len(p.Problems) > 0:
		return h.slaForm(c, fiber.StatusUnprocessableEntity, p)
	case p.Stale:
		p.Version = version
		return h.slaForm(c, fiber.StatusConflict, p)
	case err != nil:
		return err
	}
	web.Say(c, "ok", "sla.saved")
	return web.Done(c, "admin/sla-policies/")
}

// readPolicy reads the form into p. What cannot be read as a length stays as
// it was typed and is told; again says that a button of the conditions was
// pressed.
func readPolicy(c *fiber.Ctx, f *web.Form, names model.Names, p *view.SLAForm) (again bool, problems model.Invalid) {
	p.Name, p.Description, p.Version = f.Text("name"), f.Text("description"), f.Int("version")
	p.IsDefault, p.AlsoOpen, p.Pauses = f.Bool("is_default"), f.Bool("also_open"), f.List("pauses[]")
	p.CalendarID = 0
	if s := f.Text("calendar_id"); s != "" {
		id, ok := web.ParseID[model.CalendarID](s)
		if !ok {
			problems.Add("calendar_id", "choice_invalid")
		}
		p.CalendarID = id
	}
	p.Conditions, again = readConditions(f, "conditions", model.ForPolicies, names)
	p.Typed, p.Targets = map[string]string{"warn": f.Text("warn")}, model.SLATable{}
	for _, q := range model.Priorities() {
		row := map[model.SLATarget]model.Length{}
		for _, t := range model.SLATargets() {
			name := model.TargetField(q, t)
			p.Typed[name] = f.Text(name)
			l, err := model.ParseLength(p.Typed[name])
			for _, bad := range model.Problems(err) {
				problems.Add(name, bad.Key, bad.Args...)
			}
			if !l.IsZero() {
				row[t] = l
			}
		}
		if len(row) > 0 {
			p.Targets[q] = row
		}
	}
	var err error
	p.Warn, err = model.ParseSLAWarning(p.Typed["warn"])
	problems = append(problems, model.Problems(err)...)
	p.Preview = view.SLAPreview{Typed: f.Text("preview_at")}
	if q, err := model.ParsePriority(f.Text("preview_priority")); err == nil {
		p.Preview.Priority = q
	}
	if at, err := time.ParseInLocation(typedTime, p.Preview.Typed, text.Zone(c.UserContext())); err == nil {
		p.Preview.At = model.TimeOf(at)
	}
	return again, problems
}

// MoveSLAPolicy moves a policy up or down the list.
func (h *handler) MoveSLAPolicy(c *fiber.Ctx) error {
	id, err := web.ID[model.PolicyID](c, "id")
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	if err := h.desk.MoveSLAPolicy(c.UserContext(), web.By(c), id, f.Text("to") == "up"); err != nil {
		return err
	}
	return web.Done(c, "admin/sla-policies/")
}

// SwitchSLAPolicy takes a policy out of force, or puts it back.
func (h *handler) SwitchSLAPolicy(c *fiber.Ctx) error {
	id, err := web.ID[model.PolicyID](c, "id")
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	on := f.Bool("on")
	if err := h.desk.SwitchSLAPolicy(c.UserContext(), web.By(c), id, on); err != nil {
		return err
	}
	if on {
		web.Say(c, "ok", "sla.switched_on")
	} else {
		web.Say(c, "ok", "sla.switched_off")
	}
	return web.Done(c, "admin/sla-policies/")
}

// DuplicateSLAPolicy makes a policy like another and goes to its form.
func (h *handler) DuplicateSLAPolicy(c *fiber.Ctx) error {
	p, err := h.slaPolicy(c)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	made, err := h.desk.DuplicateSLAPolicy(ctx, web.By(c), p.ID, text.T(ctx, "sla.copy_of", "Name", p.Name))
	if problems := model.Problems(err); len(problems) > 0 {
		web.SayText(c, "error", ui.Sentence(ctx, problems[0]))
		return web.Done(c, "admin/sla-policies/")
	}
	if err != nil {
		return err
	}
	web.Say(c, "ok", "sla.duplicated")
	return web.Done(c, "admin/sla-policies/"+strconv.FormatInt(int64(made), 10)+"/")
}

// DeleteSLAPolicy takes a policy away; its tickets get the replacement, or
// choose anew.
func (h *handler) DeleteSLAPolicy(c *fiber.Ctx) error {
	p, err := h.slaPolicy(c)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	to, ok := web.ParseID[model.PolicyID](f.Text("replacement"))
	if !ok && f.Text("replacement") != "" {
		to = -1 // none of ours: refused
	}
	err = h.desk.DeleteSLAPolicy(c.UserContext(), web.By(c), p.ID, to)
	if p.Problems = model.Problems(err); len(p.Problems) > 0 {
		return h.slaForm(c, fiber.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	web.Say(c, "ok", "sla.deleted")
	return web.Done(c, "admin/sla-policies/")
}
