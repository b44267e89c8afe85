package admin

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/admin"
)

// rulePage answers with the form of a rule and all it offers.
func (h *handler) rulePage(c *fiber.Ctx, status int, p view.RuleForm) (err error) {
	if p.RuleWords, err = h.ruleWords(c); err != nil {
		return err
	}
	action := "admin/escalation-rules/store/"
	if p.ID != 0 {
		action = view.RulePath(p.ID, "update/")
	}
	p.Conditions = view.ConditionsForm{
		Name: "conditions", Rows: p.Rule.Conditions, Use: p.Use(), Names: p.Names, Problems: p.Problems, Action: web.Path(c, action),
	}
	return web.Render(c, status, view.RulePage(p))
}

// CreateRule makes a rule.
func (h *handler) CreateRule(c *fiber.Ctx) error { return h.saveRule(c, view.RuleForm{}) }

// UpdateRule changes a rule.
func (h *handler) UpdateRule(c *fiber.Ctx) error {
	id, err := web.ID[model.RuleID](c, "id")
	if err != nil {
		return err
	}
	x, err := h.desk.Rule(c.UserContext(), web.By(c), id)
	if err != nil {
		return err
	}
	return h.saveRule(c, view.RuleForm{Rule: x.Rule, Figures: x.Figures})
}

func (h *handler) saveRule(c *fiber.Ctx, p view.RuleForm) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	names, err := h.conditionNames(c)
	if err != nil {
		return err
	}
	version := p.Version
	again := readRule(f, &p, names)
	switch do := f.Text("do"); {
	case again || strings.HasPrefix(do, "actions:"): // a button of the rows: the form again
		return h.rulePage(c, fiber.StatusOK, p)
	case do == "test":
		return h.testRule(c, p)
	case do == "match":
		return h.matchRule(c, p)
	}
	if p.On {
		p.ActiveAt = web.Now(c)
	}
	id, err := h.desk.SaveRule(c.UserContext(), web.By(c), p.Rule)
	p.Problems, p.Stale = model.Problems(err), errors.Is(err, model.ErrConflict)
	if len(p.Problems) == 0 && !p.Stale {
		if err != nil {
			return err
		}
		web.Say(c, "ok", "admin.saved")
		return web.Done(c, view.RulePath(id, ""))
	}
	status := fiber.StatusUnprocessableEntity
	if p.Stale {
		status, p.Version = fiber.StatusConflict, version
	}
	return h.rulePage(c, status, p)
}

// readRule reads the form of a rule into p. Buttons of its rows have changed
// them already: again says that one of the conditions was pressed.
func readRule(f *web.Form, p *view.RuleForm, names model.Names) (again bool) {
	p.Name, p.Description, p.Version = f.Text("name"), f.Text("description"), f.Int("version")
	p.Trigger, p.AgainAfter, p.LogOnly, p.On, p.Ticket = model.Trigger(f.Text("trigger")), f.Text("again_after"), f.Bool("log_only"), f.Bool("active"), f.Text("ticket")
	if t, err := model.ParseTrigger(string(p.Trigger)); err == nil {
		p.Trigger = t
	} else {
		p.Trigger = model.TriggerCreated
	}
	if p.ActiveAt = 0; p.On {
		p.ActiveAt = 1 // that it is on; since when is known where it is kept
	}
	p.Rule.Conditions, again = readConditions(f, "conditions", p.Use(), names)
	p.Actions = nil
	for _, i := range rowNumbers(f, "actions") {
		p.Actions = append(p.Actions, readAction(f, "actions."+strconv.Itoa(i)+".", names))
	}
	if do, ok := strings.CutPrefix(f.Text("do"), "actions:"); ok {
		p.Actions = reordered(p.Actions, do)
	}
	return again
}

// reordered does what a button of the actions says: add, up:2, down:2, remove:2.
func reordered(list model.Actions, do string) model.Actions {
	what, at, _ := strings.Cut(do, ":")
	i, err := strconv.Atoi(at)
	switch {
	case what == "add":
		return append(list, model.Action{Type: model.ActPriority})
	case err != nil || i < 0 || i >= len(list):
	case what == "up" && i > 0:
		list[i-1], list[i] = list[i], list[i-1]
	case what == "down" && i < len(list)-1:
		list[i+1], list[i] = list[i], list[i+1]
	case what == "remove":
		return slices.Delete(list, i, i+1)
	}
	return list
}

// written are the actions whose text stays when one becomes the other.
var written = []model.ActionType{model.ActNote, model.ActReply, model.ActEscalate}

// readAction reads a row. One whose type was just changed begins anew, but for
// what was written.
func readAction(f *web.Form, at string, names model.Names) model.Action {
	a := model.Action{Type: model.ActionType(f.Text(at + "type")), Value: f.Text(at + "value")}
	if was := model.ActionType(f.Text(at + "was")); was != "" && was != a.Type {
		if !slices.Contains(written, was) || !slices.Contains(written, a.Type) {
			a.Value = ""
		}
		if a.Type == model.ActWait {
			a.Hold = true
		}
		return a
	}
	switch a.Type {
	case model.ActSnooze:
		if l := f.Text(at + "length"); l != "" && !slices.Contains(model.SnoozePresets(), a.Value) {
			a.Value = l
		}
	case model.ActAddTags:
		a.Value = tagIDs(a.Value, names)
	case model.ActRemoveTags:
		a.Value = strings.Join(f.List(at+"value"), ",")
	case model.ActNotify:
		a.Value, a.Channels, a.Text = "", f.List(at+"channels"), f.Text(at+"text")
		a.To = append(f.List(at+"to"), lines(f.Text(at+"addresses"), true)...)
	case model.ActWebhook:
		a.Text = f.Text(at + "text")
	case model.ActWait:
		a.Hold = f.Bool(at + "hold")
	}
	return a
}

// tagIDs puts ids in the place of names of tags there are: a tag keeps its id
// when it is called something else.
func tagIDs(value string, names model.Names) string {
	var out []string
	for w := range strings.SplitSeq(value, ",") {
		w = strings.TrimSpace(w)
		if i := slices.IndexFunc(names.Tags, func(t model.Tag) bool { return w != "" && t.Slug == model.Slug(w) }); i >= 0 {
			w = strconv.FormatInt(int64(names.Tags[i].ID), 10)
		}
		if w != "" && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return strings.Join(out, ",")
}

// testRule answers with what the rule of the form would do with one ticket.
func (h *handler) testRule(c *fiber.Ctx, p view.RuleForm) error {
	ctx, by := c.UserContext(), web.By(c)
	t, err := h.desk.TicketByReference(ctx, by, strings.TrimPrefix(p.Ticket, "#"))
	if errors.Is(err, model.ErrNotFound) {
		p.TestWrong.Add("ticket", "ticket_unknown")
		return h.rulePage(c, fiber.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	test, err := h.desk.TestRule(ctx, by, p.Rule, t.ID)
	if p.Problems = model.Problems(err); len(p.Problems) > 0 {
		return h.rulePage(c, fiber.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	p.Test = &test
	return h.rulePage(c, fiber.StatusOK, p)
}

// matchRule answers with the tickets the conditions of the form hold for now.
func (h *handler) matchRule(c *fiber.Ctx, p view.RuleForm) error {
	found, err := h.desk.WouldMatch(c.UserContext(), web.By(c), p.Rule.Conditions)
	if p.Problems = model.Problems(err); len(p.Problems) > 0 {
		return h.rulePage(c, fiber.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	p.Match = &found
	return h.rulePage(c, fiber.StatusOK, p)
}
