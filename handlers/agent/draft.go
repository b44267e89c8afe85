package agent

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
	"escalated/text"
	view "escalated/views/agent"
)

func draftRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Post("agent/preview/", web.Staff, h.PreviewText),
		web.Post("agent/draft/", web.Staff, h.SaveNewDraft).Needing(model.PermTicketOpen),
		web.Post("agent/draft/delete/", web.Staff, h.DeleteNewDraft).Needing(model.PermTicketOpen),
		web.Post("agent/tickets/:id/draft/", web.Staff, h.SaveDraft),
		web.Post("agent/tickets/:id/draft/delete/", web.Staff, h.DeleteOpenDraft),
		web.Post("agent/drafts/:id/edit/", web.Staff, h.EditDraft),
		web.Post("agent/drafts/:id/send/", web.Staff, h.SendDraft).Needing(model.PermTicketReply),
		web.Post("agent/drafts/:id/note/", web.Staff, h.NoteDraft).Needing(model.PermTicketNote),
		web.Post("agent/drafts/:id/delete/", web.Staff, h.DeleteDraft),
	}
}

// keptFields are the fields of the composer that a draft keeps beside the
// text. Features that add fields to the composer add their names.
var keptFields = []string{"status", "cc", "cc_was", "bcc", "recipients_ok"}

// keptNewFields are those of the form for a new ticket.
var keptNewFields = []string{"subject", "requester_email", "requester_name", "priority", "ticket_type", "department_id", "agent_id", "add_tags[]", "silent", "note", "cc"}

// Custom fields are kept under the names they have in the form, several values
// of one with a sign between them that nobody types.
const customStem, manyValues = "field.", "\x1f"

// fieldsOf reads fields of a form for a draft; several values are one, with
// commas between them.
func fieldsOf(f *web.Form, names []string) model.DraftFields {
	out := model.DraftFields{}
	for _, n := range names {
		list := f.List(n)
		if !strings.HasSuffix(n, "[]") {
			list = append(list, f.List(n+"[]")...)
		}
		if v := strings.Join(slices.Compact(list), ", "); v != "" {
			out[n] = v
		}
	}
	return out
}

// afterSend is where the actor goes after sending; "" stays.
func (h *handler) afterSend(c *fiber.Ctx, id model.TicketID, then string) (string, error) {
	switch then {
	case "next":
		return h.nextPath(c, id)
	case "back":
		return listPath(c), nil
	}
	return "", nil
}

// here is the page of a ticket in the list it was opened from, with more
// parameters.
func here(c *fiber.Ctx, id model.TicketID, more ...string) string {
	if at, ok := place(c); ok {
		more = append(more, at.Encode())
	}
	if len(more) == 0 {
		return ticketPath(id)
	}
	return ticketPath(id) + "?" + strings.Join(more, "&")
}

// PreviewText answers with a text as it will look.
func (h *handler) PreviewText(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	body := f.Text("body")
	if body == "" {
		body = f.Text("description")
	}
	if len(body) > model.MaxBody {
		return model.Refuse("body", "too_long", "Max", model.MaxBody)
	}
	return web.Render(c, fiber.StatusOK, view.Preview(body))
}

// SaveDraft keeps what is typed in a ticket.
func (h *handler) SaveDraft(c *fiber.Ctx) error {
	id, err := web.ID[model.TicketID](c, "id")
	if err != nil {
		return err
	}
	if _, err := h.desk.Ticket(c.UserContext(), web.By(c), id); err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	return h.saveDraft(c, f, model.Draft{TicketID: id, Tab: f.Text("tab"), Body: f.Raw("body"), Fields: fieldsOf(f, keptFields), Seen: model.MessageID(f.Int("seen"))})
}

// SaveNewDraft keeps what is typed in the form for a new ticket.
func (h *handler) SaveNewDraft(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	fields := fieldsOf(f, keptNewFields)
	for key, values := range f.Fields(customStem) {
		fields[customStem+key] = strings.Join(values, manyValues)
	}
	return h.saveDraft(c, f, model.Draft{Tab: model.NewTab, Body: f.Raw("description"), Fields: fields})
}

// savedDraft is the answer to whoever saves: what counts as saved now, and
// with a conflict the text that is there.
type savedDraft struct {
	Version int64  `json:"version"`
	At      string `json:"at"`
	Body    string `json:"body,omitempty"`
}

func (h *handler) saveDraft(c *fiber.Ctx, f *web.Form, in model.Draft) error {
	ctx := c.UserContext()
	in.Body = strings.ReplaceAll(in.Body, "\r\n", "\n")
	in.Slot, in.Version = f.Text("slot"), f.Int("draft_version")
	d, err := h.desk.SaveDraft(ctx, web.By(c), in)
	var conflict *desk.DraftConflict
	switch {
	case errors.As(err, &conflict):
		return web.JSON(c, fiber.StatusConflict, savedDraft{conflict.Now.Version, view.DraftAt(ctx, conflict.Now.UpdatedAt), conflict.Now.Body})
	case err != nil:
		return err
	case d.ID == 0: // there is nothing to keep
		return web.JSON(c, fiber.StatusOK, savedDraft{})
	}
	return web.JSON(c, fiber.StatusOK, savedDraft{Version: d.Version, At: view.DraftAt(ctx, d.UpdatedAt)})
}

