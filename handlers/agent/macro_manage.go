package agent

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
	"escalated/text"
	view "escalated/views/agent"
)

// ListMacros answers with the macros the actor keeps.
func (k keeper) ListMacros(c *fiber.Ctx) error {
	at, err := k.keep(c)
	if err != nil {
		return err
	}
	p := view.MacroList{Keep: at, Query: web.Query(c, "q"), Scope: model.Sharing(web.Query(c, "scope"))}
	if p.List, err = k.desk.MacroList(c.UserContext(), web.By(c), desk.TextFilter{Query: p.Query, Scope: p.Scope}); err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.MacroListPage(p))
}

// NewMacro answers with an empty form.
func (k keeper) NewMacro(c *fiber.Ctx) error {
	m := model.Macro{Shared: model.Shared{Scope: k.firstScope()}, Actions: model.Actions{{Type: model.ActReply}}}
	return k.macroForm(c, fiber.StatusOK, m, view.MacroForm{})
}

// EditMacro answers with the form of one macro.
func (k keeper) EditMacro(c *fiber.Ctx) error {
	id, err := web.ID[model.MacroID](c, "id")
	if err != nil {
		return err
	}
	m, err := k.desk.Macro(c.UserContext(), web.By(c), id)
	if err != nil {
		return err
	}
	return k.macroForm(c, fiber.StatusOK, m.Macro, view.MacroForm{})
}

// macroForm answers with the form of m and what it offers.
func (k keeper) macroForm(c *fiber.Ctx, status int, m model.Macro, p view.MacroForm) error {
	ctx, by := c.UserContext(), web.By(c)
	var err error
	if p.Keep, err = k.keep(c); err != nil {
		return err
	}
	if p.MacroView, err = k.desk.DescribeMacro(ctx, by, m); err != nil {
		return err
	}
	p.CanAll = by.Can(model.PermMacros)
	if p.Departments, err = k.shareable(c, p.CanAll); err != nil {
		return err
	}
	choices, err := k.desk.Choices(ctx)
	if err != nil {
		return err
	}
	p.Choices = view.Choices{Departments: choices.Departments, Agents: choices.Agents, Tags: choices.Tags}
	for _, s := range choices.Statuses {
		if s.Active() {
			p.Statuses = append(p.Statuses, s)
		}
	}
	if p.Canned, err = k.desk.UsableCanned(ctx, by); err != nil {
		return err
	}
	return web.Render(c, status, view.MacroFormPage(p))
}

// CreateMacro makes a macro.
func (k keeper) CreateMacro(c *fiber.Ctx) error { return k.saveMacro(c, model.Macro{}) }

// UpdateMacro changes a macro.
func (k keeper) UpdateMacro(c *fiber.Ctx) error {
	id, err := web.ID[model.MacroID](c, "id")
	if err != nil {
		return err
	}
	was, err := k.desk.Macro(c.UserContext(), web.By(c), id)
	if err != nil {
		return err
	}
	return k.saveMacro(c, was.Macro)
}

func (k keeper) saveMacro(c *fiber.Ctx, was model.Macro) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	in := readMacro(f)
	in.ID = was.ID
	if do := f.Text("do"); do != "" { // a button of the rows: the form again
		in.Actions = rearranged(in.Actions, do)
		return k.macroForm(c, fiber.StatusOK, in, view.MacroForm{})
	}
	_, err = k.desk.SaveMacro(c.UserContext(), web.By(c), in)
	p := view.MacroForm{Problems: model.Problems(err), Stale: errors.Is(err, model.ErrConflict)}
	if len(p.Problems) == 0 && !p.Stale {
		if err != nil {
			return err
		}
		web.Say(c, "ok", "macros.saved")
		return web.Done(c, k.base)
	}
	status := fiber.StatusUnprocessableEntity
	if p.Stale {
		status, in.Version = fiber.StatusConflict, was.Version
	}
	return k.macroForm(c, status, in, p)
}

// readMacro reads the form. Its rows have numbers; there may be gaps.
func readMacro(f *web.Form) model.Macro {
	m := model.Macro{Shared: readShared(f), Name: f.Text("name"), Description: f.Text("description"), Sends: f.Bool("sends"), Position: int(min(max(f.Int("position"), 0), 9999)), Version: f.Int("version")}
	var rows []int
	for name := range f.Values() {
		number, ok := strings.CutSuffix(name, "_type")
		if n, err := strconv.Atoi(strings.TrimPrefix(number, "a")); ok && err == nil && n >= 0 && strings.HasPrefix(number, "a") {
			rows = append(rows, n)
		}
	}
	slices.Sort(rows)
	for _, n := range rows {
		m.Actions = append(m.Actions, model.Action{Type: model.ActionType(f.Text(fmt.Sprintf("a%d_type", n))), Value: f.Text(fmt.Sprintf("a%d_value", n))})
	}
	return m
}

// rearranged does what a button of the rows says: add, refresh, up:2, down:2,
// remove:2. A value that does not fit another action is left behind.
func rearranged(list model.Actions, do string) model.Actions {
	what, number, _ := strings.Cut(do, ":")
	i, err := strconv.Atoi(number)
	if err != nil || i < 0 || i >= len(list) {
		i = -1
	}
	switch {
	case what == "add" && len(list) < model.MaxMacroActions:
		return append(list, model.Action{Type: model.ActStatus})
	case what == "up" && i > 0:
		list[i-1], list[i] = list[i], list[i-1]
	case what == "down" && i >= 0 && i < len(list)-1:
		list[i+1], list[i] = list[i], list[i+1]
	case what == "remove" && i >= 0:
		return slices.Delete(list, i, i+1)
	}
	return list
}

// PreviewMacro says what the macro of a form does.
func (h *handler) PreviewMacro(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	m, err := h.desk.DescribeMacro(c.UserContext(), web.By(c), readMacro(f))
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.MacroReads(m))
}

// DuplicateMacro makes a macro like another and goes to its form.
func (k keeper) DuplicateMacro(c *fiber.Ctx) error {
	id, err := web.ID[model.MacroID](c, "id")
	if err != nil {
		return err
	}
	ctx, by := c.UserContext(), web.By(c)
	m, err := k.desk.Macro(ctx, by, id)
	if err != nil {
		return err
	}
	if m.Broken() {
		web.Say(c, "warn", "macros.duplicate_broken")
		return web.Done(c, k.base+strconv.FormatInt(int64(id), 10)+"/")
	}
	m.ID, m.Name = 0, model.Excerpt(text.T(ctx, "macros.copy_of", "Name", m.Name), model.MaxMacroName)
	made, err := k.desk.SaveMacro(ctx, by, m.Macro)
	if err != nil {
		return err
	}
	web.Say(c, "ok", "macros.duplicated")
	return web.Done(c, k.base+strconv.FormatInt(int64(made), 10)+"/")
}

// DeleteMacro takes a macro away.
func (k keeper) DeleteMacro(c *fiber.Ctx) error {
	id, err := web.ID[model.MacroID](c, "id")
	if err != nil {
		return err
	}
	ctx, set := desk.Undoing(c.UserContext())
	if err := k.desk.DeleteMacro(ctx, web.By(c), id); err != nil {
		return err
	}
	sayDone(c, *set, "macros.deleted")
	return web.Done(c, k.base)
}
