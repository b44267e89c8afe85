package admin

import (
	"errors"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/admin"
)

func ruleRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Page("admin/escalation-rules/", web.Staff, h.ListRules).Needing(model.PermRules),
		web.Page("admin/escalation-rules/templates/", web.Staff, h.ShowRuleTemplates).Needing(model.PermRules),
		web.Page("admin/escalation-rules/create/", web.Staff, h.NewRule).Needing(model.PermRules),
		web.Post("admin/escalation-rules/store/", web.Staff, h.CreateRule).Needing(model.PermRules),
		web.Page("admin/escalation-rules/log/", web.Staff, h.ShowRuleLog).Needing(model.PermRules),
		web.Post("admin/escalation-rules/runs/:run/again/", web.Staff, h.RunRuleAgain).Needing(model.PermRules),
		web.Page("admin/escalation-rules/:id/", web.Staff, h.EditRule).Needing(model.PermRules),
		web.Post("admin/escalation-rules/:id/update/", web.Staff, h.UpdateRule).Needing(model.PermRules),
		web.Page("admin/escalation-rules/:id/log/", web.Staff, h.ShowRuleLog).Needing(model.PermRules),
		web.Post("admin/escalation-rules/:id/switch/", web.Staff, h.SwitchRule).Needing(model.PermRules),
		web.Post("admin/escalation-rules/:id/move/", web.Staff, h.MoveRule).Needing(model.PermRules),
		web.Post("admin/escalation-rules/:id/duplicate/", web.Staff, h.DuplicateRule).Needing(model.PermRules),
		web.Post("admin/escalation-rules/:id/delete/", web.Staff, h.DeleteRule).Needing(model.PermRules),
	}
}

// ruleWords are what rules can name.
func (h *handler) ruleWords(c *fiber.Ctx) (w view.RuleWords, err error) {
	if w.Names, err = h.conditionNames(c); err != nil {
		return w, err
	}
	all, err := h.desk.UsableCanned(c.UserContext(), web.By(c))
	w.Canned = slices.DeleteFunc(all, func(x model.Canned) bool { return x.Scope != model.ShareAll })
	return w, err
}

// ListRules answers with the rules in their order.
func (h *handler) ListRules(c *fiber.Ctx) error {
	p := view.RuleList{Query: web.Query(c, "q"), Kind: web.Query(c, "kind")}
	if p.Kind != "event" && p.Kind != "time" {
		p.Kind = ""
	}
	var err error
	if p.All, err = h.desk.Rules(c.UserContext(), web.By(c)); err != nil {
		return err
	}
	if p.RuleWords, err = h.ruleWords(c); err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.RulesPage(p))
}

// ShowRuleTemplates answers with the rules to begin with.
func (h *handler) ShowRuleTemplates(c *fiber.Ctx) error {
	words, err := h.ruleWords(c)
	if err != nil {
		return err
	}
	var list []model.Rule
	var keys []string
	for _, t := range model.RuleTemplates() {
		x, err := h.desk.RuleTemplate(c.UserContext(), web.By(c), t.Key)
		if err != nil {
			return err
		}
		list, keys = append(list, x), append(keys, t.Key)
	}
	return web.Render(c, fiber.StatusOK, view.RuleTemplatesPage(list, keys, words))
}

// NewRule answers with an empty form, or that of a template.
func (h *handler) NewRule(c *fiber.Ctx) error {
	x := model.Rule{Trigger: model.TriggerCreated, Actions: model.Actions{{Type: model.ActPriority}}}
	if key := web.Query(c, "template"); key != "" {
		var err error
		if x, err = h.desk.RuleTemplate(c.UserContext(), web.By(c), key); err != nil {
			return err
		}
	}
	return h.rulePage(c, fiber.StatusOK, view.RuleForm{Rule: x})
}

// EditRule answers with the form of one rule. What it names and is gone is
// pointed out.
func (h *handler) EditRule(c *fiber.Ctx) error {
	id, err := web.ID[model.RuleID](c, "id")
	if err != nil {
		return err
	}
	x, err := h.desk.Rule(c.UserContext(), web.By(c), id)
	if err != nil {
		return err
	}
	return h.rulePage(c, fiber.StatusOK, view.RuleForm{Rule: x.Rule, On: x.Active(), Figures: x.Figures, Problems: x.Problems})
}

// onRule does one thing to the rule of the path.
func (h *handler) onRule(c *fiber.Ctx, do func(f *web.Form, id model.RuleID) error) error {
	id, err := web.ID[model.RuleID](c, "id")
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	return do(f, id)
}