// DeleteOpenDraft forgets what is typed in a tab of a ticket.
func (h *handler) DeleteOpenDraft(c *fiber.Ctx) error {
	id, err := web.ID[model.TicketID](c, "id")
	if err != nil {
		return err
	}
	if _, err := h.desk.Ticket(c.UserContext(), web.By(c), id); err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	if err := h.desk.DropOpenDraft(c.UserContext(), web.By(c), id, f.Text("tab")); err != nil {
		return err
	}
	return nothingOr(c, ticketPath(id))
}

// DeleteNewDraft forgets what is typed in the form for a new ticket.
func (h *handler) DeleteNewDraft(c *fiber.Ctx) error {
	if err := h.desk.DropOpenDraft(c.UserContext(), web.By(c), 0, model.NewTab); err != nil {
		return err
	}
	return nothingOr(c, "agent/tickets/create/")
}

// nothingOr answers scripts with nothing and forms with a page.
func nothingOr(c *fiber.Ctx, path string) error {
	if web.IsHTMX(c) || strings.HasPrefix(c.Get(fiber.HeaderAccept), "application/json") {
		return web.Nothing(c)
	}
	return web.Done(c, path)
}

// EditDraft brings a waiting or held reply back into the composer. The page is
// loaded again: with it come the files.
func (h *handler) EditDraft(c *fiber.Ctx) error {
	id, err := web.ID[model.DraftID](c, "id")
	if err != nil {
		return err
	}
	d, err := h.desk.Unsend(c.UserContext(), web.By(c), id)
	if errors.Is(err, model.ErrNotFound) {
		return tooLate(c)
	}
	if err != nil {
		return err
	}
	return h.backInComposer(c, d)
}

// tooLate tells that a draft was said in this moment.
func tooLate(c *fiber.Ctx) error {
	web.Say(c, "warn", "composer.too_late")
	return web.Done(c, web.Back(c, "agent/tickets/"))
}

func (h *handler) backInComposer(c *fiber.Ctx, d model.Draft) error {
	web.Say(c, "ok", "composer.unsent")
	return web.Done(c, here(c, d.TicketID, "compose="+d.Tab)+"#composer-body")
}

// SendDraft says a waiting or held reply at once.
func (h *handler) SendDraft(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	seen := model.MessageID(f.Int("seen"))
	return h.endDraft(c, "agent.reply_sent", func(ctx context.Context, by model.Actor, id model.DraftID) error {
		_, err := h.desk.SendDraft(ctx, by, id, seen)
		return err
	})
}

// NoteDraft makes an internal note of a waiting or held reply.
func (h *handler) NoteDraft(c *fiber.Ctx) error {
	return h.endDraft(c, "agent.note_added", func(ctx context.Context, by model.Actor, id model.DraftID) error {
		_, err := h.desk.NoteDraft(ctx, by, id)
		return err
	})
}

// DeleteDraft throws a draft away.
func (h *handler) DeleteDraft(c *fiber.Ctx) error {
	return h.endDraft(c, "composer.discarded", func(ctx context.Context, by model.Actor, id model.DraftID) error {
		_, err := h.desk.DropDraft(ctx, by, id)
		return err
	})
}

func (h *handler) endDraft(c *fiber.Ctx, done string, end func(context.Context, model.Actor, model.DraftID) error) error {
	id, err := web.ID[model.DraftID](c, "id")
	if err != nil {
		return err
	}
	web.Slot(c, "composer-msg")
	d, err := h.desk.Draft(c.UserContext(), web.By(c), id)
	if errors.Is(err, model.ErrNotFound) {
		return tooLate(c)
	}
	if err != nil {
		return err
	}
	if err := end(c.UserContext(), web.By(c), id); err != nil {
		return err
	}
	web.Say(c, "ok", done)
	if d.TicketID == 0 {
		return web.Done(c, "agent/tickets/create/")
	}
	return h.said(c, d.TicketID)
}

