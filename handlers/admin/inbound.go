package admin

import (
	"context"
	"io"
	"strings"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/admin"
)

// ListInbound answers with received mail and what became of it.
func (h *handler) ListInbound(c *fiber.Ctx) error {
	f := model.InboundFilter{Page: max(1, web.QueryInt(c, "page"))}
	if w := web.Query(c, "outcome"); w != "" {
		if o, err := model.ParseOutcome(w); err == nil {
			f.Outcome = o
		}
	}
	list, err := h.desk.Inbound(c.UserContext(), web.By(c), f)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.InboundPage(view.Inbound{Page: list, Outcome: f.Outcome, Number: f.Page}))
}

// maxRawShown is how much of a raw mail a page shows, in bytes.
const maxRawShown = 256 << 10

// ShowInbound answers with one received mail, raw; as ID.eml with its bytes.
func (h *handler) ShowInbound(c *fiber.Ctx) error {
	name, eml := strings.CutSuffix(web.Param(c, "id"), ".eml")
	id, ok := web.ParseID[model.LedgerID](name)
	if !ok {
		return model.ErrNotFound
	}
	row, body, err := h.desk.InboundRaw(c.UserContext(), web.By(c), id)
	if err != nil {
		return err
	}
	if eml {
		return web.SendRawFrom(c, "received-"+name+".eml", row.Size, body)
	}
	defer body.Close()
	raw, err := io.ReadAll(io.LimitReader(body, maxRawShown))
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.InboundReadPage(row, strings.ToValidUTF8(string(raw), "\uFFFD"), row.Size > maxRawShown))
}

// inboundAct runs one verb on a received mail and comes back to the list, or
// goes to the ticket it made.
func (h *handler) inboundAct(c *fiber.Ctx, verb func(ctx context.Context, by model.Actor, id model.LedgerID) (model.Receipt, error)) error {
	id, err := web.ID[model.LedgerID](c, "id")
	if err != nil {
		return err
	}
	r, err := verb(c.UserContext(), web.By(c), id)
	if err != nil {
		return err
	}
	if r.Ticket != 0 {
		web.Say(c, "ok", "admin.mail_in_ticket", "Reference", r.Reference)
		return web.Done(c, "agent/tickets/"+idOf(r.Ticket)+"/")
	}
	web.Say(c, "ok", "admin.saved")
	return web.Done(c, "admin/inbound/")
}

// ReleaseInbound lets a held or quarantined mail through.
func (h *handler) ReleaseInbound(c *fiber.Ctx) error { return h.inboundAct(c, h.desk.ReleaseMail) }

// TicketFromInbound makes a ticket of a mail.
func (h *handler) TicketFromInbound(c *fiber.Ctx) error {
	return h.inboundAct(c, h.desk.NewTicketFromMail)
}

// ReadInboundAgain reads a mail anew.
func (h *handler) ReadInboundAgain(c *fiber.Ctx) error { return h.inboundAct(c, h.desk.ReadAgain) }

// DropInbound ends the waiting of a mail.
func (h *handler) DropInbound(c *fiber.Ctx) error {
	return h.inboundAct(c, func(ctx context.Context, by model.Actor, id model.LedgerID) (model.Receipt, error) {
		return model.Receipt{}, h.desk.DropMail(ctx, by, id)
	})
}
