package agent

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/agent"
	"escalated/views/ui"
)

func init() { keptFields = append(keptFields, "blanks") } // its writer sends it with open blanks

func cannedRoutes(h *handler) []web.Route {
	routes := []web.Route{
		web.Page("agent/canned/", web.Staff, h.PickCanned).Needing(model.PermTicketNote),
		web.Post("agent/canned/preview/", web.Staff, h.PreviewCanned).Needing(model.PermTicketNote),
		web.Post("agent/tickets/:id/canned/:canned/", web.Staff, h.UseCanned).Needing(model.PermTicketNote),
	}
	for base, need := range map[string]model.Permission{"agent/canned/manage/": model.PermTicketNote, "admin/canned-responses/": model.PermCanned} {
		k := keeper{h, base, need == model.PermCanned}
		routes = append(
			routes,
			web.Page(base, web.Staff, k.ListCanned).Needing(need),
			web.Page(base+"create/", web.Staff, k.NewCanned).Needing(need),
			web.Post(base+"store/", web.Staff, k.CreateCanned).Needing(need).WithFiles(),
			web.Page(base+":id/", web.Staff, k.EditCanned).Needing(need),
			web.Post(base+":id/update/", web.Staff, k.UpdateCanned).Needing(need).WithFiles(),
			web.Post(base+":id/delete/", web.Staff, k.DeleteCanned).Needing(need),
		)
	}
	return routes
}

// PickCanned answers with the canned responses for a ticket: as the list of a
// picker, or as a page.
func (h *handler) PickCanned(c *fiber.Ctx) error {
	t, err := h.pickedTicket(c)
	if err != nil {
		return err
	}
	p := view.CannedPick{Ticket: t, Query: web.Query(c, "q")}
	if p.List, err = h.desk.PickCanned(c.UserContext(), web.By(c), t.ID, p.Query); err != nil {
		return err
	}
	if web.IsHTMX(c) {
		return web.Render(c, fiber.StatusOK, view.CannedOptions(p))
	}
	if p.Side, err = h.side(c, ""); err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.CannedPickPage(p))
}

// pickedTicket is the ticket a picker is for.
func (h *handler) pickedTicket(c *fiber.Ctx) (model.Ticket, error) {
	id, ok := web.ParseID[model.TicketID](web.Query(c, "ticket"))
	if !ok {
		return model.Ticket{}, model.ErrNotFound
	}
	return h.desk.Ticket(c.UserContext(), web.By(c), id)
}

// UseCanned takes a canned response for the composer: as JSON for its script,
// or by showing the ticket with the text in it.
func (h *handler) UseCanned(c *fiber.Ctx) error {
	id, err := web.ID[model.TicketID](c, "id")
	if err != nil {
		return err
	}
	canned, err := web.ID[model.CannedID](c, "canned")
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	into := f.Slot
	if into == "" {
		into = slot(id)
	}
	used, files, err := h.desk.UseCanned(c.UserContext(), web.By(c), id, canned, into)
	if err != nil {
		return err
	}
	if strings.HasPrefix(c.Get(fiber.HeaderAccept), fiber.MIMEApplicationJSON) {
		return web.JSON(c, fiber.StatusOK, fiber.Map{"text": used.Text, "files": filesJSON(files)})
	}
	return web.Done(c, ticketPath(id)+"?insert="+strconv.FormatInt(int64(canned), 10)+"#composer")
}

// filesJSON are files in a draft slot, as the composer's script lists them.
func filesJSON(files []model.Attachment) []fiber.Map {
	out := []fiber.Map{}
	for _, a := range files {
		out = append(out, fiber.Map{"id": a.ID, "name": a.Filename, "size": a.Size})
	}
	return out
}

// insertText puts what ?insert= names into the composer: a canned response by
// its id, or macro: and an id for the texts of a macro.
func (h *handler) insertText(ctx context.Context, by model.Actor, p *view.Ticket) error {
	u, err := url.Parse(ui.From(ctx).Path)
	if err != nil || u.Query().Get("insert") == "" || !p.View.Can.Note {
		return nil
	}
	what, words := u.Query().Get("insert"), ""
	if macro, ok := strings.CutPrefix(what, "macro:"); ok {
		if id, ok := web.ParseID[model.MacroID](macro); ok {
			words, err = h.desk.MacroText(ctx, by, p.View.ID, id)
		}
	} else if id, ok := web.ParseID[model.CannedID](what); ok {
		var filled model.CannedText
		filled, err = h.desk.FillCanned(ctx, by, p.View.ID, id)
		words = filled.Text
	}
	if errors.Is(err, model.ErrNotFound) || words == "" {
		return nil
	}
	p.Composer.Body = strings.TrimSpace(p.Composer.Body + "\n\n" + words)
	return err
}

// PreviewCanned shows texts as customers would read them.
func (h *handler) PreviewCanned(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	list, err := h.cannedPreviews(c, cannedBodies(f))
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.CannedPreviews(list))
}

func (h *handler) cannedPreviews(c *fiber.Ctx, bodies model.Localized) ([]view.CannedPreview, error) {
	var out []view.CannedPreview
	for _, lang := range (model.Canned{Bodies: bodies}).Languages() {
		sample, unknown, err := h.desk.SampleText(c.UserContext(), web.By(c), lang, bodies[lang])
		if err != nil {
			return nil, err
		}
		out = append(out, view.CannedPreview{Language: lang, Body: sample, Unknown: unknown})
	}
	return out, nil
}

// cannedBodies are the texts of a form by language.
func cannedBodies(f *web.Form) model.Localized {
	out := model.Localized{}
	for name := range f.Values() {
		if lang, ok := strings.CutPrefix(name, "body_"); ok || name == "body" {
			if !ok {
				lang = ""
			}
			if body := f.Text(name); body != "" && (!ok || lang != "") {
				out[lang] = body
			}
		}
	}
	return out
}