// undoSending takes back the reply that was sent last, while it waits and was
// meant for at once.
func (h *handler) undoSending(c *fiber.Ctx) (bool, error) {
	d, err := h.desk.LastPending(c.UserContext(), web.By(c))
	if errors.Is(err, model.ErrNotFound) || err == nil && d.Fields["later"] != "" {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if d, err = h.desk.Unsend(c.UserContext(), web.By(c), d.ID); err != nil {
		return false, err
	}
	return true, h.backInComposer(c, d)
}

// restore puts what the actor was writing back into the composer.
func (h *handler) restore(c *fiber.Ctx, p *view.Ticket) error {
	open := map[string]model.TicketDraft{}
	for _, d := range p.View.Drafts {
		if d.Person == p.Me && d.Open() {
			open[d.Tab] = d
		}
	}
	mode := web.Query(c, "compose")
	tab := model.ReplyTab
	switch {
	case !p.View.Can.Reply, mode == model.NoteTab && p.View.Can.Note, mode == "" && open[model.ReplyTab].ID == 0 && open[model.NoteTab].ID != 0:
		tab = model.NoteTab
	}
	k := &p.Composer
	k.Note, k.Focus = tab == model.NoteTab, mode != ""
	k.Later = laterTimes(c, h.desk.Now())
	d, ok := open[tab]
	if !ok {
		return nil
	}
	k.Draft, k.Body, k.Status = d, d.Body, d.Fields["status"]
	k.Cc, k.Bcc, k.Copied = d.Fields["cc"], d.Fields["bcc"], d.Fields["cc"]+d.Fields["cc_was"]+d.Fields["bcc"] != ""
	if d.Slot == "" || d.Slot == k.Slot {
		return nil
	}
	k.Slot = d.Slot
	var err error
	k.Files, err = h.desk.Staged(c.UserContext(), web.By(c), "", d.Slot)
	return err
}

// laterTimes are the times a reply can be sent at by name, as the actor's
// clock has them.
func laterTimes(c *fiber.Ctx, now model.Time) []view.Later {
	var out []view.Later
	local := now.Std().In(text.Zone(c.UserContext()))
	for _, name := range model.SnoozePresets() {
		if at, ok := model.SnoozeTime(name, local); ok && at != model.Never {
			out = append(out, view.Later{Name: name, At: at})
		}
	}
	return out
}

// sendTime reads when a reply is to be sent; zero is as soon as can be.
func sendTime(c *fiber.Ctx, f *web.Form, now model.Time, problems *model.Invalid) model.Time {
	when := f.Text("when")
	if when == "" {
		return 0
	}
	if when == "at" {
		when = f.Text("at")
	}
	at, ok := model.ParseSnooze(when, now.Std().In(text.Zone(c.UserContext())))
	if !ok || at == model.Never {
		problems.Add("when", "time_invalid")
		return 0
	}
	return at
}

// sayWaiting tells that a reply waits, with the way back.
func sayWaiting(c *fiber.Ctx, name string, d model.Draft, now model.Time, elsewhere bool) {
	ctx := c.UserContext()
	path := "agent/drafts/" + strconv.FormatInt(int64(d.ID), 10) + "/edit/"
	seconds := int(d.SendAt.Sub(now) / time.Second)
	words := text.T(ctx, "composer.sending", "Name", name, "N", seconds)
	if d.Fields["later"] != "" {
		words, seconds = text.T(ctx, "composer.scheduled", "Name", name, "When", text.DateTime(ctx, d.SendAt.Std())), 10
	}
	if web.IsHTMX(c) && !elsewhere {
		web.Trigger(c, "toast", map[string]any{"kind": "ok", "text": words, "undo": web.Path(c, path), "ttl": max(seconds, 5)})
		return
	}
	web.SayUndoText(c, path, words)
}

// restoreNew puts what the actor was typing back into the form for a new
// ticket, unless the address of the page says what it is about.
func (h *handler) restoreNew(c *fiber.Ctx, p *view.NewTicket) error {
	d, err := h.desk.OpenDraft(c.UserContext(), web.By(c), 0, model.NewTab)
	if errors.Is(err, model.ErrNotFound) || err == nil && p.Email+p.Name+p.Subject != "" {
		return nil
	}
	if err != nil {
		return err
	}
	p.Draft, p.Body = d, d.Body
	p.Email, p.Name, p.Subject = d.Fields["requester_email"], d.Fields["requester_name"], d.Fields["subject"]
	p.Department, p.Assignee, p.Tags = d.Fields["department_id"], d.Fields["agent_id"], d.Fields["add_tags[]"]
	p.Silent, p.Note = d.Fields["silent"] != "", d.Fields["note"] != ""
	for from, to := range map[string]*string{"priority": &p.Priority, "ticket_type": &p.Type} {
		if v := d.Fields[from]; v != "" {
			*to = v
		}
	}
	typed := map[string][]string{}
	for name, v := range d.Fields {
		if key, ok := strings.CutPrefix(name, customStem); ok {
			typed[key] = strings.Split(v, manyValues)
		}
	}
	p.Fields = newFields(*p, typed)
	if d.Slot == "" {
		return nil
	}
	p.Slot = d.Slot
	p.Files, err = h.desk.Staged(c.UserContext(), web.By(c), "", d.Slot)
	return err
}
