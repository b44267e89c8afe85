package agent

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/agent"
)

func workspaceRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Page("agent/shortcuts/", web.Staff, h.ShowShortcuts),
		web.Post("agent/shortcuts/", web.Staff, h.UpdateShortcuts),
		web.Page("agent/profile/workspace/", web.Staff, h.ShowWorkspace),
		web.Post("agent/profile/workspace/", web.Staff, h.UpdateWorkspace),
		web.Post("agent/preferences/", web.Staff, h.UpdatePreferences),
		web.Get("agent/next/", web.Staff, h.GoNext),
	}
}

// ShowShortcuts answers with the keys: as a dialog, a page to print, and a
// form to change them.
func (h *handler) ShowShortcuts(c *fiber.Ctx) error {
	p := web.Who(c).Prefs
	side, err := h.side(c, "")
	if err != nil {
		return err
	}
	return web.PageOr(c, fiber.StatusOK, view.ShortcutsPage(view.ShortcutSheet{Side: side, Keys: model.Shortcuts(p), Off: p.KeysOff, Editing: web.Query(c, "edit") != ""}), "dialog")
}

// UpdateShortcuts changes keys, switches single keys off, or takes the desk's.
func (h *handler) UpdateShortcuts(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	typed := map[string]string{}
	for _, s := range model.Shortcuts(model.Prefs{}) {
		if name := "key_" + s.Action; f.Has(name) && !f.Has("reset") {
			typed[s.Action] = f.Text(name)
		}
	}
	var problems model.Invalid
	trial := web.Who(c).Prefs
	problems = model.Problems(trial.SetKeys(typed))
	if len(problems) > 0 {
		side, err := h.side(c, "")
		if err != nil {
			return err
		}
		keys := model.Shortcuts(model.Prefs{Keys: typed})
		return web.Render(c, fiber.StatusUnprocessableEntity, view.ShortcutsPage(view.ShortcutSheet{Side: side, Keys: keys, Off: !f.Bool("single"), Editing: true, Problems: problems}))
	}
	err = h.desk.ChangePrefs(c.UserContext(), web.By(c), func(p *model.Prefs) {
		p.Keys, p.KeysOff = trial.Keys, !f.Bool("single") && !f.Has("reset")
	})
	if err != nil {
		return err
	}
	web.Say(c, "ok", "keys.saved")
	return web.Done(c, "agent/shortcuts/")
}

// ShowWorkspace answers with how the person works.
func (h *handler) ShowWorkspace(c *fiber.Ctx) error {
	side, err := h.side(c, "")
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.WorkspacePage(view.Workspace{Side: side, Prefs: web.Who(c).Prefs}))
}

// UpdateWorkspace changes it.
func (h *handler) UpdateWorkspace(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	if move, name, ok := strings.Cut(f.Text("move"), ":"); ok {
		err = h.desk.ChangePrefs(c.UserContext(), web.By(c), func(p *model.Prefs) { p.Panels = moved(view.Panels(*p), name, move) })
		if err != nil {
			return err
		}
		return web.Done(c, "agent/profile/workspace/#panels")
	}
	seconds := int(f.Int("undo_seconds"))
	if seconds < 0 || seconds > 60 {
		side, err := h.side(c, "")
		if err != nil {
			return err
		}
		w := view.Workspace{Side: side, Prefs: web.Who(c).Prefs, Undo: f.Text("undo_seconds"), Problems: model.Problems(model.Refuse("undo_seconds", "undo_seconds", "Max", 60))}
		return web.Render(c, fiber.StatusUnprocessableEntity, view.WorkspacePage(w))
	}
	err = h.desk.ChangePrefs(c.UserContext(), web.By(c), func(p *model.Prefs) {
		p.Density = one(f.Text("density"), "", "compact")
		p.AfterSend = one(f.Text("after_send"), "", "stay", "next", "back")
		p.NewestFirst = f.Text("thread_order") == "newest"
		p.UndoSeconds = &seconds
		p.PanelsClosed = nil
		for _, name := range view.Panels(*p) {
			if !f.Bool("open_" + name) {
				p.PanelsClosed = append(p.PanelsClosed, name)
			}
		}
	})
	if err != nil {
		return err
	}
	web.Say(c, "ok", "keys.workspace_saved")
	return web.Done(c, "agent/profile/workspace/")
}

// moved puts a name one place up or down.
func moved(list []string, name, where string) []string {
	i := slices.Index(list, name)
	to := i - 1
	if where == "down" {
		to = i + 1
	}
	if i < 0 || to < 0 || to >= len(list) {
		return list
	}
	list = slices.Clone(list)
	list[i], list[to] = list[to], list[i]
	return list
}

func one(w string, allowed ...string) string {
	if slices.Contains(allowed, w) {
		return w
	}
	return allowed[0]
}

// UpdatePreferences keeps what was folded away on a page.
func (h *handler) UpdatePreferences(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	err = h.desk.ChangePrefs(c.UserContext(), web.By(c), func(p *model.Prefs) {
		for name, field := range map[string]*bool{"hide_side": &p.HideSide, "hide_panel": &p.HidePanel} {
			if f.Has(name) {
				*field = f.Bool(name)
			}
		}
	})
	if err != nil {
		return err
	}
	if web.IsHTMX(c) {
		return web.Nothing(c)
	}
	return web.Done(c, web.Back(c, "agent/"))
}

// GoNext leads to the ticket that needs the person most.
func (h *handler) GoNext(c *fiber.Ctx) error {
	id, err := h.desk.NextUrgent(c.UserContext(), web.By(c))
	if err != nil {
		return err
	}
	if id == 0 {
		web.Say(c, "info", "keys.nothing_next")
		return web.Done(c, "agent/tickets/?assignee=me")
	}
	return web.Go(c, ticketPath(id)+"#composer")
}