// SwitchRule switches a rule on or off. One that names what is gone stays off,
// and its form says what that is.
func (h *handler) SwitchRule(c *fiber.Ctx) error {
	return h.onRule(c, func(f *web.Form, id model.RuleID) error {
		on := f.Bool("on")
		err := h.desk.SwitchRule(c.UserContext(), web.By(c), id, on)
		if len(model.Problems(err)) > 0 {
			web.Say(c, "warn", "rulepages.stays_off")
			return web.Done(c, view.RulePath(id, ""))
		}
		if err != nil {
			return err
		}
		if on {
			web.Say(c, "ok", "rulepages.switched_on")
		} else {
			web.Say(c, "ok", "rulepages.switched_off")
		}
		return web.Done(c, rulesBack(c))
	})
}

// rulesBack is the list as it was looked at, or the list.
func rulesBack(c *fiber.Ctx) string {
	if back := web.Back(c, ""); strings.Contains(back, "/admin/escalation-rules/?") {
		return back
	}
	return "admin/escalation-rules/"
}

// MoveRule moves a rule up or down the order.
func (h *handler) MoveRule(c *fiber.Ctx) error {
	return h.onRule(c, func(f *web.Form, id model.RuleID) error {
		step := 1
		if f.Text("to") == "up" {
			step = -1
		}
		if err := h.desk.MoveRule(c.UserContext(), web.By(c), id, step); err != nil {
			return err
		}
		return web.Done(c, rulesBack(c))
	})
}

// DuplicateRule makes a copy of a rule and goes to its form.
func (h *handler) DuplicateRule(c *fiber.Ctx) error {
	return h.onRule(c, func(_ *web.Form, id model.RuleID) error {
		made, err := h.desk.DuplicateRule(c.UserContext(), web.By(c), id)
		if p := model.Problems(err); len(p) > 0 {
			web.Say(c, "warn", "rulepages.too_many", "Max", model.MaxRules)
			return web.Done(c, "admin/escalation-rules/")
		}
		if err != nil {
			return err
		}
		web.Say(c, "ok", "rulepages.duplicated")
		return web.Done(c, view.RulePath(made, ""))
	})
}

// DeleteRule takes a rule away; the list offers to undo it.
func (h *handler) DeleteRule(c *fiber.Ctx) error {
	return h.onRule(c, func(_ *web.Form, id model.RuleID) error {
		ctx, set := desk.Undoing(c.UserContext())
		if err := h.desk.DeleteRule(ctx, web.By(c), id); err != nil {
			return err
		}
		if *set != 0 {
			web.SayUndo(c, view.UndoPath(*set), "rulepages.deleted")
		} else {
			web.Say(c, "ok", "rulepages.deleted")
		}
		return web.Done(c, "admin/escalation-rules/")
	})
}

// ShowRuleLog answers with what one rule did, or all of them.
func (h *handler) ShowRuleLog(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), web.By(c)
	var p view.RuleLog
	f := model.RunFilter{State: model.RunState(web.Query(c, "state"))}
	if !slices.Contains(model.RunStates(), f.State) {
		f.State = ""
	}
	f.Before, _ = web.ParseID[model.RunID](web.Query(c, "before"))
	if web.Param(c, "id") != "" {
		id, err := web.ID[model.RuleID](c, "id")
		if err != nil {
			return err
		}
		x, err := h.desk.Rule(ctx, by, id)
		if err != nil {
			return err
		}
		p.Rule, f.Rule = x.Rule, id
	}
	p.State = f.State
	var err error
	if p.Page, err = h.desk.RuleRuns(ctx, by, f); err != nil {
		return err
	}
	if p.RuleWords, err = h.ruleWords(c); err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.RuleLogPage(p))
}

// RunRuleAgain does a run again that failed or was stopped.
func (h *handler) RunRuleAgain(c *fiber.Ctx) error {
	id, err := web.ID[model.RunID](c, "run")
	if err != nil {
		return err
	}
	_, err = h.desk.RerunRule(c.UserContext(), web.By(c), id)
	switch {
	case len(model.Problems(err)) > 0:
		web.Say(c, "warn", "rulepages.not_again")
	case errors.Is(err, model.ErrNotFound):
		return err
	case err != nil:
		return err
	default:
		web.Say(c, "ok", "rulepages.runs_again")
	}
	return web.Done(c, web.Back(c, "admin/escalation-rules/log/"))
}
