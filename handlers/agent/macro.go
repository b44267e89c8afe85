package agent

import (
	"errors"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/agent"
)

// Last, so that what is inserted follows what was written before.
func init() { loads = append(loads, (*handler).insertText) }

func macroRoutes(h *handler) []web.Route {
	routes := []web.Route{
		web.Page("agent/macros/", web.Staff, h.PickMacros).Needing(model.PermTicketNote),
		web.Post("agent/macros/preview/", web.Staff, h.PreviewMacro).Needing(model.PermTicketNote),
		web.Post("agent/tickets/:id/macro/", web.Staff, h.RunMacro).Needing(model.PermTicketNote),
	}
	for base, need := range map[string]model.Permission{"agent/macros/manage/": model.PermTicketNote, "admin/macros/": model.PermMacros} {
		k := keeper{h, base, need == model.PermMacros}
		routes = append(
			routes,
			web.Page(base, web.Staff, k.ListMacros).Needing(need),
			web.Page(base+"create/", web.Staff, k.NewMacro).Needing(need),
			web.Post(base+"store/", web.Staff, k.CreateMacro).Needing(need),
			web.Page(base+":id/", web.Staff, k.EditMacro).Needing(need),
			web.Post(base+":id/update/", web.Staff, k.UpdateMacro).Needing(need),
			web.Post(base+":id/duplicate/", web.Staff, k.DuplicateMacro).Needing(need),
			web.Post(base+":id/delete/", web.Staff, k.DeleteMacro).Needing(need),
		)
	}
	return routes
}

// PickMacros answers with the macros for a ticket: as a menu, the items of
// that menu, or a page.
func (h *handler) PickMacros(c *fiber.Ctx) error {
	t, err := h.pickedTicket(c)
	if err != nil {
		return err
	}
	p := view.MacroPick{Ticket: t, Query: web.Query(c, "q")}
	if p.List, err = h.desk.PickMacros(c.UserContext(), web.By(c), p.Query); err != nil {
		return err
	}
	switch {
	case web.IsHTMX(c) && web.Target(c) == "macro-items":
		return web.Render(c, fiber.StatusOK, view.MacroItems(p))
	case web.IsHTMX(c):
		return web.Render(c, fiber.StatusOK, view.MacroMenu(p))
	}
	if p.Side, err = h.side(c, ""); err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.MacroPickPage(p))
}

// RunMacro does all steps of a macro to a ticket, or none of them. Texts that
// are not sent go into the composer.
func (h *handler) RunMacro(c *fiber.Ctx) error {
	id, err := web.ID[model.TicketID](c, "id")
	if err != nil {
		return err
	}
	web.Slot(c, "panel-msg")
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	macro, ok := web.ParseID[model.MacroID](f.Text("macro_id"))
	if !ok {
		if _, err := h.desk.Ticket(c.UserContext(), web.By(c), id); err != nil {
			return err
		}
		return web.Done(c, ticketPath(id))
	}
	use := desk.MacroUse{Macro: macro, Slot: f.Slot, Seen: model.MessageID(f.Int("seen")), Op: f.Text("op")}
	if use.Slot == "" {
		use.Slot = slot(id)
	}
	ctx, set := desk.Undoing(c.UserContext())
	run, err := h.desk.RunMacro(ctx, web.By(c), id, use)
	problems := model.Problems(err)
	var stale *model.Stale
	switch {
	case errors.As(err, &stale), len(problems) > 0:
		return h.macroRefused(c, id, problems, stale)
	case err != nil:
		return err
	}
	sayDone(c, *set, "macros.used", "Name", run.Macro.Name)
	if !web.IsHTMX(c) {
		to := ticketPath(id)
		if run.Text != "" {
			to += "?insert=macro:" + strconv.FormatInt(int64(macro), 10) + "#composer"
		}
		return web.Done(c, to)
	}
	if run.Text != "" {
		web.Trigger(c, "compose:insert", fiber.Map{"text": run.Text, "status": run.Status, "files": filesJSON(run.Files)})
	}
	return h.changed(c, id)
}

// macroRefused says which step was refused. Nothing was changed.
func (h *handler) macroRefused(c *fiber.Ctx, id model.TicketID, problems model.Invalid, stale *model.Stale) error {
	p, err := h.ticket(c, id)
	if err != nil {
		return err
	}
	p.Problems, p.Stale = problems, stale
	status := fiber.StatusUnprocessableEntity
	if stale != nil {
		status = fiber.StatusConflict
	}
	if web.IsHTMX(c) {
		c.Set("HX-Retarget", "#panel-msg")
		c.Set("HX-Reswap", "innerHTML")
		return web.Render(c, status, view.PanelRefused(p))
	}
	return web.Render(c, status, view.TicketPage(p))
}
